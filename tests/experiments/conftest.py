"""A small experiment: a valley that opens its town, in a continuum of six years, under four draws of three numbers."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sim.cli import main
from tests.kills import OPEN_TOWN

SCENARIOS = Path(__file__).parents[2] / "scenarios/two_cells"
PLAIN = f"""{OPEN_TOWN}  parameters.labour_choice_elasticity: {{uniform: [1, 2]}}
  policies.*.cut: {{uniform: [0.2, 0.9]}}
design: {{draws: 4, sampler: sobol, seed: 3}}
questions:
  - {{measure: urban_rural_ratio, year: 6, at_most: 1.6}}
  - {{measure: income_per_head, place: valley/rural, year: 6, of: difference, at_least: 0}}
run: {{continuum: true, last_year: 6}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with the scenarios of the valley in `s`."""
    shutil.copytree(SCENARIOS, tmp_path / "s")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def plain(folder: Path) -> Path:
    """The file of the small experiment."""
    (folder / "s/open.yaml").write_text(PLAIN)
    return Path("s/open.yaml")


@pytest.fixture
def asked() -> Callable[..., Result]:
    """What the command line answers."""
    return lambda *words: CliRunner().invoke(main, [str(word) for word in words])
