"""Numbers of the figures are those of the comparison: medians over replicates taken in the same order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from sim.analysis.change import change_from_row
from sim.analysis.comparison import compare_results
from sim.analysis.results import Results
from sim.pages.plots import cities, map, marks
from tests.plots.conftest import Maker
from tests.plots.page import words


def put(results: Results, measure: str, place: str, values: Mapping[int, Sequence[float]]) -> None:
    """Hand-made values of a place, by year, one for each replicate."""
    series = results.series.astype({"place": str})
    for year, row in values.items():
        for replicate, value in enumerate(row):
            here = (series["measure"] == measure) & (series["place"] == place)
            here &= (series["year"] == year) & (series["replicate"] == replicate)
            assert here.sum() == 1
            series.loc[here, "value"] = value
    results.series = series


def test_cities_shows_the_median_of_the_ratios_not_the_ratio_of_the_medians(make: Maker) -> None:
    results = make(name="by_hand", replicates=3)
    urban, rural = [30_000.0, 40_000.0, 80_000.0], [10_000.0, 20_000.0, 25_000.0]
    put(results, "income_per_head", "Lishui/urban", {2014: [30_000.0] * 3, 2035: urban})
    put(results, "income_per_head", "Lishui/rural", {2014: [12_000.0] * 3, 2035: rural})
    # 3.0, 2.0, 3.2: their median is 3.0, above the 2.5 of 2014; the ratio of the medians is 2.0 and would have fallen.
    ratios = [one / other for one, other in zip(urban, rural, strict=True)]
    put(results, "urban_rural_ratio", "Lishui", {2014: [2.5] * 3, 2035: ratios})
    figure = cities.figure([results])
    lishui = next(axes for axes in figure.axes if axes.get_title(loc="left") == "Lishui")
    written = {text.get_text() for text in lishui.texts}
    assert {"2.50 \u2192", "3.00"} <= written and "2.00" not in written
    said = words(figure)
    assert "by 2035: Baseline 10 of 11 (mean" in said  # all but Lishui
    table = compare_results([results, make(name="other", replicates=3)]).table
    ratio = table[(table["place"] == "Lishui") & (table["measure"] == "urban_rural_ratio") & (table["year"] == 2035)]
    assert ratio["baseline_median"].tolist() == pytest.approx([3.0])


def test_policies_of_one_year_are_listed_together(baseline: Results, mountain_sea: Results, make: Maker) -> None:
    cash = {"name": "village_income", "instrument": "cash", "from": 2024, "until": None}
    paid = make(name="paid", title="Cash", replicates=1, policies=[cash])
    said = words(cities.figure([baseline, mountain_sea, paid]))
    assert "in the order and colours of the key" in said
    assert "(2024: mountain sea pairs, residence permit reform, village income; 2027: rail" in said
    assert marks.starts_words(marks.starts([mountain_sea, paid])).count("2024") == 1


def test_map_shows_the_per_cent_of_the_comparison(make: Maker) -> None:
    before, after = [100.0, 200.0, 400.0], [120.0, 300.0, 420.0]
    runs = [make(name=name, title=name, replicates=3) for name in ("before", "after")]
    for run, row in zip(runs, (before, after), strict=True):
        put(run, "income_per_head", "Lishui/rural", {2035: row})
    # Differences 20, 100, 20 over the median 200: +10%. The median of the replicates' own per cents is +20%.
    table = compare_results(runs).table
    here = (table["place"] == "Lishui/rural") & (table["measure"] == "income_per_head") & (table["year"] == 2035)
    printed = change_from_row(table[here].iloc[0], compare_results(runs)).per_cent
    assert printed == "+10.0%"
    said = words(map.figure(runs))
    assert "+10.0 in Lishui, rural" in said and "+20.0" not in said


def test_maps_two_in_a_row_have_their_numbers_and_smaller_ones_say_why_not(make: Maker) -> None:
    runs = [make(name=f"run{order}", title=f"Run {order}", replicates=1, effect=0.001 * order) for order in range(6)]
    figure = map.figure(runs[:5])
    maps = [axes for axes in figure.axes if axes.get_title(loc="left")]
    assert len(maps) == 4
    assert all(sum(" | " in text.get_text() for text in axes.texts) == 11 for axes in maps)
    assert "Numbers: urban | rural." in words(figure)
    many = map.figure(runs)
    assert not any(" | " in text.get_text() for axes in many.axes for text in axes.texts)
    assert "no room for numbers" in words(many)
