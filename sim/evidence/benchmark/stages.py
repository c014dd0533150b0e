"""Where a year of the whole model spends its time: seconds by stage, the agents' passes apart from the rest."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.world.world import World

STAGES = {
    "_rules_in_force": "rules in force",
    "_clear": "markets, incomes, accounts",
    "_record": "record",
    "_invest": "invest",
    "_move": "choice tables, record of moves",
    "_settle": "settle",
    "_grow": "grow",
}
AGENTS = "agents: draw, decide, move, count"


def by_stage(agents: int, years: int = 10) -> dict[str, float]:
    """Seconds a year by stage of `zhejiang` with that many labour agents and a hundredth of slices and parcels."""
    from sim.world.build import build_world

    return of_world(build_world("zhejiang"), agents, years)


def of_world(world: World, agents: int, years: int, clock: Callable[[], float] = time.perf_counter) -> dict[str, float]:
    """Seconds of the median year by stage of a world with that many labour agents and a hundredth of slices and parcels.

    There are more of a kind where places are so many that so few would leave some without.
    """
    from sim.model import FactorFlowModel
    from sim.year.stocks import enough_agents

    few, enough = max(100_000, agents // 100), enough_agents(world)
    model = FactorFlowModel(
        world,
        last_year=world.first_year + years,
        labour_agents=max(agents, enough["labour_agents"]),
        capital_agents=max(few, enough["capital_agents"]),
        land_agents=max(few, enough["land_agents"]),
    )
    model.step()  # compiles, and brings pages in
    spent = dict.fromkeys((AGENTS, *STAGES.values()), 0.0)
    for kind in (model.labour, model.capital, model.land):
        watch(kind, "advance", AGENTS, spent, clock)
    for method, stage in STAGES.items():
        watch(model, method, stage, spent, clock)
    found = []
    for _ in range(years):
        before = dict(spent)
        model.step()
        found.append({stage: seconds - before[stage] for stage, seconds in spent.items()})
        found[-1][STAGES["_move"]] -= found[-1][AGENTS]  # the passes are a part of that stage
    return {stage: median(year[stage] for year in found) for stage in spent}


def watch(owner: Any, method: str, stage: str, spent: dict[str, float], clock: Callable[[], float]) -> None:
    """Let every call of a method of this one object add its time to a stage."""
    plain: Callable[..., Any] = getattr(owner, method)

    def timed(*args: Any, **named: Any) -> Any:
        start = clock()
        try:
            return plain(*args, **named)
        finally:
            spent[stage] += clock() - start

    setattr(owner, method, timed)
