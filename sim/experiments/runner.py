"""The runner: of the tasks asked for, those that no store has are done by whoever there is, and kept as they come."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass

from sim.experiments.executors import Where
from sim.experiments.store import Store
from sim.experiments.task import Done, Task
from sim.experiments.workers import workers

Progress = Callable[[int, int], None]
"""Called with years simulated, those of tasks that were there before included, and years of all tasks."""


@dataclass(frozen=True)
class Wanted:
    """Tasks, in the order in which they are wanted, and the store that has them or will."""

    store: Store
    tasks: Sequence[Task]


def run_missing(wanted: Sequence[Wanted], where: Where, progress: Progress) -> Generator[tuple[int, Done], None, None]:
    """Do every task that its store lacks, and yield it with the place of who wants it, once it is kept.

    All that is wanted is one stream of tasks for one set of workers; a task that two want is done once. What lasts is written
    before it is yielded, so that whatever ends this loses the tasks in flight alone. Raises FactorFlowError.
    """
    who: dict[Task, list[int]] = {}
    for number, one in enumerate(wanted):
        for task in one.store.missing(one.tasks):
            who.setdefault(task, []).append(number)
    years = sum(task.years for one in wanted for task in one.tasks)
    past = years - sum(task.years * len(numbers) for task, numbers in who.items())
    if past:
        progress(past, years)
    if not who:
        return
    with workers(where, len(who)) as finished:
        lived = _Counted(progress, past, years)
        with closing(finished(iter(who), lived)) as coming:
            for done in coming:
                numbers = who[done.task]
                if done.lasting:
                    for number in numbers:
                        wanted[number].store.write(done.task, done.content)
                lived.past(done.task.years * len(numbers))
                for number in numbers:
                    yield number, done


class _Counted:
    """Years as progress of the whole: those of tasks that are done, and of the one under way in this process."""

    def __init__(self, progress: Progress, past: int, whole: int) -> None:
        self._progress, self._past, self._whole, self._told = progress, past, whole, past

    def __call__(self, year: int) -> None:
        self._tell(self._past + year)

    def past(self, years: int) -> None:
        self._past += years
        if self._told < self._past:  # else its last year said so
            self._tell(self._past)

    def _tell(self, done: int) -> None:
        self._told = done
        self._progress(done, self._whole)
