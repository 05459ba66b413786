"""What was applied, by whom and how far it came; enough to undo it. Values are pure, `store` is the disk."""
