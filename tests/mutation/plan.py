"""What is changed and which tests must notice: the files of every part of the model, and its tests, quickest first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_GOLDEN = ("tests/mutation/case_by_case.py",)


@dataclass(frozen=True)
class Part:
    """A part of the program: its files, and the tests that hold it, in the order in which they are run."""

    name: str
    files: tuple[str, ...]
    tests: tuple[str, ...]


PARTS = (
    Part(
        "treasury and ledger",
        ("sim/economy/incomes.py", "sim/economy/treasury.py", "sim/economy/ledger.py", "sim/economy/payments.py"),
        (*_GOLDEN, "tests/policies", "tests/model"),
    ),
    Part(
        "growth", ("sim/economy/growth.py",), (*_GOLDEN, "tests/model", "tests/policies", "tests/validation/test_theory.py")
    ),
    Part(
        "year",
        ("sim/year/years.py", "sim/economy/state.py", "sim/economy/prices.py", "sim/year/base_year.py", "sim/year/markets.py")
        + ("sim/year/moves.py", "sim/year/stocks.py", "sim/year/values.py"),
        (*_GOLDEN, "tests/agents/test_with_mesa.py", "tests/model", "tests/policies", "tests/validation/test_theory.py"),
    ),
    Part(
        "recorder",
        ("sim/year/recorder.py", "sim/year/record.py"),
        (*_GOLDEN, "tests/measures", "tests/model", "tests/test_vocabulary.py"),
    ),
    Part(
        "reading",
        (
            "sim/analysis/panels.py",
            "sim/experiments/reading.py",
            "sim/experiments/replicate.py",
            "sim/experiments/manifest.py",
            "sim/experiments/experiment.py",
        ),
        (*_GOLDEN, "tests/measures", "tests/test_end_to_end.py"),
    ),
    Part(
        "comparison",
        ("sim/analysis/comparison.py", "sim/analysis/differences.py", "sim/analysis/pairing.py", "sim/analysis/outcome.py"),
        ("tests/results", *_GOLDEN),
    ),
    Part("policies", ("sim/economy/policies",), (*_GOLDEN, "tests/policies", "tests/scenario/test_schema.py")),
    Part("measures", ("sim/analysis/measures",), ("tests/measures", *_GOLDEN)),
    Part(
        "choice",
        ("sim/agents/choice.py", "sim/agents/labour.py", "sim/world/parameters.py"),
        (*_GOLDEN, "tests/agents/test_kernel.py", "tests/agents/test_agents.py", "tests/validation/test_theory.py"),
    ),
    Part("registration", ("sim/world/registration.py",), (*_GOLDEN, "tests/world")),
    Part(
        "world recipes",
        ("sim/world/regional.py", "sim/world/tables.py", "sim/world/two_cells.py", "sim/world/theory.py")
        + (
            "sim/world/base_year.py",
            "sim/world/inversion.py",
            "sim/world/skills.py",
            "sim/world/technology.py",
            "sim/world/world.py",
        ),
        (*_GOLDEN, "tests/world", "tests/validation/test_theory.py"),
    ),
)


def files_of(part: Part) -> list[Path]:
    """The files of a part, those of its folders included, relative to the checkout."""
    found: list[Path] = []
    for name in part.files:
        place = ROOT / name
        found += sorted(place.glob("*.py")) if place.is_dir() else [place] * place.exists()
    return [path.relative_to(ROOT) for path in found]
