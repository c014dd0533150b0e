"""What cannot run is named before anything is computed: at its line, all of it at once, with what would be enough."""

import os
import subprocess
import sys

import numpy as np
import pytest

from sim import load, run
from sim.cli.program import load_all
from sim.data import catalogue
from sim.economy.policies.base import instruments
from sim.errors import FactorFlowError, ScenarioFaults, WorldError
from sim.experiments import cost, trial
from sim.experiments import replicate as replicate_module
from sim.experiments.executors import Where
from sim.scenario.spots import fields_of
from sim.world.build import build_world
from tests.test_end_to_end import ROOT, factorflow

BASELINE = ROOT / "scenarios/zhejiang/baseline.yaml"
AGENTS = ROOT / "scenarios/theory/agents.yaml"
FEW = ["run.labour_agents=20000", "run.capital_agents=20000", "run.land_agents=20000", "run.replicates=1"]


def found(file, *settings):
    return trial.faults(load(file, list(settings)), str(file))


def test_too_few_agents_are_named_with_a_number_that_is_enough_for_every_owner():
    (fault,) = found(BASELINE, "run.capital_agents=1000", "run.replicates=1")
    assert fault.path == "run.capital_agents = 1000"
    assert all(f"the owners in {name}/rural" in fault.message for name in ("Lishui", "Ningbo", "Zhoushan"))
    enough = int(fault.message.split("; ")[1].split(" are enough")[0].replace(",", ""))
    assert not found(BASELINE, f"run.capital_agents={enough}")
    assert found(BASELINE, "run.capital_agents=3703")  # Quzhou's villages own one 3,703rd of all and get none


def test_all_kinds_of_agents_that_are_too_few_are_named_together_and_at_their_lines(tmp_path):
    file = tmp_path / "few.yaml"
    file.write_text(
        "schema: 1\ntitle: Few\nworld: theory_wedges\nyears: {from: 1, to: 3}\n"
        "run:\n  labour_agents: 1000\n  land_agents: 1000\n"
    )
    faults = found(file)
    assert [(fault.line, fault.path) for fault in faults] == [(6, "run.labour_agents = 1000"), (7, "run.land_agents = 1000")]
    assert found(file, "run.continuum=true") == []


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("wage_gap=0.6", ("outside/rural earns more", "wage_gap can be at most about 0.56")),
        ("rural_schooling_gap=8", ("mean years of schooling", "rural_schooling_gap can be at most about 3.7")),
        ("urban_land_share=0", ("Hangzhou/urban", "no land is left", "urban_land_share can be at least about")),
    ],
)
def test_a_value_without_a_base_year_is_named_with_the_cell_and_a_bound(setting, words):
    (fault,) = found(BASELINE, f"parameters.{setting}", "run.continuum=true", "years.to=2016")
    assert fault.path == f"parameters.{setting.replace('=', ' = ')}"
    assert all(word in fault.message for word in words) and "agents" not in fault.message


def test_of_several_parameters_the_one_that_brings_it_about_is_named():
    settings = ["parameters.saving_rate=0.31", "parameters.wage_gap=0.6", "run.continuum=true", "years.to=2015"]
    (fault,) = found(BASELINE, *settings)
    assert fault.path == "parameters.wage_gap = 0.6"


def test_budgets_that_policies_overlap_in_are_named_with_year_asked_and_left(tmp_path):
    policy = "{instrument: infrastructure_investment, share_of_budget: %s, regions: [Quzhou], combine: true, from: %d, %s}"
    file = tmp_path / "twice.yaml"
    head = "schema: 1\ntitle: Twice\nworld: zhejiang\nyears: {from: 2014, to: 2030}\nrun: {continuum: true}\npolicies:\n"

    def written(*shares, way="general_purchases"):
        lines = [f"  p{number}: {policy % (*share, 'financed_by: ' + way)}\n" for number, share in enumerate(shares)]
        file.write_text(head + "".join(lines))
        return found(file)

    (fault,) = written((0.35, 2016), (0.35, 2025))
    assert fault.line == 8 and fault.message.startswith(
        "policy p1 in 2025: asks for 0.35 of a budget of which only 0.05 is left"
    )
    assert "of Quzhou" in fault.message
    (fault,) = written((0.2, 2016), (0.2000001, 2020))
    assert "in 2020: asks for 0.2000001 of a budget of which only 0.2 is left" in fault.message
    assert written((0.4, 2016)) == []  # all that is left, whatever rounding makes of it
    assert written((0.1, 2016), (0.3, 2018)) == []
    assert written((0.35, 2016), (0.35, 2025), way="income_levy") == []  # what households pay for promises no budget


