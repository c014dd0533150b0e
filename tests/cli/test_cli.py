"""The command line: what is printed where, exit codes, and that nothing half-written remains."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Sequence
from fnmatch import fnmatch
from inspect import signature
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from matplotlib.figure import Figure

from sim.analysis.results import open_results
from sim.cli import main
from sim.pages.terminal import progress
from tests.cli.conftest import Stage, stand_in

BASELINE, AID, BROKEN, WORSE = (f"scenarios/{name}.yaml" for name in ("baseline", "aid", "broken", "worse"))
PRICE = "baseline: About 2 seconds and 1 MB.\n"


def factorflow(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def folders() -> list[str]:
    return sorted(path.name for path in Path("results").iterdir()) if Path("results").exists() else []


def test_version_and_help(stage: Stage) -> None:
    answer = factorflow("--version")
    assert (answer.stdout, answer.exit_code) == ("factorflow 1.2.3\n", 0)
    answer = factorflow("--help")
    assert answer.exit_code == 0
    assert all(command in answer.stdout for command in ("check", "run", "compare", "plot", "list"))


@pytest.mark.parametrize("words", [("fly",), ("run",), ("run", "--jobs", "0", BASELINE), ("list", "secrets")])
def test_wrong_words_are_faults_of_input(stage: Stage, words: Sequence[str]) -> None:
    answer = factorflow(*words)
    assert answer.exit_code == 2 and answer.stdout == "" and answer.stderr != ""


def test_check_names_all_faults_of_all_files_and_writes_nothing(stage: Stage) -> None:
    answer = factorflow("check", BASELINE, BROKEN, WORSE)
    assert answer.exit_code == 2
    assert answer.stdout == f"{BASELINE}: no faults. About 2 seconds and 1 MB.\n"
    assert f'{BROKEN}: 1 fault\n\n  line 1  effect\n           "much" is not a number.' in answer.stderr
    assert f"{WORSE}: 1 fault" in answer.stderr
    assert stage.runs == [] and folders() == []
    assert factorflow("check", BASELINE, AID).exit_code == 0


def test_the_last_line_of_run_is_the_results_folder(stage: Stage) -> None:
    answer = factorflow("run", BASELINE, "--jobs", "2")
    assert answer.exit_code == 0 and stage.runs == [("baseline", 2)]
    folder = Path(answer.stdout.splitlines()[-1])
    assert folder.parent == Path("results") and folder.name.startswith("baseline-")
    assert open_results(folder).name == "baseline"
    assert answer.stderr == PRICE  # first what it costs; no bar where nobody watches


def test_run_again_computes_nothing_and_names_the_same_folder(stage: Stage) -> None:
    first, second = (factorflow("run", BASELINE) for _ in range(2))
    assert first.stderr == PRICE and second.stdout == first.stdout and len(folders()) == 1
    assert second.stderr == f"Using {first.stdout.strip()}, an unchanged run of baseline.\n"
    assert stage.runs == [("baseline", 1)]


def test_set_changes_the_digest_and_so_the_folder(stage: Stage) -> None:
    assert factorflow("run", AID, "--set", "run.replicates=3").exit_code == 0
    assert factorflow("run", AID).exit_code == 0
    digests = {open_results(Path("results") / name).manifest["scenario_digest"] for name in folders()}
    assert len(digests) == 2


def test_out_is_the_folder_of_one_and_the_parent_of_several(stage: Stage) -> None:
    assert factorflow("run", BASELINE, "--out", "here").stdout == "here\n"
    answer = factorflow("run", BASELINE, AID, "--out", "both")
    assert [Path(line) for line in answer.stdout.splitlines()] == [Path("both/baseline"), Path("both/aid")]


def test_a_fault_in_the_second_file_stops_before_the_first_is_run(stage: Stage) -> None:
    answer = factorflow("run", BASELINE, BROKEN)
    assert answer.exit_code == 2 and stage.runs == [] and folders() == []


def test_failed_replicates_are_told_and_end_with_three(stage: Stage) -> None:
    stage.failed = (3, 4)
    answer = factorflow("run", BASELINE)
    assert answer.exit_code == 3
    assert "2 of 5 replicates of baseline failed" in answer.stderr
    assert "replicate 3 (seed 7003): no clearing in 2015" in answer.stderr
    assert open_results(answer.stdout.splitlines()[-1]).replicates == (0, 1, 2)


def test_an_interrupt_ends_with_130_and_leaves_nothing(stage: Stage) -> None:
    stage.interrupt = True
    answer = factorflow("run", BASELINE)
    assert answer.exit_code == 130 and answer.stdout == "" and "Interrupted" in answer.stderr
    assert folders() == []


def test_compare_runs_what_is_needed_and_says_it_in_words(stage: Stage) -> None:
    answer = factorflow("compare", BASELINE, AID)
    assert answer.exit_code == 0 and [name for name, _ in stage.runs] == ["baseline", "aid"]
    assert answer.stdout.startswith("By 2016 Aid brings the urban-rural income ratio of Zhejiang from 2.010 (Baseline) to")
    assert "-0.050 to -0.050" in answer.stdout and "Aid against Baseline, 2016" in answer.stdout


def test_compare_takes_an_unchanged_run_again_and_no_other(stage: Stage) -> None:
    factorflow("run", BASELINE)
    factorflow("run", AID)
    answer = factorflow("compare", BASELINE, AID)
    assert len(stage.runs) == 2 and answer.stderr.count("an unchanged run of") == 2
    damaged = next(Path("results").glob("aid-*")) / "summary.csv"
    damaged.write_text("")
    factorflow("compare", BASELINE, AID)
    assert [name for name, _ in stage.runs] == ["baseline", "aid", "aid"]
    assert len(list(Path("results").glob("aid-*"))) == 2 and damaged.read_text() == ""


@pytest.mark.parametrize("changed", ["versions", "data", "scenario_digest", "replicates"])
def test_compare_does_not_take_a_run_of_other_versions_data_digest_or_with_failures(stage: Stage, changed: str) -> None:
    path = Path(factorflow("run", BASELINE).stdout.strip()) / "manifest.json"
    manifest = json.loads(path.read_text())
    if changed == "replicates":
        manifest["replicates"].append({"replicate": 3, "seed": 1, "status": "failed", "reason": "no memory"})
    else:
        manifest[changed] = manifest[changed][:9] if changed == "scenario_digest" else {"factorflow": "0.0"}
    path.write_text(json.dumps(manifest))
    factorflow("compare", BASELINE, AID)
    assert [name for name, _ in stage.runs] == ["baseline", "baseline", "aid"]


def test_json_and_nothing_else_stands_on_stdout(stage: Stage) -> None:
    factorflow("run", BASELINE)
    answer = factorflow("compare", BASELINE, AID, "--json")
    told = json.loads(answer.stdout)
    assert told["baseline"]["name"] == "baseline" and told["paragraph"].startswith("By 2016 Aid")
    assert "an unchanged run of" in answer.stderr


@pytest.mark.parametrize("to", [AID, "aid", None])
def test_the_baseline_may_be_named(stage: Stage, to: str | None) -> None:
    answer = factorflow("compare", BASELINE, AID, "--json", *(("--to", to) if to else ()))
    told = json.loads(answer.stdout)
    assert told["baseline"]["name"] == ("aid" if to else "baseline")
    rows = [row for row in told["table"] if (row["measure"], row["scope"]) == ("urban_rural_ratio", "world")]
    assert all((row["difference"] > 0) is bool(to) for row in rows)


def test_the_baseline_may_be_another_folder_or_file(stage: Stage) -> None:
    folder = factorflow("run", AID).stdout.strip()
    answer = factorflow("compare", BASELINE, "--to", folder, "--json")
    assert json.loads(answer.stdout)["baseline"]["path"] == folder
    answer = factorflow("compare", BASELINE, AID, "--to", "nobody")
    assert answer.exit_code == 2 and '--to "nobody" names none, or more than one' in answer.stderr


@pytest.mark.parametrize(("stops", "to"), [("aid", "third"), ("aid", "scenarios/third.yaml"), ("baseline", "third")])
def test_the_baseline_named_is_taken_where_another_run_stopped(stage: Stage, stops: str, to: str) -> None:
    stage.stops = (stops,)
    Path("scenarios/third.yaml").write_text("0.2")
    answer = factorflow("compare", BASELINE, AID, "scenarios/third.yaml", "--to", to, "--json")
    told = json.loads(answer.stdout)
    assert answer.exit_code == 3 and told["baseline"]["name"] == "third"
    assert [one["name"] for one in told["scenarios"]] == [name for name in ("baseline", "aid") if name != stops]
    assert f"scenarios/{stops}.yaml stopped before its last year and is left out" in answer.stderr


@pytest.mark.parametrize("to", [("--to", "third"), ()])
def test_a_baseline_whose_run_stopped_is_the_answer(stage: Stage, to: Sequence[str]) -> None:
    stage.stops = ("third",)
    Path("scenarios/third.yaml").write_text("0.2")
    order = (BASELINE, AID, "scenarios/third.yaml") if to else ("scenarios/third.yaml", BASELINE, AID)
    answer = factorflow("compare", *order, *to)
    assert answer.exit_code == 2 and answer.stdout == "" and "all 3 replicates of third failed" in answer.stderr


def test_compare_of_folders(stage: Stage) -> None:
    made = [factorflow("run", file).stdout.strip() for file in (BASELINE, AID)]
    answer = factorflow("compare", *made)
    assert answer.exit_code == 0 and len(stage.runs) == 2
    Path(made[1], "summary.csv").write_text("other")
    answer = factorflow("compare", *made)
    assert answer.exit_code == 2 and "summary.csv differs from what was written" in answer.stderr


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ((BASELINE,), "needs two"),
        ((BASELINE, BASELINE), "at least one other"),
        ((BASELINE, "scenarios/nothing.yaml"), "there is no scenario file or results folder scenarios/nothing.yaml"),
        (("scenarios", BASELINE), "is not a results folder (it has no manifest.json)"),
        ((BASELINE, BROKEN), "is not a number"),
    ],
)
def test_what_cannot_be_compared(stage: Stage, words: Sequence[str], answer: str) -> None:
    told = factorflow("compare", *words)
    assert told.exit_code == 2 and told.stdout == "" and answer in told.stderr


def test_a_run_made_for_a_comparison_that_partly_fails_ends_with_three(stage: Stage) -> None:
    stage.failed = (3,)
    answer = factorflow("compare", BASELINE, AID)
    assert answer.exit_code == 3 and "Replicates of Aid that failed and are left out: 1 of 4." in answer.stdout


class Terminal(io.StringIO):
    """A stderr somebody watches."""

    def isatty(self) -> bool:
        return True


def test_a_watched_run_shows_years_done_and_time_left_on_stderr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", watched := Terminal())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with progress("Aid [deepened]") as told:
        assert told is not None
        told(21, 42)
    assert "Aid [deepened]" in watched.getvalue() and "21/42" in watched.getvalue() and "left" in watched.getvalue()


def drawn(results: Sequence[Any]) -> Figure:
    figure = Figure(figsize=(1, 1))
    figure.text(0, 0, " ".join(result.name for result in results))
    return figure


ALL_SHOWN = SimpleNamespace(unshown=lambda results: [])  # fonts have the characters of every title


def of_figures(there: dict[str, Any]) -> dict[str, Any]:
    """What stands in for the folder of figures: these of runs, none of experiments."""
    return {
        "arguments": lambda name, draws="figure": (
            tuple(signature(there[name].figure).parameters) if name in there and draws == "figure" else None
        ),
        "named": lambda name: there[name],
        "titles": lambda: {name: (name, "") for name in there},
        "of_experiments": dict,
        "marks": ALL_SHOWN,
    }


@pytest.fixture
def figures(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two results folders, and one figure to draw from them."""
    convergence = SimpleNamespace(TITLE="Convergence", MEANING="gap by year", figure=drawn)
    stand_in(monkeypatch, "sim.pages.plots", **of_figures({"convergence": convergence}))
    return [factorflow("run", file).stdout.strip() for file in (BASELINE, AID)]


