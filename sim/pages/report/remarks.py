"""What a reader must know before comparing scenarios: which of them hold each other, and which spend beyond all measure."""

from __future__ import annotations

from collections.abc import Sequence

from sim.analysis import extreme
from sim.analysis.contained import contained
from sim.analysis.differences import Differences
from sim.analysis.results import Results
from sim.pages.phrases import listed, numbers
from sim.pages.report.verdict import Story
from sim.pages.report.words import Speaker


def held(found: Sequence[Story], differences: Differences, speaker: Speaker) -> list[str]:
    """A sentence for each scenario that holds policies of another one, with what it adds beyond the other."""
    said = []
    for one in contained(differences, [story.outcome for story in found]):
        names = {
            "whole": speaker.title(one.whole.title),
            "part": speaker.title(one.part.title),
            "policies": listed(one.policies, speaker.lang),
        }
        if one.beyond is None:
            said.append(speaker.say("remarks.contains", **names))
            continue
        more = {"change": speaker.change(one.beyond), "net": speaker.money(one.net)}
        said.append(speaker.say("remarks.contains_all", **names, **more))
    return said


def spending(runs: Sequence[Results], speaker: Speaker) -> list[str]:
    """A sentence for each policy that spends more of output than what the model was held against."""
    return [
        speaker.say(
            "remarks.spends",
            title=speaker.title(run.title),
            policy=one.policy,
            share=numbers.per_cent(one.share, 0, sign=False),
            year=speaker.year(one.year),
        )
        for run in runs
        for one in extreme.of_results(run)
    ]
