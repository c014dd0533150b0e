"""How fast agents live a year here, beside the same rules as plain Mesa objects and as NumPy columns."""
