"""What there is to choose from: instruments, measures, figures, worlds, scenarios, results, as tables of text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.errors import ResultsError, ScenarioFaults

if TYPE_CHECKING:
    from sim.data.catalogue import Parameter
    from sim.scenario.vocabulary import ParameterWord, WorldWords

SCENARIOS = Path("scenarios")
RESULTS = Path("results")

# Terms that every instrument has, in the order in which they are read.
_EVERYWHERE = ("instrument", "from", "until", "phase_in", "combine")


class Listing(NamedTuple):
    """One table: its title, the names of its columns, its rows."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def instruments() -> Iterable[Listing]:
    """A table for each policy instrument: its terms with what is allowed, unit, default and meaning."""
    from sim.economy.policies import instruments as register

    for name, terms in sorted((name, module.Terms) for name, module in register().items()):
        schema = terms.model_json_schema(by_alias=True)
        known = schema.get("$defs", {})
        needed = set(schema.get("required", ()))
        rows = []
        for term, entry in sorted(schema["properties"].items(), key=_own_terms_first):
            allowed, entry = _allowed(entry, known), _followed(entry, known)
            default = "needed" if term in needed else _said(entry.get("default"))
            if term != "instrument":
                rows.append((term, allowed, str(entry.get("unit", "")), default, str(entry.get("description", ""))))
        meaning = " ".join((terms.__doc__ or "").split("\n\n")[0].split())
        yield Listing(f"{name}: {meaning}", ("term", "allowed", "unit", "default", "meaning"), rows)


def measures() -> Iterable[Listing]:
    """Every series of the results that is a measure, with unit, where it is taken and what it means."""
    from sim.analysis.measures import series
    from sim.units import RECORDED

    columns = ("measure", "scopes", "unit", "meaning")
    rows = [(name, ", ".join(entry.scopes), entry.unit, entry.meaning) for name, entry in sorted(series().items())]
    yield Listing("Measures", columns, rows)
    yield Listing("Recorded as they are", ("series", "unit"), sorted(RECORDED.items()))


def figures() -> Iterable[Listing]:
    """Every figure with its title and what it shows."""
    from sim.pages.plots import titles

    rows = [(name, *texts) for name, texts in sorted(titles().items())]
    yield Listing("Figures", ("figure", "title", "what it shows"), rows)


def worlds() -> Iterable[Listing]:
    """Every world, shipped or in a folder below the current one, then the parameters: those shared, those of one's own."""
    from sim.data import catalogue
    from sim.vocabulary import world_words

    entries = catalogue.worlds()
    corners = [name for name in sorted(entries) if "cells" in entries[name]]
    words = {name: world_words(name) for name in sorted(entries) if name not in corners}
    rows = [(name, str(entries[name]["title"]), _years(one), f"{len(one.regions)}") for name, one in words.items()]
    yield Listing("Worlds", ("world", "what it is", "years", "regions"), rows)
    found = list(_folders())
    if found:
        yield Listing("Folders of tables below this one", ("folder", "what world.yaml says it is", "base year"), found)
    made_of_tables = [name for name in words if catalogue.folder(name) is not None]
    if made_of_tables:
        common = catalogue.shared_parameters(made_of_tables[0])
        title = "Parameters of worlds made of tables, where their own tables say nothing else"
        yield Listing(title, _PARAMETER, _parameters(common))
    for name, one in words.items():
        groups = "; ".join(f"{group}: {', '.join(members)}" for group, members in one.groups.items())
        title = (
            f"{name}, {one.first_year} to {one.last_year}\n"
            f"regions: {', '.join(one.regions)}\nsectors: {', '.join(one.sectors)}\ngroups: {groups or 'none'}"
        )
        yield Listing(title, _PARAMETER, _of_world(name, one, name in made_of_tables))
    parameters = {name: entries[name]["parameters"].items() for name in corners}
    said = [
        (name, ", ".join(f"{word}: {value:.6g}" for word, value in words_of), entries[name]["title"])
        for name, words_of in parameters.items()
    ]
    if said:
        yield Listing("Corners of the theory", ("world", "parameters it says", "title"), said)
        common = catalogue.family_parameters(corners[0])
        yield Listing("Parameters of every corner, and what they are where it does not say", _PARAMETER, _parameters(common))


