"""The card of results or of a comparison: verdict, small curve, cost, losers, digest, as HTML without script."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from html import escape

from sim.analysis.comparison import Comparison
from sim.analysis.leading import RANKING_HEAD, dated, for_whom, money_words, ranking
from sim.analysis.outcome import RATIO, Outcome, outcomes
from sim.analysis.pairing import median_and_band
from sim.analysis.report import lead
from sim.analysis.results import Results
from sim.analysis.verdicts import own_change, own_word
from sim.errors import FactorFlowError, printable
from sim.pages.drawings import lines
from sim.pages.plots import marks, style

_BOX = (
    "border:1px solid #d9d9d9;border-radius:4px;padding:10px 14px;max-width:620px;background:#fff;color:#222;"
    "font-family:sans-serif;font-size:13px;line-height:1.4"
)

_CURVE = 540  # px
_CELL = 'style="text-align:left;padding:2px 8px 2px 0"'


def safely(make: Callable[[], str], name: str) -> str:
    """What `make` returns or, where results are damaged or gone, a card with the reason: a representation never raises."""
    try:
        return make()
    except Exception as reason:
        return _box(name, [_paragraph(f"Nothing can be shown: {reason}")])


def results_card(results: Results) -> str:
    """One scenario: what became of the gap between its first and its last year, the curve, the digest."""
    if not results.replicates:
        raise FactorFlowError("no replicate came to its end.")
    body = [_paragraph(own_story(results)), gap_curve([results])]
    return _box(results.title, [*body, _foot([results])])


def comparison_card(comparison: Comparison) -> str:
    """One scenario: finding, curve, cost, losers. Several: their ranking by what closes most of the gap, and the curves."""
    found = outcomes(comparison)
    everything = [comparison.baseline, *comparison.scenarios.values()]
    if len(found) > 1:
        base, year = comparison.baseline.title, dated(comparison.year)
        title = f"What closes the gap between town and country by {year}, against “{base}”"
        body = [_table(found), gap_curve(everything)]
    else:
        title = found[0].title
        body = [_paragraph(finding(comparison, found[0])), gap_curve(everything)]
        body += [_paragraph(text) for text in (money_words(found[0]), losers(found[0])) if text]
    body += [_paragraph(note) for note in comparison.notes]
    return _box(title, [*body, _foot(everything)])


def finding(comparison: Comparison, outcome: Outcome) -> str:
    """The sentence a comparison leads with, by its fixed rule."""
    return lead(comparison, outcome)[0]


def losers(outcome: Outcome) -> str:
    """Whose incomes fall, by the fixed rule; nothing where incomes were not recorded by place."""
    return for_whom(outcome) if outcome.people is not None else ""


def own_story(results: Results) -> str:
    """What becomes of the urban-rural ratio from the first to the last year of one run, by the rule for a difference."""
    recorded, change = results.values(RATIO), own_change(results)
    if change is None:
        raise FactorFlowError(f"{RATIO} was recorded in {len(recorded)} years, but not in the first and the last.")
    told = {"still": "does not change", "unclear": "does not change by more than luck alone could move it"}
    word = own_word(change)
    verdict = told.get(word, f"the gap {word}")
    first, last = results.years[0], results.years[-1]
    where = marks.world_name(results)
    return (
        f"The urban-rural income ratio of {where} goes from {change.number(change.before)} in {dated(first)} "
        f"to {change.number(change.after)} in {dated(last)} ({change.signed}; {change.between}): {verdict}."
    )


def gap_curve(several: Sequence[Results], width: int = _CURVE) -> str:
    """The urban-rural ratio of results by year, the first of them the baseline; empty where one did not record it."""
    drawn = []
    for order, (results, name) in enumerate(zip(several, marks.names(several), strict=True)):
        try:
            values = median_and_band(results.values(RATIO))
        except FactorFlowError:
            return ""
        years, middle = [int(year) for year in values.index], values["median"].tolist()
        low, high = values["p05"].tolist(), values["p95"].tolist()
        line = lines.Line(name, order, years, middle, low, high, style.number(middle[-1]), results.name)
        drawn.append(line if values["replicates"].max() > 1 else replace(line, low=None, high=None))
    what = "Urban over rural income per head"
    ends = "; ".join(f"{line.name}: {line.end}" for line in drawn)
    return lines.curves(drawn, f"{what}, {drawn[0].years[0]} to {drawn[0].years[-1]}. In the last year {ends}.", width, what)


def _table(found: Sequence[Outcome]) -> str:
    heads = [head.replace("yuan", found[0].money.currency) for head in RANKING_HEAD]
    head = "".join(f'<th scope="col" {_CELL}>{escape(text)}</th>' for text in heads)
    rows = ["".join(f"<td {_CELL}>{escape(cell)}</td>" for cell in row) for row in ranking(found)]
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return (
        f'<table style="font-size:12px;border-collapse:collapse"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    )


def _foot(several: Sequence[Results]) -> str:
    """Digest, replicates and folder of each, so that a card pasted elsewhere can be traced."""
    said = [
        f"{one.name}: digest {str(one.manifest['scenario_digest'])[:12]}, {len(one.replicates)} of "
        f"{len(one.manifest['replicates'])} replicates, {one.path}"
        for one in several
    ]
    return f'<div style="color:#5f5f5f;font-size:11px">{"<br>".join(escape(printable(text)) for text in said)}</div>'


def _box(title: str, body: Iterable[str]) -> str:
    head = f'<div style="font-weight:bold;font-size:14px">{escape(printable(title))}</div>'
    return f'<div style="{_BOX}">{head}{"".join(body)}</div>'


def _paragraph(text: str) -> str:
    return f'<p style="margin:6px 0">{escape(printable(text))}</p>'
