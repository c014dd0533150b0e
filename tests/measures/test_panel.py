"""The panel refuses what no measure could read, the register knows every series, and evaluation is by array."""

import numpy as np
import pytest

from sim.analysis.measures import available, derived, evaluate_all, series
from sim.analysis.measures.base import admitted, divided, weighted_mean
from sim.errors import FactorFlowError
from tests.measures.panels import changed, panel, read

RECORDED = {
    "beta_convergence",
    "coast_mountain_ratio",
    "gini",
    "max_min_ratio",
    "max_min_ratio_published",
    "sigma_convergence",
    "theil",
    "urban_rural_ratio",
    "urban_rural_ratio_published",
    "williamson_cv",
}
DERIVED = {
    "atkinson",
    "class_mobility",
    "convergence_clubs",
    "coupling_coordination",
    "gap_half_life",
    "palma",
}


def spoiled(values, number):
    values = values.copy()
    values[1, 2, 3] = number
    return values


@pytest.mark.parametrize(
    ("part", "number", "answer"),
    [
        ("income", np.nan, r"income of r1/rural in 2016 \(replicate 1\) is not a number"),
        ("income", np.inf, r"income of r1/rural in 2016 \(replicate 1\) is not a number"),
        ("income", -1.0, r"income of r1/rural in 2016 \(replicate 1\) is below zero"),
        ("population", np.nan, r"population of r1/rural in 2016 \(replicate 1\) is not a number"),
        ("population", -1.0, r"population of r1/rural in 2016 \(replicate 1\) is below zero"),
    ],
)
def test_a_wrong_number_is_refused_by_cell_year_and_replicate(part, number, answer):
    good = panel()
    with pytest.raises(FactorFlowError, match=answer):
        changed(good, **{part: spoiled(getattr(good, part), number)})


@pytest.mark.parametrize(
    ("parts", "answer"),
    [
        ({"population": np.ones((3, 4, 9))}, r"population is a table of \(3, 4, 9\), not .* \(3, 4, 10\)"),
        ({"years": np.array([2014, 2015, 2015, 2016])}, "must rise, these do not: .2014, 2015, 2015, 2016."),
        ({"region_of_cell": np.arange(3)}, "one region and one kind"),
        ({"region_of_cell": np.arange(10)}, "the numbers 0 to 4, each at least once"),
        ({"region_of_cell": np.zeros(10, int)}, "the numbers 0 to 4, each at least once"),
        ({"kind_of_cell": np.array(["urban", "suburb"] * 5)}, "urban or rural, not suburb"),
    ],
)
def test_parts_that_do_not_fit_are_refused(parts, answer):
    with pytest.raises(FactorFlowError, match=answer):
        changed(panel(), **parts)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -1.0])
def test_formulas_refuse_numbers_that_are_none(wrong):
    for module, name in (("gini", "gini"), ("theil", "theil"), ("sigma_convergence", "sigma")):
        index = getattr(available()[module], name)
        with pytest.raises(FactorFlowError, match=r"income must be .* at \(1,\)"):
            index(np.array([1.0, wrong, 3.0]))
        with pytest.raises(FactorFlowError, match=r"weight must be .* at \(2,\)"):
            index(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, wrong]))


def test_logarithms_refuse_an_income_of_zero():
    with pytest.raises(FactorFlowError, match="above zero"):
        available()["sigma_convergence"].sigma(np.array([0.0, 1.0]))


def test_shares_add_up_and_leave_out_what_has_no_weight():
    value, share = admitted(np.array([5.0, np.nan, 7.0]), np.array([1.0, 0.0, 3.0]))
    assert share.tolist() == [0.25, 0.0, 0.75] and value.tolist() == [5.0, 1.0, 7.0]
    assert weighted_mean(np.array([5.0, np.nan, 7.0]), np.array([1.0, 0.0, 3.0])) == 6.5
    assert np.isnan(weighted_mean(np.array([5.0, 7.0]), np.zeros(2)))


def test_a_quotient_by_zero_is_not_defined_and_not_infinite():
    assert np.isnan(divided(np.array([1.0, 0.0]), np.array([0.0, 0.0]))).all()
    assert divided(np.array([1.0]), np.array([4.0])) == 0.25


def test_regional_incomes_are_means_over_residents():
    income, people = panel([[[30.0, 10, 50, 20]]], [[[1.0, 3, 2, 2]]]).regional()
    assert income.tolist() == [[[15.0, 35.0]]] and people.tolist() == [[[4.0, 4.0]]]
    data = panel([[[30.0, 10, 50, 20]]], [[[1.0, 3, 2, 2]]])
    assert data.regional(data.urban)[0].tolist() == [[[30.0, 50.0]]]


def test_every_file_is_a_measure_with_words_for_the_user():
    assert set(available()) == RECORDED | DERIVED and {one.measure for one in derived().values()} == DERIVED
    for name, module in available().items():
        assert module.UNIT and module.TITLE and module.MEANING, name
        assert set(module.SCOPES) <= {"world", "region", "cell", "kind"}, name


def test_the_register_names_exactly_what_is_read():
    known = {name: word for name, word in series().items() if name not in derived()}
    whole = {"links": {"urban": 1.0, "rural": 1.1}, "survey": np.ones(10)}
    found = evaluate_all(panel(groups={"coast": ("r0",), "mountain": ("r1",)}, **whole))
    assert {reading.measure for reading in found} == set(known)
    for name, word in known.items():
        assert {reading.scope for reading in found if reading.measure == name} == set(word.scopes), name
        assert {reading.unit for reading in found if reading.measure == name} == {word.unit}, name


def test_no_series_is_read_twice_and_places_have_their_own_names():
    found = evaluate_all(panel())
    keys = [(reading.measure, reading.scope, reading.place) for reading in found]
    assert len(set(keys)) == len(keys)
    places = {"world": {"valley"}, "region": {f"r{number}" for number in range(5)}, "kind": {"urban", "rural"}}
    assert all(place in places[scope] for _, scope, place in keys)


def test_a_replicate_and_year_is_measured_as_if_it_were_alone():
    data = panel()
    whole = read(data)
    for replicate, year in ((0, 0), (2, 3)):
        at = np.s_[replicate : replicate + 1, year : year + 1]
        alone = read(changed(data, income=data.income[at], population=data.population[at], years=data.years[year : year + 1]))
        assert set(whole) - set(alone) == {key for key in whole if key[0].startswith("beta")}
        for key, values in alone.items():
            assert values.tobytes() == whole[key][at].tobytes(), key


def test_the_order_of_cells_does_not_matter():
    data = panel()
    order = np.random.default_rng(5).permutation(10)
    shuffled = changed(
        data,
        income=data.income[..., order],
        population=data.population[..., order],
        cells=tuple(data.cells[cell] for cell in order),
        region_of_cell=data.region_of_cell[order],
        kind_of_cell=data.kind_of_cell[order],
    )
    whole, again = read(data), read(shuffled)
    for key, values in whole.items():
        np.testing.assert_allclose(again[key], values, rtol=1e-9, atol=1e-12, err_msg=str(key))


def test_the_unit_of_money_and_the_size_of_the_population_do_not_matter():
    data = panel()
    whole = read(data)
    again = read(changed(data, income=data.income * 1e-4, population=data.population * 7))
    for key, values in whole.items():
        np.testing.assert_allclose(again[key], values, rtol=1e-9, atol=1e-12, err_msg=str(key))
