"""The corners of the model against the formulas of the field, one file a family of corners."""

from sim.evidence.theory.row import Row
from sim.evidence.theory.table import families, rows

__all__ = ["Row", "families", "rows"]
