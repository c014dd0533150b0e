"""What policies bring once public money has a price: welfare under several ways of paying, a row a scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sim.economy.policies.base import SpendingTerms
from sim.errors import FactorFlowError
from sim.evidence.published.lived import Lived, live
from sim.scenario.schema import Scenario

MEASURES = ("welfare", "welfare_nation")


@dataclass(frozen=True)
class Way:
    """A way of paying: its name, the worth of a yuan of general purchases, and the word of `financed_by`."""

    name: str
    worth: float
    financed_by: str


WAYS = (
    Way("free", 0.0, "general_purchases"),
    Way("valued", 1.0, "general_purchases"),
    Way("levy", 1.0, "income_levy"),
)


@dataclass(frozen=True)
class Row:
    """One scenario: what it spends in its last year, and what welfare gains, by way of paying.

    cost: 10^9 yuan of 2014, by a levy on income. gains: by way and measure, log points x 100 over the world without
    policies; reasons: why there is none, by way.
    """

    scenario: str
    title: str
    instruments: tuple[str, ...]
    year: int
    cost: float
    gains: Mapping[str, Mapping[str, float]]
    reasons: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    def words(self) -> tuple[str, ...]:
        """The row as text, in the order of HEAD."""
        gains = (self.gains.get(way.name) for measure in MEASURES for way in WAYS)
        measures = (measure for measure in MEASURES for _ in WAYS)
        numbers = (
            "none" if gain is None else f"{gain[measure]:+.{2 if abs(gain[measure]) >= 0.095 else 3}f}"
            for gain, measure in zip(gains, measures, strict=True)
        )
        return self.scenario, f"{self.cost:.3g}", *numbers


HEAD = (
    *("scenario", "spends, bn yuan"),
    *(f"{who}: {way.name}" for who in ("here", "nation") for way in WAYS),
)


def spends(scenario: Scenario) -> bool:
    """Whether any policy of a scenario spends public money."""
    return any(isinstance(terms, SpendingTerms) for terms in scenario.policies.values())


def years(scenarios: Sequence[Scenario]) -> int:
    """The most years that are simulated for these scenarios."""
    return sum((one.years.to - one.years.from_ + 1) * 2 * len(WAYS) for one in scenarios)


def rows(scenarios: Sequence[Scenario], lived: Callable[[int], None]) -> Iterator[Row]:
    """A row for every scenario, in their order; `lived` is told how many years of a run have passed."""
    without = _Baselines(lived)
    for scenario in scenarios:
        yield _row(scenario, without, lived)


def paid_for(scenario: Scenario, way: Way) -> Scenario:
    """The scenario in the continuum with all its policies paid for in this way; those that raise a tax keep it."""
    policies = {
        name: terms.model_copy(update={"financed_by": way.financed_by}) if isinstance(terms, SpendingTerms) else terms
        for name, terms in scenario.policies.items()
    }
    parameters = {**scenario.parameters, "public_worth": way.worth}
    run = scenario.run.model_copy(update={"continuum": True, "replicates": 1})
    return scenario.model_copy(update={"policies": policies, "parameters": parameters, "run": run})


@dataclass
class _Baselines:
    """Worlds without policies, each lived once."""

    lived: Callable[[int], None]
    known: dict[str, Lived] = field(default_factory=dict)

    def of(self, scenario: Scenario, way: Way) -> Lived:
        bare = paid_for(scenario.model_copy(update={"policies": {}, "targets": ()}), way)
        if bare.digest() not in self.known:
            self.known[bare.digest()] = live(bare, self.lived)
        return self.known[bare.digest()]


def _row(scenario: Scenario, without: _Baselines, lived: Callable[[int], None]) -> Row:
    year, cost = scenario.years.to, 0.0
    gains: dict[str, Mapping[str, float]] = {}
    reasons: dict[str, str] = {}
    for way in WAYS:
        before = without.of(scenario, way)
        try:
            after = live(paid_for(scenario, way), lived)
        except FactorFlowError as reason:
            reasons[way.name] = str(reason)
            continue
        cost = after.cost(year, year) / 1e9
        gains[way.name] = {
            measure: 100 * (after.at(measure, (), year) - before.at(measure, (), year)) for measure in MEASURES
        }
    instruments = tuple(dict.fromkeys(terms.instrument for terms in scenario.policies.values()))
    return Row(scenario.name, scenario.title, instruments, year, cost, gains, reasons)


NOTE = (
    "Welfare is the expected gain of the people registered in a place over the world without policies, in log points x 100 "
    "(about per cent of income for good): of those registered in the reported area (here), and of everybody in the nation. "
    "Free: what budgets no longer buy is worth nothing (public_worth: 0). Valued: policies are paid out of general "
    "purchases, a yuan of which is worth a yuan of consumption at the base year's margin (public_worth: 1). Levy: "
    "households of the territory whose government spends are charged just what it spends. A policy of the government above "
    "the regions is paid for by the whole nation, of which the reported area is a small part: the nation's columns show "
    "what those of the reported area leave out. Where a policy lets output grow, budgets and what they buy grow with it, so "
    "valued may exceed free. Taxes that a scenario names itself stay as they are."
)


def page(found: Sequence[Row], command: str) -> str:
    """The table as a page in Markdown; `command` is what wrote it."""
    lines = [HEAD, ("---",) * len(HEAD), *(row.words() for row in found)]
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    last = ", ".join(str(year) for year in sorted({row.year for row in found}))
    failed = "".join(f"- {row.scenario}, {way}: {reason}\n" for row in found for way, reason in row.reasons.items())
    return (
        f"# What public money costs\n\nWritten by `{command}`, in the continuum; welfare and spending of {last}.\n\n"
        f"{NOTE}\n\n{table}" + (f"\nWithout a number:\n\n{failed}" if failed else "")
    )
