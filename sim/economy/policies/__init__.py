"""Policy instruments: one file each, named by the word used for it in scenarios."""
