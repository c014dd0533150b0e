"""Every row of the table of theory fails for some named change of the code, and all pass without one.

A slow proof, some 15 minutes: `pytest -m slow tests/validation/test_changes.py` copies the package to a folder of its own,
makes one change after another there, and asks `factorflow validate theory --json` for the rows of the families it touches.
"""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.test_end_to_end import ROOT
from tests.validation.changes import CHANGES, NAMED


class Copy:
    """The package in a folder of its own, always the same one, so that what was compiled once is used again."""

    def __init__(self, folder):
        self.folder = folder
        shutil.copytree(ROOT / "sim", folder / "sim", ignore=shutil.ignore_patterns("__pycache__"))

    def rows(self, families=(), compiled="compiled"):
        """The rows of these families, or all, by name: whether each passed."""
        wanted = [word for family in families for word in ("--only", family)]
        command = [sys.executable, "-m", "sim", "validate", "theory", "--json", *wanted]
        env = {**os.environ, "PYTHONPATH": str(self.folder), "NUMBA_CACHE_DIR": str(self.folder / compiled)}
        answer = subprocess.run(command, capture_output=True, text=True, cwd=self.folder, env=env)
        assert answer.returncode in (0, 3), answer.stderr
        return {row["name"]: row["passed"] for row in json.loads(answer.stdout)["rows"]}

    def rows_with(self, change):
        """The rows of the families of a change while it is made; numbers compiled from the changed text are not kept."""
        path = self.folder / "sim" / change.file
        original = self.folder / "original.py"
        shutil.copy2(path, original)
        text = path.read_text(encoding="utf-8")
        shutil.rmtree(self.folder / "other", ignore_errors=True)
        if not change.fresh and (self.folder / "compiled").exists():
            shutil.copytree(self.folder / "compiled", self.folder / "other")
        path.write_text(text.replace(change.old, change.new), encoding="utf-8")
        try:
            return self.rows(change.rows, "other" if "sim.compiled" in text else "compiled")
        finally:
            shutil.copy2(original, path)  # with its date, by which compiled code knows it again


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    return Copy(tmp_path_factory.mktemp("changes"))


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_finds_its_text_once(name):
    change = CHANGES[name]
    assert (ROOT / "sim" / change.file).read_text(encoding="utf-8").count(change.old) == 1
    assert change.new != change.old and change.why and change.rows


@pytest.mark.slow
def test_without_a_change_every_row_passes_and_each_is_named_by_a_change(copy):
    found = copy.rows()
    assert all(found.values()), [name for name, passed in found.items() if not passed]
    assert set(found) == set(NAMED)


@pytest.mark.slow
@pytest.mark.parametrize("name", CHANGES)
def test_with_a_change_the_rows_it_names_fail(copy, name):
    found = copy.rows_with(CHANGES[name])
    for rows in CHANGES[name].rows.values():
        assert {row: found[row] for row in rows} == dict.fromkeys(rows, False)
