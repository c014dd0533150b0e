"""Results made ready for strangers: a folder with a run, compared runs or an experiment, what they read, and who did what."""

from __future__ import annotations

import datetime
import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sim.analysis.comparison import compare_results
from sim.analysis.crate import METADATA, About, Made, metadata
from sim.analysis.doubt.opened import is_experiment, open_experiment
from sim.analysis.manifest import EXPERIMENT, MANIFEST, RECORD, TASKS, WORLD
from sim.analysis.results import Results, open_results, verify
from sim.analysis.versions import versions
from sim.data import catalogue
from sim.errors import ResultsError, listed, printable
from sim.files import check_writable, written_folder
from sim.sheets import csv_of

NOT_STATED = (
    "No licence was stated: ask whoever made these results. The program, with the tables it ships, is under the MIT licence."
)
_READ, _COMPARISON = "inputs", "comparison.csv"
_RESERVED = (_READ, _COMPARISON, METADATA)


@dataclass(frozen=True)
class Source:
    """A folder of results that goes into a crate, verified: its words, its own files, the scenarios that were run."""

    path: Path
    words: Mapping[str, Any]
    files: tuple[str, ...]
    scenarios: Mapping[str, Mapping[str, Any]]
    results: Results | None
    failed: str | None = None
    """How many replicates or tasks failed, and why the first did."""

    @property
    def tasks(self) -> int:
        """How many files of tasks there are."""
        return sum(name.startswith(f"{TASKS}/") for name in self.files)


def source_of(path: Path) -> Source:
    """A run or an experiment in a folder; raises ResultsError where it is not, to the byte, what was written."""
    if is_experiment(path):
        words, frame = open_experiment(path)
        keys = ["draw", "replicate", "policy"]
        reasons = frame.drop_duplicates(keys)["reason"]
        failed = _failed([None if reason != reason else str(reason) for reason in reasons], "tasks")
        return Source(path, words, (EXPERIMENT, *words[RECORD]), words["scenarios"], None, failed)
    results = open_results(path)
    verify(results)
    words = results.manifest
    files = (MANIFEST, *(words.get(RECORD) or words["files"]))
    failed = _failed([row["reason"] if row["status"] != "done" else None for row in words["replicates"]], "replicates")
    return Source(path, words, files, {results.name: words["scenario"]}, results, failed)


def _failed(reasons: Sequence[str | None], called: str) -> str | None:
    """How many of all failed, and why the first did; None where none did."""
    found = [reason for reason in reasons if reason is not None]
    return f"{len(found):,} of {len(reasons):,} {called} failed; the first: {printable(found[0], 300)}" if found else None


def export(paths: Sequence[Path], out: Path, agent: str | None = None, licence: str = NOT_STATED) -> list[str]:
    """Write a crate of one run or experiment, or of runs compared with the first; returns tables that could not be included.

    All but the time of a comparison follows from the folders. Raises ResultsError where a folder is not as written, where
    `out` exists, and for an experiment beside others.
    """
    sources = [source_of(Path(path)) for path in paths]
    if len(sources) > 1 and any(source.results is None for source in sources):
        raise ResultsError("an experiment is exported alone: name one folder, or runs that are to be compared.")
    names = [source.path.resolve().name for source in sources]
    folded = [name.casefold() for name in names]
    if len(set(folded)) < len(names):
        raise ResultsError(
            f"two folders are called {listed(sorted(name for name in set(folded) if folded.count(name) > 1))}."
        )
    for name in names:
        if name.casefold() in _RESERVED:
            raise ResultsError(f"a crate has a {name} of its own: call the folder of results otherwise.")
    check_writable(out, folder=True)
    lacking: dict[str, None] = {}
    try:
        with written_folder(out) as aside:
            steps, notes = list[Made](), dict[str, str]()
            for name, source in zip(names, sources, strict=True):
                read, without = _inputs(aside, source)
                lacking |= dict.fromkeys(without)
                steps.append(_copied(aside, name, source, read, notes))
            if len(sources) > 1:
                steps.append(_compared(aside, names, sources))
            text = metadata(aside, _about(sources, steps, licence, agent), steps, notes)
            (aside / METADATA).write_text(text, encoding="utf-8", newline="\n")
    except OSError as reason:
        raise ResultsError(f"could not write {out}: {reason.strerror or reason}.") from reason
    return list(lacking)


def _about(sources: Sequence[Source], steps: Sequence[Made], licence: str, agent: str | None) -> About:
    titles = listed(str(source.words["title"]) for source in sources)
    last = max(str(source.words.get("finished") or "") for source in sources)[:10] or steps[-1].finished[:10]
    files = EXPERIMENT if sources[0].results is None else MANIFEST
    description = (
        f"Results of factorflow in the world {sources[0].words['world']}, with the scenarios and tables they were computed "
        f"from. `factorflow verify` checks each folder of results against its {files}, and runs it anew."
    )
    return About(titles, description, last, licence, agent)


