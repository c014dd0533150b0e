"""What the parent of a large experiment holds grows by a few kilobytes a task, whatever its tasks recorded."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_a_task_costs_the_parent_a_few_kilobytes() -> None:
    words = [sys.executable, "-m", "tests.memory", "3000"]
    told = subprocess.run(words, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    found = re.fullmatch(r"3,000 tasks, (\d+) MB on disk: (\d+) MB before, (\d+) MB run, (\d+) MB read\n", told.stdout)
    assert found is not None, told.stdout
    disk, before, run, read = map(int, found.groups())
    assert disk > 25 and run - before < 45 and read - before < 45  # 7 kB a task, and a batch that is read
