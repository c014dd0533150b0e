"""One run at a time, in a thread of its own: what it tells while the years pass goes to whoever asked for it."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from sim.errors import printable

if TYPE_CHECKING:
    from sim.dashboard.live import Kept, Pair

# The model is imported by the thread that lives years, so that a page is served before.

Event = dict[str, Any]
_PAUSE = 0.12  # seconds between two pictures at least
_SHARE = 4  # and as many times as long as a picture takes, so that drawing never holds up the years


class Runner:
    """Lives pairs of futures, the newest asked for and no other, and remembers the last one for other views of it."""

    def __init__(self) -> None:
        self.pair: Pair | None = None
        self._kept: Kept | None = None
        self._stop = threading.Event()

    def stop(self) -> None:
        """End what runs after the year it is in."""
        self._stop.set()

    async def events(self, pair: Pair, draw: Callable[[Pair], Event]) -> AsyncIterator[Event]:
        """Live a pair, and tell of its years, of pictures of it, and how it ended; what ran before ends first."""
        self.stop()
        stop = self._stop = threading.Event()
        loop, queue = asyncio.get_running_loop(), asyncio.Queue[Event | None]()

        def tell(event: Event | None) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(queue.put_nowait, event)

        thread = threading.Thread(target=self._work, args=(pair, draw, stop, tell), name="years", daemon=True)
        thread.start()
        try:
            while (event := await queue.get()) is not None:
                yield event
        finally:
            stop.set()

    def _work(
        self, pair: Pair, draw: Callable[[Pair], Event], stop: threading.Event, tell: Callable[[Event | None], None]
    ) -> None:
        from sim.dashboard.live import MODELS

        try:
            with MODELS:
                if not stop.is_set():
                    self.pair = pair
                    self._live(pair, draw, stop, tell)
        except Exception as reason:  # whatever it is, the page shall say so and not wait
            tell({"event": "defect", "message": printable(f"{type(reason).__name__}: {reason}", 1_000)})
        finally:
            tell(None)
            gc.collect()  # models and their agents hold each other: fifty runs would leave fifty of them

    def _live(
        self, pair: Pair, draw: Callable[[Pair], Event], stop: threading.Event, tell: Callable[[Event | None], None]
    ) -> None:
        from sim.dashboard.live import Failed, Kept, live

        self._kept = self._kept or Kept()
        due = 0.0
        for step in live(pair, self._kept, stop.is_set):
            if isinstance(step, Failed):
                tell({"event": "failed", "replicate": step.replicate, "message": printable(step.reason, 2_000)})
                continue
            runs = pair.scenario.run.lived
            year = {"replicate": step.replicate + 1, "runs": runs, "year": step.year, "done": step.done, "of": step.of}
            tell({"event": "year", **year})
            if time.monotonic() >= due:
                before = time.monotonic()
                tell(draw(pair))
                now = time.monotonic()
                due = now + max(_PAUSE, _SHARE * (now - before))
        tell(draw(pair))
        stopped = stop.is_set() and len(pair.done) < pair.scenario.run.lived
        tell({"event": "stopped" if stopped else "done", "replicates": len(pair.done), "of": pair.scenario.run.lived})
