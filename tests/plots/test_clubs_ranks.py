"""The figures of clubs and of ranks: what they draw is what was made up, with eleven and with thirty-one places."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.results import Results
from sim.errors import ResultsError
from sim.pages.plots import clubs, marks, ranks, style
from tests.plots.conftest import Maker
from tests.plots.page import beyond, overlapping, placed, words
from tests.plots.places import PROVINCES, VALLEYS, paths, results_of

TWO_LEVELS = (1.0, 1.6)


def whole(figure: Figure) -> str:
    boxes = placed(figure)
    assert beyond(figure, boxes) == [] and overlapping(boxes) == []
    return words(figure)


def lines(axes: Axes, points: int) -> list[np.ndarray]:
    return [np.asarray(line.get_ydata(), dtype=float) for line in axes.lines if len(line.get_ydata()) == points]


@pytest.fixture(scope="module")
def valleys(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Six regions in two clubs of three, over twenty-two years."""
    return results_of(tmp_path_factory.mktemp("valleys") / "made_up", paths(6, 22, TWO_LEVELS), VALLEYS[:6])


def test_clubs_are_those_that_were_made_and_lines_are_the_paths(valleys: Results) -> None:
    figure = clubs.figure([valleys])
    said = whole(figure)
    assert "6 regions: 2 clubs of 3 and 3 regions." in said
    incomes = paths(6, 22, TWO_LEVELS)
    relative = incomes / incomes.mean(axis=0)
    for region in range(6):
        drawn = [line for line in figure.axes[0].lines if len(line.get_ydata()) == 22]
        (line,) = [one for one in drawn if np.allclose(np.asarray(one.get_ydata(), dtype=float), relative[region])]
        club = 1 if region % 2 else 2  # the levels take turns, the second is the richer
        assert line.get_color() == style.colour(club)
        assert f"{club}  Valley {region + 1}  {relative[region, -1]:.2f}" in said
    assert "that all converge is rejected" in said and "2014 to 2035" in said and "log scale" in said


def test_one_club_is_said_to_be_one(tmp_path: Path) -> None:
    said = whole(clubs.figure([results_of(tmp_path / "one", paths(5, 22, (1.0,)), VALLEYS[:5])]))
    assert "5 regions: all are one club." in said and "of all is not rejected" in said


def test_regions_that_drift_apart_are_in_no_club(tmp_path: Path) -> None:
    away = 2e4 * np.exp(np.array([-0.04, -0.02, 0.0, 0.02, 0.04])[:, None] * (3 + np.arange(22) ** 1.3 / 2))
    figure = clubs.figure([results_of(tmp_path / "apart", away, VALLEYS[:5])])
    assert "5 regions: no club" in whole(figure) and "\u2013  Valley 5" in words(figure)
    assert {line.get_color() for line in figure.axes[0].lines if len(line.get_ydata()) == 22} == {style.COLOURS[0]}


def test_too_few_years_have_paths_and_the_reason_why_there_are_no_clubs(tmp_path: Path) -> None:
    figure = clubs.figure([results_of(tmp_path / "short", paths(5, 9, (1.0,)), VALLEYS[:5])])
    said = whole(figure)
    assert "no clubs can be told" in said and "needs 10 years and 3 regions" in said and "9 years and 5 regions" in said
    assert len(lines(figure.axes[0], 9)) == 5


def test_clubs_of_replicates_are_counted(tmp_path: Path) -> None:
    results = results_of(tmp_path / "luck", paths(6, 22, TWO_LEVELS), VALLEYS[:6], replicates=4, luck=0.001)
    assert "As many clubs are found in 4 of 4 replicates." in whole(clubs.figure([results]))
    still = results_of(tmp_path / "still", paths(6, 22, TWO_LEVELS), VALLEYS[:6], replicates=4)
    assert "As many clubs" not in words(clubs.figure([still]))


