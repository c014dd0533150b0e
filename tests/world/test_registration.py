"""Who is registered where: what cannot be is refused with the right places and with numbers that can be."""

import re
from dataclasses import replace

import numpy as np
import pytest

from sim.errors import WorldError
from sim.world.build import parameter_table
from sim.world.registration import flows_by_distance, registration_table
from sim.world.tables import observed

P = parameter_table("zhejiang")


@pytest.fixture(scope="module")
def seen():
    return observed("zhejiang", P)


def moved(data, factor):
    """Those who live in another region than where they are registered, outside left out, at `factor` times the counts."""
    counts = replace(data.migrants, from_other_counties=factor * data.migrants.from_other_counties)
    apart = data.distance_km * (1 - np.eye(data.outside.size))
    flows = flows_by_distance(data.residents.sum(axis=1), counts, apart, data.outside, P)
    inside = flows[np.ix_(~data.outside, ~data.outside)]
    return inside.sum() - np.trace(inside)


@pytest.mark.parametrize("place", ["Hangzhou", "Quzhou", "Lishui"])
@pytest.mark.parametrize("kind", [0, 1], ids=["towns", "villages"])
def test_a_place_with_more_migrants_than_people_is_named(seen, place, kind):
    number = seen.regions.index(place)
    persons = seen.residents.copy()
    persons[number, 1 - kind] += persons[number, kind] - 1_000  # the place keeps its people, all but none in one kind
    persons[number, kind] = 1_000
    with pytest.raises(WorldError) as raised:
        registration_table(replace(seen, residents=persons), P)
    assert str(raised.value).startswith(f"{place}: the shares of migrants leave fewer people in a town or its villages")


def test_what_a_refusal_says_is_possible_is_possible(seen):
    """Counts of movers between regions up to the end of the range in the answer are met, and none beyond."""
    usual = moved(seen, 1.0)
    counted = (1 - P["share_of_county_moves_inside_city"]) * seen.migrants.from_other_counties.sum()
    assert usual == pytest.approx(counted, rel=1e-9)
    with pytest.raises(WorldError, match="would have moved between cities") as raised:
        moved(seen, 20.0)
    _, high = map(float, re.search(r"it can be (\S+) to (\S+)$", str(raised.value)).groups())
    assert moved(seen, 0.998 * high / usual) == pytest.approx(0.998 * high, rel=1e-9)
    with pytest.raises(WorldError, match="would have moved"):
        moved(seen, 1.002 * high / usual)
