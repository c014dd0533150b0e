"""Changes of commuting, roads, services, diffusion, belts, villages, budgets and draws, and the rows they make fail."""

from tests.validation.change import Change

CHANNELS = {
    "commuting_turned_round": Change(
        "agents/labour.py",
        "np.exp(p.commuting_elasticity * ratio)",
        "np.exp(-p.commuting_elasticity * ratio)",
        "villagers go where the wage is lower",
        {"commuting": ("share in town, three years after a rise", "share in town at rest")},
    ),
    "commuting_by_levels": Change(
        "agents/labour.py",
        "ratio = np.log(wage[town] / wage) - np.log(reference_wage[town] / reference_wage)",
        "ratio = np.log(wage[town] / wage)",
        "the gap of the base year counts as new",
        {"commuting": ("share in town while nothing changes",)},
    ),
    "commuting_without_its_bound": Change(
        "agents/labour.py",
        "step = min(p.commuting_adjustment, 2.0 / elasticity)",
        "step = min(p.commuting_adjustment, 4.0 / elasticity)",
        "a large elasticity overshoots",
        {"commuting": ("share in town, adjustment at its bound",)},
    ),
    "roads_hurt": Change(
        "economy/growth.py",
        "+ weighted_log(p.infrastructure_elasticity, infrastructure_index)",
        "- weighted_log(p.infrastructure_elasticity, infrastructure_index)",
        "infrastructure lowers productivity",
        {
            "roads": (
                "roads after 20 years of building",
                "real wage after that",
                "real wages, twice the roads in the north",
            ),
        },
    ),
    "roads_part": Change(
        "economy/markets/trade.py",
        "** -p.infrastructure_transport",
        "** p.infrastructure_transport",
        "infrastructure makes transport dearer",
        {"roads": ("home share after that", "trade shares, twice the roads in the north", "real wage after that")},
    ),
    "public_stocks_last": Change(
        "year/years.py",
        "(1 - public_wear) * getattr(economy, stock)",
        "getattr(economy, stock)",
        "roads and services do not wear out",
        {
            "roads": ("roads ten years without building", "roads after 20 years of building"),
            "services": ("services after eight years of building",),
        },
    ),
    "services_repel": Change(
        "agents/labour.py",
        "amenity = parameters.service_elasticity * np.log(services)",
        "amenity = -parameters.service_elasticity * np.log(services)",
        "public services make a place worse",
        {"services": ("people, services alike", "people, services doubled in the first place")},
    ),
    "leaders_learn": Change(
        "economy/growth.py",
        "np.maximum(0.0, weight @ log_wage - log_wage)",
        "np.maximum(0.0, log_wage - weight @ log_wage)",
        "those ahead learn from those behind",
        {"diffusion": ("a leader and a follower, 15 years", "three places by distance, 15 years")},
    ),
    "nearness_from_200_km": Change(
        "economy/growth.py",
        "1.0 / (20.0 + world.places.distance_km)",
        "1.0 / (200.0 + world.places.distance_km)",
        "distance hardly matters for what is learned",
        {"diffusion": ("three places by distance, 15 years",)},
    ),
    "belts_at_half": Change(
        "economy/growth.py",
        "log_gain + belt.elasticity * np.log(density)",
        "log_gain + 0.5 * belt.elasticity * np.log(density)",
        "a belt gives half of what it promises",
        {"belts": ("people, two of three a belt from year 1", "people, two of three a belt from year 4")},
    ),
    "villages_join_slowly": Change(
        "agents/labour.py",
        "p.reclassification, 0.0)",
        "0.5 * p.reclassification, 0.0)",
        "half of the villages that become urban do",
        {
            "villages": (
                "people of town and village, ten years",
                "capital that stands there",
                "revenues go with the people",
            ),
        },
    ),
    "productivity_left_behind": Change(
        "economy/growth.py",
        "size[into] = (size[into] ** theta + gained) ** (1 / theta)",
        "size[into] = size[into]",
        "the town does not gain what the village made",
        {
            "villages": (
                "wages and rentals are what they were",
                "revenues go with the people",
                "income per head is what it was",
                "places are worth what they were",
            ),
        },
    ),
    "enclaves_left_behind": Change(
        "economy/growth.py",
        "if economy.enclave.any():",
        "if economy.enclave.any() and False:",
        "public capital stays in a village that is no longer there",
        {"villages": ("capital that stands there", "wages and rentals are what they were")},
    ),
    "services_reference_left_behind": Change(
        "economy/growth.py",
        '    "services_reference",\n',
        "",
        "services per head of the base year stay with the name, not the ground",
        {"villages": ("places are worth what they were",)},
    ),
    "fields_as_building_land": Change(
        "economy/growth.py",
        "ground * relative_rent, 0.0))",
        "ground, 0.0))",
        "fields that join a town count as building land",
        {"villages": ("rents of land are what they were",)},
    ),
    "half_the_income_tax": Change(
        "economy/policies/income_tax.py",
        "rate = strength * cells *",
        "rate = 0.5 * strength * cells *",
        "half of the tax is raised",
        {
            "budgets": (
                "people under the income tax",
                "income per head under the income tax",
                "log value of places under the income tax",
            ),
        },
    ),
    "half_the_transfer": Change(
        "economy/policies/fiscal_transfer.py",
        "_PURPOSES[terms.purpose], terms.share_of_budget * strength",
        "_PURPOSES[terms.purpose], 0.5 * terms.share_of_budget * strength",
        "half of the transfer is paid",
        {
            "budgets": (
                "people under the transfer",
                "income per head under the transfer",
                "log value of places under the transfer",
            ),
            "services": ("services after eight years of building",),
        },
    ),
    "agents_share_their_luck": Change(
        "streams.py",
        "low = np.uint64(agent) & _LOW",
        "low = np.uint64(agent) % np.uint64(64)",
        "every 64th agent has the same luck, so numbers do not average out",
        {
            "agents": (
                *(f"error on N, in logs: {name}" for name in ("people in the east", "capital in the east", "real output")),
                "squared errors of shares, over multinomial",
            ),
        },
        fresh=True,
    ),
}
