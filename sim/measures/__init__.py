"""Measures of convergence and inequality: one file each, plain functions on arrays, named as in the literature."""
