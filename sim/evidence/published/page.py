"""The page on published effects, in Markdown: what was run, ours beside theirs, what lies outside and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from sim.evidence.published.facts import EVIDENCE
from sim.evidence.published.verdicts import HEAD, NOT_RUN, OUTSIDE, Verdict, count

MARKS = "; ".join(f"{mark}: {meaning}" for mark, meaning in EVIDENCE.items())
NOTE = (
    f"Evidence: {MARKS}. A band is a judgement of what a referee would accept of this experiment, the published number is "
    "not; rows that share an experiment are one test. Names in brackets were chosen with the band in sight, so that being "
    "inside is no evidence for them."
)


def by_group(verdicts: Sequence[Verdict]) -> Iterable[tuple[str, list[Verdict]]]:
    """Verdicts by instrument or mechanism, in their order."""
    for group, members in groupby(verdicts, key=lambda verdict: verdict.experiment.group):
        yield group, list(members)


def page(verdicts: Sequence[Verdict], command: str, figure: str = "") -> str:
    """The page; `command` is what wrote it, `figure` the file of the figure as seen from the page."""
    outside = [verdict for verdict in verdicts if verdict.word == OUTSIDE]
    missing = [verdict for verdict in verdicts if verdict.word == NOT_RUN]
    parts = [
        "# Effects the world has seen\n\n"
        f"Written by `{command}`. Experiments that others have measured, run here in the continuum (those who come home are "
        "counted among agents) and held against what they found; the table, with sources, is "
        f"`sim/data/published_effects.csv`. **{count(verdicts)}**\n\n{NOTE}\n\n"
        "Plans and projections made after 2019 bound the baseline to 2035 alone.\n"
    ]
    if figure:
        parts.append(f"\n![Experiments on the scale of their bands]({figure})\n")
    if outside:
        parts.append("\n## Outside\n\n")
        parts += [
            f"- **{one.experiment.what}**: {one.said()}, acceptable {one.acceptable()}. "
            f"{one.experiment.outside or 'Not explained yet.'}\n"
            for one in outside
        ]
    if missing:
        parts.append("\n## Without a number\n\n")
        parts += [f"- **{one.experiment.what}**: {one.reason}\n" for one in missing]
    for group, members in by_group(verdicts):
        parts += [f"\n## {group}\n\n", _table(HEAD, [one.words() for one in members])]
    parts += ["\n## Sources\n\n", *(_source(one) for one in verdicts)]
    return "".join(parts)


def _source(verdict: Verdict) -> str:
    lines = [f"- {verdict.experiment.what}\n"]
    for fact in verdict.facts:
        address = f" <{fact.address}>" if fact.address.startswith("http") else f" {fact.address}" if fact.address else ""
        where = ", ".join(part for part in (fact.place, fact.period, fact.method) if part)
        lines.append(f"  - {fact.words(verdict.experiment.unit)}: {fact.outcome} ({where}). {fact.source}.{address}\n")
    return "".join(lines)


def _table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)
