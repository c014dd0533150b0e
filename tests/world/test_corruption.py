"""Tables changed at random: reading and building say what is wrong in the package's own words, or make a world of numbers."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from sim.data import catalogue
from sim.data.folder import WorldFolder
from sim.errors import FactorFlowError
from sim.world.build import build_world
from sim.world.strict import WorldFaults, faults_of

STRANGE = (
    *(
        "nan",
        "inf",
        "-inf",
        "1e308",
        "1e999",
        "-1",
        "0",
        "",
        " ",
        "1e-300",
        "NaN",
        "1,000",
        "0x10",
        "١٢",
        "１２",
        "--",
        "1e4",
    ),
    *("all", "urban", "nation", "outside", "Redfield", "true", '"', "'", "a" * 5_000, "\x1b[31m", "\u202e", "\ud7ff", "=1+1"),
    *("2010", "1000000", "0.5", "999999999999999", "1e12", "3", "crown", "recalled", "none", "given", "*x", "&x", "[[[[[["),
)
Change = Callable[[random.Random, bytes], bytes]


def bytes_flipped(luck: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(luck.choice((1, 1, 2, 8, 64))):
        changed[luck.randrange(len(changed))] ^= 1 << luck.randrange(8)
    return bytes(changed)


def lines_changed(luck: random.Random, content: bytes) -> bytes:
    """A line cut, given twice, moved, or all that follow left out."""
    lines = content.splitlines(keepends=True)
    at, other = luck.randrange(len(lines)), luck.randrange(len(lines))
    match luck.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines.insert(other, lines[at])
        case 2:
            lines[at], lines[other] = lines[other], lines[at]
        case _:
            lines = lines[:at]
    return b"".join(lines)


def fields_swapped(luck: random.Random, content: bytes) -> bytes:
    lines = content.split(b"\n")
    at = luck.randrange(len(lines))
    fields = lines[at].split(b",")
    one, other = luck.randrange(len(fields)), luck.randrange(len(fields))
    fields[one], fields[other] = fields[other], fields[one]
    lines[at] = b",".join(fields)
    return b"\n".join(lines)


def value_replaced(luck: random.Random, content: bytes) -> bytes:
    lines = content.split(b"\n")
    at = luck.randrange(len(lines))
    fields = lines[at].split(b",")
    fields[luck.randrange(len(fields))] = luck.choice(STRANGE).encode()
    lines[at] = b",".join(fields)
    return b"\n".join(lines)


def number_scaled(luck: random.Random, content: bytes) -> bytes:
    """A figure that is a number still, of another size: what only the limits of sense and the accounts can catch."""
    lines = content.split(b"\n")
    rows = [number for number, line in enumerate(lines) if line.count(b",") == 7 and number]
    if not rows:
        return value_replaced(luck, content)
    at = luck.choice(rows)
    fields = lines[at].split(b",")
    try:
        fields[5] = f"{float(fields[5]) * luck.choice((0, 1e-3, 0.01, 0.1, 0.3, 0.7, 1.5, 3, 10, 100, 1e3)):.6g}".encode()
    except ValueError:
        fields[5] = b"0"
    lines[at] = b",".join(fields)
    return b"\n".join(lines)


CHANGES: tuple[Change, ...] = (bytes_flipped, lines_changed, fields_swapped, value_replaced, number_scaled)


def outcome(world: WorldFolder) -> str:
    """What the package makes of tables: refused when read, refused when built, or a world without a hole in it."""
    try:
        faults = faults_of(world, "valley")
        if faults:
            raise WorldFaults(faults)
    except FactorFlowError as answer:
        text = str(answer)
        assert text and "\x1b" not in text and text.replace("\n", "").isprintable()
        return "refused when read"
    try:
        built = build_world(world)
    except FactorFlowError as answer:
        assert world.name in str(answer)
        return "refused when built"
    for values in (built.revenue, built.productivity, built.trade_shares, built.budgets, built.stocks.capital):
        assert np.isfinite(values).all() and (values >= 0).all()
    catalogue.observed(world)
    return "built"


def trials(name: str, count: int, luck: random.Random) -> Iterator[tuple[str, str]]:
    whole = catalogue.tables(name)
    files = sorted(whole.files)
    for _ in range(count):
        file = luck.choice(files)
        changed, change = whole.files[file], luck.choice(CHANGES)
        for _ in range(luck.choice((1, 1, 1, 2))):
            changed = change(luck, changed) if changed else b""
        yield change.__name__, outcome(WorldFolder("valley", {**whole.files, file: changed}))
        for kept in (catalogue._entry_of, catalogue.parameters, catalogue.family_parameters, catalogue.technology):
            kept.cache_clear()  # worlds that nobody asks for again


def test_tables_changed_at_random_are_refused_in_words_or_make_a_world() -> None:
    counted = Counter(what for _, what in trials("riverland", 200, random.Random(3)))
    assert counted["refused when read"] > 60 and counted["built"] > 10, counted


@pytest.mark.slow
@pytest.mark.parametrize(("name", "count"), [("riverland", 14_000), ("zhejiang", 6_000)])
def test_twenty_thousand_changed_tables(name: str, count: int) -> None:
    counted = Counter(trials(name, count, random.Random(11)))
    for (change, what), times in sorted(counted.items()):
        print(f"{times:6d}  {what:20s} {change}")
    assert sum(counted.values()) == count
