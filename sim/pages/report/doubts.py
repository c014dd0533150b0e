"""What an experiment says of each policy, as the page tells it: change, range, sign, parts of the spread, what matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.analysis.doubt.alike import likeness
from sim.analysis.manifest import WORLD
from sim.analysis.outcome import RATIO
from sim.analysis.results import Results
from sim.errors import ResultsError, printable

if TYPE_CHECKING:
    from sim.analysis.doubt.answers import Answers  # brings in the statistics, which most pages do without


def told(found: Answers, words: Mapping[str, Any]) -> dict[str, Any]:
    """Title, world, draws, seeds, titles by policy, and a row a policy: the change of the ratio of all the world at the end.

    scenario, baseline: the likeness of both; record: hashes of what the experiment keeps;
    ignorance, luck, interaction: standard deviations of the difference, None where the layout cannot tell them apart;
    parameter, explained: what explains most of the spread over draws, empty where draws are too few.
    """
    rows = []
    against = likeness(words["scenarios"][str(words["baseline"])])
    for one in found.effects:
        if (one.measure, one.year, one.place) != (RATIO, words["last_year"], words["world"]):
            continue
        weights = sorted(found.weights.get(one.policy, ()), key=lambda weight: -weight.explained)
        parts = {
            name: None if one.parts is None else getattr(one.parts, name) for name in ("ignorance", "luck", "interaction")
        }
        rows.append(
            {
                "policy": one.policy, "scenario": likeness(words["scenarios"][one.policy]), "baseline": against,
                "low": one.low, "middle": one.middle, "high": one.high, "year": one.year,
                "draws": one.holds.draws, "holds": one.holds.holds,
                "parameter": weights[0].parameter if weights else "", "explained": weights[0].explained if weights else 0.0,
                **{name: None if part is None else part.deviation for name, part in parts.items()},
            }
        )  # fmt: skip
    titles = {str(name): str(title) for name, title in dict(words["policies"]).items()}
    return {
        "title": str(words["title"]), "world": str(words["world"]), "record": dict(words["record"]),
        "draws": found.draws, "seeds": found.seeds, "titles": titles, "rows": rows,
    }  # fmt: skip


def same_tables(answers: Mapping[str, Any], runs: Sequence[Results]) -> bool:
    """Whether runs and an experiment read the same tables, where their world is a user's own."""
    own = {name: entry["sha256"] for one in runs for name, entry in (one.manifest.get("world_files") or {}).items()}
    kept = {name.removeprefix(f"{WORLD}/"): one for name, one in answers["record"].items() if name.startswith(f"{WORLD}/")}
    return own == kept


def check_world(title: str, world: str, runs: Sequence[Results]) -> None:
    """Raise ResultsError for an experiment that was lived, or would be, in another world than the runs it is told with."""
    if runs[0].world != world:
        raise ResultsError(
            f'the experiment "{printable(title, 100)}" is in the world {printable(world, 80)}, the scenarios are in '
            f"{runs[0].world}: give one of their world."
        )
