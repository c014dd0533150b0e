"""Who does the tasks of a command: this process, one warm pool of processes, or the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from sim.experiments.executors import Lived, Where, processes
from sim.experiments.executors import cluster as dask_cluster
from sim.experiments.task import Done, Task, given_up, perform, perform_in_shards

Finished = Callable[[Iterable[Task], Lived], Generator[Done, None, None]]
"""Tasks as they are done: given tasks, and what to call after a year that one simulated in this process."""


@contextmanager
def workers(where: Where, tasks: int) -> Iterator[Finished]:
    """Those who will do so many tasks; whoever they are, the bytes are the same. Ended afterwards, come what may."""
    if where.shards is not None and where.cluster is not None:
        with dask_cluster.connected(where.cluster) as client:
            yield _in_turn(partial(perform_in_shards, dask_cluster.ClusterHolder(client), where.shards))
    elif where.shards is not None:
        with processes.holding(where.shards) as holder:
            yield _in_turn(partial(perform_in_shards, holder, where.shards))
    elif where.cluster is not None:
        with dask_cluster.connected(where.cluster) as client:
            yield lambda asked, _: dask_cluster.finished(client, perform, asked, given_up)
    elif min(where.jobs, tasks) > 1:
        with processes.pool(min(where.jobs, tasks)) as pool:
            yield lambda asked, _: pool.finished(perform, asked, given_up)
    else:
        yield _in_turn(perform)


def _in_turn(task: Callable[[Task, Lived], Done]) -> Finished:
    """One task after the other, its years counted as they pass."""
    return lambda asked, lived: (task(one, lived) for one in asked)
