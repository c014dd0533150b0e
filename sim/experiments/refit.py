"""What is estimated again at a draw: parameters that the years after the base year identify, with the drawn ones held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.analysis.doubt.readings import MISFIT
from sim.data.catalogue import AnyWorld
from sim.errors import FactorFlowError
from sim.scenario.schema import Scenario


@dataclass(frozen=True)
class _Outcome:
    """Estimates with how far the model stays from what happened, or the reason why there are none."""

    values: Mapping[str, float]
    reason: str | None = None


def names_of(world: AnyWorld) -> tuple[str, ...]:
    """The parameters of a world that were estimated, so that they can be estimated again; may be none."""
    from sim.estimation import fitted

    return fitted(world)


def estimates(scenario: Scenario, names: tuple[str, ...]) -> dict[str, float]:
    """Parameters by name, estimated at the scenario's other parameters, and `misfit`, both without its policies.

    misfit: root mean square of what is left between model and years observed, in standard errors. One estimate is made for
    all scenarios with the same parameters. Raises FactorFlowError where the draw has none.
    """
    held = {name: value for name, value in scenario.parameters.items() if name not in names}
    found = _estimated(scenario.plays_in, tuple(sorted(held.items())), names)
    if found.reason is not None:
        raise FactorFlowError(found.reason)
    return dict(found.values)


def parameters(scenario: Scenario, names: tuple[str, ...]) -> Mapping[str, float]:
    """The scenario's parameters, those that are estimated again in place of the world's; raises FactorFlowError."""
    if not names:
        return scenario.parameters
    found = estimates(scenario, names)
    return {**scenario.parameters, **{name: found[name] for name in names}}


@lru_cache(maxsize=8)
def _estimated(world: AnyWorld, held: tuple[tuple[str, float], ...], names: tuple[str, ...]) -> _Outcome:
    """Kept with its failure, so that a draw without an estimate is not tried for every policy anew."""
    from sim.estimation import fit

    try:
        found = fit(world, names=names, fixed=dict(held))
    except (FactorFlowError, ArithmeticError, np.linalg.LinAlgError) as reason:
        return _Outcome({}, f"{', '.join(names)} cannot be estimated at this draw: {reason}")
    return _Outcome({**found.values, MISFIT: found.misfit})
