"""The same run in processes and on the workers of a Dask cluster: the same bytes, also when workers are killed."""

import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from sim import load, run
from sim.errors import FactorFlowError

ROOT = Path(__file__).parents[1]
FILE = ROOT / "scenarios/zhejiang/residence_permit_reform.yaml"
SMALL = ["run.labour_agents=20000", "run.capital_agents=30000", "run.land_agents=10000", "run.replicates=3", "years.to=2026"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "3"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cluster:
    """A scheduler and workers of one thread, each a process of its own on the loopback."""

    def __init__(self, folder, port):
        self.folder, self.address, self.workers = folder, f"tcp://127.0.0.1:{port}", []
        self.scheduler = self.start("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")

    def start(self, kind, *words):
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *words]
        with (self.folder / f"{kind}{len(self.workers)}.log").open("w") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, env=ENVIRONMENT)

    def add(self, count=1):
        for _ in range(count):
            words = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self.folder))
            self.workers.append(self.start("worker", self.address, *words))

    def close(self):
        for process in (*self.workers, self.scheduler):
            process.kill()
        for process in (*self.workers, self.scheduler):
            process.wait()


@contextmanager
def cluster_of(folder, workers):
    cluster = Cluster(folder, free_port())
    try:
        cluster.add(workers)
        wait_for(cluster, workers)
        yield cluster
    finally:
        cluster.close()


def wait_for(cluster, workers):
    from distributed import Client

    for _ in range(20):
        with suppress(OSError), Client(cluster.address, timeout=5, set_as_default=False) as client:
            return client.wait_for_workers(workers, timeout=30)
        time.sleep(0.5)
    raise AssertionError((cluster.folder / "scheduler0.log").read_text())


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with cluster_of(tmp_path_factory.mktemp("cluster"), 2) as started:
        yield started


def fingerprints(results):
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in results.path.glob("*.parquet")}


@pytest.fixture(scope="module")
def scenario():
    return load(FILE, SMALL)


@pytest.fixture(scope="module")
def alone(scenario, tmp_path_factory):
    found = fingerprints(run(scenario, out=tmp_path_factory.mktemp("alone") / "r"))
    assert len(found) == 3
    return found


def test_replicates_on_two_workers(scenario, alone, cluster, tmp_path):
    told = []
    results = run(scenario, out=tmp_path / "r", cluster=cluster.address, progress=lambda *done: told.append(done))
    assert fingerprints(results) == alone
    assert told == [(13, 39), (26, 39), (39, 39)]


def test_an_experiment_on_two_workers(cluster, tmp_path):
    """Draws crossed with policies and luck: table and tasks, on a cluster as in one process and in two."""
    from sim.experiments import doubt
    from sim.experiments.executors import Where
    from sim.experiments.plan import load_experiment
    from sim.vocabulary import vocabulary

    shutil.copytree(ROOT / "scenarios/two_cells", tmp_path / "s")
    (tmp_path / "s/experiment.yaml").write_text(
        "schema: 1\nkind: experiment\ntitle: Open\ncompare: [open_registration.yaml]\nto: baseline.yaml\n"
        "uncertain:\n  parameters.labour_mobility: {uniform: [0.05, 0.3]}\n  policies.*.cut: {uniform: [0.2, 0.9]}\n"
        "design: {draws: 4, sampler: sobol, seed: 3}\nreplicates: 2\nrun: {labour_agents: 3000, last_year: 7}\n"
    )
    plan = load_experiment(tmp_path / "s/experiment.yaml", vocabulary())
    ways = {"alone": Where(), "processes": Where(2), "cluster": Where(cluster=cluster.address)}
    found = {name: everything(doubt.run(plan, tmp_path / name, where)) for name, where in ways.items()}
    assert len(found["alone"]) == 1 + 4 * 2 * 2 and "results.csv" in found["alone"]
    assert found["cluster"] == found["processes"] == found["alone"]
    assert len(set(found["alone"].values())) == 17


def everything(folder):
    """The table and the tasks of an experiment by name, all but what says when it was."""
    files = [folder / "results.csv", *(folder / "tasks").iterdir()]
    return {file.name: file.read_bytes() for file in files}


@pytest.mark.parametrize("shards", [1, 2, 4])
def test_shards_on_two_workers(scenario, alone, cluster, tmp_path, shards):
    assert fingerprints(run(scenario, out=tmp_path / "r", cluster=cluster.address, shards=shards)) == alone


def test_shards_in_two_processes(scenario, alone, tmp_path):
    assert fingerprints(run(scenario, out=tmp_path / "r", shards=2)) == alone


def killing(process, after):
    """Kill a process without a warning when the progress of a run has been told `after` times."""
    told = []

    def progress(done, whole):
        told.append(done)
        if len(told) == after:
            os.kill(process.pid, signal.SIGKILL)

    return progress


def test_a_killed_worker_costs_its_replicate_and_not_the_run(scenario, alone, tmp_path):
    long = load(FILE, [*(word.replace("replicates=3", "replicates=6") for word in SMALL)])
    with cluster_of(tmp_path, 2) as cluster:
        expected = fingerprints(run(long, out=tmp_path / "alone"))
        results = run(long, out=tmp_path / "r", cluster=cluster.address, progress=killing(cluster.workers[0], 2))
        assert cluster.workers[0].poll() == -signal.SIGKILL
        assert fingerprints(results) == expected
        assert results.replicates == tuple(range(6))


def test_shards_of_a_killed_worker_live_their_years_again(scenario, alone, tmp_path):
    with cluster_of(tmp_path, 2) as cluster:
        progress = killing(cluster.workers[1], 20)  # in the middle of the second replicate
        results = run(scenario, out=tmp_path / "r", cluster=cluster.address, shards=4, progress=progress)
        assert cluster.workers[1].poll() == -signal.SIGKILL
        assert fingerprints(results) == alone


