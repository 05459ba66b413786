"""Fetching pages: the only room that speaks HTTP to strangers. Whom it may connect to is an argument."""
