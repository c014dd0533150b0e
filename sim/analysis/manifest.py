"""The manifest of a results folder: its words typed and bounded, since a folder may come from a stranger."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from sim.analysis.columns import TABLES
from sim.errors import ResultsError, first_unseen, listed, printable
from sim.files import wrong_name

FORMAT = 1
MANIFEST = "manifest.json"
SUMMARY = "summary.csv"
OWN_HASH = "manifest_sha256"
RECORD, RECORD_HASH = "record", "record_sha256"  # hashes of all other files by name; of all other words
ASKED = "asked.json"  # what a run was asked for, there before its first year
EXPERIMENT, RESULTS = "experiment.json", "results.csv"  # what a whole experiment wrote down, and its table
TASKS = "tasks"  # the folder, inside that of results, of what every replicate recorded
NOT_GIVEN = ("format", "files", "world_files", OWN_HASH, RECORD, RECORD_HASH)
"""Words that are worked out when a manifest is written."""
WORLD = "world"  # the folder, inside that of results, of the tables of a user's world

MAX_BYTES = 16 * 1024 * 1024
_MAX_TABLE = 8 * 1024 * 1024
_MAX_DEPTH = 24
_MAX_YEARS = 1_000
_MAX_ROWS = 1_000_000_000
# Rows a year of one replicate may have, twenty times and more what the largest world records: equal rows are packed into
# nearly nothing, so a small file could ask for all memory there is.
_MOST_A_YEAR = {"series.parquet": 50_000, "flows.parquet": 500_000, "accounts.parquet": 1_000, SUMMARY: 50_000}
_MOST_BYTES_A_ROW = 128  # eight of a number and few of its keys: a longer file is not the table that was written

# Who computed it, with what and when: `compare` says where these differ, and they change no number of the folder.
_NOT_HASHED = (OWN_HASH, RECORD_HASH, "versions", "data", "started", "finished", "seconds")


def _visible(text: str) -> str:
    wrong = first_unseen(text, but="\n\t")
    if wrong is not None:
        raise PydanticCustomError("unseen", f"must be text one can see; it holds {printable(wrong)}")
    return text


def _one_line(text: str) -> str:
    if "\n" in text or "\t" in text or not text.strip():
        raise PydanticCustomError("line", "must be one line that is not empty")
    return text


def _file_name(text: str) -> str:
    if wrong_name(text) is not None:
        raise PydanticCustomError("file_name", f"must be a plain file name: it {wrong_name(text)}")
    return text


Text = Annotated[str, Field(max_length=10_000), AfterValidator(_visible)]
Name = Annotated[str, Field(max_length=500), AfterValidator(_visible), AfterValidator(_one_line)]
FileName = Annotated[Name, AfterValidator(_file_name)]
RecordName = Annotated[str, Field(pattern=r"^((world|tasks)/)?[a-z0-9_]{1,64}\.[a-z]{1,8}$")]
WorldFileName = Annotated[str, Field(pattern=r"^[a-z_]{1,40}\.(csv|yaml|geojson)$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Year = Annotated[int, Field(ge=0, le=9_999)]
Number = Annotated[int, Field(ge=0, le=2**31 - 1)]
Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]
ReplicateSeed = Seed | Annotated[list[Seed], Field(max_length=8)]


class _Words(BaseModel):
    """A group of words of the manifest: nothing is converted; words of other versions are let through, but not used."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", allow_inf_nan=False, defer_build=True)


class Span(_Words):
    """First and last year of the run."""

    first: Year = Field(alias="from")
    last: Year = Field(alias="to")

    @model_validator(mode="after")
    def _bounded(self) -> Span:
        if not 0 <= self.last - self.first < _MAX_YEARS:
            raise PydanticCustomError("span", f"must run from one year to the same or a later one, {_MAX_YEARS} at most")
        return self


class ReplicateRow(_Words):
    """One replicate: its number, its seed, whether it came to its end, and why not."""

    replicate: Number
    seed: ReplicateSeed
    status: Literal["done", "failed"]
    reason: Text | None = None
    task: Sha256 | None = None


class PolicyRow(_Words):
    """A policy of the scenario and the years it is in force."""

    name: Name
    instrument: Name
    from_: Year = Field(alias="from")
    until: Year | None = None