def _years(world: WorldWords) -> str:
    return f"{world.first_year} to {world.last_year}"


def _of_world(name: str, world: WorldWords, of_tables: bool) -> list[tuple[str, ...]]:
    """The parameters of a world; of one made of tables those that it does not share."""
    found = _parameters(_own_parameters(name, world) if of_tables else world.parameters)
    shared = "every number is one of those that worlds made of tables share: they are listed above with their sources"
    return found or [("none of its own", "", "", "", shared, "")]


def _own_parameters(name: str, world: WorldWords) -> dict[str, ParameterWord]:
    """What a world made of tables says otherwise than the table it shares."""
    from sim.data import catalogue

    common = catalogue.shared_parameters(name)
    return {
        word: one
        for word, one in world.parameters.items()
        if word not in common or (one.value, one.source) != (common[word].value, common[word].source)
    }


def _folders(deepest: int = 3, most: int = 2_000) -> Iterable[tuple[str, ...]]:
    """Folders with a world.yaml a few levels below the current one: path, title and base year as they stand there."""
    import os

    for visited, (top, folders, names) in enumerate(os.walk(".")):
        if visited == most:
            return
        depth = len(Path(top).parts)
        folders[:] = [] if depth >= deepest else sorted(one for one in folders if _may_hold_worlds(top, one))
        if "world.yaml" in names and top != ".":
            yield (f"./{Path(top).as_posix()}", *_said_in(Path(top) / "world.yaml"))


def _may_hold_worlds(top: str, folder: str) -> bool:
    """Not what is hidden, nor results, which keep copies of the worlds they were run in, nor the package itself."""
    return not folder.startswith((".", "_")) and not (top == "." and folder in ("results", "sim"))


def _said_in(entry: Path) -> tuple[str, str]:
    from sim.scenario.yaml_reader import read_file

    data = read_file(entry, str(entry)).data
    if not {"title", "base_year"} <= set(data):
        return f"cannot be read, see factorflow world check {entry.parent.as_posix()}", ""
    return str(data["title"]), str(data["base_year"])


_PARAMETER = ("parameter", "value", "range", "unit", "meaning", "source")


def _parameters(words: Mapping[str, ParameterWord] | Mapping[str, Parameter]) -> list[tuple[str, ...]]:
    return [
        (
            word.name,
            f"{word.value:g}",
            f"{word.low:g} to {word.high:g}",
            word.unit,
            word.meaning,
            f"assumed; {word.source}" if word.assumed else word.source,
        )
        for word in words.values()
    ]


def scenarios() -> Iterable[Listing]:
    """Every scenario and experiment below `scenarios/` of the current folder, with its title and question."""
    from sim.scenario.load import load_scenario
    from sim.scenario.yaml_reader import read_file
    from sim.vocabulary import vocabulary

    words = vocabulary()
    rows = []
    files = (file for file in SCENARIOS.rglob("*.yaml") if file.parent.name != "expectations")
    for file in sorted(files, key=lambda file: (_reading_order(file), file)):
        if file.parent.name == "experiments":
            title = str(read_file(file, file.as_posix()).data.get("title", ""))
            rows.append((file.as_posix(), title, "an experiment: `factorflow doubt` runs it and says how sure"))
            continue
        try:
            scenario = load_scenario(file, words)
            rows.append((file.as_posix(), scenario.title, scenario.question))
        except ScenarioFaults:
            rows.append((file.as_posix(), f"cannot be run, see factorflow check {file.as_posix()}", ""))
    title = "Scenarios" if rows else f"There is no scenario below {SCENARIOS}/ here."
    yield Listing(title, ("file", "title", "question"), rows)


_FIRST, _LAST = ("zhejiang",), ("riverland", "two_cells", "theory")  # the reference case; invented worlds


