"""Tests of the figures and of the map."""
