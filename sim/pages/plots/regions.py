"""What figures of all regions at once share: their incomes by year, and which of the scenarios such a figure can hold."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sim.analysis.results import Results
from sim.data import catalogue
from sim.errors import ResultsError
from sim.pages.plots import fonts, labels, marks

MEASURE = "income_per_head"


def incomes(results: Sequence[Results], figure: str) -> list[list[pd.DataFrame]]:
    """Income per head of the reported regions, by results and then by replicate: rows years, columns regions.

    Raises ResultsError where fewer than two regions, or not the same ones, have it in all results.
    """
    outside = set(catalogue.worlds().get(results[0].world, {}).get("outside", ())) | set(
        results[0].manifest.get("outside") or ()
    )
    tables = [_by_replicate(one, outside) for one in results]
    regions = list(tables[0][0].columns) if tables[0] else []
    for one, found in zip(results, tables, strict=True):
        if any(list(table.columns) != regions or table.isna().any().any() or (table <= 0).any().any() for table in found):
            raise ResultsError(f"{one.path}: not every region has {marks.phrase(MEASURE)} above zero in every year.")
    if len(regions) < 2:
        raise ResultsError(f"the figure {figure} needs two regions; {results[0].path} has {len(regions) or 'none'}.")
    return tables


def median(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The median over replicates, by year and region."""
    return pd.concat(tables).groupby(level=0).median()


def heads(results: Sequence[Results], room: float, size: float) -> labels.Naming:
    """Names to stand over panels or columns `room` inches wide, in one line each; numbers where one does not fit."""
    called = marks.names(results)
    return labels.naming(called, all(fonts.width_of(name, size) <= room for name in called))


def median_words(results: Sequence[Results], called: Sequence[str]) -> str:
    """What incomes are medians of, that their luck is not drawn, which replicates failed; in the continuum there is none."""
    counts = [len(one.replicates) for one in results]
    if all(one.manifest["scenario"].get("run", {}).get("continuum") for one in results):
        words = ""
    elif max(counts) == 1:
        words = "Incomes: the one replicate of each run, so there is no band."
    else:
        words = (
            f"Incomes: the median of {marks.counted_words(counts, 'replicates', called)}; the luck of the draw is not drawn."
        )
    return marks.joined(words, *marks.continuum_words(results, called), *marks.failures(results, called))


def unshown_words(tables: Sequence[pd.DataFrame]) -> str:
    """That names of regions cannot be written with the fonts of this computer, if so."""
    lacking = sum(not fonts.can_show(str(region)) for region in tables[0].columns)
    words = (
        f"No font of this computer has the characters of the names of {lacking} regions; Noto Sans CJK has those of Chinese."
    )
    return words if lacking else ""


def _by_replicate(results: Results, outside: set[str]) -> list[pd.DataFrame]:
    series = results.series
    rows = series[(series["scope"] == "region") & (series["measure"] == MEASURE)]
    rows = rows.assign(place=rows["place"].astype(str))
    rows = rows[~rows["place"].isin(outside)]
    return [part.pivot(index="year", columns="place", values="value") for _, part in rows.groupby("replicate")]
