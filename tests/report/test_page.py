"""The page as text: whole in one file, nothing from outside, every word escaped, all in one language, and read back."""

import base64
import csv
import hashlib
import io
import json
import re
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from sim import compare, load, open_results, run
from sim.errors import ResultsError
from sim.pages import report
from sim.pages.report.record import read_record, record_of
from tests.report.conftest import SETTINGS
from tests.results.futures import compared, future
from tests.test_end_to_end import ROOT, factorflow


class Reader(HTMLParser):
    """What a reader sees of a page: words outside script and style; and its elements with their attributes."""

    def __init__(self, text):
        super().__init__()
        self.words, self.elements, self._hidden = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag in ("script", "style", "pre", "code"):
            self._hidden.append(tag)

    def handle_endtag(self, tag):
        if self._hidden and self._hidden[-1] == tag:
            self._hidden.pop()

    def handle_data(self, data):
        if not self._hidden and data.strip():
            self.words.append(data.strip())

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def english(province):
    return report.page(province, "en", names=["a.yaml", "b c.yaml"])


@pytest.fixture(scope="module")
def chinese(province):
    return report.page(province, "zh", names=["a.yaml", "b c.yaml"])


def test_nothing_is_asked_for_outside_the_page(english):
    read = Reader(english)
    for tag, attributes in read.elements:
        for word in ("src", "href", "action", "data", "poster"):
            assert attributes.get(word) is None or attributes[word].startswith(("#", "data:")), (tag, attributes)
    assert not re.search(r"@import|url\(", english)
    assert not any("style" in attributes or word.startswith("on") for _, attributes in read.elements for word in attributes)


def test_the_content_policy_allows_just_what_is_there(english):
    policy = next(one["content"] for one in Reader(english).all("meta") if one.get("http-equiv"))
    assert policy.startswith("default-src 'none';") and "unsafe" not in policy
    for tag, word in (("style", "style-src"), ("script", "script-src")):
        text = re.findall(rf"<{tag}>(.*?)</{tag}>", english, re.DOTALL)
        assert len(text) == 1
        hashed = base64.b64encode(hashlib.sha256(text[0].encode()).digest()).decode()
        assert f"{word} 'sha256-{hashed}'" in policy


def test_parts_stand_in_their_order(english):
    anchors = [one["id"] for one in Reader(english).all("section")]
    assert anchors == [
        *("verdict", "ranking", "curves", "difference", "map", "winners", "payers"),
        *("published", "doubt", "assumptions", "record"),
    ]
    links = [one["href"][1:] for one in Reader(english).all("a") if one["href"].startswith("#")]
    ids = [attributes["id"] for _, attributes in Reader(english).elements if "id" in attributes]
    assert len(ids) == len(set(ids)) and set(links) <= set(ids)


def test_every_figure_has_its_data_its_source_and_its_command(english):
    figures = [one["id"] for one in Reader(english).all("figure")]
    data = {one["download"]: one["href"] for one in Reader(english).all("a") if "download" in one}
    assert len(figures) == len(data) >= 6
    assert english.count("factorflow compare a.yaml &#39;b c.yaml&#39;") >= len(figures)
    text = unquote(next(href for name, href in data.items() if name.endswith("figure-difference.csv")).partition(",")[2])
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["year"] for row in rows] == ["2014", "2015", "2016"] and float(rows[0]["difference"]) == 0
    assert float(rows[2]["difference"]) < -0.01


def test_numbers_of_the_page_are_those_of_the_comparison(english, province):
    row = province.rows("baseline", "urban_rural_ratio").iloc[0]
    assert f"{row['difference']:+.3f}".replace("-", "\u2212") in english
    assert "narrows" in english


def test_the_same_runs_give_the_same_page(english, province):
    assert report.page(province, "en", names=["a.yaml", "b c.yaml"]) == english


LATIN = re.compile(r"[A-Za-z][A-Za-z'_.\-]*")
ALLOWED = re.compile(
    r"""https?://\S+ | factorflow(\s(world|report|doubt|extract|validate)(\s(effects|zhejiang|FILE|PAGE))?)? | run\.replicates
    | \b[a-z]+(_[a-z]+)+\b | \b(CSV|FILE|PAGE|F|T|A|S|agglomeration)\b | Apache\sECharts | \b(cash|by|below|residence)\b
    | \bT\d\d
    | [0-9a-f]{12,}""",
    re.VERBOSE,
)


def test_no_english_leaks_into_a_chinese_page(chinese):
    read = Reader(chinese)
    words = [*read.words, *(attributes["aria-label"] for _, attributes in read.elements if "aria-label" in attributes)]
    told = [ALLOWED.sub("", one) for one in words]
    leaks = [(word, LATIN.findall(word)) for word in told if any(len(found) > 1 for found in LATIN.findall(word))]
    assert leaks == []
    for place in ("杭州", "丽水农村", "宁波城镇", "全国其余地区"):
        assert place in chinese
    assert 'lang="zh-Hans"' in chinese and "亿元" in chinese and "万人" in chinese


def test_words_of_a_user_cannot_become_part_of_the_page(tmp_path):
    evil = '</script><script>alert(1)</script><img src=x onerror="alert(2)"> "& <b>'
    found = compared(tmp_path, effect=-0.05, title=evil)
    text = report.page(found, "en")
    assert "<script>alert" not in text and "<img" not in text and "<b>" not in text
    assert len(Reader(text).all("script")) == 2


