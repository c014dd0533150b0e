"""Several runs that finish at the same moment: each keeps its work, in a folder of its own."""

import multiprocessing
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sim.analysis import saving as module
from sim.analysis.results import open_results, verify
from sim.analysis.saving import save_results
from sim.errors import ResultsError
from tests.results.synthetic import luck, manifest, series, tables

MANY = 8


def save(folder, replicate=0):
    return save_results(
        folder, tables(series((replicate,), lambda number, year: luck(number))), manifest("b", (replicate,)), beside=True
    )


def names(count):
    return ["b", *(f"b-{number}" for number in range(2, count + 1))]


def test_eight_that_rename_at_the_same_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    barrier, write = threading.Barrier(MANY), module._renamed

    def together(*words):
        barrier.wait(timeout=120)
        return write(*words)

    monkeypatch.setattr(module, "_renamed", together)
    with ThreadPoolExecutor(MANY) as threads:
        found = list(threads.map(lambda number: save(tmp_path / "b", number), range(MANY)))
    assert sorted(path.name for path in found) == names(MANY) == sorted(path.name for path in tmp_path.iterdir())
    for replicate, path in enumerate(found):  # nobody's tables under another's name
        verify(opened := open_results(path))
        assert opened.replicates == (replicate,)


def _saved(barrier, folder, number):
    barrier.wait(timeout=300)
    for _ in range(3):
        save(folder, number)


def test_eight_processes(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(MANY)
    started = [context.Process(target=_saved, args=(barrier, tmp_path / "b", number)) for number in range(MANY)]
    for process in started:
        process.start()
    for process in started:
        process.join()
    assert [process.exitcode for process in started] == [0] * MANY
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names(3 * MANY))
    found = [open_results(path).replicates[0] for path in tmp_path.iterdir()]
    assert sorted(found) == sorted([*range(MANY)] * 3)


@pytest.mark.parametrize("taken", ["folder", "file", "link to nowhere"])
def test_a_name_taken_at_the_last_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: str) -> None:
    rename, asked = os.rename, []

    def late(source, target):
        if not asked:
            if taken == "folder":
                target.mkdir()
                (target / "other").write_text("other")
            elif taken == "file":
                target.write_text("other")
            else:
                target.symlink_to("nowhere")
        asked.append(target)
        rename(source, target)

    monkeypatch.setattr(os, "rename", late)
    assert save(tmp_path / "b") == tmp_path / "b-2"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "b-2"]
    verify(open_results(tmp_path / "b-2"))


def test_what_will_never_work_is_not_tried_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(source, target):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "rename", refused)
    with pytest.raises(ResultsError, match="Permission denied"):
        save(tmp_path / "b")
    assert list(tmp_path.iterdir()) == []
