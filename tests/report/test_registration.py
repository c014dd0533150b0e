"""Winners and losers by registration, place and tenth, as the page has them, and pages of runs that did not record them."""

import csv
import io
import re
from dataclasses import replace
from urllib.parse import unquote

import pytest

from sim.analysis.winners import counts, parted
from sim.pages import report
from sim.pages.phrases import phrase
from sim.pages.report import verdict
from sim.pages.report.content import Figure, Table
from sim.pages.report.registration import by_registration
from sim.pages.report.words import Speaker
from sim.units import NEWCOMERS


def figure(page, name):
    """Its drawing and its data."""
    told = re.search(rf'<figure id="{name}".*?</figure>', page, re.DOTALL).group()
    data = unquote(re.search(r'href="data:text/csv;charset=utf-8,([^"]*)"', told).group(1))
    return told, list(csv.DictReader(io.StringIO(data)))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_both_parts_stand_beside_each_other_with_their_data(province, lang):
    page = report.page(province, lang)
    drawn, rows = figure(page, "registration-1")
    assert drawn.count("<svg xmlns") == 2 and phrase("parted.newcomers", lang) in drawn
    table = parted(province, "baseline").set_index(["region", "kind", "tenth", "registration"])
    assert len(rows) == 220
    for row in rows:
        for part in ("registered_here", "newcomers"):
            known = table.loc[row["region"], row["kind"], int(row["tenth"]), part]
            for column in ("people", "people_before", "before", "share"):
                assert float(row[f"{column}_{part}"]) == pytest.approx(known[column], rel=1e-6, abs=1e-12)
            assert row[f"verdict_{part}"] == known["verdict"]
    _, shares = figure(page, "newcomers")
    heads = table.xs("newcomers", level="registration")["people_before"]
    assert len(shares) == 220 and sum(float(row["newcomers"]) for row in shares) == pytest.approx(heads.sum(), rel=1e-6)


def story(province, **changed):
    """The story of the province with some of the parts' numbers set by hand."""
    (one,) = verdict.stories(province)
    return replace(one, parts=one.parts.assign(**changed))


def told(one, lang="en"):
    """The table that counts heads."""
    items = by_registration([one], Speaker(lang, "zhejiang", "yuan of 2014"), "", "2016", "x")
    return next(item for item in items if isinstance(item, Table) and item.label == phrase("parted.title", lang))


def test_losers_are_counted_and_named_as_loudly_as_winners(province):
    """All gain but those registered here in the towns of Ningbo and newcomers in the villages of Lishui."""
    parts = verdict.stories(province)[0].parts
    ningbo = (parts["region"] == "Ningbo") & (parts["kind"] == "urban") & (parts["registration"] == "registered_here")
    lishui = (parts["region"] == "Lishui") & (parts["kind"] == "rural") & (parts["registration"] == "newcomers")
    ways = {"share": [-0.02 if falls else 0.03 for falls in ningbo | lishui], "verdict": "up"}
    ways["verdict"] = ["down" if falls else "up" for falls in ningbo | lishui]
    (row,) = told(story(province, **ways)).rows
    speaker = Speaker("en", "zhejiang", "yuan of 2014")
    for cell, part, lost in ((row.cells[1], "registered_here", ningbo), (row.cells[2], "newcomers", lishui)):
        of_part = parts["registration"] == part
        gain, lose = (speaker.people(parts["people"][of_part & way].sum()) for way in (~lost, lost))
        assert cell.words == f"{gain} / {lose}" and cell.drawing
    assert "registered here: Ningbo towns (" in row.cells[3].words and "newcomers: Lishui villages (" in row.cells[3].words
    assert row.cells[3].words.count("\u22122.0% on average") == 2
    assert "户籍在本地：宁波城镇" in told(story(province, **ways), "zh").rows[0].cells[3].words


def test_nobody_is_named_where_nobody_loses(province):
    (row,) = told(story(province, share=0.0, verdict="none")).rows
    assert row.cells[3].words == phrase("parted.nobody", "en") and row.cells[1].words == "0 / 0"
    assert counts("none", 0.0) == 0


def test_whether_both_gain_alike_is_said_by_rule(province):
    def said(one):
        items = by_registration([one], Speaker("en", "zhejiang", "yuan of 2014"), "", "2016", "x")
        return next(item for item in items if isinstance(item, str) and item.startswith("Within a tenth of a place"))

    (near,) = verdict.stories(province)
    assert "an assumption of the model and no finding: for nine of ten people" in said(near)
    far = story(province, share=[0.05 if part == "newcomers" else 0.0 for part in near.parts["registration"]])
    assert "do not gain or lose alike" in said(far) and "more than 5 percentage points" in said(far)


@pytest.mark.parametrize(("lang", "words"), [("en", ("no finding", "Assumed: pay goes", "are assumed to be as able")),
                                              ("zh", ("不是发现", "模型假定：工资", "假定外来人口"))])  # fmt: skip
def test_what_is_assumed_of_registration_is_said_where_the_numbers_stand(province, lang, words):
    items = by_registration(verdict.stories(province), Speaker(lang, "zhejiang", "yuan of 2014"), "", "2016", "x")
    finding, what = [item for item in items if isinstance(item, str)][-2:]
    (shares,) = [item for item in items if isinstance(item, Figure) and item.id == "newcomers"]
    for word, text in zip(words, (finding, what, shares.caption), strict=True):
        assert word in text


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_runs_that_did_not_record_it_have_a_page_that_says_so(province, lang):
    """Results of before: neither heads nor sums of newcomers by tenth, so no means either."""
    old = province.table[~province.table["measure"].astype(str).str.contains("_tenth_") |
                         province.table["measure"].astype(str).str.startswith("real_income_tenth")]  # fmt: skip
    assert not set(NEWCOMERS) & set(old["measure"])
    page = report.page(replace(province, table=old), lang)
    assert phrase("parted.missing", lang) in page and "registration-1" not in page and 'id="winners-1"' in page
    tenths = replace(province, table=old).tenths("baseline")
    assert len(tenths) == 220 and not any(one.parts for one in tenths)
    assert "newcomers" not in tenths[0].to_json()
