"""At every width from 40 on no number and no name is cut, and columns give way in the order that is stated."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from contextlib import redirect_stdout

import click
import pytest
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.analysis.leading import RANKING_HEAD
from sim.evidence.expectations import Verdict
from sim.pages import tables
from sim.pages.tables import print_table, records

WIDTHS = (40, 60, 80, 100, 120, 200)
COMPARED = ("measure", "place", "baseline", "scenario", "difference", "90% band", "unit")
JOINS = {"unit": "measure", "place": "measure", "90% band": "difference", "scenario": "baseline"}
ROWS = [
    ("population", "zhejiang", "72,784,767", "72,790,001", "+5,234", "-1,234,567 to +9,876,543", "persons"),
    (
        "theil_between_kinds_within_regions",
        "Hangzhou/rural",
        "0.00772",
        "0.00671",
        "-0.00101",
        "-0.00138 to -0.00063",
        "nats",
    ),
    (
        "output",
        "a_place_with_a_name_of_35_characters",
        "123,456,789,012,345",
        "1",
        "-123,456,789,012,344",
        "",
        "yuan of 2014",
    ),
    ("income_per_head", "杭州市与衢州市", "45,210", "45,830", "+620", "+600 to +640", "yuan of 2014 per head and year"),
]
TABLES = {
    "compare": (COMPARED, ROWS, range(2, 6), JOINS),
    "ranking": (
        RANKING_HEAD,
        [
            (
                "mountain_sea_deepened_and_more",
                "-1,234.5%",
                "-0.0735",
                "-0.0765 to -0.0661",
                "123,456.7",
                "no finite cost per point",
            )
        ],
        range(1, 6),
        {"90% band": "ratio"},
    ),
    "world": (
        ("cell", "work in town", "rent share", "dividend share", "capital/output, years", "wedge"),
        [("Hangzhou/rural", "0.123456", "0.012345", "0.123450", "12.345678", "0.30000000")],
        range(1, 6),
        None,
    ),
    "theory": (
        ("", "corner of the model", "exact", "ours", "difference", "tolerance", "source [scenario]"),
        [
            (
                "pass",
                "steady state of capital",
                "1234.56789012",
                "1234.56789013",
                "1.0e-08",
                "1e-8",
                "Solow (1956) [scenarios/theory/a]",
            )
        ],
        range(2, 6),
        None,
    ),
    "effects": (
        (
            "scenario",
            "urban-rural ratio",
            "max/min city ratio",
            "output, %",
            "welfare, %",
            "cost, bn yuan a year",
            "receipts",
        ),
        [("capital_market_integration", *("-0.0735\n(-0.0766 to -0.0661)",) * 6)],
        range(1, 7),
        None,
    ),
    "bench": (
        (
            "engine",
            "agents",
            "cells",
            "ms a year",
            "million agent-years/s",
            "times plain Mesa",
            "of memory bandwidth",
            "mean",
            "",
        ),
        [("plain Mesa", "65,800,000", "22", "1.23e+03", "12.3456", "1234", "12.3%", "1.23456", "")],
        range(1, 8),
        None,
    ),
    "test": (
        Verdict.HEAD,
        [
            (
                "FAIL",
                "mountain_sea",
                "urban_rural_ratio",
                "Hangzhou/urban",
                "2035",
                "below -0.123456",
                "-0.0123457",
                "aid closes it",
            )
        ],
        (),
        None,
    ),
    "list": (
        ("parameter", "value", "range", "unit", "meaning", "source"),
        [
            (
                "registration_distance_elasticity",
                "1234567.5",
                "-0.25 to 10000000",
                "none",
                "distance elasticity",
                "Tombe and Zhu (2019)",
            )
        ],
        (),
        None,
    ),
    "diff": (
        ("path", "A", "B", "said in"),
        [
            (
                "policies.paired_aid.uses.infrastructure",
                "0.123456789",
                "{2025: 0.05, 2030: 0.1234567}",
                "A baseline.yaml:12; B b.yaml:1234",
            )
        ],
        (),
        None,
    ),
}


def printed(monkeypatch: pytest.MonkeyPatch, width: int, *table: object) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    with redirect_stdout(out := io.StringIO()):
        print_table(*table)  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_number_and_name_stands_there_whole(width: int, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    columns, rows, numbers, joins = TABLES[name]
    text = printed(
        monkeypatch, width, "A title of some length, which may be broken at spaces alone", columns, rows, numbers, joins
    )
    words = text.split()
    for cell in [*columns, *itertools.chain(*rows)]:
        for word in str(cell).split():
            assert word in words, f"{word!r} is cut at {width} characters"
    longest = max(cell_len(word) for word in words)
    assert all(cell_len(line) <= max(width, longest + 26) for line in text.splitlines())


@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_is_longer_than_the_page_where_words_are_short(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("output", "zhejiang", "18,940", "20,408", "+1,468", "1,443 to 1,494", "billion yuan of 2014 per year")] * 2
    assert all(
        cell_len(line) <= width for line in printed(monkeypatch, width, "T", COMPARED, rows, range(2, 6), JOINS).splitlines()
    )


def test_columns_give_way_in_the_order_that_is_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("urban_rural_ratio", "zhejiang", "1.880", "1.808", "-0.073", "-0.076 to -0.066", "ratio of incomes")]
    head: Callable[[int], list[str]] = lambda width: [  # noqa: E731
        line for line in printed(monkeypatch, width, "", COMPARED, rows, range(2, 6), JOINS).splitlines() if line.strip()
    ]
    assert "unit" in head(200)[0] and "measure" in head(200)[0]
    narrower = head(84)
    assert "unit" in narrower[1] and "90% band" in "".join(narrower[:2]) and "─" in "".join(narrower[:4])
    assert any("difference" in line for line in narrower[:3])
    assert head(40)[0].startswith("measure urban_rural_ratio") or "─" in "".join(head(40)[:6])


def test_a_column_that_is_empty_in_every_row_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("output", "18,940", "", "yuan"), ("", "1", "", "persons")]
    for width in (20, 200):
        text = printed(monkeypatch, width, "", ("measure", "baseline", "90% band", "unit"), rows, range(1, 3))
        assert "band" not in text and all(word in text.split() for word in ("18,940", "yuan", "1", "persons", "measure"))


@pytest.mark.parametrize("name", TABLES)
def test_lines_are_those_that_rich_would_draw(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    columns, rows, numbers, _ = TABLES[name]
    several = [
        f"{column}\n{word}".rstrip() for column, word in zip(columns, itertools.cycle(["unit", "", "地 名"]), strict=False)
    ]
    wide = max(cell_len(line) for row in (several, *rows) for cell in row for line in cell.splitlines())
    for heads, apart in ((columns, 0), (several, 1)):
        drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, leading=apart)
        for place, head in enumerate(heads):
            drawn.add_column(Text(head), justify="right" if place in numbers else "left", no_wrap=True)
        for row in (*rows, *rows):
            drawn.add_row(*map(Text, row))
        console = Console(width=10_000, file=io.StringIO())
        console.print(drawn, crop=False)
        monkeypatch.setenv("COLUMNS", "10000")
        with redirect_stdout(io.StringIO()):  # who has no terminal sees no bold head
            lines = tables._lines(heads, [*rows, *rows], {columns[place] for place in numbers}, [wide] * len(heads))
            plain = [click.unstyle(line) for line in lines]
        assert "\n".join(plain) + "\n" == console.file.getvalue()


def test_records_hold_a_line_a_column() -> None:
    lines = records("", ("measure", "baseline", "unit"), [("output", "18,940", "yuan")], 40)
    assert lines == ["measure output", "  baseline  18,940", "  unit      yuan", ""]
