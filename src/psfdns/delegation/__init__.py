"""Whether a parent delegates to exactly the servers that serve the zone, from what `lookup` heard. Pure."""
