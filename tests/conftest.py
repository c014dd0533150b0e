"""Worlds and models that several tests share; worlds are frozen, so sharing them is safe."""

import pytest

from sim.world.build import build_world


@pytest.fixture(scope="session")
def zhejiang():
    return build_world("zhejiang")


@pytest.fixture(scope="session")
def two_cells():
    return build_world("two_cells")
