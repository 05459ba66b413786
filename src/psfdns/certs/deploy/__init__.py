"""How certificates are brought to where they are served: one module a kind of target."""
