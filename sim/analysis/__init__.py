"""Analysis: saved results, measures of them, and comparisons; it never imports the model."""
