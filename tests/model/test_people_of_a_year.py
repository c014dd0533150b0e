"""Births less deaths, and registrations that follow those who moved: closed forms, counts met, agents against shares."""

import numpy as np
import pytest

from sim.data import catalogue
from sim.economy.people import natural_growth, transfer_odds
from sim.model import FactorFlowModel
from sim.world.build import build_world

FOLLOW = {
    "village_to_town_pull": 0.0, "between_regions_pull": 0.0, "outside_pull": 0.0, "between_regions_flow": 0.12,
    "outside_flow": 0.07, "return_flow": -0.08, "moves_outside": 0.03,
    "natural_growth": 0.0052, "natural_growth_trend": -0.00037, "transfers_of_registration": 1.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def following():
    return build_world("zhejiang", FOLLOW)


def lived(world, last, **terms):
    model = (
        FactorFlowModel(world, last_year=last, continuum=True)
        if not terms
        else FactorFlowModel(world, last_year=last, **terms)
    )
    registered = [model.economy.workforce.residence.sum(axis=1)]
    while model.running:
        model.step()
        registered.append(model.economy.workforce.residence.sum(axis=1))
    return model, np.array(registered)


def test_people_grow_along_a_straight_line(following):
    """N_t = N_0 prod (1 + n + n' s), whatever moves."""
    model, registered = lived(following, 2019)
    factors = [1 + 0.0052 - 0.00037 * years for years in range(6)]
    assert registered[-1].sum() == pytest.approx(registered[0].sum() * np.prod(factors), rel=1e-12)
    assert natural_growth(following, 2019) == pytest.approx(0.0052 - 5 * 0.00037)
    assert model.economy.workforce.persons.sum() == pytest.approx(registered[-1].sum(), rel=1e-12)


def test_registered_people_grow_as_counted_where_they_grow_by_more_than_births(following):
    """Hangzhou, Jiaxing and Ningbo gain registrations; what they lose to each other is all that is missing."""
    _, registered = lived(following, 2019)
    member = following.places.membership()
    growth = np.diff(np.log(registered @ member.T), axis=0)
    for city in ("Hangzhou", "Jiaxing", "Ningbo", "Jinhua"):
        at = following.places.regions.index(city)
        for year in range(5):
            counted = following.registered_growth[year, at]
            if counted > natural_growth(following, 2014 + year):
                assert -0.0015 < growth[year, at] - counted < 1e-4, (city, 2014 + year)
    # without transfers nobody's registration leaves a region
    without = build_world("zhejiang", FOLLOW | {"transfers_of_registration": 0.0})
    _, alone = lived(without, 2016)
    same = np.diff(np.log(alone @ member.T), axis=0)
    np.testing.assert_allclose(
        same, np.log1p([[0.0052], [0.0052 - 0.00037], [0.0052 - 0.00074]]) * np.ones(len(member)), rtol=1e-9
    )


def test_odds_are_the_growth_beyond_births_over_migrants(following):
    """z = max(0, g - n) N / M in towns; after the last count g - n halves in ten years."""
    model = FactorFlowModel(following, last_year=2030, continuum=True)
    economy, places = model.economy, following.places
    odds, at = transfer_odds(following, economy), places.cells.index("Hangzhou/urban")
    own = places.region_of_cell == places.region_of_cell[at]
    migrants = (economy.workforce.residence - economy.settled)[~own, at].sum()
    registered = economy.workforce.residence[own].sum()
    beyond = following.registered_growth[0, places.regions.index("Hangzhou")] - 0.0052
    assert odds[at] == pytest.approx(beyond * registered / migrants, rel=1e-12)
    assert (odds[~places.urban] == 0).all() and odds[places.cells.index("outside/urban")] == 0
    economy.year = 2029
    last = following.registered_growth[-1, places.regions.index("Hangzhou")] - natural_growth(following, 2018)
    assert len(following.registered_growth) == 5
    assert transfer_odds(following, economy)[at] == pytest.approx(last * 2.0**-1.1 * registered / migrants, rel=1e-12)


def test_agents_transfer_as_the_continuum_does_and_accounts_close(following):
    model, expected = lived(following, 2017)
    agents, found = lived(following, 2017, labour_agents=200_000, capital_agents=20_000, land_agents=20_000)
    member = following.places.membership()
    inside = [number for number, region in enumerate(following.places.regions) if region != "outside"]
    drift = (found[-1] / found[0].sum() - expected[-1] / expected[0].sum()) @ member.T
    standard_error = np.sqrt((expected[-1] @ member.T / expected[0].sum()) / 200_000)
    assert (np.abs(drift[inside]) < 4 * standard_error[inside]).all()
    for one in (model, agents):
        assert max(value for _, name, value in one.record.accounts if name == "people_by_registration") < 1e-12
        transferred = [moves for moves in one.record.moves if moves.event == "registration"]
        assert len(transferred) == 4
        assert "outside/rural" in {transferred[0].cells[origin] for origin in transferred[0].origins}
    moved = sum(float(moves.values.sum()) for moves in agents.record.moves if moves.event == "registration")
    meant = sum(float(moves.values.sum()) for moves in model.record.moves if moves.event == "registration")
    assert moved == pytest.approx(meant, rel=0.03)


def test_worlds_without_counts_transfer_nobody_and_do_not_offer_to():
    assert (transfer_odds(build_world("riverland"), None) == 0).all()
    assert "transfers_of_registration" in catalogue.family_parameters("zhejiang")
    assert "transfers_of_registration" not in catalogue.family_parameters("riverland")
