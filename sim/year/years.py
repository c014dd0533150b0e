"""One year of the model as a contents page, in the order of the paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sim.agents.capital import capital_beginning, capital_population
from sim.agents.counted import CountedAgents, Moves
from sim.agents.labour import labour_beginning, labour_population
from sim.agents.land import land_beginning, land_population
from sim.agents.population import Population
from sim.agents.sharded import Holder, ShardedPopulation
from sim.arrays import Array
from sim.economy import accounts, growth, individuals, ledger, people, treasury
from sim.economy.markets.clearing import Clearing
from sim.economy.payments import Payments
from sim.economy.prices import living_cost
from sim.economy.state import Rules, baseline_rules
from sim.errors import FactorFlowError
from sim.heap import LARGE, keep_freed_memory
from sim.world.world import INFRASTRUCTURE, SERVICES, TRAINING, World
from sim.year import recorder
from sim.year.base_year import base_year
from sim.year.markets import clear_markets, cost_at_size_one
from sim.year.moves import capital_decision, labour_decision, land_decision, work_in_town_next
from sim.year.record import Record
from sim.year.stocks import (
    Movers,
    at_their_hours,
    capital_units,
    check_every_cell,
    check_public_stocks,
    continua,
    first_economy,
    hours_at_work,
    land_table,
    slice_value,
    workforce,
)
from sim.year.values import general_purchases_per_head, labour_gain, public_gain, training_odds, welfare, welfare_of_all

Law = Callable[[Rules, World, int], Rules]


class Moved(NamedTuple):
    """What moved in a year; by cell, (cell,), shares of villages that became urban and of people who now work in town."""

    labour: Moves
    land: Moves
    turned: Array
    work_in_town: Array


class Years:
    """An economy of cells in which labour, capital and land move; `step()` is one year.

    `labour`, `capital` and `land` hold the agents; `economy` the state; `record` what was written down; `payments` the
    public payments of the last year simulated. Two with the same world, seed and replicate have the same luck, agent by
    agent, whatever their laws. With a holder the rows of agents are kept there, in shards: the same bytes, but no objects of
    single agents. `sim.model.FactorFlowModel` is the same as a model of Mesa, which what only records years does without.
    """

    def __init__(
        self,
        world: World,
        laws: Sequence[Law] = (),
        *,
        last_year: int,
        seed: int = 7,
        replicate: int = 0,
        labour_agents: int = 100_000,
        capital_agents: int = 100_000,
        land_agents: int = 50_000,
        continuum: bool = False,
        holder: Holder | None = None,
        shards: int = 1,
    ) -> None:
        self.world, self.laws, self.last_year, self._luck = world, tuple(laws), last_year, seed
        self.running = True
        self.record = Record()
        self.payments = Payments()
        key = (seed, replicate)
        if world.cells**2 * np.float64().nbytes >= LARGE:
            keep_freed_memory()
        self.base = base_year(world)
        self.labour: Movers
        self.capital: Movers
        self.land: Movers
        if continuum:
            self.labour, self.capital, self.land = continua(world)
        elif holder is not None:
            self.labour = ShardedPopulation(labour_beginning(world, labour_agents, key), holder, shards)
            self.capital = ShardedPopulation(capital_beginning(world, capital_agents, key), holder, shards)
            self.land = ShardedPopulation(land_beginning(world, land_agents, key), holder, shards)
        else:
            self.labour = labour_population(world, labour_agents, key, self)
            self.capital = capital_population(world, capital_agents, key, self)
            self.land = land_population(world, land_agents, key, self)
        for before, kind in pairwise(self.populations):
            kind.first_id = before.first_id + before.size
        self.economy = first_economy(world, self.labour, self.capital, self.land)
        self.economy.home_rents = self.base.home_rents
        self._slice_value = slice_value(world, self.capital)
        self._able = individuals.ability(world)
        if self._able is not None:
            self._order_of_kinds = individuals.order_of_kinds(world, self._able, self.base)

    def branch(self, world: World, laws: Sequence[Law], last_year: int) -> Years:
        """This economy at this moment as one of its own that goes on under other laws; neither changes the other.

        world: the same, though policies may know groups of its regions by other names.
        """
        other = self._unborn()
        kept = ("_luck", "base", "payments", "_slice_value", "_able", "_order_of_kinds")
        other.__dict__.update((name, value) for name, value in vars(self).items() if name in kept)
        other.world, other.laws, other.last_year = world, tuple(laws), last_year
        other.economy, other.record = self.economy.branch(), self.record.branch()
        other.labour, other.capital, other.land = (kind.branch(other) for kind in (self.labour, self.capital, self.land))
        other.running = other.year <= last_year
        return other

    def _unborn(self) -> Years:
        """What another economy is made of before anything is known of it."""
        return Years.__new__(Years)

    @property
    def populations(self) -> tuple[Population, ...]:
        """Labour, capital and land where they are agents; none in the continuum."""
        kinds = (self.labour, self.capital, self.land)
        return tuple(kind for kind in kinds if isinstance(kind, Population))

    @property
    def year(self) -> int:
        """The year that the next step simulates."""
        return self.economy.year

    @property
    def lived(self) -> int:
        """How many years have been simulated."""
        return self.economy.year - self.world.first_year

    def step(self) -> None:
        """Simulate one year."""
        self._count_what_was_changed_by_hand()
        check_every_cell(self.world, self.economy, agents=isinstance(self.labour, CountedAgents))
        rules = self._rules_in_force()
        clearing, money = self._clear(rules)
        self._record(rules, clearing, money)
        rents, _ = treasury.rents_of_homes(self.world, self.economy, rules, clearing.revenue, money.housing)
        self._invest(rules, clearing, money)
        persons = self.economy.workforce.persons
        moved = self._move(rules, clearing, money)
        self._settle(rules, clearing, moved)
        self._grow(rules, clearing, persons)
        self._remember(rules, clearing, money, persons, rents)
        self.economy.year += 1
        self.running = self.economy.year <= self.last_year

    def _count_what_was_changed_by_hand(self) -> None:
        """Take stock anew of agents whose rows were written between two years."""
        world, economy = self.world, self.economy
        kinds = (self.labour, self.capital, self.land)
        if not any(getattr(kind, "changed_by_hand", False) for kind in kinds):
            return
        economy.workforce = workforce(world, self.labour, economy.work_in_town, economy.settled, economy.people_scale)
        economy.capital_units = capital_units(world, self.capital, self._slice_value)
        economy.land = land_table(world, self.land)
        for kind in kinds:
            if isinstance(kind, Population):
                kind.changed_by_hand = False

    def _rules_in_force(self) -> Rules:
        """The law of the year: the baseline, changed by every policy in force, in the order they were declared."""
        rules = baseline_rules(self.world, self.economy)
        for law in self.laws:
            rules = law(rules, self.world, self.economy.year)
        self.economy.workforce = at_their_hours(self.world, self.economy.workforce, rules)
        for belt in rules.belts:
            self.economy.belt_references.setdefault(belt.policy, hours_at_work(self.world, self.economy))
        return rules

    def _clear(self, rules: Rules) -> tuple[Clearing, treasury.Statement]:
        """Markets clear, incomes, taxes and transfers are paid, and the year's accounts of money close."""
        world, economy = self.world, self.economy
        clearing, maps, supply = clear_markets(world, economy, rules)
        money = treasury.statement(maps, clearing.revenue)
        _, used = training_odds(world, economy, treasury.spent_on(rules, money, TRAINING))
        try:
            self.payments = ledger.payments(world, rules, money, used)
        except FactorFlowError as error:
            raise FactorFlowError(f"in {self.year} {error}") from error
        rents = clearing.land_rent * economy.effective_land
        self._close(
            {
                **accounts.demand_residuals(world, maps),
                **accounts.market_residuals(world, supply, rules, clearing, money),
                **accounts.household_residuals(world, economy, rules, clearing, money, self.payments),
                **accounts.public_residuals(world, economy, rules, clearing, money, self.payments),
                **accounts.national_residuals(money, rents),
            }
        )
        return clearing, money

    def _close(self, residuals: dict[str, float]) -> None:
        """Write down the residuals of the accounts; a residual beyond rounding stops the run."""
        recorder.record_accounts(self.record, self.year, accounts.close(residuals, self.year))

    def _record(self, rules: Rules, clearing: Clearing, money: treasury.Statement) -> None:
        """Record the year as it was, before anything moves."""
        world, economy = self.world, self.economy
        readings = recorder.cell_readings(world, economy, clearing, money, self.base, rules.goods_discount)
        extra = {
            "work_in_town_share": economy.work_in_town,
            "infrastructure": growth.infrastructure_index(economy),
        }
        recorder.record_year(self.record, world, economy, readings, extra, money.revenue_public, self.base)
        residence, real = economy.workforce.residence, readings["real_income_per_head"]
        recorder.record_registration(self.record, world, self.year, residence, real)
        incomes = individuals.individual_incomes(world, economy, rules, clearing, money)
        able = self._able
        found = individuals.distribution(world, economy, incomes, able)
        recorder.record_individuals(self.record, world, self.year, found)
        if able is not None:
            cost = living_cost(world, clearing, self.base, rules.goods_discount)
            by_tenth = individuals.tenths(economy, incomes, able, self._order_of_kinds) / cost[:, None]
            recorder.record_tenths(self.record, world, self.year, by_tenth)
            if economy.workforce.newcomers is not None:
                heads, sums = individuals.newcomers_by_tenth(economy, incomes, able, self._order_of_kinds)
                recorder.record_newcomers(self.record, world, self.year, heads, sums / cost[:, None])
        recorder.record_policies(self.record, self.year, ledger.paid_by_policy(self.payments))
        recorder.record_payers(self.record, world, self.year, ledger.paid_by_government(self.payments))
        recorder.record_charges(self.record, world, self.year, ledger.charged_to_households(self.payments))
        general = general_purchases_per_head(economy, rules, money)
        recorder.record_general_purchases(self.record, world, self.year, general, economy.workforce.persons)

    def _invest(self, rules: Rules, clearing: Clearing, money: treasury.Statement) -> None:
        """Capital is bought where its owners' slices stand, enclaves and public stocks are built; all else wears out."""
        economy, p = self.economy, self.world.parameters
        price = clearing.price_index / self.base.price_index
        wear, public_wear = p.capital_depreciation, p.infrastructure_depreciation
        bought = growth.capital_bought(economy, money.saving + money.retained, price)
        parks = treasury.enclave_investment(rules, money) / price
        value = growth.unit_value_next(economy, bought, wear)
        enclave = (1 - wear) * economy.enclave + parks
        if not economy.has_slices.all():
            enclave += growth.settled_capital(economy, bought)
        owned = (economy.capital_units * value[:, None] + enclave).sum(axis=1)
        self._close(accounts.investment_residuals(economy, money, bought, parks, price, owned, wear))
        economy.unit_value, economy.enclave = value, enclave
        for stock, purpose in (("infrastructure", INFRASTRUCTURE), ("services", SERVICES)):
            built = treasury.spent_on(rules, money, purpose) / price
            setattr(economy, stock, (1 - public_wear) * getattr(economy, stock) + built)
        check_public_stocks(self.world, economy)

    def _move(self, rules: Rules, clearing: Clearing, money: treasury.Statement) -> Moved:
        """Labour, capital and land decide at once on the year's returns, and go."""
        world, economy, base, now = self.world, self.economy, self.base, self.year
        gain = labour_gain(world, economy, rules, clearing, money, base)
        public = public_gain(world, economy, rules, clearing, money, base)
        by_home, mean = welfare(world, economy, rules, gain, public)
        everybody = welfare_of_all(world, economy, gain, by_home, public)
        recorder.record_welfare(self.record, world, now, by_home, mean, everybody)
        each = np.full(world.cells, economy.people_scale)
        in_town = work_in_town_next(world, economy, rules, clearing, base)
        labour = self.labour.advance(labour_decision(world, economy, rules, money, gain), now, each, in_town)
        turned = labour.reclassification.sum(axis=1) / economy.workforce.persons
        economy.settled, outside = growth.settled_to_town(world, economy)
        labour = Moves(labour.migration + outside, labour.reclassification, labour.transfers)
        capital_odds = capital_decision(world, economy, rules, clearing, base, turned)
        capital = self.capital.advance(capital_odds, now, economy.unit_value)
        land_odds = land_decision(world, economy, rules, clearing, base, turned)
        land = self.land.advance(land_odds, now, np.ones(world.cells))
        for factor, moves in (("labour", labour), ("capital", capital), ("land", land)):
            recorder.record_moves(self.record, world, now, factor, "migration", moves.migration)
            recorder.record_moves(self.record, world, now, factor, "reclassification", moves.reclassification)
            if moves.transfers is not None:
                recorder.record_moves(self.record, world, now, factor, "registration", moves.transfers)
        return Moved(labour, land, turned, in_town)

    def _settle(self, rules: Rules, clearing: Clearing, moved: Moved) -> None:
        """Store where everybody now is, let villages join their towns, and close the accounts of the stocks."""
        world, economy = self.world, self.economy
        town, member = world.places.town_of_cell, world.places.membership()
        here = economy.workforce.persons + moved.labour.net()
        registered = economy.workforce.residence.sum(axis=1) + moved.labour.registered()
        area = economy.land.sum(axis=0) + moved.land.net()
        owned = member @ economy.capital_owned.sum(axis=1)
        public = member @ (economy.infrastructure + economy.services)
        cost = cost_at_size_one(world, economy, rules, clearing)
        growth.absorb_villages(economy, moved.turned, town, cost, world.parameters.trade_elasticity)
        units = capital_units(world, self.capital, self._slice_value)
        economy.unit_value = growth.merged_value(economy, units, town)
        economy.capital_units = units
        land, ground = land_table(world, self.land), moved.land.reclassification.sum(axis=1)
        economy.land_quality = growth.merged_quality(economy, land, ground, town, clearing.land_rent)
        economy.land = land
        economy.work_in_town = moved.work_in_town
        economy.workforce = workforce(world, self.labour, economy.work_in_town, economy.settled, economy.people_scale)
        self._close(accounts.stock_residuals(world, economy, (here, registered), area, (owned, public)))

    def _remember(self, rules: Rules, clearing: Clearing, money: treasury.Statement, persons: Array, rents: Array) -> None:
        """Keep what next year may look at: incomes, rents, charges, budgets and jobs of this year."""
        economy = self.economy
        economy.income_per_head = money.disposable / persons
        economy.income_before_transfers = (money.wages + money.dividends + money.land_income - money.tax) / persons
        economy.budgets = money.budgets
        economy.home_rents = rents
        economy.charge_rate = treasury.charged_on_income(rules, money)
        economy.employment = clearing.employment

    def _grow(self, rules: Rules, clearing: Clearing, persons: Array) -> None:
        """Places learn and people are born: productivity and numbers of the next year; persons: those of this year."""
        world, economy = self.world, self.economy
        cost = living_cost(world, clearing, self.base, rules.goods_discount)
        economy.knowledge = growth.learned(world, economy.knowledge, clearing.wage / cost, persons, self.year)
        births = 1 + people.natural_growth(world, self.year)
        economy.people_scale *= births
        economy.workforce = economy.workforce.times(births)
