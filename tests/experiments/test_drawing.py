"""Figures of an experiment's folder: by doubt as it is run, by plot afterwards, and never of runs or from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.experiments.conftest import PLAIN


def test_figures_are_drawn_beside_the_folder_and_of_experiments_alone(plain: Path, asked: Callable[..., Any]) -> None:
    plain.write_text(PLAIN.replace("draws: 4", "draws: 8"))
    wrong = asked("doubt", plain, "--figure", "tornadoes")
    assert wrong.exit_code == 2 and 'Did you mean "tornado"?' in wrong.output and not Path("results").exists()
    done = asked("doubt", plain, "--out", "results/open", "--figure", "tornado", "--figure", "flips")
    *_, first, second, folder = done.stdout.splitlines()
    assert (done.exit_code, folder) == (0, "results/open")
    assert [Path(one).name.split("-")[2] for one in (first, second)] == ["tornado.png", "flips.png"]
    assert all(one.startswith("results/figures/open-") and Path(one).stat().st_size > 10_000 for one in (first, second))
    again = asked("plot", "results/open", "tornado")
    assert again.stdout.splitlines() == [first]
    assert asked("plot", "results/open", "components", "--out", "c.svg").exit_code == 0 and Path("c.svg").is_file()
    for words, said in (
        (("results/open", "convergence"), "is an experiment: convergence is of runs. Of it draw components, flips, tornado"),
        (("results/open", "flips", "--year", "5"), "leave out --year"),
        (("results/open", "results/open", "flips"), "from the folder of one experiment; 2 are given"),
        (("results", "flips"), "holds no finished experiment"),
    ):
        answer = asked("plot", *words)
        assert answer.exit_code == 2 and said in answer.output, answer.output
    compared = asked("compare", "s/baseline.yaml", "s/open_registration.yaml", "--figure", "flips")
    assert compared.exit_code == 2 and "factorflow plot DIR flips" in compared.output
