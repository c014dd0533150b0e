"""What several tests of validation read: the observed economy of Tombe and Zhu (2019), skipped where it is not at hand."""

import pytest

from sim.evidence.tombe_zhu import data, experiments
from tests.validation.folders import observed_folder


@pytest.fixture(scope="session")
def observed():
    return data.read(observed_folder())


@pytest.fixture(scope="session")
def calibration(observed):
    return experiments.calibrate(observed)