def test_check_says_it_and_run_refuses_it_before_the_first_year(tmp_path):
    two = [BASELINE, ROOT / "scenarios/zhejiang/mountain_sea.yaml"]
    written = ["--figure", "convergence", "--csv", "out/rows.csv"]
    for verb, *words in (["check", BASELINE], ["run", BASELINE], ["compare", *two, *written]):
        told = factorflow(verb, *words, "--set", "run.capital_agents=1000", folder=tmp_path)
        assert told.returncode == 2 and "run.capital_agents = 1000" in told.stderr and "About" not in told.stderr
    assert not list(tmp_path.iterdir())


def test_time_is_part_of_the_price(tmp_path):
    told = factorflow("check", BASELINE, "--minutes", "0.05", "--set", "run.replicates=20", folder=tmp_path)
    assert told.returncode == 2
    assert "run.minutes = 0.05" in told.stderr and "9.37 ms for 24 cells + 2 ms for 250,000 agents" in told.stderr
    assert "At most 2 replicates would fit" in told.stderr
    assert cost.too_long(load(BASELINE, ["run.minutes=0.052", "run.replicates=2"])) is None
    assert cost.too_long(load(BASELINE, ["run.minutes=0.052", "run.replicates=3"])) is not None
    assert cost.too_long(load(BASELINE, ["run.minutes=0.052", "run.replicates=4"]), jobs=2) is None
    with pytest.raises(ScenarioFaults, match="run.minutes"):
        load_all([str(BASELINE)], ["run.minutes=0.05"], Where(1))
    with pytest.raises(FactorFlowError, match="run.minutes = 0.05"):
        run(load(BASELINE, ["run.minutes=0.05"]), out=tmp_path / "never")


def test_a_run_of_hours_is_warned_of_and_a_budget_changes_no_digest():
    long = load(BASELINE, ["run.replicates=1000", "run.labour_agents=40_000_000"])
    assert "more than 60 minutes" in cost.estimate(long).sentence
    assert "more than 60 minutes" not in cost.estimate(load(BASELINE)).sentence
    assert load(BASELINE, ["run.minutes=90"]).digest() == load(BASELINE).digest()


def test_the_price_of_cells_is_that_measured():
    without_agents = {62: 0.0132, 180: 0.0467, 360: 0.099, 1_000: 0.638}  # seconds, docs/speed.md
    for cells, measured in without_agents.items():
        assert cost.seconds_a_year(cells) == pytest.approx(measured, rel=0.3)
    assert cost.seconds_a_year(24) < 2 * cost.seconds_a_year(2)


def test_compare_goes_on_without_a_scenario_that_comes_to_no_end(tmp_path, monkeypatch):
    from click.testing import CliRunner

    from sim.cli import main
    from sim.experiments import first_years

    honest = first_years.build_model

    def failing(scenario, *words):
        if scenario.name == "growth_pole":
            raise FactorFlowError("for want of luck")
        return honest(scenario, *words)

    monkeypatch.setattr(first_years, "build_model", failing)
    monkeypatch.chdir(tmp_path)
    files = [str(ROOT / f"scenarios/zhejiang/{name}.yaml") for name in ("baseline", "growth_pole", "mountain_sea")]
    words = [word for setting in (*FEW, "run.continuum=true") for word in ("--set", setting)]
    told = CliRunner().invoke(main, ["compare", *files, *words])
    assert told.exit_code == 3, told.output
    assert "growth_pole.yaml stopped before its last year and is left out: all 1 replicates failed" in told.output
    assert "mountain" in told.stdout.lower()
    told = CliRunner().invoke(main, ["compare", *files[:2], *words])
    assert told.exit_code == 2 and "for want of luck" in told.output


FORK = """
import multiprocessing, sys
from sim import load
from sim.experiments.replicate import build_model
FEW = ["run.labour_agents=250000", "run.capital_agents=20000", "run.land_agents=20000"]
def go(seed):
    model = build_model(load(sys.argv[1], [*FEW, f"run.seed={seed}"]))
    for _ in range(4):
        model.step()
    return "lived"
if __name__ == "__main__":
    if "first" in sys.argv:
        print(go(1))
    with multiprocessing.get_context("fork").Pool(1) as pool:
        print(*pool.map(go, [2]))
"""


