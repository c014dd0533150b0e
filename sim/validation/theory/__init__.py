"""The corners of the model against the formulas of the field, one file a family of corners."""

from sim.validation.theory.row import Row
from sim.validation.theory.table import rows

__all__ = ["Row", "rows"]
