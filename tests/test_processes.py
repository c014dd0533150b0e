"""Processes that are killed cost time and no replicate; interrupted or killed, a run leaves no process and no file behind."""

import hashlib
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from sim import load, open_results, run
from sim.cli import main
from sim.errors import FactorFlowError
from sim.experiments import replicate, task, workers
from sim.experiments.executors import processes, worker

ROOT = Path(__file__).parents[1]
BASELINE = ROOT / "scenarios/zhejiang/baseline.yaml"
SMALL = ["run.labour_agents=20000", "run.capital_agents=30000", "run.land_agents=10000", "run.replicates=4", "years.to=2016"]
ENDINGS = {
    "killed": partial(signal.raise_signal, signal.SIGKILL),
    "segmentation fault": partial(signal.raise_signal, signal.SIGSEGV),
    "left": partial(os._exit, 0),
}


def begun(folder, number):
    """How often a task was begun, this time included."""
    with (folder / str(number)).open("a") as notes:
        notes.write("x")
    return (folder / str(number)).stat().st_size


def ends_once(folder, ending, number):
    if begun(folder, number) == 1 and number == 2:
        ENDINGS[ending]()
    return number * number


def ends_always(folder, number):
    begun(folder, number)
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def given_up(number, reason):
    return number, reason


def named(folder, number):
    """Who did it, and whether that process had prepared itself before."""
    return os.getpid(), (folder / str(os.getpid())).exists()


def prepares(folder, waits, ending):
    (folder / str(os.getpid())).touch()
    while (folder / waits).exists():
        time.sleep(0.01)
    if ending:
        os._exit(0)


def test_all_but_one_prepare_themselves_and_the_one_does_not_wait_for_them(tmp_path):
    (tmp_path / "wait").touch()
    with processes.pool(2) as pool:
        pool.prepare(partial(prepares, tmp_path, "wait", False))
        ((first, prepared),) = pool.finished(partial(named, tmp_path), [0], given_up)
        assert not prepared, "the other one is still at it"
        (tmp_path / "wait").unlink()
        both = dict(pool.finished(partial(named, tmp_path), range(20), given_up))
    assert both.pop(first) is False and list(both.values()) in ([True], []), "no third process"


def test_a_process_that_ends_while_it_prepares_itself_has_a_successor(tmp_path):
    with processes.pool(3) as pool:
        pool.prepare(partial(prepares, tmp_path, "nothing", True))
        assert sorted(pool.finished(partial(ends_once, tmp_path, "left"), range(5), given_up)) == [0, 1, 4, 9, 16]


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_an_ended_process_was_doing_is_done_again_and_nothing_else(tmp_path, ending):
    with processes.pool(2) as pool:
        found = list(pool.finished(partial(ends_once, tmp_path, ending), range(5), given_up))
    assert sorted(found) == [0, 1, 4, 9, 16]
    assert [(tmp_path / str(number)).stat().st_size for number in range(5)] == [1, 1, 2, 1, 1]


def test_a_task_on_which_processes_keep_ending_is_given_up_alone(tmp_path):
    with processes.pool(2) as pool:
        found = list(pool.finished(partial(ends_always, tmp_path), range(5), given_up))
    assert sorted(one for one in found if isinstance(one, int)) == [0, 1, 9, 16]
    ((number, reason),) = (one for one in found if not isinstance(one, int))
    assert number == 2 and reason.startswith("the process that ran it ended 3 times, probably for want of memory")
    assert [(tmp_path / str(number)).stat().st_size for number in range(5)] == [1, 1, 3, 1, 1]
    assert not multiprocessing.active_children()


def fingerprints(folder):
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.glob("*.parquet"))}


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    found = fingerprints(run(load(BASELINE, SMALL), out=tmp_path_factory.mktemp("alone") / "r").path)
    assert len(found) == 3
    return found


