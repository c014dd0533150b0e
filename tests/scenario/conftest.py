"""A small vocabulary of four instruments, one world and three measures, that does not change with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pytest

from sim.scenario.schema import Between, PolicyTerms
from sim.scenario.vocabulary import ParameterWord, Vocabulary, WorldWords
from sim.scenario.words import Places, RegionName, Sectors, Share, adding_up_to_one, quantity, word

FOLDER = Path(__file__).parent


class Reform(PolicyTerms):
    """Terms with a share and a group of words."""

    cut: float = quantity(unit="share", meaning="share of the barrier removed", at_least=0, at_most=1)
    between: Between | None = word(None, meaning="the moves it is about; left out: all")


class Aid(PolicyTerms):
    """Terms with names of regions on both sides of a mapping, and shares that add up."""

    pairs: dict[RegionName, RegionName] = word(meaning="donor: partner")
    share_of_donor_revenue: float = quantity(
        unit="share of budget revenue", meaning="share of the donor's budget", at_least=0, at_most=0.2
    )
    uses: Annotated[dict[Literal["infrastructure", "training"], Share], adding_up_to_one] = word(
        {"infrastructure": 1.0}, meaning="what the money is used for"
    )

    def rule_keys(self, world: WorldWords) -> frozenset[str]:
        """One rule a donor: two donors do not contradict each other."""
        return frozenset(f"{self.instrument} {donor}" for donor in self.pairs)


class Unification(PolicyTerms):
    """Terms with lists of places and sectors."""

    cut: float = quantity(unit="share", meaning="share of the border cost removed", at_least=0, at_most=1)
    regions: Places | None = word(None, meaning="regions that take part; left out: all")
    sectors: Sectors | None = word(None, meaning="sectors that take part; left out: all")


class Investment(PolicyTerms):
    """Terms with one quantity."""

    share: float = quantity(unit="share of budget", meaning="share of the budget spent", at_least=0, at_most=0.5)


class Schedule(PolicyTerms):
    """Terms with years as keys."""

    shares: dict[str, float] = word(meaning="share by year")


def _parameter(name: str, unit: str, value: float, low: float, high: float) -> ParameterWord:
    return ParameterWord(name, unit, value, low, high, f"meaning of {name}", "made up for the test", True)


VALLEY = WorldWords(
    name="valley",
    regions=("Hangzhou", "Ningbo", "Lishui", "Quzhou", "outside"),
    kinds=("urban", "rural"),
    sectors=("agriculture", "industry", "services"),
    groups={"mountain": ("Quzhou", "Lishui"), "coast": ("Hangzhou", "Ningbo")},
    parameters={
        "labour_mobility": _parameter("labour_mobility", "share per year", 0.1, 0, 1),
        "trade_elasticity": _parameter("trade_elasticity", "none", 4, 1, 12),
        "growth": _parameter("growth", "log points per year", 0.01, -0.1, 0.2),
    },
    first_year=2014,
    last_year=2060,
)


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    """The words the files of this folder are checked against."""
    return Vocabulary(
        instruments={
            "infrastructure_investment": Investment,
            "market_unification": Unification,
            "paired_assistance": Aid,
            "residence_permit_reform": Reform,
            "schedule": Schedule,
        },
        worlds={"valley": VALLEY},
        measures={"urban_rural_ratio": ("world", "region"), "gini": ("world", "kind"), "theil": ("world",)},
    )


@pytest.fixture
def scenario_file(tmp_path: Path) -> Path:
    """A sound scenario that a test may change."""
    path = tmp_path / "mine.yaml"
    path.write_text("schema: 1\ntitle: Mine\nworld: valley\nyears: {from: 2014, to: 2035}\n", encoding="utf-8")
    return path
