"""Sentences before a comparison: which scenarios hold policies of each other, and which spend beyond all measure."""

from __future__ import annotations

from collections.abc import Sequence

from sim.analysis import extreme
from sim.analysis.contained import Contained, contained
from sim.analysis.differences import Differences
from sim.analysis.leading import billions
from sim.analysis.outcome import Outcome
from sim.errors import listed


def remarks(comparison: Differences, found: Sequence[Outcome]) -> list[str]:
    """What a reader must know before comparing scenarios with each other, a sentence each."""
    said = [_held(one) for one in contained(comparison, found)]
    for run in (comparison.baseline, *comparison.scenarios.values()):
        said += [f"{run.title}: {one}." for one in extreme.of_results(run)]
    return said


def _held(one: Contained) -> str:
    held = listed(one.policies, len(one.policies))
    also = f"{one.whole.title} also contains {held} of '{one.part.title}', with the same terms"
    if one.beyond is None:
        return f"{also}; each has policies of its own as well."
    return (
        f"{also}; what it adds beyond that is the difference of the two: {one.beyond.signed} of the ratio at "
        f"{billions(one.net)} billion {one.whole.money.unit} net."
    )