def _copied(aside: Path, name: str, source: Source, read: Sequence[str], notes: dict[str, str]) -> Made:
    """Copy the files of results that their record names; returns the step that made them."""
    for file in source.files:
        target = aside / name / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source.path / file, target)
    experiment = source.results is None
    last = EXPERIMENT if experiment else MANIFEST
    notes[f"{name}/{last}"] = "What was run, with which versions and tables, and the hash of every other file of the folder."
    if source.tasks:
        notes[f"{name}/{TASKS}/"] = f"{source.tasks:,} tasks, a file each; {name}/{last} names the hash of every one."
    written = [f"{name}/{file}" for file in source.files if not file.startswith((f"{TASKS}/", f"{WORLD}/"))]
    words = source.words
    kind = f"experiment ({words.get('verb')})" if experiment else "run"
    return Made(
        f"made-{name}",
        f"{kind}: {words['title']}",
        _counted(source),
        words["versions"],
        words.get("started"),
        words.get("finished") or words.get("started") or "unknown",
        read,
        [*sorted(written), *([f"{name}/{TASKS}/"] if source.tasks else [])],
        source.failed,
    )


def _counted(source: Source) -> str:
    words = source.words
    if source.results is None:
        of = listed(sorted(words["scenarios"]))
        return f"{words['draws']:,} draws of {listed(words['paths'])} x {words['replicates']} replicates of {of}."
    rows = words["replicates"]
    done = sum(row["status"] == "done" for row in rows)
    span = f"{words['years']['from']} to {words['years']['to']}"
    return f"{done} of {len(rows)} replicates of {words['name']} came to their end, {span}, seed {words['seed']}."


def _inputs(aside: Path, source: Source) -> tuple[list[str], list[str]]:
    """Write what results were computed from; returns names below the crate, and tables that are not what was read then."""
    words, own = source.words, [name for name in source.files if name.startswith(f"{WORLD}/")]
    found = [_yaml(aside, name, _standing_alone(said, words["world"], bool(own))) for name, said in source.scenarios.items()]
    if source.results is None:
        found.append(_yaml(aside, _free(words["name"], source.scenarios), _asked(words)))
    tables = {f"{words['world']}/{name.removeprefix(f'{WORLD}/')}": (source.path / name).read_bytes() for name in own}
    lacking = []
    for name, expected in sorted(words["data"].items()):
        content = tables.get(name) or catalogue.content(name)
        if content is None or hashlib.sha256(content).hexdigest() != expected:
            lacking.append(name)
            continue
        target = aside / _READ / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        found.append(f"{_READ}/{name}")
    return found, lacking


def _free(name: str, taken: Mapping[str, Any]) -> str:
    return f"{name}-experiment" if name in taken else name


def _yaml(aside: Path, name: str, words: Mapping[str, Any]) -> str:
    """Write words as a file that the program reads; returns its name below the crate."""
    path = aside / _READ / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    text = yaml.safe_dump(dict(words), sort_keys=False, allow_unicode=True, width=120)
    if path.exists() and path.read_text(encoding="utf-8") != text:
        raise ResultsError(f"two scenarios are called {name}: export them one at a time.")
    path.write_text(text, encoding="utf-8", newline="\n")
    return f"{_READ}/{name}.yaml"


def _standing_alone(words: Mapping[str, Any], world: str, own: bool) -> dict[str, Any]:
    """A scenario as it was run, in a file that extends no other; its world, where it is a user's, lies beside it."""
    first = {word: words[word] for word in ("schema", "title", "title_zh", "question", "description") if word in words}
    found = {**first, **{word: value for word, value in words.items() if word not in first}}
    return {**found, "world": f"./{world}"} if own else found


def _asked(words: Mapping[str, Any]) -> dict[str, Any]:
    """The file of an experiment, its scenarios called by the names they have in the crate."""
    said = dict(words["experiment"])
    return {**said, "compare": [f"{name}.yaml" for name in words["order"]], "to": f"{words['baseline']}.yaml"}


def _compared(aside: Path, names: Sequence[str], sources: Sequence[Source]) -> Made:
    """Write the comparison with the first; returns the step that made it, which is done now."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    found = compare_results([source.results for source in sources if source.results is not None])
    (aside / _COMPARISON).write_text(csv_of(found.table), encoding="utf-8", newline="\n")
    reads = [f"{name}/{table}" for name in names for table in (MANIFEST, "series.parquet")]
    return Made("compared", "compare", found.paragraph, versions(), now, now, reads, [_COMPARISON])
