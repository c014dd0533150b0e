"""Futures side by side as a notebook shows them: a `Comparison` that ranks, draws and presents itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.analysis import comparison as plain
from sim.analysis.change import change_of
from sim.analysis.comparison import notes_between
from sim.analysis.outcome import RATIO, outcomes, ranked
from sim.analysis.payers import payers
from sim.analysis.winners import moves, parted, winners
from sim.errors import ResultsError, printable
from sim.hints import one_of
from sim.notebook.rows import Words, Years, chosen
from sim.units import headline_first

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Comparison(plain.Comparison):
    """What each scenario changes against the baseline: the table, in words, and as plain values.

    Iterating gives a comparison of each scenario alone, as `comparison[NAME]` does. Showing it never raises.
    """

    @classmethod
    def of(cls, comparison: plain.Comparison) -> Comparison:
        """The same comparison."""
        return cls(comparison.baseline, comparison.scenarios, comparison.table, comparison.notes)

    def __repr__(self) -> str:
        try:
            said = f"{', '.join(self.scenarios)} against {self.baseline.name}, {self.baseline.world}, by {self.year}"
            if len(self.scenarios) == 1:
                change = change_of(self, next(iter(self.scenarios)), RATIO)
                said += "" if change is None else f": urban-rural ratio {change.signed} ({change.between})"
        except Exception:  # a representation never raises
            said = "nothing that can be read"
        return f"Comparison({printable(said)})"

    def _repr_html_(self) -> str:
        from sim.notebook import card

        return card.safely(lambda: card.comparison_card(self), repr(self))

    def __len__(self) -> int:
        return len(self.scenarios)

    def __iter__(self) -> Iterator[Comparison]:
        return (self[label] for label in self.scenarios)

    def __getitem__(self, scenario: str) -> Comparison:
        if scenario not in self.scenarios:
            raise ResultsError(f'there is no scenario "{scenario}" in this comparison. {one_of(scenario, self.scenarios)}')
        other = self.scenarios[scenario]
        rows = self.table[self.table["scenario"] == scenario].reset_index(drop=True)
        return Comparison(self.baseline, {scenario: other}, rows, tuple(dict.fromkeys(notes_between(self.baseline, other))))

    @property
    def measures(self) -> tuple[str, ...]:
        """Names of what is compared."""
        return tuple(dict.fromkeys(self.table["measure"].astype(str)))

    @property
    def places(self) -> tuple[str, ...]:
        """Names of the places that are compared: the world, its kinds, regions, cells."""
        rows = self.table[self.table["scope"].isin(("world", "kind", "region", "cell"))]
        return tuple(dict.fromkeys(rows["place"].astype(str)))

    def to_frame(self) -> pd.DataFrame:
        """A row a scenario, measure, scope, place and year; see `table`."""
        return self.table.copy()

    def sel(self, measure: Words = None, place: Words = None, year: Years = None) -> pd.DataFrame:
        """Rows of `to_frame` for measures, places and years, one or several each; raises ResultsError for unknown names."""
        return chosen(self.table, measure, place, year)

    def summary(self) -> pd.DataFrame:
        """What changes in the whole world by the last common year: a row a scenario and measure."""
        rows = self.table[(self.table["year"] == self.year) & (self.table["scope"] == "world")]
        rank = {name: place for place, name in enumerate(headline_first(self.measures))}
        order = rows["measure"].astype(str).map(rank)
        rows = rows.assign(rank=order).sort_values(["rank"], kind="stable")
        return rows.drop(columns=["scope", "place", "year", "rank"]).reset_index(drop=True)

    @property
    def ranking(self) -> pd.DataFrame:
        """A row a scenario, what closes most of the gap first; see `Outcome` for the rules.

        gap_closed: share of the baseline's gap; ratio, p05, p95: paired difference of the urban-rural ratio; clear: whether
        luck alone could not move it so; net_cost: added up from the first common year; cost_per_hundredth: net cost of a
        hundredth of the ratio, missing where there is no clear narrowing. Money in yuan of the base year, or the world's own.
        """
        rows = []
        for one in ranked(outcomes(self)):
            ratio = one.ratio
            moved = (np.nan,) * 3 if ratio is None else (ratio.difference, ratio.low, ratio.high)
            per = np.nan if one.cost_per_point is None else one.cost_per_point
            closed = np.nan if one.closed is None else one.closed
            rows.append((one.label, one.title, closed, *moved, one.clear, one.money.net, per))
        columns = ["scenario", "title", "gap_closed", "ratio", "p05", "p95", "clear", "net_cost", "cost_per_hundredth"]
        return pd.DataFrame(rows, columns=columns).set_index("scenario")

    @property
    def winners(self) -> pd.DataFrame:
        """Real income by scenario, place and tenth of its residents, as `analysis.winners` has it: who gains, who loses.

        tenth: 1 the poorest to 10, and 0 for everybody who lives in the place. See `losers` for those alone.
        """
        return self._each({label: winners(self, label) for label in self.scenarios})

    @property
    def winners_by_registration(self) -> pd.DataFrame:
        """Real income by scenario, place, tenth and registration, as `analysis.winners.parted` has it; see `winners`."""
        return self._each({label: parted(self, label) for label in self.scenarios})

    @property
    def losers(self) -> pd.DataFrame:
        """The rows of `winners` where real income falls clear of luck, or in a single draw, the largest fall first."""
        table = self.winners
        ways = [moves(verdict, share) for verdict, share in zip(table["verdict"], table["share"], strict=True)]
        return table[np.array(ways, dtype=int) < 0].sort_values("share", kind="stable", ignore_index=True)

    @property
    def payers(self) -> pd.DataFrame:
        """Net public cost by scenario and payer, governments and households, as `analysis.payers` has it."""
        return self._each({one.label: payers(one) for one in outcomes(self)})

    def report(self, path: str | Path, lang: str = "en") -> Path:
        """Write the page to mail, one HTML file in English or Chinese (`zh`), and return where it is."""
        from sim.pages import report

        return report.write(Path(path), self, lang)

    @staticmethod
    def _each(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
        return pd.concat([table.assign(scenario=label) for label, table in tables.items()], ignore_index=True)

    def plot(
        self,
        measure: str = RATIO,
        place: str | None = None,
        ax: Axes | None = None,
        difference: bool = False,
    ) -> Axes:
        """Draw a measure of baseline and scenarios by year; `difference`: scenarios less baseline, paired by replicate."""
        from sim.notebook.axes import plot_differences, plot_levels

        draw = plot_differences if difference else plot_levels
        return draw([self.baseline, *self.scenarios.values()], measure, place, ax)
