"""Units of everything the model records, one line a measure."""

from __future__ import annotations

from collections.abc import Iterable

_CALENDAR = 1000  # no world without dates lives as many years
INCOME = "yuan of 2014 per head and year"
YUAN = "yuan of 2014"
YUAN_A_YEAR = "yuan of 2014 per year"

TENTHS = tuple(f"real_income_tenth_{number}" for number in range(1, 11))
"""Measures of the mean real income of tenths of a cell's residents, the poorest first."""

GROUPS = ("registered_here", "newcomers", "outside")
"""Groups by registration: in the reported area; outside and living here; outside and living there."""

PARTS = GROUPS[:2]
"""Those of them who live in the reported area, of whom its tenths consist."""

NEWCOMERS = tuple(f"population_newcomers_tenth_{number}" for number in range(1, 11))
"""Measures of how many of each tenth are newcomers, the poorest first."""

SUMS_OF_NEWCOMERS = tuple(f"total_real_income_newcomers_tenth_{number}" for number in range(1, 11))
"""Measures of what the newcomers of each tenth have together, the poorest first; a mean of nobody would be none."""

INCOMES_OF_PARTS = tuple(
    tuple(f"real_income_{group}_tenth_{number}" for number in range(1, 11)) for group in ("registered_here", "newcomers")
)
"""Measures of mean real income by registration and tenth; comparisons work them out (`analysis.registered`)."""

RECORDED = {
    "population": "persons",
    "income_per_head": INCOME,
    "real_income_per_head": INCOME + ", at base-year living costs",
    "wage": "yuan of 2014 per efficiency unit and year",
    "unemployment": "share of the efficiency units of a cell",
    "rental_rate": "share of capital per year",
    "land_rent": "yuan of 2014 per km2 of base-year quality and year",
    "capital": YUAN,
    "land": "km2 of base-year quality",
    "output": YUAN_A_YEAR,
    "output_per_head": INCOME,
    "price_index": "base year = 1",
    "work_in_town_share": "share of rural residents",
    "infrastructure": "base year = 1",
    "urban_share": "share of residents",
    "public_revenue": YUAN_A_YEAR,
    "urban_rural_ratio_fixed_returns": "ratio",
    "welfare": "log points since the base year",
    "welfare_nation": "log points since the base year",
    "general_purchases_per_head": INCOME,
    "individual_gini": "index 0 to 1",
    "income_p10": INCOME,
    "income_p50": INCOME,
    "income_p90": INCOME,
    **dict.fromkeys(TENTHS, INCOME + ", at base-year living costs"),
    **dict.fromkeys(NEWCOMERS, "persons"),
    **dict.fromkeys(SUMS_OF_NEWCOMERS, YUAN_A_YEAR + ", at base-year living costs"),
    **dict.fromkeys((f"population_{group}" for group in GROUPS), "persons"),
    **dict.fromkeys((f"real_income_{group}" for group in GROUPS), INCOME + ", at base-year living costs"),
    "public_cost": YUAN_A_YEAR,
    "public_receipts": YUAN_A_YEAR,
    "paid_for_policies": YUAN_A_YEAR,
    "raised_by_policies": YUAN_A_YEAR,
    "charged_to_households": YUAN_A_YEAR,
}


HEADLINE = ("urban_rural_ratio", "income_per_head", "real_income_per_head", "output_per_head", "output", "population")


def headline_first(names: Iterable[str]) -> list[str]:
    """Names in the order of the alphabet, but for the measures a reader looks for first, which lead."""
    known = set(names)
    first = [name for name in HEADLINE if name in known]
    return [*first, *sorted(known - set(first))]


def recorded_units(sectors: Iterable[str], money: str = YUAN) -> dict[str, str]:
    """Unit by recorded measure, output by sector included; money: of which currency and year, `yuan of 2014`."""
    units = {**RECORDED, **{f"output_{sector}": YUAN_A_YEAR for sector in sectors}}
    return {measure: unit.replace(YUAN, money) for measure, unit in units.items()}


_ALL = ("world", "region", "cell", "kind")
# what is not named here is recorded for cells alone
_SCOPES = {
    "population": _ALL,
    "income_per_head": _ALL,
    "real_income_per_head": _ALL,
    "capital": _ALL,
    "land": _ALL,
    "output": _ALL,
    "output_per_head": ("world", "region", "kind"),
    **dict.fromkeys((f"{what}_{group}" for what in ("population", "real_income") for group in GROUPS), ("world",)),
    "population_newcomers": ("world", "cell"),
    "urban_share": ("world", "region"),
    "public_revenue": ("region",),
    "urban_rural_ratio_fixed_returns": ("world",),
    "welfare": ("world", "cell"),
    "welfare_nation": ("world",),
    "general_purchases_per_head": ("world", "region"),
    "individual_gini": ("world", "cell"),
    "income_p10": ("world", "cell"),
    "income_p50": ("world", "cell"),
    "income_p90": ("world", "cell"),
    "public_cost": ("policy",),
    "public_receipts": ("policy",),
    "paid_for_policies": ("world", "region"),
    "raised_by_policies": ("world", "region"),
    "charged_to_households": ("world", "region", "cell"),
}


def recorded_scopes(sectors: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Where each recorded measure is read: the world, regions, cells, kinds."""
    return {
        measure: _SCOPES.get(measure, _ALL if measure.startswith("output_") else ("cell",))
        for measure in recorded_units(sectors)
    }


def is_date(year: int) -> bool:
    """Whether a year is one of the calendar; worlds of theory count theirs from 0 or 1."""
    return year >= _CALENDAR
