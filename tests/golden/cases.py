"""The runs behind the golden numbers: every scenario of the gallery, channels it leaves dead, some runs with agents."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sim import load
from sim.data import catalogue
from sim.evidence import steps

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "scenarios"
REGIONAL = ("zhejiang", "china", "yangtze_delta")  # worlds of real places
PROVINCES = ("china", "yangtze_delta")  # the two whose tables would be too long
REGIONAL_YEARS = (2019, 2024, 2035)
CONTINUUM = ("run.continuum=true", "run.replicates=1")
FEW_AGENTS = (
    "run.continuum=false",
    "run.replicates=2",
    "run.labour_agents=5000",
    "run.capital_agents=20000",
    "run.land_agents=10000",
    "years.from=2024",
    "years.to=2026",
)
_LONGEST = 40  # years of the theory: its long runs wait for a steady state, which the tests of the theory hold


@dataclass(frozen=True)
class Case:
    """A scenario file with settings; rows equal to those of `reference` are left out of the table."""

    name: str
    file: str
    settings: tuple[str, ...] = ()
    reference: str | None = None
    years: tuple[int, ...] = ()  # none: the first year, a quarter of the way, the last
    agents: bool = False


# Every rule of the baseline and of money back at what it was in version 0.2, whose numbers must come out to the last digit.
LANDED = tuple(f"parameters.{name}={value:.10g}" for name, value in (steps.landed() | steps.beside()).items())
PAID_FROM_BUDGETS = tuple(
    f"policies.{name}.financed_by=general_purchases" for name in ("paired_aid", "mountain_roads", "open_registration")
)
AS_LANDED = {"zhejiang/baseline:landed": LANDED, "zhejiang/mountain_sea:landed": (*LANDED, *PAID_FROM_BUDGETS)}

# What the gallery leaves at its default or at zero: a channel that no golden number uses is not held by any.
VARIANTS: dict[str, tuple[str, ...]] = {
    "zhejiang/baseline:diffusion": ("parameters.diffusion=0.02",),
    "zhejiang/baseline:budgets": (
        "policies.pole={instrument: growth_pole, regions: [Hangzhou, Ningbo], paid_by: upper, "
        "share_of_budget: 0.001, from: 2019}",
        "policies.by_budget={instrument: fiscal_transfer, share_of_budget: 0.001, recipients: [mountain, coast], "
        "formula: fiscal_gap, matching: 0.5, purpose: services, from: 2019, combine: true}",
        "policies.by_income={instrument: fiscal_transfer, share_of_budget: 0.001, recipients: [mountain], "
        "formula: income_gap, purpose: household, from: 2022, combine: true}",
        "policies.roads={instrument: infrastructure_investment, paid_by: upper, share_of_budget: 0.001, regions: [mountain], "
        "from: 2019}",
    ),
    "zhejiang/baseline:taxes": (
        "policies.subsidy={instrument: investment_subsidy, on_capital: 0.02, on_wages: 0.05, regions: [Lishui, Quzhou], "
        "paid_by: own, from: 2019}",
        "policies.land_tax={instrument: land_value_tax, rate: 0.1, kind: rural, returned: 0.3, from: 2019}",
        "policies.income_tax={instrument: income_tax, brackets: [{above: 40000, rate: 0.05}], regions: [coast], "
        "returned: 0.4, from: 2019}",
        "policies.floor={instrument: minimum_wage, floor: 45000, regions: [mountain], kind: rural, from: 2022}",
        "policies.vouchers={instrument: rural_consumption, voucher: 0.1, sectors: [agriculture], network: 0.1, "
        "regions: [coast], paid_by: own, from: 2019}",
    ),
    "zhejiang/baseline:people": (
        "policies.services={instrument: public_service_equalisation, share_of_upper_budget: 0.0005, regions: [mountain], "
        "schooling: 0.3, from: 2019}",
        "policies.reform={instrument: residence_permit_reform, cut: 0.4, destinations: [coast], service_share: 0.1, "
        "from: 2019}",
        "policies.talent={instrument: talent_programme, paid_by: upper, kind: urban, share_of_budget: 0.001, "
        "regions: [mountain], uses: {graduates: 0.6, training: 0.4}, from: 2019}",
    ),
    "zhejiang/baseline:markets": (
        "policies.goods={instrument: market_unification, cut: 0.3, regions: [mountain], sectors: [services], from: 2019}",
        "policies.credit={instrument: capital_market_integration, finance_gap_cut: 0.4, home_bias_cut: 0.3, "
        "regions: [mountain], from: 2019}",
        "policies.quota={instrument: land_market_integration, quota_trading: across_regions, migrants_keep_rent: 0.5, "
        "regions: [mountain], from: 2019}",
        "policies.chain={instrument: industrial_linkage, assembler: Hangzhou, suppliers: {Quzhou: 0.01}, kind: urban, "
        "share_of_budget: 0.02, from: 2019}",
        "policies.pairs={instrument: paired_assistance, pairs: {Ningbo: Lishui}, share_of_donor_revenue: 0.01, kind: urban, "
        "uses: {enclave: 0.6, training: 0.4}, from: 2019}",
    ),
    "two_cells/open_registration:fading": (
        *("parameters.growth=0.02", "parameters.growth_half_life=5", "parameters.catching_up=0.05"),
    ),
    "two_cells/open_registration:money": (
        *("parameters.public_worth=1", "parameters.hours_elasticity=0.3", "parameters.saving_elasticity=0.2"),
        "policies.cash={instrument: cash_transfer, share_of_upper_budget: 0.05, below: 1, kind: rural, from: 3}",
    ),
    "two_cells/open_registration:growth": (
        "parameters.growth=0.02",
        "parameters.natural_growth=0.01",
        "parameters.infrastructure_trend=0.03",
    ),
    "two_cells/open_registration:places": (
        "parameters.housing_share=0.2",
        "parameters.service_elasticity=0.1",
        "parameters.agglomeration=0.05",
    ),
    "two_cells/open_registration:villages": (
        "parameters.reclassification=0.02",
        "parameters.service_elasticity=0.1",
        "parameters.diffusion=0.05",
        "parameters.finance_gap=0.2",
    ),
    "theory/provinces:all_channels": (
        "parameters.diffusion=0.02",
        "parameters.agglomeration=0.03",
        "parameters.growth=0.01",
        "parameters.housing_share=0.1",
        "parameters.natural_growth=0.005",
        "parameters.reclassification=0.01",
        "parameters.transport_elasticity=0.1",
        "parameters.trade_cost=0.1",
        "parameters.migration_cost=0.1",
        "parameters.capital_mobility=0.1",
        "parameters.land_mobility=0.03",
        "parameters.land_choice_elasticity=1",
        "parameters.commuting_elasticity=4",
        "parameters.commuting_adjustment=0.5",
        "parameters.saving_rate=0.2",
        "parameters.capital_depreciation=0.05",
        "parameters.infrastructure_elasticity=0.08",
        "parameters.infrastructure_transport=0.2",
        "parameters.infrastructure_depreciation=0.06",
        "parameters.service_elasticity=0.1",
        "parameters.household_rent_share=0.3",
        "parameters.finance_gap=0.1",
        "parameters.capital_blockade=0.1",
        "parameters.capital_home_bias=0.1",
    ),
}

WITH_AGENTS = (
    "zhejiang/baseline",
    "zhejiang/land_market_integration",
    "zhejiang/residence_permit_reform",
    "two_cells/baseline",
    "two_cells/open_registration",
    "theory/agents",
)
# name: baseline, scenario; the last is drawn with another seed, so that its replicates cannot be paired
COMPARED = {
    "zhejiang/residence_permit_reform": ("zhejiang/baseline", "zhejiang/residence_permit_reform"),
    "two_cells/open_registration": ("two_cells/baseline", "two_cells/open_registration"),
    "two_cells/open_registration:unpaired": ("two_cells/baseline", "two_cells/open_registration:seed"),
}


@cache
def cases() -> tuple[Case, ...]:
    """Every run of the golden table: the gallery and the variants in the continuum, then those with agents."""
    found = [
        Case(name, name, (*CONTINUUM, *_span(name)), _reference(name), REGIONAL_YEARS if folder in REGIONAL else ())
        for folder in ("riverland", "theory", "two_cells", *REGIONAL)
        for name in (f"{folder}/{path.stem}" for path in sorted((SCENARIOS / folder).glob("*.yaml")))
    ]
    for name, settings in VARIANTS.items():
        end = ("years.from=2019", "years.to=2026") if name.startswith("zhejiang") else ()
        found.append(
            Case(name, name.split(":")[0], (*CONTINUUM, *end, *settings), _reference(name), (2024, 2026) if end else ())
        )
    for name, settings in AS_LANDED.items():
        found.append(Case(name, name.split(":")[0], (*CONTINUUM, *_span(name), *settings), _reference(name), REGIONAL_YEARS))
    found += [Case(name, name, _few(name), agents=True) for name in WITH_AGENTS]
    other = "two_cells/open_registration"
    return (*found, Case(f"{other}:seed", other, (*_few(other), "run.seed=8"), agents=True))


def references() -> dict[str, str]:
    """The reference of every case in the continuum that has one."""
    return {case.name: case.reference for case in cases() if case.reference is not None}


def _span(name: str) -> tuple[str, ...]:
    """Settings of the years that are run: no more than the table reads, and a long theory cut short."""
    if name.startswith(REGIONAL):
        return (f"years.from={REGIONAL_YEARS[0]}",)
    if name.startswith("riverland"):
        return ()
    return (f"years.to={_LONGEST}",) if load(SCENARIOS / f"{name}.yaml").years.to > _LONGEST else ()


def _few(name: str) -> tuple[str, ...]:
    """Settings of a run with few agents; the small worlds have few of their own, and three replicates to pair."""
    return FEW_AGENTS if name.startswith("zhejiang") else ("run.continuum=false", "run.replicates=3", "years.to=10")


def _reference(name: str) -> str | None:
    folder = name.split("/")[0]
    baseline = f"{folder}/baseline"
    return None if folder == "theory" or name == baseline else baseline


def dead_parameters(family: str) -> set[str]:
    """Parameters of a family of worlds whose value is zero: what they multiply is off unless a variant sets them."""
    return {name for name, parameter in catalogue.parameters(family).items() if parameter.value == 0}
