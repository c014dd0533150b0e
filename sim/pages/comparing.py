"""A comparison at the terminal: what changes, for whom, at what cost and how sure, then all the rest in tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.pages.tables import print_table
from sim.pages.terminal import print_folded, say

if TYPE_CHECKING:
    from sim.analysis.comparison import Comparison
    from sim.analysis.outcome import Outcome, People
    from sim.analysis.selection import Selection

_WINNERS = 5  # as many of those who gain as make the picture; losers are never left out
_PAIRS = 8  # of fewer, what pairing leaves of the spread is luck itself
_COLUMNS = ("measure", "place", "baseline", "scenario", "difference", "90% band", "unit")
# what gives way first on a narrow page
_JOINS = {"unit": "measure", "place": "measure", "90% band": "difference", "scenario": "baseline"}


def print_comparison(comparison: Comparison, selection: Selection) -> None:
    """The ranking if there are several, then for each scenario its first paragraph, who loses and gains, its details."""
    from sim.analysis.leading import RANKING_HEAD, dated, ranking
    from sim.analysis.outcome import outcomes
    from sim.analysis.remarks import remarks
    from sim.analysis.report import details, lead

    found = outcomes(comparison)
    if len(found) > 1:
        title = f"What closes the gap between town and country, {comparison.baseline.title} to {dated(comparison.year)}"
        heads = tuple(head.replace("yuan", found[0].money.currency) for head in RANKING_HEAD)
        print_table(title, heads, ranking(found), range(1, 5), {"90% band": "ratio"})
        print_folded("The ratio is the median of the paired differences; net cost is added up from the first common year.\n")
    for sentence in remarks(comparison, found):
        print_folded(f"{sentence}\n")
    for outcome in found:
        for part in lead(comparison, outcome):
            print_folded(part)
        if comparison.notes and outcome is found[0]:
            print_folded(f"Note: {' '.join(comparison.notes)}")
        say()
        _print_people(outcome)
        if not selection.any:
            print_folded(details(comparison, outcome.label))
            say()
        _print_table(comparison, outcome, selection)


def _print_people(outcome: Outcome) -> None:
    """A row for everybody who loses, and for those who gain most."""
    from sim.analysis.leading import dated

    losers, winners = outcome.losers, [one for one in outcome.winners if not one.outside]
    rows = [_row("loses", one) for one in losers] + [_row("gains", one) for one in winners[:_WINNERS]]
    if not rows:
        return
    head = ("", "who", "people", "real income per head", "income per head")
    print_table(f"Who loses and who gains, {dated(outcome.year)} ({outcome.money.unit} a year)", head, rows, range(2, 5), {})
    if len(winners) > _WINNERS:
        say(f"{len(winners) - _WINNERS} more gain; --json has all.\n")


def _row(word: str, one: People) -> tuple[str, ...]:
    from sim.analysis.outcome import INCOMES

    amounts = [
        f"{one.changes[measure].signed} ({one.changes[measure].per_cent})" if measure in one.changes else ""
        for measure in INCOMES
    ]
    name = f"{one.name} (not reported)" if one.outside and one.region != "outside" else one.name
    return word, name, f"{one.persons:,.0f}", *amounts


def _print_table(comparison: Comparison, outcome: Outcome, selection: Selection) -> None:
    """Measures in the last common year, those asked for or those of the headline."""
    from sim.analysis.leading import dated
    from sim.analysis.report import cells, headline_cells

    label = outcome.label
    rows = cells(comparison, selection.rows(comparison, label)) if selection.any else headline_cells(comparison, label)
    title = f"{outcome.title} against {comparison.baseline.title}, {dated(comparison.year)}"
    print_table(title, _COLUMNS, rows, range(2, 6), _JOINS)
    print_folded(
        "A difference is the median of differences paired by replicate, which need not be the difference of the two medians."
    )
    part = comparison.spread_left_by_pairing(label)
    pairs = 0 if outcome.ratio is None else outcome.ratio.replicates
    if part is not None and comparison.drawn and pairs >= _PAIRS:
        measure = "the standard deviation of the difference in the urban-rural ratio is"
        print_folded(f"Same seeds, same agents: {measure} {part:.2f} of that of unpaired runs.")
    say()
