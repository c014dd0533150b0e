"""Tests of the results folder, comparison and report."""
