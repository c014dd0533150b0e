"""What a page calls things: titles of a user's own, policies that start, where a map comes from, one order of colours."""

from sim.pages import report
from sim.pages.drawings import ink
from sim.pages.plots import style
from sim.pages.report.figures import _starts
from sim.pages.report.words import Speaker
from tests.results.futures import compared, future


def test_a_title_in_chinese_is_shown_where_the_page_is(tmp_path):
    both = compared(tmp_path)
    both.scenarios["aid"].manifest["scenario"]["title_zh"] = "我的援助情景"
    found = {lang: report.page(both, lang).partition('id="record"')[0] for lang in ("en", "zh")}
    assert "“我的援助情景”" in found["zh"] and "我的援助情景" not in found["en"]


def test_a_policy_of_several_scenarios_starts_once(tmp_path):
    def made(name, *policies):
        rows = [{"name": one, "instrument": "residence_permit_reform", "from": 2015, "until": None} for one in policies]
        return future(tmp_path / name, policies=rows, replicates=range(1))

    runs = [made("base"), made("one", "reform"), made("two", "reform"), made("three", "reform", "roads")]
    speaker = Speaker("en", "zhejiang", "yuan of 2014")
    assert [words for _, words in _starts(runs[:3], speaker)] == ["residence-permit reform starts"]
    assert [words for _, words in _starts(runs, speaker)] == ["2 policies start"]


def test_figures_and_pages_colour_in_one_order_and_only_the_baseline_is_grey():
    assert [style.colour(order) for order in range(30)] == [ink.colour(order) for order in range(30)]
    assert [order for order in range(30) if style.colour(order) == style.COLOURS[0]] == [0]
    assert len({(style.colour(order), str(style.dashes(order))) for order in range(29)}) == 29


def test_a_page_is_replaced_and_what_is_no_page_is_not(tmp_path):
    import pytest

    from sim.cli.reporting import _replaces
    from sim.errors import ResultsError

    other, page, new = tmp_path / "other.html", tmp_path / "page.html", tmp_path / "new.html"
    other.write_text("<h1>mine</h1>", encoding="utf-8")
    report.write(page, compared(tmp_path))
    assert _replaces(page) and not _replaces(new)
    with pytest.raises(ResultsError, match="is no page of factorflow report and is not overwritten"):
        _replaces(other)
    assert other.read_text(encoding="utf-8") == "<h1>mine</h1>"
