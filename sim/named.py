"""A mapping whose names are known before its values, each of which is made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeVar

Value = TypeVar("Value")


class Named(Mapping[str, Value]):
    """Values by name, in the order of the names; both are kept once they are made.

    names: asked when the first name is looked for. make: a name's value.
    """

    def __init__(self, names: Callable[[], Iterable[str]], make: Callable[[str], Value]) -> None:
        self._asked, self._make = names, make
        self._made: dict[str, Value] = {}

    @cached_property
    def _names(self) -> dict[str, None]:
        return dict.fromkeys(self._asked())

    def __getitem__(self, name: str) -> Value:
        if name not in self._made:
            if name not in self._names:
                raise KeyError(name)
            self._made[name] = self._make(name)
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