class TargetRow(_Words):
    """A value the results are held against."""

    measure: Name
    year: Year
    place: Name | None = None
    at_most: float | None = None
    at_least: float | None = None


class RunWords(_Words):
    """How the scenario was computed."""

    seed: Seed | None = None
    labour_agents: Number | None = None
    capital_agents: Number | None = None
    land_agents: Number | None = None
    replicates: Number | None = None
    continuum: bool | None = None


class ScenarioWords(_Words):
    """What is read of the scenario that was run; the rest stands there for people."""

    title_zh: Annotated[str, Field(max_length=500), AfterValidator(_visible)] | None = None
    run: RunWords = RunWords()
    parameters: dict[Name, float] = Field(default={}, max_length=1_000)
    targets: list[TargetRow] | None = Field(default=None, max_length=1_000)


class FileRow(_Words):
    """What a file held when it was written."""

    rows: int = Field(ge=0, le=_MAX_ROWS)
    sha256: Sha256


class WorldFile(_Words):
    """A table of the world as it was when the scenario was run."""

    size: int = Field(alias="bytes", ge=0, le=_MAX_TABLE)
    sha256: Sha256


class Manifest(_Words):
    """Everything a manifest must say, and what of it may."""

    format: Literal[1]
    name: FileName
    title: Annotated[str, Field(max_length=500), AfterValidator(_visible)]
    scenario: ScenarioWords
    scenario_digest: Sha256
    world: Name
    years: Span
    seed: Seed
    replicates: list[ReplicateRow] = Field(max_length=100_000)
    policies: list[PolicyRow] = Field(max_length=10_000)
    units: dict[Name, Annotated[str, Field(max_length=500), AfterValidator(_visible)]] = Field(max_length=10_000)
    files: dict[Literal["series.parquet", "flows.parquet", "accounts.parquet", "summary.csv"], FileRow]
    groups: dict[Name, list[Name]] | None = None
    outside: list[Name] | None = None
    origins: dict[str, Text] = Field(default={})
    versions: dict[Name, Name] = Field(default={}, max_length=100)
    data: dict[Name, Name] = Field(default={}, max_length=1_000)
    world_files: dict[WorldFileName, WorldFile] | None = Field(default=None, max_length=32)
    started: Name | None = None
    finished: Name | None = None
    seconds: Annotated[float, Field(ge=0)] | None = None
    record: dict[RecordName, Sha256] = Field(default={}, max_length=100_100)
    manifest_sha256: Sha256 | None = None
    record_sha256: Sha256 | None = None

    @model_validator(mode="after")
    def _whole(self) -> Manifest:
        if len({row.replicate for row in self.replicates}) < len(self.replicates):
            raise PydanticCustomError("replicates", "replicates must each have a number of their own")
        lacking = [name for name in (*(f"{table}.parquet" for table in TABLES), SUMMARY) if name not in self.files]
        if lacking:
            raise PydanticCustomError("files", f"files lacks {', '.join(lacking)}")
        years = len(self.replicates) * (self.years.last - self.years.first + 1)
        for name, file in self.files.items():
            most = _MOST_A_YEAR[name]
            if file.rows > most * years:
                said = f"files.{name}.rows = {file.rows} must be {most * years} or less, {most:,} a year of each replicate"
                raise PydanticCustomError("files", "{said}", {"said": said})
        return self


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a results folder, every word of it checked; raises ResultsError naming the first that is wrong."""
    path = folder / MANIFEST
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise ResultsError(f"{path} is larger than {MAX_BYTES // 2**20} MiB, which no manifest is.")
        manifest = json.loads(content.decode("utf-8"), object_pairs_hook=_each_once, parse_constant=_not_a_number)
    except (ValueError, RecursionError, OSError) as reason:
        raise ResultsError(f"{path} cannot be read: {printable(reason, 300)}") from reason
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT or isinstance(manifest["format"], bool):
        found = printable(manifest.get("format"), 60) if isinstance(manifest, dict) else None
        raise ResultsError(f"{folder} has format {found}; this version reads format {FORMAT}. Run the scenario again.")
    check_manifest(manifest, path)
    return manifest


def check_manifest(manifest: Mapping[str, Any], path: Path) -> None:
    """Raise ResultsError, naming file, word, what was found and what is allowed, unless every word has its type."""
    lacking = [name for name, word in Manifest.model_fields.items() if word.is_required() and name not in manifest]
    if lacking:
        raise ResultsError(f"{path} lacks {', '.join(lacking)}.")
    try:
        Manifest.model_validate(dict(manifest))
    except ValidationError as error:
        raise ResultsError(f"{path}: {_sentence(error.errors(include_url=False)[0])} Run the scenario again.") from None
    wrong = next(_unseen_in(manifest, ()), None)
    if wrong is not None:
        raise ResultsError(f"{path}: {wrong}. Run the scenario again.")


def own_hash(manifest: Mapping[str, Any]) -> str:
    """The sha256 of everything a manifest says but who computed it and when, which changes no number."""
    hashed = {word: value for word, value in manifest.items() if word not in _NOT_HASHED}
    return hashlib.sha256(json.dumps(hashed, sort_keys=True, allow_nan=False).encode("ascii")).hexdigest()


def is_as_written(manifest: Mapping[str, Any]) -> bool:
    """Whether a manifest says what was written; those of versions before 0.2.0 hold no hash of themselves."""
    found = manifest.get(OWN_HASH)
    if found is None:
        return str(manifest.get("versions", {}).get("factorflow", "")).startswith("0.1.")
    return bool(found == own_hash(manifest))


def most_bytes(rows: int) -> int:
    """Bytes that a file of so many rows cannot exceed."""
    return 2**20 + _MOST_BYTES_A_ROW * rows


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    words = dict(pairs)
    if len(words) < len(pairs):
        often = Counter(word for word, _ in pairs)
        raise ValueError(f"it gives {listed(word for word in often if often[word] > 1)} twice")
    return words


def _not_a_number(text: str) -> Any:
    raise ValueError(f"it holds {text}, which is not a finite number")


def _unseen_in(value: Any, where: tuple[str, ...]) -> Iterator[str]:
    """Words for what is too deep or not to be seen in a value, wherever in it that stands."""
    if len(where) > _MAX_DEPTH:
        yield f"{_dotted(where[:4])} is nested more than {_MAX_DEPTH} levels deep"
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _unseen_in(key, (*where, "a word of it"))
            yield from _unseen_in(part, (*where, key))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _unseen_in(part, (*where, str(number)))
    elif isinstance(value, str):
        wrong = first_unseen(value, but="\n\t")
        if wrong is not None:
            yield f"{_dotted(where)} holds {printable(wrong)}, which nobody can see"
    elif isinstance(value, float) and not math.isfinite(value):
        yield f"{_dotted(where)} is not a finite number"


_TYPES = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a whole number of less than 4300 digits",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "text",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "list_type": "a list",
}


def _sentence(detail: ErrorDetails) -> str:
    """What pydantic found, in one sentence: word, value, what is allowed."""
    where = _dotted(detail["loc"])
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in ("files", "replicates"):
        return f"{detail['msg']}."
    if kind in _TYPES:
        allowed = f"must be {_TYPES[kind]}"
    elif kind in ("greater_than_equal", "less_than_equal"):
        allowed = f"must be {context.get('ge', context.get('le'))} or {'more' if 'ge' in context else 'less'}"
    elif kind == "literal_error":
        allowed = f"must be {context.get('expected')}"
    elif kind in ("string_too_long", "too_long"):
        allowed = f"must not be longer than {context.get('max_length')}"
    elif kind == "string_pattern_mismatch":
        allowed = "must be a hash, 64 digits from 0 to f"
    else:
        allowed = detail["msg"]
    if kind == "missing":
        return f"{where} must be given."
    return f"{where} = {_found(detail['input'])} {allowed}."


def _found(value: object) -> str:
    if isinstance(value, dict | list):
        return f"a {'mapping' if isinstance(value, dict) else 'list'} of {len(value)}"
    return printable(json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool | None) else value, 80)


def _dotted(where: Iterable[object]) -> str:
    return printable(".".join(str(step) for step in where), 200)
