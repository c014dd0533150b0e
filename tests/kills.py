"""Runs and experiments that are killed, again and again, at moments drawn at random: asked again, they end in the same bytes.

python -m tests.kills 1000 [--seed S] [--minutes M]
"""

import argparse
import contextlib
import errno
import hashlib
import json
import multiprocessing
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import psutil

from sim.analysis.asked import status
from sim.cli import main

SCENARIOS = Path(__file__).parents[1] / "scenarios"
FILE = SCENARIOS / "two_cells/baseline.yaml"
ASKED = ["run.labour_agents=1000", "run.capital_agents=1000", "run.land_agents=1000", "run.replicates=4", "years.to=4"]
OPEN_TOWN = """schema: 1
kind: experiment
title: Does an open town help?
compare: [open_registration.yaml]
to: baseline.yaml
uncertain:
  parameters.labour_mobility: {log_uniform: [0.05, 0.3]}
"""
AGENTS = f"""{OPEN_TOWN}  policies.*.cut: {{uniform: [0.2, 0.9]}}
design: {{draws: 2, sampler: sobol, seed: 3}}
replicates: 1
run: {{labour_agents: 1000, last_year: 6}}
"""
CONTINUUM = """schema: 1
kind: experiment
title: What helps by the river?
compare: [upstream_aid.yaml]
to: baseline.yaml
uncertain:
  parameters.labour_mobility: {log_uniform: [0.05, 0.3]}
design: {draws: 2, sampler: sobol, seed: 3}
run: {continuum: true, last_year: 2015}
"""


@dataclass(frozen=True)
class Kind:
    """What is asked of the program: its words but for jobs and folder, how many tasks, and what it calls them."""

    name: str
    words: tuple[str, ...]
    tasks: int
    called: str

    @property
    def manifest(self):
        """The file that is written last of all."""
        return "manifest.json" if self.words[0] == "run" else "experiment.json"


def kinds(place):
    """A run, an experiment with agents and one in a continuum; their files are written to a place of their own."""
    settings = [word for setting in ASKED for word in ("--set", setting)]
    found = [Kind("run", ("run", str(FILE), *settings), 4, "replicates of baseline")]
    for world, text, tasks in (("two_cells", AGENTS, 4), ("riverland", CONTINUUM, 4)):
        shutil.copytree(SCENARIOS / world, place / world)
        file = place / world / "killed.yaml"
        file.write_text(text)
        found.append(Kind(f"experiment of {world}", ("doubt", str(file)), tasks, "tasks of killed"))
    return found


WAYS = ("parent killed", "interrupted", "terminated", "disk full", "two at once", "worker killed", "parent of workers killed")
# how often each way is tried: those with processes of their own take ten times as long
WEIGHTS = (12, 10, 10, 12, 12, 1, 1)
TIMES = ("started", "finished", "seconds", "record", "record_sha256", "manifest_sha256", "files")


def started(kind, folder, jobs=1, full_after=None):
    """The command line at work in a process of its own; returns its number and the file of what it says."""
    said = folder.with_name(f"{folder.name}.{random.getrandbits(32):x}.said")
    said.touch()  # it may be killed before it opens it
    number = os.fork()
    if number:
        return number, said
    code = 1
    try:
        os.setsid()
        stream = os.open(said, os.O_CREAT | os.O_WRONLY)
        os.dup2(stream, 1)
        os.dup2(stream, 2)
        for heard in (signal.SIGINT, signal.SIGTERM):
            signal.signal(heard, signal.default_int_handler if heard == signal.SIGINT else signal.SIG_DFL)
        if full_after is not None:
            fill_disk(full_after)
        main([*kind.words, "--jobs", str(jobs), "--out", str(folder)])
    except SystemExit as ending:
        code = ending.code or 0
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT  # before the program had begun
    finally:
        os._exit(code)  # nothing of what the parent has open is tidied up here


def fill_disk(after):
    """Let the disk be full from the so manyth file on that is to be written to the end."""
    real, counted = os.fsync, []

    def full(number):
        counted.append(number)
        if len(counted) > after:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(number)

    os.fsync = full