@pytest.mark.parametrize("victims", [1, 2])
def test_killed_workers_do_not_change_a_byte(tmp_path, alone, victims):
    before = set(multiprocessing.active_children())
    killed = []

    def kill(done, whole):
        if not killed:
            killed.extend(list(set(multiprocessing.active_children()) - before)[:victims])
            for child in killed:
                child.kill()

    results = run(load(BASELINE, SMALL), out=tmp_path / "r", jobs=2, progress=kill)
    assert len(killed) == victims
    assert fingerprints(results.path) == alone
    assert set(multiprocessing.active_children()) <= before


_perform = task.perform


def _one_is_fatal(one, lived=task.ignored, first_years=None):
    if one.replicate == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return _perform(one)


def _one_is_too_large(one, lived=task.ignored, first_years=None):
    if one.replicate == 1:
        return task.done(one, replicate.run_replicate(_without_memory, one.scenario, 1, lived))
    return _perform(one)


def _without_memory():
    raise MemoryError("Unable to allocate 7.5 TiB")


def _all_are_fatal(one, lived=task.ignored, first_years=None):
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(
    ("stand_in", "reason"), [(_one_is_fatal, "the process that ran it ended 3 times"), (_one_is_too_large, "7.5 TiB")]
)
def test_a_replicate_that_ends_its_process_is_a_failed_row_and_tried_again(tmp_path, monkeypatch, alone, stand_in, reason):
    monkeypatch.setattr(workers, "perform", stand_in)
    settings = [word for setting in SMALL for word in ("--set", setting)]
    answer = CliRunner().invoke(main, ["run", str(BASELINE), *settings, "--jobs", "2", "--out", str(tmp_path / "r")])
    assert answer.exit_code == 3, answer.stderr
    assert "1 of 4 replicates of baseline failed" in answer.stderr and reason in answer.stderr
    results = open_results(tmp_path / "r")
    assert results.replicates == (0, 2, 3)
    rows = {row["replicate"]: row for row in results.manifest["replicates"]}
    assert rows[1]["status"] == "failed" and reason in rows[1]["reason"]
    monkeypatch.undo()
    again = CliRunner().invoke(main, ["run", str(BASELINE), *settings, "--out", str(tmp_path / "r")])
    assert again.exit_code == 0 and again.stderr.startswith("baseline: 3 of 4 replicates are in"), again.stderr
    assert open_results(tmp_path / "r").replicates == (0, 1, 2, 3) and fingerprints(tmp_path / "r") == alone


def test_when_every_replicate_is_fatal_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "perform", _all_are_fatal)
    with pytest.raises(FactorFlowError, match="all 2 replicates failed; the first: the process that ran it ended 3 times"):
        run(load(BASELINE, [*SMALL[:3], "run.replicates=2", "years.to=2016"]), out=tmp_path / "r", jobs=2)
    assert list(tmp_path.iterdir()) == []


def _without_begin(*_):
    os._exit(1)


def test_processes_that_cannot_even_begin_are_one_answer(monkeypatch):
    monkeypatch.setattr(worker, "_serve", _without_begin)
    with processes.pool(2) as pool, pytest.raises(FactorFlowError, match="3 processes ended before they began.*__main__"):
        list(pool.finished(abs, range(10), given_up))
    with processes.holding(1) as holder, pytest.raises(FactorFlowError, match="ended before they began"):
        holder.hold([dict])[0].ask("keys")()


def test_a_shard_on_which_processes_keep_ending_is_an_answer():
    with processes.holding(2) as holder:
        fatal, other = holder.hold([partial(Fatal, True), partial(Fatal, False)])
        with pytest.raises(FactorFlowError, match="a process that holds a shard of agents ended 3 times"):
            fatal.ask("live")()
        assert other.ask("live")() == 1
    assert not multiprocessing.active_children()


class Talkative:
    """Answers with more than a pipe holds."""

    def live(self):
        return bytes(3_000_000)


def test_a_process_that_is_ended_while_it_answers_is_waited_for_no_longer():
    for _ in range(5):
        with processes.holding(1) as holder:
            (talkative,) = holder.hold([Talkative])
            talkative.ask("live")()
            under_way = talkative.ask("live")
            time.sleep(0.02)  # it has begun to write, and nobody reads
        assert not multiprocessing.active_children()
        del under_way


