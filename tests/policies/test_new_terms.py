"""Terms added to older instruments: who is reached, by which formula, what follows whom; signs from theory, exact sums."""

import numpy as np
import pytest

from sim.economy import charges
from sim.economy.policies.base import regions_of
from sim.economy.policies.paired_assistance import MU_PER_KM2
from sim.errors import FactorFlowError
from sim.world.world import INFRASTRUCTURE, SERVICES
from tests.policies.test_more_signs import cell, in_the_base_year, paid
from tests.policies.test_signs import LAST, PAIRS, effect, law, under
from tests.reading import law_of, lived, rows


@pytest.fixture(scope="module")
def baseline(zhejiang):
    return lived(zhejiang, last_year=LAST, continuum=True)


@pytest.fixture(scope="module")
def start(zhejiang):
    """The state of the base year."""
    from sim.year.stocks import continua, first_economy

    return first_economy(zhejiang, *continua(zhejiang))


# --- cash transfer by registration


def test_cash_by_registration_is_the_same_for_everyone_registered_wherever_they_live(zhejiang):
    terms = {"share_of_upper_budget": 0.001, "regions": ("mountain",), "kind": "rural", "by": "registration"}
    before = law_of(zhejiang)
    (funding,) = law("cash_transfer", **terms)(before, zhejiang, 2016).fundings
    homes = [cell(zhejiang, name) for name in ("Quzhou/rural", "Lishui/rural")]
    registered = before.residence[homes].sum(axis=0)
    np.testing.assert_allclose(funding.weights, registered / registered.sum(), rtol=1e-12)
    assert funding.weights[cell(zhejiang, "Hangzhou/urban")] > 0


def test_cash_that_follows_people_holds_fewer_of_them_back(zhejiang, baseline):
    terms = {"share_of_upper_budget": 0.0005, "regions": ("mountain",), "kind": "rural"}
    here, there = (under(zhejiang, law("cash_transfer", by=by, **terms)) for by in ("residence", "registration"))
    held = [effect(model, baseline, "cell", "Lishui/rural", "population") for model in (here, there)]
    assert held[0] > 0.005
    assert abs(held[1]) < 0.2 * held[0]  # it is theirs wherever they live, so it is no reason to stay
    purposes = ((here, "household"), (there, "registered"))
    sums = [sum(paid(model, "cash_transfer", purpose).values()) for model, purpose in purposes]
    assert sums[0] == pytest.approx(sums[1], rel=0.01)  # the same share of nearly the same budget


# --- public services up to a standard, and schooling


def test_services_go_by_what_is_lacking_of_the_standard_and_nobody_above_it_gets_any(zhejiang):
    before, standard = law_of(zhejiang), 0.8
    terms = {"share_of_upper_budget": 0.001, "standard": standard, "schooling": 0.25, "kind": None}
    services, training = law("public_service_equalisation", **terms)(before, zhejiang, 2016).fundings
    inside, x, n = zhejiang.places.reported_cells, before.services_per_head, before.residents
    lacking = np.where(inside, np.maximum(0, standard * (x @ (n * inside)) / (n @ inside) - x) * n, 0)
    assert 0 < np.count_nonzero(lacking) < np.count_nonzero(inside)
    for funding in (services, training):
        np.testing.assert_allclose(funding.weights, lacking / lacking.sum(), rtol=1e-12, atol=1e-15)
    assert (services.purpose, services.share, training.share) == (SERVICES, 0.00075, 0.00025)


def test_a_standard_levels_services_and_schooling_trains(zhejiang, baseline):
    terms = {"share_of_upper_budget": 0.0005, "standard": 1.0, "kind": None}
    plain, schools = (under(zhejiang, law("public_service_equalisation", schooling=s, **terms)) for s in (0.0, 1.0))

    def least(model):
        per_head = model.economy.services / model.economy.workforce.persons
        inside, people = zhejiang.places.reported_cells, model.economy.workforce.persons
        return per_head[inside].min() / (per_head[inside] @ people[inside] / people[inside].sum())

    assert least(plain) > least(baseline)
    trained = [model.economy.workforce.skills[cell(zhejiang, "Lishui/rural")][[1, 3]].sum() for model in (plain, schools)]
    assert trained[1] > 2 * max(trained[0], 1.0)


# --- fiscal transfer by need of budgets, with matching

NEED = {"share_of_budget": 0.01, "payers": ("Hangzhou", "Ningbo"), "recipients": ("Wenzhou", "mountain", "Zhoushan")}


def test_the_fiscal_gap_divides_by_what_budgets_per_head_lack(zhejiang):
    before = law_of(zhejiang)
    one, other = law("fiscal_transfer", formula="fiscal_gap", **NEED)(before, zhejiang, 2016).fundings
    member = zhejiang.places.membership()
    people = member @ before.residents
    own = before.budgets[:-1] / people
    mean = (own * people)[:-1].sum() / people[:-1].sum()
    recipients = np.isin(np.arange(len(people)), regions_of(zhejiang, NEED["recipients"]))
    lacking = np.maximum(0, mean - own) * people * recipients
    assert lacking[zhejiang.places.regions.index("Wenzhou")] > 0
    for funding in (one, other):
        np.testing.assert_allclose(member @ funding.weights, lacking / lacking.sum(), rtol=1e-12, atol=1e-15)


