"""What each rule of a baseline does: the rules put in force one after the other, fitted anew, beside what was counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from sim.estimation import estimate
from sim.evidence.afterwards import afterwards

WORLD = "zhejiang"
_FROM, _LAST = 2024, 2035  # over which growth is told
HEAD = (
    *("", "towns (correlation)", "villages", "ratio 2015 ... 2019", "people 2019, %", "by city, %", "natives outside, m"),
    *("growth 2024-35, %", "ratio 2035", "urban share 2035; outside 2029"),
)
NOTE = (
    "Errors in log points x 100: changes of relative incomes from 2014 to 2019, root mean square over the cities; mean log "
    "ratio of the cities less the observed one, year by year. People: residents of 2019 less counted, of all cities and root "
    "mean square over them; people registered here who live outside, 2019 (2.57 million counted). Growth of output a year, "
    "of the cities and of the rest of the country. In the continuum; each row but the first is fitted anew to 2014 to 2019."
)


@dataclass(frozen=True)
class Step:
    """One row: all parameters in force, and the names of those that are estimated with them."""

    name: str
    parameters: Mapping[str, float]
    fitted: tuple[str, ...]


@cache
def _file() -> Mapping[str, Any]:
    text = files("sim.data").joinpath(f"steps_{WORLD}.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def landed() -> Mapping[str, float]:
    """The parameters before any of the rules was in force."""
    return dict(_file()["landed"]["parameters"])


def beside() -> Mapping[str, float]:
    """The values with which the rules of money, costs and ability, which leave a path without policies alone, are off."""
    return dict(_file()["landed"]["beside"])


def steps() -> Iterator[Step]:
    """The rules in force one after the other, from none to all."""
    parameters = landed()
    yield Step("landed", parameters, ())
    for step in _file()["steps"]:
        parameters = {**parameters, **step["parameters"]}
        yield Step(step["name"], parameters, tuple(step["fitted"]))


def row(step: Step) -> tuple[str, ...]:
    """What comes out with the rules of a step in force, in words; see NOTE."""
    parameters = dict(step.parameters)
    if step.fitted:
        start = {name: parameters.pop(name) for name in step.fitted}
        values, _ = estimate(WORLD, start, names=step.fitted, fixed=parameters)
        parameters |= values
    found = afterwards(WORLD, parameters, until=_LAST)
    towns, villages = found.relative()
    people, by_city = found.population(found.last)
    series = {(year, place, measure): value for year, _, place, measure, value in found.model.record.series}

    def growth(place: str) -> float:
        ends = [series[year, place, "output"] for year in (_FROM, _LAST)]
        return 100 * float(np.log(ends[1] / ends[0]) / (_LAST - _FROM))

    ratio = series[_LAST, "urban", "income_per_head"] / series[_LAST, "rural", "income_per_head"]
    return (
        step.name,
        f"{100 * towns[0]:.2f} ({towns[1]:.2f})",
        f"{100 * villages[0]:.2f} ({villages[1]:.2f})",
        " ".join(f"{100 * error:.2f}" for error in found.ratios()[1:]),
        f"{100 * people:+.1f}",
        f"{100 * by_city:.1f}",
        f"{found.natives[found.last] / 1e6:.2f}",
        f"{growth(WORLD):.1f}; {growth('outside'):.1f}",
        f"{ratio:.3f}",
        f"{series[_LAST, WORLD, 'urban_share']:.3f}; {series[2029, 'outside', 'urban_share']:.3f}",
    )
