"""One year of the model as a contents page, in the order of the paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import mesa
import numpy as np

from sim import accounts, growth, recorder, treasury, year
from sim.agents.capital import capital_population, capital_tables
from sim.agents.labour import labour_population, labour_tables, share_in_town
from sim.agents.land import land_population, land_tables
from sim.economy import Payment, Rules, baseline_rules, log_change
from sim.markets.clearing import Clearing
from sim.world.world import INFRASTRUCTURE, SERVICES, TRAINING, Array, World

Law = Callable[[Rules, World, int], Rules]


class FactorFlowModel(mesa.Model):  # type: ignore[misc]
    """An economy of cells in which labour, capital and land move; `step()` is one year.

    `labour`, `capital` and `land` hold the agents; `economy` the state; `record` what was written down; `payments` the
    public payments of the last year lived. Two models with the same world, seed and replicate have the same luck, agent by
    agent, whatever their laws.
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
    ) -> None:
        super().__init__(rng=seed)
        self.world, self.laws, self.last_year = world, tuple(laws), last_year
        self.record = recorder.Record()
        self.payments: tuple[Payment, ...] = ()
        key = (seed, replicate)
        self.base = year.base_year(world)
        self.labour: year.Movers
        self.capital: year.Movers
        self.land: year.Movers
        if continuum:
            self.labour, self.capital, self.land = year.continua(world)
        else:
            self.labour = labour_population(world, labour_agents, key, self)
            self.capital = capital_population(world, capital_agents, key, self)
            self.land = land_population(world, land_agents, key, self)
        self.economy = year.first_economy(world, self.labour, self.capital, self.land)
        self._slice_value = year.slice_value(world, self.capital)
        self._people = float(self.economy.workforce.residence.sum())  # of the base year
        self._area = float(self.economy.land.sum())

    @property
    def year(self) -> int:
        """The year that the next step lives through."""
        return self.economy.year

    def step(self) -> None:
        """Live through one year."""
        rules = self._rules_in_force()
        clearing, maps = year.clear_markets(self.world, self.economy, rules)
        money = treasury.statement(maps, clearing.revenue)
        self._pay(rules, clearing, money)
        self._record(clearing, money)
        turned, ground = self._move(rules, clearing, money)
        self._settle(clearing, turned, ground)
        self._grow(rules, clearing, money)
        self.economy.year += 1
        self.running = self.economy.year <= self.last_year

    def _rules_in_force(self) -> Rules:
        """The law of the year: the baseline, changed by every policy in force, in the order they were declared."""
        rules = baseline_rules(self.world)
        for law in self.laws:
            rules = law(rules, self.world, self.economy.year)
        return rules

    def _pay(self, rules: Rules, clearing: Clearing, money: treasury.Statement) -> None:
        """Post the public payments and close the year's accounts of money."""
        self.payments = treasury.payments(self.world, rules, money)
        rents = clearing.land_rent * self.economy.effective_land
        residuals = accounts.money_residuals(self.world, money, rents, self.payments, clearing.residual)
        recorder.record_accounts(self.record, self.year, accounts.close(residuals, self.year))

    def _record(self, clearing: Clearing, money: treasury.Statement) -> None:
        """Write down the year as it was lived, before anything moves."""
        world, economy = self.world, self.economy
        readings = recorder.cell_readings(world, economy, clearing, money, self.base)
        extra = {
            "work_in_town_share": economy.work_in_town,
            "infrastructure": growth.infrastructure_index(economy),
        }
        recorder.record_year(self.record, world, economy, readings, extra, money.revenue_public, self.base)

    def _move(self, rules: Rules, clearing: Clearing, money: treasury.Statement) -> tuple[Array, Array]:
        """Labour, capital and land move on the year's returns; what share and area of each village became urban."""
        world, economy, base, now = self.world, self.economy, self.base, self.year
        value = year.place_values(world, economy, clearing, money, base)
        training = year.training_odds(world, economy, treasury.spent_on(rules, money, TRAINING))
        gain = value - base.value
        labour_odds = labour_tables(world, economy.labour_seed, gain, rules.registration_cut, training)
        labour = self.labour.advance(labour_odds, now)
        persons = economy.workforce.persons / economy.people_scale
        turned = labour.reclassification.sum(axis=1) / persons
        returns = log_change(clearing.rental, base.rental) - log_change(clearing.price_index, base.price_index)
        capital = self.capital.advance(capital_tables(world, economy.capital_seed, returns, turned), now)
        rents = log_change(clearing.land_rent * economy.land_quality, base.land_rent)
        land = self.land.advance(land_tables(world, economy.land_seed, rents, turned), now)
        sizes = {"labour": economy.people_scale, "capital": float(economy.unit_value.mean()), "land": 1.0}
        for (factor, size), moves in zip(sizes.items(), (labour, capital, land), strict=True):
            recorder.record_moves(self.record, world, now, factor, "migration", moves.migration * size)
            recorder.record_moves(self.record, world, now, factor, "reclassification", moves.reclassification * size)
        return np.asarray(turned), land.reclassification.sum(axis=1)

    def _settle(self, clearing: Clearing, turned: Array, ground: Array) -> None:
        """Store where everybody now is, pool portfolios that changed owner, and close the accounts of the stocks."""
        world, economy = self.world, self.economy
        town = world.places.town_of_cell
        capital_before = float((economy.capital_units * economy.unit_value[:, None]).sum() + economy.enclave.sum())
        economy.land_quality = growth.merged_quality(economy, turned, ground, town, clearing.land_rent)
        growth.absorb_villages(
            economy, turned, town, year.cost_at_size_one(world, economy, clearing), world.parameters["trade_elasticity"]
        )
        units = year.capital_units(world, self.capital, self._slice_value)
        economy.unit_value = growth.merged_value(economy, units, town)
        economy.capital_units = units
        economy.land = year.land_table(world, self.land)
        share = share_in_town(world, economy.work_in_town, clearing.wage, self.base.wage)
        economy.work_in_town = share
        economy.workforce = year.workforce(world, self.labour, share, economy.people_scale)
        people = self._people * economy.people_scale
        residuals = accounts.stock_residuals(economy, people, self._area, capital_before)
        recorder.record_accounts(self.record, self.year, accounts.close(residuals, self.year))

    def _grow(self, rules: Rules, clearing: Clearing, money: treasury.Statement) -> None:
        """Invest what was saved, build what was paid for, learn; every stock and productivity of the next year."""
        world, economy, p = self.world, self.economy, self.world.parameters
        price = clearing.price_index / self.base.price_index
        wear, public_wear = p["capital_depreciation"], p["infrastructure_depreciation"]
        economy.unit_value = growth.unit_value_next(economy, money.saving + money.retained, wear, price)
        economy.enclave = growth.accumulated(economy.enclave, treasury.enclave_investment(rules, money), wear, price)
        built, served = treasury.spent_on(rules, money, INFRASTRUCTURE), treasury.spent_on(rules, money, SERVICES)
        economy.infrastructure = growth.accumulated(economy.infrastructure, built, public_wear, price)
        economy.services = growth.accumulated(economy.services, served, public_wear, price)
        cost = recorder.living_cost(world, clearing, self.base)
        economy.knowledge = growth.learned(world, economy.knowledge, clearing.wage / cost)
        economy.people_scale *= 1 + p["natural_growth"]
        economy.workforce = economy.workforce.times(1 + p["natural_growth"])
