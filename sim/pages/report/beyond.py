"""The parts of a page beyond its own runs: what others measured, what is not known, what is assumed, and the record."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from sim.analysis.differences import Differences
from sim.analysis.doubt.alike import matched
from sim.analysis.results import Results
from sim.data import catalogue
from sim.data.doubted import doubted
from sim.pages.phrases import chinese_names, listed, numbers
from sim.pages.report import evidence, sureness
from sim.pages.report.content import Bullets, Cell, Details, Heading, Part, Row, Table, plain_cells
from sim.pages.report.doubts import check_world, same_tables
from sim.pages.report.sections import Commands
from sim.pages.report.verdict import Story
from sim.pages.report.words import Speaker

_NOT_MODELLED = ("ages", "foresight", "kinds", "ties", "idle")
_MOST = 8
_HELD = 0.9  # share of draws in which a sign has to hold, or it is said to turn
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


def doubt(
    found: Sequence[Story], differences: Differences, speaker: Speaker, answers: Mapping[str, Any] | None = None
) -> Part:
    """Ignorance, luck and interaction from an experiment that was given, or the shipped one; else that they are missing.

    Only rows of the scenarios told of, against the same baseline and to the same year, are told; that others are left out is
    said. Raises ResultsError for an experiment in another world.
    """
    say, titles = speaker.say, {one.outcome.label: one.title for one in found}
    if answers is not None:
        check_world(answers["title"], answers["world"], [differences.baseline])
        rows, left = _own(answers, differences)
        told = "doubt.own" if answers["seeds"] > 1 else "doubt.own_once"
        lead = [say(told, title=speaker.title(answers["title"]), draws=answers["draws"], seeds=answers["seeds"])]
        out = [str(answers["titles"].get(name, name)) for name in left]
        lead += [say("doubt.left_out", titles=speaker.titles(out), year=speaker.year(differences.year))] if out else []
    else:
        rows = _shipped(differences)
        lead = [say("doubt.shipped", draws=rows[0]["draws"])] if rows else []
    part = Part("doubt", say("sections.doubt"), say("doubt.missing"))
    part.lead += lead
    if not rows:
        part.lead.append(say("doubt.missing_what"))
        return part
    part.title = _sign(rows, titles, speaker)
    part.what = say("doubt.what", year=speaker.year(int(rows[0]["year"])))
    parts = any(one["ignorance"] is not None for one in rows)
    columns = ["policy", "change", "range", "holds"]
    columns += [*(("ignorance", "luck", "interaction") if parts else ()), "parameter", "explained"]
    order = {one.outcome.label: one.order for one in found}
    table = [_doubted(one, speaker, titles, parts) for one in sorted(rows, key=lambda one: order[one["policy"]])]
    part.body.append(Table(part.name, [say(f"doubt.head.{column}") for column in columns], table))
    part.body.append(say("doubt.parts" if parts else "doubt.no_parts" if answers is None else "doubt.own_no_parts"))
    missing = [one.title for one in found if one.outcome.label not in {row["policy"] for row in rows}]
    if answers is not None:
        part.body += sureness.further(rows, answers, titles, speaker)
    if missing:
        part.body.append(say("doubt.not_among", titles=speaker.titles(missing)))
    return part


def _sign(rows: Sequence[Mapping[str, Any]], titles: Mapping[str, str], speaker: Speaker) -> str:
    """In which share of draws signs hold: which policies turn in a tenth or more, or that none does in any."""

    def share(one: Mapping[str, Any]) -> float:
        return float(one["holds"] / one["draws"])

    turning = [one for one in rows if share(one) < _HELD]
    least = min(turning or rows, key=share)
    count = {"least": least["holds"], "draws": least["draws"]}
    if turning:
        key = "doubt.flips" if len(turning) == 1 else "doubt.flips_many"
        return speaker.say(key, titles=speaker.titles([titles[one["policy"]] for one in turning]), **count)
    return speaker.say("doubt.holds") if count["least"] == count["draws"] else speaker.say("doubt.seldom", **count)


def _own(answers: Mapping[str, Any], differences: Differences) -> tuple[list[dict[str, Any]], list[str]]:
    """Rows of an experiment for the scenarios told of, and the names of those that it has beside them."""
    runs = [differences.baseline, *differences.scenarios.values()]
    rows = answers["rows"] if same_tables(answers, runs) else []
    found = matched(rows, *_scenarios(differences), differences.year)
    kept = [{**each[0], "policy": label} for label, each in found.items()]
    told = {row["policy"] for each in found.values() for row in each}
    return kept, [row["policy"] for row in answers["rows"] if row["policy"] not in told]


def _shipped(differences: Differences) -> list[dict[str, Any]]:
    """Rows of the shipped experiment for these scenarios, one a policy, with the parameter that explains most."""
    found = []
    for label, rows in shipped(differences).items():
        row = rows[0]
        numbers_of = {word: float(row[word]) for word in ("low", "middle", "high", "explained")}
        counts = {word: int(row[word]) for word in ("draws", "holds", "year")}
        nothing = dict.fromkeys(("ignorance", "luck", "interaction"))
        found.append({"policy": label, "parameter": row["parameter"], **numbers_of, **counts, **nothing})
    return found


def shipped(differences: Differences) -> dict[str, list[Mapping[str, Any]]]:
    """Rows of the shipped experiment of a world by the label of the scenario they are of; none in a user's own world."""
    base = differences.baseline
    rows = [] if base.manifest.get("world_files") else doubted(base.world)
    return matched(rows, *_scenarios(differences), differences.year)


def _scenarios(differences: Differences) -> tuple[Mapping[str, Any], dict[str, Mapping[str, Any]]]:
    """The baseline as it was run, and the scenarios by label."""
    others = {label: one.manifest["scenario"] for label, one in differences.scenarios.items()}
    return differences.baseline.manifest["scenario"], others


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


def assumptions(differences: Differences, speaker: Speaker) -> Part:
    """Parameters that are assumed, those that matter most first, with the value in force; and what is not modelled."""
    say, base = speaker.say, differences.baseline
    part = Part("assumptions", say("sections.assumptions"), say("assumptions.title_plain"))
    known = catalogue.parameters(speaker.world)
    assumed = {name: one for name, one in known.items() if one.assumed}
    shares: dict[str, float] = {}
    by_policy = shipped(differences)
    for row in (row for rows in by_policy.values() for row in rows):
        name = row["parameter"].rpartition(".")[2]
        shares[name] = shares.get(name, 0.0) + float(row["explained"]) / len(by_policy)
    names = sorted((name for name in shares if name in assumed), key=lambda name: -shares[name])[:_MOST]
    names = names or [name for name in speaker_parameters(speaker) if name in assumed][:_MOST]
    if len(shares) and len(names) > 1:
        both = [speaker.known(f"parameters.{name}") or name for name in names[:2]]
        part.title = say("assumptions.title", names=listed(both, speaker.lang))
    if names:
        part.what = say("assumptions.what_ranked" if shares else "assumptions.what")
        own = dict(base.manifest["scenario"].get("parameters", {}))
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
    part.body.append(Bullets([*(say(f"assumptions.{word}") for word in _NOT_MODELLED), _forecast(speaker)]))
    return part


def _forecast(speaker: Speaker) -> str:
    """That a baseline is no forecast: of a world that was observed for years, the last that was seen."""
    years = catalogue.observed(speaker.world)["year"]
    if years.nunique() < 2:
        return speaker.say("assumptions.no_forecast")
    return speaker.say("assumptions.forecast", year=speaker.year(int(years.max())))


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
