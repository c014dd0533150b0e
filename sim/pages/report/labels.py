"""What the runs of a page are called: one label each, for its record, its commands, its data and its tables."""

from __future__ import annotations

from itertools import count

from sim.analysis.differences import Differences
from sim.analysis.results import Results


def labelled(differences: Differences) -> dict[str, Results]:
    """The runs by label, the baseline first: scenarios as the comparison calls them, which are names no two share.

    A baseline of the same name as one of them is called `NAME-base`. No two labels differ in capitals alone.
    """
    base, others = differences.baseline, differences.scenarios
    if all(one is base for one in others.values()):
        return dict(others)
    taken = {label.casefold() for label in others}
    wanted = (base.name if number == 0 else f"{base.name}-base{number if number > 1 else ''}" for number in count())
    return {next(label for label in wanted if label.casefold() not in taken): base, **others}
