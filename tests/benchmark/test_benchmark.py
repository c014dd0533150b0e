"""The benchmark measures the same work everywhere: engines agree, figures add up; times themselves are never tested."""

import itertools
import json
from dataclasses import replace

import numba
import numpy as np
import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.evidence.benchmark import bandwidth, coupling, measure, nation, plain_c, reference, stages, wide
from sim.evidence.benchmark.engine import BYTES_TOUCHED, KernelEngine
from sim.evidence.benchmark.measure import ALL, MESA, MESA_NUMPY, NUMPY, ONE, Speed, Whole, contest, exponent
from sim.evidence.benchmark.numpy_columns import NumpyEngine
from sim.evidence.benchmark.task import KEPT, SAVED, Task, shares
from sim.evidence.benchmark.wide import Wide
from sim.world.build import build_world
from sim.world.strict.reading import read_world
from tests.agents.exact import gini

TASK = Task(20_000, 22)


MESAS = [reference.plain_mesa(), reference.plain_mesa("NumpyStatistics")]


@pytest.mark.parametrize("other", [NumpyEngine, *MESAS], ids=["numpy", "mesa", "mesa with numpy"])
def test_engines_do_the_same_work(other):
    """Draws differ, so results agree as far as samples of 20,000 do: four standard errors of a cell's share, 1% else."""
    ours, theirs = KernelEngine(TASK), other(TASK)
    for _ in range(4):
        mine, told = ours.year(), theirs.year()
        share = np.asarray(told.people) / TASK.agents
        assert np.abs(mine.people / TASK.agents - share).max() < 4 * np.sqrt(2 * share.max() / TASK.agents)
        assert mine.wealth == pytest.approx(told.wealth, rel=0.01)
        assert mine.gini == pytest.approx(told.gini, rel=0.02)
        crowded = np.asarray(told.people) > 200
        np.testing.assert_allclose(mine.wealth_by_cell[crowded], np.asarray(told.wealth_by_cell)[crowded], rtol=0.15)


def test_plain_mesa_reports_the_same_whoever_counts():
    """The same agents with the same draws: statistics in Python and by NumPy agree to rounding."""
    plain, counted = (make(Task(2_000, 7)) for make in MESAS)
    for _ in range(3):
        one, other = plain.year(), counted.year()
        assert one.people == other.people
        assert (one.wealth, one.gini) == pytest.approx((other.wealth, other.gini), rel=1e-12)
        assert one.wealth_by_cell == pytest.approx(other.wealth_by_cell, rel=1e-12)


@pytest.mark.skipif(plain_c.compiler() is None, reason="no C compiler here")
@pytest.mark.parametrize("cells", [22, 300])
def test_plain_c_lives_the_same_lives_to_the_last_byte(cells):
    task = Task(30_001, cells)
    ours, plain = KernelEngine(task), plain_c.CEngine(task)
    for _ in range(3):
        mine, told = ours.year(), plain.year()
        assert (mine.people == told.people).all() and mine.gini == told.gini
        assert mine.wealth == pytest.approx(told.wealth, rel=1e-12)
    assert ours.cell.tobytes() == plain.cell.tobytes() and ours.wealth.tobytes() == plain.wealth.tobytes()


def test_without_a_compiler_the_others_are_measured_and_it_is_said(quick, monkeypatch):
    monkeypatch.setattr(plain_c, "available", lambda: False)
    told = CliRunner().invoke(main, ["bench", "--agents", "2000", "--most", "10000"])
    assert told.exit_code == 0
    assert "Plain C is missing" in told.stdout and "plain C, 1 thread" not in told.stdout


def test_a_wide_world_has_the_cells_asked_for_and_lives(tmp_path):
    wide.write_wide(tmp_path / "wide", 22)
    world = build_world(read_world(tmp_path / "wide"))
    assert world.cells == 22 and len(set(world.places.regions)) == 11
    assert (world.places.distance_km + np.eye(22) > 0).all()
    copies = world.income_per_head[world.places.cells.index("Highsource_1/rural")]
    assert copies == world.income_per_head[world.places.cells.index("Highsource_2/rural")]
    found = stages.of_world(world, 30_000, 1)
    assert min(found.values()) >= 0 and found[stages.AGENTS] > 0


def test_exponents_of_stages_are_slopes_of_logarithms():
    sizes = [Wide(cells, 1.0, {"clear": cells**1.5, "record": 2.0 * cells}, 0) for cells in (62, 180, 360)]
    found = wide.exponents(sizes)
    assert found["clear"] == pytest.approx(1.5) and found["record"] == pytest.approx(1.0)
    assert 1.0 < found["all"] < 1.5
    steps = wide.between(sizes)
    assert steps["clear"] == pytest.approx([1.5, 1.5]) and steps["record"] == pytest.approx([1.0, 1.0])
    assert steps["built"] == [0.0, 0.0]


