"""The command line: what can be asked of factorflow, one file a kind of command."""

from sim.cli import benchmarking, dashboard, doubting, keeping, reporting, running, validating, worlds, writing
from sim.cli.program import main

__all__ = ["main"]

for _command in (
    *(writing.new, writing.check, writing.explain, writing.diff, writing.test_, writing.schema, writing.list_),
    *(running.run, running.compare, running.plot, worlds.world, running.effects),
    *(reporting.report, reporting.extract),
    *(doubting.doubt, doubting.sense, doubting.decompose, doubting.design),
    *(keeping.status, keeping.verify, keeping.export, keeping.clean),
    dashboard.dashboard,
    validating.validate,
    benchmarking.bench,
):
    main.add_command(_command)
