"""Titles in Chinese: drawn where a font has the characters, otherwise called by a name that can be shown."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim.analysis.results import Results
from sim.pages.plots import available, convergence, fonts, marks
from tests.plots.conftest import Maker
from tests.plots.page import words

REFORM = "\u6539\u9769"  # gai ge
FAMILY = "Noto Sans CJK SC"


def a_font(path: Path, family: str, characters: str) -> Path:
    """A font whose every character is a box one em wide."""
    names = {ord(letter): f"uni{ord(letter):04X}" for letter in characters}
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for point in ((100, 800), (900, 800), (900, 0)):
        pen.lineTo(point)
    pen.closePath()
    order = [".notdef", *names.values()]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(names)
    builder.setupGlyf(dict.fromkeys(order, pen.glyph()))
    builder.setupHorizontalMetrics(dict.fromkeys(order, (1000, 100)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": family, "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120, usWinAscent=880, usWinDescent=120)
    builder.setupPost()
    builder.save(path)
    return path


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """What is known of fonts is forgotten before and after every test."""
    for cached in (fonts.families, fonts._characters):
        cached.cache_clear()
    yield
    for cached in (fonts.families, fonts._characters):
        cached.cache_clear()


@pytest.fixture
def no_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer without a Chinese font, whatever is installed here."""
    entries = [entry for entry in font_manager.fontManager.ttflist if entry.name not in fonts.CHINESE]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", entries)
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [])
    font_manager.fontManager._findfont_cached.cache_clear()


def drawn(figure: Figure) -> Figure:
    """The figure, drawn with every warning an error: matplotlib warns of characters it draws as boxes."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        FigureCanvasAgg(figure).draw()
    return figure


@pytest.mark.parametrize("name", sorted(available()))
def test_without_a_font_the_file_name_or_the_place_in_the_order_stands_for_the_title(
    name: str, no_chinese: None, make: Maker
) -> None:
    results = [
        make(name="small", title="Small", replicates=2),
        make(name=REFORM, title=REFORM, replicates=2, effect=0.004),
        make(name="opening", title=f"{REFORM} 2", replicates=2, effect=0.008),
    ]
    assert marks.names(results) == ["Small", "scenario 2", "opening"]
    said = words(drawn(available()[name].figure(results)))
    assert REFORM not in said and "\ufffd" not in said
    assert "No font of this computer has the characters of the title of scenario 2 (digest 00000000), opening" in said
    assert [(title, called) for title, called, _ in marks.unshown(results)] == [
        (REFORM, "scenario 2"),
        (f"{REFORM} 2", "opening"),
    ]


@pytest.mark.parametrize("title", ["\u0939\u093f\u0928\u094d\u0926\u0940", "\U0001f3d4 and sea", "\u30ab\u30bf\u30ab\u30ca"])
def test_other_characters_without_a_font_are_no_boxes_either(title: str, no_chinese: None, make: Maker) -> None:
    results = [make(name="other", title=title, replicates=1)]
    assert marks.names(results) == ["other"]
    drawn(convergence.figure(results))


def test_a_place_or_a_policy_that_cannot_be_shown_is_no_box(no_chinese: None, make: Maker) -> None:
    policies = [{"name": REFORM, "instrument": "residence_permit_reform", "from": 2020, "until": None}]
    results = make(name="other", title="Other", replicates=1, policies=policies)
    assert "2020: residence permit reform" in words(drawn(convergence.figure([results])))
    assert marks.place_name(f"{REFORM}/urban") == "\ufffd\ufffd, urban"


@pytest.mark.parametrize("late", [False, True])
def test_a_chinese_font_is_used_where_there_is_one(
    late: bool, no_chinese: None, make: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one installed after matplotlib listed the fonts of the computer."""
    path = a_font(tmp_path / "NotoSansCJK-Regular.ttf", FAMILY, REFORM)
    if late:
        monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [str(path)])
    else:
        font_manager.fontManager.addfont(path)
    assert fonts.families() == ("DejaVu Sans", FAMILY)
    results: list[Results] = [make(name=word, title=word, replicates=1) for word in ("small", REFORM)]
    assert marks.names(results) == ["small", REFORM] and marks.unshown(results) == []
    figure = drawn(convergence.figure(results))
    assert REFORM in words(figure) and "No font" not in words(figure)


def test_a_damaged_font_is_as_good_as_none(no_chinese: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "SimHei.ttf").write_bytes(b"no font")
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [str(tmp_path / "SimHei.ttf")])
    assert fonts.families() == ("DejaVu Sans",) and not fonts.can_show(REFORM)
