"""Tests of what a person looks at."""
