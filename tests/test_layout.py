"""The floors of the package: imports go down only, and the tower of results never knows the model."""

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "sim"
FLOORS = [
    {"errors", "version", "compiled", "cells", "data", "arrays", "streams", "columns", "units", "hints", "files"},
    {"scenario", "world", "analysis"},
    {"economy", "agents"},
    {"vocabulary", "year"},
    {"model"},
    {"experiments", "estimation"},
    {"evidence", "pages"},
    {"cli", "__init__"},
    {"__main__"},
]
FLOOR = {name: number for number, names in enumerate(FLOORS) for name in names}
SECOND_TOWER = {"analysis"}
FIRST_TOWER = {"model", "year", "agents", "world", "economy"}


def part(module):
    """The box a module belongs to: the name after `sim.`."""
    pieces = module.split(".")
    return pieces[1] if len(pieces) > 1 else "__init__"


def imports(path):
    """Boxes of the package that a file imports, wherever in the file it does."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "sim":
            if node.module == "sim":
                yield from (alias.name if alias.name in FLOOR else "__init__" for alias in node.names)
            else:
                yield part(node.module)
        elif isinstance(node, ast.Import):
            yield from (part(alias.name) for alias in node.names if alias.name.split(".")[0] == "sim")


FILES = sorted(PACKAGE.rglob("*.py"))


def box(path):
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def test_every_box_has_a_floor():
    assert {box(path) for path in FILES} == set(FLOOR)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down_only(path):
    own = box(path)
    for target in imports(path):
        if target != own:
            assert FLOOR[target] <= FLOOR[own], f"{path.name} imports {target}, which stands above {own}"


@pytest.mark.parametrize("path", [path for path in FILES if box(path) in SECOND_TOWER], ids=lambda path: path.stem)
def test_the_tower_of_results_never_imports_the_model(path):
    assert not set(imports(path)) & FIRST_TOWER


def test_one_file_knows_what_the_name_of_a_cell_means():
    splits = {box(path) for path in FILES if re.search(r'split\("/"\)', path.read_text(encoding="utf-8"))}
    assert splits == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_file_says_in_its_first_line_what_it_is_and_stays_short(path):
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text))
    assert len(text.splitlines()) <= 400


@pytest.mark.parametrize("path", [path for path in FILES if box(path) == "pages"], ids=lambda path: path.stem)
def test_pages_do_not_know_where_evidence_comes_from(path):
    assert "evidence" not in set(imports(path))


def test_what_a_comparison_holds_does_not_know_its_words():
    text = {name: (PACKAGE / f"analysis/{name}.py").read_text(encoding="utf-8") for name in ("report", "leading", "outcome")}
    assert not any("analysis.comparison" in words for words in text.values())
