"""Dated values reach the law of their years as plain numbers, and groups of a scenario's own reach its policies."""

import numpy as np
import pytest

from sim import load, run
from sim.economy.policies.base import PolicyInForce, instruments
from sim.experiments.replicate import build_model
from tests.test_end_to_end import ROOT

HEAD = "schema: 1\ntitle: T\nextends: baseline.yaml\n"


def law(cut, **more):
    name = "market_unification"
    return PolicyInForce(name, instruments()[name].Terms(instrument=name, cut=cut, from_=2016, **more))


@pytest.fixture
def scenario(tmp_path):
    """Write a scenario beside a copy of the baseline and load it."""

    def loaded(text):
        (tmp_path / "baseline.yaml").write_text((ROOT / "scenarios/zhejiang/baseline.yaml").read_text())
        (tmp_path / "s.yaml").write_text(HEAD + text)
        return load(tmp_path / "s.yaml", ["run.continuum=true", "run.replicates=1", "years.to=2020"])

    return loaded


def test_the_law_of_a_year_is_that_of_its_value(zhejiang):
    dated = law({2016: 0.1, 2018: 0.3})
    model = build_model(load(ROOT / "scenarios/zhejiang/baseline.yaml", ["run.continuum=true"]), world=zhejiang)
    rules = model._rules_in_force()
    for year, cut in ((2015, None), (2016, 0.1), (2017, 0.1), (2018, 0.3), (2040, 0.3)):
        plain = rules if cut is None else law(cut)(rules, zhejiang, year)
        np.testing.assert_array_equal(dated(rules, zhejiang, year).segmentation, plain.segmentation)


def test_a_dated_value_that_does_not_change_is_the_plain_one(scenario, tmp_path):
    policy = "policies:\n  one: {instrument: market_unification, from: 2016, cut: %s}\n"
    dated = run(scenario(policy % "{2016: 0.2, 2018: 0.2}"), out=tmp_path / "dated")
    plain = run(scenario(policy % "0.2"), out=tmp_path / "plain")
    assert dated.series.equals(plain.series)


def test_a_group_of_the_scenario_is_the_regions_it_names(scenario, tmp_path):
    policy = "policies:\n  roads: {instrument: infrastructure_investment, from: 2016, share_of_budget: 0.1, regions: %s}\n"
    own = "groups: {inland: [mountain, Jinhua]}\n"
    grouped = run(scenario(own + policy % "[inland]"), out=tmp_path / "grouped")
    named = run(scenario(policy % "[Quzhou, Lishui, Jinhua]"), out=tmp_path / "named")
    assert grouped.series.equals(named.series)
    assert grouped.manifest["groups"]["inland"] == ["Jinhua", "Lishui", "Quzhou"]
    assert set(named.manifest["groups"]) < set(grouped.manifest["groups"])
