"""Files of figures: names that any file system takes, one for each set of runs; and what is said of titles not shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import font_manager
from matplotlib.figure import Figure

from sim.cli import main
from sim.cli.drawing import file_name, save_figure
from sim.errors import ResultsError
from sim.pages.plots import fonts
from tests.results.synthetic import future

GALLERY = sorted(path.stem for path in (Path(__file__).parents[2] / "scenarios/zhejiang").glob("*.yaml"))


def runs(*names: str, **manifest: Any) -> list[Any]:
    """Stand-ins for results folders of these names; `settings` is what differs in their digest."""
    settings = manifest.pop("settings", "")
    title = manifest.pop("title", None)
    return [
        SimpleNamespace(
            name=name,
            title=title or name,
            replicates=(0,),
            manifest={"scenario_digest": f"{name}{settings}", "files": {}} | manifest,
        )
        for name in names
    ]


def plot(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["plot", *[str(word) for word in words]])


def test_few_short_names_stand_in_full() -> None:
    name = file_name(runs("baseline", "mountain_sea"), "convergence")
    assert name.startswith("baseline-mountain_sea-") and name.endswith("-convergence.png")
    assert len(name) == len("baseline-mountain_sea--convergence.png") + 8


def test_of_many_the_first_are_named_and_the_rest_counted() -> None:
    assert len(GALLERY) > 25
    name = file_name(runs(*GALLERY), "convergence")
    assert len(name.encode()) <= 120 and name.startswith("aid_consumed-all_together-baseline-")
    shown = name.split("-and-")[0].split("-")
    assert shown == GALLERY[: len(shown)] and f"-and-{len(GALLERY) - len(shown)}-more-" in name


NAMES = st.text(min_size=1, max_size=255).filter(lambda text: len(text.encode(errors="replace")) <= 255)


@given(st.lists(NAMES, min_size=1, max_size=40), st.sampled_from(["map", "convergence"]))
def test_any_names_make_a_name_that_any_file_system_takes(names: Sequence[str], figure: str) -> None:
    name = file_name(runs(*names), figure)
    assert len(name.encode()) <= 120 and name == Path(name).name and not name.startswith(".")
    assert name.isprintable() and not any(unicodedata.category(letter) in ("Cc", "Cf", "Cs") for letter in name)
    assert not set(name) & set('/\\:*?"<>|')
    assert name == file_name(runs(*names), figure)


@pytest.mark.parametrize("long", ["x" * 250, "\u6539\u9769" * 40, "\U0001f3d4" * 60])
def test_names_that_differ_only_beyond_the_cut_do_not_share_a_file(long: str) -> None:
    first, second = (file_name(runs("baseline", long + end), "map") for end in ("a", "b"))
    assert first != second and max(len(first.encode()), len(second.encode())) <= 120


def test_other_settings_tables_orders_titles_and_figures_have_other_files() -> None:
    plain = runs("a", "b")
    every = [
        file_name(plain, "map"),
        file_name(plain, "convergence"),
        file_name(plain[::-1], "map"),
        file_name(runs("a", "b", settings="run.seed=8"), "map"),
        file_name(runs("a", "b", files={"series.parquet": {"sha256": "00"}}), "map"),
        file_name(runs("a", "b", title="Reworded"), "map"),
        file_name(runs("a", "b", "c"), "map"),
        file_name(runs("a-b"), "map"),
        file_name(plain, "map", {"measure": "theil"}),
        file_name(plain, "map", {"measure": "theil", "year": 2020}),
        file_name(plain, "map", {"place": "theil"}),
    ]
    assert len(set(every)) == len(every)


@pytest.mark.parametrize("stem", ["x" * 251, "\u6539" * 83, "a" * 240])
def test_a_name_of_255_bytes_given_with_out_is_written(tmp_path: Path, stem: str) -> None:
    path = tmp_path / f"{stem}.png"
    save_figure(Figure(figsize=(1, 1)), path)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_name_of_256_bytes_is_answered_in_words(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="could not write"):
        save_figure(Figure(figsize=(1, 1)), tmp_path / f"{'x' * 252}.png")
    assert list(tmp_path.iterdir()) == []


def test_the_figure_of_thirty_runs_with_long_names_is_drawn(tmp_path: Path) -> None:
    folders = [future(tmp_path / f"{order:02d}_{'long_name_' * 9}", replicates=(0,)).path for order in range(30)]
    answer = plot(*folders, "convergence")
    assert answer.exit_code == 0, answer.output
    path = Path(answer.stdout.splitlines()[-1])
    assert path.stat().st_size > 10_000 and "-and-29-more-" in path.name


def test_other_settings_do_not_overwrite_a_figure(tmp_path: Path) -> None:
    for number in ("1", "2"):
        folder = tmp_path / "results" / f"baseline-{number}"
        results = future(folder, lambda r, y, n=number: float(n) / 10, name="baseline", scenario_digest=number * 64)
        assert plot(results.path, "convergence").exit_code == 0
    assert len(list((tmp_path / "results/figures").iterdir())) == 2


@pytest.mark.parametrize("title", ["\u6539\u9769", "\u5c71\u6d77\u534f\u4f5c 2", "Reform \u6539"])
def test_titles_that_no_font_can_show_are_told_in_one_sentence(
    title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [entry for entry in font_manager.fontManager.ttflist if entry.name not in fonts.CHINESE]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", entries)
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [])
    fonts.families.cache_clear()
    small = future(tmp_path / "small", replicates=(0, 1))
    other = future(tmp_path / title.replace(" ", "_"), lambda r, y: -0.1, replicates=(0, 1), title=title)
    answer = plot(small.path, other.path, "convergence")
    assert answer.exit_code == 0 and answer.stderr.count("\n") == 1 and "Warning" not in answer.stderr
    assert f'"{title}" is called "scenario 2"' in answer.stderr and "Noto Sans CJK" in answer.stderr
    assert Path(answer.stdout.strip()).stat().st_size > 10_000
    assert plot(small.path, "convergence").stderr == ""
