"""Who does the tasks of a command: this process, one warm pool of processes, or the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from itertools import groupby

from sim.experiments.executors import Lived, Where, processes
from sim.experiments.executors import cluster as dask_cluster
from sim.experiments.task import Done, Task, given_up, perform, perform_in_shards

_TOGETHER = 16  # tasks of one draw that one process does, at most: killed, they are lost together

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
            yield lambda asked, _: _flat(
                dask_cluster.finished(client, partial(_each, perform), together(asked), _each_given_up)
            )
    elif min(where.jobs, tasks) > 1:
        with processes.pool(min(where.jobs, tasks)) as pool:
            yield lambda asked, _: _flat(pool.finished(partial(_each, perform), together(asked), _each_given_up))
    else:
        yield _in_turn(perform)


def together(tasks: Iterable[Task]) -> Iterator[tuple[Task, ...]]:
    """Tasks in the same order, those that share the world of a draw in one piece; all others one by one."""
    for _, group in groupby(tasks, key=lambda task: (task.draw, task.scenario.parameters) if task.drawn else task.digest):
        piece = list(group)
        for start in range(0, len(piece), _TOGETHER):
            yield tuple(piece[start : start + _TOGETHER])


def _each(task: Callable[..., Done], piece: Sequence[Task], *lived: Lived) -> list[Done]:
    """Tasks one after the other, so that the world that they share is built once."""
    return [task(one, *lived) for one in piece]


def _each_given_up(piece: Sequence[Task], reason: str) -> list[Done]:
    return [given_up(one, reason) for one in piece]


def _flat(pieces: Generator[list[Done], None, None]) -> Generator[Done, None, None]:
    """What was done piece by piece, one after the other; closed early, so is the work."""
    with closing(pieces) as coming:
        for piece in coming:
            yield from piece


def _in_turn(task: Callable[[Task, Lived], Done]) -> Finished:
    """One task after the other, its years counted as they pass."""
    return lambda asked, lived: (task(one, lived) for one in asked)
