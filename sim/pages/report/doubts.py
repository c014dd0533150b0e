"""What an experiment says of each policy, as the page tells it: change, range, sign, parts of the spread, what matters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.analysis.doubt.answers import Answers
from sim.analysis.outcome import RATIO


def told(found: Answers, words: Mapping[str, Any]) -> dict[str, Any]:
    """Title, draws, seeds, titles by policy, and a row a policy: the change of the ratio of the whole world in the last year.

    ignorance, luck, interaction: standard deviations of the difference, None where the layout cannot tell them apart;
    parameter, explained: what explains most of the spread over draws, empty where draws are too few.
    """
    rows = []
    for one in found.effects:
        if (one.measure, one.year, one.place) != (RATIO, words["last_year"], words["world"]):
            continue
        weights = sorted(found.weights.get(one.policy, ()), key=lambda weight: -weight.explained)
        parts = {
            name: None if one.parts is None else getattr(one.parts, name) for name in ("ignorance", "luck", "interaction")
        }
        rows.append(
            {
                "policy": one.policy, "low": one.low, "middle": one.middle, "high": one.high, "year": one.year,
                "draws": one.holds.draws, "holds": one.holds.holds,
                "parameter": weights[0].parameter if weights else "", "explained": weights[0].explained if weights else 0.0,
                **{name: None if part is None else part.deviation for name, part in parts.items()},
            }
        )  # fmt: skip
    titles = {str(name): str(title) for name, title in dict(words["policies"]).items()}
    return {"title": str(words["title"]), "draws": found.draws, "seeds": found.seeds, "titles": titles, "rows": rows}
