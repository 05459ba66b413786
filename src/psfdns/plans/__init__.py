"""What would be done, as a value: diff, ownership, guards, the plan and its document. Pure."""
