"""The counterfactual equilibrium in exact changes: wages, rents, prices and incomes after a shock, by Newton's method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array
from sim.errors import MarketDidNotClear
from sim.evidence.tombe_zhu.economy import Economy

BASE_YEAR = 2000
TOLERANCE = 1e-11  # largest residual of any equation, in logs
ACCEPTED = 1e-9  # what rounding may leave where the tolerance is below it
MOST_STEPS = 200
HALVINGS = 20
SLOW = 0.2  # derivatives are renewed where a step leaves more than this of the residual
IMAGINARY = 1e-30  # of the complex step: derivatives exact to rounding (Squire and Trapp 1998)


@dataclass(frozen=True)
class Shock:
    """What changes, as factors on the base year (None: nothing).

    migration_cost[o, d] mu_hat; trade_cost[j, n, i] tau_hat; productivity (cell,) factor on T, that is on A^theta;
    kept_rent: share of land income paid to all the registered instead of those who stay; agglomeration nu:
    value-added productivity rises with L^nu; migrants: a table M[o, d] in millions that stands still, instead of choices.
    """

    migration_cost: Array | None = None
    trade_cost: Array | None = None
    productivity: Array | None = None
    kept_rent: float = 0.0
    agglomeration: float = 0.0
    migrants: Array | None = None


@dataclass(frozen=True)
class Equilibrium:
    """Changes against the base year, and the new shares.

    wage, rent, real_wage, living_cost: factors, (cell,); price: factor on the price of goods, (region, sector);
    migration[o, d], trade[j, n, i]: new shares; income: of all who work in a cell, (cell,), unit of revenue;
    value[o, d]: factor on the real income of the registered in o who work in d, net of the change of costs;
    unknowns: logs, to start other solutions from; residual: the largest.
    """

    economy: Economy
    shock: Shock
    wage: Array
    rent: Array
    price: Array
    living_cost: Array
    migration: Array
    trade: Array
    income: Array
    value: Array
    unknowns: Array
    residual: float
    steps: int

    @property
    def migrants(self) -> Array:
        """Persons by (cell of registration, cell of work), millions."""
        return np.asarray(self.migration * self.economy.registrants[:, None])

    @property
    def labour(self) -> Array:
        """Workers by cell, millions."""
        return np.asarray(self.economy.registrants @ self.migration)

    @property
    def real_wage(self) -> Array:
        """Factor on the real wage, (cell,): w_hat / (P_hat^alpha r_hat^(1 - alpha))."""
        return np.asarray(self.wage / self.living_cost)


@dataclass(frozen=True)
class State:
    """What follows from the unknowns, for one row of them or many (leading axis); real, or complex for derivatives.

    wage, rent, living: logs of changes, (cell,); price: log, (region, sector); value[o, d]: factor on real income before
    costs of moving; people[o, d]: millions; new_wage, land (income), kept (rent per registered), bill (of wages), income:
    unit of revenue, (cell,); power: unit costs to the power -theta, (region, sector).
    """

    wage: Array
    rent: Array
    price: Array
    living: Array
    value: Array
    people: Array
    new_wage: Array
    land: Array
    kept: Array
    bill: Array
    income: Array
    power: Array


class System:
    """The equations of a shocked economy in the logs of wages, rents, prices and incomes of those who stay."""

    def __init__(self, economy: Economy, shock: Shock) -> None:
        tech = economy.technology
        self.economy, self.shock, self.tech = economy, shock, tech
        self.cells = economy.registrants.size
        self.shape = (len(economy.regions), len(economy.sectors))
        self.kappa, self.theta = tech.migration_elasticity, tech.trade_elasticity
        self.beta, self.eta = economy.by_cell(tech.labour), economy.by_cell(tech.land)
        self.labour0, self.wage0 = economy.labour, economy.wage
        self.land0 = economy.by_cell(tech.rebate) * self.wage0 * self.labour0
        self.stay_income0 = self.wage0 * economy.rebate_factor
        cost = 1.0 if shock.migration_cost is None else shock.migration_cost
        self.moves = economy.migration * np.asarray(cost, dtype=float) ** -self.kappa
        self.openness = economy.trade if shock.trade_cost is None else economy.trade * shock.trade_cost**-self.theta
        self.productivity = np.zeros(self.cells) if shock.productivity is None else np.log(shock.productivity)
        self.diagonal = np.arange(self.cells)

    def state(self, unknowns: Array) -> State:
        """Everything that follows from the unknowns."""
        tech, shock = self.tech, self.shock
        wage, rent, prices, stay = (unknowns[..., k * self.cells : (k + 1) * self.cells] for k in range(4))
        price = prices.reshape(*prices.shape[:-1], *self.shape)
        basket = np.repeat(price @ tech.spending, self.shape[1], axis=-1)
        living = tech.goods * basket + (1 - tech.goods) * rent
        new_wage, land = self.wage0 * np.exp(wage), self.land0 * np.exp(rent)
        kept = shock.kept_rent * land / self.economy.registrants
        value = self._value(wage, living, stay, new_wage, kept)
        people = self._people(value)
        labour = people.sum(axis=-2)
        bill = new_wage * labour
        income = bill + land * (1 - shock.kept_rent)
        if shock.kept_rent:
            income = income + np.einsum("...od,...o->...d", people, kept)
        cost = self.beta * wage + self.eta * rent - self.productivity / self.theta
        cost = cost + np.einsum("...nk,jk->...nj", price, tech.materials).reshape(cost.shape)
        if shock.agglomeration:
            cost = cost - shock.agglomeration * (self.beta + self.eta) * np.log(labour / self.labour0)
        power = np.exp(-self.theta * cost).reshape(*cost.shape[:-1], *self.shape)
        return State(wage, rent, price, living, value, people, new_wage, land, kept, bill, income, power)

    def _value(self, wage: Array, living: Array, stay: Array, new_wage: Array, kept: Array) -> Array:
        """Factor on the real income of the registered in o who work in d: wages, what they keep, land for those at home."""
        if self.shock.kept_rent:
            income = (new_wage[..., None, :] + kept[..., :, None]) / self.wage0
            value = income * np.exp(-living)[..., None, :]
        else:
            value = np.exp(wage - living)[..., None, :] + np.zeros((self.cells, 1))
        value[..., self.diagonal, self.diagonal] = np.exp(stay - living)
        return value

    def _people(self, value: Array) -> Array:
        """People by (cell of registration, cell of work): m_od value_od^kappa mu_hat_od^-kappa, or the table given."""
        if self.shock.migrants is not None:
            return np.asarray(self.shock.migrants + 0 * value)
        weight = self.moves * np.exp(self.kappa * np.log(value))
        return np.asarray(self.economy.registrants[:, None] * weight / weight.sum(axis=-1, keepdims=True))

    def residuals(self, unknowns: Array) -> Array:
        """What is left of every equation, in logs; zero at an equilibrium.

        Goods of every cell are sold, but for the last, which Walras's law clears; its place takes the numeraire, the last
        wage. Then land (a cell without land income has none to clear), prices of goods, and incomes of those at home.
        """
        s, tech = self.state(unknowns), self.tech
        sums = np.einsum("jni,...ij->...nj", self.openness, s.power)
        revenue = (s.bill / self.beta).reshape(*s.bill.shape[:-1], *self.shape)
        goods = tech.goods * s.income.reshape(revenue.shape).sum(axis=-1, keepdims=True) * tech.spending
        sold = s.power * np.einsum("jni,...nj->...ij", self.openness, (goods + revenue @ tech.materials) / sums)
        market = np.log(sold / revenue).reshape(s.bill.shape)
        market[..., -1] = s.wage[..., -1]
        none = self.land0 == 0
        due = (1 - tech.goods) * s.income + self.eta / self.beta * s.bill
        land = s.rent - np.log((due + none) / (self.land0 + none))
        price = (s.price + np.log(sums) / self.theta).reshape(s.bill.shape)
        stayers = s.people[..., self.diagonal, self.diagonal]
        income = s.new_wage + (1 - self.shock.kept_rent) * s.land / stayers + s.kept
        stay = unknowns[..., 3 * self.cells :] - np.log(income / self.stay_income0)
        return np.asarray(np.concatenate([market, land, price, stay], axis=-1))

    def jacobian(self, unknowns: Array) -> Array:
        """Derivatives of the residuals, (equation, unknown), by complex steps."""
        steps = unknowns[None, :] + 1j * IMAGINARY * np.eye(unknowns.size)
        columns = [self.residuals(block).imag for block in np.array_split(steps, max(1, unknowns.size // 32))]
        return np.asarray(np.concatenate(columns).T / IMAGINARY)


def solve(economy: Economy, shock: Shock, start: Array | None = None) -> Equilibrium:
    """Find the equilibrium after a shock from `start` (the base year's, or another solution's unknowns).

    Newton's method on the logs, with the derivatives of an earlier point as long as they serve. Raises MarketDidNotClear
    naming the size of what is left.
    """
    system = System(economy, shock)
    point = np.zeros(4 * system.cells) if start is None else start.copy()
    left, slope, step = system.residuals(point), None, 0
    size = float(np.abs(left).max())
    while size >= TOLERANCE and step < MOST_STEPS:
        step, fresh = step + 1, slope is None
        if slope is None:
            slope = np.linalg.inv(system.jacobian(point))
        move, trial = _shortened(system, point, -slope @ left, size)
        new = float(np.abs(trial).max())
        if new < size:
            point, left, slope, size = point + move, trial, None if new > SLOW * size else slope, new
        elif fresh:
            break  # not even the derivatives at this point show a way down
        else:
            slope = None
    if not size < ACCEPTED:
        raise MarketDidNotClear("goods, land and labour of all provinces", BASE_YEAR, size, step)
    return _equilibrium(system, point, size, step)


def _shortened(system: System, point: Array, move: Array, size: float) -> tuple[Array, Array]:
    """A step halved until the residual falls below `size`, and the residual there; no log changes by more than one."""
    move = move / max(1.0, float(np.abs(move).max()))
    for _ in range(HALVINGS):
        with np.errstate(all="ignore"):  # a step too far may overflow; it is halved
            trial = system.residuals(point + move)
        if float(np.abs(trial).max()) < size:
            break
        move = move / 2
    return move, trial


def _equilibrium(system: System, point: Array, residual: float, steps: int) -> Equilibrium:
    """The solution in words."""
    s, economy = system.state(point), system.economy
    trade = system.openness * s.power.T[:, None, :]
    cost = 1.0 if system.shock.migration_cost is None else system.shock.migration_cost
    return Equilibrium(
        economy=economy,
        shock=system.shock,
        wage=np.exp(s.wage),
        rent=np.exp(s.rent),
        price=np.exp(s.price),
        living_cost=np.exp(s.living),
        migration=s.people / economy.registrants[:, None],
        trade=trade / trade.sum(axis=2, keepdims=True),
        income=s.income,
        value=s.value / cost,
        unknowns=point,
        residual=residual,
        steps=steps,
    )
