"""The page as text: whole in one file, nothing from outside, every word escaped, all in one language, and read back."""

import base64
import csv
import hashlib
import io
import json
import re
from html.parser import HTMLParser
from urllib.parse import unquote

import pandas as pd
import pytest
from click.testing import CliRunner

from sim import compare, load, open_results, run
from sim.cli import main
from sim.errors import ResultsError
from sim.pages import report
from sim.pages.report.content import csv_text
from sim.pages.report.labels import labelled
from sim.pages.report.record import read_record, record_of
from sim.sheets import csv_of, harmless
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
    assert "<" not in record_of({"x": province.baseline}, ["a < b"])


def test_names_of_runs_that_share_one_are_told_apart(province, tmp_path):
    """One label each in record, command, data and tables: a baseline called as a scenario is another."""
    page = report.write(tmp_path / "page.html", province)
    assert [one.name for one in read_record(page)] == ["baseline-base", "baseline"]
    text = page.read_text(encoding="utf-8")
    assert "factorflow compare scenarios/baseline-base.yaml scenarios/baseline.yaml" in text
    data = {one["download"]: one["href"] for one in Reader(text).all("a") if "download" in one}
    curves = unquote(next(href for name, href in data.items() if name.endswith("figure-curves.csv")).partition(",")[2])
    named = {row["scenario"] for row in csv.DictReader(io.StringIO(curves))}
    assert named == {"observed", "baseline-base", "baseline"}
    assert {row.get("data-policy") for _, row in Reader(text).elements} >= {"baseline-base", "baseline"}


def test_labels_never_collide(tmp_path):
    base, others = future(tmp_path / "x"), [future(tmp_path / name / "X") for name in "ab"]
    assert list(labelled(compare(base, *others))) == ["x", "X (1)", "X (2)"]
    alike = compare(base, others[0], future(tmp_path / "x-base"))
    assert list(labelled(alike)) == ["x-base2", "X", "x-base"]


def test_a_cell_is_no_formula(tmp_path):
    assert [harmless(cell) for cell in ("=1+1", "+1", "-1", "@x", "\tx", "\rx")] == [
        *("'=1+1", "'+1", "'-1", "'@x", "'\tx", "'\rx")
    ]
    assert [harmless(cell) for cell in ("a=1", "", -1.5, None)] == ["a=1", "", -1.5, None]
    assert csv_text(("=a",), [("=b", -0.5)]) == "'=a\n'=b,-0.5\n"
    frame = pd.DataFrame({"scenario": pd.Categorical(["=x"]), "difference": [-0.5]})
    assert csv_of(frame) == "scenario,difference\n'=x,-0.5\n"


def scenario_of(name, **more):
    row = {"name": name, "digest": "", "scenario": {"schema": 1}, "world": "w", "tables": {}}
    return {**row, **more}


@pytest.mark.parametrize(
    ("scenarios", "why"),
    [
        ([], "has a record without any scenario"),
        ([scenario_of("x"), scenario_of("X")], 'two scenarios in its record are called "X"'),
        (
            [scenario_of("x", tables={"a.csv": "eA=="}), scenario_of("y", tables={"a.csv": "eQ=="})],
            'the scenario "y" in its record has other tables of one world',
        ),
    ],
)
def test_no_scenario_is_lost_silently(tmp_path, scenarios, why):
    text = json.dumps({"format": 1, "scenarios": scenarios})
    page = tmp_path / "page.html"
    page.write_text(f'<script type="application/json" id="factorflow-record">{text}</script>', encoding="utf-8")
    with pytest.raises(ResultsError, match=re.escape(why)):
        read_record(page)


def test_a_scenario_that_is_none_is_named_with_its_page(tmp_path):
    text = json.dumps({"format": 1, "scenarios": [scenario_of("mine")]})
    page = tmp_path / "page.html"
    page.write_text(f'<script type="application/json" id="factorflow-record">{text}</script>', encoding="utf-8")
    answer = CliRunner().invoke(main, ["extract", str(page), "--out", str(tmp_path / "out")])
    said = " ".join(answer.output.split())
    assert answer.exit_code == 2 and "page.html: the scenario mine in it is none" in said and ".partial" not in said
    assert not (tmp_path / "out").exists()


def test_of_luck_and_bands_only_where_there_are(tmp_path, province):
    """A continuum has no luck to be clear of, one draw no band; bands that would hide each other are not described."""
    told = {"smooth": province}
    told["single"] = compared(tmp_path / "single", effect=-0.05, replicates=range(1), baseline={"replicates": range(1)})
    told["bands"] = compared(tmp_path / "bands", effect=-0.05)
    many = [future(tmp_path / "many" / f"aid{number}", effect=-0.05) for number in range(7)]
    told["many"] = compare(future(tmp_path / "many" / "baseline"), *many)
    twins = [future(tmp_path / "twins" / name, replicates=range(1)) for name in ("baseline", "aid")]
    for one in twins:
        one.manifest["scenario"]["run"]["continuum"] = True
    told["twins"] = compare(*twins)
    words = {}
    for name, found in told.items():
        words[name] = [" ".join(Reader(report.page(found, lang)).words) for lang in ("en", "zh")]
    for name in ("smooth", "twins"):
        english, chinese = words[name]
        assert not re.search("clear of luck|pale band|its band 90|as a band|run.replicates|Pale grey", english), name
        assert not re.search("随机波动的?下降|超出随机波动|浅色带|run.replicates|浅灰", chinese), name
    assert not re.search("pale band|its band 90|as a band|90% band", words["single"][0]) and "one draw" in words["single"][0]
    assert "pale band" in words["bands"][0] and "90% of the pairs as a band" in words["bands"][0]
    assert "pale band" not in words["many"][0] and "would hide each other" in words["many"][0]


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
    assert "it goes on as up to 2019, and nothing observed later" in text and "The base year is 2014." in text


def test_a_single_run_has_its_notes(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.analysis.since.accelerating", lambda results: f"{results.title} accelerates.")
    assert "Baseline accelerates." in report.page(future(tmp_path / "baseline", title="Baseline"), "en")


def test_a_world_without_map_ratio_or_tenths_still_has_a_page(tmp_path):
    runs = [run(ROOT / "scenarios/two_cells/baseline.yaml", out=tmp_path / "valley")]
    reform = load(ROOT / "scenarios/two_cells/baseline.yaml", ["title=Another valley", "parameters.labour_mobility=0.2"])
    runs.append(run(reform, out=tmp_path / "other"))
    for lang in ("en", "zh"):
        text = report.page(compare(*runs), lang)
        words = " ".join(Reader(text).words)
        assert Reader(text).all("section") and "nan" not in words and "2019" not in words
        assert "stand first" not in words and "列在前面" not in words  # no share is known here


def test_failed_replicates_and_few_pairs_are_said(tmp_path):
    found = compared(tmp_path, effect=-0.05, replicates=range(4), failed=[4])
    text = report.page(found, "en")
    assert "1 of 5 replicates of “Aid” failed" in text and "The band of 4 pairs" in text


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
    text = f'<script type="application/json" id="factorflow-record">{record_of({"baseline": results}, [])}</script>'
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    assert read_record(tmp_path / "page.html")[0].tables == results.world_files
    assert json.loads(record_of({"baseline": results}, []))["scenarios"][0]["world"] == "zhejiang"
