"""A year: what its stages compute, and what is written down of it."""
