"""Rural consumption: vouchers on what villages buy, appliances to the countryside, and the network they need.

A voucher pays the share v of the price of the goods named; households keep spending mu_j of their money on them, so what is
sold grows by 1 / (1 - v) and the cost of living falls by mu_j log(1 - v). The network (charging, repair, delivery) is
infrastructure of the villages. Theory: real income rises where goods are cheaper and production where they are made, mostly
in towns, so nominal gaps hardly move; public money pays, so it is a transfer in kind (Deaton and Muellbauer 1980 on
Cobb-Douglas demand). Pattern: China's appliances to the countryside, 2007 to 2013.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.economy.policies.base import SpendingTerms, cells_of, fund, payers_of, per_head, regions_of, subsidise
from sim.economy.state import Rules
from sim.errors import FactorFlowError
from sim.scenario.words import KindName, Places, Sectors, quantity, word
from sim.world.world import INFRASTRUCTURE, World

MEANING = "pays a share of the price of goods that villages buy, and builds the network they need"
PAID_BY = "the government above the regions or each region for itself"

_MOST = 0.9  # demand at a price of nearly nothing has no bound


class Terms(SpendingTerms):
    """Terms of vouchers for rural consumption."""

    voucher: float = quantity(unit="share", meaning="share of the price that the voucher pays", at_least=0, at_most=0.5)
    sectors: Sectors = word(("industry",), meaning="sectors whose goods the vouchers buy")
    network: float = quantity(
        0.0, unit="share of budget", meaning="share of the payers' budgets for the network", at_least=0, at_most=0.2
    )
    regions: Places | None = word(None, meaning="regions whose residents get vouchers; left out: all of the reported area")
    kind: KindName | None = word("rural", meaning="kind of cell whose residents get vouchers; left out: both")
    paid_by: Literal["own", "upper"] = word("upper", meaning="own: each region; upper: the government above them")


def regulate(rules: Rules, terms: Terms, world: World, strength: float) -> Rules:
    """Subsidise the goods of the cells named, and build their network."""
    goods = np.array([sector in terms.sectors for sector in world.technology.sectors], dtype=float)
    for payer, regions in payers_of(rules, terms.paid_by, regions_of(world, terms.regions)):
        cells = cells_of(world, regions, terms.kind)
        rules = fund(rules, payer, INFRASTRUCTURE, per_head(rules, cells), terms.network * strength)
        if terms.voucher * strength > 0:
            rules = subsidise(rules, payer, "goods", terms.voucher * strength * np.outer(cells, goods))
    if rules.goods_discount.max() > _MOST:
        raise FactorFlowError(
            f"vouchers together would pay {rules.goods_discount.max():.3g} of a price; at most {_MOST:g} is possible"
        )
    return rules
