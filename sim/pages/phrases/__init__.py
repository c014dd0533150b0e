"""The catalogue of phrases: every sentence of report, dashboard and figures once a language, `en.yaml` and `zh.yaml`.

`phrase("ranking.what", "zh", year=2035)` is the sentence with its values in place; `numbers` writes numbers with their units
in the way of a language. A key is the way to a phrase: `ranking: {what: ...}`. Tests hold the files against each other: the
same keys, the same placeholders.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from sim.errors import FactorFlowError
from sim.hints import one_of

LANGUAGES = ("en", "zh")
NAMES = {"en": "English", "zh": "简体中文"}
# a line of the file that ends within Chinese text is no space of the sentence
_BETWEEN_CHINESE = re.compile(r"(?<=[\u2018-\u201d\u3000-\u9fff\uff00-\uffef]) (?=[\u201c\u3000-\u9fff\uff00-\uffef{])")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """All phrases of a language by key; raises FactorFlowError for a language there is not."""
    if lang not in LANGUAGES:
        raise FactorFlowError(f'there are no phrases in "{lang}". {one_of(lang, LANGUAGES)}')
    read = yaml.load((files(__name__) / f"{lang}.yaml").read_text(encoding="utf-8"), Loader=_LOADER)
    return dict(_flat(read, ""))


def _flat(tree: Mapping[str, Any], way: str) -> Any:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{way}{key}.")
        else:
            yield f"{way}{key}", _BETWEEN_CHINESE.sub("", " ".join(str(value).split()))


def phrase(key: str, lang: str, **values: object) -> str:
    """The phrase of a key in a language, its placeholders filled; raises KeyError for a key there is not."""
    return catalogue(lang)[key].format(**values)


def known(key: str, lang: str) -> str | None:
    """The phrase of a key that need not exist, such as the name of a scenario or a parameter of a user's; None if not."""
    return catalogue(lang).get(key)


@cache
def chinese_names() -> Mapping[str, Mapping[str, str]]:
    """Chinese names of what the package ships under an English one, by kind of thing."""
    return dict(yaml.load((files(__name__) / "names_zh.yaml").read_text(encoding="utf-8"), Loader=_LOADER))


def called(world: str, lang: str) -> str:
    """What a world is called."""
    return known(f"worlds.{world}", lang) or world.replace("_", " ").capitalize()


def title_in(lang: str, title: str, title_zh: str | None) -> str:
    """The title of a scenario; in Chinese its own Chinese one, else that of one that is shipped, else as it is."""
    words = " ".join(title.split())
    if lang != "zh":
        return words
    return " ".join(title_zh.split()) if title_zh else chinese_names()["titles"].get(words, words)


def said_by(source: str, lang: str) -> str:
    """Where observed points come from."""
    return chinese_names()["sources"].get(source, source) if lang == "zh" else source


def listed(words: list[str] | tuple[str, ...], lang: str) -> str:
    """Words in a row: `a, b and c`; `a、b和c`."""
    if len(words) < 2:
        return "".join(words)
    between, last = ("、", "和") if lang == "zh" else (", ", " and ")
    return between.join(words[:-1]) + last + words[-1]