def test_the_median_year_of_a_stage_is_told(tmp_path):
    wide.write_wide(tmp_path / "wide", 12)
    readings = (number + 1000.0 * (number > 3) for number in itertools.count())  # somebody else took the machine once
    found = stages.of_world(build_world(read_world(tmp_path / "wide")), 2_000, 3, clock=lambda: next(readings))
    once = dict.fromkeys(stages.STAGES.values(), 1.0)
    assert found == {**once, stages.AGENTS: 3.0, stages.STAGES["_move"]: 4.0}  # three passes, each read before and after


@pytest.mark.parametrize("words", ["12,x", "7", "2", "", "10,-4"])
def test_numbers_of_cells_are_even_whole_numbers(words):
    told = CliRunner().invoke(main, ["bench", "--cells", words])
    assert told.exit_code == 2 and "even whole numbers from 4 on" in told.output


def test_the_engine_reports_what_its_columns_hold():
    engine = KernelEngine(TASK)
    before = engine.wealth.copy()
    pay = TASK.pay(engine.people)
    report = engine.year()
    np.testing.assert_allclose(engine.wealth, KEPT * before + SAVED * pay[engine.cell], rtol=1e-14)
    assert (report.people == np.bincount(engine.cell, minlength=22)).all()
    assert report.gini == pytest.approx(gini(engine.wealth), abs=1e-4)
    by_cell = np.bincount(engine.cell, weights=engine.wealth, minlength=22) / report.people
    np.testing.assert_allclose(report.wealth_by_cell, by_cell, rtol=1e-12)
    held = engine.home.nbytes + engine.cell.nbytes + 2 * engine.wealth.nbytes  # wealth is read and written
    assert held == BYTES_TOUCHED * TASK.agents


def test_the_engine_chooses_by_the_logit_shares():
    engine, chosen = KernelEngine(Task(200_000, 5)), np.zeros((5, 5))
    expected = shares(engine.cost, engine.task.pay(engine.people))
    engine.year()
    np.add.at(chosen, (engine.home, engine.cell), 1)
    chosen /= chosen.sum(axis=1, keepdims=True)
    assert np.abs(chosen - expected).max() < 4 * np.sqrt(0.25 / 40_000)


def test_any_number_of_threads_gives_the_same_bytes(monkeypatch):
    for name in ("_AGENTS_A_THREAD", "_AGENTS_AT_A_TIME"):
        monkeypatch.setattr(f"sim.agents.threads.{name}", 100)
    monkeypatch.setattr(numba, "get_num_threads", lambda: 2)
    everywhere, alone = KernelEngine(TASK), KernelEngine(TASK)
    reports = [everywhere.year() for _ in range(4)]
    assert set(everywhere._threads._took) == {1, 2}
    monkeypatch.setattr(numba, "get_num_threads", lambda: 1)
    again = [alone.year() for _ in range(4)]
    assert [report.gini for report in reports] == [report.gini for report in again]
    assert everywhere.wealth.tobytes() == alone.wealth.tobytes()
    assert reports[-1].wealth_by_cell.tobytes() == again[-1].wealth_by_cell.tobytes()


def test_more_than_256_cells_take_two_bytes():
    engine = KernelEngine(Task(5_000, 300))
    assert engine.home.dtype == np.uint16
    assert engine.year().people.sum() == 5_000


def test_engines_take_turns_and_medians_are_reported():
    found = contest(Task(2_000, 22), {ONE: KernelEngine, NUMPY: NumpyEngine}, 5)
    assert [speed.engine for speed in found] == [ONE, NUMPY]
    for speed in found:
        assert speed.millions == pytest.approx(speed.agents / speed.seconds / 1e6)
        assert 0 < speed.gini < 0.5 and speed.processor > 0


def test_exponents_are_slopes_of_logarithms():
    speeds = [Speed(ONE, size, 22, 3.0 * size**0.97, 0.0, 0.0, 0.0) for size in (10**5, 10**6, 10**7)]
    assert exponent(speeds, "agents") == pytest.approx(0.97)
    assert exponent(speeds[:1], "agents") is None


def test_no_method_changes_fewer_choices_than_the_shares_must():
    for row in coupling.measured(22).values():
        assert 0 < row.least <= min(row.inverse, row.alias) + 4e-4


def test_alias_tables_draw_the_shares():
    row = np.array([0.1, 0.0, 0.6, 0.3])
    kept, other = coupling._alias_table(row)
    drawn = np.array(kept)
    for place, target in enumerate(other):
        drawn[target] += 1 - kept[place] if target != place else 0.0
    np.testing.assert_allclose(drawn / 4, row, atol=1e-12)


