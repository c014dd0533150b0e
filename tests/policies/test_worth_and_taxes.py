"""General purchases count in welfare, and levies act on hours and saving: closed forms, and nothing where they are off."""

import dataclasses

import numpy as np
import pytest

from sim.economy import individuals
from sim.economy.policies.base import PolicyInForce, instruments
from sim.economy.state import hours_of_work
from sim.errors import FactorFlowError
from sim.model import FactorFlowModel
from sim.world.build import build_world
from sim.year.values import general_purchases_per_head, public_gain
from tests.policies.test_financing import law, lived, read
from tests.reading import largest_residual

ROADS = {"share_of_budget": 0.05}


@pytest.fixture(scope="module")
def valued():
    return build_world("zhejiang", {"public_worth": 1.0})


def taxed(**terms):
    return law_of("income_tax", brackets=({"above": 0.0, "rate": 0.1},), **terms)


def law_of(name, **terms):
    return PolicyInForce("tax", instruments()[name].Terms(instrument=name, from_=2015, **terms))


def test_a_yuan_is_worth_the_same_publicly_and_privately_at_the_base_year(valued):
    """d welfare / d(g) = 1/c: a log point of general purchases weighs as g over c."""
    model = FactorFlowModel(valued, last_year=2015, continuum=True)
    base = model.base
    rules = model._rules_in_force()
    clearing, money = model._clear(rules)
    persons = model.economy.workforce.persons
    np.testing.assert_allclose(general_purchases_per_head(model.economy, rules, money), base.general, rtol=1e-12)
    np.testing.assert_allclose(base.general_share, base.general / (money.consumption / persons), rtol=1e-12)
    assert np.abs(public_gain(valued, model.economy, rules, clearing, money, base)).max() < 1e-11
    inside = valued.places.reported_cells
    weights = persons[inside] / persons[inside].sum()
    assert weights @ base.general_share[inside] == pytest.approx(0.4, abs=0.15)
    more = dataclasses.replace(base, general=base.general / 1.01)
    gain = public_gain(valued, model.economy, rules, clearing, money, more)
    np.testing.assert_allclose(gain, base.general_share * np.log(1.01), rtol=1e-9)


def test_purchases_of_all_governments_add_up_to_what_the_ledger_posts_as_general(zhejiang):
    model = lived(zhejiang, law("investment_subsidy", "general_purchases", on_wages=0.01))
    posted = dict.fromkeys(zhejiang.places.regions, 0.0)
    for payment in model.payments:
        if payment.purpose == "general":
            posted[payment.payee.split("/")[0]] += payment.amount
    per_head, people = read(model, "general_purchases_per_head", "region"), read(model, "population", "region")
    assert {region: per_head[region] * people[region] for region in posted} == pytest.approx(posted, rel=1e-12)


def test_worth_changes_welfare_alone(zhejiang, valued):
    """It stays out of the choice of a place: everything else is the same bit for bit."""
    one, other = (
        lived(world, law("infrastructure_investment", "general_purchases", **ROADS)) for world in (zhejiang, valued)
    )
    moved = {row[3] for row, was in zip(other.record.series, one.record.series, strict=True) if row != was}
    assert moved == {"welfare", "welfare_nation"}
    assert [flow for flow in one.record.flows] == [flow for flow in other.record.flows]


@pytest.mark.parametrize("way", ["general_purchases", "income_levy"])
def test_what_is_free_is_worth_more_than_what_is_paid_for(zhejiang, valued, way):
    """Free, a policy that buys no more than it costs seems better than charged by what its payers give up."""
    before = {world.parameters.public_worth: lived(world) for world in (zhejiang, valued)}
    free = lived(zhejiang, law("infrastructure_investment", "general_purchases", **ROADS))
    charged = lived(valued, law("infrastructure_investment", way, **ROADS))
    gain_free = read(free, "welfare")["zhejiang"] - read(before[0.0], "welfare")["zhejiang"]
    gain_charged = read(charged, "welfare")["zhejiang"] - read(before[1.0], "welfare")["zhejiang"]
    assert gain_free > gain_charged
    # what is given up: 5% of local budgets, by the worth of a yuan
    payments = [payment for payment in charged.payments if payment.policy == "it" and "/" in payment.payee]
    cost = sum(payment.amount for payment in payments) / read(charged, "population")["zhejiang"]
    income = read(charged, "income_per_head")["zhejiang"]
    assert gain_free - gain_charged == pytest.approx(cost / income / 0.7, rel=0.6)


def test_what_the_nation_pays_shows_in_the_nations_welfare(valued):
    """A transfer out of the upper budget costs those outside, who get nothing, and the reported area next to nothing."""
    terms = {"share_of_upper_budget": 0.01, "below": 10.0}
    none, paid = lived(valued), lived(valued, law("cash_transfer", "general_purchases", **terms))
    here = read(paid, "welfare")["zhejiang"] - read(none, "welfare")["zhejiang"]
    nation = read(paid, "welfare_nation")["zhejiang"] - read(none, "welfare_nation")["zhejiang"]
    people = [none.economy.workforce.residence.sum(axis=1), valued.places.reported_cells]
    share = people[0][people[1]].sum() / people[0].sum()
    assert here > 0.02
    assert nation < here * share  # those outside lose


def test_the_government_above_pays_instead_and_the_region_keeps_its_purchases(valued):
    own, above = (
        lived(valued, law("infrastructure_investment", way, regions=("Quzhou",), **ROADS))
        for way in ("general_purchases", "government_above")
    )
    assert (
        read(above, "general_purchases_per_head", "region")["Quzhou"]
        > read(own, "general_purchases_per_head", "region")["Quzhou"]
    )
    assert (
        read(above, "general_purchases_per_head", "region")["outside"]
        < read(own, "general_purchases_per_head", "region")["outside"]
    )


