"""The floors of the package: imports go down only, no two files know each other, and the results never know the model."""

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "sim"
# From the ground up. A box imports from floors below its own alone: boxes of one floor do not know each other.
FLOORS = [
    {"errors", "version", "arrays", "columns", "units", "cells", "compiled", "digest", "heap", "named", "once", "sheets"},
    {"hints", "words"},
    {"files"},
    {"data", "streams", "scenario", "analysis"},
    {"world"},
    {"agents", "economy"},
    {"vocabulary", "year"},
    {"model"},
    {"estimation"},
    {"experiments", "pages"},
    {"evidence", "notebook"},
    {"dashboard"},
    {"__init__"},
    {"cli"},
    {"__main__"},
]
# The same inside a box, where it has more than one part.
INSIDE = {
    "scenario": [
        {"spots", "vocabulary", "yaml_reader"},
        {"settings"},
        {"dated", "inheritance", "starter", "words"},
        {"aliases", "explain", "schema"},
        {"checks", "inquiry"},
        {"load"},
        {"expectation", "experiment"},
        {"json_schema"},
    ],
    "analysis": [
        {"columns", "versions"},
        {"frames", "manifest", "measures", "pairing", "wide"},
        {"panels", "record", "registered", "tables"},
        {"crate", "doubt", "results", "saving", "taskfile"},
        {"asked"},
        {"differences", "growth"},
        {"change", "selection", "since"},
        {"books", "groups"},
        {"outcome"},
        {"leading", "payers", "verdicts", "winners"},
        {"report"},
        {"contained", "extreme"},
        {"remarks"},
        {"comparison"},
    ],
    "data": [{"checkout", "doubted", "folder"}, {"published"}, {"catalogue", "starter"}],
    "world": [
        {"observed", "parameters", "skills", "strict"},
        {"registration", "tables", "world"},
        {"base_year", "inversion", "proof", "technology"},
        {"regional", "theory", "two_cells"},
        {"build"},
    ],
    "agents": [
        {"agent", "bits", "choice", "distribution", "threads"},
        {"listing", "odds", "selection", "start"},
        {"kernel"},
        {"counted"},
        {"continuum", "population", "sharded"},
        {"capital", "everybody", "labour"},
        {"land"},
    ],
    "economy": [
        {"entries", "linear", "payments"},
        {"state"},
        {"charges"},
        {"incomes"},
        {"growth", "markets", "people", "policies", "treasury"},
        {"accounts", "ledger", "prices"},
        {"individuals"},
    ],
    "year": [{"markets", "record", "stocks", "values"}, {"base_year", "moves", "recorder"}, {"years"}],
    "experiments": [
        {"cost", "executors", "refit", "sampling"},
        {"replicate"},
        {"first_years"},
        {"batch", "export", "manifest", "reading", "task", "trial"},
        {"store", "workers"},
        {"runfolder", "runner", "uncertain"},
        {"experiment", "plan"},
        {"answers", "foreseen", "price", "variants"},
        {"doubt", "rerun"},
        {"mixes"},
    ],
    "pages": [
        {"digits"},
        {"drawings", "outlines", "phrases", "recorded"},
        {"parameters", "plots", "tables", "worlds"},
        {"listing", "terminal"},
        {"comparing", "doubting", "measures", "parting", "reference", "report"},
    ],
    "evidence": [
        {"afterwards"},
        {"benchmark", "checkup", "effects", "expectations", "published", "rolling", "steps", "theory", "tombe_zhu"},
        {"money"},
    ],
    "notebook": [{"axes", "card", "rows"}, {"comparison", "results"}],
    "dashboard": [
        {"part", "security", "sliders", "track"},
        {"live", "session"},
        {"baselines", "observed", "readings", "runner"},
        {"page"},
        {"faults", "places"},
        {"paying"},
        {"figures"},
        {"app"},
        {"serving"},
    ],
    "cli": [
        {"drawing", "endings"},
        {"benchmarking", "dashboard", "program"},
        {"validating"},
        {"asking", "doubting", "keeping", "worlds"},
        {"running"},
        {"reporting", "writing"},
    ],
}
SECOND_TOWER = {"analysis"}
FIRST_TOWER = {"model", "year", "agents", "world", "economy"}
# What still goes up or round, and is to go: a test fails when one of these is gone, so that it leaves the list.
UPWARD = set()
CYCLES = set()

FILES = sorted(PACKAGE.rglob("*.py"))


def module(path):
    """The name of a file's module without the package: `agents.kernel`; `__init__` for the package itself."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


MODULES = {module(path): path for path in FILES}


def imports(path):
    """Modules of the package that a file imports, wherever in the file it does and even for types alone."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "sim":
            inside = node.module.removeprefix("sim").lstrip(".")
            for alias in node.names:
                full = f"{inside}.{alias.name}".lstrip(".")
                yield full if full in MODULES else inside or "__init__"
        elif isinstance(node, ast.Import):
            named = (alias.name for alias in node.names if alias.name.split(".")[0] == "sim")
            yield from (name.removeprefix("sim").lstrip(".") or "__init__" for name in named)


def box(name):
    return name.split(".")[0]


def part(name):
    """The part of a box that a module belongs to; None for the box itself."""
    return name.split(".")[1] if "." in name else None


ARROWS = {(name, target) for name, path in MODULES.items() for target in imports(path) if target != name}
FLOOR = {name: number for number, names in enumerate(FLOORS) for name in names}


def goes_up(source, target):
    """Whether an import goes to the own floor of another box, or above."""
    if box(source) != box(target):
        return FLOOR[box(target)] >= FLOOR[box(source)]
    floors = {name: number for number, names in enumerate(INSIDE.get(box(source), [])) for name in names}
    one, other = part(source), part(target)
    return one != other and one in floors and other in floors and floors[other] >= floors[one]


def test_every_box_and_every_part_has_a_floor():
    assert {box(name) for name in MODULES} == set(FLOOR)
    for name in FLOOR:
        parts = {part(one) for one in MODULES if box(one) == name} - {None}
        floors = INSIDE.get(name, [parts] if len(parts) < 2 else [])
        assert parts == set().union(*floors) and len(parts) == sum(map(len, floors))


def test_imports_go_down_only():
    assert {arrow for arrow in ARROWS if goes_up(*arrow)} == UPWARD


def circles():
    """Sets of files that import each other, directly or round about."""
    reached = {name: {target for source, target in ARROWS if source == name} for name in MODULES}
    grown = True
    while grown:
        grown = False
        for known in reached.values():
            more = set().union(*(reached[name] for name in known if name in reached)) - known if known else set()
            known |= more
            grown |= bool(more)
    return {frozenset(other for other in known if name in reached[other]) for name, known in reached.items() if name in known}


def test_no_files_import_each_other():
    assert circles() == CYCLES


@pytest.mark.parametrize("path", [path for path in FILES if box(module(path)) in SECOND_TOWER], ids=module)
def test_the_tower_of_results_never_imports_the_model(path):
    assert not {box(target) for target in imports(path)} & FIRST_TOWER


def test_one_file_knows_what_the_name_of_a_cell_means():
    splits = {module(path) for path in FILES if re.search(r'split\("/"\)', path.read_text(encoding="utf-8"))}
    assert splits == set()


@pytest.mark.parametrize("path", FILES, ids=module)
def test_every_file_says_in_its_first_line_what_it_is_and_stays_short(path):
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree)
    assert len(text.splitlines()) <= 400
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert {one.name for one in functions if one.end_lineno - one.lineno + 1 > 60} == set()