def ended(number):
    """Wait for a process; returns its exit code, negative for the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def wait_for(number, folder, tasks, pause):
    """Wait until so many tasks are there (-1: not even for the folder), then a moment longer; not for a run that ended."""
    while tasks >= 0 and not done(number) and len(list(folder.glob("tasks/*.task"))) < max(tasks, 0):
        time.sleep(0.002)
    time.sleep(pause)


def done(number):
    """Whether a process ended; it can still be waited for."""
    return os.waitid(os.P_PID, number, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def kill(number, which):
    with contextlib.suppress(ProcessLookupError):
        os.kill(number, which)


def bytes_of(folder):
    """Everything in a folder of results, by name, without the times of day at which it was written."""
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        if path.suffix == ".json":
            told = json.loads(content)
            content = json.dumps({word: told[word] for word in told if word not in TIMES}, sort_keys=True).encode()
        found[path.relative_to(folder).as_posix()] = hashlib.sha256(content).hexdigest()
    return found


def orphans(leaders):
    """Processes of the sessions that ended, still there after a while."""
    end = time.monotonic() + 20
    while True:
        left = [one for one in psutil.process_iter() if session(one.pid) in leaders and alive(one)]
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.05)


def session(number):
    try:
        return os.getsid(number)
    except (ProcessLookupError, PermissionError):
        return None


def alive(process):
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def workers_of(number):
    with contextlib.suppress(psutil.NoSuchProcess):
        children = psutil.Process(number).children(recursive=True)
        return [child.pid for child in children if "spawn_main" in " ".join(child.cmdline())]
    return []


class Trials:
    """Kills one after the other; every fault is written down with the way and the number it began from."""

    def __init__(self, seed, place):
        self.draw, self.place, self.faults = random.Random(seed), Path(place), []
        self.kinds = kinds(self.place)
        self.seconds = {(kind, 1): self._time(kind, 1) for kind in self.kinds}
        self.expected = {kind: bytes_of(self.place / kind.name / "1" / "r") for kind in self.kinds}
        self.counted, self.kept = Counter(), Counter()

    def _time(self, kind, jobs):
        """Seconds of a whole run that nobody touches."""
        folder = self.place / kind.name / str(jobs) / "r"
        folder.parent.mkdir(parents=True)
        clock = time.perf_counter()
        number, said = started(kind, folder, jobs)
        if ended(number) != 0:
            raise RuntimeError(said.read_text())
        return time.perf_counter() - clock

    def one(self, trial):
        kind, way = self.draw.choice(self.kinds), self.draw.choices(WAYS, WEIGHTS)[0]
        parent = self.place / f"k{trial}"
        parent.mkdir()
        folder = parent / "r"
        leaders = self._killed(kind, way, folder)
        there = {path: path.stat().st_mtime_ns for path in folder.glob("tasks/*.task")}
        self.kept[len(there)] += 1
        number, said = started(kind, folder)
        leaders.append(number)
        faults = []
        if ended(number) != 0:
            faults.append(f"did not go on: {said.read_text()}")
        if not folder.exists() or bytes_of(folder) != self.expected[kind]:
            faults.append(f"other bytes after {said.read_text()}")
        faults += [f"{path.name} was computed again" for path, when in there.items() if path.stat().st_mtime_ns != when]
        faults += [f"{path} is left over" for path in parent.rglob(".*")]
        faults += [f"an orphan: {one}" for one in orphans(leaders)]
        self.faults += [(parent.name, kind.name, way, fault) for fault in faults]
        self.counted[kind.name, way] += 1
        if not faults:
            shutil.rmtree(parent)

    def _killed(self, kind, way, folder):
        """Run once and be killed in one of the ways; returns the processes that were started."""
        if way == "disk full":
            number, said = started(kind, folder, full_after=self.draw.randrange(0, 6 + 4 * kind.tasks))
            self._words(kind, way, folder, ended(number), said, (0, 2))
            return [number]
        jobs = 2 if "worker" in way else 1
        if (kind, jobs) not in self.seconds:
            self.seconds[kind, jobs] = self._time(kind, jobs)
        pause = self.draw.uniform(0, self.seconds[kind, jobs] / kind.tasks / 2)
        moment = self.draw.randrange(-1, kind.tasks + 1), pause
        if way == "two at once":
            (one, _), (other, said) = started(kind, folder), started(kind, folder)
            wait_for(one, folder, *moment)
            kill(one, signal.SIGKILL)
            ended(one)
            if ended(other) != 0 or bytes_of(folder) != self.expected[kind]:
                self.faults.append((folder.parent.name, kind.name, way, f"the other did not end well: {said.read_text()}"))
            return [one, other]
        number, said = started(kind, folder, jobs)
        wait_for(number, folder, *moment)
        self._status(kind, way, folder, number)
        if way == "worker killed":
            victims = workers_of(number)
            if victims:
                kill(self.draw.choice(victims), signal.SIGKILL)
            self._words(kind, way, folder, ended(number), said, (0,))
            return [number]
        which = {"interrupted": signal.SIGINT, "terminated": signal.SIGTERM}.get(way, signal.SIGKILL)
        kill(number, which)
        codes = (0, 128 + which) if which != signal.SIGKILL else (0, -which)
        self._words(kind, way, folder, ended(number), said, (*codes, *((-which,) if which == signal.SIGTERM else ())))
        return [number]

    def _status(self, kind, way, folder, number):
        """What another process is told while it is at work: how much is there, and that somebody works on it."""
        if not (folder / "asked.json").is_file():
            return
        least = len(list(folder.glob("tasks/*.task")))
        told = status(folder)
        most = len(list(folder.glob("tasks/*.task")))
        at_work = told.running or told.whole or told.there == 0 or done(number)
        if not (least <= told.there <= most and told.asked == kind.tasks and at_work):
            self.faults.append(
                (folder.parent.name, kind.name, way, f"{least} to {most} were there, but the status was {told}")
            )

    def _words(self, kind, way, folder, code, said, allowed):
        """The exit code is one of those documented, and what is said to be kept is there."""
        text = said.read_text()
        if code not in allowed or "defect" in text or "Traceback" in text:
            self.faults.append((folder.parent.name, kind.name, way, f"ended with {code}: {text}"))
        there = 0 if (folder / kind.manifest).exists() else len(list(folder.glob("tasks/*.task")))
        told = re.search(rf"(\d+) of {kind.tasks} {kind.called} are kept", text)
        if code not in (0, -9, -15) and int(told.group(1) if told else 0) != there:
            self.faults.append((folder.parent.name, kind.name, way, f"{there} are there, but it said: {text}"))


def run(kills, seed, end):
    """So many kills, or as many as there is time for; prints what happened and returns whether nothing was wrong."""
    with tempfile.TemporaryDirectory(prefix="kills-") as place:
        trials = Trials(seed, place)
        begun = time.monotonic()
        for trial in range(kills):
            if time.monotonic() > end:
                break
            trials.one(trial)
        done, hours = sum(trials.counted.values()), (time.monotonic() - begun) / 3600
        for (name, way), times in sorted(trials.counted.items()):
            print(f"{times:6d}  {name}: {way}")
        print("tasks kept at the kill:", ", ".join(f"{n}: {times}" for n, times in sorted(trials.kept.items())))
        print(f"{done / hours:.0f} kills an hour")
        for fault in trials.faults:
            print(*fault, sep=" | ")
        print(f"{done - len({fault[0] for fault in trials.faults})} of {done} went on to the same bytes.")
    return not trials.faults


def warm():
    """Import and compile here what a fork then need not a thousand times."""
    with tempfile.TemporaryDirectory(prefix="kills-") as place, Path(os.devnull).open("w") as nowhere:
        for number, kind in enumerate(kinds(Path(place))):
            streams = contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere)
            with streams[0], streams[1], contextlib.suppress(SystemExit):
                main([*kind.words, "--out", f"{place}/{number}"])


if __name__ == "__main__":
    words = argparse.ArgumentParser()
    words.add_argument("kills", type=int)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--minutes", type=float, default=600)
    asked = words.parse_args()
    last = time.monotonic() + 60 * asked.minutes  # what is imported and compiled first counts
    # else Numba shares a lock among all forks of a process, which one that is killed holds for ever
    multiprocessing.set_start_method("spawn")
    os.environ |= {"NUMBA_THREADING_LAYER": "workqueue", "NUMBA_NUM_THREADS": "1"}
    warm()
    sys.exit(0 if run(asked.kills, asked.seed, last) else 1)
