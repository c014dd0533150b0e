"""Golden numbers case by case, those that use most channels first: what a change on purpose meets before any other test."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from sim import load, run
from tests.golden.cases import COMPARED, SCENARIOS, Case, cases, references
from tests.golden.reading import of_check_up, of_comparison, of_run
from tests.golden.table import Key, Moved, Numbers, listed, of_reference, read_numbers, read_tolerances, tolerance

OLD, TOLERANCES, REFERENCES = read_numbers(), read_tolerances(), references()
ALL = cases()
DRAWN = {case.name: case for case in ALL if case.agents}


def _cost(case: Case) -> int:
    """Variants of seven years and small worlds before the gallery, agents last."""
    return 3 if case.agents else 0 if ":" in case.name else 1 if not case.name.startswith("zhejiang") else 2


def _differences(new: Numbers, known: Iterable[Key]) -> list[Moved]:
    """New numbers beyond their tolerances, and known ones that are gone."""
    found = []
    for key, after in new.items():
        before = OLD.get(key, OLD.get(of_reference(key, REFERENCES)))
        allowed = tolerance(TOLERANCES, key)
        if before is None or not abs(after - before) <= allowed.absolute + allowed.relative * abs(before):
            found.append(Moved(key, before, after))
    return found + [Moved(key, OLD[key], None) for key in known if key not in new]


def _known(name: str, *drawn: str) -> list[Key]:
    return [key for key in OLD if key[0] == name and key[1].split()[0] in drawn]


def _hold(found: list[Moved]) -> None:
    assert not found, listed(sorted(found, key=lambda one: -one.relative), most=5)


def test_the_check_up():
    _hold(_differences(dict(of_check_up()), _known("zhejiang/check-up", "check-up")))


@pytest.mark.parametrize("case", sorted(ALL, key=_cost), ids=lambda case: f"{case.name}{' with agents' * case.agents}")
def test_a_case(case: Case, tmp_path: Path):
    results = run(load(SCENARIOS / f"{case.file}.yaml", case.settings), out=tmp_path / "r")
    _hold(_differences(dict(of_run(case, results)), _known(case.name, "agents" if case.agents else "continuum")))


@pytest.mark.parametrize("name", COMPARED)
def test_a_comparison(name: str, tmp_path: Path):
    sides = [DRAWN[side] for side in COMPARED[name]]
    results = [
        run(load(SCENARIOS / f"{case.file}.yaml", case.settings), out=tmp_path / str(number))
        for number, case in enumerate(sides)
    ]
    _hold(_differences(dict(of_comparison(name, *results)), _known(name, "comparison")))
