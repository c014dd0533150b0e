"""Measures against values computed independently, their properties, and the identities of their decompositions."""

import numpy as np
import pytest

from sim.analysis.measures.base import Panel, evaluate_all
from sim.analysis.measures.beta_convergence import beta, speed
from sim.analysis.measures.gini import gini
from sim.analysis.measures.max_min_ratio import max_min_ratio
from sim.analysis.measures.sigma_convergence import sigma
from sim.analysis.measures.theil import theil, theil_layers
from sim.analysis.measures.urban_rural_ratio import urban_rural_ratio
from sim.analysis.measures.williamson_cv import williamson_cv
from sim.errors import FactorFlowError

FIVE = np.array([10.0, 20, 30, 40, 50])
SIX = np.array([10.0, 20, 30, 40, 50, 60])
THREE, PEOPLE = np.array([30.0, 50, 90]), np.array([100.0, 300, 50])
HELP = np.array([541.0, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261])  # example of the R package ineq
CHINA, SPLIT = np.array([54188.0, 23119]), np.array([0.67, 0.33])
INDICES = {
    "gini": gini,
    "theil": theil,
    "williamson_cv": williamson_cv,
    "sigma": sigma,
}


def even(values):
    return np.ones_like(values)


@pytest.mark.parametrize(
    ("found", "exact"),
    [
        (gini(FIVE, even(FIVE)), 0.2666667),
        (theil(FIVE, even(FIVE)), 0.1196876),
        (williamson_cv(FIVE, even(FIVE)), 0.4714045),
        (sigma(FIVE) ** 2, 0.3230978),
        (gini(HELP, even(HELP)), 0.4620911),
        (williamson_cv(THREE, PEOPLE), 0.3265986),
        (gini(THREE, PEOPLE), 0.1481481),
        (theil(THREE, PEOPLE), 0.0494472),
        (williamson_cv(THREE, even(THREE)), 0.4401950),
        (urban_rural_ratio(CHINA, SPLIT, np.array([True, False])), 2.343873),
        (theil(CHINA, SPLIT), 0.0618287),
        (gini(CHINA, SPLIT), 0.1563519),
        (theil(SIX, even(SIX)), 0.1293825),
        (theil_layers(SIX, even(SIX), np.array([0, 0, 0, 1, 1, 1]))[0], 0.0948776),
        (theil_layers(SIX, even(SIX), np.array([0, 0, 0, 1, 1, 1]))[1], 0.0345049),
        (gini(SIX, even(SIX)), 0.2777778),
        (max_min_ratio(FIVE), 5.0),
    ],
)
def test_known_values(found, exact):
    assert found == pytest.approx(exact, abs=6e-8 if exact < 2 else 6e-7)


def test_theil_of_one_rich_group_is_all_between():
    income = np.array([0.0, 0, 0, 10, 10, 10])
    between, within = theil_layers(income, even(income), np.array([0, 0, 0, 1, 1, 1]))
    assert between == pytest.approx(np.log(2), abs=1e-15)
    assert within == pytest.approx(0, abs=1e-15)


def test_gini_of_two_groups_is_income_share_less_population_share():
    income_share = (CHINA * SPLIT)[0] / (CHINA * SPLIT).sum()
    assert gini(CHINA, SPLIT) == pytest.approx(income_share - SPLIT[0], abs=1e-15)


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
def test_properties(index):
    rng = np.random.default_rng(3)
    income, weight = rng.lognormal(9, 0.6, 12), rng.uniform(1, 9, 12)
    value = index(income, weight)
    assert index(income * 7.3, weight) == pytest.approx(value, rel=1e-12)  # scale
    assert index(np.tile(income, 2), np.tile(weight, 2)) == pytest.approx(value, rel=1e-12)  # replication
    order = rng.permutation(12)
    assert index(income[order], weight[order]) == pytest.approx(value, rel=1e-12)  # anonymity
    assert index(np.full(12, 5.0), weight) == pytest.approx(0, abs=1e-12)  # equality
    rich, poor = int(income.argmax()), int(income.argmin())
    after = income.copy()
    after[rich] -= 0.01 * income[poor] / weight[rich]
    after[poor] += 0.01 * income[poor] / weight[poor]
    assert index(after, weight) < value  # transfer principle


def test_beta_and_speed_of_a_known_process():
    """ln y_T = exp(-lambda T) ln y_0 + c has slope -(1 - exp(-lambda T)) / T and speed lambda."""
    first = np.array([8.0, 9, 10, 11.5])
    rate, years = 0.02, 25.0
    last = np.exp(np.exp(-rate * years) * first + 3)
    slope = beta(np.exp(first), last, years)
    assert slope == pytest.approx(-(1 - np.exp(-rate * years)) / years, rel=1e-12)
    assert speed(slope, years) == pytest.approx(rate, rel=1e-12)
    assert np.isnan(speed(np.array(-0.05), 25.0))


def panel(replicates=3, years=4, regions=5):
    rng = np.random.default_rng(11)
    shape = (replicates, years, 2 * regions)
    names = tuple(f"r{number}" for number in range(regions))
    return Panel(
        income=rng.lognormal(10, 0.4, shape),
        population=rng.uniform(1e5, 1e6, shape),
        years=np.arange(2014, 2014 + years),
        cells=tuple(f"{name}/{kind}" for name in names for kind in ("urban", "rural")),
        regions=names,
        region_of_cell=np.repeat(np.arange(regions), 2),
        kind_of_cell=np.tile(["urban", "rural"], regions),
        world="w",
    )


def test_layers_of_theil_add_up():
    found = {(r.measure, r.scope): r.values for r in evaluate_all(panel()) if r.scope == "world"}
    total = found["theil", "world"]
    parts = found["theil_between_regions", "world"] + found["theil_between_kinds_within_regions", "world"]
    np.testing.assert_allclose(parts + found["theil_within_kinds", "world"], total, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found["theil_within_kinds", "world"], 0, atol=1e-12)
    assert (found["theil_between_kinds_within_regions", "world"] > 0).all()


def test_within_layer_is_the_income_weighted_mean_of_regional_theils():
    data = panel()
    readings = evaluate_all(data)
    layer = next(r.values for r in readings if r.measure == "theil_between_kinds_within_regions")
    income, people = data.regional()
    share = income * people / (income * people).sum(axis=-1, keepdims=True)
    regional = np.stack([r.values for r in readings if r.measure == "theil" and r.scope == "region"], axis=-1)
    np.testing.assert_allclose((share * regional).sum(axis=-1), layer, rtol=1e-9)


def test_a_missing_number_is_refused_by_name():
    good = panel()
    income = good.income.copy()
    income[1, 2, 3] = np.nan
    with pytest.raises(FactorFlowError, match=r"income of r1/rural in 2016 \(replicate 1\)"):
        Panel(**{**good.__dict__, "income": income})


def test_cells_without_people_count_for_nothing():
    income, weight = np.append(FIVE, 9999.0), np.append(even(FIVE), 0.0)
    for index in (gini, theil, williamson_cv, sigma):
        assert index(income, weight) == pytest.approx(index(FIVE, even(FIVE)), rel=1e-12)
