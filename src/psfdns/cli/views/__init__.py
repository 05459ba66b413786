"""What a person or a program reads, each view made from a JSON-able document."""
