"""Signing a zone, ending that, and changing its key: Route 53's safe procedures as steps that wait."""
