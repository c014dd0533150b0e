"""The words of a research object: a Process Run Crate, which says in JSON-LD what made which files from which, and when."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.analysis.record import sha256_of

METADATA = "ro-crate-metadata.json"
_CRATE, _CONTEXT = "https://w3id.org/ro/crate/1.1", "https://w3id.org/ro/crate/1.1/context"
_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_OWN_TERMS = {"sha256": "http://schema.org/sha256"}  # schema.org had no such word yet when that context was made
_FORMATS = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".yaml": "application/yaml",
    ".geojson": "application/geo+json",
    ".parquet": "application/vnd.apache.parquet",
}
_COMPLETED, _FAILED = "http://schema.org/CompletedActionStatus", "http://schema.org/FailedActionStatus"

Entity = dict[str, Any]


@dataclass(frozen=True)
class Made:
    """One step of what was done: its versions by name, its times where they are known, what it read and what it wrote.

    reads, writes: names below the folder of the crate; that of a folder ends in /. error: what of it failed, if anything did.
    """

    id: str
    name: str
    description: str
    versions: Mapping[str, str]
    started: str | None
    finished: str
    reads: Sequence[str]
    writes: Sequence[str]
    error: str | None = None


@dataclass(frozen=True)
class About:
    """What is said of the whole: title, words, day of publication, licence, and who ran it, where that is known."""

    title: str
    description: str
    day: str
    licence: str
    agent: str | None = None


def metadata(folder: Path, about: About, steps: Sequence[Made], notes: Mapping[str, str]) -> str:
    """The text of `ro-crate-metadata.json` for a folder whose other files are all written; the same content, the same text.

    notes: what is said of a file or folder (whose name ends in /) beside its name; a folder named there stands for all in it.
    """
    parts = _parts(folder, notes)
    actions = [_action(step, about.agent) for step in steps]
    graph: list[Entity] = [
        {
            "@id": METADATA,
            "@type": "CreativeWork",
            "conformsTo": _at(_CRATE),
            "about": _at("./"),
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": about.title,
            "description": about.description,
            "datePublished": about.day,
            "license": _at(about.licence) if about.licence.startswith("http") else about.licence,
            "conformsTo": _at(_PROFILE),
            "hasPart": _all([part["@id"] for part in parts]),
            "mentions": _all([action["@id"] for action in actions]),
        },
        {"@id": _PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": _PROFILE.rpartition("/")[2]},
        *([{"@id": about.licence, "@type": "CreativeWork", "name": about.licence}] if about.licence[:4] == "http" else []),
        *([{"@id": _agent(about.agent), "@type": "Person", "name": about.agent}] if about.agent else []),
        *_software(step.versions for step in steps),
        *actions,
        *parts,
    ]
    text = {"@context": [_CONTEXT, _OWN_TERMS], "@graph": graph}
    return json.dumps(text, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _at(name: str) -> dict[str, str]:
    return {"@id": name}


def _all(names: Sequence[str]) -> dict[str, str] | list[dict[str, str]]:
    """What is named, alone without a list, as the specification wants it."""
    found = [_at(name) for name in names]
    return found[0] if len(found) == 1 else found


def _agent(name: str) -> str:
    return name if name.startswith("https://") else "#agent"


def _action(step: Made, agent: str | None) -> Entity:
    return {
        "@id": f"#{step.id}",
        "@type": "CreateAction",
        "name": step.name,
        "description": step.description,
        "instrument": _at(_program(step.versions)),
        **({"startTime": step.started} if step.started else {}),
        "endTime": step.finished,
        "actionStatus": _COMPLETED if step.error is None else _FAILED,
        **({"error": step.error} if step.error is not None else {}),
        **({"agent": _at(_agent(agent))} if agent else {}),
        "object": _all(step.reads),
        "result": _all(step.writes),
    }


def _program(versions: Mapping[str, str]) -> str:
    """The name in the crate of the program as it was: its version and the hash of its source."""
    return "-".join(("#factorflow", versions.get("factorflow", "unknown"), versions.get("source", "unknown")))


def _software(every: Iterable[Mapping[str, str]]) -> list[Entity]:
    """The program and what it computed with, each version once."""
    found: dict[str, Entity] = {}
    for versions in every:
        needed = sorted(word for word in versions if word not in ("factorflow", "source"))
        pages = {word: _page(word, versions[word]) for word in needed}
        found[_program(versions)] = {
            "@id": _program(versions),
            "@type": "SoftwareApplication",
            "name": "factorflow",
            "description": f"Agent-based laboratory of income gaps; hash of its source {versions.get('source', 'unknown')}.",
            "softwareVersion": versions.get("factorflow", "unknown"),
            "license": "MIT",
            "softwareRequirements": _all(list(pages.values())),
        }
        for word, page in pages.items():
            found[page] = {
                "@id": page,
                "@type": "SoftwareApplication",
                "name": word,
                "softwareVersion": versions[word],
                "url": page,
            }
    return list(found.values())


def _page(name: str, version: str) -> str:
    """Where a version of what the program computes with is to be had."""
    if name == "python":
        return f"https://www.python.org/downloads/release/python-{version.replace('.', '')}/"
    return f"https://pypi.org/project/{name}/{version}/"


def _parts(folder: Path, notes: Mapping[str, str]) -> list[Entity]:
    """Every file below a folder with size and hash, and the folders that are named in its place."""
    whole = [name for name in notes if name.endswith("/")]
    found: list[Entity] = [
        {"@id": name, "@type": "Dataset", "name": name.rstrip("/"), "description": notes[name]} for name in sorted(whole)
    ]
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or name == METADATA or any(name.startswith(one) for one in whole):
            continue
        found.append(
            {
                "@id": name,
                "@type": "File",
                "name": name,
                **({"description": notes[name]} if name in notes else {}),
                "contentSize": str(path.stat().st_size),
                "encodingFormat": _FORMATS.get(path.suffix, "application/octet-stream"),
                "sha256": sha256_of(path),
            }
        )
    return found
