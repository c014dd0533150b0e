"""A small valley to play with: a scenario that extends another, few agents, few years."""

import pytest

from sim.dashboard.session import Session
from sim.vocabulary import vocabulary

BASELINE = """\
schema: 1
title: A valley at rest
world: two_cells
years: {from: 1, to: 6}
run: {seed: 7, labour_agents: 2_000, capital_agents: 1_000, land_agents: 1_000, replicates: 2}
"""

OPEN = """\
schema: 1
title: A valley that opens its town   # said in figures
extends: baseline.yaml
policies:
  open_registration:
    instrument: residence_permit_reform
    cut: 0.80        # of the barrier
    from: 2
    phase_in: 2
    between: {origin: rural, destination: urban}
"""


@pytest.fixture
def valley(tmp_path):
    """The folder of both files."""
    folder = tmp_path / "valley"
    folder.mkdir()
    (folder / "baseline.yaml").write_text(BASELINE, encoding="utf-8")
    (folder / "open.yaml").write_text(OPEN, encoding="utf-8")
    return folder


@pytest.fixture
def session(valley):
    return Session(valley / "open.yaml", vocabulary)
