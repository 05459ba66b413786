"""What ends, who is told when, and what was said already: of domains, certificates, keys and tokens."""
