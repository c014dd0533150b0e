"""Published parameters and table entries of Tombe and Zhu (2019), as the package keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from sim.evidence.tombe_zhu.economy import Technology

SECTORS = ("ag", "na")


@cache
def tables() -> Mapping[str, Any]:
    """Everything in the file, by name; see its card `sim/data/tombe_zhu.md`."""
    return dict(yaml.safe_load((files("sim.data") / "tombe_zhu.yaml").read_text(encoding="utf-8")))


def technology() -> Technology:
    """The published cost and spending shares and elasticities (table 3)."""
    given = tables()["parameters"]
    return Technology(
        labour=np.array([given["labour"][sector] for sector in SECTORS]),
        land=np.array([given["land"][sector] for sector in SECTORS]),
        materials=np.array([[given["materials"][made][used] for used in SECTORS] for made in SECTORS]),
        goods=given["goods"],
        spending=np.array([given["spending"][sector] for sector in SECTORS]),
        trade_elasticity=given["trade_elasticity"],
        migration_elasticity=given["migration_elasticity"],
    )


def region8() -> dict[str, str]:
    """The larger region, one of eight, of every province."""
    return {province: region for region, provinces in tables()["regions8"].items() for province in provinces}
