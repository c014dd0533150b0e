"""Quantiles and paired differences, on numbers small enough to check by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.analysis.results import Results
from sim.errors import ResultsError
from sim.pages.plots import bands
from tests.plots.conftest import Maker


def test_quantiles_of_five_replicates() -> None:
    found = bands.quantiles(pd.DataFrame([[1.0, 2.0, 3.0, 4.0, 5.0], [7.0, np.nan, np.nan, np.nan, 9.0]], index=[2014, 2015]))
    assert found.loc[2014].tolist() == pytest.approx([1.2, 2.0, 3.0, 4.0, 4.8])
    assert found.loc[2015].tolist() == pytest.approx([7.1, 7.5, 8.0, 8.5, 8.9])


def test_a_year_without_numbers_is_dropped_not_averaged() -> None:
    found = bands.quantiles(pd.DataFrame([[np.nan, np.nan], [1.0, 3.0]], index=[2014, 2015]))
    assert list(found.index) == [2015] and found.loc[2015, "p50"] == 2.0


def test_difference_is_taken_replicate_by_replicate(baseline: Results, mountain_sea: Results) -> None:
    found = bands.difference(baseline, mountain_sea, lambda one: one.values("urban_rural_ratio"))
    expected = mountain_sea.values("urban_rural_ratio") - baseline.values("urban_rural_ratio")
    assert found.paired and found.replicates == 20
    pd.testing.assert_frame_equal(found.values, expected)
    assert (found.values.loc[2014:2023] == 0).all().all()  # the same luck until the policy starts
    assert (found.values.loc[2035] < 0).all()


def test_other_seeds_are_not_paired_and_their_band_is_wider(baseline: Results, mountain_sea: Results, make: Maker) -> None:
    unlike = make(name="unlike", effect=0.008, seed=9)
    apart = bands.difference(baseline, unlike, lambda one: one.values("urban_rural_ratio"))
    close = bands.difference(baseline, mountain_sea, lambda one: one.values("urban_rural_ratio"))
    assert not apart.paired and apart.values.shape[1] == 400 and apart.replicates == 20

    def width(one: bands.Difference) -> float:
        last = bands.quantiles(one.values).loc[2035]
        return float(last["p95"] - last["p05"])

    assert width(apart) > 1.5 * width(close)


def test_other_numbers_of_agents_are_not_paired(baseline: Results, make: Maker) -> None:
    assert not bands.paired(baseline, make(name="few", agents=20_000, replicates=2))


def test_a_failed_replicate_is_left_out_of_the_pairs(baseline: Results, make: Maker) -> None:
    broken = make(name="broken", effect=0.008, replicates=5, failed=(1,))
    found = bands.difference(baseline, broken, lambda one: one.values("urban_rural_ratio"))
    assert found.paired and list(found.values.columns) == [0, 2, 3, 4]


def test_scope_follows_from_the_form_of_the_place(baseline: Results) -> None:
    places = (None, "zhejiang", "Lishui", "Lishui/rural", "urban")
    assert [bands.scope_of(baseline, place) for place in places] == ["world", "world", "region", "cell", "kind"]


def test_too_few_results_are_refused_in_words(baseline: Results) -> None:
    with pytest.raises(ResultsError, match="difference needs 2 results folders, the first as reference; given: 1"):
        bands.at_least([baseline], 2, "difference")
