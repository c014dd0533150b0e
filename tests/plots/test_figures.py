"""What the figures show: the right numbers, in the right units."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from sim.analysis.results import Results
from sim.errors import ResultsError
from sim.pages.plots import available, cities, convergence, difference, flows, map, marks, style
from tests.plots.conftest import Maker
from tests.plots.page import words

NAMES = ["cities", "clubs", "convergence", "difference", "flows", "map", "ranks"]


def test_the_folder_is_the_register() -> None:
    figures = available()
    assert sorted(figures) == NAMES
    assert all(module.TITLE and module.MEANING for module in figures.values())


def test_no_figure_touches_the_global_state_of_pyplot() -> None:
    code = "import sys, sim.pages.plots; sim.pages.plots.available(); sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", NAMES)
def test_one_replicate_has_no_band_and_the_caption_says_so(name: str, one_replicate: Results, make: Maker) -> None:
    with_policy = make(name="single_policy", title="One more draw", replicates=1, effect=0.008)
    figure = available()[name].figure([one_replicate, with_policy])
    said = words(figure)
    assert "no band" in said or "no spread to show" in said
    assert all(len(axes.collections) == 0 for axes in figure.axes if name in ("convergence", "difference", "cities"))


def test_convergence_draws_the_median_and_both_bands(baseline: Results, mountain_sea: Results) -> None:
    figure = convergence.figure([baseline, mountain_sea])
    axes = figure.axes[0]
    lines = [line for line in axes.lines if len(line.get_xdata()) == 22]
    for line, results in zip(lines, (baseline, mountain_sea), strict=True):
        median = results.values("urban_rural_ratio").median(axis=1)
        assert np.asarray(line.get_ydata()) == pytest.approx(median.to_numpy())
    low, high = np.quantile(baseline.values("urban_rural_ratio").loc[2035], (0.05, 0.95))
    last = [point for point in axes.collections[0].get_paths()[0].vertices if point[0] == 2035]
    assert {round(float(point[1]), 9) for point in last} == {round(float(low), 9), round(float(high), 9)}
    assert len(axes.collections) == 4


def test_convergence_marks_policies_and_observed_points(baseline: Results, mountain_sea: Results) -> None:
    figure = convergence.figure([baseline, mountain_sea])
    dotted = sorted(float(line.get_xdata()[0]) for line in figure.axes[0].lines if line.get_linestyle() == ":")
    assert dotted == [2024, 2027]
    said = words(figure)
    assert "2024: mountain sea pairs, residence permit reform" in said and "rail to the southwest (to 2032)" in said
    points = next(line for line in figure.axes[0].lines if line.get_marker() == "o")
    observed = marks.observed(baseline, "urban_rural_ratio", "world", "zhejiang")
    assert np.asarray(points.get_ydata()) == pytest.approx(observed["value"].to_numpy()) and len(observed) == 6
    assert "Open circles: observed (eleven places by residents, Zhejiang Statistical Yearbook" in said
    assert "median of 20 replicates" in said


def test_convergence_says_what_it_found(baseline: Results, mountain_sea: Results) -> None:
    said = words(convergence.figure([baseline, mountain_sea]))
    for results in (baseline, mountain_sea):
        value = style.number(float(results.values("urban_rural_ratio").loc[2035].median()))
        assert f"{value} ({results.title})" in said and f"{value}  {results.title}" in said


def test_convergence_takes_other_measures_and_places(baseline: Results) -> None:
    said = words(convergence.figure([baseline], measure="income_per_head", place="Lishui/rural"))
    assert "Lishui, rural" in said and "yuan of 2014 per head and year" in said
    output = convergence.figure([baseline], measure="output")
    assert output.axes[0].get_ylim()[1] < 1e5 and "billion yuan of 2014 per year" in words(output)
    with pytest.raises(ResultsError, match="urban_rural_ratio"):
        convergence.figure([baseline], measure="urban_rural_ration")


def test_policies_from_the_first_year_get_no_line(make: Maker) -> None:
    policies = [{"name": "old_law", "instrument": "old_law", "from": 2014, "until": None}]
    results = make(name="old", replicates=2, policies=policies)
    assert marks.starts([results]) == []
    assert "Dotted" not in words(convergence.figure([results]))


def test_policies_all_scenarios_share_are_not_in_the_colour_of_one(mountain_sea: Results, make: Maker) -> None:
    both = make(name="both", replicates=2, policies=[*mountain_sea.policies[:1]])
    inks = {start.text: start.colour for start in marks.starts([mountain_sea, both])}
    assert inks.pop("mountain sea pairs") == style.INK
    assert len(inks) == 2 and set(inks.values()) == {style.colour(0)}


def test_difference_shows_the_paired_change_and_the_zero_line(baseline: Results, mountain_sea: Results) -> None:
    figure = difference.figure([baseline, mountain_sea], measures=("urban_rural_ratio", "income_per_head"))
    assert len(figure.axes) == 2
    change = (mountain_sea.values("urban_rural_ratio") - baseline.values("urban_rural_ratio")).median(axis=1)
    line, zero = figure.axes[0].lines[:2]
    assert np.asarray(line.get_ydata()) == pytest.approx(change.to_numpy())
    assert set(np.asarray(zero.get_ydata(), dtype=float)) == {0.0}
    said = words(figure)
    assert "20 pairs" in said and f"{float(change.loc[2035]):.2f} by 2035".replace("-", "\u2212") in said


def test_difference_says_when_there_is_none(baseline: Results, make: Maker) -> None:
    assert "no difference by 2035" in words(difference.figure([baseline, make(name="same", title="The same again")]))
    unlike = words(difference.figure([baseline, make(name="unlike", title="Other luck", seed=11)]))
    assert "no difference larger than the spread" in unlike and "not paired" in unlike


def test_flows_add_up_between_groups(baseline: Results) -> None:
    figure = flows.figure([baseline], years=(2024, 2030))
    table = baseline.flows
    kept = (table["factor"] == "labour") & table["year"].between(2024, 2030)
    rural = table["origin"].isin(["Lishui/rural", "Quzhou/rural"])
    coast = ["Hangzhou", "Jiaxing", "Ningbo", "Shaoxing", "Taizhou", "Wenzhou", "Zhoushan"]
    urban = table["destination"].isin([f"{city}/urban" for city in coast])
    moved = table[kept & rural & urban].groupby("replicate")["value"].sum().median() / 1e3
    numbers = [text.get_text() for text in figure.axes[0].texts]
    assert f"{moved:,.0f}" in numbers
    assert "Mountain: Lishui, Quzhou." in words(figure) and "thousand moves" in words(figure)


def test_net_gains_of_all_groups_sum_to_nothing(baseline: Results) -> None:
    group_of = flows.groups([baseline], "labour", "migration")
    sums = flows._between(baseline, "labour", "migration", (2014, 2035), group_of)
    labour = baseline.flows[baseline.flows["factor"] == "labour"]
    assert float(sums.to_numpy().sum()) == pytest.approx(float(labour["value"].sum()))
    assert flows._net(sums, len(set(group_of.values()))).sum().abs().max() < 1e-6
    assert list(dict.fromkeys(group for group, _ in group_of.values())) == [
        "mountain",
        "coast",
        "other places",
        "outside",
    ]


def test_flows_of_land_are_in_square_kilometres_and_of_nothing_are_refused(baseline: Results) -> None:
    assert "km\u00b2" in words(flows.figure([baseline], factor="land"))
    with pytest.raises(ResultsError, match=r"no placement of capital was recorded from 2014 to 2035.*: none"):
        flows.figure([baseline], factor="capital")
    with pytest.raises(ResultsError, match='no factor "money"'):
        flows.figure([baseline], factor="money")


def test_cities_shows_every_city_with_its_ratio(baseline: Results, mountain_sea: Results) -> None:
    figure = cities.figure([baseline, mountain_sea])
    panels = [axes for axes in figure.axes if axes.get_title(loc="left")]
    gaps = baseline.series[(baseline.series["scope"] == "region") & (baseline.series["measure"] == "urban_rural_ratio")]
    first = gaps[gaps["year"] == 2014].groupby("place", observed=True)["value"].median().sort_values(ascending=False)
    assert [axes.get_title(loc="left") for axes in panels] == list(first.index)
    assert {axes.get_ylim() for axes in panels} == {panels[0].get_ylim()} and panels[0].get_yscale() == "log"
    income = mountain_sea.values("income_per_head", "cell", "Lishui/rural").median(axis=1).to_numpy()
    lishui = panels[list(first.index).index("Lishui")]
    assert any(
        np.allclose(np.asarray(line.get_ydata(), dtype=float), income) for line in lishui.lines if len(line.get_ydata()) == 22
    )
    assert f"{first['Lishui']:.2f} \u2192" in words(figure)


def test_map_colours_levels_and_changes(baseline: Results, mountain_sea: Results) -> None:
    level = words(map.figure([baseline]))
    rural = float(baseline.values("income_per_head", "cell", "Lishui/rural").loc[2035].median())
    assert f"{rural:,.0f} in Lishui, rural" in level
    change = map.figure([baseline, mountain_sea])
    before, after = (one.values("income_per_head", "cell", "Lishui/rural").loc[2035] for one in (baseline, mountain_sea))
    assert f"+{100 * (after - before).median() / before.median():.1f}" in words(change)
    assert "% of Baseline" in words(change) and "100 km" in words(change) and "10 million" in words(change)


def test_map_hatches_where_the_band_holds_zero(baseline: Results, make: Maker) -> None:
    unlike = map.figure([baseline, make(name="unlike", title="Other luck", seed=11)])
    assert sum(patch.get_hatch() is not None for patch in unlike.axes[0].patches) > 15
    certain = map.figure([baseline, make(name="strong", title="Strong", effect=0.02)])
    assert sum(patch.get_hatch() is not None for patch in certain.axes[0].patches) == 0


def test_results_of_two_worlds_are_not_drawn_together(baseline: Results, make: Maker) -> None:
    other = make(name="elsewhere", replicates=1)
    other.manifest["world"] = "two_cells"
    with pytest.raises(ResultsError, match="two_cells, zhejiang"):
        convergence.figure([baseline, other])
    with pytest.raises(ResultsError, match=r"no map of the world two_cells.*boundaries\.geojson"):
        map.figure([other])


def test_failed_replicates_are_counted_in_the_caption(make: Maker) -> None:
    results = make(name="broken", title="Broken", replicates=4, failed=(2,))
    said = words(convergence.figure([results]))
    assert "median of 3 replicates" in said and "1 of 4 replicates of Broken failed and is left out" in said


def test_flows_claim_no_change_within_the_spread(baseline: Results, mountain_sea: Results, make: Maker) -> None:
    unlike = make(name="unlike", title="Other luck", seed=11)
    assert "changes no net gain by more than the spread" in words(flows.figure([baseline, unlike]))
    assert "changes most the net gain of mountain rural: +" in words(flows.figure([baseline, mountain_sea]))


def test_names_of_policies_are_shortened_to_the_room_there_is() -> None:
    start = marks.Start(2024, ("mountain roads", "one market", "open registration"), style.INK)
    assert start.within(9.0) == "2024: mountain roads, one market, open registration"
    assert start.within(1.8) == "2024: mountain roads and 2 more"
    assert start.within(0.1) == "2024: 3 policies"


def test_cities_leaves_out_what_lies_outside_the_world(make: Maker) -> None:
    results = make(name="wider", replicates=2)
    extra = results.series[results.series["place"].isin(["Lishui", "Lishui/urban", "Lishui/rural"])]
    names = {"Lishui": "outside", "Lishui/urban": "outside/urban", "Lishui/rural": "outside/rural"}
    extra = extra.assign(place=extra["place"].astype(str).map(names))
    results.series = pd.concat([results.series.astype({"place": str}), extra])
    assert "outside" not in words(cities.figure([results]))
    assert "of 11 (mean" in words(cities.figure([results]))
