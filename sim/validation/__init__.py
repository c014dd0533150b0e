"""Validation: what the model says where theory, publications or nature know the answer."""