@pytest.mark.parametrize("after", ["first", "never"])
def test_a_fork_lives_whether_its_parent_ran_agents_or_not(tmp_path, after):
    """With more threads than one where there are: they end with the pass, so a fork inherits none."""
    if not hasattr(os, "fork"):
        pytest.skip("no fork on this system")
    script = tmp_path / "fork.py"
    script.write_text(FORK)
    told = subprocess.run(
        [sys.executable, script, BASELINE, after], capture_output=True, text=True, timeout=300, cwd=ROOT, check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert told.stdout.splitlines() == ["lived"] * (2 if after == "first" else 1)


def test_a_stock_of_zero_that_nobody_values_runs_and_one_that_somebody_values_is_named():
    scenario = load(AGENTS, ["parameters.infrastructure_depreciation=1", "run.replicates=1", "run.labour_agents=20000"])
    assert trial.faults(scenario, "agents.yaml") == []
    from sim.experiments.replicate import build_model

    model = build_model(scenario)
    for _ in range(3):
        model.step()
    assert not model.economy.infrastructure.any()
    (fault,) = found(AGENTS, "parameters.infrastructure_depreciation=1", "parameters.service_elasticity=0.1")
    assert "public services, needed as service_elasticity is above zero" in fault.message
    (fault,) = found(AGENTS, "parameters.infrastructure_depreciation=1", "parameters.infrastructure_elasticity=0.1")
    assert "infrastructure, needed as infrastructure_elasticity is above zero" in fault.message


BOUNDS = """
import numpy as np
from sim.world.build import build_world
from sim.model import FactorFlowModel
from sim.agents.capital import capital_beginning
from sim.agents.sharded import Shard
class Here:
    def hold(self, makers):
        return [Holding(maker()) for maker in makers]
class Holding:
    def __init__(self, held):
        self.held = held
    def ask(self, method, *arguments):
        answer = getattr(self.held, method)(*arguments)
        return lambda: answer
records = []
for options in ({}, {"holder": Here(), "shards": 3}):
    few = {"labour_agents": 3000, "capital_agents": 2000, "land_agents": 1500}
    model = FactorFlowModel(build_world("two_cells"), last_year=4, **few, **options)
    while model.running:
        model.step()
    records.append(model.record.series)
assert records[0] == records[1]
try:  # the checks are on: a row beyond the table is seen
    from sim.agents import kernel
    rows = np.array([7], np.uint8), np.array([0], np.uint8), np.empty(0, np.uint8), np.empty(0, np.uint16)
    kernel.count(kernel.Table(*rows), np.zeros(2, np.int32), 0)
    print("unseen")
except IndexError:
    print("bounds checked")
"""


def test_kernels_stay_inside_their_tables(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_BOUNDSCHECK": "1"}
    environment["NUMBA_CACHE_DIR"] = str(tmp_path)
    told = subprocess.run([sys.executable, "-c", BOUNDS], capture_output=True, text=True, env=environment, cwd=ROOT)
    assert told.stdout.strip() == "bounds checked", told.stderr


# -- both ends of every range --

WORLDS = ("zhejiang", "two_cells", "theory_harris_todaro", "theory_solow", "theory_provinces", "theory_countries")
ENDS = [(world, name, end) for world in WORLDS for name in catalogue.parameters(world) for end in ("low", "high")]
SAMPLE = [
    ("zhejiang", "wage_gap_outside", "low"), ("zhejiang", "trade_elasticity", "high"), ("zhejiang", "land_mobility", "high"),
    ("zhejiang", "schooling_primary_start", "high"), ("two_cells", "infrastructure_depreciation", "low"),
    ("theory_solow", "capital_depreciation", "high"), ("theory_countries", "trade_elasticity", "high"),
]  # fmt: skip


def outcome(world, parameters, policies=""):
    """`ran` or `refused`, for the continuum and a few agents alike; anything else is an error of this test."""
    file = f"{world}.yaml"
    first = int(catalogue.worlds()[world]["first_year"])
    text = (
        f"schema: 1\ntitle: End\nworld: {world}\nyears: {{from: {first}, to: {first + 2}}}\n"
        f"parameters: {{{parameters}}}\npolicies: {{{policies}}}\n"
        "run: {replicates: 1, labour_agents: 20000, capital_agents: 20000, land_agents: 20000}\n"
    )
    return file, text


def lived(tmp_path, world, parameters="", policies="", name=""):
    from sim.experiments.replicate import build_model

    file, text = outcome(world, parameters, policies)
    (tmp_path / file).write_text(text)
    try:
        scenario = load(tmp_path / file)
    except ScenarioFaults:
        return "refused"
    faults = trial.faults(scenario, file)
    if faults:
        assert name in faults[0].path + faults[0].message, faults[0]
        return "refused"
    for kind in ([], ["run.continuum=true"]):
        model = build_model(load(tmp_path / file, kind))
        while model.running:
            model.step()
    return "ran"


@pytest.mark.parametrize(("world", "name", "end"), SAMPLE)
def test_an_end_of_a_range_runs_or_is_refused_in_words(tmp_path, world, name, end):
    lived(tmp_path, world, f"{name}: {getattr(catalogue.parameters(world)[name], end):.17g}", name=name)


@pytest.mark.slow
@pytest.mark.parametrize(("world", "name", "end"), ENDS)
def test_every_end_of_every_range_runs_or_is_refused_in_words(tmp_path, world, name, end, record_property):
    value = f"{name}: {getattr(catalogue.parameters(world)[name], end):.17g}"
    record_property("outcome", lived(tmp_path, world, value, name=name))


REQUIRED = {
    "cash_transfer": "share_of_upper_budget: 0.01", "fiscal_transfer": "share_of_budget: 0.01, recipients: [mountain]",
    "growth_pole": "share_of_budget: 0.02, regions: [Wenzhou]", "income_tax": "brackets: [{above: 40_000, rate: 0.05}]",
    "industrial_linkage": "assembler: Hangzhou, suppliers: {Quzhou: 0.01}",
    "infrastructure_investment": "share_of_budget: 0.02", "land_market_integration": "quota_trading: across_regions",
    "land_value_tax": "rate: 0.05", "market_unification": "cut: 0.3", "minimum_wage": "floor: 50000",
    "paired_assistance": "pairs: {Hangzhou: Quzhou}, share_of_donor_revenue: 0.01",
    "public_service_equalisation": "share_of_upper_budget: 0.01", "residence_permit_reform": "cut: 0.5",
    "rural_consumption": "voucher: 0.1", "talent_programme": "share_of_budget: 0.01",
    "transport_link": "start: Hangzhou, end: Quzhou, time_saved: 0.3",
    "capital_market_integration": "finance_gap_cut: 0.5", "investment_subsidy": "on_capital: 0.05",
}  # fmt: skip
TERMS = [
    (instrument, term, end)
    for instrument, module in instruments().items()
    for term, spot in fields_of(module.Terms).items()
    if spot.annotation in (int, float) and term not in ("from", "until")
    for end in (spot.low, spot.high)
    if end is not None
]


def of_terms(tmp_path, instrument, term, end):
    first = 2015
    kept = [word for word in REQUIRED[instrument].split(", ") if not word.startswith(f"{term}:")]
    terms = ", ".join([*kept, f"{term}: {end!r}", f"instrument: {instrument}", f"from: {first}"])
    return lived(tmp_path, "zhejiang", policies=f"it: {{{terms}}}", name="it")


@pytest.mark.parametrize(
    ("instrument", "term", "end"),
    [case for case in TERMS if case[0] in ("minimum_wage", "fiscal_transfer", "rural_consumption")],
)
def test_an_end_of_a_term_runs_or_is_refused_in_words(tmp_path, instrument, term, end):
    of_terms(tmp_path, instrument, term, end)


@pytest.mark.slow
@pytest.mark.parametrize(("instrument", "term", "end"), TERMS)
def test_every_end_of_every_term_runs_or_is_refused_in_words(tmp_path, instrument, term, end, record_property):
    record_property("outcome", of_terms(tmp_path, instrument, term, end))


def test_worlds_are_refused_in_words_whatever_fails_inside():
    with pytest.raises(WorldError, match="infrastructure_depreciation"):
        build_world("two_cells", {"infrastructure_depreciation": 0.0})


def test_a_matrix_without_an_inverse_is_a_reason_before_the_run_as_within_it(monkeypatch):
    from sim.experiments.replicate import run_replicate
    from sim.year.years import Years

    def singular(model):
        raise np.linalg.LinAlgError("Singular matrix")

    monkeypatch.setattr(Years, "step", singular)
    scenario = load(BASELINE, ["run.continuum=true", "run.replicates=1", "parameters.growth=0.01"])
    (fault,) = trial.faults(scenario, str(BASELINE))
    assert fault.path == "parameters.growth" and "Singular matrix" in fault.message
    replicate = run_replicate(lambda: replicate_module.build_model(scenario), scenario, 0, lambda _: None)
    assert replicate.reason == "Singular matrix"


def test_a_world_is_built_once_for_its_trial_and_its_run(monkeypatch, tmp_path):
    built = []

    def noted(name, parameters):
        built.append(name)
        return build_world(name, parameters)

    monkeypatch.setattr(replicate_module, "build_world", noted)
    monkeypatch.setattr(trial, "build_world", noted, raising=False)
    settings = ["run.continuum=true", "run.replicates=2", "years.to=2015", "parameters.growth=0.0123"]
    scenario = load(BASELINE, settings)
    assert trial.faults(scenario, str(BASELINE)) == []
    run(scenario, out=tmp_path / "r")
    assert built == ["zhejiang"]
