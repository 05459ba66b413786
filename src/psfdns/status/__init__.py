"""One picture of everything: what the other commands say of each zone, put side by side and judged. Pure."""
