"""Models whose agents the tests may step, move and count; fresh for every test."""

import pytest

from sim.model import FactorFlowModel

KINDS = ("labour", "capital", "land")


def small_model(world, labour=300, others=300, **options):
    """A model with few agents; a world of many cells needs more slices of capital than that for its markets to clear."""
    numbers = {"labour_agents": labour, "capital_agents": others, "land_agents": others}
    return FactorFlowModel(world, last_year=world.first_year + 10, **numbers, **options)


def provincial_model(world, **options):
    """A model of zhejiang with 3,000 workers."""
    return small_model(world, labour=3_000, others=24_000, **options)


def columns(model):
    """The bytes of every column of every kind."""
    return {(kind, name): column.tobytes() for kind in KINDS for name, column in getattr(model, kind).columns.items()}


@pytest.fixture
def model(two_cells):
    """Two cells a year after their base year."""
    model = small_model(two_cells)
    model.step()
    return model
