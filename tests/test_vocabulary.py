"""The words of scenarios are those of the package: what may be named is what a run writes down."""

import pytest

from sim import load, run
from sim.data import catalogue
from sim.units import GROUPS, NEWCOMERS, SUMS_OF_NEWCOMERS, TENTHS, recorded_scopes
from sim.vocabulary import vocabulary
from tests.test_end_to_end import ROOT

# a policy in force from the start, since some of what is recorded is read by policy
SCENARIOS = {"two_cells": ("open_registration", "open_town"), "zhejiang": ("residence_permit_reform", "open_registration")}
# of worlds with a rest of the country, and of those where people differ in ability
SOMETIMES = {*TENTHS, *NEWCOMERS, *SUMS_OF_NEWCOMERS}
SOMETIMES |= {f"{what}_{group}" for what in ("population", "real_income") for group in GROUPS}
SETTINGS = {"two_cells": [], "zhejiang": ["parameters.ability_urban=0.5"]}


@pytest.mark.parametrize("world", SCENARIOS)
def test_every_measure_that_may_be_named_is_recorded_where_it_is_said_to_be(world, tmp_path):
    scenario, policy = SCENARIOS[world]
    first = catalogue.worlds()[world]["first_year"]
    settings = ["run.continuum=true", "run.replicates=1", f"years.to={first + 1}"]
    settings += [f"policies.{policy}.from={first}", f"policies.{policy}.financed_by=income_levy", *SETTINGS[world]]
    series = run(load(ROOT / f"scenarios/{world}/{scenario}.yaml", settings), out=tmp_path / "r").series
    found = {(str(measure), str(scope)) for measure, scope in zip(series["measure"], series["scope"], strict=True)}
    recorded = recorded_scopes(catalogue.worlds()[world]["sectors"])
    told = {(measure, scope) for measure, scopes in recorded.items() for scope in scopes}
    told = {(measure, scope) for measure, scope in told if SETTINGS[world] or measure not in SOMETIMES}
    named = {(measure, scope) for measure, scopes in vocabulary().measures.items() for scope in scopes}
    assert told <= found, "units.recorded_scopes promises what is not recorded"
    assert found <= named, "a scenario cannot name what is recorded: see units.recorded_scopes"
