"""The counterfactual equilibrium in exact changes: wages, rents, prices and incomes after a shock, by Newton's method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.errors import MarketDidNotClear
from sim.validation.tombe_zhu.economy import Economy
from sim.world.world import Array

BASE_YEAR = 2000
TOLERANCE = 1e-11  # largest residual of any equation, in logs
MOST_STEPS = 200
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


class System:
    """The equations of a shocked economy in the logs of wages, rents, prices and incomes of those who stay."""

    def __init__(self, economy: Economy, shock: Shock) -> None:
        tech = economy.technology
        self.economy, self.shock, self.tech = economy, shock, tech
        self.cells = economy.registrants.size
        self.shape = (len(economy.regions), len(economy.sectors))
        self.kappa, self.theta = tech.migration_elasticity, tech.trade_elasticity
        self.labour0, self.wage0 = economy.labour, economy.wage
        self.beta, self.eta = economy.by_cell(tech.labour), economy.by_cell(tech.land)
        self.gamma = self.beta + self.eta
        self.wage_bill0 = self.wage0 * self.labour0
        self.land0 = economy.by_cell(tech.rebate) * self.wage_bill0
        self.has_land = bool((self.land0 > 0).all())
        self.stay_income0 = self.wage0 * economy.rebate_factor
        cost = 1.0 if shock.migration_cost is None else shock.migration_cost
        self.moves = economy.migration * np.asarray(cost, dtype=float) ** -self.kappa
        trade = economy.trade if shock.trade_cost is None else economy.trade * shock.trade_cost**-self.theta
        self.openness = trade
        self.productivity = np.zeros(self.cells) if shock.productivity is None else np.log(shock.productivity)
        self.diagonal = np.arange(self.cells)

    def state(self, unknowns: Array) -> dict[str, Array]:
        """Everything that follows from the unknowns, for one row of them or many; works on complex numbers too."""
        cells, tech, shock = self.cells, self.tech, self.shock
        wage, rent, price, stay = (unknowns[..., k * cells : (k + 1) * cells] for k in range(4))
        by_region = price.reshape(*price.shape[:-1], *self.shape)
        index = np.repeat(by_region @ tech.spending, self.shape[1], axis=-1)
        living = tech.goods * index + (1 - tech.goods) * rent
        stay_value = np.exp(stay - living)
        new_wage = self.wage0 * np.exp(wage)
        land = self.land0 * np.exp(rent) if self.has_land else self.land0 + 0 * rent
        kept = shock.kept_rent * land / self.economy.registrants
        if shock.kept_rent:
            income = new_wage[..., None, :] + kept[..., :, None]
            value = income / self.wage0 * np.exp(-living)[..., None, :]
        else:
            value = np.exp(wage - living)[..., None, :] + np.zeros((cells, 1))
        value[..., self.diagonal, self.diagonal] = stay_value
        weight = self.moves * np.exp(self.kappa * np.log(value))
        total = weight.sum(axis=-1, keepdims=True)
        people = self.economy.registrants[:, None] * weight / total
        if shock.migrants is not None:
            people = shock.migrants + 0 * people
        labour = people.sum(axis=-2)
        bill = new_wage * labour
        income = bill + land * (1 - shock.kept_rent)
        if shock.kept_rent:
            income = income + np.einsum("...od,...o->...d", people, kept)
        cost = self.beta * wage + self.eta * rent - self.productivity / self.theta
        cost = cost + np.einsum("...nk,jk->...nj", by_region, tech.materials).reshape(cost.shape)
        if shock.agglomeration:
            cost = cost - shock.agglomeration * self.gamma * np.log(labour / self.labour0)
        power = np.exp(-self.theta * cost).reshape(*cost.shape[:-1], *self.shape)
        return {
            "wage": wage, "rent": rent, "price": by_region, "living": living, "stay": stay, "value": value,
            "new_wage": new_wage, "land": land, "kept": kept, "people": people, "bill": bill, "income": income,
            "power": power,
        }  # fmt: skip

    def residuals(self, unknowns: Array) -> Array:
        """What is left of every equation, in logs; zero at an equilibrium. The last wage equation fixes the numeraire."""
        s, tech = self.state(unknowns), self.tech
        bill, income, power = s["bill"], s["income"], s["power"]
        stayers = s["people"][..., self.diagonal, self.diagonal]
        stay_income = s["new_wage"] + (1 - self.shock.kept_rent) * s["land"] / stayers + s["kept"]
        sums = np.einsum("jni,...ij->...nj", self.openness, power)
        revenue = (bill / self.beta).reshape(*bill.shape[:-1], *self.shape)
        goods = tech.goods * income.reshape(revenue.shape).sum(axis=-1, keepdims=True) * tech.spending
        spent = goods + revenue @ tech.materials
        sold = power * np.einsum("jni,...nj->...ij", self.openness, spent / sums)
        market = np.log(sold / revenue).reshape(bill.shape)
        market[..., -1] = s["wage"][..., -1]
        if self.has_land:
            due = (1 - tech.goods) * income + self.eta / self.beta * bill
            land_market = s["rent"] - np.log(due / self.land0)
        else:
            land_market = s["rent"] + 0
        price = s["price"] + np.log(sums) / self.theta
        stay = s["stay"] - np.log(stay_income / self.stay_income0)
        return np.asarray(np.concatenate([market, land_market, price.reshape(bill.shape), stay], axis=-1))

    def jacobian(self, unknowns: Array) -> Array:
        """Derivatives of the residuals, (equation, unknown), by complex steps."""
        steps = unknowns[None, :] + 1j * IMAGINARY * np.eye(unknowns.size)
        columns = [self.residuals(block).imag for block in np.array_split(steps, max(1, unknowns.size // 32))]
        return np.asarray(np.concatenate(columns).T / IMAGINARY)


def solve(economy: Economy, shock: Shock, start: Array | None = None) -> Equilibrium:
    """Find the equilibrium after a shock from `start` (the base year's, or another solution's unknowns).

    Newton's method on the logs with the derivatives of an earlier point as long as they serve; the step is halved until
    the residual falls. Raises MarketDidNotClear naming the size of what is left.
    """
    system = System(economy, shock)
    point = np.zeros(4 * system.cells) if start is None else start.copy()
    left = system.residuals(point)
    size, slope, fresh = float(np.abs(left).max()), None, False
    for step in range(MOST_STEPS):
        if size < TOLERANCE:
            return _equilibrium(system, point, size, step)
        if slope is None:
            slope, fresh = np.linalg.inv(system.jacobian(point)), True
        move, length = -slope @ left, 1.0
        move /= max(1.0, float(np.abs(move).max()))  # no log changes by more than one in a step
        while True:
            with np.errstate(all="ignore"):
                trial = system.residuals(point + length * move)
            new = float(np.abs(trial).max())
            if new < size or length < 1e-6:
                break
            length /= 2
        if not new < size:
            if fresh and size > 1e-9:
                break
            if fresh:
                return _equilibrium(system, point, size, step)
            slope = None
            continue
        slow = new > 0.2 * size
        point, left, size, fresh = point + length * move, trial, new, False
        if slow:
            slope = None
    raise MarketDidNotClear("goods, land and labour of all provinces", BASE_YEAR, size, MOST_STEPS)


def _equilibrium(system: System, point: Array, residual: float, steps: int) -> Equilibrium:
    """The solution in words."""
    s, economy = system.state(point), system.economy
    trade = system.openness * s["power"].T[:, None, :]
    cost = 1.0 if system.shock.migration_cost is None else system.shock.migration_cost
    return Equilibrium(
        economy=economy,
        shock=system.shock,
        wage=np.exp(s["wage"]),
        rent=np.exp(s["rent"]),
        price=np.exp(s["price"]),
        living_cost=np.exp(s["living"]),
        migration=s["people"] / economy.registrants[:, None],
        trade=trade / trade.sum(axis=2, keepdims=True),
        income=s["income"],
        value=s["value"] / cost,
        unknowns=point,
        residual=residual,
        steps=steps,
    )
