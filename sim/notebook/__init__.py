"""Results and comparisons as a notebook shows them; above `pages`, because a face draws and what a run writes does not."""
