"""A table cut from the saved rows is the one that pandas pivots, and rows that do not fit are pivoted."""

import numpy as np
import pandas as pd
import pytest

from sim.analysis.wide import WORDS, by_reading, by_year

REPLICATES, YEARS = (0, 2, 7), (2014, 2015, 2016)
READINGS = [
    ("world", "hills", "gini"),
    ("cell", "b/rural", "income"),
    ("cell", "a/urban", "income"),
    ("world", "hills", "area"),
]


def saved():
    """Rows as a run saves them: by replicate, year, scope, place, measure; words as numbers of sorted words."""
    rows = [(replicate, year, *reading) for replicate in REPLICATES for year in YEARS for reading in sorted(READINGS)]
    frame = pd.DataFrame(rows, columns=["replicate", "year", "scope", "place", "measure"])
    frame = frame.astype({"replicate": "int32", "year": "int32", **dict.fromkeys(WORDS, "category")})
    return frame.assign(value=np.random.default_rng(3).normal(size=len(frame)))


def pivoted(series):
    plain = series.astype(dict.fromkeys(WORDS, str))
    return plain.pivot(index=[*WORDS, "year"], columns="replicate", values="value").sort_index()


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(lambda frame: frame, id="as saved"),
        pytest.param(lambda frame: frame.iloc[::-1], id="in another order"),
        pytest.param(lambda frame: frame.drop(index=5), id="one replicate lacks a row"),
        pytest.param(lambda frame: frame.drop(index=[5, 17, 29]), id="all lack the same row"),
        pytest.param(lambda frame: frame.drop(index=[5, 18, 29]), id="they lack different rows"),
        pytest.param(lambda frame: frame[frame["replicate"] == 2], id="one replicate"),
    ],
)
def test_all_values_by_reading_and_year(rows):
    series = rows(saved())
    found = by_reading(series)
    pd.testing.assert_frame_equal(found, pivoted(series), check_index_type=False, check_column_type=False, check_exact=True)
    assert found.columns.tolist() == sorted(set(series["replicate"])) and found.index.names == [*WORDS, "year"]


def test_one_reading_by_year():
    series = saved()
    rows = series[(series["measure"] == "income") & (series["place"] == "a/urban")]
    plain = rows.pivot(index="year", columns="replicate", values="value")
    pd.testing.assert_frame_equal(by_year(rows), plain, check_exact=True)
    pd.testing.assert_frame_equal(by_year(rows.iloc[1:]), plain.where(np.arange(9).reshape(3, 3) > 0), check_exact=True)


def test_nothing_is_a_table_without_rows():
    assert by_reading(saved().iloc[:0]).shape == (0, 0)
