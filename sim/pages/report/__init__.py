"""The page to mail: one self-contained HTML file on a comparison, or on one scenario alone.

`page(comparison, ...)` makes its text and `write(...)` the file. The file asks for nothing outside itself, says everything
without script, and holds its runs' scenarios so that `factorflow extract` can write them out.
"""

from __future__ import annotations

import base64
import hashlib
import shlex
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from sim.analysis.differences import Differences
from sim.analysis.results import Results
from sim.analysis.since import since_base_year
from sim.files import write_over
from sim.pages.phrases import catalogue
from sim.pages.recorded import world_of
from sim.pages.report import beyond, remarks, sections, unsaid, verdict
from sim.pages.report.content import Part
from sim.pages.report.labels import labelled
from sim.pages.report.record import ID, record_of
from sim.pages.report.sections import Commands
from sim.pages.report.words import Speaker
from sim.version import __version__

_BUTTONS = ("skip", "contents", "data", "command", "copy", "copied", "link", "all")

__all__ = ["Commands", "page", "write"]


def write(path: Path, subject: Differences | Results, lang: str = "en", **more: Any) -> Path:
    """Write the page of a comparison, or of one run, to a file; raises FactorFlowError where that cannot be done."""
    write_over(path, page(subject, lang, **more))
    return path


def page(
    subject: Differences | Results,
    lang: str = "en",
    names: Sequence[str] = (),
    command: str = "",
    answers: Mapping[str, Any] | None = None,
) -> str:
    """The text of the page of a comparison, or of one run against its own base year.

    names: how the runs are called on the command line, baseline first, by default their folders; command: what made the
    page; answers: what an experiment says of these scenarios, as `beyond.doubt` reads it. The same runs give the same text.
    """
    catalogue(lang)  # an unknown language is answered before anything is computed
    alone = isinstance(subject, Results)
    differences = since_base_year(subject) if isinstance(subject, Results) else subject
    labels = labelled(differences)
    runs = list(labels.values())
    speaker = Speaker(lang, world_of(runs[0]), runs[0].money, _luck(differences), _own_titles(runs))
    called = " ".join(shlex.quote(name) for name in (names or [one.path.as_posix() for one in runs]))
    said = command or f"factorflow report {called}{'' if lang == 'en' else f' --lang {lang}'}"
    commands = Commands(called, said)
    found = verdict.stories(differences)
    parts = _alone(found, differences, speaker, commands) if alone else _compared(found, differences, speaker, commands)
    parts += [
        beyond.published(runs, speaker),
        beyond.doubt(found, differences, speaker, answers),
        beyond.assumptions(differences, speaker),
    ]
    if alone:
        parts[0].lead += remarks.spending(runs, speaker)
    parts[-1].body += unsaid.terms_by_default(runs, speaker)
    parts.append(beyond.record(runs, differences, speaker, commands, _again(list(labels), alone)))
    return _rendered(parts, found, labels, speaker, commands, alone)


def _compared(found: list[verdict.Story], differences: Differences, speaker: Speaker, commands: Commands) -> list[Part]:
    money = "--figure map --measure real_income_per_head"
    warnings = [*remarks.held(found, differences, speaker), *remarks.spending(list(labelled(differences).values()), speaker)]
    parts = [
        sections.verdicts(found, differences, speaker, warnings),
        sections.ranking(found, speaker, commands),
        sections.curves(labelled(differences), speaker, commands.compare("--figure convergence")),
        sections.difference(found, differences, speaker, commands),
        sections.where(found, differences, speaker, commands.compare(money)),
        sections.who(found, differences, speaker, commands.compare("--json")),
        sections.paying(found, differences, speaker, commands),
    ]
    return [part for part in parts if part is not None]


def _alone(found: list[verdict.Story], differences: Differences, speaker: Speaker, commands: Commands) -> list[Part]:
    run = differences.baseline
    parts = [
        sections.own_verdict(found, differences, speaker),
        sections.curves(labelled(differences), speaker, commands.plot("convergence")),
        sections.where(found, differences, speaker, commands.plot("map"), alone=True),
        sections.who(found, differences, speaker, commands.page, alone=True),
        sections.own_money(run, speaker),
    ]
    return [part for part in parts if part is not None]


def _luck(differences: Differences) -> str:
    """What a page may say of luck: nothing where people are shares, no band where one draw, or one pair, is all there is."""
    return "smooth" if not differences.drawn else "single" if int(differences.table["replicates"].max()) < 2 else ""


def _own_titles(runs: Sequence[Results]) -> dict[str, str]:
    """Chinese titles that scenarios have of their own, by title."""
    return {one.title: one.manifest["scenario"]["title_zh"] for one in runs if "title_zh" in one.manifest["scenario"]}


def _again(labels: Sequence[str], alone: bool) -> str:
    """The command that makes the page again from what was extracted."""
    files_of = " ".join(shlex.quote(f"scenarios/{label}.yaml") for label in labels)
    return f"factorflow {'run' if alone else 'compare'} {files_of}"


@cache
def _asset(name: str) -> str:
    return (files(__name__) / name).read_text(encoding="utf-8").strip()


def _hash(text: str) -> str:
    """What a content policy knows a style or a script by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


@cache
def _environment() -> Environment:
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _rendered(
    parts: list[Part],
    found: list[verdict.Story],
    labels: Mapping[str, Results],
    speaker: Speaker,
    commands: Commands,
    alone: bool,
) -> str:
    say, lang, runs = speaker.say, speaker.lang, list(labels.values())
    titles = [speaker.title(one.title) for one in found]
    first, last = speaker.year(runs[0].years[0]), speaker.year(found[0].outcome.year)
    span = {"world": speaker.world_name(), "first": first, "last": last, "money": speaker.dated()}
    count = say("page.count_one") if len(found) == 1 else say("page.count_many", count=len(found))
    base = speaker.title(runs[0].title)
    asked = say("page.asked_one", **span) if alone else say("page.asked", **span, count=count, base=base)
    replicates = {len(one.replicates) for one in runs}
    smooth = all(one.manifest["scenario"].get("run", {}).get("continuum", False) for one in runs)
    number = "–".join(str(one) for one in sorted({min(replicates), max(replicates)}))
    runs_said = (
        say("page.continuum") if smooth else say("page.run_one") if replicates == {1} else say("page.runs", replicates=number)
    )
    style, script = _asset("style.css"), _asset("script.js")
    policies = [] if len(found) < 2 else [
        (one.outcome.label, say("page.only", title=title), title) for one, title in zip(found, titles, strict=True)
    ]  # fmt: skip
    template = _environment().from_string(_asset("page.html.j2"))
    return template.render(
        lang="zh-Hans" if lang == "zh" else lang,
        title=say("page.title", title=speaker.world_name()),
        name=found[0].outcome.label if alone else "report",
        headline=titles[0] if alone else speaker.finding(verdict.headline(found, found[0].outcome.year)),
        asked=asked,
        parts=parts,
        policies=policies,
        words={word: say(f"page.{word}") for word in _BUTTONS},
        source=lambda told: say("page.source", source=told or say("page.own_source")),
        made_by=say("page.made_by", version=__version__, runs=runs_said),
        version=__version__,
        style=Markup(style),
        script=Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
        record=Markup(record_of(labels, [commands.page])),
        record_id=ID,
    ) + "\n"  # fmt: skip
