"""Tests of the model against what is known."""
