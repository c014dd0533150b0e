"""The server of one scenario file: on this machine alone, at a free port, until it is interrupted."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import os
import secrets
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from sim.dashboard.app import application
from sim.dashboard.session import Session
from sim.errors import FactorFlowError

HOST = "127.0.0.1"
_PORTS = range(61_000, 65_536)
_LEAVE = 2  # seconds that open answers have to end
_OPENS = 0.5  # seconds in which a page that is opened at once is served; of one that is opened later nobody knows when


def serve(file: Path, port: int, lang: str, opens: bool, say: Callable[[str], object]) -> None:
    """Serve the dashboard of a scenario file until interrupted; `say` is told the address.

    Port 0 is the file's own where that is free, so that a browser finds what it kept of an unsaved text, else any free one.

    Raises FactorFlowError where the file cannot be edited or the port is taken.
    """
    from sim.vocabulary import vocabulary

    session = Session(file, vocabulary)
    here = _bound(port) if port else _bound_for(session.file)
    port, token = here.getsockname()[1], secrets.token_urlsafe(32)
    address = f"http://{HOST}:{port}/?token={token}&lang={lang}"
    opened = threading.Event()
    app = application(session, token, port, opened.set)
    server = _Server(uvicorn.Config(app, log_level="warning", access_log=False, ws="none", timeout_graceful_shutdown=_LEAVE))
    threading.Thread(target=_warm, args=(opened,), name="warm-up", daemon=True).start()
    say(address)
    if opens:
        server.ready = lambda: webbrowser.open(address)
    with here:
        server.run(sockets=[here])


class _Server(uvicorn.Server):
    """A server that tells when it listens, and leaves Ctrl-C and other signals to whoever started it."""

    ready: Callable[[], object] = staticmethod(lambda: None)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then tell."""
        await super().startup(sockets)
        asyncio.get_running_loop().run_in_executor(None, self.ready)


def port_of(file: Path) -> int:
    """The port at which a file is served where it is free: above those that Linux gives to connections of its own."""
    digest = hashlib.sha256(os.fsencode(os.path.realpath(file))).digest()
    return _PORTS.start + int.from_bytes(digest[:4], "big") % len(_PORTS)


def _bound_for(file: Path) -> socket.socket:
    try:
        return _bound(port_of(file))
    except FactorFlowError:  # it is taken, perhaps by a second server of the same file
        return _bound(0)


def _bound(port: int) -> socket.socket:
    here = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        here.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        here.bind((HOST, port))
        here.listen()  # whoever asks before the server is up waits, and is not refused
    except OSError as reason:
        here.close()
        answer = f"port {port} of {HOST} cannot be used: {reason.strerror}. Leave --port out for a free one."
        raise FactorFlowError(answer) from reason
    return here


def _warm(opened: threading.Event) -> None:
    """Do what takes seconds the first time, while somebody reads the page: two threads of Python would share one core."""
    opened.wait(_OPENS)
    with _without_searches():
        from sim.dashboard import figures  # noqa: F401  # what draws is asked for a moment after what lives
        from sim.dashboard.live import warm
        from sim.vocabulary import vocabulary

        vocabulary()
    warm()


@contextmanager
def _without_searches() -> Iterator[None]:
    """Python looks for what is no longer used again and again while thousands of things are made that all are used."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
