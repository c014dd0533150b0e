"""What a run costs is part of the check: what cannot fit in memory is refused with the arithmetic, at its line."""

import pytest

from sim import load, run
from sim.errors import FactorFlowError
from sim.experiments import cost
from sim.experiments.executors import Where
from tests.test_end_to_end import ROOT, factorflow

SEA = ROOT / "scenarios/zhejiang/mountain_sea.yaml"
FEW = [f"run.{kind}_agents=1000" for kind in ("labour", "capital", "land")]


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(cost, "memory_of_machine", lambda: 700_000_000)


def test_the_machine_has_memory():
    assert cost.memory_of_machine() > 100_000_000


def test_what_fits_is_not_refused(small):
    assert cost.fault(load(SEA), str(SEA)) is None
    assert cost.estimate(load(SEA)).bytes < 1e9


def test_agents_that_do_not_fit_are_refused_with_the_arithmetic(small):
    scenario = load(SEA, ["run.labour_agents=80_000_000"])
    fault = cost.fault(scenario, str(SEA))
    assert (fault.file, fault.line, fault.path) == (str(SEA), 1, "run.labour_agents = 80000000")  # --set has no line
    assert fault.message.startswith("needs 1.0 GB of memory, this machine has 0.7 GB: 0.3 GB of program + 80,000,000 labour")
    assert "20 replicates x 22 years x 506,496 bytes of tables. At most 29,000,000 would fit." in fault.message
    assert cost.fault(load(SEA, ["run.labour_agents=29_000_000"]), str(SEA)) is None
    with pytest.raises(FactorFlowError, match="mountain_sea: run.labour_agents needs 1.0 GB"):
        run(scenario)


def test_tables_of_many_replicates_count(small):
    word, message = cost.refused(load(SEA, [*FEW, "run.replicates=1000"]))
    assert word == "replicates" and "At most 35 would fit." in message
    assert "46 replicates at a time x 22 years" in message


def test_a_continuum_lives_one_replicate_whatever_is_asked_and_says_so(small, tmp_path):
    many, one = (load(SEA, ["run.continuum=true", f"run.replicates={count}"]) for count in (1000, 1))
    assert cost.refused(many) is None and cost.estimate(many).bytes == cost.estimate(one).bytes
    asked = "It has no draws, so that one replicate stands for the 1,000 of run.replicates."
    assert cost.estimate(many).sentence.endswith(f"1 replicate x 22 years of a continuum. {asked}")
    assert cost.estimate(one).sentence.endswith("1 replicate x 22 years of a continuum.")
    valley = ROOT / "scenarios/theory/valley.yaml"
    results = run(load(valley, ["run.continuum=true", "run.replicates=20"]), out=tmp_path / "r")
    assert list(results.replicates) == [0] and results.manifest["scenario"]["run"]["replicates"] == 20


def test_tables_grow_with_pairs_of_cells(small):
    """Peaks of the continuum, measured: of 62 cells 0.87 GB with 20 replicates; of 24 cells 0.54 GB with 20, 0.76 with 80."""
    for place, replicates, measured in (("china", 20, 0.87e9), ("zhejiang", 20, 0.54e9), ("zhejiang", 80, 0.76e9)):
        file = ROOT / f"scenarios/{place}/baseline.yaml"
        scenario = load(file, [*FEW, f"run.replicates={replicates}"])
        assert cost.estimate(scenario).bytes == pytest.approx(measured, rel=0.1)
    assert cost.bytes_a_year(62) == 2_889_324 and cost.bytes_a_year(2) == 400_000
    word, message = cost.refused(load(ROOT / "scenarios/china/baseline.yaml"))
    assert (
        word == "replicates"
        and "9 replicates at a time x 22 years x 2,889,324 bytes of tables. At most 6 would fit." in message
    )


def test_tables_are_held_a_few_at_a_time_however_many_replicates_there_are():
    few, many = (load(SEA, [*FEW, f"run.replicates={count}"]) for count in (100, 1000))
    assert cost.estimate(few).bytes == cost.estimate(many).bytes < 0.9e9


def test_every_process_holds_its_own_agents(small):
    scenario = load(SEA, ["run.labour_agents=40_000_000", "run.replicates=2"])
    assert cost.refused(scenario) is None
    assert "2 processes x (0.3 GB of program" in cost.refused(scenario, jobs=8)[1]


def test_the_line_is_that_of_the_file_that_says_it(small, tmp_path):
    (tmp_path / "base.yaml").write_text(
        "schema: 1\ntitle: Base\nworld: two_cells\nyears: {from: 1, to: 9}\nrun:\n  labour_agents: 1e8\n"
    )
    child = tmp_path / "child.yaml"
    child.write_text("schema: 1\ntitle: Child\nextends: base.yaml\n")
    fault = cost.fault(load(child), str(child))
    assert (fault.file, fault.line) == (str(tmp_path / "base.yaml"), 6)


def test_check_refuses_it(tmp_path):
    many = [word for kind in ("labour", "capital", "land") for word in ("--set", f"run.{kind}_agents=1e8")]
    told = factorflow("check", SEA, *many, "--set", "run.replicates=1000", "--set", "years.to=2060", folder=tmp_path)
    assert told.returncode == (2 if cost.memory_of_machine() < 20.3e9 else 0)


@pytest.mark.parametrize(
    ("processors", "memory_gb", "replicates", "pays"),
    [
        (4, 100, 1000, 4),  # one a processor
        (1, 100, 1000, 1),
        (4, 100, 3, 1),  # done before a second process has begun
        (8, 100, 1000, 8),
        (8, 4, 1000, 4),  # the others keep half of the memory
    ],
)
def test_runs_are_shared_where_that_pays_and_memory_has_room(monkeypatch, processors, memory_gb, replicates, pays):
    monkeypatch.setattr(cost, "_processors", lambda: processors)
    monkeypatch.setattr(cost, "memory_of_machine", lambda: int(memory_gb * 1e9))
    assert cost.jobs_that_pay([load(SEA, [f"run.replicates={replicates}"])]) == pays


def test_as_many_processes_as_replicates_at_most(monkeypatch):
    monkeypatch.setattr(cost, "_processors", lambda: 64)
    monkeypatch.setattr(cost, "memory_of_machine", lambda: None)
    hours = load(SEA, ["run.labour_agents=60_000_000", "run.replicates=3"])
    assert cost.jobs_that_pay([hours]) == 3 and cost.jobs_that_pay([hours, hours]) == 6
    assert cost.jobs_that_pay([load(SEA, ["run.continuum=true"])]) == 1


def test_the_sentence_says_on_how_many_processes(small):
    one, two = (cost.estimate(load(SEA, ["run.replicates=1000"]), jobs).sentence for jobs in (1, 2))
    minutes = [int(sentence.partition(" minutes on ")[0].removeprefix("About ")) for sentence in (one, two)]
    assert "on one process" in one and "on 2 processes" in two and abs(minutes[0] - 2 * minutes[1]) <= 1


def test_what_a_person_names_is_what_is_done():
    assert Where(3).settled(lambda: 7) == Where(3) and Where(None).settled(lambda: 7) == Where(7)
    assert Where(None, "tcp://there:1").settled(lambda: 7) == Where(1, "tcp://there:1")
    assert Where(None, shards=2).settled(lambda: 7) == Where(1, shards=2)
