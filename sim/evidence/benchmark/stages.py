"""Where a year of the whole model spends its time: seconds by stage, the agents' passes apart from the rest."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

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
    from sim.model import FactorFlowModel
    from sim.world.build import build_world

    world = build_world("zhejiang")
    few = max(100_000, agents // 100)
    model = FactorFlowModel(
        world, last_year=world.first_year + years, labour_agents=agents, capital_agents=few, land_agents=few
    )
    model.step()  # compiles, and brings pages in
    spent = dict.fromkeys((AGENTS, *STAGES.values()), 0.0)
    for kind in (model.labour, model.capital, model.land):
        _watch(kind, "advance", AGENTS, spent)
    for method, stage in STAGES.items():
        _watch(model, method, stage, spent)
    for _ in range(years):
        model.step()
    spent[STAGES["_move"]] -= spent[AGENTS]  # the passes are a part of that stage
    return {stage: seconds / years for stage, seconds in spent.items()}


def _watch(owner: Any, method: str, stage: str, spent: dict[str, float]) -> None:
    """Let every call of a method of this one object add its time to a stage."""
    plain: Callable[..., Any] = getattr(owner, method)

    def timed(*args: Any, **named: Any) -> Any:
        start = time.perf_counter()
        try:
            return plain(*args, **named)
        finally:
            spent[stage] += time.perf_counter() - start

    setattr(owner, method, timed)
