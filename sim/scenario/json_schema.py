"""The JSON Schema of the scenario language, made from the models, for editors: completion, meaning, units and ranges.

A file that extends another may leave out what the other says, so that what must be given is asked only of a file that
extends nothing. The schema is looser than the loader (which knows years, sums and overlaps). Names are held against those
of the shipped worlds only where a file names one of them: the names of a folder of tables an editor does not know. Such a
folder is written with a / (./my_region), so that a slip in the name of a shipped world is seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from sim.scenario.dated import YEAR_PATTERN, datable
from sim.scenario.expectation import Expectations
from sim.scenario.experiment import Experiment
from sim.scenario.schema import Scenario
from sim.scenario.spots import Spot
from sim.scenario.vocabulary import Vocabulary

# the draft that editors know best; nothing here needs a later one
_DRAFT = "http://json-schema.org/draft-07/schema#"
MADE_BY = "Made by `factorflow schema`; not to be edited."

Schema = dict[str, Any]

# a place, a cell or the whole of a world that no editor knows
_PLACE = r"^[A-Za-z][A-Za-z0-9_-]*(/(urban|rural))?$"
_OPEN: dict[str, Schema] = {
    "region": {"type": "string", "pattern": r"^[^/]+$"},
    "sector": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
}


def scenario_schema(vocabulary: Vocabulary) -> Schema:
    """The JSON Schema of scenario files: every word, every instrument's terms, with units and ranges."""
    whole = model_schema(Scenario, vocabulary)
    terms_of = sorted(vocabulary.instruments.items())
    instruments = {name: _policy(name, terms, vocabulary, _OPEN) for name, terms in terms_of}
    words = whole["properties"]
    words["world"]["anyOf"] = [{"enum": sorted(vocabulary.worlds)}, {"type": "string", "pattern": "/"}]
    words["parameters"] |= _parameters(vocabulary)
    target = words["targets"]["items"]["properties"]
    target["measure"] |= _measure(vocabulary)
    target["place"] |= _open(places(vocabulary))
    needed = _needed(whole)
    needed["properties"]["policies"] = {"additionalProperties": _needed_policy(instruments)}
    loose = _loosened(whole)
    loose["properties"]["policies"]["additionalProperties"] = _any_policy(instruments)
    return {
        "$schema": _DRAFT,
        "$comment": MADE_BY,
        "title": "A scenario of factorflow",
        **loose,
        "definitions": {name: _loosened(terms) for name, terms in instruments.items()},
        "if": {"required": ["extends"]},
        "then": {"required": ["title"]},
        "else": needed,
        "allOf": [
            *(_of_world(name, vocabulary) for name in sorted(vocabulary.worlds)),
            _of_shipped(instruments, vocabulary),
        ],
    }


def _of_shipped(instruments: Mapping[str, Schema], vocabulary: Vocabulary) -> Schema:
    """What a file that names a shipped world is asked besides: names that the shipped worlds have."""
    strict = {name: _policy(name, terms, vocabulary) for name, terms in sorted(vocabulary.instruments.items())}
    changed = [name for name, terms in strict.items() if terms != instruments[name]]
    policy = {"allOf": [{"if": _is("instrument", name), "then": _loosened(strict[name])} for name in changed]}
    target = {"measure": {"enum": sorted(vocabulary.measures)}, "place": {"enum": places(vocabulary)}}
    return {
        "if": {"properties": {"world": {"enum": sorted(vocabulary.worlds)}}, "required": ["world"]},
        "then": {
            "properties": {
                "policies": {"additionalProperties": policy},
                "targets": {"items": {"properties": target}},
            }
        },
    }


def _open(names: list[str]) -> Schema:
    """Names to complete from, where a folder of tables may have others."""
    return {"anyOf": [{"enum": names}, {"type": "string", "pattern": _PLACE}]}


def _measure(vocabulary: Vocabulary) -> Schema:
    """Measures to complete from; the output of a sector bears the name of the sector."""
    return {"anyOf": [{"enum": sorted(vocabulary.measures)}, {"type": "string", "pattern": "^output_[a-z]"}]}


