"""Files written aside: whole or not at all, nothing left behind, and refused before work where they cannot be written."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from sim import files
from sim.analysis import saving
from sim.analysis.saving import check_folder
from sim.errors import FactorFlowError, ResultsError
from sim.files import check_writable, leftovers, write_new, write_over, written, written_folder


@pytest.mark.parametrize("stop", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt(), MemoryError()])
def test_nothing_is_left_behind(tmp_path: Path, stop: BaseException) -> None:
    with pytest.raises(type(stop)), written(tmp_path / "s.json") as aside:
        aside.write_text("half")
        raise stop
    with pytest.raises(type(stop)), written_folder(tmp_path / "a") as aside:
        (aside / "x").write_text("half")
        raise stop
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_disk_that_fills_while_a_file_is_written_is_told_and_keeps_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    write_over(tmp_path / "s.json", "old")
    monkeypatch.setattr(*((files.os, "fsync") if call == "fsync" else (Path, "replace")), full)
    with pytest.raises(FactorFlowError, match=r"could not write .*s.json: No space left on device"):
        write_over(tmp_path / "s.json", "new")
    assert [file.name for file in tmp_path.iterdir()] == ["s.json"] and (tmp_path / "s.json").read_text() == "old"


def test_files_and_folders_are_synced_before_and_after_the_rename(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(files, "_to_disk", lambda path: done.append("folder" if path.is_dir() else "file"))
    rename, replace = os.rename, Path.replace
    monkeypatch.setattr(files.os, "rename", lambda *way: (done.append("rename"), rename(*way)))
    monkeypatch.setattr(Path, "replace", lambda *way: (done.append("rename"), replace(*way)))
    write_over(tmp_path / "x", "text")
    assert done == ["file", "rename", "folder"]
    done.clear()
    with written_folder(tmp_path / "a") as aside:
        (aside / "y").write_text("text")
    assert done == ["file", "folder", "rename", "folder"]


def test_what_a_killed_program_leaves_is_named_after_what_it_wrote(tmp_path: Path) -> None:
    with written_folder(tmp_path / "baseline-0123"):
        (left,) = leftovers(tmp_path)
        assert left.name.startswith(".baseline-0123.") and left.name.endswith(".partial")
    assert leftovers(tmp_path) == []


def test_a_new_file_never_replaces_one_and_a_device_is_never_replaced(tmp_path: Path) -> None:
    write_new(tmp_path / "x", "first")
    with pytest.raises(FactorFlowError, match="exists and is not overwritten"):
        write_new(tmp_path / "x", "second")
    with pytest.raises(FactorFlowError, match="not a plain file"):
        write_over(Path("/dev/null"), "text")
    assert (tmp_path / "x").read_text() == "first" and not Path("/dev/null").is_file()


def bad_places(tmp_path: Path) -> dict[Path, str]:
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere" / "there")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    (tmp_path / "file").write_text("")
    return {
        tmp_path / "dangling": "is a link that leads nowhere",
        tmp_path / "circle": "is a link that leads nowhere|nothing can be written",
        tmp_path / "file": "exists and is not overwritten",
        tmp_path / "file" / "below": "nothing can be written",
        tmp_path / ("n" * 256): "File name too long",
        tmp_path / ("名" * 90): "File name too long",
        tmp_path / "r\udce9sultats": r"holds a byte that is not UTF-8, \\xe9",
        tmp_path / "a\x1bb": r"holds a character that nobody can see, \\x1b",
        Path("/proc/nothing/here"): "nothing can be written",
    }


def test_a_place_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    for place, answer in bad_places(tmp_path).items():
        with pytest.raises(FactorFlowError, match=answer):
            check_folder(place)
    before = sorted(tmp_path.iterdir())
    check_folder(tmp_path / "good")
    check_folder(tmp_path / ("g" * 255))
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("name", ["short", "g" * 255, "名" * 85])
def test_the_place_itself_is_never_made_to_try_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Another program may be writing there: a folder made on trial would be in its way, or its results taken away."""
    made: list[Path] = []
    make = Path.mkdir

    def noted(path: Path, *words: object, **named: object) -> None:
        made.append(path)
        make(path, *words, **named)

    monkeypatch.setattr(Path, "mkdir", noted)
    check_folder(tmp_path / name)
    assert tmp_path / name not in made
    longest = max((len(os.fsencode(path.name)) for path in made if path != tmp_path), default=0)
    assert longest == (0 if name == "short" else 255)
    assert list(tmp_path.iterdir()) == []


def test_a_name_taken_while_it_is_tried_gives_way_to_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free, given = saving.free_folder, []

    def late(wanted: Path) -> Path:
        given.append(free(wanted))
        if len(given) == 1:
            given[0].mkdir()  # by another program, before this one has looked
        return given[-1]

    monkeypatch.setattr(saving, "free_folder", late)
    check_folder(tmp_path / "r", beside=True)
    assert given == [tmp_path / "r", tmp_path / "r-2"]
    with pytest.raises(ResultsError, match="exists and is not overwritten"):
        check_folder(tmp_path / "r")


def test_a_full_disk_is_noticed_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    for place, folder in ((tmp_path / "a", True), (tmp_path / "figures" / "f.png", False)):
        with pytest.raises(FactorFlowError, match="No space left on device"):
            check_writable(place, folder)
        assert not place.exists() and leftovers(place.parent) == []
