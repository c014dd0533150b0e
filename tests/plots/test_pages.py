"""Pages of figures: every text whole on the page and clear of every other, whatever the scenarios are called."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from sim.analysis.results import Results
from sim.errors import ResultsError
from sim.pages.plots import available, convergence, difference, fonts, marks, style
from tests.plots.conftest import Maker, policy
from tests.plots.page import beyond, overlapping, placed, words

LONG = "Reform number {} with quite a long title about opening registration in the towns of the coast and of the mountains"
TITLES: dict[str, Callable[[int], str]] = {
    "short": "Reform {}".format,
    "long": LONG.format,
    "longest": lambda order: f"{order} {LONG * 2}"[:200],  # the schema allows no more
    "one word": lambda order: f"{'Superlongword' * 4}number{order:02d}",
    "one longest word": lambda order: f"{'Mm' * 99}{order}",
    "Chinese": "山海协作工程与户籍制度改革第{}号".format,
    "long Chinese": lambda order: f"{'山海协作工程与户籍制度改革' * 6}{order}",
    "alike": lambda order: "The same title",
    "formula": "Costs of $x_{} and $y^2 {{per head}} \\alpha".format,
}
SHORTER = ("short", "long", "one word", "Chinese")


def called(results: Sequence[Results], title: Callable[[int], str]) -> list[Results]:
    """The same results under other titles."""
    renamed = []
    for order, one in enumerate(results):
        other = copy.copy(one)
        other.manifest = one.manifest | {"title": title(order)}
        renamed.append(other)
    return renamed


@pytest.fixture(scope="module")
def eight(make: Maker) -> list[Results]:
    """A baseline and seven reforms: unequal replicates, policies in first, middle and last year, one with a long name."""
    starts = (2014, 2035, 2024, 2024, 2030, 2035, 2015, 2020)
    results = []
    for order, start in enumerate(starts):
        name = f"open_registration_in_every_town_of_{'the_coast_and_' * 3}the_mountains" if order == 4 else f"open_{order}"
        policies = [policy(name, start), policy("one_market", 2020)] if order else []
        settings: dict[str, Any] = {"effect": 0.0012 * order, "replicates": 3 if order == 3 else 2}
        results.append(make(name=f"scenario_{order}", title=f"Reform {order}", policies=policies, **settings))
    return results


# Of the small multiples, which take longer, every number of scenarios and every kind of title at least once.
MULTIPLES = [(1, "long"), (2, "one word"), (6, "Chinese"), (8, "long")]
DAILY = [
    *[(name, count, title) for name in ("convergence", "difference") for count in (1, 2, 6, 8) for title in SHORTER],
    *[
        (name, *case)
        for name in ("cities", "clubs", "flows", "map", "ranks")
        for case in ((1, "long"), (2, "one word"), (6, "Chinese"), (8, "long"))
    ],
    ("map", 8, "short"),
]


def assert_legible(name: str, results: Sequence[Results], kinds: Sequence[str]) -> None:
    if name == "difference" and len(results) == 1:
        return  # a difference needs two
    figure = available()[name].figure(results)
    assert figure.get_size_inches()[0] == style.WIDTH <= 7.5  # the text width of A4 and of letter paper
    for kind in kinds:
        boxes = placed(figure, kind)
        assert beyond(figure, boxes) == []
        assert overlapping(boxes) == []


@pytest.mark.parametrize(("name", "count", "title"), DAILY)
def test_every_text_is_whole_and_clear_of_the_others(name: str, count: int, title: str, eight: list[Results]) -> None:
    assert_legible(name, called(eight[:count], TITLES[title]), ["pdf" if count == 6 else "png"])


@pytest.mark.slow
@pytest.mark.parametrize("title", sorted(TITLES))
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 7, 8])
@pytest.mark.parametrize("name", sorted(available()))
def test_so_it_is_for_all_titles_numbers_and_formats(name: str, count: int, title: str, eight: list[Results]) -> None:
    assert_legible(name, called(eight[:count], TITLES[title]), ["png", "pdf", "svg"])


@pytest.mark.parametrize("title", ["longest", "one longest word", "long Chinese", "alike", "formula"])
@pytest.mark.parametrize("name", ["convergence", "difference"])
@pytest.mark.parametrize("count", [2, 8])
def test_stranger_titles_are_whole_and_clear_too(name: str, count: int, title: str, eight: list[Results]) -> None:
    assert_legible(name, called(eight[:count], TITLES[title]), ["png"])


@pytest.mark.parametrize(("count", "title"), [(2, "long"), (6, "one word"), (8, "short")])
def test_no_value_and_no_name_is_dropped(count: int, title: str, eight: list[Results]) -> None:
    results = called(eight[:count], TITLES[title])
    said = words(convergence.figure(results)).replace(" ", "")
    for one in results:
        end = style.number(float(one.values("urban_rural_ratio").iloc[-1].median()))
        assert end in said and one.title.replace(" ", "") in said
    cities = words(available()["cities"].figure(results))
    for one in results:
        ratio = one.values("income_per_head", "cell", "Lishui/urban").median(axis=1).iloc[-1]
        ratio /= one.values("income_per_head", "cell", "Lishui/rural").median(axis=1).iloc[-1]
        assert f"{ratio:.2f}" in cities


def test_names_that_do_not_fit_beside_the_axes_stand_in_a_key_with_their_numbers(eight: list[Results]) -> None:
    said = words(convergence.figure(called(eight, TITLES["long"])))
    ends = [style.number(float(one.values("urban_rural_ratio").iloc[-1].median())) for one in eight]
    for order, end in enumerate(ends):
        assert f"{end}  ({order + 1})" in said and f"({order + 1}) | {LONG.format(order)}" in said
    short = words(convergence.figure(eight))
    assert "(1) |" not in short and all(f"{end}  Reform {order}" in short for order, end in enumerate(ends))


def test_unequal_replicates_are_said_by_scenario(eight: list[Results]) -> None:
    assert "median of the replicates (3 of Reform 3, 2 of each of the others)" in words(convergence.figure(eight[:5]))
    two = words(convergence.figure([eight[0], eight[3]]))
    assert "median of the replicates (2 of Reform 0, 3 of Reform 3)" in two


@pytest.mark.parametrize("name", ["convergence", "difference", "cities", "map", "flows"])
def test_captions_say_whose_doubt_a_band_is(name: str, eight: list[Results]) -> None:
    said = words(available()[name].figure(eight[:2]))
    assert "the luck of the draw alone, not what is unknown about parameters" in said


@pytest.mark.parametrize("name", ["convergence", "difference", "cities", "map", "flows"])
def test_one_replicate_claims_no_doubt_and_the_continuum_is_named(name: str, make: Maker) -> None:
    results = [make(name=word, title=word.capitalize(), replicates=1, effect=0.002 * len(word)) for word in ("a", "bcd")]
    assert "luck of the draw" not in words(available()[name].figure(results))
    for one in results:
        one.manifest["scenario"]["run"]["continuum"] = True
    assert "The economy is computed in the continuum" in words(available()[name].figure(results))
    del results[1].manifest["scenario"]["run"]["continuum"]
    assert "A is computed in the continuum" in words(available()[name].figure(results))


@pytest.fixture(scope="module")
def gallery(eight: list[Results]) -> list[Results]:
    """Thirty-two scenarios, as many as a figure holds."""
    return called(eight * 4, "Reform {} of the gallery".format)


@pytest.mark.parametrize("name", ["convergence", "difference", "flows", "map"])
@pytest.mark.parametrize("count", [9, 32])
def test_more_than_eight_scenarios_are_medians_with_numbers(name: str, count: int, gallery: list[Results]) -> None:
    figure = available()[name].figure(gallery[:count])
    boxes = placed(figure)
    assert beyond(figure, boxes) == [] and overlapping(boxes) == []
    said = words(figure)
    assert f"Reform {count - 1} of the gallery" in said
    if name in ("convergence", "difference"):
        assert "Bands are left out" in said and len(figure.axes[0].collections) == 0
    if name == "flows":
        assert "net gains alone are shown" in said and f"({count}) less (1)" in said


def test_thirty_three_are_refused_in_words(gallery: list[Results]) -> None:
    for name, module in available().items():
        with pytest.raises(ResultsError, match=f"the figure {name} holds 32 scenarios at most; given: 33"):
            module.figure([*gallery, gallery[0]])


def test_policy_names_too_long_for_the_page_are_whole_in_the_caption(eight: list[Results]) -> None:
    said = words(convergence.figure(eight[:5]))
    name = str(eight[4].policies[0]["name"]).replace("_", " ")
    assert "\u2026" in said and f"2030: {name}" in said
    assert "Dotted line: a policy starts." in words(difference.figure(eight[:4]))


def test_every_text_about_names_is_drawn_without_formulas(eight: list[Results]) -> None:
    results = called(eight[:2], TITLES["formula"])
    assert "Costs of $x_0 and $y^2" in words(convergence.figure(results))
    assert fonts.can_show("$x_0$") and marks.names(results)[1].startswith("Costs of $x_1")
