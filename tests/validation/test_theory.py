"""The corners of the model are the models of the field; equation numbers are those of docs/model.md and docs/odd.md."""

import json
import re
from copy import deepcopy
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from click.testing import CliRunner

from sim import load
from sim.cli import main
from sim.data import catalogue
from sim.errors import FactorFlowError, WorldError
from sim.evidence.theory import Row, agents, choice, factors, figure, geography, gravity, jobs, places, solow, table, todaro
from sim.evidence.theory.corner import CORNERS, at_start, corner, lived, read, settled
from sim.model import FactorFlowModel
from sim.world import theory
from tests.test_end_to_end import ROOT
from tests.validation.changes import NAMED

SCENARIOS = ROOT / "scenarios" / "theory"


EXACT = [name for name in table.families() if name != "agents"]


@pytest.mark.parametrize("family", EXACT)
def test_every_row_of_the_table_passes(family):
    """Equations (1) to (12) in their corners."""
    rows = list(table.rows([family]))
    assert rows
    assert not [row.words() for row in rows if not row.passed]
    names = [row.name for row in rows]
    assert max(map(len, names)) <= 46
    assert sorted(names) == sorted(name for name, where in NAMED.items() if where == family)


def test_the_pages_say_how_many_rows_there_are():
    agents_alone = [name for name, family in NAMED.items() if family == "agents"]
    readme, model = ((ROOT / page).read_text(encoding="utf-8") for page in ("README.md", "docs/model.md"))
    assert f"{len(NAMED) - len(agents_alone)} exact numbers in {len(EXACT)} families of corners" in readme
    assert f"{len(NAMED)} rows, {len(agents_alone)} of them with agents" in model


def test_equations_of_trade_solved_apart_give_the_known_case():
    """Two equal countries: home share 1 / (1 + tau^-theta), gain (1 + tau^-theta)^(1 / (theta b))."""
    cost = np.log(1.5) * (1 - np.eye(2))
    for added in (1.0, 0.6):
        found = gravity.trade(np.ones(2), np.ones(2), cost, 4.0, added)
        assert found.shares.diagonal() == pytest.approx(np.full(2, 0.835052), abs=5e-7)
        assert found.real_wage == pytest.approx(np.full(2, (1 + 1.5**-4) ** (1 / (4 * added))), rel=1e-10)


def test_a_corner_that_cannot_run_is_a_row_that_fails(monkeypatch):
    def rows():
        yield Row("first", "solow", "", 1.0, 1.0)
        raise FactorFlowError("it still moves")

    monkeypatch.setattr(solow, "rows", rows)
    first, last = table.rows(["solow"])
    assert first.passed and not last.passed and "it still moves" in " ".join(last.words())
    assert json.loads(json.dumps(last.to_json(), allow_nan=False))["exact"] is None


def test_the_formulas_give_the_numbers_that_were_checked_elsewhere():
    pay, amenity, land = np.array([1.0, 1.6]), np.array([1.0, 0.9]), np.ones(2)
    known = [
        (choice.logit(np.array([1, 1.5, 2.5]), 1.5), [0.147276, 0.270564, 0.582160]),
        (places.roback_shares(pay, amenity, land, 0.25), [0.271195, 0.728805]),
        (places.taste_shares(pay, amenity, land, 0.25, 1.5), [0.433003, 0.566997]),
        (places.taste_shares(pay, amenity, land, 0.25, 3.0), [0.395638, 0.604362]),
        (places.taste_shares(pay, amenity, land, 0.25, 1e4), [0.271273, 0.728727]),
        (factors.factor_shares(pay * [1, 1.25], land, (0.5, 0.3, 0.2), (np.inf, np.inf), np.inf)[0], [0.030303, 0.969697]),
        (solow.eigenvalue(1 / 3, 0.01, 0.02, 0.05), 0.948101),
        (geography.break_point(0.4, 5.0), 1.626577),
        (geography.sustain_point(0.4, 5.0), 1.807313),
    ]
    for ours, exact in known:
        assert np.abs(np.asarray(ours) - exact).max() < 5e-7


def test_at_infinite_elasticities_the_one_good_is_that_of_harris_and_todaro():
    """Limits, section 1: W is the product of the last job, and a job draws W / w people where w stays."""
    limit = todaro.OneGood(kappa=np.inf, theta=np.inf)
    assert limit.jobs == pytest.approx((0.7 * 10 / 2.5) ** (1 / 0.3), rel=1e-12)
    assert limit.rural_wage == pytest.approx(0.7 * 4 * (100 - limit.in_town) ** -0.3, rel=1e-12)
    assert limit.expected_wage == pytest.approx(limit.rural_wage, rel=1e-12)
    large = replace(limit, people=1e9, country=1 / 0.7, country_land=1e9, floor=2.0)
    assert large.rural_wage == pytest.approx(1, abs=1e-6)
    assert large.drawn(0.02) == pytest.approx(2, abs=1e-6)


