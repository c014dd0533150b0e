"""One run as a notebook shows it: `Results` that draw, select and present themselves."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.analysis import results as plain
from sim.analysis.comparison import by_replicate
from sim.analysis.pairing import median_and_band
from sim.errors import printable
from sim.notebook.rows import Words, Years, as_words, chosen
from sim.units import headline_first

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Results(plain.Results):
    """One results folder, opened: the manifest at once, the tables when they are first asked for.

    Showing it never runs the model and never raises.
    """

    @classmethod
    def of(cls, results: plain.Results) -> Results:
        """The same folder, with all that was read of it so far."""
        shown = cls.__new__(cls)
        shown.__dict__.update(results.__dict__)
        return shown

    def __repr__(self) -> str:
        try:
            of = len(self.manifest["replicates"])
            said = (
                f"{self.name}: {self.title!r}, {self.world}, {self.years[0]} to {self.years[-1]}, "
                f"{len(self.replicates)} of {of} replicates, {self.path}"
            )
        except Exception:  # a representation never raises, whatever became of the manifest
            said = f"{self.__dict__.get('path')}, whose manifest cannot be read"
        return f"Results({printable(said)})"

    def _repr_html_(self) -> str:
        from sim.notebook import card

        return card.safely(lambda: card.results_card(self), repr(self))

    @property
    def measures(self) -> tuple[str, ...]:
        """Names of what was recorded, those a reader looks for first in front; `units` has their units."""
        return tuple(headline_first(str(name) for name in self.series["measure"].unique()))

    @property
    def places(self) -> tuple[str, ...]:
        """Names of the places: the world, its kinds (urban, rural), regions, cells (`Port/urban`)."""
        places = self.series[["scope", "place"]].drop_duplicates().astype(str)
        return tuple(
            name
            for scope in ("world", "kind", "region", "cell")
            for name in dict.fromkeys(places.loc[places["scope"] == scope, "place"])
        )

    @cached_property
    def _frame(self) -> pd.DataFrame:
        return self._told(())

    def to_frame(self) -> pd.DataFrame:
        """A row a measure, scope, place and year: median, p05, p95 (no band of one replicate), replicates, unit."""
        return self._frame.copy()

    def sel(self, measure: Words = None, place: Words = None, year: Years = None) -> pd.DataFrame:
        """Rows of `to_frame` for measures, places and years, one or several each; measures no run records are worked out.

        Raises ResultsError for a name that is not there, with the nearest that is.
        """
        also = [name for name in as_words(measure) if name not in set(self._frame["measure"])]
        return chosen(self._told(also) if also else self._frame, measure, place, year)

    def summary(self) -> pd.DataFrame:
        """The medians of the whole world in the first and the last year, and their difference, by measure."""
        rows = self._frame[self._frame["scope"] == "world"]
        wide = rows.pivot(index="measure", columns="year", values="median")
        found = pd.DataFrame({year: wide[year] for year in (self.years[0], self.years[-1])})
        found["change"] = found[self.years[-1]] - found[self.years[0]]
        found["unit"] = [self.units.get(str(name), "") for name in found.index]
        return found.loc[headline_first(map(str, found.index))].rename_axis(columns=None)

    def plot(self, measure: str = "urban_rural_ratio", place: str | None = None, ax: Axes | None = None) -> Axes:
        """Draw a measure of a place (default: the whole world) by year with its bands, on `ax` or on axes of a new figure."""
        from sim.notebook.axes import plot_levels

        return plot_levels([self], measure, place, ax)

    def report(self, path: str | Path, lang: str = "en") -> Path:
        """Write the page to mail on this run against its base year, in English or Chinese (`zh`); return where it is."""
        from sim.pages import report

        return report.write(Path(path), self, lang)

    def _told(self, also: Any) -> pd.DataFrame:
        band = median_and_band(by_replicate(self, also))
        band[["p05", "p95"]] = band[["p05", "p95"]].where(band["replicates"] > 1, np.nan)
        table = band.reset_index()
        table["unit"] = [self.units.get(name, "") for name in table["measure"]]
        return table[["measure", "scope", "place", "year", "median", "p05", "p95", "replicates", "unit"]]
