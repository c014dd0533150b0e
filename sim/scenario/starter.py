"""The text of a new scenario: every part explained in a comment, free of faults as it stands."""

from __future__ import annotations

from sim.scenario.vocabulary import WorldWords

SCHEMA_FILE = "factorflow.schema.json"
_SPAN = 21  # years of the run a new scenario proposes, as far as its world knows them

_HEAD = """\
# yaml-language-server: $schema={schema}
# One future: what differs from another. `factorflow check` names every fault of this file with its line;
# `factorflow list instruments` (measures, worlds) shows what may be written; `factorflow explain` says what a word means.
schema: 1
title: {title}
question: What does this future ask?
"""

_EXTENDS = """\
extends: {extends}         # everything that file says holds here too; only what differs is written below
"""

_WHOLE = """\
world: {world}
years: {{from: {first}, to: {last}}}
run: {{seed: 7, replicates: 20}}  # the same seed: the same luck, so that futures differ only by their policies
"""

_REST = """
# Policies: a name of yours, then an instrument and its terms. Take away the # to try this one.
# policies:
#   open_registration:
#     instrument: residence_permit_reform
#     cut: 0.6                     # share of the registration barrier removed; by year: {{{start}: 0.2, {later}: 0.6}}
#     from: {start:<23}# first year in force; until: the last, left out: to the end
#     phase_in: 5                  # years until full strength
#     between: {{origin: {origin}, destination: {destination}}}

# Groups of regions of yours, which policies may name like the world's own:
# groups:
#   chosen: [{region}]

# Numbers of the world, where this future doubts them:
# parameters:
#   labour_mobility: 0.2

# What the results are held against:
# targets:
#   - {{measure: urban_rural_ratio, year: {last}, at_most: 1.7}}
"""


def starter(name: str, world: WorldWords, written: str, extends: str | None, schema: str) -> str:
    """The text of a scenario of a world; `written` names it, `extends` a file it builds on, `schema` the JSON Schema."""
    last = min(world.first_year + _SPAN, world.last_year)
    start = world.first_year + (last - world.first_year) // 2
    said = {
        "schema": schema,
        "title": _title(name),
        "extends": extends,
        "world": written,
        "first": world.first_year,
        "last": last,
        "start": start,
        "later": start + 3,
        "region": world.regions[0],
        "origin": world.kinds[-1],
        "destination": world.kinds[0],
    }
    return (_HEAD + (_WHOLE if extends is None else _EXTENDS) + _REST).format(**said)


def _title(name: str) -> str:
    """The name in words, in quotes: a file may be called `no` or `2035`."""
    return f'"{name.replace("_", " ").capitalize()}"'
