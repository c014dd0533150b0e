"""Who pays for a scenario beyond the baseline, and what public money no longer buys."""

from __future__ import annotations

import pandas as pd

from sim.analysis.change import change_from_row
from sim.analysis.differences import Differences
from sim.analysis.outcome import Outcome

GOVERNMENT, HOUSEHOLDS = "government", "households"
PURCHASES = "general_purchases_per_head"


def payers(outcome: Outcome) -> pd.DataFrame:
    """Columns who (government or households), payer (a region, or the government above), net and share of all that is paid.

    net: paid less raised, added up over the years of `outcome.money`, medians over replicates; governments out of general
    purchases, households through a levy that raises just the cost. share: net over the sum of what those pay who pay, below
    zero for those who gain, missing where nobody pays. The largest payer first; no rows where nothing moves or payers were
    not recorded.
    """
    money = outcome.money
    rows = [(GOVERNMENT, name, value) for name, value in (money.payers or {}).items()]
    rows += [(HOUSEHOLDS, name, value) for name, value in money.households.items()]
    table = pd.DataFrame(rows, columns=["who", "payer", "net"])
    paid = float(table["net"].clip(lower=0.0).sum())
    table["share"] = table["net"] / paid if paid > 0 else float("nan")
    return table.sort_values("net", ascending=False, kind="stable", ignore_index=True)


def purchases(differences: Differences, label: str) -> pd.DataFrame:
    """Change of general public purchases per head by region in the last common year: what the money no longer buys.

    Columns region, before, difference, p05, p95 (yuan per head and year), share, verdict; no rows where not recorded.
    """
    outside = set(differences.baseline.manifest.get("outside") or ())
    rows = []
    for place, row in differences.each(label, PURCHASES, scope="region").items():
        change = change_from_row(row, differences)
        if place not in outside:
            numbers = (change.before, change.difference, change.low, change.high, change.share, change.verdict)
            rows.append((place, *numbers))
    return pd.DataFrame(rows, columns=["region", "before", "difference", "p05", "p95", "share", "verdict"])
