"""The routes of the dashboard: the page and its files, check, run, stop, other views, save, and the file as it is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sim.dashboard import page
from sim.dashboard.faults import said
from sim.dashboard.runner import Event, Runner
from sim.dashboard.security import HOSTS, Guarded, Headed, cookie_of
from sim.dashboard.session import ConflictError, Session
from sim.errors import FactorFlowError, Fault
from sim.pages.phrases import title_in

if TYPE_CHECKING:
    from sim.dashboard.live import Pair
    from sim.dashboard.session import Checked

_FAULTS = 50  # named on the page; the rest is counted


def application(session: Session, token: str, port: int, opened: Callable[[], object] = lambda: None) -> Starlette:
    """The application that serves one session to whoever knows the token, at a port of this machine.

    opened: called whenever a page has been sent.
    """
    runner = Runner()
    routes = _Routes(session, runner, token, cookie_of(port), opened)

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        yield
        runner.stop()

    return Starlette(
        routes=[
            Route("/", routes.page),
            *(Route(f"/{name}", routes.file) for name in page.FILES),
            Route("/check", routes.check, methods=["POST"]),
            Route("/run", routes.run, methods=["POST"]),
            Route("/stop", routes.stop, methods=["POST"]),
            Route("/view", routes.view, methods=["POST"]),
            Route("/save", routes.save, methods=["POST"]),
            Route("/reread", routes.reread, methods=["POST"]),
        ],
        middleware=[
            Middleware(Headed),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(HOSTS), www_redirect=False),
            Middleware(Guarded, token=token, port=port),
        ],
        exception_handlers={FactorFlowError: _refused},
        lifespan=life,
    )


def _refused(_: Request, reason: Exception) -> Response:
    return JSONResponse({"message": str(reason)}, status_code=422)


class _Routes:
    """What each route does."""

    def __init__(self, session: Session, runner: Runner, token: str, cookie: str, opened: Callable[[], object]) -> None:
        self.session, self.runner, self.token, self.cookie, self.opened = session, runner, token, cookie, opened
        self.shown = page.View()

    async def page(self, request: Request) -> Response:
        """The page in the language asked for; the cookie that lets its scripts in comes with it."""
        view = page.View.asked(request.query_params)
        answer = HTMLResponse(
            await run_in_threadpool(page.render, self.session, view), background=BackgroundTask(self.opened)
        )
        answer.set_cookie(self.cookie, self.token, httponly=True, samesite="strict", path="/")
        return answer

    async def file(self, request: Request) -> Response:
        """A style sheet or script of the page."""
        name = request.url.path.removeprefix("/")
        return Response(page.FILES[name](), media_type="text/css" if name.endswith(".css") else "text/javascript")

    async def check(self, request: Request) -> Response:
        """What is wrong with a text, and what can be dragged in it."""
        asked = await _asked(request)
        checked = await self._checked(_word(asked, "text"))
        return JSONResponse(_told(checked, self.session, page.View.asked(asked).lang))

    async def run(self, request: Request) -> Response:
        """A line of JSON for every year, picture and end of a run of a text."""
        asked = await _asked(request)
        text = _word(asked, "text")
        checked = await self._checked(text)
        if checked.scenario is None:
            return JSONResponse(_told(checked, self.session, page.View.asked(asked).lang), status_code=422)
        self.shown = page.View.asked(asked)
        pair = await run_in_threadpool(self._pair, checked.scenario, text, self.shown.baseline)
        lines = _lines(self.runner.events(pair, self._drawn))
        return StreamingResponse(lines, media_type="application/x-ndjson")

    async def stop(self, _: Request) -> Response:
        """End the run after the year it is in."""
        self.runner.stop()
        return Response(status_code=204)

    async def view(self, request: Request) -> Response:
        """The last run in another view: another measure, another language."""
        self.shown = page.View.asked(await _asked(request))
        pair = self.runner.pair
        return JSONResponse({} if pair is None else await run_in_threadpool(self._drawn, pair))

    async def save(self, request: Request) -> Response:
        """Write the text into the file, or say why not."""
        asked = await _asked(request)
        over = asked.get("over")
        try:
            state = await run_in_threadpool(self.session.save, _word(asked, "text"), over if isinstance(over, str) else None)
        except ConflictError as reason:
            return JSONResponse({"message": str(reason), "state": reason.state}, status_code=409)
        return JSONResponse({"state": state})

    async def reread(self, _: Request) -> Response:
        """The text of the file as it is on disk."""
        text = await run_in_threadpool(self.session.reread)
        return JSONResponse({"text": text, "state": self.session.state})

    async def _checked(self, text: str) -> Checked:
        """A text, checked; it is remembered here, where requests stand in the order in which they came."""
        self.session.text = text
        return await run_in_threadpool(self.session.check, text)

    def _pair(self, scenario: Any, text: str, chosen: str) -> Pair:
        from sim.dashboard.baselines import baseline_of
        from sim.dashboard.live import paired
        from sim.experiments.cost import check_cost

        # of each replicate a page keeps little, so that only two models living side by side can be too much
        pair = scenario.run.model_copy(update={"replicates": 2, "minutes": None})
        check_cost(scenario.model_copy(update={"run": pair}), jobs=2)
        return paired(scenario, baseline_of(self.session, text, chosen))

    def _drawn(self, pair: Pair) -> Event:
        from sim.dashboard.figures import parts_of

        return {"event": "figures", **parts_of(pair, self.shown)}


async def _lines(events: AsyncIterator[Event]) -> AsyncIterator[str]:
    async for event in events:
        yield json.dumps(event, ensure_ascii=False, allow_nan=False) + "\n"


async def _asked(request: Request) -> Mapping[str, Any]:
    """The words of a request; raises HTTPException (400) for anything but an object of JSON."""
    try:
        asked = json.loads(await request.body())
    except (ValueError, RecursionError) as reason:
        raise HTTPException(400, "This is no JSON.") from reason
    if not isinstance(asked, dict):
        raise HTTPException(400, "This is no object.")
    return asked


def _word(asked: Mapping[str, Any], name: str) -> str:
    word = asked.get(name)
    if not isinstance(word, str):
        raise HTTPException(400, f"{name} must be text.")
    return word


def _told(checked: Checked, session: Session, lang: str) -> dict[str, Any]:
    """A checked text as plain values, its title and faults in a language."""
    scenario = checked.scenario
    return {
        "title": "" if scenario is None else title_in(lang, scenario.title, scenario.title_zh),
        "faults": [_fault(fault, session, lang) for fault in checked.faults[:_FAULTS]],
        "more": max(0, len(checked.faults) - _FAULTS),
        "sliders": [slider.to_json() for slider in checked.sliders],
    }


def _fault(fault: Fault, session: Session, lang: str) -> dict[str, Any]:
    """A fault; file is empty where it stands in the text itself."""
    own = fault.file == str(session.file)
    message, spoken = said(fault, lang)
    place = {"file": "" if own else fault.file, "line": fault.line, "path": fault.path}
    return {**place, "message": message, "lang": spoken}
