"""Where the work of an experiment is done: processes of this machine, or the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.experiments.executors.processes import Pool

Lived = Callable[[int], None]
"""Called after every year that a task has simulated; may raise to end a task that nobody waits for any more."""


@dataclass(frozen=True)
class Where:
    """What a person asks for: replicates at a time (None: as many as pay), a Dask scheduler, parts of each population.

    pool: the processes of a command that has more than one thing done by them.
    """

    jobs: int | None = 1
    cluster: str | None = None
    shards: int | None = None
    pool: Pool | None = None

    @property
    def local_jobs(self) -> int | None:
        """Replicates at a time in this machine's memory; None: the workers of a cluster have memories of their own."""
        return (self.jobs or 1) if self.cluster is None else None

    def processes(self, tasks: int) -> int:
        """How many processes do so many tasks."""
        return max(1, min(self.jobs or 1, tasks))

    def settled(self, pays: Callable[[], int]) -> Where:
        """The same with a number of jobs, which `pays` gives where nobody named one."""
        if self.jobs is not None:
            return self
        return replace(self, jobs=pays() if self.cluster is None and self.shards is None else 1)
