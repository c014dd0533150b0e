"""What stands in front of every route: who may ask, from which page, how much they may send, and what a page may load.

A page of another site that a browser has open can send requests here. It is refused by its Host (a name that was made to
point here), by its Origin, and because it does not know the word that was printed when the server started.
"""

from __future__ import annotations

import hmac
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = ("127.0.0.1", "localhost")
MOST_BYTES = 2 * 1024 * 1024
"""Bytes of a request's body; a scenario has at most half as many."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ALWAYS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Headed:
    """Gives every answer, also a refusal, the headers that keep a page to itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the headers added."""

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers[name] = value
            await send(message)

        await self.app(scope, receive, headed)


class _TooLargeError(Exception):
    """More was sent than is allowed."""


class Guarded:
    """Lets through whoever knows the token, from a page of this server, with a body of at most MOST_BYTES.

    The token is taken from the address of the page once, and from then on from a cookie that is sent by no other site.
    """

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self.app, self.token = app, token
        self.cookie = cookie_of(port)
        self.origins = frozenset(f"http://{host}:{port}" for host in HOSTS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse in a sentence."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        started = False

        async def sent(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, _limited(receive), sent)
        except _TooLargeError:
            if not started:
                await _too_large()(scope, receive, send)

    def _refusal(self, scope: MutableMapping[str, Any]) -> PlainTextResponse | None:
        """Why a request is not answered; None where it is."""
        if scope["type"] != "http":
            return PlainTextResponse("Not found.", status_code=404)
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if (origin is None and scope["method"] not in ("GET", "HEAD")) or (origin is not None and origin not in self.origins):
            return PlainTextResponse("This may only be asked by a page of this server.", status_code=403)
        if not self._knows(Request(scope)):
            return PlainTextResponse("Open the address that the program printed: it holds the word that lets you in.", 403)
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MOST_BYTES:
            return _too_large()
        return None

    def _knows(self, request: Request) -> bool:
        given = request.cookies.get(self.cookie, "")
        if request.url.path == "/" and "token" in request.query_params:
            given = request.query_params["token"]
        return hmac.compare_digest(given.encode(), self.token.encode())


def cookie_of(port: int) -> str:
    """The name of the cookie; cookies do not know ports, so that two servers need two names."""
    return f"factorflow-{port}"


def _too_large() -> PlainTextResponse:
    return PlainTextResponse(f"At most {MOST_BYTES // 1024} KiB may be sent.", status_code=413)


def _limited(receive: Receive) -> Receive:
    """What is received, until it is more than allowed."""
    total = 0

    async def limited() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > MOST_BYTES:
            raise _TooLargeError
        return message

    return limited
