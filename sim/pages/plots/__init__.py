"""Figures, one file each: TITLE, MEANING and what draws it; the folder is the register.

`figure(results, ...)` draws runs, `figure_of_experiment(experiment)` the folder of an experiment.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

__all__ = ["arguments", "available", "named", "of_experiments", "titles"]

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
        statements = _statements(item.name)
        constants = {
            str(getattr(node.targets[0], "id", "")): ast.literal_eval(node.value)
            for node in statements
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("TITLE", "MEANING")
        }
        if any(isinstance(node, ast.FunctionDef) and node.name in _DRAWS for node in statements):
            found[item.name] = (str(constants["TITLE"]), str(constants["MEANING"]))
    return found


def arguments(name: str, draws: str = "figure") -> tuple[str, ...] | None:
    """What a figure can be asked to show, by the names of the arguments of `draws`, read from its file as `titles` are.

    None where no figure of the name has the function.
    """
    if name not in {item.name for item in pkgutil.iter_modules(__path__)}:
        return None
    functions = [node for node in _statements(name) if isinstance(node, ast.FunctionDef) and node.name == draws]
    return tuple(argument.arg for argument in functions[0].args.args) if functions else None


def _statements(name: str) -> list[ast.stmt]:
    return ast.parse((Path(__path__[0]) / f"{name}.py").read_text(encoding="utf-8")).body


def named(name: str) -> ModuleType:
    """One figure, without importing the others; its name is one of `titles`."""
    return importlib.import_module(f"{__name__}.{name}")