def test_a_process_that_is_killed_while_it_answers_is_asked_again():
    with processes.holding(1) as holder:
        (talkative,) = holder.hold([Talkative])
        talkative.ask("live")()
        under_way = talkative.ask("live")
        time.sleep(0.02)  # it has begun to write, and nobody reads
        (child,) = multiprocessing.active_children()
        child.kill()
        assert len(under_way()) == 3_000_000
        assert child not in multiprocessing.active_children()


class Wordless(Exception):
    def __reduce__(self):
        raise TypeError("cannot be sent")


def raises(error):
    raise ValueError("no good") if error == "sent" else Wordless("no words")


@pytest.mark.parametrize(("error", "told"), [("sent", "no good"), ("unsendable", "Wordless: no words")])
def test_an_error_in_a_process_is_raised_here_with_its_place(error, told):
    with processes.pool(2) as pool, pytest.raises((ValueError, RuntimeError), match=told) as raised:
        list(pool.finished(raises, [error], given_up))
    assert "in raises" in str(raised.value.__cause__)
    assert not multiprocessing.active_children()


class Fatal:
    def __init__(self, fatal):
        self.fatal = fatal

    def live(self):
        if self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return 1


def begun_run(folder, *where):
    """A run of many minutes whose workers are there, in a group of its own as a terminal has it; and its workers."""
    settings = ["--set", "run.labour_agents=3000000", "--set", "run.replicates=400"]
    command = [sys.executable, "-m", "sim", "run", str(BASELINE), *settings, *where, "--out", str(folder / "r")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    started = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heard,
    )

    def workers():
        children = psutil.Process(started.pid).children(recursive=True)
        return [child for child in children if "spawn_main" in " ".join(child.cmdline())]

    until(lambda: started.poll() is None and len(workers()) >= (2 if where else 0))
    return started, workers()


def heard():
    """Signals as a terminal leaves them, also where whoever runs the tests ignores them (nohup, jobs in the background)."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def until(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def worked(process):
    """Seconds of a processor that a process has had."""
    return process.cpu_times().user


JOBS, SHARDS = ("--jobs", "2"), ("--shards", "2")


@pytest.mark.parametrize(
    ("where", "number", "whole_group", "spent"),
    [
        (JOBS, signal.SIGINT, True, 0),  # while the processes are being started
        (JOBS, signal.SIGINT, True, 4),  # while they work
        (SHARDS, signal.SIGINT, True, 4),
        (JOBS, signal.SIGTERM, False, 4),
        (JOBS, signal.SIGHUP, True, 0),
    ],
)
def test_an_interrupt_is_two_lines_and_leaves_whole_tasks_or_nothing(tmp_path, where, number, whole_group, spent):
    started, workers = begun_run(tmp_path, *where)
    until(lambda: all(worked(worker) >= spent for worker in workers))
    assert started.poll() is None
    (os.killpg if whole_group else os.kill)(started.pid, number)
    _, said = started.communicate(timeout=120)
    assert started.returncode == 128 + number
    price, *after = said.splitlines()
    assert price.startswith("baseline: About ") and after == ["", after[-1]]
    assert after[-1].startswith("Interrupted. What had come to its end is kept.")
    assert not any(worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE for worker in workers)
    kept = list(tmp_path.glob("r/tasks/*.task"))
    assert (tmp_path / "r").exists() == bool(kept) and not list(tmp_path.rglob(".*"))
    assert not kept or f"{len(kept)} of 400 replicates of baseline are kept in {tmp_path / 'r'}." in after[-1]


@pytest.mark.parametrize("where", [JOBS, SHARDS], ids=" ".join)
def test_workers_end_with_the_process_that_started_them(tmp_path, where):
    started, workers = begun_run(tmp_path, *where)
    started.kill()
    started.communicate(timeout=120)
    until(lambda: not any(worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE for worker in workers))
