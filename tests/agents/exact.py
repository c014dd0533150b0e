"""The Gini coefficient of values as they are, against which histograms are held."""

import numpy as np


def gini(values):
    """G = sum_i (2 i - n - 1) y_(i) / (n sum y)."""
    ordered, number = np.sort(values), len(values)
    return float((2.0 * np.arange(1, number + 1) - number - 1) @ ordered / (number * ordered.sum()))
