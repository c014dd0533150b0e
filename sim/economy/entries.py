"""What policies add to the law: money spent, taxes, subsidies, and who pays; belts and lines."""

from __future__ import annotations

from dataclasses import dataclass

from sim.arrays import Array


@dataclass(frozen=True)
class Charge:
    """A levy that raises exactly what a policy spends, so that no budget pays: assessed on what was earned last year.

    base: `income`, weights (cell,) of income before transfers; or `land_rent`, weights (home,) of the rents of a home's
    land, which whoever receives them pays; adding up to one.
    """

    base: str
    weights: Array


@dataclass(frozen=True)
class Funding:
    """A sum as large as a share of a government's budget that a policy spends.

    It comes out of the government's general purchases, or where `charge` says so from a levy beside the budget.
    weights: (cell,) of the payees, adding up to one; place: where the capital of an enclave stands, None otherwise;
    homes: (home,) for money that belongs to people by registration and goes along with them, adding up to one.
    """

    payer: int
    purpose: int
    share: float
    weights: Array
    place: int | None = None
    homes: Array | None = None
    policy: str = ""
    charge: Charge | None = None


@dataclass(frozen=True)
class Levy:
    """A tax of a policy on households, raised for a government, of which a share comes back to households.

    base: `income` before transfers and after the wedge of the base year, at rates by cell of residence; or `land_rent`
    that households receive, at rates by cell where the land is used. rate: (cell,); weights: (cell,) of those whom the
    share `returned` comes back to, adding up to one.
    """

    government: int
    base: str
    rate: Array
    returned: float
    weights: Array
    policy: str = ""


@dataclass(frozen=True)
class Subsidy:
    """Public money paid in proportion to what is earned or bought, out of the payer's general purchases or from a charge.

    base: `wages` paid at work in a cell or `capital` income earned there, rate (cell,) on top; or households' `goods`,
    rate (cell, sector) the share of the price that a voucher pays.
    """

    payer: int
    base: str
    rate: Array
    policy: str = ""
    charge: Charge | None = None


@dataclass(frozen=True)
class Belt:
    """Cells (0/1) whose productivity gains `elasticity` log points per log point of employment in all of them together.

    Employment counts from the first year in which the policy was in force.
    """

    cells: Array
    elasticity: float
    policy: str = ""


@dataclass(frozen=True)
class Link:
    """A line between two cells: the length of the way over it, km, and whether goods may take it as well as people."""

    start: int
    end: int
    km: float
    goods: bool = False
