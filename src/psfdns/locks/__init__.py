"""Keeping two applies to one account apart: a lock on this machine, or a lease in an object store."""
