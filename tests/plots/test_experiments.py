"""Figures of experiments: the right numbers, what cannot be told, and pages without overlaps at 1, 4 and 8 policies."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.errors import ResultsError
from sim.pages.plots import components, flips, of_experiments, style, titles, tornado
from sim.pages.plots.draws import Experiment
from tests.plots.page import beyond, overlapping, placed, words

FIGURES = ["components", "flips", "tornado"]
LONG = "A reform of registration in towns and cities with transfers for the villages of the mountains, number {}"
TITLES = {"short": "Reform {}", "long": LONG, "Chinese": "户籍制度改革与山区财政转移支付方案 {}"}
PATHS = [
    "parameters.migrant_pool",
    "parameters.labour_mobility",
    "parameters.registration_barrier_rural_urban",
    "parameters.flow_half_life",
    "policies.first.cut",
]
REST = {"measure": "urban_rural_ratio", "place": "zhejiang", "year": 2035}


def experiment(
    count: int, draws: int = 32, seeds: int = 3, title: str = "short", failed: tuple[int, ...] = (), luck: float = 0.01
) -> Experiment:
    """Policies whose effect grows with the pool, the first steepest: it comes first above a pool of 0.5.

    Only the first has a cut; a failed draw failed under all policies.
    """
    rng = np.random.default_rng(5)
    drawn, noise = rng.random((draws, len(PATHS))), rng.normal(0, luck, (count, draws, seeds))
    names = ["first", *(f"policy_{i}" for i in range(1, count))]
    rows: list[dict[str, Any]] = []
    for draw, seed in product(range(draws), range(seeds)):
        for i, name in enumerate(["baseline", *names]):
            here = dict(zip(PATHS, drawn[draw], strict=True)) | ({} if name == "first" else {PATHS[-1]: None})
            row = {"draw": draw, "replicate": seed, **here, "policy": name, "reason": None, **REST}
            if draw in failed and i:
                rows.append(row | dict.fromkeys(REST) | {"reason": "no base year"})
                continue
            slope = 0.0 if i == 0 else 1.0 if i == 1 else 0.2 / i
            effect = -slope * (drawn[draw, 0] - 0.5) - 0.5 + 0.01 * drawn[draw, 1] + (noise[i - 1, draw, seed] if i else 0)
            rows.append(row | {"value": 2 + effect, "difference": effect if i else None})
    said = {
        "name": "made_up",
        "draws": draws,
        "replicates": seeds,
        "paths": PATHS,
        "order": names,
        "policies": {name: TITLES[title].format(i) for i, name in enumerate(names)},
        "baseline": "baseline",
        "world": "zhejiang",
        "last_year": 2035,
        "continuum": seeds == 1,
        "experiment": {"uncertain": {PATHS[0]: {"log_uniform": [0.01, 1]}}},
    }
    return Experiment(said, pd.DataFrame(rows).astype({"difference": float, "value": float}))


def drawn(name: str, one: Experiment) -> Any:
    return of_experiments()[name].figure_of_experiment(one)


def test_the_folder_is_the_register() -> None:
    assert sorted(of_experiments()) == FIGURES and set(FIGURES) < set(titles())


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize(
    ("count", "title", "seeds", "kind"),
    [(1, "long", 3, "png"), (4, "Chinese", 1, "png"), (8, "long", 3, "pdf"), (8, "short", 1, "svg")],
)
def test_every_text_is_whole_and_clear_of_the_others(name: str, count: int, title: str, seeds: int, kind: str) -> None:
    figure = drawn(name, experiment(count, seeds=seeds, title=title, failed=(3, 17)))
    boxes = placed(figure, kind)
    assert figure.get_size_inches()[0] == style.WIDTH
    assert beyond(figure, boxes) == [] and overlapping(boxes) == []


@pytest.mark.parametrize("name", FIGURES)
def test_captions_name_file_draws_and_what_failed(name: str) -> None:
    said = words(drawn(name, experiment(4, failed=(3, 17))))
    assert "Experiment made up: 32 draws x 3 replicates, against baseline. In 2 of them a task failed" in said.replace(
        "_", " "
    )
    assert "Reform 0" in said and "2035" in said
    assert "32 draws in a continuum, without luck" in words(drawn(name, experiment(4, seeds=1)))


@pytest.mark.parametrize("name", FIGURES)
def test_too_few_draws_are_refused(name: str) -> None:
    with pytest.raises(ResultsError, match=f"{name} needs 8 draws .* made_up has 7"):
        drawn(name, experiment(2, draws=9, failed=(1, 2)))


def test_bars_are_the_means_of_thirds_and_chance_is_what_shuffling_gives() -> None:
    one = experiment(1, draws=30)
    means, values = one.means()[0], one.values("first")
    found = tornado.bars(means, values)
    order = np.argsort(values[:, 0])
    assert found.low[0] == pytest.approx(means[order[:10]].mean()) and found.high[0] == pytest.approx(
        means[order[20:]].mean()
    )
    assert found.low[0] - found.high[0] > 0.5  # the effect falls by one from end to end
    rng = np.random.default_rng(2)
    shuffled = np.array([rng.permutation(means)[:10].mean() for _ in range(4_000)])
    inside = np.abs(shuffled - means.mean()) <= found.chance
    assert inside.mean() == pytest.approx(0.95, abs=0.02)
    axes = drawn("tornado", one).axes[0]
    widest = max(axes.patches, key=lambda patch: abs(patch.get_width()) * (patch.get_height() < 0.7))
    assert widest.get_x() + widest.get_width() in (pytest.approx(found.low[0]), pytest.approx(found.high[0]))


def test_where_every_bar_lies_in_the_grey_no_parameter_is_said_to_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    one = experiment(2)
    said = [" ".join(text.get_text().split()) for text in drawn("tornado", one).texts]
    assert any("Most moves with the" in text for text in said) and not any("stands out" in text for text in said)
    monkeypatch.setattr(tornado, "_CHANCE", 100.0)
    said = [" ".join(text.get_text().split()) for text in drawn("tornado", one).texts]
    assert any("No parameter stands out" in text for text in said) and not any("Most moves" in text for text in said)


def test_a_parameter_that_a_policy_has_not_is_said_and_its_row_empty() -> None:
    figure = drawn("tornado", experiment(2))
    first, second = ([text.get_text() for text in axes.texts] for axes in figure.axes[:2])
    assert "not in it" not in first and "not in it" in second


def test_the_map_marks_who_is_first_and_the_line_at_which_that_flips() -> None:
    one = experiment(4, failed=(3,))
    found = flips.placed(one)
    pool = one.values("baseline")[:, 0]
    means = one.means()
    whole = [draw for draw in range(32) if draw != 3]
    assert found.first[3] < 0 and (found.first[whole] == means[:, whole].argmin(axis=0)).all()
    assert found.axes[0] == 0 and found.flip is not None and found.flip.parameter == PATHS[0]
    assert found.flip.value == pytest.approx(0.5, abs=0.1) and {found.flip.one, found.flip.other} >= {"first"}
    axes = drawn("flips", one).axes[0]
    shown = sum(len(part.get_offsets()) for part in axes.collections if part.get_transform() != axes.transAxes)
    assert shown >= 32 and axes.get_xscale() == "log" and axes.get_yscale() == "linear"
    lines = [line for line in axes.lines if len(set(line.get_xdata())) == 1]
    assert [line.get_xdata()[0] for line in lines] == [found.flip.value]
    assert (pool[found.first == 0] > found.flip.value - 0.05).all()


def test_one_policy_is_held_against_the_baseline() -> None:
    found = flips.placed(experiment(1))
    assert found.names == ("first", "baseline") and (found.first == 0).all() and found.flip is None
    assert "comes first in 32 of 32 draws; the order of the first does not flip" in words(drawn("flips", experiment(1)))


def test_shares_are_those_of_the_components_and_luck_that_cannot_be_told_is_said() -> None:
    one = experiment(2, luck=0.1)
    (first, second) = components.rows(one)
    assert first.parts is not None and second.parts is not None and first.parts.luck is not None
    shares = first.parts.shares()
    axes = drawn("components", one).axes[0]
    widths = [patch.get_width() for patch in axes.patches][:3]
    assert widths == pytest.approx([shares[part] for part in components.PARTS]) and sum(widths) == pytest.approx(1)
    assert shares["ignorance"] > 0.8 > second.parts.shares()["ignorance"]
    said = words(drawn("components", one))
    low, high = (f"{1000 * np.sqrt(value):.3g}" for value in (first.parts.interaction.low, first.parts.interaction.high))
    assert f"({low} to {high})" in said and "cannot be told" not in said
    alone = words(drawn("components", experiment(2, seeds=1)))
    assert alone.count("cannot be told") >= 4 and "no luck, and none can be told" in alone


def test_ticks_of_small_effects_and_long_names_of_parameters_stand_clear() -> None:
    one = experiment(8)
    one.frame[["value", "difference"]] *= 3.7e-4
    long = "policies.first.share_of_upper_budget_of_the_government"
    frame = one.frame.rename(columns={PATHS[-1]: long})
    figure = drawn("tornado", Experiment({**one.words, "paths": [*PATHS[:-1], long]}, frame))
    boxes = placed(figure, "png")
    assert beyond(figure, boxes) == [] and overlapping(boxes) == []
    names = " ".join(" ".join(words(figure).split()).split("|"))
    assert "share of upper budget of the government" in names and "..." not in names and "\u2026" not in names
