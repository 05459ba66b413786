"""Certificates: what is wanted, when it is renewed, and where it is kept."""
