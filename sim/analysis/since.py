"""One scenario against its own base year: the differences of a run with itself, year by year."""

from __future__ import annotations

import pandas as pd

from sim.analysis.differences import Differences
from sim.analysis.growth import accelerating
from sim.analysis.pairing import median_and_band
from sim.analysis.registered import parts_of_tenths
from sim.analysis.results import Results
from sim.errors import ResultsError

_KEYS = ["measure", "scope", "place"]


def since_base_year(results: Results) -> Differences:
    """What changes from the first year to each later one, replicate by replicate; nothing of it is the effect of a policy.

    Raises ResultsError where no replicate came to its end.
    """
    if not results.replicates:
        raise ResultsError(f"{results.path}: no replicate came to its end, so there is nothing to report.")
    series = results.series.astype(dict.fromkeys(_KEYS, str))
    wide, first = series.pivot(index=[*_KEYS, "year"], columns="replicate", values="value"), results.years[0]
    wide = pd.concat([wide, *(parts_of_tenths(wide, year) for year in {first, results.years[-1]})])
    years = wide.index.get_level_values("year")
    base = wide[years == first].reset_index("year", drop=True)
    keys = wide.reset_index("year", drop=True).index
    after = wide[keys.isin(base.index)]
    before = base.reindex(keys[keys.isin(base.index)]).set_axis(after.index)
    band = median_and_band(after - before)
    table = band.rename(columns={"median": "difference"})
    table[["p05", "p95"]] = table[["p05", "p95"]].where(table["replicates"] > 1)
    table["baseline_median"] = median_and_band(before)["median"]
    table["scenario_median"] = median_and_band(after)["median"]
    table = table.reset_index()
    table["year"] = table["year"].astype(int)
    table["scenario"], table["paired"] = results.name, True
    table["unit"] = table["measure"].map(results.units)
    growing = accelerating(results)
    notes = () if growing is None else (growing,)
    columns = ["scenario", *_KEYS, "year", "baseline_median", "scenario_median", "difference", "p05", "p95"]
    return Differences(
        results, {results.name: results}, pd.DataFrame(table[[*columns, "unit", "paired", "replicates"]]), notes
    )
