"""The parameters of the model: every world says them all, each is read somewhere, and nobody changes them."""

import re
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from sim.data import catalogue
from sim.world.build import build_world, parameter_table
from sim.world.parameters import Parameters

PACKAGE = Path(__file__).parents[2] / "sim"
MODEL = ("agents", "economy", "year")
OF_THE_REST = {"growth_outside", "moves_outside"}  # a world without a rest of the country need not say them
OF_REGISTRATION = {"natural_growth_trend", "transfers_of_registration"}  # nor one without counts of registered people
OF_ABILITY = {"ability_urban", "ability_rural"}  # nor have worlds of theory anybody who differs so
OF_COST = {"line_cost", "line_charge", "line_share", "chain_fee", "markdown"}  # nor one made by formula these
DEFAULTS = {field.name: field.default for field in fields(Parameters)}
NAMES = [field.name for field in fields(Parameters)]


@pytest.mark.parametrize("world", sorted(catalogue.worlds()))
def test_a_world_holds_the_numbers_of_its_table(world):
    table, found = parameter_table(world), build_world(world).parameters
    assert {name: getattr(found, name) for name in NAMES} == {name: table.get(name, DEFAULTS[name]) for name in NAMES}
    left_out = {name for name in NAMES if name not in table}
    assert left_out <= OF_THE_REST | OF_REGISTRATION | OF_COST | OF_ABILITY
    assert not (left_out & OF_THE_REST and catalogue.entry(world)["outside"])
    assert not (left_out & (OF_COST | OF_ABILITY) and catalogue.folder(world))


def test_a_changed_number_replaces_that_of_the_table_alone():
    own, changed = build_world("two_cells").parameters, build_world("two_cells", {"labour_mobility": 0.2}).parameters
    assert {name for name in NAMES if getattr(own, name) != getattr(changed, name)} == {"labour_mobility"}
    assert changed.mobility("labour") == 0.2
    with pytest.raises(FrozenInstanceError):
        changed.labour_mobility = 0.3


@pytest.mark.parametrize("factor", ["labour", "capital", "land"])
def test_factors_have_their_own_numbers(factor):
    mine = Parameters.of({name: number for number, name in enumerate(NAMES)})
    assert mine.mobility(factor) == NAMES.index(f"{factor}_mobility")
    assert mine.choice_elasticity(factor) == NAMES.index(f"{factor}_choice_elasticity")


def test_a_table_without_a_parameter_of_the_model_is_refused():
    table = parameter_table("two_cells")
    del table["growth"]
    with pytest.raises(KeyError, match="growth"):
        Parameters.of(table)


def test_every_parameter_is_read_by_the_model_and_none_is_looked_up_as_a_word():
    paths = [path for part in MODEL for path in (PACKAGE / part).rglob("*.py")] + [PACKAGE / "model.py"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    assert not re.search(r"parameters\[|\bp\[\"", text)
    by_factor = {f"{factor}_{word}" for factor in ("labour", "capital", "land") for word in ("mobility", "choice_elasticity")}
    assert [name for name in NAMES if name not in by_factor and not re.search(rf"\.{name}\b", text)] == []
