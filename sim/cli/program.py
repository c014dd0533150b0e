"""The program `factorflow`: its name, its options, its exit codes, and how errors become clear text."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from sim.cli import endings
from sim.cli.endings import DONE, FAULT
from sim.errors import FactorFlowError, Fault, ScenarioFaults, listed, printable
from sim.pages import terminal

if TYPE_CHECKING:
    from sim.experiments.executors import Where
    from sim.scenario.schema import Scenario

# Everything heavy is imported inside the commands, so that `factorflow --help` answers at once.

# Matrices of a few dozen rows gain nothing from threads of their own, and starting those takes longer than some commands.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Looking through everything installed for plugins of Pydantic, none of which checks a scenario, takes longer than a check.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


class Later(click.Command):
    """A command that is known by its name, and imported from its file when it is asked for."""

    def __init__(self, name: str, file: str) -> None:
        super().__init__(name)
        self.file = file

    def command(self) -> click.Command:
        """The command itself; where Python has a function of its name, the file calls it by that name and `_`."""
        file = importlib.import_module(self.file)
        found: click.Command = getattr(file, str(self.name), None) or getattr(file, f"{self.name}_")
        return found


class Program(click.Group):
    """The group of commands; turns whatever ends them into clear text on stderr and the documented exit codes."""

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run a command and leave with its exit code."""
        extra["standalone_mode"] = False
        try:
            with endings.stoppable():
                endings.prepare_streams()
                code = super().main(*args, **extra)
                endings.flush()
        except click.ClickException as error:
            vars(error)["message"] = printable(error.message, keep="\n")  # it may repeat a file's name
            with suppress(OSError):
                error.show()
            code = FAULT
        except BaseException as error:  # whatever it is, nobody shall have to read a traceback
            code = endings.answered(error)
        sys.exit(code if isinstance(code, int) else DONE)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command of that name, imported now if it was not before."""
        found = super().get_command(context, name)
        if isinstance(found, Later):
            found = found.command()
            self.add_command(found, name)
        return found

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the words of the command line; what goes wrong is answered by `main`, not by click."""
        with endings.carried():
            return super().make_context(*args, **extra)

    def invoke(self, context: click.Context) -> Any:
        """Do what the words say; what goes wrong is answered by `main`, not by click."""
        with endings.carried():
            return super().invoke(context)


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from sim import __version__

        terminal.say(f"factorflow {__version__}")
        context.exit()


setting_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="PATH=VALUE",
    help="Say something of the file differently, e.g. run.replicates=3. May be given several times.",
)

_minutes_option = click.option(
    "--minutes", type=click.FloatRange(min=0.01), help="Refuse what is expected to take longer, as run.minutes does."
)
jobs_option = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    help="Replicates at a time.  [default: one a processor, where that pays and memory has room]",
)
_cluster_option = click.option(
    "--cluster", metavar="ADDRESS", help="Do the work with the workers of the Dask scheduler at this address."
)
_shards_option = click.option(
    "--shards",
    type=click.IntRange(1, 32),
    help="Cut the agents into parts, each held by a process or a worker; replicates follow one another.",
)


def minutes_option(command: Callable[..., int]) -> Callable[..., int]:
    """The option --minutes, a budget that is a setting like any other, said last."""

    @wraps(command)
    def asked(*args: Any, minutes: float | None, settings: tuple[str, ...], **rest: Any) -> int:
        budget = () if minutes is None else (f"run.minutes={minutes!r}",)
        return command(*args, settings=(*settings, *budget), **rest)

    return _minutes_option(asked)


def where_options(command: Callable[..., int]) -> Callable[..., int]:
    """The options --jobs, --cluster and --shards, which a command receives as one `where`."""

    @wraps(command)
    def asked(*args: Any, jobs: int | None, cluster: str | None, shards: int | None, **rest: Any) -> int:
        if jobs is not None and jobs > 1 and (cluster is not None or shards is not None):
            raise click.UsageError("--jobs are replicates at a time on this machine: leave it out with --cluster or --shards")
        from sim.experiments.executors import Where

        return command(*args, where=Where(jobs, cluster, shards), **rest)

    return jobs_option(_cluster_option(_shards_option(asked)))


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
def main() -> None:
    """Simulate how incomes of town and country, coast and mountain evolve under dated policies.

    Exit codes: 0 done; 1 a defect of the program; 2 a fault in the input, or something the system refused; 3 some replicates
    failed or an expectation does not hold; 130 interrupted (143 terminated, 129 hung up, 141 nobody reads the output).
    """


def check_world(name: str, worlds: Iterable[str]) -> None:
    """Raise FactorFlowError for a world that there is not."""
    from sim.hints import one_of

    if name not in (known := tuple(worlds)):
        raise FactorFlowError(f'there is no world "{name}". {one_of(name, known)}')


def load(
    files: Sequence[str], settings: Sequence[str], where: Where | None = None
) -> tuple[dict[str, Scenario], list[Fault]]:
    """The scenarios that can be run, by file, and the faults of those that cannot; `where`: also whether it can be paid."""
    from sim.experiments import cost
    from sim.scenario.load import load_scenario
    from sim.vocabulary import vocabulary

    say_whose_data()
    words = vocabulary()
    scenarios: dict[str, Scenario] = {}
    faults: dict[Fault, None] = {}  # files that build on the same one share its faults
    for file in dict.fromkeys(files):
        try:
            scenario = load_scenario(Path(file), words, settings)
            jobs = None if where is None else where.settled(partial(cost.jobs_that_pay, [scenario])).local_jobs
            too_much = [] if jobs is None else cost.faults(scenario, file, jobs)
            if too_much:
                raise ScenarioFaults(too_much)
            scenarios[file] = scenario
        except ScenarioFaults as answer:
            faults |= dict.fromkeys(answer.faults)
    return scenarios, list(faults)


def say_whose_data() -> None:
    """Say on stderr where the data of a checkout below the current folder are not those that answer."""
    from sim.data import checkout

    found = checkout.differing()
    if found:
        terminal.say(
            f"The data below sim/data here differ from those of the installed factorflow, which answers: {listed(found, 6)}. "
            "To use those here: `pip install -e .`, or `python -m sim` in place of `factorflow`.",
            err=True,
        )


def load_all(files: Sequence[str], settings: Sequence[str], where: Where | None = None) -> dict[str, Scenario]:
    """The scenarios by file; raises ScenarioFaults with every fault of every file."""
    scenarios, faults = load(files, settings, where)
    if faults:
        raise ScenarioFaults(faults)
    return scenarios
