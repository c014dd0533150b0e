"""Changes of the code, each of which makes named rows of the table of theory fail; together they name every row."""

from tests.validation.change import Change
from tests.validation.changes_of_channels import CHANNELS

CHANGES = {
    "no_wage_floor": Change(
        "year/markets.py",
        "wage_floor=rules.wage_floor,",
        "wage_floor=None,",
        "a floor that does not bind leaves everybody at work",
        {
            "jobs": (
                "jobs in town, rural wage, people put there",
                "unemployment 1 - w / W, people put there",
                "unemployment, rural wage 1 and floor 2",
            ),
        },
    ),
    "lower_wage_floor": Change(
        "economy/policies/minimum_wage.py",
        "floor = strength * terms.floor *",
        "floor = 0.95 * strength * terms.floor *",
        "the floor is lower than the policy says",
        {
            "todaro": (
                *(f"people, jobs, w, W E / L_u at floor {floor}" for floor in ("2", "2.5", "3.5")),
                "people who come to town for a new job",
            ),
        },
    ),
    "wage_of_the_employed": Change(
        "year/values.py",
        "pay = (keep * (hours @ clearing.wage) +",
        "pay = (keep * (hours @ clearing.labour_cost) +",
        "people look at the wage of those with a job, not at the chance of one",
        {
            "jobs": ("nobody put there gains by moving", "nobody gains by moving, two sizes of the town"),
        },
    ),
    "elasticity_plus_one": Change(
        "agents/choice.py",
        "weight = np.multiply(kappa, gain)",
        "weight = np.multiply(kappa + 1.0, gain)",
        "choice answers too much",
        {
            "choice": (
                "logit shares of three places",
                "odds of two places, a third improved",
                "shares after a change, hat formula",
                "welfare from own pay and own share",
                "elasticity of a share to its own pay",
                "elasticity zero: all places alike",
                "shares by home at a cost of 0.5",
                "no cost: shares of every home alike",
            ),
        },
    ),
    "worst_place": Change(
        "agents/choice.py",
        "weight = np.multiply(kappa, gain)",
        "weight = np.multiply(-kappa, gain)",
        "choice goes to the worst place",
        {"choice": ("elasticity to infinity: the best place", "logit shares of three places")},
    ),
    "cost_attracts": Change(
        "world/theory.py",
        "corner.amenity, 1.0))[None, :] - cost)",
        "corner.amenity, 1.0))[None, :] + cost)",
        "cost of moving has the wrong sign",
        {
            "choice": (
                "shares by home at a cost of 0.5",
                "cost to infinity: nobody leaves",
                "welfare by home at a cost of 0.5",
            ),
            "stationary": ("people where moving costs everything",),
        },
    ),
    "welfare_in_utils": Change(
        "agents/labour.py",
        "np.log(np.where(inside > 0, inside, 1.0)) / kappa + highest",
        "np.log(np.where(inside > 0, inside, 1.0)) + highest",
        "the log sum is not brought back to log points of income",
        {
            "choice": (
                "rise of log welfare, equation (10)",
                "log welfare itself, equation (10)",
                "welfare by home at a cost of 0.5",
            ),
            "places": ("log welfare gain from trade, people free",),
        },
    ),
    "values_of_one_more": Change(
        "agents/labour.py",
        "np.log((pay + other_income) / living_cost)",
        "np.log(1.0 + (pay + other_income) / living_cost)",
        "a place is worth the log of more than its income",
        {
            "choice": ("values are logs of real income",),
            "stationary": ("log real incomes, all productivity up by 30%", "people moved by that"),
        },
    ),
    "housing_at_less_than_its_share": Change(
        "economy/prices.py",
        "+ share * housing))",
        "+ 0.99 * share * housing))",
        "rents count less in the cost of living",
        {
            "places": (
                *(f"people by place, elasticity {kappa}" for kappa in ("1.5", "3", "10000")),
                "Roback's allocation: utilities equal",
                *(f"people moved by a subsidy, elasticity {kappa}" for kappa in ("1.5", "10000")),
                "a subsidy under free mobility: real gap",
                "people by place, trade and tastes",
                "people by place, no trade",
                "log values of places, nobody moves",
            ),
        },
    ),
    "no_housing": Change(
        "economy/prices.py",
        "+ share * housing))",
        "+ 0.0 * housing))",
        "without congestion two alike places no longer share people alike",
        {
            "geography": (
                "alpha + beta = -0.20, lead of the west",
                "alpha + beta = -0.20, lead of the east",
                "people on the line from four starts",
                "log welfare there from four starts",
            ),
        },
    ),
    "goods_at_less_than_their_share": Change(
        "economy/prices.py",
        "np.exp((1 - share) * goods",
        "np.exp(0.99 * (1 - share) * goods",
        "goods count less in the cost of living",
        {
            "places": ("log welfare gain from trade, nobody moves", "log welfare gain from trade, people free"),
        },
    ),
    "capital_answers_half": Change(
        "year/moves.py",
        "returns = log_change(clearing.rental, base.rental) -",
        "returns = 0.5 * log_change(clearing.rental, base.rental) -",
        "capital answers half of a return",
        {
            "factors": tuple(
                f"{factor} by place, elasticities {elasticity}"
                for factor in ("labour", "capital")
                for elasticity in ("50, trade 4", "1000, trade 100")
            ),
        },
    ),
    "productivity_counts_less": Change(
        "economy/growth.py",
        "economy.size * np.exp(np.outer(",
        "economy.size**0.99 * np.exp(np.outer(",
        "places are less productive than they are said to be",
        {
            "factors": (
                *(
                    f"{factor} by place, elasticities {elasticity}"
                    for factor in ("labour", "capital")
                    for elasticity in ("50, trade 4", "1000, trade 100")
                ),
                "free factors: gaps of wage, rental, output",
            ),
        },
    ),
    "land_counts_less": Change(
        "economy/state.py",
        "owned = self.land.copy()",
        "owned = self.land**0.99",
        "much land gives less than in proportion to its area",
        {
            "factors": (
                "variance of log marginal products",
                "no wedges: gap of log wages",
                "log output lost to wedges",
            ),
        },
    ),
    "less_saved": Change(
        "economy/incomes.py",
        "saving_rate = saving_rates(world, rules)",
        "saving_rate = 0.9 * saving_rates(world, rules)",
        "a tenth of saving is consumed",
        {
            "solow": (
                "capital a worker after 50 years at rest",
                "part of a capital gap left after a year",
                "slope of growth on first income, 20 years",
                "speed of convergence from that slope",
                "dispersion left after 20 years",
                "capital 30 years after half of it is lost",
            ),
            "stationary": ("no shock, ten years: capital, relative",),
        },
    ),
    "trade_costs_bite_less": Change(
        "economy/markets/trade.py",
        "np.exp(-theta * costs)",
        "np.exp(-0.9 * theta * costs)",
        "trade answers costs less than the elasticity says",
        {
            "goods": (
                "home share of two equal countries",
                "their gain over autarky",
                "trade shares of five countries",
                "their wages, the world's basket at one",
                "real wages after trade costs fall by 15%",
                "gains over autarky",
                "wages from two far starts",
            ),
        },
    ),
    "prices_fall_less": Change(
        "economy/markets/sweeps.py",
        "log_price = -np.log(market[j, n]) / theta",
        "log_price = -np.log(market[j, n]) / (theta + 1.0)",
        "prices fall less with competition than the elasticity says",
        {
            "goods": (
                "gain from free trade over autarky",
                "real wages of closed countries",
                "real wages, all productivity up by 30%",
            ),
        },
    ),
    "density_hurts": Change(
        "economy/growth.py",
        "+ weighted_log(p.agglomeration, hours / economy.labour_reference)",
        "- weighted_log(p.agglomeration, hours / economy.labour_reference)",
        "agglomeration has the wrong sign",
        {
            "geography": (
                "alpha + beta = +0.05, lead of the west",
                "alpha + beta = +0.05, lead of the east",
                "people on the line from four starts",
            ),
        },
    ),
    "density_hurts_at_the_start": Change(
        "world/theory.py",
        'scale = np.exp(np.outer(p["agglomeration"] ',
        'scale = np.exp(np.outer(-p["agglomeration"] ',
        "economies of scale have the wrong sign where a corner starts",
        {
            "geography": (
                "trade cost at which symmetry breaks",
                "trade cost at which the core is sustained",
                "slope of the lead below and above the break",
                "between: small leads close, the core holds",
            ),
        },
    ),
    "base_year_forgotten": Change(
        "year/values.py",
        "gain = place_values(world, economy, rules, clearing, money, base) - base.value",
        "gain = place_values(world, economy, rules, clearing, money, base) - 0.5 * base.value",
        "a place counts as better for what it always was",
        {"stationary": ("no shock, ten years: people, relative", "no shock, ten years: wages, relative")},
    ),
    **CHANNELS,
}

# what a row belongs to: every row of the table, by name, and its family
NAMED = {row: family for change in CHANGES.values() for family, rows in change.rows.items() for row in rows}
