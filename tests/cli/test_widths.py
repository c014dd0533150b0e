"""What the verbs really print, on narrow pages: no number and no name of it is cut."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli import main

SCENARIO = """\
schema: 1
title: {title}
world: two_cells
years: {{from: 1, to: 6}}
run: {{continuum: true, replicates: 1}}
policies: {{{policies}}}
"""
REFORM = "open_the_town: {instrument: residence_permit_reform, cut: 0.5, from: 2}"
VERBS = (
    ("list", "instruments"),
    ("list", "results"),
    ("list", "worlds"),
    ("world", "two_cells"),
    ("compare", "before.yaml", "after.yaml"),
    ("explain", "after.yaml", "policies.open_the_town"),
    ("diff", "before.yaml", "after.yaml"),
)
UNCUT = 5_000  # characters of a line: every table stands as it is


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with two scenarios of few years and their results."""
    folder = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, policies in (("before", ""), ("after", REFORM)):
            Path(f"{name}.yaml").write_text(SCENARIO.format(title=f"Two cells {name} the reform", policies=policies))
        assert CliRunner().invoke(main, ["run", "before.yaml", "after.yaml"]).exit_code == 0
        yield folder


def printed(width: int, words: tuple[str, ...]) -> list[str]:
    """The lines a verb prints for a reader of so many characters a line."""
    answer = CliRunner().invoke(main, list(words), env={"COLUMNS": str(width)})
    assert answer.exit_code == 0, answer.output
    return answer.stdout.splitlines()


def counted(lines: list[str]) -> Counter[str]:
    """How often every word, number and name stands there; rules between lines are none."""
    return Counter(word for line in lines for word in line.split() if word.strip("─━"))


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_no_number_and_no_name_is_cut(words: tuple[str, ...]) -> None:
    whole = counted(printed(UNCUT, words))
    assert len(whole) > 10 and not any("…" in word for word in whole)
    for width in (40, 80):
        narrow = counted(printed(width, words))
        assert not whole - narrow, f"cut at {width} characters"  # headings may be said again, nothing may be lost
        assert set(narrow) == set(whole), f"bits of words at {width} characters"


def test_a_word_that_was_cut_would_be_seen() -> None:
    whole = counted(printed(UNCUT, ("world", "two_cells")))
    cut = [line[:30] for line in printed(UNCUT, ("world", "two_cells"))]
    assert whole - counted(cut)
