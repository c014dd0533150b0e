"""The parts of a page beyond its own runs: what others measured, what is not known, what is assumed, and the record."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from sim.analysis.differences import Differences
from sim.analysis.results import Results
from sim.data import catalogue
from sim.data.doubted import doubted
from sim.pages.phrases import listed, numbers
from sim.pages.report import evidence, sureness
from sim.pages.report.content import Bullets, Cell, Details, Heading, Part, Row, Table, plain_cells
from sim.pages.report.sections import Commands
from sim.pages.report.verdict import Story
from sim.pages.report.words import Speaker, chinese_names

_PUBLISHED_WORLD = "zhejiang"
_NOT_MODELLED = ("ages", "foresight", "kinds", "ties", "idle", "forecast")
_MOST = 8
_A_MINUS = re.compile(r"-(?=\d)")


def published(runs: Sequence[Results], speaker: Speaker) -> Part:
    """Experiments of others with the instruments of these scenarios, ours beside what was published."""
    say = speaker.say
    used = {str(policy["instrument"]) for one in runs for policy in one.policies}
    rows = [row for row in evidence.experiments() if row["instrument"] in used]
    banded = [row for row in rows if row["verdict"] in (evidence.INSIDE, evidence.OUTSIDE)]
    counted = [row for row in banded if not evidence.why_none(row)]
    inside = sum(row["verdict"] == evidence.INSIDE for row in counted)
    title = say("evidence.nothing") if rows else say("published.none")
    title = say("evidence.inside", inside=inside, all=len(counted)) if counted else title
    part = Part("published", say("sections.published"), title)
    if not rows:
        return part
    part.what = say("published.what")
    head = [say(f"published.head.{word}") for word in ("what", "ours", "published", "band", "verdict")]
    part.body.append(Table(part.name, head, [_experiment(row, speaker) for row in rows]))
    if len(counted) < len(banded):
        part.body.append(say("evidence.left", count=len(banded) - len(counted)))
    return part


def _experiment(row: Mapping[str, str], speaker: Speaker) -> Row:
    verdict, why = speaker.say(f"published.verdicts.{row['verdict']}"), evidence.why_none(row)
    verdict = speaker.say(f"evidence.{why}", verdict=verdict) if why else verdict
    ours = row["ours"].replace("-", numbers.MINUS)
    what, unit, years = row["what"], row["unit"], row["years"]
    told, band = (_A_MINUS.sub(numbers.MINUS, row[column]) for column in ("published", "acceptable"))
    joint = "" if unit.startswith("%") else " "
    if speaker.lang == "zh":
        names = chinese_names()
        what, unit, joint = names["published"][row["experiment"]], names["units"][unit], ""
        for word, chinese in names["published_words"].items():
            told, band, years = (text.replace(word, chinese) for text in (told, band, years))
    parts = zip(told.split("; "), evidence.of_another_quantity(row), strict=True)
    told = "; ".join(speaker.say("evidence.quantity", told=one) if other else one for one, other in parts)
    when = f" ({years})" if years else ""
    return Row(plain_cells(what, f"{ours}{joint}{unit}{when}" if ours else "–", told, band or "–", verdict))


def doubt(found: Sequence[Story], runs: Sequence[Results], speaker: Speaker, answers: Mapping[str, Any] | None) -> Part:
    """Ignorance, luck and interaction from an experiment that was given, or the shipped one; else that they are missing."""
    say, world = speaker.say, runs[0].world
    title_of = {one.name: one.title for one in runs}
    if answers is not None:
        rows = [one for one in answers["rows"] if one["policy"] in title_of]
        lead = say("doubt.own", title=speaker.title(answers["title"]), draws=answers["draws"], seeds=answers["seeds"])
        titles = {**title_of, **answers["titles"]}
        rows = rows or answers["rows"]
    else:
        rows = _shipped(world, set(title_of))
        lead, titles = say("doubt.shipped", draws=rows[0]["draws"]) if rows else "", title_of
    part = Part("doubt", say("sections.doubt"), say("doubt.missing"))
    if not rows:
        part.lead.append(say("doubt.missing_what"))
        return part
    least = min(rows, key=lambda one: one["holds"])
    count = {"least": least["holds"], "draws": least["draws"]}
    turning = [titles[one["policy"]] for one in rows if one["holds"] < 0.9 * one["draws"]]
    part.title = say("doubt.flips", titles=speaker.titles(turning), **count) if turning else say("doubt.holds", **count)
    part.what = say("doubt.what", year=speaker.year(int(rows[0]["year"])))
    part.lead.append(lead)
    parts = any(one["ignorance"] is not None for one in rows)
    columns = [
        "policy",
        "change",
        "range",
        "holds",
        *(("ignorance", "luck", "interaction") if parts else ()),
        "parameter",
        "explained",
    ]
    order = {one.outcome.label: one.order for one in found}
    table = [_doubted(one, speaker, titles, parts) for one in sorted(rows, key=lambda one: order.get(one["policy"], 99))]
    part.body.append(Table(part.name, [say(f"doubt.head.{column}") for column in columns], table))
    if not parts:
        part.body.append(say("doubt.no_parts"))
    missing = [one.title for one in found if one.outcome.label not in {row["policy"] for row in rows}]
    if answers is not None:
        part.body += sureness.further(rows, answers, titles, speaker)
    if missing:
        part.body.append(say("doubt.not_among", titles=speaker.titles(missing)))
    return part


def _shipped(world: str, names: set[str]) -> list[dict[str, Any]]:
    """Rows of the shipped experiment for these scenarios, one a policy, with the parameter that explains most."""
    found: dict[str, dict[str, Any]] = {}
    for row in doubted(world):
        if row["policy"] in names and row["policy"] not in found:
            numbers_of = {word: float(row[word]) for word in ("low", "middle", "high", "explained")}
            counts = {word: int(row[word]) for word in ("draws", "holds", "year")}
            nothing = dict.fromkeys(("ignorance", "luck", "interaction"))
            found[row["policy"]] = {"policy": row["policy"], "parameter": row["parameter"], **numbers_of, **counts, **nothing}
    return list(found.values())


def _doubted(one: Mapping[str, Any], speaker: Speaker, titles: Mapping[str, str], parts: bool) -> Row:
    low, middle, high = (numbers.signed(one[word], 4) for word in ("low", "middle", "high"))
    spread = speaker.say("number.between", low=low, high=high)
    holds = f"{one['holds']} / {one['draws']}"
    three = [one[word] for word in ("ignorance", "luck", "interaction")] if parts else []
    told = ["–" if value is None else numbers.plain(value, 4) for value in three]
    parameter, explained = "–", "–"
    if one["parameter"]:
        parameter, explained = parameter_words(one["parameter"], speaker), numbers.per_cent(one["explained"], 0, sign=False)
    return Row(
        plain_cells(speaker.title(titles[one["policy"]]), middle, spread, holds, *told, parameter, explained), one["policy"]
    )


def parameter_words(path: str, speaker: Speaker) -> str:
    """What a parameter means, with its name, by its path in a scenario."""
    name = path.rpartition(".")[2]
    meaning = speaker.known(f"parameters.{name}")
    return f"{meaning} ({name})" if meaning else name


def assumptions(runs: Sequence[Results], speaker: Speaker) -> Part:
    """Parameters that are assumed, those that matter most first, with the value in force; and what is not modelled."""
    say, world = speaker.say, runs[0].world
    part = Part("assumptions", say("sections.assumptions"), say("assumptions.title_plain"))
    known = catalogue.parameters(speaker.world)
    assumed = {name: one for name, one in known.items() if one.assumed}
    shares: dict[str, float] = {}
    rows_of = doubted(world)
    policies = {row["policy"] for row in rows_of}
    for row in rows_of:
        name = row["parameter"].rpartition(".")[2]
        shares[name] = shares.get(name, 0.0) + float(row["explained"]) / len(policies)
    names = sorted((name for name in shares if name in assumed), key=lambda name: -shares[name])[:_MOST]
    names = names or [name for name in speaker_parameters(speaker) if name in assumed][:_MOST]
    if len(shares) and len(names) > 1:
        both = [speaker.known(f"parameters.{name}") or name for name in names[:2]]
        part.title = say("assumptions.title", names=listed(both, speaker.lang))
    if names:
        part.what = say("assumptions.what")
        own = dict(runs[0].manifest["scenario"].get("parameters", {}))
        rows = []
        for name in names:
            one = known[name]
            unit = speaker.known(f"units.{one.unit}")
            value = f"{own.get(name, one.value):g} {one.unit if unit is None else unit}".strip()
            meaning = speaker.known(f"parameters.{name}") or one.meaning
            share = numbers.per_cent(shares[name], 0, sign=False) if name in shares else "–"
            rows.append(Row(plain_cells(name, value, meaning, share)))
        head = [say(f"assumptions.head.{word}") for word in ("name", "value", "meaning", "explained")]
        part.body.append(Table(part.name, head, rows))
    others = len(set(assumed) - set(names))
    if others:
        part.body.append(say("assumptions.other", count=others, world=catalogue.name_of(speaker.world)))
    part.body.append(Heading("not-modelled", say("assumptions.not_modelled")))
    part.body.append(Bullets([say(f"assumptions.{word}") for word in _NOT_MODELLED]))
    return part


def speaker_parameters(speaker: Speaker) -> list[str]:
    """The parameters that have words of their own, in their order."""
    from sim.pages.phrases import catalogue as phrases

    return [key.partition(".")[2] for key in phrases(speaker.lang) if key.startswith("parameters.")]


def record(runs: Sequence[Results], differences: Differences, speaker: Speaker, commands: Commands, again: str) -> Part:
    """Digests, versions, exact commands, notes, and every scenario as it was computed."""
    say = speaker.say
    part = Part("record", say("sections.record"), say("record.title", count=len(runs)), say("record.what"))
    head = [say(f"record.head.{word}") for word in ("scenario", "digest", "series", "replicates", "finished")]
    rows = []
    for one in runs:
        digest = Cell(str(one.manifest["scenario_digest"]), kind="digest")
        series = Cell(str(one.manifest["files"]["series.parquet"]["sha256"]), kind="digest")
        asked = len(one.manifest["replicates"])
        cells = plain_cells(f"{len(one.replicates)} / {asked}", str(one.manifest.get("finished", "–")))
        rows.append(Row([Cell(speaker.title(one.title)), digest, series, *cells], ""))
    part.body.append(Table(part.name, head, rows))
    lines = [
        f"# {say('record.this')}",
        commands.page,
        f"# {say('record.extract')}",
        "factorflow extract PAGE.html --out scenarios",
    ]
    part.body += [
        Heading("commands", say("record.commands")),
        Details(say("record.commands"), "\n".join([*lines, f"# {say('record.again')}", again])),
    ]
    notes = _notes(differences, speaker)
    if notes:
        part.body += [Heading("notes", say("record.notes")), Bullets(notes)]
    versions = "\n".join(f"{name} {value}" for name, value in sorted(runs[0].manifest.get("versions", {}).items()))
    data = "\n".join(f"{value}  {name}" for name, value in sorted(runs[0].manifest.get("data", {}).items()))
    part.body.append(Details(say("record.versions"), versions))
    if data:
        part.body.append(Details(say("record.data"), data))
    for one in runs:
        text = yaml.safe_dump(one.manifest["scenario"], allow_unicode=True, sort_keys=False, width=110)
        part.body.append(Details(say("record.scenario", title=speaker.title(one.title)), text))
    return part


def _notes(differences: Differences, speaker: Speaker) -> list[str]:
    """What a reader must know before quoting a number: in English as the comparison says it."""
    if speaker.lang == "en":
        return list(differences.notes)
    from sim.analysis.growth import accelerating
    from sim.analysis.pairing import why_unpaired

    found, base = [], differences.baseline
    for other in differences.scenarios.values():
        names = {"other": speaker.title(other.title), "base": speaker.title(base.title)}
        before, after = (dict(one.manifest["scenario"].get("parameters", {})) for one in (base, other))
        unlike = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
        for key, holds in (
            ("unpaired", other is not base and bool(why_unpaired(base, other))),
            ("version", base.manifest.get("versions") != other.manifest.get("versions")),
            ("data", base.manifest.get("data") != other.manifest.get("data")),
            ("years", base.years != other.years),
            ("parameters", bool(unlike)),
        ):
            if holds:
                found.append(
                    speaker.say(f"note.{key}", **names, **({"names": listed(unlike, "zh")} if key == "parameters" else {}))
                )
    for one in (base, *differences.scenarios.values()):
        if accelerating(one) is not None:
            found.append(speaker.say("note.accelerating", title=speaker.title(one.title)))
    return list(dict.fromkeys(found))
