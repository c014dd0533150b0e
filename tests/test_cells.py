"""The name of a cell: composed and read in one place."""

import pytest

from sim.cells import KINDS, cell_name, is_cell, kind_of, region_of
from sim.data import catalogue
from sim.world.build import build_world


@pytest.mark.parametrize("world", sorted(catalogue.worlds()))
def test_names_of_cells_say_their_region_and_kind(world):
    places = build_world(world).places
    for cell, name in enumerate(places.cells):
        assert is_cell(name)
        assert region_of(name) == places.regions[places.region_of_cell[cell]]
        assert kind_of(name) == KINDS[0 if places.urban[cell] else 1]
        assert cell_name(region_of(name), kind_of(name)) == name


def test_regions_kinds_and_worlds_are_not_cells():
    assert not any(map(is_cell, ("Hangzhou", "urban", "zhejiang", "mountain")))
