"""psfdns: DNS and certificates of the PSF's Infrastructure Working Group, from files in a repository."""