def test_shards_of_a_killed_process_live_their_years_again(scenario, alone, tmp_path):
    import multiprocessing

    before, killed = set(multiprocessing.active_children()), []

    def progress(done, whole):
        if done == 20:
            child = next(iter(set(multiprocessing.active_children()) - before))
            os.kill(child.pid, signal.SIGKILL)
            killed.append(child.pid)

    results = run(scenario, out=tmp_path / "r", shards=2, progress=progress)
    assert killed
    assert fingerprints(results) == alone
    assert set(multiprocessing.active_children()) <= before


def factorflow(*words):
    return subprocess.run([sys.executable, "-m", "sim", *map(str, words)], capture_output=True, text=True, env=ENVIRONMENT)


def test_the_command_line_runs_on_a_cluster(alone, cluster, tmp_path):
    settings = [word for setting in SMALL for word in ("--set", setting)]
    ran = factorflow("run", FILE, *settings, "--cluster", cluster.address, "--out", tmp_path / "r")
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.startswith("residence_permit_reform: About ") and len(ran.stderr.splitlines()) == 1
    from sim import open_results

    assert fingerprints(open_results(tmp_path / "r")) == alone


def test_a_scheduler_that_does_not_answer_is_told(tmp_path):
    ran = factorflow("run", FILE, "--cluster", f"127.0.0.1:{free_port()}", "--out", tmp_path / "r")
    assert ran.returncode == 2
    assert "no Dask scheduler answered" in ran.stderr and "dask scheduler" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / "r").exists()


def test_a_failed_replicate_of_a_cluster_is_a_row_with_its_reason(cluster, tmp_path):
    crowded = load(FILE, [word.replace("=30000", "=1000") for word in SMALL])
    with pytest.raises(FactorFlowError, match="all 3 replicates failed; the first: .*capital"):
        run(crowded, out=tmp_path / "r", cluster=cluster.address)


def test_workers_with_another_program_are_refused(scenario, cluster, tmp_path, monkeypatch):
    from sim.experiments.executors import cluster as executor

    other = {**executor.versions(), "source": "0" * 16}
    monkeypatch.setattr(executor, "versions", lambda: other)
    for words in ({}, {"shards": 2}):
        with pytest.raises(FactorFlowError, match="a worker has source .* not 0000.*Install the same version"):
            run(scenario, out=tmp_path / "r", cluster=cluster.address, **words)


def test_without_dask_the_extra_is_named(scenario, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(FactorFlowError, match=re.escape("pip install 'factorflow[cluster]'")):
        run(scenario, out=tmp_path / "r", cluster="127.0.0.1:1")


def test_dask_is_not_imported_unless_asked_for():
    text = "import sim.cli, sim.experiments.experiment, sys; print('distributed' in sys.modules, 'dask' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, env=ENVIRONMENT)
    assert told.stdout.split() == ["False", "False"]


@pytest.mark.parametrize(
    ("words", "told"),
    [({"jobs": 2, "shards": 2}, "leave them"), ({"jobs": 2, "cluster": "x"}, "leave them"), ({"shards": 33}, "1 to 32")],
)
def test_what_does_not_go_together_is_told(scenario, words, told):
    with pytest.raises(FactorFlowError, match=told):
        run(scenario, **words)


def test_a_continuum_has_no_agents_for_shards():
    with pytest.raises(FactorFlowError, match="no agents that shards could hold"):
        run(load(FILE, ["run.continuum=true"]), shards=2)


def test_interrupted_it_leaves_nothing_behind(cluster, tmp_path):
    """An interrupted run ends at once, and within a year of the model its tasks end on the workers too."""
    from distributed import Client

    settings = ["--set", "run.labour_agents=3000000", "--set", "run.replicates=4"]
    places = ["--cluster", cluster.address, "--out", str(tmp_path / "r")]
    command = [sys.executable, "-m", "sim", "run", str(FILE), *settings, *places]
    started = subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True)
    with Client(cluster.address, set_as_default=False) as client:
        until(lambda: any(client.processing().values()))
        time.sleep(1)
        started.send_signal(signal.SIGINT)
        _, said = started.communicate(timeout=120)
        assert started.returncode == 130
        price, *after = said.splitlines()
        assert price.startswith("residence_permit_reform: About ") and after == ["", after[-1]]
        assert after[-1].startswith("Interrupted.")
        until(lambda: not any(client.processing().values()))
        until(lambda: not any(client.run(lambda dask_worker: dask_worker.state.executing_count).values()))
    assert not (tmp_path / "r").exists()
    assert threading.active_count() < 50


def until(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.slow
def test_two_million_agents_anywhere_are_the_same_bytes(cluster, tmp_path):
    settings = ["run.labour_agents=2000000", "run.capital_agents=500000", "run.replicates=2", "years.to=2019"]
    scenario = load(ROOT / "scenarios/zhejiang/baseline.yaml", settings)
    ways = [{}, {"jobs": 2}, {"cluster": cluster.address}]
    ways += [{"shards": 2}, *({"cluster": cluster.address, "shards": shards} for shards in (1, 2, 4))]
    found, seconds = [], []
    for number, way in enumerate(ways):
        clock = time.perf_counter()
        found.append(fingerprints(run(scenario, out=tmp_path / str(number), **way)))
        seconds.append(round(time.perf_counter() - clock, 1))
    print(*zip(ways, seconds, strict=True), sep="\n")
    assert all(one == found[0] for one in found), seconds
