"""Tests of the package, one folder for each part."""