def expectations_schema(vocabulary: Vocabulary) -> Schema:
    """The JSON Schema of expectation files."""
    whole = model_schema(Expectations, vocabulary)
    item = whole["properties"]["expectations"]["items"]
    item["properties"]["measure"] |= _measure(vocabulary)
    item["properties"]["place"] |= _open(places(vocabulary))
    item["oneOf"] = [{"required": [bound]} for bound in ("above", "below", "between")]
    return {"$schema": _DRAFT, "$comment": MADE_BY, "title": "Expectations of factorflow", **whole}


def experiments_schema(vocabulary: Vocabulary) -> Schema:
    """The JSON Schema of experiment files."""
    whole = model_schema(Experiment, vocabulary)
    item = whole["properties"]["questions"]["items"]
    item["properties"]["measure"] |= _measure(vocabulary)
    item["properties"]["place"] |= _open(places(vocabulary))
    item["anyOf"] = [{"required": [bound]} for bound in ("at_most", "at_least")]
    blocks = whole["properties"]["replicates"]
    whole["properties"]["replicates"] = {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 1_000}, blocks]}
    whole["properties"]["uncertain"] |= {
        "propertyNames": {"pattern": r"^(posterior|parameters\.[^.]+|policies\.[^.]+\.[^.]+)$"},
        "properties": {"posterior": {"type": "string"}},
        "additionalProperties": {"type": "object", "minProperties": 1, "maxProperties": 1},
    }
    return {"$schema": _DRAFT, "$comment": MADE_BY, "title": "Experiments of factorflow", **whole}


def model_schema(model: type[BaseModel], vocabulary: Vocabulary, names: Mapping[str, Schema] | None = None) -> Schema:
    """The schema of one model with its parts written out, names of the worlds listed, and units said in words.

    names: what stands for some names in place of those of the shipped worlds.
    """
    raw = model.model_json_schema(by_alias=True)
    schema: Schema = _plain(raw, raw.get("$defs", {}), {**_names(vocabulary), **(names or {})})
    return schema


def places(vocabulary: Vocabulary) -> list[str]:
    """Every name a measure can be read for, in any world."""
    found = {name for world in vocabulary.worlds.values() for name in (*world.regions, *world.cells, *world.kinds)}
    return sorted(found | set(vocabulary.worlds))


def _names(vocabulary: Vocabulary) -> dict[str, Schema]:
    """What stands for the marks that words.py sets: the names of all worlds."""
    worlds = vocabulary.worlds.values()
    regions = {region for world in worlds for region in world.regions}
    groups = {group for world in worlds for group in world.groups}
    return {
        "region": {"enum": sorted(regions)},
        # a scenario may define groups of its own, so the list only completes
        "place": {"anyOf": [{"enum": sorted(regions | groups)}, {"type": "string"}]},
        "kind": {"enum": sorted({kind for world in worlds for kind in world.kinds})},
        "sector": {"enum": sorted({sector for world in worlds for sector in world.sectors})},
    }


