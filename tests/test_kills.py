"""What is killed goes on where it ended, to the same bytes: a few kills here, a thousand among the slow proofs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def kills(count, seed):
    """So many kills in a process of its own, for it forks; what it prints."""
    words = [sys.executable, "-m", "tests.kills", str(count), "--seed", str(seed)]
    return subprocess.run(words, capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills by signals")
@pytest.mark.parametrize(("count", "seed"), [(12, 1), pytest.param(1_000, 2, marks=pytest.mark.slow)])
def test_what_is_killed_goes_on_to_the_same_bytes(count, seed):
    told = kills(count, seed)
    print(told.stdout)
    assert told.returncode == 0, told.stdout + told.stderr
    assert told.stdout.splitlines()[-1] == f"{count} of {count} went on to the same bytes."
