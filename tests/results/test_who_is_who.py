"""Who is who in a reform: groups by registration that add up, tenths in a comparison, figures a head before totals."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from sim import compare, load, run
from sim.analysis.leading import a_head
from sim.analysis.outcome import outcomes
from sim.units import GROUPS, TENTHS
from sim.year import record as records
from sim.year import recorder
from tests.test_end_to_end import ROOT

SETTINGS = (
    *("run.continuum=true", "run.replicates=1", "years.to=2024"),
    *("parameters.ability_urban=0.54", "parameters.ability_rural=0.66"),
)
REFORM = "policies.reform={instrument: residence_permit_reform, cut: 0.5, from: 2016}"


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("who")
    baseline = load(ROOT / "scenarios/zhejiang/baseline.yaml", SETTINGS)
    reform = load(ROOT / "scenarios/zhejiang/baseline.yaml", (*SETTINGS, REFORM))
    return compare(run(reform, out=folder / "reform"), to=run(baseline, out=folder / "baseline"))


def test_groups_by_hand():
    """Two cells here, one outside. Registered here: 3 at 10, 1 at 20, 2 outside at 5; newcomers 4 at 20; outside 10 at 5."""
    residence = np.array([[3.0, 1, 2], [0, 0, 0], [0, 4, 10]])
    found = recorder.by_registration(residence, np.array([10.0, 20, 5]), np.array([True, True, False]))
    np.testing.assert_allclose(found, [[6, 10], [4, 20], [10, 5]], rtol=1e-14)


def test_nobody_in_a_group_has_no_income():
    found = recorder.by_registration(np.diag([3.0, 5.0]), np.array([10.0, 5]), np.array([True, False]))
    assert found[1, 0] == 0 and np.isnan(found[1, 1])
    record = records.Record()
    places = SimpleNamespace(reported_cells=np.array([True, False]), world="valley", cells=("a/urban", "outside/urban"))
    recorder.record_registration(record, SimpleNamespace(places=places), 1, np.diag([3.0, 5.0]), np.array([10.0, 5]))
    assert "real_income_newcomers" not in {row[3] for row in record.series}


def test_groups_add_up_to_everybody_and_to_all_income(compared):
    """Persons: those of all cells. Income: that of all cells, each resident at the cell's mean."""
    for results in (compared.baseline, *compared.scenarios.values()):
        series = results.series[results.series["year"] == 2024]
        cells = series[series["scope"] == "cell"].pivot(index="place", columns="measure", values="value")
        people = cells["population"]
        world = series[series["scope"] == "world"].set_index("measure")["value"]
        heads = [world[f"population_{group}"] for group in GROUPS]
        assert sum(heads) == pytest.approx(people.sum(), rel=1e-12)
        money = sum(world[f"population_{group}"] * world[f"real_income_{group}"] for group in GROUPS)
        assert money == pytest.approx((people * cells["real_income_per_head"]).sum(), rel=1e-12)
        newcomers = cells["population_newcomers"].dropna()
        assert len(newcomers) == 22 and (newcomers > 0).all() and (newcomers < people[newcomers.index]).all()
        assert newcomers.sum() == pytest.approx(world["population_newcomers"], rel=1e-12)
        assert world["output_per_head"] == pytest.approx(world["output"] / world["population"], rel=1e-12)


def test_a_reform_brings_newcomers_and_is_told_a_head_first(compared):
    (outcome,) = outcomes(compared)
    groups = {group.name: group for group in outcome.groups}
    assert tuple(groups) == GROUPS
    assert groups["newcomers"].persons.difference > 0 > groups["outside"].persons.difference
    assert groups["newcomers"].income.share < 0  # more of them share what the towns earn
    text = a_head(outcome)
    assert text.startswith("A head: output -") and text.index("A head") < text.index("In total")
    assert all(group.words in text for group in outcome.groups) and "pool of possible migrants" in text
    paragraph = compared.paragraph
    assert paragraph.index("A head:") < paragraph.index("For whom:")


def test_what_movers_gain_counts_among_those_registered_outside(compared):
    """Newcomers and those outside each lose or stay, and yet all registered outside gain: who moves earns more."""
    (outcome,) = outcomes(compared)
    newcomers, outside = outcome.groups[1:]
    before, after = (
        sum(getattr(one.persons, end) * getattr(one.income, end) for one in (newcomers, outside))
        / sum(getattr(one.persons, end) for one in (newcomers, outside))
        for end in ("before", "after")
    )
    assert after > before * (1 + outside.income.share)
    assert f"{100 * (after / before - 1):+.1f}%" in a_head(outcome)


def test_nothing_is_said_where_nobody_moves(compared):
    (outcome,) = outcomes(compared)
    still = {**outcome.area, "population": SimpleNamespace(verdict="none", share=0.0)}
    assert a_head(SimpleNamespace(area=still, groups=outcome.groups)) == ""
    assert a_head(SimpleNamespace(area={}, groups=())) == ""


def test_tenths_of_every_place_are_compared_and_belong_to_their_place(compared):
    label = next(iter(compared.scenarios))
    tenths = compared.tenths(label)
    assert len(tenths) == 220
    rows = compared.rows(label, "real_income_per_head", scope="cell")
    for region, kind in (("Hangzhou", "urban"), ("Lishui", "rural")):
        mine = [one for one in tenths if (one.region, one.kind) == (region, kind)]
        assert [one.number for one in mine] == list(range(1, 11))
        assert np.mean([one.income.difference for one in mine]) == pytest.approx(
            rows.loc[f"{region}/{kind}", "difference"], rel=1e-9
        )
        assert (np.diff([one.income.before for one in mine]) > 0).all()
    assert all(one.persons > 0 for one in tenths)


def test_a_reform_brings_newcomers_into_every_tenth_of_the_towns(compared):
    """Many of them are poor, and yet they come with all schoolings; those registered here stay about as many."""
    table = compared.winners_by_registration
    towns = table[(table["kind"] == "urban") & (table["tenth"] > 0)].groupby(["registration", "tenth"])
    heads = towns[["people", "people_before"]].sum()
    change = heads["people"] / heads["people_before"] - 1
    assert (change["newcomers"] > 0.02).all() and change["registered_here"].abs().max() < change["newcomers"].min() / 2


def test_json_has_groups_and_tenths(compared):
    said = json.loads(json.dumps(compared.to_json()))
    (outcome,) = said["outcomes"]
    assert [group["group"] for group in outcome["by_registration"]] == list(GROUPS)
    tenths = said["tenths"][outcome["scenario"]]
    assert len(tenths) == 220 and {"region", "kind", "tenth", "persons", "share", "verdict"} <= tenths[0].keys()
    assert {row["measure"] for row in said["table"]} >= set(TENTHS)
