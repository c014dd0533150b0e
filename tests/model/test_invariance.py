"""What must not matter does not: units of money, the order of cells, threads, when draws are made, policies of size zero."""

import csv
import io
import re

import numba
import numpy as np
import pytest

from sim.data import catalogue
from sim.data.folder import LONG, TABLES, WorldFolder
from sim.economy.markets.clearing import clear
from sim.economy.markets.given import Demand, Supply
from sim.economy.policies.base import PolicyInForce, instruments
from sim.world.build import build_world
from sim.year.markets import clear_markets
from sim.year.stocks import continua, first_economy
from tests.reading import law_of, lived, rows

ZERO = {
    "residence_permit_reform": {"cut": 0.0},
    "infrastructure_investment": {"share_of_budget": 0.0},
    "market_unification": {"cut": 0.0},
    "capital_market_integration": {"finance_gap_cut": 0.0, "blockade_cut": 0.0},
    "cash_transfer": {"share_of_upper_budget": 0.0},
    "land_market_integration": {"quota_trading": "across_regions", "opened": 0.0},
    "fiscal_transfer": {"share_of_budget": 0.0, "recipients": ("mountain",)},
    "public_service_equalisation": {"share_of_upper_budget": 0.0},
    "transport_link": {"start": "Hangzhou", "end": "Quzhou", "time_saved": 0.0, "share_of_upper_budget": 0.0},
    "paired_assistance": {"pairs": {"Hangzhou": "Quzhou", "Ningbo": "Lishui"}, "share_of_donor_revenue": 0.0},
    "industrial_linkage": {"assembler": "Hangzhou", "suppliers": {"Quzhou": 0.0}, "share_of_budget": 0.0},
    "growth_pole": {"regions": ("mountain",), "share_of_budget": 0.0, "agglomeration": 0.0},
    "rural_consumption": {"voucher": 0.0},
    "talent_programme": {"share_of_budget": 0.0},
    "income_tax": {"brackets": ({"above": 0.0, "rate": 0.0},), "returned": 0.5},
    "land_value_tax": {"rate": 0.0, "returned": 0.5},
    "investment_subsidy": {"on_capital": 0.0},
    "minimum_wage": {"floor": 0.0},
}
FEW = {"labour_agents": 20_000, "capital_agents": 30_000, "land_agents": 10_000}


def law(name, **terms):
    return PolicyInForce(name, instruments()[name].Terms(instrument=name, from_=2015, **terms))


def test_every_instrument_has_a_size_zero():
    assert set(ZERO) == set(instruments())


@pytest.mark.parametrize("name", ZERO)
def test_a_policy_of_size_zero_is_the_baseline_bit_for_bit(zhejiang, name):
    baseline = lived(zhejiang, last_year=2018, **FEW)
    policy = lived(zhejiang, [law(name, **ZERO[name])], last_year=2018, **FEW)
    assert policy.record.series == baseline.record.series
    assert policy.record.flows == baseline.record.flows


def test_same_bytes_on_one_and_on_all_threads(zhejiang):
    everywhere = lived(zhejiang, last_year=2017, **FEW)
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        alone = lived(zhejiang, last_year=2017, **FEW)
    finally:
        numba.set_num_threads(threads)
    assert alone.record.series == everywhere.record.series
    assert alone.labour.columns["cell"].tobytes() == everywhere.labour.columns["cell"].tobytes()


def test_replicates_and_seeds_differ(zhejiang):
    runs = [lived(zhejiang, last_year=2015, **FEW, **key) for key in ({}, {"replicate": 1}, {"seed": 8})]
    assert len({run.labour.columns["cell"].tobytes() for run in runs}) == 3


def test_a_policy_changes_only_those_whose_odds_it_changes(zhejiang):
    """The same agents have the same luck: under a small reform more than nine movers in ten go where they went without it."""
    baseline = lived(zhejiang, last_year=2016, **FEW)
    policy = lived(zhejiang, [law("residence_permit_reform", cut=0.05)], last_year=2016, **FEW)
    moved = np.count_nonzero(baseline.labour.columns["cell"] != policy.labour.columns["cell"])
    movers = sum(value for _, factor, _, _, _, value in baseline.record.flows if factor == "labour")
    assert 0 < moved < 0.10 * movers / baseline.labour.weight


def rewritten(world, change):
    """The folder of a world with every row of its long tables changed."""
    here = catalogue.tables(world)
    files = dict(here.files)
    for name in (f"{table}.csv" for table in TABLES if f"{table}.csv" in files):
        rows_of = list(csv.DictReader(files[name].decode().splitlines()))
        text = io.StringIO()
        writer = csv.DictWriter(text, LONG)
        writer.writeheader()
        writer.writerows(change(dict(row)) for row in rows_of)
        files[name] = text.getvalue().encode()
    return WorldFolder(here.name, files)


