"""Indices of sensitivity and shares of a package at the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sim.errors import listed
from sim.pages.tables import print_table
from sim.pages.terminal import print_folded, say

if TYPE_CHECKING:
    from sim.analysis.doubt.cheapest import Cheapest
    from sim.analysis.doubt.parted import Mix, Shares
    from sim.analysis.doubt.sobol import Indices


def print_indices(found: Mapping[str, Indices], parameters: Sequence[str], year: int) -> None:
    """A table a policy: the share of the variance that knowing a parameter removes, and that it is part of."""
    for policy, one in found.items():
        order = sorted(range(len(parameters)), key=lambda i: -float(one.total[i]))
        rows = [
            (
                parameters[i],
                f"{one.first[i]:.2f} ({one.first_low[i]:.2f} to {one.first_high[i]:.2f})",
                f"{one.total[i]:.2f} ({one.total_low[i]:.2f} to {one.total_high[i]:.2f})",
            )
            for i in order
        ]
        print_table(f"{policy}: change of the ratio by {year}", ("parameter", "first", "total"), rows, (1, 2))
        left = f"; {one.left_out:,} rows with a failed task are left out" if one.left_out else ""
        print_folded(f"Sobol indices of {one.rows:,} rows with 95% intervals{left}.\n")


def print_shares(found: Shares, title: str, drawn: bool) -> None:
    """A row a policy, its share, what it does alone and what it adds last; then pairs."""
    rows = []
    for one in found.shares:
        band = f"{one.low:+.4g} to {one.high:+.4g}" if drawn and found.replicates > 1 else ""
        part = f"{one.mean / found.whole:.0%}" if found.whole else ""
        rows.append((one.policy, f"{one.mean:+.4g}", band, part, f"{one.alone:+.4g}", f"{one.last:+.4g}"))
    rows.append(("all together", f"{found.whole:+.4g}", "", "100%" if found.whole else "", "", ""))
    head = ("policy", "share", "90% band", "of all", "alone", "added last")
    print_table(
        f"{title}: what each policy contributes to the change of {found.measure}, {found.place}, {found.year}",
        head,
        rows,
        range(1, 6),
    )
    for one_name, other, value in found.pairs:
        word = "help each other" if value * found.whole > 0 else "get in each other's way"
        print_folded(f"{one_name} and {other}: {value:+.4g}, they {word}.")
    left = f"; {found.left_out} with a failed subset left out" if found.left_out else ""
    runs = f"{found.replicates} replicate{'s' * (found.replicates > 1)}" if drawn else "the continuum"
    say(f"Shapley shares over all orders of introduction, from {runs}{left}; they sum to the whole.")


def print_mixes(mixes: Sequence[Mix], answer: Cheapest, complete: bool, wanted: float, target: str) -> None:
    """The cheapest mix that meets the target, the frontier of cost and probability, and who loses."""
    rows = []
    for row in answer.frontier:
        one = mixes[row]
        chance = "-" if one.chance is None else f"{one.chance.value:.2f} ({one.chance.low:.2f} to {one.chance.high:.2f})"
        terms = ", ".join(f"{path.partition('.')[2]} {value:g}" for path, value in one.terms.items())
        rows.append(("cheapest" if row == answer.row else "", terms, f"{one.cost / 1e9:.4g}", chance))
    head = ("", "mix", "net public cost, billions", "probability")
    print_table(f"{target}: mixes that no cheaper one surpasses", head, rows, (2, 3))
    tried = f"{len(mixes):,} mixes were tried{'' if complete else ', as many as were allowed'}"
    if answer.row is None:
        print_folded(f"No mix of them meets it with a probability of {wanted:g}; {tried}.")
        return
    lose = mixes[answer.row].lose
    who = listed([f"{place} in {count.holds:,} of {count.draws:,} draws" for place, count in lose], 8) or "nobody"
    sure = "" if answer.sure else " The lower end of its interval does not meet it."
    print_folded(f"{tried}; with the cheapest, these lose real income in half of the draws or more: {who}.{sure}")
    print_folded("It is the luckiest of many: run it with another seed of the design before its probability is quoted.")
