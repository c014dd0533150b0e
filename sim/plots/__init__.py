"""Figures, one file each: TITLE, MEANING and `figure(results, ...)`; the folder is the register."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

__all__ = ["available"]


def available() -> dict[str, ModuleType]:
    """Every figure of this folder by name: the modules that have a function `figure`."""
    modules = {
        item.name: importlib.import_module(f"{__name__}.{item.name}")
        for item in sorted(pkgutil.iter_modules(__path__), key=lambda item: item.name)
    }
    return {name: module for name, module in modules.items() if hasattr(module, "figure")}
