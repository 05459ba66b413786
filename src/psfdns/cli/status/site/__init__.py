"""`status --html`: the status document as a folder of pages that need nothing else.

A page computes no fact: it shows what the document says. No script, nothing from elsewhere, and relative
links only.
"""