def _plain(schema: Any, known: Mapping[str, Any], names: Mapping[str, Schema]) -> Any:
    """A schema without references, titles of attributes and null, which no file can say."""
    if isinstance(schema, list):
        return [_plain(part, known, names) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _plain({**known[schema["$ref"].rsplit("/", 1)[-1]], **_without(schema, "$ref")}, known, names)
    if "names" in schema:
        schema = {**names[schema["names"]], **_without(schema, "names", "type")}
    options = [option for option in schema.get("anyOf", ()) if option.get("type") != "null"]
    if "anyOf" in schema and len(options) == 1:
        return _plain({**options[0], **_without(schema, "anyOf")}, known, names)
    plain = {}
    for word, value in _without(schema, "$defs").items():
        if word == "properties":
            plain[word] = {name: _plain(part, known, names) for name, part in value.items()}
        elif word == "anyOf":
            plain[word] = _plain(options, known, names)
        elif not (word == "title" and isinstance(value, str)) and not (word == "default" and value is None):
            plain[word] = _plain(value, known, names)
    return _with_terms(plain)


def _with_terms(schema: Schema) -> Schema:
    """The same with unit and range at the end of its description, which is what editors show."""
    if "description" not in schema or not {"unit", "minimum", "maximum"} & set(schema):
        return schema
    unit, low, high = (schema.get(word) for word in ("unit", "minimum", "maximum"))
    terms = Spot(None, "", str(unit or ""), low, high).terms()
    return {**schema, "description": f"{schema['description']}{terms}"}


def _without(schema: Mapping[str, Any], *words: str) -> Schema:
    return {word: value for word, value in schema.items() if word not in words}


def _loosened(schema: Any, within_list: bool = False) -> Any:
    """The schema with nothing required, except in the items of lists, which are replaced as a whole."""
    if isinstance(schema, list):
        return [_loosened(part, within_list) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        word: value if word == "default" else _loosened(value, within_list or word == "items")
        for word, value in schema.items()
        if word != "required" or within_list or not isinstance(value, list)
    }


def _needed(schema: Schema) -> Schema:
    """Only what a schema requires, at every level of mappings."""
    needed: Schema = {"required": schema["required"]} if "required" in schema else {}
    inner = {name: _needed(part) for name, part in schema.get("properties", {}).items()}
    inner = {name: part for name, part in inner.items() if part}
    return {**needed, **({"properties": inner} if inner else {})}


def _policy(name: str, terms: type[BaseModel], vocabulary: Vocabulary, names: Mapping[str, Schema] | None = None) -> Schema:
    schema = model_schema(terms, vocabulary, names)
    schema["properties"]["instrument"] = {"const": name}
    for term in datable(terms):
        schema["properties"][term] = _dated(schema["properties"][term])
    return schema


def _dated(plain: Schema) -> Schema:
    """A number, or numbers by the year they hold from."""
    years = {"pattern": f"^({YEAR_PATTERN})$"}
    by_year = {"type": "object", "propertyNames": years, "additionalProperties": plain, "minProperties": 1}
    return {"anyOf": [plain, by_year], **{word: plain[word] for word in ("description", "unit") if word in plain}}


def _any_policy(instruments: Mapping[str, Schema]) -> Schema:
    """A policy: the terms of the instrument it names, or, below an extended file, terms of any instrument."""
    terms = sorted({term for schema in instruments.values() for term in schema["properties"]})
    return {
        "type": "object",
        "properties": {"instrument": {"enum": list(instruments), "description": "name of the policy instrument"}},
        "allOf": [{"if": _is("instrument", name), "then": {"$ref": f"#/definitions/{name}"}} for name in instruments],
        "if": {"not": {"required": ["instrument"]}},
        "then": {"propertyNames": {"enum": terms}},
    }


def _needed_policy(instruments: Mapping[str, Schema]) -> Schema:
    """What every policy of a file that extends nothing must give."""
    asked = [{"if": _is("instrument", name), "then": _needed(schema)} for name, schema in instruments.items()]
    return {"required": ["instrument"], "allOf": asked}


def _is(word: str, value: str) -> Schema:
    return {"properties": {word: {"const": value}}, "required": [word]}


def _parameters(vocabulary: Vocabulary) -> Schema:
    """The parameters of all worlds, each with the widest of its ranges."""
    known: dict[str, list[Any]] = {}
    for world in vocabulary.worlds.values():
        for name, parameter in world.parameters.items():
            known.setdefault(name, []).append(parameter)
    properties = {}
    for name, parameters in sorted(known.items()):
        low, high = min(word.low for word in parameters), max(word.high for word in parameters)
        said = {"description": parameters[0].meaning, "unit": parameters[0].unit}
        properties[name] = _with_terms({"type": "number", "minimum": low, "maximum": high, **said})
    return {"properties": properties, "additionalProperties": False}


def _of_world(name: str, vocabulary: Vocabulary) -> Schema:
    """What a world asks of its own files: its parameters in their ranges, and years it knows."""
    world = vocabulary.worlds[name]
    ranges = {word.name: {"minimum": word.low, "maximum": word.high} for word in world.parameters.values()}
    years = {word: {"minimum": world.first_year, "maximum": world.last_year} for word in ("from", "to")}
    return {
        "if": _is("world", name),
        "then": {
            "properties": {
                "parameters": {"properties": ranges, "propertyNames": {"enum": sorted(ranges)}},
                "years": {"properties": years},
            }
        },
    }