def test_plot_writes_beside_the_first_results_and_prints_the_path(figures: list[str]) -> None:
    answer = factorflow("plot", *figures, "convergence")
    assert answer.exit_code == 0
    path = Path(answer.stdout.strip())
    assert fnmatch(path.name, "baseline-aid-????????-convergence.png") and path.parent.samefile("results/figures")
    assert path.read_bytes().startswith(b"\x89PNG")
    assert factorflow("plot", figures[0], "convergence", "--out", "new/a.svg").stdout == "new/a.svg\n"
    assert "<svg" in Path("new/a.svg").read_text()
    assert [file.name for file in Path("new").iterdir()] == ["a.svg"]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("convergense",), 'there is no figure "convergense". Did you mean "convergence"?'),
        (("convergence", "--out", "a.doc"), "the ending must be one of"),
        (("convergence", "--out", "scenarios/aid.yaml/a.png"), "could not write"),
    ],
)
def test_plots_that_cannot_be_drawn(figures: list[str], words: Sequence[str], answer: str) -> None:
    told = factorflow("plot", *figures, *words)
    assert told.exit_code == 2 and answer in told.stderr
    assert factorflow("plot", "convergence").exit_code == 2


def test_help_imports_nothing_heavy() -> None:
    asked = "import sys, sim.cli\ntry: sim.cli.main(['--help'])\nexcept SystemExit: pass\nprint(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    heavy = {"pandas", "numpy", "numba", "matplotlib", "mesa", "pyarrow", "scipy", "pydantic", "yaml", "rich"}
    assert heavy.isdisjoint(told.split("\n")[-2].split())


