"""Figures, one file each: TITLE, MEANING and what draws it; the folder is the register.

`figure(results, ...)` draws runs, `figure_of_experiment(experiment)` the folder of an experiment.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

__all__ = ["available", "named", "of_experiments", "titles"]

_DRAWS = ("figure", "figure_of_experiment")


def available() -> dict[str, ModuleType]:
    """Every figure of runs by name: the modules of this folder that have a function `figure`."""
    return _having("figure")


def of_experiments() -> dict[str, ModuleType]:
    """Every figure of experiments by name: the modules that have a function `figure_of_experiment`."""
    return _having("figure_of_experiment")


def _having(function: str) -> dict[str, ModuleType]:
    modules = {
        item.name: importlib.import_module(f"{__name__}.{item.name}")
        for item in sorted(pkgutil.iter_modules(__path__), key=lambda item: item.name)
    }
    return {name: module for name, module in modules.items() if hasattr(module, function)}


def titles() -> dict[str, tuple[str, str]]:
    """Title and meaning of every figure by name, read from the files: importing them would load Matplotlib."""
    found = {}
    for item in sorted(pkgutil.iter_modules(__path__), key=lambda item: item.name):
        tree = ast.parse((Path(__path__[0]) / f"{item.name}.py").read_text(encoding="utf-8"))
        constants = {
            str(getattr(node.targets[0], "id", "")): ast.literal_eval(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("TITLE", "MEANING")
        }
        if any(isinstance(node, ast.FunctionDef) and node.name in _DRAWS for node in tree.body):
            found[item.name] = (str(constants["TITLE"]), str(constants["MEANING"]))
    return found


def named(name: str, draws: str = "figure") -> ModuleType | None:
    """One figure, without importing the others; None where none of the name has the function `draws`."""
    there = {item.name for item in pkgutil.iter_modules(__path__)}
    module = importlib.import_module(f"{__name__}.{name}") if name in there else None
    return module if hasattr(module, draws) else None
