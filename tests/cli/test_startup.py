"""What a verb does not need it does not import: the libraries that take long, by verb, in a process of their own."""

import os
import subprocess
import sys

import click
import pytest

from sim import __main__ as program
from sim.cli import main
from tests.test_end_to_end import ROOT

HEAVY = {"numba", "pandas", "scipy", "pyarrow", "matplotlib", "mesa", "dask", "optuna", "jinja2"}
MODEL = {"numba", "scipy", "mesa", "dask", "optuna"}
BASELINE = "scenarios/zhejiang/baseline.yaml"


def imported(*words, folder=ROOT):
    """Names of the top-level packages in memory after a command."""
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: sys.stderr.write('|' + ' '.join({name.split('.')[0] for name in sys.modules}) + '|'))\n"
        f"sys.argv = ['factorflow', *{[str(word) for word in words]!r}]\n"
        "from sim.__main__ import start\n"
        "start()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=folder, env=environment
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split("|")[-2].split())


def test_the_first_page_of_help_imports_not_even_the_command_line():
    assert not imported("--help") & {*HEAVY, "numpy", "pydantic", "yaml", "rich", "hashlib", "click", "inspect"}


@pytest.mark.parametrize("words", [("run", "--help"), ("report", "--help"), ("list", "--help"), ("--version",)])
def test_help_imports_nothing_but_the_command_line(words):
    assert not imported(*words) & {*HEAVY, "numpy", "pydantic", "yaml", "rich", "hashlib"}


@pytest.mark.parametrize("name", ["factorflow", "python -m sim"])
@pytest.mark.parametrize("word", ["--help", "-h"])
def test_the_help_that_is_kept_is_that_of_the_program(name, word, monkeypatch, capfd):
    """Where it is not: python -c "from sim.cli import main; main(['-h'], prog_name='factorflow')" > sim/cli/help.txt."""
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(sys, "argv", ["/x/sim/__main__.py" if name == "python -m sim" else "/bin/factorflow", word])
    program.start()
    kept = capfd.readouterr().out
    with pytest.raises(SystemExit) as ended:
        main([word], prog_name=name)
    assert ended.value.code == 0
    assert kept == capfd.readouterr().out and kept.startswith(f"Usage: {name} [OPTIONS] COMMAND")


def test_a_narrow_terminal_is_told_by_the_program_itself(monkeypatch, capfd):
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(sys, "argv", ["factorflow", "--help"])
    with pytest.raises(SystemExit):
        program.start()
    told = capfd.readouterr().out
    assert "Commands:" in told and max(map(len, told.splitlines())) <= 60


def test_every_command_is_found_under_its_name():
    context = click.Context(main)
    found = {name: main.get_command(context, name) for name in main.list_commands(context)}
    assert {name: command.name for name, command in found.items()} == {name: name for name in found}
    assert all(command.callback is not None for command in found.values()) and len(found) == 25
    assert main.get_command(context, "fly") is None


@pytest.mark.parametrize(
    "words",
    [
        ("list", "instruments"),
        ("list", "figures"),
        ("check", BASELINE),
        ("schema",),
        ("explain", BASELINE, "years.from"),
        ("plot", "--help"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_verbs_that_only_read_import_neither_the_model_nor_tables_nor_figures(words):
    assert not imported(*words) & HEAVY


def test_a_scenario_without_policies_is_checked_without_numbers():
    assert "numpy" not in imported("check", BASELINE)


def test_a_new_scenario_needs_neither_the_model_nor_tables_nor_figures(tmp_path):
    assert not imported("new", str(tmp_path / "mine.yaml")) & HEAVY


def test_what_is_there_is_told_without_the_model(tmp_path):
    """Results of two scenarios are compared, drawn and put on a page; nothing has to be lived, so nothing is compiled."""
    files = [ROOT / "scenarios/two_cells" / f"{name}.yaml" for name in ("baseline", "open_registration")]
    settings = ("--set", "run.continuum=true", "--set", "years.to=6")
    assert imported("compare", *files, *settings, folder=tmp_path) >= {"numba", "mesa"}
    assert not imported("compare", *files, *settings, folder=tmp_path) & (MODEL | {"matplotlib", "jinja2"})
    assert not imported("compare", *files, *settings, "--figure", "convergence", folder=tmp_path) & (MODEL | {"jinja2"})
    assert not imported("report", *files, *settings, folder=tmp_path) & (MODEL | {"matplotlib"})
    assert not imported("status", *sorted((tmp_path / "results").glob("[bo]*")), folder=tmp_path) & (MODEL | {"matplotlib"})


def test_one_figure_is_imported_without_the_others():
    code = (
        "import sys\nfrom sim.pages import plots\nfound = plots.named('map')\nassert found.figure\n"
        "others = set(plots.titles()) - {'map'}\n"
        "sys.exit(len([name for name in others if f'sim.pages.plots.{name}' in sys.modules]))\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_a_figure_takes_is_read_from_its_file():
    from inspect import signature

    from sim.pages import plots

    for draws, figures in (("figure", plots.available()), ("figure_of_experiment", plots.of_experiments())):
        for name, module in figures.items():
            assert plots.arguments(name, draws) == tuple(signature(getattr(module, draws)).parameters)
    assert plots.arguments("map", "figure_of_experiment") is None and plots.arguments("tornado") is None
    assert plots.arguments("nowhere") is None and plots.arguments("style") is None
    code = "import sys\nfrom sim.pages import plots\nassert plots.arguments('map')\nsys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_who_has_processes_live_the_years_has_them_try_the_scenarios_too(tmp_path):
    """A scenario is tried before it is run: in the process that then runs it, whose start is paid once."""
    files = [ROOT / "scenarios/two_cells" / f"{name}.yaml" for name in ("baseline", "open_registration")]
    few = [word for name in ("labour", "capital", "land") for word in ("--set", f"run.{name}_agents=2000")]
    words = ("compare", *files, *few, "--set", "run.replicates=2", "--set", "years.to=6")
    assert not imported(*words, "--jobs", "2", folder=tmp_path) & MODEL
