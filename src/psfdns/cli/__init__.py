"""The command line: one file a command, and views that say what came of it."""
