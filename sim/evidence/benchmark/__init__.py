"""How fast agents are simulated here, beside the same rules as plain Mesa objects and as NumPy columns."""