def test_nothing_left_to_buy_with_is_said_and_not_minus_infinity(valued):
    share = float(valued.public.purpose_share[0, 0])
    local_only = dataclasses.replace(
        valued, public=dataclasses.replace(valued.public, purpose_share=_without_general_above(valued.public.purpose_share))
    )
    with pytest.raises(FactorFlowError, match="general purchases per head, needed as public_worth is above zero"):
        lived(local_only, law("infrastructure_investment", "general_purchases", regions=("Quzhou",), share_of_budget=share))


def _without_general_above(purpose_share):
    share = purpose_share.copy()
    share[-1, 1] += share[-1, 0]  # the government above buys services instead
    share[-1, 0] = 0.0
    return share


# Hours and saving.


def test_a_tax_at_an_elasticity_of_zero_changes_no_hours(zhejiang):
    model = FactorFlowModel(zhejiang, (taxed(),), last_year=2015, continuum=True)
    model.step()
    model._rules_in_force()
    assert model.economy.workforce.effort is None


def test_hours_fall_by_the_closed_form_and_accounts_close():
    world = build_world("zhejiang", {"hours_elasticity": 0.33})
    model = FactorFlowModel(world, (taxed(government="Hangzhou"),), last_year=2015, continuum=True)
    model.step()
    full = hours_of_work(world, model.economy.workforce)
    rules = model._rules_in_force()
    hours = hours_of_work(world, model.economy.workforce)
    of_hangzhou = world.places.region_of_cell == world.places.regions.index("Hangzhou")
    np.testing.assert_allclose(hours[of_hangzhou], full[of_hangzhou] * 0.9**0.33, rtol=1e-13)
    np.testing.assert_array_equal(hours[~of_hangzhou], full[~of_hangzhou])
    clearing, money = model._clear(rules)  # closes every account of money, wage bills and wages by residence among them
    np.testing.assert_allclose(money.wages, hours @ clearing.wage, rtol=1e-12)
    model.step()
    assert largest_residual(model) < 1e-9


def test_a_charge_acts_on_hours_by_its_rate_of_the_year_before():
    world = build_world("zhejiang", {"hours_elasticity": 0.33})
    model = FactorFlowModel(
        world, (law("infrastructure_investment", "income_levy", **ROADS),), last_year=2016, continuum=True
    )
    model.step()
    model.step()
    rate = model.economy.charge_rate
    assert (rate[world.places.reported_cells] > 0.005).all()
    model._rules_in_force()
    np.testing.assert_allclose(model.economy.workforce.effort, (1 - rate) ** 0.33, rtol=1e-13)
    model.step()
    assert largest_residual(model) < 1e-9


def test_output_falls_with_hours_by_about_the_share_of_labour():
    """One common tax whose revenue comes back: output falls by hours to the power of the mean share of labour in it."""
    lazy, fixed = (
        lived(build_world("zhejiang", {"hours_elasticity": e}), taxed(returned=1.0), last_year=2015) for e in (0.33, 0.0)
    )
    output = [read(model, "output")["zhejiang"] for model in (lazy, fixed)]
    assert np.log(output[0] / output[1]) == pytest.approx(0.5 * 0.33 * np.log(0.9), rel=0.4)


def test_saving_falls_by_the_closed_form_and_only_saving_in_the_year_itself():
    world = build_world("zhejiang", {"saving_elasticity": 0.2})
    model = FactorFlowModel(world, (taxed(government="Hangzhou"),), last_year=2016, continuum=True)
    model.step()
    rules = model._rules_in_force()
    _, money = model._clear(rules)
    of_hangzhou = world.places.region_of_cell == world.places.regions.index("Hangzhou")
    wanted = world.stocks.saving_rate * np.where(of_hangzhou, 0.9**0.2, 1.0)
    np.testing.assert_allclose(money.saving / money.disposable, wanted, rtol=1e-12)
    np.testing.assert_allclose(money.saving + money.consumption, money.disposable, rtol=1e-12)
    model.step()
    model.step()
    assert largest_residual(model) < 1e-9


def test_less_saving_is_less_capital_in_the_years_after():
    thrifty, lavish = (
        lived(build_world("zhejiang", {"saving_elasticity": e}), taxed(returned=1.0), last_year=2020) for e in (0.0, 0.5)
    )
    assert read(lavish, "capital")["zhejiang"] < 0.995 * read(thrifty, "capital")["zhejiang"]


@pytest.mark.parametrize("parameter", ["hours_elasticity", "saving_elasticity"])
def test_without_a_levy_no_elasticity_does_anything(zhejiang, parameter):
    plain, other = lived(zhejiang), lived(build_world("zhejiang", {parameter: 0.5}))
    assert plain.record.series == other.record.series


def test_individual_incomes_still_add_up_to_their_cells_at_shorter_hours():
    world = build_world("zhejiang", {"hours_elasticity": 0.33})
    model = FactorFlowModel(world, (taxed(),), last_year=2015, continuum=True)
    model.step()
    rules = model._rules_in_force()
    clearing, money = model._clear(rules)
    incomes = individuals.individual_incomes(world, model.economy, rules, clearing, money)
    np.testing.assert_allclose((incomes * model.economy.workforce.skills).sum(axis=(1, 2)), money.disposable, rtol=1e-12)
