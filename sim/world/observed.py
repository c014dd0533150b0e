"""What was observed of a world in its base year, as arrays with units: all that the recipe of regional worlds knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Array, Flag
from sim.cells import KINDS, cell_name


@dataclass(frozen=True)
class Migrants:
    """How people came to live where they are not registered, persons.

    Either `registered` and `from_other_counties`, both by (reported region,), and `from_outside`: counts by how far people
    came; or `arrivals` by (region,) and `start`, (region of registration, region of residence), in which only ratios
    within a column matter. `inside`: (region,) moves that stayed inside a region.
    """

    inside: Array
    registered: Array | None = None
    from_other_counties: Array | None = None
    from_outside: Array | None = None
    arrivals: Array | None = None
    start: Array | None = None


@dataclass(frozen=True)
class Observed:
    """What was observed by region, money in the world's currency a year; arrays by (region,) unless said otherwise.

    outside: True for the rest of the country. residents, income: (region, 2), urban first; product: (region, sector),
    housing inside the last sector; schooling: (region, 2) years; farming: share of the employed who farm; wage_gap: log
    points, NaN where it follows from incomes; work_in_town: share of rural residents who work in town; farm_in_town: share
    of farming done in town. distance_km: (region, region) between regions, inside one on the diagonal. capital_weight
    divides the capital of the reported regions between them; None: equal returns. built_up, fields: km2. revenue,
    expenditure: of local budgets, None where unknown. registered_growth: (year from the base year, region) log growth of
    registered people, NaN where not counted; None: nowhere. `assumed` says what stands in for what was not observed.
    """

    name: str
    base_year: int
    regions: tuple[str, ...]
    outside: Flag
    groups: Mapping[str, tuple[str, ...]]
    residents: Array
    income: Array
    product: Array
    migrants: Migrants
    schooling: Array
    wage_gap: Array
    work_in_town: Array
    farm_in_town: Array
    distance_km: Array
    capital_weight: Array | None
    built_up: Array
    fields: Array
    revenue: Array | None
    expenditure: Array | None
    registered_growth: Array | None
    assumed: tuple[str, ...]

    @property
    def reported(self) -> Flag:
        """True for the regions that count in the world's measures."""
        return np.asarray(~self.outside)

    def cells_where(self, wrong: NDArray[np.bool_]) -> str:
        """The names of the cells where something is wrong, (region, 2), or of the regions, (region,)."""
        return ", ".join(
            self.regions[at[0]] if len(at) == 1 else cell_name(self.regions[at[0]], KINDS[at[1]])
            for at in np.argwhere(wrong).tolist()
        )
