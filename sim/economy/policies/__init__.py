"""Policy instruments: one file each, named by the word used for it in scenarios, imported when it is asked for."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import ModuleType

from sim.named import Named


@cache
def instruments() -> Mapping[str, ModuleType]:
    """The instruments on offer by name, found by walking this folder."""

    def names() -> list[str]:
        return sorted(item.name for item in pkgutil.iter_modules(__path__) if item.name != "base")

    return Named(names, lambda name: importlib.import_module(f"{__name__}.{name}"))
