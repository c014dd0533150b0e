"""What a verb does not need it does not import: the libraries that take long, by verb, in a process of their own."""

import subprocess
import sys

import pytest

HEAVY = {"numba", "pandas", "scipy", "pyarrow", "matplotlib", "mesa", "dask", "optuna", "jinja2"}
BASELINE = "scenarios/zhejiang/baseline.yaml"


def imported(*words):
    """Names of the top-level packages in memory after a command."""
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: sys.stderr.write('|' + ' '.join({name.split('.')[0] for name in sys.modules}) + '|'))\n"
        f"sys.argv = ['factorflow', *{list(words)!r}]\n"
        "from sim.cli import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split("|")[1].split())


def test_help_imports_nothing_but_the_command_line():
    assert not imported("--help") & {*HEAVY, "numpy", "pydantic", "yaml", "rich", "hashlib"}


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


def test_a_new_scenario_needs_neither_the_model_nor_tables_nor_figures(tmp_path):
    assert not imported("new", str(tmp_path / "mine.yaml")) & HEAVY


def test_one_figure_is_imported_without_the_others():
    code = (
        "import sys\nfrom sim.pages import plots\nfound = plots.named('map')\nassert found.figure\n"
        "assert plots.named('nowhere') is None and plots.named('style') is None\n"
        "others = set(plots.titles()) - {'map'}\n"
        "sys.exit(len([name for name in others if f'sim.pages.plots.{name}' in sys.modules]))\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
