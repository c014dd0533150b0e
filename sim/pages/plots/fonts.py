"""Type of the figures: fonts that have the characters, how wide a text is, and how it is folded into lines."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from matplotlib import font_manager
from matplotlib.textpath import text_to_path

DEJAVU = "DejaVu Sans"  # comes with matplotlib
# Fonts with Chinese characters on Linux, Windows and macOS, the first one installed is used. Of a collection of fonts
# matplotlib may see only the first (Noto Sans CJK JP), which has the Chinese characters too.
CHINESE = (
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Noto Sans CJK JP"),
    *("Noto Sans CJK TC", "Noto Sans CJK HK", "Noto Sans CJK KR", "Source Han Sans", "WenQuanYi Micro Hei"),
    *("WenQuanYi Zen Hei", "Droid Sans Fallback", "Microsoft YaHei", "SimHei", "SimSun", "PingFang SC", "PingFang HK"),
    *("Hiragino Sans GB", "Heiti SC", "Heiti TC", "STHeiti", "Songti SC", "Arial Unicode MS"),
)
_WIDEST = 2.1  # a character over the size of type; the widest of DejaVu Sans Bold is 2.02
_MISSING = "\ufffd"  # stands for a character that no font here has


def plain() -> dict[str, Any]:
    """What every text made of names needs: fonts that have the characters, and no formulas between dollar signs."""
    return {"family": list(families()), "linespacing": 1.2, "parse_math": False}


@cache
def families() -> tuple[str, ...]:
    """DejaVu Sans, then the first installed font that has Chinese characters."""
    there = set(font_manager.get_font_names())
    if there.isdisjoint(CHINESE):
        there |= _added()
    return (DEJAVU, *[name for name in CHINESE if name in there][:1])


def can_show(text: str) -> bool:
    """Whether the fonts of this computer have all the characters of a text."""
    return legible(text) == text


def legible(text: str) -> str:
    """The text, with a mark in the place of every character that no font here has (line breaks are kept)."""
    if text.isascii() and text.isprintable():
        return text
    known = [_characters(family) for family in families()]
    return "".join(c if c == "\n" or any(ord(c) in font for font in known) else _MISSING for c in text)


def width_of(text: str, size: float, weight: str = "normal") -> float:
    """Width of one line of text in inches, at a size in points."""
    known = "".join("\u2014" if _wide(letter) else letter for letter in text)  # a dash is as wide as a character
    return _width(known, size, weight)


def fold(text: str, room: float, size: float, weight: str = "normal") -> list[str]:
    """Break a text into lines no wider than `room` inches: at spaces, between Chinese characters, inside long words."""
    lines: list[str] = []
    for part in legible(text).split("\n") if text else []:
        words = list(_pieces(part, room, size, weight))
        while words:
            least = next((place for place, word in enumerate(words, start=1) if word.strip()), len(words))
            ends = range(least + 1, len(words) + 1)  # a longer line is wider: halving finds its end with few measurements
            count = least + bisect_right(ends, room, key=lambda end: width_of("".join(words[:end]).strip(), size, weight))
            lines.append("".join(words[:count]).strip())
            del words[:count]
    return lines


def whole_words(text: str, room: float, size: float) -> bool:
    """Whether no word of the text is wider than `room` inches, so that folding breaks none."""
    words = (word.rstrip() for word in _words(legible(text)))
    return all(len(word) * _WIDEST * size / 72 <= room or width_of(word, size) <= room for word in words)


def cut(text: str, room: float, size: float) -> str:
    """As much of a text as fits into `room` inches, with an ellipsis where some is left out."""
    text = legible(text)
    if width_of(text, size) <= room:
        return text
    while text and width_of(f"{text}\u2026", size) > room:
        text = text[:-1]
    return f"{text.rstrip()}\u2026"


@cache
def _width(text: str, size: float, weight: str) -> float:
    font = font_manager.FontProperties(family=DEJAVU, size=size, weight=weight)
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]) / 72


def _pieces(text: str, room: float, size: float, weight: str) -> Iterator[str]:
    """Words, those wider than the room in parts that fit, cut behind a hyphen or underscore where there is one."""
    for word in _words(text):
        while len(word) * _WIDEST * size / 72 > room and len(word) > 1 and width_of(word.rstrip(), size, weight) > room:
            count = len(word) - 1
            while count > 1 and width_of(word[:count], size, weight) > room:
                count -= 1
            mark = max(word.rfind(mark, count // 2, count) for mark in "-_/") + 1
            yield word[: mark or count]
            word = word[mark or count :]
        yield word


def _words(text: str) -> list[str]:
    words = [""]
    for letter in text:
        if words[-1] and (words[-1][-1] == " " or _wide(letter) or _wide(words[-1][-1])):
            words.append("")
        words[-1] += letter
    return words


def _wide(letter: str) -> bool:
    return ord(letter) >= 0x2E80 and letter != _MISSING


@cache
def _characters(family: str) -> frozenset[int]:
    """Code points that a font has; those of control characters are not among them."""
    path = font_manager.findfont(font_manager.FontProperties(family=family))
    return frozenset(point for point in font_manager.get_font(path).get_charmap() if point >= 0x20)


def _added() -> set[str]:
    """Names of Chinese fonts installed since matplotlib listed the fonts of this computer; they are made known to it."""
    manager = font_manager.fontManager
    known = {Path(entry.fname) for entry in manager.ttflist}
    wanted = {name.replace(" ", "").lower() for name in CHINESE} | {"notosanscjk", "wqy", "msyh", "pingfang"}
    for path in sorted(map(Path, font_manager.findSystemFonts())):
        stem = path.stem.replace(" ", "").replace("-", "").replace("_", "").lower()
        if path not in known and any(stem.startswith(name) for name in wanted):
            try:
                manager.addfont(path)
            except (OSError, RuntimeError, ValueError):
                continue  # a damaged font is as good as none
    return set(font_manager.get_font_names())
