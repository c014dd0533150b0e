"""The command line: what can be asked of factorflow, one file a kind of command, each imported when it is asked for."""

from sim.cli.program import Later, main

__all__ = ["main"]

_FILES = {
    "writing": ("new", "check", "explain", "diff", "test", "schema", "list"),
    "running": ("run", "compare", "plot", "effects"),
    "worlds": ("world",),
    "reporting": ("report", "extract"),
    "doubting": ("doubt", "sense", "decompose", "design"),
    "keeping": ("status", "verify", "export", "clean"),
    "dashboard": ("dashboard",),
    "validating": ("validate",),
    "benchmarking": ("bench",),
}

for _file, _names in _FILES.items():
    for _name in _names:
        main.add_command(Later(_name, f"sim.cli.{_file}"))
