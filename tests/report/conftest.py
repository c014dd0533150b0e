"""Runs that the tests of the page share: a province in the continuum, for three years."""

import pytest

from sim import compare, load, run
from tests.test_end_to_end import ROOT

SETTINGS = ("run.continuum=true", "run.replicates=1", "years.to=2016")
CASH = "policies.cash={instrument: cash_transfer, share_of_upper_budget: 0.001, below: 0.6, kind: rural, from: 2015}"


@pytest.fixture(scope="session")
def province(tmp_path_factory):
    """Zhejiang without a policy and with cash for poor villages, compared."""
    folder = tmp_path_factory.mktemp("province")
    base = ROOT / "scenarios/zhejiang/baseline.yaml"
    runs = [run(load(base, SETTINGS), out=folder / "baseline")]
    runs.append(run(load(base, (*SETTINGS, CASH, "title=Cash for poor villages")), out=folder / "cash"))
    return compare(*runs)
