"""The answers of an experiment, from its table: what luck does, what ignorance does, how sure, for whom, and what matters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.doubt.alike import likeness
from sim.analysis.doubt.components import Components, components
from sim.analysis.doubt.counting import Count, Probability, holds, losers, means_of_draws, probability, within
from sim.analysis.doubt.failing import Failing, failing
from sim.analysis.doubt.ranks import Flip, flips, ranked
from sim.analysis.doubt.readings import HALF_LIFE, INCOME, NET_COST, RATIO, REFIT, drawn_values, draws_by_seeds, refit_columns
from sim.analysis.doubt.screening import Weight, screened
from sim.arrays import Array
from sim.errors import DesignError, ResultsError

_POINT = 0.01  # of the ratio
_LARGER = {INCOME, "income_per_head", "output_per_head", "output", "welfare", "welfare_nation"}  # better when larger


@dataclass(frozen=True)
class Effect:
    """What a policy changes in one reading: its components, the quantiles over draws, and how often its sign holds."""

    policy: str
    measure: str
    place: str
    year: int
    low: float  # quantiles 5%, 50% and 95% over draws of the mean over seeds, in the unit of the measure
    middle: float
    high: float
    parts: Components | None
    sign: int  # of the mean difference
    holds: Count


@dataclass(frozen=True)
class Answer:
    """How probable it is that a scenario keeps the bound of a question, and in how many draws it does."""

    question: Mapping[str, Any]
    policy: str
    probability: Probability | None
    holds: Count


@dataclass(frozen=True)
class HalfLife:
    """Years in which the gap halves: quantiles over draws, and in how many of them it does not close."""

    policy: str
    low: float
    middle: float
    high: float
    draws: int
    never: int


@dataclass(frozen=True)
class Cost:
    """Net public cost of a hundredth of the ratio closed, in the world's money: quantiles over draws, means over seeds.

    NaN where the policy does not narrow the gap in every draw that is counted: a cost over nothing has no finite band.
    """

    policy: str
    low: float
    middle: float
    high: float
    narrows: Count


@dataclass(frozen=True)
class Estimated:
    """A parameter estimated again at each draw: its value in force, and quantiles 5%, 50% and 95% over draws.

    `misfit` among them is how far the model stays from what happened, in standard errors; it has no value in force.
    """

    name: str
    in_force: float | None
    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Failure:
    """A task that failed: where in the space of parameters, and why."""

    policy: str
    draw: int
    replicate: int
    values: Mapping[str, float]
    reason: str


@dataclass(frozen=True)
class Answers:
    """All that an experiment says."""

    draws: int
    seeds: int
    effects: tuple[Effect, ...]
    answers: tuple[Answer, ...]
    first: Mapping[str, int]
    mean_rank: Mapping[str, float]
    flips: tuple[Flip, ...]
    weights: Mapping[str, tuple[Weight, ...]]
    lose: Mapping[str, tuple[tuple[str, Count], ...]]
    gain: Mapping[str, tuple[tuple[str, Count], ...]]
    costs: tuple[Cost, ...]
    half_lives: tuple[HalfLife, ...]
    estimated: tuple[Estimated, ...]
    failures: tuple[Failure, ...]
    failing: tuple[Failing, ...]
    unread: tuple[str, ...]

    @property
    def matter(self) -> tuple[tuple[str, float], ...]:
        """Parameters by the mean share of the spread that they explain, over policies, most first."""
        sums: dict[str, float] = {}
        for weights in self.weights.values():
            for one in weights:
                sums[one.parameter] = sums.get(one.parameter, 0.0) + one.explained / len(self.weights)
        return tuple(sorted(sums.items(), key=lambda one: (-one[1], one[0])))

    def to_json(self) -> dict[str, Any]:
        """Everything as plain values; what is no number is null."""
        plain = asdict(self)
        plain["matter"] = [{"parameter": name, "explained": share} for name, share in self.matter]
        return dict(_plain(plain))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value


def answers(frame: pd.DataFrame, words: Mapping[str, Any]) -> Answers:
    """The answers of the table of an experiment; words: what it wrote down (policies, paths, draws, questions, ...).

    The headline is the ratio of town and country in the last year: ranks, flips and weights are of it, the smaller the
    better. Tasks that failed are left out of every mean and named. Raises ResultsError where the table says nothing.
    """
    draws, seeds, paths = int(words["draws"]), int(words["replicates"]), list(words["paths"])
    policies, place, year = list(words["order"]), str(words["world"]), int(words["last_year"])

    def read(policy: str, measure: str, place: str, year: int, column: str = "difference") -> Array:
        return draws_by_seeds(frame, policy, measure, place, year, column, draws, seeds)

    questions, every = list(words["questions"]), [str(words["baseline"]), *policies]
    readings = [(RATIO, place, year), *((one["measure"], one["place"], one["year"]) for one in questions)]
    effects = [
        _effect(policy, *reading, read(policy, *reading)) for reading in dict.fromkeys(readings) for policy in policies
    ]
    headline = np.stack([read(policy, RATIO, place, year) for policy in policies])
    if not np.isfinite(headline).any():
        raise ResultsError("no draw has the ratio of town and country both with a policy and without: nothing can be said.")
    ranks = ranked(headline, larger_is_better=False)
    shared = drawn_values(frame, str(words["baseline"]), paths, draws)
    known = [i for i in range(len(paths)) if np.isfinite(shared[:, i]).any()]
    names = [paths[i] for i in known]
    turned = flips(ranks.means, shared[:, known], policies, names, larger_is_better=False) if names else ()
    mean_rank = {
        policy: float(np.nanmean(row)) if np.isfinite(row).any() else float("nan")
        for policy, row in zip(policies, ranks.ranks, strict=True)
    }
    cells = frame[(frame["measure"] == INCOME) & (frame["year"] == year)]["place"].drop_duplicates().tolist()
    changed = {policy: np.stack([read(policy, INCOME, cell, year) for cell in cells]) for policy in policies} if cells else {}
    return Answers(
        draws,
        seeds,
        tuple(one for one in effects if one is not None),
        tuple(_answer(one, name, read) for one in questions for name in every if _told(one, name, words)),
        dict(zip(policies, ranks.first, strict=True)),
        mean_rank,
        tuple(turned),
        _weights(frame, policies, paths, headline, draws),
        {policy: losers(table, cells) for policy, table in changed.items()},
        {policy: losers(-table, cells) for policy, table in changed.items()},
        tuple(_cost(one, read(one, NET_COST, place, year), read(one, RATIO, place, year)) for one in policies),
        tuple(_half_life(name, read(name, HALF_LIFE, place, year, "value")) for name in every),
        _estimated(frame, words),
        _failures(frame, paths),
        _failing(frame, [*policies, str(words["baseline"])], paths, draws),
        tuple(_unread(dict.fromkeys(readings), policies, read)),
    )


def summary(found: Answers, words: Mapping[str, Any]) -> pd.DataFrame:
    """A row a policy and parameter: the effect on the ratio over draws, and what the parameter explains of it.

    scenario, baseline: the likeness of both (see `alike`), by which a row is found again for a scenario that is the same.
    """
    year, place = int(words["last_year"]), str(words["world"])
    against = likeness(words["scenarios"][str(words["baseline"])])
    rows = [
        {
            "policy": one.policy,
            "scenario": likeness(words["scenarios"][one.policy]),
            "baseline": against,
            "year": year,
            "draws": one.holds.draws,
            "low": one.low,
            "middle": one.middle,
            "high": one.high,
            "sign": one.sign,
            "holds": one.holds.holds,
            "parameter": weight.parameter,
            "explained": weight.explained,
            "correlation": weight.correlation,
            "matters": weight.matters,
        }
        for one in found.effects
        if (one.measure, one.place, one.year) == (RATIO, place, year)
        for weight in found.weights.get(one.policy, ())
    ]
    if not rows:
        raise ResultsError("which parameters matter cannot be told from so few draws: there is no table to write.")
    return pd.DataFrame(rows)


def _unread(readings: Iterable[tuple[str, str, int]], policies: Sequence[str], read: Any) -> Iterator[str]:
    """Readings of which a policy has no difference in any draw."""
    for measure, place, year in readings:
        for policy in policies:
            if not np.isfinite(read(policy, measure, place, year)).any():
                yield f"{policy}: {measure} of {place} in {year}"


def _told(question: Mapping[str, Any], policy: str, words: Mapping[str, Any]) -> bool:
    """A baseline differs from itself by nothing."""
    return bool(policy != words["baseline"] or question["of"] == "value")


def _effect(policy: str, measure: str, place: str, year: int, table: Array) -> Effect | None:
    means, counted = means_of_draws(table)
    if not counted.any():
        return None
    try:
        parts: Components | None = components(table)
    except DesignError:
        parts = None  # failures left nothing that two draws or two seeds have in common
    low, middle, high = np.quantile(means[counted], (0.05, 0.5, 0.95))
    sign = int(np.sign(means[counted].mean()))
    # strictly: a draw in which nothing changes does not hold
    tiny = float(np.nextafter(0.0, 1.0))
    kept = holds(table, at_least=tiny) if sign > 0 else holds(table, at_most=-tiny) if sign < 0 else holds(table, 0.0, 0.0)
    return Effect(policy, measure, place, year, float(low), float(middle), float(high), parts, sign, kept)


def _answer(question: Mapping[str, Any], policy: str, read: Any) -> Answer:
    column = "value" if question["of"] == "value" else "difference"
    table = read(policy, question["measure"], question["place"], question["year"], column)
    bounds = question.get("at_least"), question.get("at_most")
    met = within(table, *bounds)
    chance = probability(met) if np.isfinite(met).any() else None
    return Answer(question, policy, chance, holds(table, *bounds))


def _weights(
    frame: pd.DataFrame, policies: Sequence[str], paths: Sequence[str], headline: Array, draws: int
) -> dict[str, tuple[Weight, ...]]:
    """What each parameter explains of each policy's effect over draws; empty where there are too few of them."""
    found = {}
    for policy, table in zip(policies, headline, strict=True):
        values = drawn_values(frame, policy, paths, draws)
        own = [i for i in range(len(paths)) if np.isfinite(values[:, i]).any()]
        means, _ = means_of_draws(table)
        try:
            found[policy] = screened(values[:, own], means, [paths[i] for i in own])
        except DesignError:
            continue  # fewer draws than a correlation takes
    return found


