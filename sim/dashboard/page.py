"""The page itself: its words in the language asked for, the text it starts with, and the files it loads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from sim.errors import FactorFlowError
from sim.pages.phrases import LANGUAGES, NAMES, catalogue, phrase
from sim.version import __version__

if TYPE_CHECKING:
    from jinja2 import Template

    from sim.dashboard.session import Session

MEASURES = (
    "urban_rural_ratio", "real_income_per_head", "income_per_head", "output_per_head", "output", "population",
    "population_newcomers", "urban_share", "individual_gini", "general_purchases_per_head",
)  # fmt: skip
"""What can be drawn of the whole world, where a run recorded it; the first is drawn unless another is asked for."""

_SCRIPT = "dashboard.js."  # phrases that the script fills in


@dataclass(frozen=True)
class View:
    """How a run is looked at: the language, the measure that is drawn, and the choice of baseline."""

    lang: str = LANGUAGES[0]
    measure: str = MEASURES[0]
    baseline: str = ""

    @classmethod
    def asked(cls, words: Mapping[str, Any]) -> View:
        """The view that words ask for; what is not offered falls back to what is shown first."""
        lang, measure, baseline = (words.get(name) for name in ("lang", "measure", "baseline"))
        return cls(
            lang if lang in LANGUAGES else LANGUAGES[0],
            measure if measure in MEASURES else MEASURES[0],
            baseline if isinstance(baseline, str) else "",
        )


def render(session: Session, view: View) -> str:
    """The page of a session, with the text as it was last worked on, or as the file is where nothing is unsaved."""
    from markupsafe import Markup

    from sim.dashboard.baselines import ROOT, SAVED, beside
    from sim.dashboard.observed import first_picture

    if session.text == session.saved:
        with suppress(FactorFlowError):  # a file that is gone is told of when it is saved
            session.reread()
    lang = view.lang

    def say(key: str, **values: object) -> str:
        return phrase(f"dashboard.{key}", lang, **values)

    choices = [(ROOT, say("root")), (SAVED, say("saved_text")), *((name, name) for name in beside(session))]
    return _template().render(
        say=say,
        lang=lang,
        html_lang={"zh": "zh-CN"}.get(lang, lang),
        languages=[(code, NAMES[code]) for code in LANGUAGES],
        file=session.file.name,
        text=session.text,
        baselines=choices,
        measures=[(name, say(f"measures.{name}")) for name in MEASURES],
        view=view,
        first=Markup(first_picture(session, lang)) if view.measure == MEASURES[0] else "",
        version=__version__,
        boot={
            "saved": session.saved,
            "state": session.state,
            "file": str(session.folder / session.file.name),
            "lang": lang,
            **said_in(lang),
            "words": {key.removeprefix(_SCRIPT): text for key, text in catalogue(lang).items() if key.startswith(_SCRIPT)},
        },
    )


@cache
def said_in(lang: str) -> Mapping[str, Mapping[str, str]]:
    """What numbers mean and their units in a language, by the English words of the schema; nothing in English itself."""
    if lang != "zh":
        return {"meanings": {}, "units": {}}
    text = (files("sim.pages.phrases") / "meanings_zh.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("sim.dashboard", ".")
    rooms = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return rooms.get_template("page.html.j2")


def _read(name: str) -> Callable[[], bytes]:
    return lambda: (files("sim.dashboard") / name).read_bytes()


FILES: Mapping[str, Callable[[], bytes]] = {name: _read(name) for name in ("dashboard.css", "dashboard.js")}
"""What the page loads, by name: nothing else is ever served."""
