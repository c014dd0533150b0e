"""The first picture of a page is what was observed, says so, and waits for no model; a run keeps it beside its curve."""

import re
import subprocess
import sys

import pytest

from sim import load
from sim.dashboard.figures import parts_of
from sim.dashboard.live import Kept, live, paired
from sim.dashboard.observed import first_picture, seen_of
from sim.dashboard.page import View, render
from sim.dashboard.session import Session
from sim.data import catalogue
from sim.vocabulary import vocabulary
from tests.test_end_to_end import ROOT

SEA = ROOT / "scenarios" / "zhejiang" / "mountain_sea.yaml"
HEAVY = ("pandas", "numba", "scipy", "mesa", "pydantic")


def circles(markup):
    """The circles of one of the two drawings."""
    return len(re.findall(r"<circle[^>]*#ffffff", markup)) // 2


def test_what_was_observed_is_what_the_tables_say():
    table = catalogue.observed("zhejiang")
    there = table[(table["scope"] == "world") & (table["measure"] == "urban_rural_ratio")]
    seen = seen_of("zhejiang")
    assert list(seen.dots) == list(zip(there["year"], there["value"], strict=True)) and len(seen.dots) == 6
    assert seen.dots[0] == (2014, pytest.approx(1.9765, abs=1e-4)) and seen.source == there["source"].iloc[0]
    assert [year for year, _ in seen.within(2015, 2017).dots] == [2015, 2016, 2017]
    assert not seen_of("two_cells").dots


@pytest.mark.parametrize(
    ("lang", "said", "source"),
    [
        ("en", "Nothing in this picture comes from", "Yearbook, table 17-2"),
        ("zh", "没有任何模型结果", "《浙江统计年鉴》表17-2"),
    ],
)
def test_a_page_begins_with_it_and_says_what_it_is(lang, said, source):
    page = render(Session(SEA, vocabulary), View(lang=lang))
    part = page[page.index('id="curve"') : page.index('id="difference"')]
    assert "1.92" in part and said in part and source in part
    assert circles(part) == 6 and "<path" not in part, "no curve before one was lived"
    other = render(Session(SEA, vocabulary), View(lang=lang, measure="population"))
    assert "<svg" not in other, "of other measures nothing is shown that was not lived"


def test_where_nothing_was_observed_nothing_is_drawn(session, valley):
    assert first_picture(session, "en") == ""
    (valley / "open.yaml").write_text("world: [", encoding="utf-8")
    session.reread()
    assert first_picture(session, "en") == ""
    session.text = "world: zhejiang\ntitle: \ud800\n"
    assert first_picture(session, "en") == "", "half a character, which no file can hold"


def test_neither_the_model_nor_a_library_of_tables_is_waited_for():
    code = f"""
import sys
from pathlib import Path
from sim.dashboard.page import View, render
from sim.dashboard.session import Session
page = render(Session(Path({str(SEA)!r}), lambda: None), View())
assert "as observed" in page
print(*(name for name in {HEAVY} if name in sys.modules))
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert told.stdout.split() == []


def test_a_run_keeps_it_beside_its_curve():
    few = {"run.continuum": True, "run.replicates": 1, "years.from": 2016, "years.to": 2018}
    scenario = load(ROOT / "scenarios" / "zhejiang" / "baseline.yaml", few)
    pair = paired(scenario, None)
    for _ in live(pair, Kept(), lambda: False):
        pass
    curve = parts_of(pair, View())["parts"]["curve"]
    assert circles(curve) == 3 and ">observed<" in curve and "Circles are observed" in curve
    other = parts_of(pair, View(measure="population"))["parts"]["curve"]
    assert circles(other) == 0 and "observed" not in other