def test_ranks_are_the_orders_of_both_years(tmp_path: Path) -> None:
    """20 overtakes 30: rank 2 and 3 change places, 10 stays last, 60 first; only what crosses 0.75, 1, 1.25 changes class."""
    start, end = np.array([10.0, 20, 30, 60]), np.array([10.0, 36, 34, 60])  # over their means 30 and 35
    income = 1e3 * np.linspace(start, end, 5).T
    figure = ranks.figure([results_of(tmp_path / "four", income, ("Low", "Riser", "Faller", "Top"))])
    said = whole(figure)
    assert "By 2018 2 of 4 regions have another rank than in 2014 and 2 another class." in said
    for text in ("3  Riser  0.67", "2  Faller  1.00", "2  Riser  1.03", "3  Faller  0.97", "4  Low  0.29", "1  Top  1.71"):
        assert text in said
    drawn = {tuple(line.get_ydata()): line for line in figure.axes[0].lines if len(line.get_ydata()) == 2}
    assert set(drawn) == {(1, 1), (3, 2), (2, 3), (4, 4)}
    assert drawn[3, 2].get_color() == style.COLOURS[1] and drawn[2, 3].get_color() == style.COLOURS[2]
    assert drawn[3, 2].get_linewidth() == drawn[2, 3].get_linewidth() > drawn[1, 1].get_linewidth()
    assert drawn[2, 3].get_linestyle() != drawn[3, 2].get_linestyle()  # not by colour alone


def test_every_scenario_has_a_column_after_the_base_year(baseline: Results, mountain_sea: Results) -> None:
    figure = ranks.figure([baseline, mountain_sea])
    said = whole(figure)
    assert figure.axes[0].get_xlim() == (0, 2) and "scenario by scenario" in said
    for results in (baseline, mountain_sea):
        lishui = results.values("income_per_head", "region", "Lishui").median(axis=1)
        quzhou = results.values("income_per_head", "region", "Quzhou").median(axis=1)
        assert (lishui.iloc[0] < quzhou.iloc[0]) == ("11  Lishui" in said)


@pytest.mark.parametrize("names", [VALLEYS, PROVINCES], ids=["Latin", "Chinese"])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_thirty_one_places_are_whole_and_clear(names: tuple[str, ...], count: int, tmp_path: Path) -> None:
    levels, titles = (0.7, 1.0, 1.7), ("Baseline", "Reform of registration", "A third one")
    results = [
        results_of(tmp_path / str(seed), paths(31, 22, levels, seed), names, title=titles[seed]) for seed in range(count)
    ]
    for module in (clubs, ranks):
        figure = module.figure(results)
        said = whole(figure)
        assert "31" in said and figure.get_size_inches()[1] < 9.5  # one page
        for name in names:
            assert marks.place_name(name) in said
    assert ("first and the last are shown" in words(clubs.figure(results))) == (count == 3)


@pytest.mark.parametrize("module", [clubs, ranks])
def test_names_longer_than_their_room_are_folded_or_cut_and_never_lose_their_number(module, tmp_path: Path) -> None:
    names = [f"The autonomous district of the upper and the lower valley number {number}" for number in range(1, 12)]
    results = [results_of(tmp_path / str(seed), paths(11, 12, (1.0, 1.5), seed), names) for seed in range(2)]
    said = whole(module.figure(results))
    assert "11  The auto" in said if module is ranks else "upper and" in said


@pytest.mark.parametrize("name", ["clubs", "ranks"])
def test_a_world_of_one_region_has_no_such_figure(name: str, tmp_path: Path) -> None:
    one = results_of(tmp_path / "one", paths(2, 12, (1.0,)), VALLEYS[:2])
    one.series = one.series[one.series["place"] == VALLEYS[0]]
    with pytest.raises(ResultsError, match=f"the figure {name} needs two regions"):
        {"clubs": clubs, "ranks": ranks}[name].figure([one])


def test_runs_of_unlike_regions_are_refused(tmp_path: Path) -> None:
    results = [results_of(tmp_path / str(count), paths(count, 12, (1.0,)), VALLEYS[:count]) for count in (3, 4)]
    with pytest.raises(ResultsError, match="not every region has disposable income per head"):
        ranks.figure(results)


def test_many_scenarios_are_shown_by_the_first_and_the_last(make: Maker) -> None:
    results = [make(name=f"s{order}", title=f"Reform {order}", replicates=1, effect=0.002 * order) for order in range(9)]
    said = whole(ranks.figure(results))
    assert "Of 9 scenarios the first and the last are shown" in said and "Reform 8" in said and "Reform 4" not in said
    assert "in each of 8 scenarios" in whole(ranks.figure(results[:8]))