def test_welfare_rises_by_the_number_that_was_checked_elsewhere():
    """Equation (10) and limits, section 2: What = 1.1186217 where the third place pays a fifth more."""
    pay = np.array([[1.0], [1.5], [2.5]])
    before, after = (at_start(corner("logit", {"productivity": pay * [[1.0], [1.0], [up]]})).welfare for up in (1.0, 1.2))
    assert np.exp(after - before) == pytest.approx(np.full(3, 1.1186217), abs=5e-8)


def test_a_row_outside_its_tolerance_fails_and_so_does_one_without_a_number():
    assert Row("a", "logit", "", 1.0, 1.0 + 2e-8).passed is False
    assert Row("a", "logit", "", np.ones(2), np.array([1.0, np.nan])).passed is False
    assert Row("a", "logit", "", np.ones(2), np.ones(2) + 5e-9).passed is True
    assert "FAIL" in Row("a", "logit", "", 1.0, 2.0).words()


def test_the_command_prints_a_line_a_row_and_tells_failure_by_its_exit_code(monkeypatch):
    rows = [Row("home share", "two_countries", "Eaton and Kortum (2002)", 0.835, 0.835)]
    monkeypatch.setattr(table, "rows", lambda names: iter(rows))
    answer = CliRunner().invoke(main, ["validate", "theory", "--exact"])
    assert answer.exit_code == 0 and "1 of 1 rows pass" in answer.stdout and "two_countries" in answer.stdout
    rows.append(Row("gain", "two_countries", "Eaton and Kortum (2002)", 1.046, 1.0))
    answer = CliRunner().invoke(main, ["validate", "theory", "--exact"])
    assert answer.exit_code == 3 and "FAIL" in answer.stdout and "1 of 2 rows pass" in answer.stdout


def test_the_command_prints_chosen_families_as_json():
    answer = CliRunner().invoke(main, ["validate", "theory", "--only", "diffusion", "--json"])
    told = json.loads(answer.stdout)
    assert answer.exit_code == 0 and told["failed"] == 0
    assert {row["name"] for row in told["rows"]} == {name for name, family in NAMED.items() if family == "diffusion"}
    answer = CliRunner().invoke(main, ["validate", "theory", "--only", "difusion"])
    assert answer.exit_code == 2 and "difusion" in answer.stderr and "diffusion" in answer.stderr


@pytest.mark.parametrize("name", CORNERS)
def test_every_corner_is_a_scenario_of_the_same_name(name):
    world, parameters = CORNERS[name]
    scenario = load(SCENARIOS / f"{name}.yaml")
    assert (scenario.world, dict(scenario.parameters)) == (world, dict(parameters))
    assert scenario.question.endswith("?")


def test_no_scenario_of_the_theory_is_without_a_corner():
    assert {file.stem for file in SCENARIOS.glob("*.yaml")} == set(CORNERS)


@pytest.mark.parametrize("name", [name for name in catalogue.worlds() if name.startswith("theory_")])
def test_a_world_has_its_regions_and_sectors_and_no_parameter_outside_its_range(name):
    entry, parameters = catalogue.worlds()[name], catalogue.parameters(name)
    assert theory.described(name).cells == tuple(entry["cells"])
    assert set(entry["technology"]) == set(entry["sectors"])
    assert {cell.split("/")[0] for cell in entry["cells"]} == set(entry["regions"])
    assert set(entry["parameters"]) <= set(parameters)
    assert all(parameter.low <= parameter.value <= parameter.high for parameter in parameters.values())


@pytest.mark.parametrize(
    ("place", "word", "right"),
    [
        ((), "trade_costs", "trade_cost"),
        (("technology",), "farming", "industry"),
        (("technology", "industry"), "labor", "labour"),
        (("technology", "industry", "materials"), "agricultur", "agriculture"),
        (("cells", "coast/urban"), "peple", "people"),
        (("cells", "coast/urban", "productivity"), "industri", "industry"),
    ],
)
def test_a_misspelt_word_of_a_world_is_refused_with_those_that_are_allowed(monkeypatch, place, word, right):
    """Read as left out it would mean no productivity, no trade cost, nobody there."""
    worlds = deepcopy(dict(catalogue.worlds()))
    told = worlds["theory_provinces"]
    for step in place:
        told = told[step]
    told[word] = told[next(iter(told))]
    monkeypatch.setattr(catalogue, "worlds", lambda: worlds)
    with pytest.raises(WorldError, match=re.escape(".".join((*place, word)))) as answer:
        theory.described("theory_provinces")
    assert right in str(answer.value).partition("allowed")[2]