def test_every_figure_asked_for_is_drawn(figures: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    two = {name: SimpleNamespace(TITLE=name, MEANING="", figure=drawn) for name in ("flows", "map")}
    stand_in(monkeypatch, "sim.pages.plots", **of_figures(two))
    answer = factorflow("compare", *figures, "--figure", "flows", "--figure", "map", "--figure", "flows")
    assert answer.exit_code == 0
    written = [Path(line) for line in answer.stdout.splitlines() if line.endswith(".png")]
    digest = written[0].name.split("-")[2]  # of the runs: the same for both
    assert [path.name for path in written] == [f"baseline-aid-{digest}-{name}.png" for name in ("flows", "map")]
    assert all(path.is_file() for path in written)
    answer = factorflow("compare", *figures, "--figure", "flows", "--figure", "nothing")
    assert answer.exit_code == 2 and answer.stdout == "" and 'there is no figure "nothing"' in answer.stderr


def test_a_figure_is_drawn_for_what_it_can_take(figures: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def one(results: Sequence[Any], measures: str = "", place: str | None = None) -> Figure:
        asked.append({"measures": measures, "place": place})
        return drawn(results)

    def sums(results: Sequence[Any], years: tuple[int, int] | None = None) -> Figure:
        asked.append({"years": years})
        return drawn(results)

    two = {"difference": SimpleNamespace(figure=one), "flows": SimpleNamespace(figure=sums)}
    stand_in(monkeypatch, "sim.pages.plots", **of_figures(two))
    told = [
        factorflow("plot", *figures, *words)
        for words in (("difference", "--measure", "theil", "--place", "衢州"), ("flows", "--year", "2015"))
    ]
    told += [factorflow("plot", *figures, name) for name in two]
    assert [answer.exit_code for answer in told] == [0] * 4
    assert len({answer.stdout for answer in told}) == 4  # no figure is written over another that shows something else
    assert asked[:2] == [{"measures": "theil", "place": "Quzhou"}, {"years": (2015, 2015)}]
    answer = factorflow("plot", *figures, "flows", "--measure", "theil")
    assert answer.exit_code == 2 and "flows cannot be drawn for one measure; it takes --year." in answer.stderr


def test_the_figure_of_a_comparison_shows_what_was_asked_for(figures: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []

    def one(results: Sequence[Any], measure: str = "", place: str | None = None) -> Figure:
        asked.append(([result.name for result in results], measure, place))
        return drawn(results)

    def several(results: Sequence[Any], measures: Sequence[str] = ()) -> Figure:
        asked.append(([result.name for result in results], measures))
        return drawn(results)

    two = {"convergence": SimpleNamespace(figure=one), "difference": SimpleNamespace(figure=several)}
    stand_in(monkeypatch, "sim.pages.plots", **of_figures(two))
    words = ("--to", "aid", "--measure", "urban_rural_ratio", "--place", "衢州", "--figure", "convergence")
    answer = factorflow("compare", *figures, *words)
    assert answer.exit_code == 0 and asked == [(["aid", "baseline"], "urban_rural_ratio", "Quzhou")]
    both = ("--measure", "population", "--measure", "urban_rural_ratio")
    assert factorflow("compare", *figures, *both, "--figure", "difference").exit_code == 0
    assert asked[1:] == [(["baseline", "aid"], ("population", "urban_rural_ratio"))]
    answer = factorflow("compare", *figures, *both, "--figure", "convergence")
    assert (
        answer.exit_code == 2
        and "the figure convergence is drawn for one measure, not for population, urban" in answer.stderr
    )
    answer = factorflow("compare", *figures, "--year", "2015", "--figure", "convergence")
    assert answer.exit_code == 2 and "cannot be drawn for one year; it takes --measure and --place." in answer.stderr


def test_json_holds_the_rows_asked_for(stage: Stage) -> None:
    answer = factorflow("compare", BASELINE, AID, "--measure", "urban_rural_ratio", "--place", "Quzhou", "--json")
    rows = json.loads(answer.stdout)["table"]
    assert [(row["measure"], row["place"], row["year"]) for row in rows] == [
        ("urban_rural_ratio", "Quzhou", year) for year in (2014, 2015, 2016)
    ]


def test_rows_asked_for_are_shown_and_written(stage: Stage) -> None:
    answer = factorflow(
        "compare", BASELINE, AID, "--measure", "urban_rural_ratio", "--place", "衢州", "--csv", "out/rows.csv"
    )
    assert answer.exit_code == 0 and "The folder out is not there yet and is made.\n" in answer.stderr
    assert answer.stdout.splitlines()[-1] == "out/rows.csv"
    assert "Quzhou" in answer.stdout and "max_min_ratio" not in answer.stdout
    lines = Path("out/rows.csv").read_text().splitlines()
    assert lines[0].startswith("scenario,measure,scope,place,year,baseline_median") and len(lines) == 4
    assert all(line.startswith("aid,urban_rural_ratio,region,Quzhou,201") for line in lines[1:])
    answer = factorflow("compare", BASELINE, AID, "--year", "2015")
    assert answer.stdout.startswith("By 2015 Aid")
    answer = factorflow("compare", BASELINE, AID, "--year", "2030")
    assert answer.exit_code == 2 and "the year 2030 is not among those compared, 2014 to 2016." in answer.stderr
    answer = factorflow("compare", BASELINE, AID, "--measure", "happiness")
    assert answer.exit_code == 2 and 'there is no measure "happiness" in what is compared.' in answer.stderr


def test_results_are_listed_with_whether_they_are_as_written(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "250")
    made = [Path(factorflow("run", file).stdout.strip()) for file in (BASELINE, AID)]
    Path(made[1], "summary.csv").write_text("other")
    Path("results/broken").mkdir()
    Path("results/broken/manifest.json").write_text("{")
    rows = {
        line.split()[0]: " ".join(line.split()) for line in factorflow("list", "results").stdout.splitlines() if line.strip()
    }
    assert rows[made[0].as_posix()].startswith(f"{made[0].as_posix()} Baseline zhejiang 2014 to 2016 3 of 3 ")
    assert rows[made[0].as_posix()].endswith(" yes")
    assert "no:" in rows[made[1].as_posix()] and "no:" in rows["results/broken"]
