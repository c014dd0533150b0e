"""Who does the tasks of a command: this process, one warm pool of processes, or the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from functools import partial
from itertools import pairwise

from sim.experiments.executors import Lived, Where, processes
from sim.experiments.executors import cluster as dask_cluster
from sim.experiments.first_years import FirstYears, kin
from sim.experiments.task import Done, Task, given_up, ignored, perform, perform_in_shards

_TOGETHER = 16  # tasks that one process does in one piece, at most: killed, they are lost together
_PIECES = 2  # for every worker at least, so that none waits long for the last

Finished = Callable[[Iterable[Task], Lived], Generator[Done, None, None]]
"""Tasks as they are done: given tasks, and what to call after a year that one simulated in this process."""


@contextmanager
def workers(where: Where, tasks: int) -> Iterator[Finished]:
    """Those who will do so many tasks; whoever they are, the bytes are the same. Ended afterwards, come what may."""
    jobs = where.processes(tasks)
    if where.shards is not None and where.cluster is not None:
        with dask_cluster.connected(where.cluster) as client:
            yield _in_shards(partial(perform_in_shards, dask_cluster.ClusterHolder(client), where.shards))
    elif where.shards is not None:
        with processes.holding(where.shards) as holder:
            yield _in_shards(partial(perform_in_shards, holder, where.shards))
    elif where.cluster is not None:
        with dask_cluster.connected(where.cluster) as client:
            yield lambda asked, _: _flat(
                dask_cluster.finished(
                    client, partial(_each, perform), together(asked, dask_cluster.threads(client)), _each_given_up
                )
            )
    elif jobs > 1:
        with nullcontext(where.pool) if where.pool else processes.pool(jobs) as pool:
            yield lambda asked, _: _flat(pool.finished(partial(_each, perform), together(asked, jobs), _each_given_up))
    else:
        yield lambda asked, lived: (done for piece in together(asked, 1) for done in _one_by_one(perform, piece, lived))


def together(tasks: Iterable[Task], jobs: int) -> Iterator[tuple[Task, ...]]:
    """Tasks in pieces for so many workers: those whose first years may be the same in one, else in the same order."""
    families: dict[Hashable, list[Task]] = {}
    count = 0
    for task in tasks:
        families.setdefault(kin(task), []).append(task)
        count += 1
    most = min(_TOGETHER, -(-count // (_PIECES * jobs)))
    for family in families.values():
        pieces = -(-len(family) // most)
        ends = [len(family) * piece // pieces for piece in range(pieces + 1)]
        yield from (tuple(family[start:end]) for start, end in pairwise(ends))


def _one_by_one(perform: Callable[..., Done], piece: Sequence[Task], *lived: Lived) -> Iterator[Done]:
    """The tasks of a piece, each as it is done; the years that they live alike are lived once."""
    first_years = FirstYears(piece)
    return (perform(task, *(lived or (ignored,)), first_years) for task in piece)


def _each(perform: Callable[..., Done], piece: Sequence[Task], *lived: Lived) -> list[Done]:
    """The tasks of a piece, all done."""
    return list(_one_by_one(perform, piece, *lived))


def _each_given_up(piece: Sequence[Task], reason: str) -> list[Done]:
    return [given_up(one, reason) for one in piece]


def _flat(pieces: Generator[list[Done], None, None]) -> Generator[Done, None, None]:
    """What was done piece by piece, one after the other; closed early, so is the work."""
    with closing(pieces) as coming:
        for piece in coming:
            yield from piece


def _in_shards(task: Callable[[Task, Lived], Done]) -> Finished:
    """One task after the other, its years counted as they pass."""
    return lambda asked, lived: (task(one, lived) for one in asked)
