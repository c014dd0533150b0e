"""Numbers of the figures are those of the comparison: medians over replicates taken in the same order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from sim.analysis.change import change_from_row
from sim.analysis.comparison import compare_results
from sim.analysis.results import Results
from sim.pages.plots import cities, convergence, difference, flows, map, marks
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


def deepest(axes: Axes) -> float:
    """How far the deepest colour of a table is from white: 0 to 1."""
    return max(1 - sum(to_rgb(field.get_facecolor())) / 3 for field in axes.findobj(Rectangle) if field is not axes.patch)


def moved(results: Results, change: float) -> Results:
    """So many more moves in 2030 from the villages of Lishui to the towns of Ningbo, in every replicate."""
    flows = results.flows.astype({"origin": str, "destination": str})
    here = (flows["origin"] == "Lishui/rural") & (flows["destination"] == "Ningbo/urban") & (flows["year"] == 2030)
    flows.loc[here & (flows["event"] == "migration"), "value"] += change
    results.flows = flows
    return results


def test_flows_have_one_scale_of_colours_for_all_differences(make: Maker) -> None:
    reference = make(name="reference", replicates=2)
    large, small = (moved(make(name=name, title=name, replicates=2), by) for name, by in (("large", 80e3), ("small", 5e3)))
    figure = flows.figure([reference, large, small])
    deep, pale = (deepest(axes) for axes in figure.axes[1:3])
    assert deep > 0.5 > 3 * pale  # a sixteenth of the change, and not the deepest of its own table
    said = words(figure)
    assert "one scale of colours in all tables" in said
    assert "thousand moves in all" in said and "persons" not in said and "Whoever moves twice counts twice." in said


def test_flows_of_a_few_agents_stay_pale(make: Maker) -> None:
    reference = make(name="reference", replicates=2)  # an agent is 40 people
    few, many = (moved(make(name=name, title=name, replicates=2), by) for name, by in (("few", 160.0), ("many", 16_000.0)))
    pale, strong = (flows.figure([reference, one]) for one in (few, many))
    assert deepest(pale.axes[1]) < 0.2 and deepest(strong.axes[1]) > 0.5
    assert "One agent: 0.04 thousand moves; differences of fewer than 5 agents stay pale." in words(pale)


def test_convergence_has_a_band_from_the_year_before_a_scenario_parts_from_the_first(make: Maker) -> None:
    runs = [make(name="base", replicates=3), make(name="same", title="Same", replicates=3)]
    runs += [make(name="late", title="Late", replicates=3, effect=0.01)]  # acts from 2024 on
    axes = convergence.figure(runs).axes[0]
    spans = [
        (min(years), max(years)) for years in ([x for x, _ in band.get_paths()[0].vertices] for band in axes.collections)
    ]
    assert spans == [(2014, 2035)] * 2 + [(2023, 2035)] * 2
    assert "it has no band of its own" in words(convergence.figure(runs))
    unlike = convergence.figure([runs[0], make(name="unlike", title="Other", replicates=3, seed=11)])
    assert len(unlike.axes[0].collections) == 4 and "no band of its own" not in words(unlike)


def test_convergence_says_that_the_axis_does_not_start_at_one(make: Maker) -> None:
    far, near = make(name="far", replicates=2), make(name="near", replicates=2)
    near.series = near.series.assign(value=near.series["value"].where(near.series["year"] < 2030, 1.0))
    assert convergence.figure([far]).axes[0].get_ylim()[0] > 1 > convergence.figure([near]).axes[0].get_ylim()[0]
    assert "does not start at 1" in words(convergence.figure([far]))
    assert "does not start at 1" not in words(convergence.figure([near]))
    assert "does not start at 1" not in words(convergence.figure([far], measure="income_per_head"))


def test_difference_writes_no_more_digits_than_the_comparison(make: Maker) -> None:
    runs = [make(name=name, title=name, replicates=3) for name in ("before", "after", "more")]
    for run, row in zip(runs, ([1.9, 1.9, 1.9], [1.832, 1.83137, 1.814], [1.9021, 1.90345, 1.9041]), strict=True):
        put(run, "urban_rural_ratio", "zhejiang", {2035: row})
    table = compare_results(runs).table
    rows = table[(table["scope"] == "world") & (table["measure"] == "urban_rural_ratio") & (table["year"] == 2035)]
    printed = [change_from_row(row, compare_results(runs)).signed for _, row in rows.iterrows()]
    assert printed == ["-0.069", "+0.0035"]  # not -0.0686 and +0.00345
    figure = difference.figure(runs)
    labels = [text.get_text() for text in figure.axes[0].texts]
    assert {"\u22120.069  after", "+0.0035  more"} <= set(labels)
    assert "\u22120.069 by 2035 (90% between \u22120.084 and \u22120.068)" in words(difference.figure(runs[:2]))
