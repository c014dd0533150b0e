"""Worlds and models that several tests share; worlds are frozen, so sharing them is safe."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the program sets it: waiting threads cost eight times as much

import pytest

from sim.world.build import build_world


@pytest.fixture(scope="session")
def zhejiang():
    return build_world("zhejiang")


@pytest.fixture(scope="session")
def two_cells():
    return build_world("two_cells")