@pytest.fixture
def quick(monkeypatch):
    """No long columns and no whole model: what remains takes seconds."""
    monkeypatch.setattr(bandwidth, "measured", lambda: 2e10)
    monkeypatch.setattr(measure, "whole_model", lambda agents, threads: Whole(agents, 11, threads, 1.0, 10**9, 5.0))
    monkeypatch.setattr(measure, "_SHORTEST", 0.001)
    monkeypatch.setattr(coupling, "_DRAWS", 10_000)


def test_bench_prints_what_json_holds(quick):
    words = ["bench", "--agents", "2000", "--most", "10000"]
    told = CliRunner().invoke(main, [*words, "--json"])
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    assert {row["engine"] for row in found["speeds"]} >= {ONE, ALL, NUMPY, MESA}
    assert {row["cells"] for row in found["speeds"]} == {22, 62, 180}
    for row in found["speeds"]:
        mesa = next(o for o in found["speeds"] if (o["engine"], o["cells"]) == (MESA, row["cells"]))
        assert row["over_plain_mesa"] == pytest.approx(mesa["seconds"] / row["seconds"])
        counted = next(o for o in found["speeds"] if (o["engine"], o["cells"]) == (MESA_NUMPY, row["cells"]))
        assert row["over_mesa_with_numpy"] == pytest.approx(counted["seconds"] / row["seconds"])
        if row["engine"] in (ONE, ALL):
            assert row["share_of_bandwidth"] == pytest.approx(2000 * BYTES_TOUCHED / row["seconds"] / 2e10)
    shown = CliRunner().invoke(main, words)
    assert shown.exit_code == 0
    for word in ("plain Mesa", "times plain Mesa", "180", "5 bytes", "Exponents of time", "20.0 GB/s"):
        assert word in shown.stdout, word


def test_without_the_reference_it_says_where_it_is(quick, monkeypatch):
    monkeypatch.setattr(reference, "plain_mesa", lambda _="": None)
    told = CliRunner().invoke(main, ["bench", "--agents", "2000", "--most", "10000"])
    assert told.exit_code == 0
    assert "tests/plain_mesa.py of a checkout" in told.stdout


def test_the_reference_is_found_only_in_a_checkout(tmp_path, monkeypatch):
    assert reference.plain_mesa() is not None
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(reference, "__file__", str(tmp_path / "site-packages" / "sim" / "benchmark" / "reference.py"))
    assert reference.plain_mesa() is None


def test_a_nation_is_lived_in_a_process_of_its_own():
    """The columns are in its peak, the passes are a part of its years, and all of it is a part of the process."""
    one = nation.measured(30_000_000, 1)
    assert (one.world, one.cells, one.years, one.threads) == ("china", 62, 10, 1)
    assert 5 * 30_000_000 < one.peak < 5 * 30_000_000 + nation._PROGRAM
    assert 0 < one.passes < one.live and one.create + one.live < one.process
    assert 0 < one.create_processor < one.live_processor


def test_more_people_than_fit_are_refused_with_the_number_that_would(monkeypatch):
    monkeypatch.setattr(nation, "free", lambda: 5_500_000_000)
    told = CliRunner().invoke(main, ["bench", "--people", "1410000000"])
    assert told.exit_code == 2
    for word in ("1,410,000,000 people take 7.5 GB", "5.5 GB are free", "1,000,000,000 would fit"):
        assert word in told.output, told.output


@pytest.mark.parametrize("words", ["1e9", "999999", "", "2000000,x"])
def test_numbers_of_people_are_whole_numbers(words):
    told = CliRunner().invoke(main, ["bench", "--people", words])
    assert told.exit_code == 2 and "whole numbers from 1,000,000 on" in told.output


def test_nations_are_printed_as_json_holds_them(monkeypatch):
    one = nation.Nation(1_410_000_000, "china", 62, 10, 2, 6.5, 12.1, 47.0, 93.0, 46.0, 7_230_000_000, 60.0)
    monkeypatch.setattr(nation, "measured", lambda people: replace(one, people=people))
    words = ["bench", "--people", "300000000,1410000000"]
    told = json.loads(CliRunner().invoke(main, [*words, "--json"]).stdout)
    assert [row["people"] for row in told] == [300_000_000, 1_410_000_000] and told[1]["live"] == 47.0
    shown = CliRunner().invoke(main, words).stdout
    for word in ("1,410,000,000", "6.5", "12.1", "47.0", "93.0", "46.0", "6.60", "7.23", "60.0", "up to 2 threads"):
        assert word in shown, (word, shown)
