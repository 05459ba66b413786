"""Master files read and written: text to entries to record sets with their lines, and back."""
