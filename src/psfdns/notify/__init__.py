"""Messages to tenants and staff: what they look like, who is told, and the only way out for them."""