def test_what_is_folded_in_is_read_back(province, tmp_path):
    page = report.write(tmp_path / "page.html", province)
    kept = read_record(page)
    assert [one.digest for one in kept] == [
        one.manifest["scenario_digest"] for one in (province.baseline, *province.scenarios.values())
    ]
    assert kept[1].words == province.scenarios["baseline"].manifest["scenario"]
    assert "<" not in record_of([province.baseline], ["a < b"])


def test_names_of_runs_that_share_one_are_told_apart(province, tmp_path):
    names = [one.name for one in read_record(report.write(tmp_path / "page.html", province))]
    assert len(set(names)) == 2


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "holds no record"),
        ('{"format": 9}', "record of format 9"),
        ('{"format": 1', "cannot be read"),
        (
            '{"format": 1, "scenarios": [{"name": "../x", "digest": "", "scenario": {}, "world": "w", "tables": {}}]}',
            "must not lead to another folder",
        ),
    ],
)
def test_a_page_that_is_none_is_refused(tmp_path, text, why):
    whole = "" if text is None else f'<script type="application/json" id="factorflow-record">{text}</script>'
    (tmp_path / "page.html").write_text(f"<html>{whole}</html>", encoding="utf-8")
    with pytest.raises(ResultsError, match=why):
        read_record(tmp_path / "page.html")


def test_one_scenario_is_told_against_its_base_year(province):
    text = report.page(province.baseline, "en")
    anchors = [one["id"] for one in Reader(text).all("section")]
    assert "ranking" not in anchors and "difference" not in anchors and anchors[0] == "verdict"
    assert "nothing here is the effect of a policy" in text and "from 2014 to 2016" in text


def test_a_world_without_map_ratio_or_tenths_still_has_a_page(tmp_path):
    runs = [run(ROOT / "scenarios/two_cells/baseline.yaml", out=tmp_path / "valley")]
    reform = load(ROOT / "scenarios/two_cells/baseline.yaml", ["title=Another valley", "parameters.labour_mobility=0.2"])
    runs.append(run(reform, out=tmp_path / "other"))
    for lang in ("en", "zh"):
        text = report.page(compare(*runs), lang)
        assert Reader(text).all("section") and "nan" not in " ".join(Reader(text).words)


def test_failed_replicates_and_few_pairs_are_said(tmp_path):
    found = compared(tmp_path, effect=-0.05, replicates=range(4), failed=[4])
    text = report.page(found, "en")
    assert "1 of 5 replicates of “Aid” failed" in text and "The band of 4 pairs" in text


def test_doubt_is_told_or_said_to_be_missing(tmp_path):
    found = compared(tmp_path, effect=-0.05)
    assert "Ignorance is not in this page" in report.page(found, "en")
    row = {
        **{"policy": "aid", "low": -0.1, "middle": -0.05, "high": 0.01, "year": 2016, "draws": 64, "holds": 50},
        **{
            "parameter": "parameters.labour_mobility",
            "explained": 0.4,
            "ignorance": 0.02,
            "luck": 0.001,
            "interaction": None,
        },
    }
    answers = {"title": "Doubt", "draws": 64, "seeds": 2, "titles": {"aid": "Aid"}, "rows": [row]}
    text = report.page(found, "en", answers=answers)
    assert "What is not known can turn the sign" in text and "0.0200" in text and "50 / 64" in text


def test_commands(tmp_path):
    """report writes a page of files and of a folder; extract gives back scenarios with the same digests, which run alike."""
    base = ROOT / "scenarios/zhejiang/baseline.yaml"
    cash = ROOT / "scenarios/zhejiang/cash_transfer.yaml"
    settings = [word for setting in (*SETTINGS[:2], "years.to=2024") for word in ("--set", setting)]
    done = factorflow("report", base, cash, *settings, "--out", "page.html", "--lang", "zh", folder=tmp_path)
    assert done.returncode == 0 and done.stdout.splitlines()[-1] == "page.html"
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "factorflow report" in page and "--lang zh" in page
    done = factorflow("extract", "page.html", "--out", "again", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert sorted(file.name for file in (tmp_path / "again").iterdir()) == ["baseline.yaml", "cash_transfer.yaml"]
    kept = {one.name: one.digest for one in read_record(tmp_path / "page.html")}
    again = run(tmp_path / "again/cash_transfer.yaml", out=tmp_path / "rerun")
    assert again.manifest["scenario_digest"] == kept["cash_transfer"]
    first = next(open_results(one) for one in (tmp_path / "results").iterdir() if one.name.startswith("cash_transfer"))
    assert again.manifest["files"]["series.parquet"] == first.manifest["files"]["series.parquet"]
    assert factorflow("extract", "page.html", "--out", "again", folder=tmp_path).returncode == 2
    assert factorflow("report", "nowhere.yaml", folder=tmp_path).returncode == 2


def test_tables_of_an_own_world_travel_with_the_page(tmp_path):
    """What a results folder keeps of a user's world is folded in, byte for byte."""
    results = future(tmp_path / "baseline")
    results.__dict__["world_files"] = {"places.csv": b"place\n\xe6\x9d\xad\n", "world.yaml": b"title: x\n"}
    text = f'<script type="application/json" id="factorflow-record">{record_of([results], [])}</script>'
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    assert read_record(tmp_path / "page.html")[0].tables == results.world_files
    assert json.loads(record_of([results], []))["scenarios"][0]["world"] == "zhejiang"