def doubled_money(row):
    return {**row, "value": repr(2.0 * float(row["value"]))} if row["unit"].startswith("yuan") else row


IN_YUAN = ("output", "income_p", "real_income_", "total_real_income_")


def test_doubling_all_money_changes_nothing_real(zhejiang):
    plain = rows(lived(zhejiang, last_year=2018, continuum=True))
    doubled = rows(lived(build_world(rewritten("zhejiang", doubled_money)), last_year=2018, continuum=True))
    nominal = {"income_per_head", "real_income_per_head", "wage", "land_rent", "capital", "public_revenue"}
    nominal |= {"general_purchases_per_head"}
    for (year, scope, place, measure), value in plain.items():
        factor = 2.0 if measure in nominal or measure.startswith(IN_YUAN) else 1.0
        assert doubled[year, scope, place, measure] == pytest.approx(factor * value, rel=1e-9), (year, place, measure)


def test_where_the_clearing_starts_does_not_matter(zhejiang):
    """One equilibrium up to scale: random starts, twice the money, agree to rounding."""
    economy = first_economy(zhejiang, *continua(zhejiang))

    first, _, _ = clear_markets(zhejiang, economy, law_of(zhejiang))
    rng = np.random.default_rng(5)
    for _ in range(3):
        economy.revenue = np.where(zhejiang.revenue > 0, 2 * zhejiang.revenue * rng.lognormal(0, 1, first.revenue.shape), 0)
        again, _, _ = clear_markets(zhejiang, economy, law_of(zhejiang))
        np.testing.assert_allclose(again.revenue, first.revenue, rtol=1e-9)
        np.testing.assert_allclose(again.wage, first.wage, rtol=1e-9)


def test_the_order_of_regions_changes_nothing_but_the_order(zhejiang):
    """Places are sorted by name: other names turn their order round, and nothing else."""
    plain = rows(lived(zhejiang, last_year=2018, continuum=True))
    here = catalogue.tables("zhejiang")
    turned = {place: f"p{number:02d}" for number, place in enumerate(reversed(here.places))}

    def renamed(row):
        return {**row, "place": turned.get(row["place"], row["place"])}

    files = dict(rewritten("zhejiang", renamed).files)
    for place, name in turned.items():
        files["places.csv"] = files["places.csv"].replace(f"\n{place},".encode(), f"\n{name},".encode())
    files["world.yaml"] = re.sub(rb"groups:\n(  .*\n)+", b"groups: {}\n", files["world.yaml"])
    world = build_world(WorldFolder("zhejiang", files))
    assert list(world.places.regions[:-1]) == sorted(turned.values())
    assert world.income_per_head[0] == zhejiang.income_per_head[-4]  # the last city before outside is now the first
    back = {name: place for place, name in turned.items()}
    found = rows(lived(world, last_year=2018, continuum=True))
    compared = 0
    for (year, scope, place, measure), value in found.items():
        region, slash, kind = place.partition("/")
        key = (year, scope, back.get(region, region) + slash + kind, measure)
        assert plain[key] == pytest.approx(value, rel=1e-8), key
        compared += region in back
    assert compared > 1_000


def test_an_impossible_market_names_itself(zhejiang):
    economy = first_economy(zhejiang, *continua(zhejiang))
    supply = Supply(
        labour=np.ones(zhejiang.cells),
        capital=np.ones(zhejiang.cells),
        land=np.ones(zhejiang.cells),
        productivity=zhejiang.productivity,
        openness=np.ones((zhejiang.cells, zhejiang.cells, 3)),
    )
    from sim.errors import FactorFlowError, MarketDidNotClear

    none = np.zeros((zhejiang.cells, 3))
    saved = np.full((zhejiang.cells, economy.revenue.size), 0.5 / zhejiang.cells)  # materials and this: not all is spent
    with pytest.raises(MarketDidNotClear, match="did not clear in 2031: after 20000 sweeps") as answer:
        clear(zhejiang, supply, Demand(saved, 0 * saved, saved, none), economy.revenue, 2031)
    assert "elasticit" not in str(answer.value) and "polic" not in str(answer.value)
    endless = np.full((zhejiang.cells, economy.revenue.size), np.nan)
    with pytest.raises(FactorFlowError, match="the map of final demand of Hangzhou/urban in 2031 is nan"):
        clear(zhejiang, supply, Demand(endless, endless, endless, none), economy.revenue, 2031)
