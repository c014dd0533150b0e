"""The base year of zhejiang: the model's 2014 is the observed 2014, exactly in the continuum, nearly with agents."""

import numpy as np
import pytest

from sim.data import catalogue
from sim.evidence.checkup import base_year_errors
from sim.world import inversion


def test_continuum_reproduces_the_published_year(zhejiang):
    found = base_year_errors(catalogue.tables("zhejiang"), zhejiang, None)
    assert max(found.income, found.population, found.product) < 1e-9


@pytest.mark.parametrize("replicate", [0, 1])
def test_a_hundred_thousand_agents_come_within_one_percent(zhejiang, replicate):
    found = base_year_errors(catalogue.tables("zhejiang"), zhejiang, 100_000, replicate)
    assert max(found.income, found.population, found.product) < 0.01


def test_the_inversion_has_one_answer_from_any_start(zhejiang):
    """Allen and Arkolakis (2014): potentials are unique up to a scale per sector."""
    rng = np.random.default_rng(1)
    cells, sectors = zhejiang.revenue.shape
    openness = np.exp(-rng.uniform(0, 4, (cells, cells, sectors)))
    potential = np.where(zhejiang.revenue > 0, rng.lognormal(0, 1, (cells, sectors)), 0.0)
    spending = rng.lognormal(0, 1, (cells, sectors))
    market = np.einsum("ncj,cj->nj", openness, potential)
    revenue = potential * np.einsum("ncj,nj->cj", openness, spending / market)
    found = inversion.competitiveness(revenue, spending, openness)
    made = revenue > 0
    for sector in range(sectors):
        scale = (found[:, sector] / np.where(made[:, sector], potential[:, sector], 1))[made[:, sector]]
        assert np.ptp(np.log(scale)) < 1e-9


def test_assumed_quantities_are_where_the_model_says(zhejiang):
    stocks, public = zhejiang.stocks, zhejiang.public
    in_town = stocks.work_in_town[1::2]
    assert in_town.min() >= 0.35
    assert in_town.max() <= 0.65
    assert public.wedge.min() >= 0.30
    assert public.wedge.max() <= 0.45
    output = zhejiang.revenue @ zhejiang.technology.value_added
    cities = slice(0, -2)
    capital = (stocks.capital + stocks.settled_capital).sum(axis=0)
    assert capital[cities].sum() / output[cities].sum() == pytest.approx(2.3, rel=1e-9)
    assert zhejiang.technology.spending.sum() == pytest.approx(1, rel=1e-12)


def test_wenzhou_lives_on_capital_owned_elsewhere(zhejiang):
    """Its incomes exceed what its product pays; the recipe answers with dividends, more than any other city's."""
    owned = (zhejiang.stocks.capital + zhejiang.stocks.settled_capital).sum(axis=1).reshape(-1, 2).sum(axis=1)
    used = (zhejiang.stocks.capital + zhejiang.stocks.settled_capital).sum(axis=0).reshape(-1, 2).sum(axis=1)
    ratio = owned / used
    assert zhejiang.places.regions[int(np.argmax(ratio[:-1]))] == "Wenzhou"


def test_registration_table_meets_its_margins(zhejiang):
    here, residents = catalogue.tables("zhejiang"), zhejiang.stocks.residents
    for number, city in enumerate(zhejiang.places.regions[:-1]):
        registered = residents[2 * number : 2 * number + 2].sum()
        assert registered == pytest.approx(here.at(city, "registered", 2014), rel=1e-9)
    migrants = residents[-2:, :-2].sum()
    assert migrants == pytest.approx(catalogue.arrivals("zhejiang", 2014), rel=1e-9)
