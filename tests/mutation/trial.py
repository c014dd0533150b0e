"""One trial: a copy of the checkout with one changed file, its tests run in a fork that has the libraries loaded."""

from __future__ import annotations

import os
import select
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import Queue, get_context, parent_process
from pathlib import Path

from tests.mutation.mutants import Mutant
from tests.mutation.plan import ROOT

_LIBRARIES = (
    "numpy",
    "numba",
    "pandas",
    "scipy.optimize",
    "mesa",
    "pyarrow.parquet",
    "pydantic",
    "yaml",
    "click",
    "rich.table",
)
_MOMENT = 5.0  # seconds
_OLD = 1_000_000_000  # a time of change that no later edit repeats, so that no compiled file of a mutant is taken again


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant: killed (by which test), survived, undecided (too long), no verdict; and the seconds."""

    mutant: Mutant
    fate: str
    by: str
    seconds: float


Asked = tuple[Mutant, tuple[str, ...]]


def verdicts_of(asked: list[Asked], jobs: int, patience: float) -> Iterator[Verdict]:
    """The verdicts as they come; every process has a share of the mutants and its own copy of the checkout."""
    for word in ("NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):  # a process reads them as it starts
        os.environ[word] = "1"
    context = get_context("spawn")
    verdicts = context.Queue()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(jobs):
            context.Process(target=_work, args=(asked[number::jobs], folder, patience, verdicts), daemon=True).start()
        for _ in asked:
            yield verdicts.get(timeout=2 * patience + 300)  # a process that ended without a word ends the search


def _work(asked: list[Asked], folder: str, patience: float, verdicts: Queue[Verdict]) -> None:
    """Try mutants one after the other while somebody waits for it; the first trial compiles what is compiled."""
    copy = checkout(Path(tempfile.mkdtemp(dir=folder)))
    load_libraries()
    for mutant, tests in asked:
        if not _awaited():
            break
        verdicts.put(trial(copy, mutant, tests, patience))


def _awaited() -> bool:
    """Whether the process that asked is still there; killed, it cannot end those that work for it."""
    asking = parent_process()
    return asking is None or asking.is_alive()


def checkout(folder: Path) -> Path:
    """A copy of what the tests read, with times of change in the past."""
    for name in ("sim", "tests", "scenarios", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, folder / path.name)
    for path in folder.rglob("*.py"):
        os.utime(path, (_OLD, _OLD))
    return folder


def load_libraries() -> None:
    """Import everything but the program itself, once."""
    for name in (*_LIBRARIES, "pytest"):
        __import__(name)


def trial(copy: Path, mutant: Mutant, tests: tuple[str, ...], patience: float) -> Verdict:
    """Run tests on the copy with one file changed; the file is put back."""
    path, started = copy / mutant.file, time.perf_counter()
    kept = path.read_bytes()
    path.write_text(mutant.text, encoding="utf-8")
    try:
        code, by = _in_a_fork(copy, tests, patience)
    finally:
        path.write_bytes(kept)
        os.utime(path, (_OLD, _OLD))
    if code is None:
        fate = "undecided"  # it may hang, or the machine was slow: only a failed test is a kill
    elif code == 0:
        fate = "survived"
    else:
        fate = "killed" if by else "no verdict"  # a run that ends without a failed test says nothing of the change
    return Verdict(mutant, fate, by, time.perf_counter() - started)


def _in_a_fork(copy: Path, tests: tuple[str, ...], patience: float) -> tuple[int | None, str]:
    """Exit code of pytest and the first test that failed; None after `patience` seconds."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os._exit(_pytest(copy, tests, writing))
    os.close(writing)
    end, said = time.monotonic() + patience, b""
    while True:
        ready, _, _ = select.select([reading], [], [], min(_MOMENT, max(0.0, end - time.monotonic())))
        if not ready and time.monotonic() < end and _awaited():
            continue
        if not ready:
            os.killpg(child, signal.SIGKILL)
            break
        part = os.read(reading, 4096)
        if not part:
            break
        said += part
    os.close(reading)
    _, status = os.waitpid(child, 0)
    return None if not ready else status, said.decode(errors="replace").strip()


def _pytest(copy: Path, tests: tuple[str, ...], writing: int) -> int:
    """Run the tests in this process; the name of the first that fails goes into the pipe."""
    os.setsid()
    os.chdir(copy)
    sys.path[:] = [str(copy), *(entry for entry in sys.path if entry not in ("", str(ROOT)))]
    for name in [name for name in sys.modules if name.split(".")[0] in ("sim", "tests")]:
        del sys.modules[name]
    sys.dont_write_bytecode = True
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    import pytest

    class First:
        """Writes the first failure into the pipe."""

        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            if report.failed:
                os.write(writing, f"{report.nodeid}\n".encode()[:400])

        def pytest_collectreport(self, report: pytest.CollectReport) -> None:
            if report.failed:
                os.write(writing, f"{report.nodeid} (collected)\n".encode()[:400])

    words = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", str(copy)]
    for name in tests:  # one after the other, since to collect the later ones takes longer than to fail in the first
        code = int(pytest.main([*words, name], plugins=[First()])) if (copy / name).exists() else 0
        if code != 0:
            return code
    return 0