def _cost(policy: str, net: Array, ratio: Array) -> Cost:
    """What a hundredth of the ratio costs in each draw, as far as it falls in all of them; tables (draw, seed)."""
    paid, changed = means_of_draws(net)[0], means_of_draws(ratio)[0]
    known = np.isfinite(paid) & np.isfinite(changed)
    falls = holds(changed[known, None], at_most=-float(np.nextafter(0.0, 1.0)))
    if not falls.draws or falls.holds < falls.draws:
        return Cost(policy, np.nan, np.nan, np.nan, falls)
    low, middle, high = (float(one) for one in np.quantile(paid[known] / (-changed[known] / _POINT), (0.05, 0.5, 0.95)))
    return Cost(policy, low, middle, high, falls)


def _half_life(policy: str, table: Array) -> HalfLife:
    means, counted = means_of_draws(table)
    quantiles = np.quantile(means[counted], (0.05, 0.5, 0.95)) if counted.any() else np.full(3, np.nan)
    low, middle, high = (float(one) for one in quantiles)
    return HalfLife(policy, low, middle, high, len(table), int((~counted).sum()))


def _estimated(frame: pd.DataFrame, words: Mapping[str, Any]) -> tuple[Estimated, ...]:
    """What was estimated again, as the baseline lives it; a draw without estimates is left out."""
    in_force = dict(words.get("refit") or {})
    rows = frame[(frame["policy"] == words["baseline"]) & frame["reason"].isna()].drop_duplicates("draw")
    found = []
    for column in refit_columns(list(in_force)) if len(rows) else []:
        name = column.removeprefix(REFIT)
        low, middle, high = (float(one) for one in np.quantile(rows[column], (0.05, 0.5, 0.95)))
        found.append(Estimated(name, in_force.get(name), low, middle, high))
    return tuple(found)


def _failing(frame: pd.DataFrame, scenarios: Sequence[str], paths: Sequence[str], draws: int) -> tuple[Failing, ...]:
    """Kinds of failures over draws, whichever of the scenarios failed first, and where in what was drawn they lie."""
    rows = frame[frame["reason"].notna()].drop_duplicates("draw")
    if rows.empty:
        return ()
    values = np.full((draws, len(paths)), np.nan)
    for one in scenarios:  # the baseline last: what it has of its own is what most share
        own = drawn_values(frame, one, paths, draws)
        values = np.where(np.isfinite(own), own, values)
    return failing(dict(zip(rows["draw"].astype(int), rows["reason"].astype(str), strict=True)), values, paths)


def _failures(frame: pd.DataFrame, paths: Sequence[str]) -> tuple[Failure, ...]:
    rows = frame[frame["reason"].notna()]
    return tuple(
        Failure(
            str(row["policy"]),
            int(row["draw"]),
            int(row["replicate"]),
            {path: float(row[path]) for path in paths if pd.notna(row[path])},
            str(row["reason"]),
        )
        for row in rows.to_dict("records")
    )
