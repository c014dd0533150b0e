"""Payments of public money: who paid whom, for what, how much; kept as columns, and shown one by one when asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple, overload

import numpy as np

from sim.arrays import Array, Flag, Index


class Payment(NamedTuple):
    """One payment of public money in a year: payer and payee by name, purpose, yuan of 2014, the policy if any."""

    payer: str
    payee: str
    purpose: str
    amount: float
    policy: str = ""


class Posted(NamedTuple):
    """Some payments on their way to the ledger, as columns or one number for all: numbers of payer and payee, and words."""

    payer: Index | int
    payee: Index | int
    purpose: Sequence[str]
    purpose_of: Index | int
    amount: Array
    policy: Sequence[str] = ("",)
    policy_of: Index | int = 0


@dataclass(frozen=True)
class Payments(Sequence[Payment]):
    """The payments of a year in the order in which they were made: a sequence of `Payment`, kept as columns.

    names: governments, the one above the regions last, then cells; payer, payee: (payment,) numbers of names; purposes and
    policies: words, of which purpose and policy, (payment,), give the numbers; amount: (payment,) yuan of 2014.
    """

    names: tuple[str, ...] = ()
    governments: int = 0
    payer: Index = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    payee: Index = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    purposes: tuple[str, ...] = ()
    purpose: Index = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    amount: Array = field(default_factory=lambda: np.empty(0))
    policies: tuple[str, ...] = ()
    policy: Index = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @classmethod
    def of(cls, governments: Sequence[str], cells: Sequence[str], posted: Iterable[Posted]) -> Payments:
        """All that was posted, in its order; a payer or payee g is government g, and beyond them the cells follow."""
        parts = list(posted)
        purposes = list(dict.fromkeys(word for part in parts for word in part.purpose))
        policies = list(dict.fromkeys(word for part in parts for word in part.policy))
        of_purpose = [np.array([purposes.index(word) for word in part.purpose], dtype=np.int64) for part in parts]
        of_policy = [np.array([policies.index(word) for word in part.policy], dtype=np.int64) for part in parts]
        amount = np.concatenate([part.amount for part in parts])
        ends = list(accumulate((part.amount.size for part in parts), initial=0))
        columns = np.empty((4, amount.size), dtype=np.int64)
        for part, purpose, policy, start, end in zip(parts, of_purpose, of_policy, ends, ends[1:], strict=False):
            columns[0, start:end], columns[1, start:end] = part.payer, part.payee
            columns[2, start:end], columns[3, start:end] = purpose[part.purpose_of], policy[part.policy_of]
        payer, payee, purpose, policy = columns
        return cls(
            (*governments, *cells), len(governments), payer, payee, tuple(purposes), purpose, amount, tuple(policies), policy
        )

    def for_purposes(self, *words: str) -> Flag:
        """Whether each payment was made for one of these purposes, (payment,)."""
        wanted = np.array([word in words for word in self.purposes], dtype=bool)
        return np.asarray(wanted[self.purpose])

    def of_policies(self) -> Flag:
        """Whether each payment was a policy's, (payment,)."""
        known = np.array([bool(word) for word in self.policies], dtype=bool)
        return np.asarray(known[self.policy])

    @property
    def by_government(self) -> Flag:
        """Whether a government paid, (payment,); else a cell did."""
        return np.asarray(self.payer < self.governments)

    def received(self, which: Flag | None = None) -> tuple[Array, Array]:
        """What governments, (government,), and cells, (cell,), received of some payments (None: of all), yuan of 2014."""
        return self._sums(self.payee, which)

    def paid(self, which: Flag | None = None) -> tuple[Array, Array]:
        """What governments, (government,), and cells, (cell,), paid in some payments (None: in all), yuan of 2014."""
        return self._sums(self.payer, which)

    def _sums(self, side: Index, which: Flag | None) -> tuple[Array, Array]:
        who, amount = (side, self.amount) if which is None else (side[which], self.amount[which])
        sums = added_up(who, amount, len(self.names))
        return sums[: self.governments], sums[self.governments :]

    @overload
    def __getitem__(self, item: int) -> Payment: ...
    @overload
    def __getitem__(self, item: slice) -> tuple[Payment, ...]: ...
    def __getitem__(self, item: int | slice) -> Payment | tuple[Payment, ...]:
        """One payment, or several."""
        return tuple(self)[item]

    def __len__(self) -> int:
        """The number of payments."""
        return int(self.amount.size)

    def __iter__(self) -> Iterator[Payment]:
        """The payments one after the other."""
        columns = zip(
            self.payer.tolist(), self.payee.tolist(), self.purpose.tolist(), self.amount.tolist(), self.policy.tolist(),
            strict=True,
        )  # fmt: skip
        for payer, payee, purpose, amount, policy in columns:
            yield Payment(self.names[payer], self.names[payee], self.purposes[purpose], amount, self.policies[policy])


def added_up(who: Index, amount: Array, names: int) -> Array:
    """Sums by number of a name, (name,), each added up in the order of the amounts."""
    return np.bincount(who, weights=amount, minlength=names).astype(np.float64)  # of nothing NumPy makes whole numbers