def test_recipients_add_their_part_to_every_yuan_they_receive(zhejiang, baseline):
    before, matching = law_of(zhejiang), 0.5
    terms = {"matching": matching, "purpose": "infrastructure", "kind": "rural", **NEED}
    fundings = law("fiscal_transfer", **terms)(before, zhejiang, 2016).fundings
    names, member = zhejiang.places.regions, zhejiang.places.membership()
    given = [f for f in fundings if names[f.payer] in NEED["payers"]]
    received = sum(f.share * before.budgets[f.payer] * (member @ f.weights) for f in given)
    added = {f.payer: f for f in fundings if names[f.payer] not in NEED["payers"]}
    assert set(added) == set(regions_of(zhejiang, NEED["recipients"]))
    for region, funding in added.items():
        assert funding.share * before.budgets[region] == pytest.approx(matching * received[region], rel=1e-12)
        assert funding.purpose == INFRASTRUCTURE and (member @ funding.weights)[region] == pytest.approx(1, rel=1e-12)
    plain = under(zhejiang, law("fiscal_transfer", **{**terms, "matching": 0.0}))
    matched = under(zhejiang, law("fiscal_transfer", **terms))
    gains = [effect(model, baseline, "cell", "Quzhou/rural", "output") for model in (plain, matched)]
    assert 0 < gains[0] < gains[1]


def test_a_recipient_that_cannot_match_is_named(zhejiang):
    rich = law("fiscal_transfer", share_of_budget=0.02, recipients=("Lishui",), matching=2.0)
    with pytest.raises(FactorFlowError, match=r"fiscal_transfer in 2016: Lishui, adding to what it receives, asks for"):
        rich(law_of(zhejiang), zhejiang, 2016)


# --- paired assistance that buys land quotas


def test_a_quota_purchase_pays_villagers_and_moves_the_land_it_pays_for(zhejiang):
    terms = {"pairs": PAIRS, "share_of_donor_revenue": 0.002, "uses": {"quota_purchase": 1.0}, "quota_price": 1_000_000}
    bought, base = (
        lived(zhejiang, laws, last_year=2014, continuum=True)
        for laws in ([law("paired_assistance", from_=2014, **terms)], [])
    )
    households = paid(bought, "paired_assistance", "household")
    assert set(households) == {"Quzhou/rural", "Lishui/rural"}
    for donor, partner in PAIRS.items():
        money = sum(p.amount for p in bought.payments if p.payer == donor)
        assert households[f"{partner}/rural"] == pytest.approx(0.002 * money, rel=1e-12)
        seller, town = cell(zhejiang, f"{partner}/rural"), cell(zhejiang, f"{donor}/urban")
        moved = (bought.economy.land - base.economy.land)[seller, town]
        asked = 0.002 * money / terms["quota_price"] / MU_PER_KM2
        assert moved == pytest.approx(asked, rel=0.2)  # rents differ from the base year's a little, and rights compete


def test_bought_quotas_make_villagers_richer_and_town_land_less_scarce(zhejiang, baseline):
    terms = {"pairs": PAIRS, "share_of_donor_revenue": 0.02, "uses": {"quota_purchase": 1.0}}
    policy = under(zhejiang, law("paired_assistance", **terms))
    assert effect(policy, baseline, "cell", "Quzhou/rural", "income_per_head") > 0.01
    assert effect(policy, baseline, "cell", "Hangzhou/urban", "land") > 0
    assert effect(policy, baseline, "cell", "Hangzhou/urban", "land_rent") < 0


# --- rents that follow migrants


def test_rent_kept_is_the_same_rent_for_other_people(zhejiang, start):
    _, _, old = in_the_base_year(zhejiang, start)
    keeping = law("land_market_integration", from_=2014, opened=0.0, migrants_keep_rent=1.0)
    rules, _, new = in_the_base_year(zhejiang, start, keeping)
    np.testing.assert_allclose(charges.rents_by_residence(rules).sum(axis=0), 1, rtol=1e-12)
    assert new.land_income.sum() == pytest.approx(old.land_income.sum(), rel=2e-3)
    village, town = cell(zhejiang, "Quzhou/rural"), cell(zhejiang, "Hangzhou/urban")
    assert new.land_income[village] < old.land_income[village]
    assert new.land_income[town] > old.land_income[town]


def test_who_may_keep_the_rent_moves_to_town_more(zhejiang, baseline):
    """Nothing is lost by going, so more go (Tombe and Zhu 2019); the sign of output holds in their corner only."""
    policy = under(zhejiang, law("land_market_integration", opened=0.0, migrants_keep_rent=1.0))
    assert effect(policy, baseline, "world", "zhejiang", "urban_share") > 0
    assert effect(policy, baseline, "cell", "Lishui/rural", "population") < 0
    welfare = [rows(model)[LAST, "world", "zhejiang", "welfare"] for model in (policy, baseline)]
    assert welfare[0] > welfare[1]
