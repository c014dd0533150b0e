"""A Dask cluster: the tasks that processes would run, and objects that live with its workers."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from itertools import islice
from typing import Any, TypeVar

from sim.analysis.versions import versions
from sim.data import catalogue
from sim.errors import FactorFlowError
from sim.experiments.executors import Lived

T = TypeVar("T")
K = TypeVar("K")

_ANSWER, _PATIENCE, _LOOK = 10, 60, 2  # seconds: for a first answer; without any worker; between two looks at them

_FEWEST_WAITING = 8  # tasks given to a cluster, however small it is at the moment

_one_at_a_time = threading.Lock()  # compiled threads are not made to be started from two threads at once


class _NobodyWaits(BaseException):
    """Ends a task whose result nobody waits for any more."""


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """A client of the scheduler at an address, closed afterwards; what it still had running is cancelled."""
    try:
        from distributed import Client
    except ImportError:
        raise FactorFlowError(
            "--cluster needs Dask, which is not installed here: pip install 'factorflow[cluster]', "
            "on this machine and on those of the cluster."
        ) from None
    log = logging.getLogger("distributed")
    level = log.level
    log.setLevel(logging.CRITICAL)  # what goes wrong is reported below, once
    client = None
    try:
        client = _client(Client, address)
        yield client
    finally:
        if client is not None:
            client.close()
        log.setLevel(level)


def _client(make: Any, address: str) -> Any:
    try:
        client = make(address, timeout=_ANSWER, set_as_default=False)
    except (OSError, ValueError, RuntimeError) as reason:
        raise FactorFlowError(
            f"no Dask scheduler answered at {address} within {_ANSWER} seconds ({reason or type(reason).__name__}). "
            "Start one with `dask scheduler`, workers with `dask worker ADDRESS --nthreads 1`, and give its address."
        ) from None
    try:
        client.wait_for_workers(1, timeout=_ANSWER)
    except (OSError, TimeoutError):
        client.close()
        raise FactorFlowError(_without_workers(address, _ANSWER)) from None
    return client


def _without_workers(address: str, seconds: float) -> str:
    return (
        f"the Dask scheduler at {address} has had no workers for {seconds:.0f} seconds. "
        f"Start some with `dask worker {address} --nthreads 1`."
    )


def finished(
    client: Any, task: Callable[[K, Lived], T], items: Iterable[K], given_up: Callable[[K, str], T]
) -> Generator[T, None, None]:
    """Results of task(item, lived) as they come from a cluster; a lost worker's tasks are done again by others.

    items: taken as workers are free for them, so that a long list is never held by the scheduler. given_up(item, reason)
    stands in for one on which one worker after the other ended.
    """
    from distributed import KilledWorker

    expected, coming, waiting = _program(), iter(items), dict[Any, K]()
    while True:
        most = max(_FEWEST_WAITING, 2 * threads(client))
        for item in islice(coming, most - len(waiting)):
            waiting[client.submit(partial(_do, expected, task, item), pure=False)] = item
        if not waiting:
            return
        for future in _done(client, list(waiting)):
            item = waiting.pop(future)
            try:
                yield _result(future)
            except KilledWorker as error:
                yield given_up(
                    item, f"one worker of the cluster after the other ended on it, probably for want of memory: {error}"
                )


def _done(client: Any, futures: Sequence[Any]) -> Sequence[Any]:
    """Wait until some futures are done; raises FactorFlowError when the scheduler is gone, or no worker comes for long."""
    from distributed import CancelledError, wait

    address, alone_since = client.scheduler.address, None
    while True:
        try:
            with client.as_current():
                return [*wait(futures, timeout=_LOOK, return_when="FIRST_COMPLETED").done]
        except TimeoutError:
            pass
        except CancelledError:
            raise _scheduler_lost(address) from None
        alone_since = None if _workers(client) else alone_since or time.monotonic()
        if alone_since is not None and time.monotonic() - alone_since > _PATIENCE:
            raise FactorFlowError(_without_workers(address, _PATIENCE))


def threads(client: Any) -> int:
    """Threads that the workers of a cluster have at the moment, all together, one at least."""
    return max(1, sum(_workers(client).values()))


def _workers(client: Any) -> dict[str, int]:
    """Threads of the workers there are, by their address."""
    try:
        return dict(client.ncores())
    except (OSError, TimeoutError):
        raise _scheduler_lost(client.scheduler.address) from None


def _scheduler_lost(address: str) -> FactorFlowError:
    return FactorFlowError(f"the connection to the Dask scheduler at {address} was lost, and with it the run.")


def _result(future: Any) -> Any:
    """The result of a future that is done; raises what the task raised, or why a worker could not even begin it."""
    from distributed import CancelledError

    try:
        return future.result()
    except CancelledError:
        raise _scheduler_lost(future.client.scheduler.address) from None
    except (ImportError, AttributeError) as reason:
        raise _other_program(str(reason)) from None
    except RuntimeError as reason:
        if "deserializ" not in str(reason):
            raise
        raise _other_program(str(reason.__cause__ or reason)) from None


def _other_program(reason: str) -> FactorFlowError:
    return FactorFlowError(
        f"the cluster cannot run this factorflow ({reason}). Install the same version with "
        "`pip install 'factorflow[cluster]'` on the scheduler's machine and on every worker's, and start them anew."
    )


def _do(expected: dict[str, str], task: Callable[[K, Lived], T], item: K) -> T:
    """A task on a worker, alone in its process."""
    _same_program(expected)
    with _one_at_a_time:
        _use_threads_of_worker()
        return task(item, _end_when_nobody_waits(_own_key()))


def _same_program(expected: dict[str, str]) -> None:
    """Raise FactorFlowError where a worker would compute with other versions: its digits might differ silently."""
    own = _own_program()
    differing = [f"{name} {own.get(name)}, not {wanted}" for name, wanted in expected.items() if own.get(name) != wanted]
    if differing:
        raise _other_program(f"a worker has {'; '.join(differing)}")


def _program() -> dict[str, str]:
    """What results depend on besides the scenario: versions, and the data of all worlds by the start of their hashes."""
    data = {name: found for world in catalogue.worlds() for name, found in catalogue.fingerprints(world).items()}
    return {**versions(), **{name: found[:16] for name, found in data.items()}}


@cache
def _own_program() -> dict[str, str]:
    return _program()


def _use_threads_of_worker() -> None:
    import numba
    from distributed import get_worker

    numba.set_num_threads(max(1, min(get_worker().state.nthreads, numba.config.NUMBA_NUM_THREADS)))


def _own_key() -> Any:
    from distributed import get_worker

    return get_worker().get_current_task()


def _end_when_nobody_waits(key: Any) -> Lived:
    """Raises once the task of a key was cancelled: Dask itself lets a task that has begun run to its end."""
    from distributed import get_worker

    tasks = get_worker().state.tasks

    def lived(_year: int) -> None:
        task = tasks.get(key)
        if task is None or task.state == "cancelled":
            raise _NobodyWaits(f"nobody waits for {key} any more")

    return lived


class ClusterHolder:
    """Objects with the workers of a cluster; Dask makes the objects of a lost worker anew with another."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def hold(self, makers: Sequence[Callable[[], Any]]) -> Sequence[HeldByWorker]:
        """An object by each maker, spread over the workers there are."""
        workers = sorted(self.client.ncores())
        if not workers:
            raise FactorFlowError(_without_workers(self.client.scheduler.address, 0))
        return [HeldByWorker(self.client, maker, workers[place % len(workers)]) for place, maker in enumerate(makers)]


