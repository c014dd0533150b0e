"""No byte of a folder of results changes unnoticed, be it a run's or an experiment's, nor is a file lost or slipped in."""

import random
import shutil
from pathlib import Path

import pytest

from sim import load, open_results
from sim import run as run_scenario
from sim.analysis import record
from sim.analysis.doubt.opened import open_experiment
from sim.analysis.manifest import EXPERIMENT, MANIFEST
from sim.analysis.results import verify
from sim.errors import ResultsError
from sim.experiments.doubt import run as run_experiment
from sim.experiments.executors import Where
from sim.experiments.plan import load_experiment
from sim.vocabulary import vocabulary
from tests.experiments.conftest import PLAIN, SCENARIOS


def a_run(place):
    few = ["run.labour_agents=2000", "run.capital_agents=1000", "run.land_agents=1000", "run.replicates=3", "years.to=6"]
    return run_scenario(load(SCENARIOS / "baseline.yaml", few), out=place / "r").path


def an_experiment(place):
    shutil.copytree(SCENARIOS, place / "s")
    (place / "s/open.yaml").write_text(PLAIN)
    return run_experiment(load_experiment(place / "s/open.yaml", vocabulary()), place / "r", Where(1, None, None))


def words_of(folder):
    """What a folder says of itself, everything in it verified as the command does; raises ResultsError."""
    if (folder / EXPERIMENT).is_file():
        return open_experiment(folder)[0]
    results = open_results(folder)
    verify(results)
    return results.manifest


@pytest.fixture(scope="module", params=[a_run, an_experiment], ids=["run", "experiment"])
def whole(request, tmp_path_factory):
    return request.param(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def folder(whole, tmp_path):
    shutil.copytree(whole, tmp_path / "r")
    return tmp_path / "r"


def files_of(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def unknown_to(folder, words):
    return record.beside_the_record(folder, words, EXPERIMENT if (folder / EXPERIMENT).is_file() else MANIFEST)


def is_noticed(folder):
    try:
        words = words_of(folder)
    except ResultsError:
        return True
    return unknown_to(folder, words) != []


@pytest.mark.parametrize("edits", [60, pytest.param(1_000, marks=pytest.mark.slow)])
def test_every_edit_of_one_byte_is_found(folder, edits):
    draw, missed, files = random.Random(edits), [], files_of(folder)
    assert len(files) >= 8 and any(path.name in (MANIFEST, EXPERIMENT) for path in files)
    for number in range(edits):
        path = files[number % len(files)]  # the small ones as often as the large ones
        content = path.read_bytes()
        place = draw.randrange(len(content))
        other = (content[place] + draw.randrange(1, 256)) % 256
        path.write_bytes(content[:place] + bytes([other]) + content[place + 1 :])
        if not is_noticed(folder):
            missed.append((path.name, place, content[place], other))
        path.write_bytes(content)
    assert missed == []
    assert not is_noticed(folder)


def test_every_byte_more_or_less_at_the_end_is_found(folder):
    for path in files_of(folder):
        content = path.read_bytes()
        for other in (content + b"\n", content[:-1], b""):
            path.write_bytes(other)
            assert is_noticed(folder), (path, len(other))
        path.write_bytes(content)
    assert not is_noticed(folder)


def test_every_file_that_is_lost_renamed_or_exchanged_is_found(folder):
    files = files_of(folder)
    for number, path in enumerate(files):
        aside = path.with_name(f"{path.stem}0{path.suffix}")
        path.rename(aside)
        assert is_noticed(folder), path
        aside.rename(path)
        content, other = path.read_bytes(), files[number - 1]
        path.write_bytes(other.read_bytes())
        assert is_noticed(folder), path
        path.write_bytes(content)
    assert not is_noticed(folder)


@pytest.mark.parametrize("name", ["more.txt", "tasks/more.task", f"tasks/{'0' * 64}.task", "world/more.csv", ".hidden"])
def test_every_file_that_is_slipped_in_is_named(folder, name):
    path = folder / Path(name)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"")
    assert unknown_to(folder, words_of(folder)) == [name]
