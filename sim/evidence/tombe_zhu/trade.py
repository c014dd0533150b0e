"""Changes of trade costs: the published ones between eight regions and the world, and those Head-Ries indices show."""

from __future__ import annotations

import numpy as np

from sim.arrays import Array, Flag
from sim.evidence.tombe_zhu import published
from sim.evidence.tombe_zhu.data import Observed


def published_change(observed: Observed) -> Array:
    """Trade costs 2007 over 2002 of table 6, (sector, importer, exporter), a factor; one inside a region.

    The table averages both sectors, so both are given the same change.
    """
    economy = observed.economy
    order, table = published.tables()["table6_order"], published.tables()["table6"]
    change = np.array([[1.0 if value is None else value for value in row] for row in table])
    larger = published.region8() | {economy.regions[-1]: order[-1]}
    number = np.array([order.index(larger[region]) for region in economy.regions])
    return np.stack([change[np.ix_(number, number)]] * len(economy.sectors))


def head_ries_change(observed: Observed) -> Array:
    """Trade costs 2007 over 2002 from Head-Ries indices, (sector, importer, exporter), a factor, the same both ways.

    tau_hat_jni = (h_jni,2007 / h_jni,2002)^(1 / (2 theta)). Source: Head and Ries (2001).
    """
    power = 1 / (2 * observed.economy.technology.trade_elasticity)
    return np.stack(
        [(observed.head_ries[sector, 2007] / observed.head_ries[sector, 2002]) ** power for sector in published.SECTORS]
    )


def external(observed: Observed) -> Flag:
    """Which trade crosses the country's border, (importer, exporter)."""
    abroad = np.arange(len(observed.economy.regions)) == len(observed.economy.regions) - 1
    return np.asarray(abroad[:, None] ^ abroad[None, :])