class HeldByWorker:
    """An object that is the result of a task, kept in a worker's memory and changed there by the calls that follow."""

    def __init__(self, client: Any, maker: Callable[[], Any], worker: str) -> None:
        # a wish, not a condition: when this worker is lost, Dask lets another make the object
        self._client, self._wish = client, {"workers": [worker], "allow_other_workers": True, "pure": False}
        self._object = client.submit(partial(_made, _program(), maker), **self._wish)

    def ask(self, method: str, *arguments: object) -> Callable[[], Any]:
        """Begin a call of the object's method; what is returned waits for the answer."""
        future = self._client.submit(partial(_asked, method, arguments), self._object, **self._wish)
        return lambda: self._answer(future)

    def _answer(self, future: Any) -> Any:
        from distributed import KilledWorker

        _done(self._client, [future])
        try:
            return _result(future)
        except KilledWorker as error:
            raise FactorFlowError(
                f"one worker of the cluster after the other ended on a shard of agents, probably for want of memory: {error}"
            ) from None


def _made(expected: dict[str, str], maker: Callable[[], T]) -> T:
    _same_program(expected)
    with _one_at_a_time:
        _use_threads_of_worker()
        return maker()


def _asked(method: str, arguments: tuple[object, ...], held: Any) -> Any:
    with _one_at_a_time:
        _use_threads_of_worker()
        return getattr(held, method)(*arguments)