def test_a_lower_cost_of_moving_narrows_the_wage_gap_all_the_way():
    """Limits, section 4: with the wedge the gap closes monotonically; equal wages need free movers."""
    costs = (1.0, 0.3, 0.0)
    gaps, slow = [], {"capital_mobility": 0, "labour_choice_elasticity": 10}
    for cost in costs:
        reading = settled(corner("free_factors", {"people": np.array([0.5, 0.5])}, **slow, migration_cost=cost))
        gaps.append(float(np.log(reading.clearing.wage[1] / reading.clearing.wage[0])))
    assert all(before > after for before, after in pairwise(gaps)) and gaps[-1] > 0
    free = settled(corner("free_factors", {"people": np.array([0.2, 0.8])}, labour_choice_elasticity=300))
    assert 0 < np.log(free.clearing.wage[1] / free.clearing.wage[0]) < 6e-3


def test_between_break_and_sustain_history_decides():
    """A small lead goes away and a core stays, in years of the model itself; below the break the small lead grows."""
    small, core = np.array([0.21, 0, 0.19, 0]), np.array([0.38, 0, 0.02, 0])

    def share_of_north(people, cost, kappa=300.0):
        world = corner("core_periphery", {"people": people}, trade_cost=np.log(cost), labour_choice_elasticity=kappa)
        persons = lived(world, 150).economy.workforce.persons
        return persons[0] / (persons[0] + persons[2])

    assert share_of_north(small, 1.7) < 0.525 < 0.95 <= share_of_north(core, 1.7)
    assert share_of_north(small, 1.4) > 0.525
    assert share_of_north(core, 2.2) < 0.95


def test_agents_in_town_come_to_expect_the_wage_of_the_country():
    """Equation (11) with people instead of shares: the gap of expected wages is what tastes leave, log odds over kappa."""
    laws = [jobs.floor_of(2.5)]
    model = FactorFlowModel(corner("harris_todaro"), laws, last_year=10**6, labour_agents=20_000, capital_agents=100)
    for _ in range(150):
        model.step()
    reading = read(model)
    gap = np.log(reading.clearing.wage[0] / reading.clearing.wage[1])
    odds = np.log(reading.persons[0] / reading.persons[1])
    assert gap == pytest.approx(odds / 50, abs=0.03)
    assert 0.6 < 1 - reading.clearing.employment[0] < 0.7


def test_errors_of_agents_fall_like_one_over_the_root_of_their_number():
    """Three sizes and few seeds here; four sizes and more seeds in `factorflow validate theory`."""
    found = agents.errors((100, 3_000, 90_000), 24)
    assert ((found.slopes > -0.6) & (found.slopes < -0.4)).all(), found.slopes


def test_shares_of_agents_have_the_sampling_error_of_a_multinomial():
    """Neither too large nor too small to be those of draws: three standard errors of a mean of 200 squares."""
    found, freedom = agents.sampling_error(agents=300, seeds=100)
    assert found / freedom == pytest.approx(1, abs=3 * (2 / freedom) ** 0.5)


@pytest.mark.slow
def test_every_row_with_agents_passes():
    assert not [row.words() for row in agents.rows() if not row.passed]


def test_welfare_of_everybody_rises_with_the_pay_of_one_place_by_its_share():
    """Equation (10), the envelope: d log W / d log V_3 = p_3."""
    value, step = np.array([1.0, 1.5, 2.5]), 1e-5
    up, down = (
        at_start(corner("logit", {"productivity": (value * [1, 1, np.exp(sign * step)])[:, None]})).welfare[0]
        for sign in (1, -1)
    )
    assert (up - down) / (2 * step) == pytest.approx(choice.logit(value, 1.5)[2], abs=1e-8)


def test_the_figure_shows_a_line_for_every_aggregate_and_labels_it():
    found = agents.Errors((1_000, 10_000), 3, np.array([[3e-2, 1e-2], [2.5e-2, 8e-3], [3e-3, 1e-3]]))
    drawn = figure.figure(found)
    (axes,) = drawn.axes
    texts = {text.get_text() for text in axes.texts}
    assert texts == {"slope \u22120.5", *agents.AGGREGATES}
    assert axes.get_xscale() == axes.get_yscale() == "log"
    assert found.slopes == pytest.approx([np.log10(1 / 3), np.log10(0.32), np.log10(1 / 3)])