def _reading_order(file: Path) -> int:
    """Where the folder of a scenario is listed: the reference case, regions by name, invented worlds, theory."""
    folder = file.relative_to(SCENARIOS).parts[0]
    if folder in _LAST:
        return 2 + _LAST.index(folder)
    return 0 if folder in _FIRST else 1


def results() -> Iterable[Listing]:
    """Every results folder below `results/` of the current folder: what it is, and whether it is as it was written.

    Runs that did not come to their end, or still go on, follow.
    """
    from sim.analysis.asked import unfinished

    rows = [_results_row(manifest.parent) for manifest in sorted(RESULTS.glob("*/manifest.json"))]
    rows += [_unfinished_row(folder) for folder in unfinished(RESULTS)]
    columns = ("folder", "title", "world", "years", "replicates", "finished", "version", "as written")
    yield Listing("Results" if rows else f"There are no results below {RESULTS}/ here.", columns, rows)


def _unfinished_row(folder: Path) -> tuple[str, ...]:
    from sim.analysis.asked import status

    try:
        found = status(folder)
    except ResultsError as reason:
        return folder.as_posix(), "", "", "", "", "", "", f"no: {reason}"
    state = "still running" if found.running else "not finished: run the same again"
    return folder.as_posix(), found.title, "", "", f"{found.there} of {found.asked}", "", "", state


def _results_row(folder: Path) -> tuple[str, ...]:
    from sim.analysis.results import open_results, verify

    name = folder.as_posix()
    try:
        found = open_results(folder)
    except ResultsError as reason:
        return name, "", "", "", "", "", "", f"no: {reason}"
    try:
        verify(found)
        whole = "yes"
    except ResultsError as reason:
        whole = f"no: {reason}"
    manifest = found.manifest
    return (
        name,
        found.title,
        found.world,
        f"{found.years[0]} to {found.years[-1]}",
        f"{len(found.replicates)} of {len(manifest['replicates'])}",
        str(manifest.get("finished", "")),
        str(manifest.get("versions", {}).get("factorflow", "")),
        whole,
    )


def _own_terms_first(item: tuple[str, Any]) -> tuple[int, str]:
    return (_EVERYWHERE.index(item[0]) if item[0] in _EVERYWHERE else -1, item[0])


def _followed(entry: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """A property with what its reference or its one alternative to null says, read together."""
    whole = dict(entry)
    alternatives = [option for option in whole.pop("anyOf", ()) if option.get("type") != "null"]
    for option in [whole, *alternatives]:
        if "$ref" in option:
            whole = {**known.get(option["$ref"].rsplit("/", 1)[-1], {}), **whole}
    return {**alternatives[0], **whole} if len(alternatives) == 1 else whole


_NAMES = {"region": "region", "place": "region or group", "kind": "urban | rural", "sector": "sector"}


def _allowed(entry: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """What may stand there: words, names, a range, or the parts of a list or a mapping."""
    entry = _followed(entry, known)
    if "enum" in entry:
        return " | ".join(str(word) for word in entry["enum"])
    if "names" in entry:
        return _NAMES[entry["names"]]
    if entry.get("type") == "boolean":
        return "true | false"
    if entry.get("type") == "array":
        return f"list of: {_allowed(entry.get('items', {}), known)}"
    if "properties" in entry:
        return "; ".join(f"{word}: {_allowed(part, known)}" for word, part in entry["properties"].items())
    if isinstance(entry.get("additionalProperties"), Mapping):
        keys = _allowed(entry.get("propertyNames", {}), known) or "name"
        return f"{keys}: {_allowed(entry['additionalProperties'], known) or entry['additionalProperties'].get('type', '')}"
    low = entry.get("minimum", entry.get("exclusiveMinimum"))
    high = entry.get("maximum", entry.get("exclusiveMaximum"))
    if low is not None and high is not None:
        return f"{low:.10g} to {high:.10g}"
    if low is not None:
        return f"at least {low:.10g}"
    return f"at most {high:.10g}" if high is not None else ""


def _said(default: Any) -> str:
    if default is None:
        return ""
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, Mapping):
        return ", ".join(f"{word}: {_said(value)}" for word, value in default.items())
    return f"{default:.10g}" if isinstance(default, float) else str(default)
