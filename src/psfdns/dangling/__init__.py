"""Whether what zones point at is still there, and whose it could become: asked of DNS and of providers."""
