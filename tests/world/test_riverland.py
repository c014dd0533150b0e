"""riverland, invented, from a folder alone: met exactly, lived for twenty years, and policies that do what they should."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.data import catalogue
from sim.evidence.checkup import base_year_errors
from sim.model import FactorFlowModel
from sim.world.build import build_world, parameter_table
from sim.world.tables import observed
from sim.world.world import World

FEW = {"labour_agents": 20_000, "capital_agents": 20_000, "land_agents": 20_000}
SCENARIOS = Path(__file__).parents[2] / "scenarios" / "riverland"


@pytest.fixture(scope="module")
def riverland() -> World:
    return build_world("riverland")


def test_it_says_on_its_first_line_and_in_every_source_that_it_is_invented() -> None:
    here = catalogue.tables("riverland")
    assert here.files["world.yaml"].decode().splitlines()[0].startswith("# Invented: no such country")
    for table in ("places", "population", "income", "output", "migration", "labour", "public"):
        assert {row["source"] for row in here.rows(table)} == {"invented: a round number of no real place"}
    assert here.outside == () and len(here.places) == 8 and catalogue.entry("riverland")["money"] == "crown of 2010"


def test_its_base_year_is_met_and_its_accounts_are_plausible(riverland: World) -> None:
    errors = base_year_errors(catalogue.tables("riverland"), riverland, None)
    assert max(errors.income, errors.population, errors.product) < 1e-9
    assert riverland.public.wedge.min() > 0.29 and riverland.public.wedge.max() < 0.46
    assert (riverland.budgets > 0).all() and np.isfinite(riverland.productivity[riverland.revenue > 0]).all()
    assumed = observed("riverland", parameter_table("riverland")).assumed
    assert any(text.startswith("capital: equal returns") for text in assumed)
    assert any(text.startswith("where migrants come from: gravity") for text in assumed)


@pytest.mark.parametrize("agents", [{"continuum": True}, FEW], ids=["continuum", "agents"])
def test_twenty_years_with_every_identity_closed(riverland: World, agents: dict[str, int]) -> None:
    model = FactorFlowModel(riverland, last_year=2030, **agents)
    while model.running:
        model.step()
    assert {row[0] for row in model.record.accounts} == set(range(2010, 2031))
    assert max(row[2] for row in model.record.accounts) < 1e-9
    read = {row[:4]: row[4] for row in model.record.series}
    ratio = [read[year, "kind", "urban", "income_per_head"] / read[year, "kind", "rural", "income_per_head"]
             for year in (2010, 2030)]  # fmt: skip
    tables = catalogue.residents("riverland", 2010), catalogue.tables("riverland")
    money = np.array([[tables[1].at(place, "disposable_income", 2010, kind) for kind in ("urban", "rural")]
                      for place in tables[0]])  # fmt: skip
    people = np.array(list(tables[0].values()))
    expected = (money * people).sum(axis=0) / people.sum(axis=0)
    assert ratio[0] == pytest.approx(expected[0] / expected[1], rel=1e-3 if agents is FEW else 1e-9)
    assert 2.2 < ratio[1] < ratio[0]  # people leave poor villages, so the gap narrows by itself, and slowly


def test_open_towns_draw_villagers_and_aid_raises_whom_it_is_for() -> None:
    from sim import load
    from sim.experiments.replicate import build_model

    settings = ["run.continuum=true", "run.replicates=1", "years.to=2020"]
    read = {}
    for name in ("baseline", "open_registration", "upstream_aid"):
        model = build_model(load(SCENARIOS / f"{name}.yaml", settings))
        while model.running:
            model.step()
        read[name] = {row[:4]: row[4] for row in model.record.series}
    share = {name: rows[2020, "world", "riverland", "urban_share"] for name, rows in read.items()}
    assert share["open_registration"] > share["baseline"] + 0.005
    cell = (2020, "cell", "Highsource/rural", "real_income_per_head")
    assert read["upstream_aid"][cell] > 1.001 * read["baseline"][cell]
