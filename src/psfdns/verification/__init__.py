"""After an apply: whether the zone's own name servers answer with what was applied."""
