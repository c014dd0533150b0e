"""Places where nobody lives: left out whatever is written for them; what is left without anybody has no value."""

import numpy as np
import pytest

from tests.measures.panels import changed, panel, read


def without(data, cell):
    """The panel with one cell dropped, its region too when that has no other cell."""
    keep = np.arange(len(data.cells)) != cell
    left, number = np.unique(data.region_of_cell[keep], return_inverse=True)
    return changed(
        data,
        income=data.income[..., keep],
        population=data.population[..., keep],
        cells=tuple(np.array(data.cells)[keep]),
        regions=tuple(np.array(data.regions)[left]),
        region_of_cell=number,
        kind_of_cell=data.kind_of_cell[keep],
    )


def emptied(data, cell, income, at=np.s_[:, :]):
    """The panel with nobody in one cell and any income written there."""
    incomes, people = data.income.copy(), data.population.copy()
    incomes[(*at, cell)], people[(*at, cell)] = income, 0.0
    return changed(data, income=incomes, population=people)


@pytest.mark.parametrize("income", [np.nan, np.inf, 0.0, -5.0, 1e9])
def test_an_empty_cell_is_as_good_as_none(income):
    data = panel()
    found, expected = read(emptied(data, 3, income)), read(without(data, 3))
    assert set(found) == set(expected)
    for key, values in expected.items():
        np.testing.assert_allclose(found[key], values, rtol=1e-9, atol=1e-12, err_msg=str(key))


@pytest.mark.parametrize("income", [np.nan, 0.0])
def test_an_empty_region_is_left_out_and_has_no_index_of_its_own(income):
    data = panel(kinds=("urban",), regions=6)
    found, expected = read(emptied(data, 5, income)), read(without(data, 5))
    assert not any(place == "r5" for _, _, place in found)
    for key, values in expected.items():
        np.testing.assert_allclose(found[key], values, rtol=1e-9, atol=1e-12, err_msg=str(key))


def test_a_region_left_empty_in_one_year_is_missed_in_that_year_only():
    data = panel()
    for cell in (8, 9):
        data = emptied(data, cell, np.nan, at=np.s_[:, 2])
    found = read(data)
    for key, values in found.items():
        defined = np.isfinite(values)
        if key[2] == "r4":
            assert defined.tolist() == [[True, True, False, True]] * 3, key
        elif key[0].startswith("beta_convergence"):
            assert not defined[:, 0].any(), key
        else:
            assert defined.all(), key


def test_no_country_no_ratio():
    data = panel(kinds=("urban",))
    assert not any(measure == "urban_rural_ratio" for measure, _, _ in read(data))
    assert not any(place == "rural" for _, _, place in read(data))
    data = panel()
    for cell in range(1, 10, 2):
        data = emptied(data, cell, np.nan)
    assert not any(measure == "urban_rural_ratio" for measure, _, _ in read(data))


def test_a_world_of_one_region_has_no_beta_and_no_dispersion_between_regions():
    found = read(panel(regions=1))
    assert not any(measure.startswith("beta") for measure, _, _ in found)
    for measure in ("sigma_convergence", "williamson_cv", "theil_between_regions"):
        np.testing.assert_array_equal(found[measure, "world", "valley"], 0)
    np.testing.assert_array_equal(found["max_min_ratio", "world", "valley"], 1)
    np.testing.assert_allclose(found["theil", "region", "r0"], found["theil", "world", "valley"], rtol=1e-12)
