"""Compiled code: kept where it can be written, and safe when several processes compile it at the same moment."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim import compiled

ROOT = Path(__file__).parents[1]
FEW = "from sim.streams import philox, draws; import sim; print(draws(7, 0, 1, 2014, 12345), sim.__file__)"
WHOLE = """
from sim.experiments.replicate import build_model
from sim import load
model = build_model(load("scenarios/two_cells/baseline.yaml"))
for _ in range(5):
    model.step()
print(hash(model.labour.columns["cell"].tobytes()), model.record.series[-1])
"""


def started(code, root, **environment):
    """A process of its own with these variables; none where the value is None."""
    known = {**os.environ, "PYTHONPATH": str(root), "PYTHONHASHSEED": "0", **environment}
    known = {name: str(value) for name, value in known.items() if value is not None}
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=root, env=known, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def answers(code, root, processes, **environment):
    """What several processes started at once print; each must end well."""
    running = [started(code, root, **environment) for _ in range(processes)]
    told = [process.communicate(timeout=240) for process in running]
    assert [process.returncode for process in running] == [0] * processes, told[0][1][-2000:]
    return [out for out, _ in told]


def test_processes_that_start_at_once_in_an_empty_cache_agree(tmp_path):
    told = answers(FEW, ROOT, 4, NUMBA_CACHE_DIR=tmp_path)
    assert len(set(told)) == 1
    assert list(tmp_path.rglob("*.nbi"))  # and what they compiled is kept


@pytest.mark.slow
def test_whole_models_that_start_at_once_in_an_empty_cache_agree(tmp_path):
    assert len(set(answers(WHOLE, ROOT, 3, NUMBA_CACHE_DIR=tmp_path))) == 1


@pytest.fixture
def sealed(tmp_path):
    """A copy of the package beside whose source nothing can be kept: files stand where the folders would be."""
    package = tmp_path / "sealed" / "sim"
    shutil.copytree(ROOT / "sim", package, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in (package, *(path for path in package.rglob("*") if path.is_dir())):
        (folder / "__pycache__").write_text("in the way")
    return package.parent


def test_code_is_kept_in_the_users_cache_where_the_package_cannot_be_written(sealed, tmp_path):
    cache = tmp_path / "cache"
    told = answers(FEW, sealed, 2, NUMBA_CACHE_DIR=None, XDG_CACHE_HOME=cache)
    assert str(sealed) in told[0]
    assert list((cache / "factorflow").rglob("*.nbi"))


def test_code_is_kept_in_the_temporary_folder_where_the_account_has_no_cache(sealed, tmp_path):
    (tmp_path / "nothing").write_text("a file")
    answers(FEW, sealed, 1, NUMBA_CACHE_DIR=None, XDG_CACHE_HOME=tmp_path / "nothing", TMPDIR=tmp_path)
    assert list(tmp_path.glob("factorflow-*/**/*.nbi"))


def test_importing_the_package_changes_nothing(tmp_path):
    """Neither a file nor a variable of the environment, nor what Numba is set to for others; kernels may keep their code."""
    package = tmp_path / "copy" / "sim"
    shutil.copytree(ROOT / "sim", package, ignore=shutil.ignore_patterns("__pycache__"))
    code = """
import os
from pathlib import Path
import numba
import sim
here = Path(sim.__file__).parent
before = dict(os.environ), numba.config.CACHE_DIR, sorted(here.rglob("*"))
import sim.year.years, sim.experiments.experiment
print(before[0] == dict(os.environ), before[1] == numba.config.CACHE_DIR)
print([str(path.relative_to(here)) for path in sorted(here.rglob("*")) if path not in before[2]][:2])
"""
    bare = {"NUMBA_CACHE_DIR": None, "PYTHONDONTWRITEBYTECODE": "1"}
    assert answers(code, package.parent, 1, **bare) == [f"True True\n['__pycache__', '__pycache__{os.sep}compiled']\n"]
    shutil.rmtree(package / "__pycache__")
    code = """
import os
from pathlib import Path
before = dict(os.environ)
import sim
print(before == dict(os.environ), list(Path(sim.__file__).parent.rglob("__pycache__")))
"""
    assert answers(code, package.parent, 1, **bare) == ["True []\n"]


def test_the_folder_a_user_named_stands(tmp_path):
    answers(FEW, ROOT, 1, NUMBA_CACHE_DIR=tmp_path)
    assert list(tmp_path.rglob("streams.draws*.nbi"))


def test_a_second_process_compiles_nothing(tmp_path):
    code = "from sim.streams import draws; draws(7, 0, 1, 2014, 12345); print(sum(draws.stats.cache_hits.values()))"
    assert answers(code, ROOT, 1, NUMBA_CACHE_DIR=tmp_path) == ["0\n"]
    assert answers(code, ROOT, 1, NUMBA_CACHE_DIR=tmp_path) == ["1\n"]


def test_the_first_folder_that_can_be_written_is_taken(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert compiled.first_writable([blocked / "inside", tmp_path / "made"]) == tmp_path / "made"
    assert compiled.first_writable([blocked / "inside"]) is None


def test_a_rule_that_was_edited_is_not_run_as_it_was(tmp_path):
    """The kernel lives in another file than the rule it takes in."""
    package = tmp_path / "copy" / "sim"
    shutil.copytree(ROOT / "sim", package, ignore=shutil.ignore_patterns("__pycache__"))
    code = """
import numpy as np
from sim.agents import kernel, odds
from sim.agents.choice import MoveTables
still, nobody = np.zeros(3), np.zeros(1, dtype=bool)
tables = MoveTables(np.cumsum(np.full((3, 3), 1 / 3), axis=1).round(15).clip(max=1), np.zeros(1, dtype=np.int64), 1.0, still,
                    np.arange(3), True, still, still, nobody, np.zeros(1, dtype=np.int64))
cell, none = np.zeros(999, dtype=np.uint8), np.empty(0, dtype=np.uint8)
table = kernel.Table(cell.copy(), cell, none, none.astype(np.uint16))
kernel.advance(table, kernel.Draw(7, 0, 1, 2014), odds.odds_of(tables), np.ones(3), np.zeros(3, dtype=np.int32), 1)
print(np.bincount(cell, minlength=3))
"""
    before = answers(code, package.parent, 1, NUMBA_CACHE_DIR=None)
    rule = package / "agents" / "choice.py"
    text = rule.read_text()
    start = text.index("def choose(")
    body = text.index('"""', text.index('"""', start) + 3) + 3
    rule.write_text(text[:body] + "\n    return 2" + text[body:])
    after = answers(code, package.parent, 1, NUMBA_CACHE_DIR=None)
    assert before != after == ["[  0   0 999]\n"]
    assert len(list((package / "__pycache__" / "compiled").iterdir())) == 1  # the earlier state is gone
