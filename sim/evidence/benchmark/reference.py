"""Where the reference, plain Mesa agents, is found: under tests/ of a checkout, never in an installed package."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from sim.evidence.benchmark.task import Engine, Task

FILE = Path("tests") / "plain_mesa.py"


def plain_mesa(name: str = "PlainMesa") -> Callable[[Task], Engine] | None:
    """What makes the plain Mesa model of a task, or the one with statistics by NumPy; None outside a checkout."""
    for folder in (Path.cwd(), Path(__file__).parents[3]):
        spec = spec_from_file_location("plain_mesa", folder / FILE)
        if (folder / FILE).is_file() and spec is not None and spec.loader is not None:
            module = module_from_spec(spec)
            spec.loader.exec_module(module)
            make: Callable[[Task], Engine] = getattr(module, name)
            return make
    return None
