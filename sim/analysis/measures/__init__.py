"""Measures of convergence and inequality: one file each, plain functions on arrays, named as in the literature."""

from sim.analysis.measures.base import Panel, Reading, Series, available, derived, evaluate, evaluate_all, series, why_missing

__all__ = ["Panel", "Reading", "Series", "available", "derived", "evaluate", "evaluate_all", "series", "why_missing"]
