"""What ends, who is told when, and what was said already: the same for domains, certificates, keys and tokens."""
