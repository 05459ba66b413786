"""Who the tenants are and which zones are theirs: tenant.toml as values, and the repository's layout."""
