"""Whether a zone can be validated from the trust anchor down, from what `lookup` heard. Pure."""
