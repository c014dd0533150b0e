"""The code knows no place: names of places of shipped worlds stand in their tables alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.data import catalogue

PACKAGE = Path(__file__).parents[2] / "sim"
# Data, and the reader of one published study with its own thirty provinces.
READERS = ("data", "evidence/tombe_zhu")
FILES = [path for path in sorted(PACKAGE.rglob("*.py")) if not path.relative_to(PACKAGE).as_posix().startswith(READERS)]


def names() -> set[str]:
    """Every name of every place of the worlds made of tables, in whatever script."""
    found: set[str] = set()
    for world in catalogue.shipped_folders():
        for row in catalogue.tables(world).rows_of_places:
            found |= {row["place"], row["name_zh"], *(name.strip() for name in row["also"].split(";"))}
    return found - {""}


KNOWN = names()
ANY = re.compile(r"(?<![A-Za-z_])(?:" + "|".join(map(re.escape, sorted(KNOWN, key=len, reverse=True))) + r")(?![A-Za-z_])")


def test_the_names_are_those_of_all_worlds() -> None:
    assert {"Hangzhou", "杭州", "Beijing", "北京", "Anhui", "Greatford"} <= KNOWN and len(KNOWN) > 100
    assert ANY.search("if region == 'Hangzhou':") and ANY.search("# of 杭州市") and not ANY.search("Hangzhouish")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_file_outside_the_data_knows_a_place(path: Path) -> None:
    """Neither code nor comments nor examples in docstrings: examples use the invented Port, Plain and Hills."""
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [f"{number}: {line.strip()}" for number, line in enumerate(lines, start=1) if ANY.search(line)] == []
