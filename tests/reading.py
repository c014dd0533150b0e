"""Short ways for tests to live through years and read what was recorded."""

from sim.analysis.frames import names_and_numbers
from sim.economy.state import baseline_rules
from sim.model import FactorFlowModel
from sim.words import Words
from sim.year.stocks import continua, first_economy


def lived(world, laws=(), last_year=None, **options):
    """A model that has lived to its last year (the base year where none is given)."""
    model = FactorFlowModel(world, laws, last_year=last_year or world.first_year, **options)
    while model.running:
        model.step()
    return model


def law_of(world):
    """The law without any policy, for the people of the base year."""
    return baseline_rules(world, first_economy(world, *continua(world)))


def rows(model):
    """Recorded values by (year, scope, place, measure)."""
    return {(year, scope, place, measure): value for year, scope, place, measure, value in model.record.series}


def ratio(model, year, scope="kind"):
    """Urban over rural income per head of the reported area."""
    read = rows(model)
    return read[year, "kind", "urban", "income_per_head"] / read[year, "kind", "rural", "income_per_head"]


def largest_residual(model):
    return max(residual for _, _, residual in model.record.accounts)


def columns_of(frame):
    """A frame's columns by name, as a run records them; what is no category is numbers."""
    return {
        name: Words(*names_and_numbers(frame[name])) if frame[name].dtype == "category" else frame[name].to_numpy()
        for name in frame
    }
