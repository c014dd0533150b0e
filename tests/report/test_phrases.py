"""The catalogue of phrases: the same keys and placeholders in every language, numbers in the units of each."""

import re
import string

import pytest
import yaml

from sim.errors import FactorFlowError
from sim.pages.phrases import LANGUAGES, catalogue, chinese_names, listed, numbers, phrase
from sim.pages.report.evidence import experiments
from sim.pages.report.words import Speaker
from sim.vocabulary import vocabulary
from tests.test_end_to_end import ROOT


def placeholders(text):
    return sorted({name for _, name, _, _ in string.Formatter().parse(text) if name is not None})


def test_no_phrase_is_missing_in_any_language():
    assert set(catalogue("en")) == set(catalogue("zh"))
    assert len(catalogue("en")) > 250


@pytest.mark.parametrize("key", sorted(catalogue("en")))
def test_a_phrase_says_the_same_values_in_every_language(key):
    assert placeholders(catalogue("en")[key]) == placeholders(catalogue("zh")[key])


OF_DATA = (  # phrases that are named by what data, vocabularies and pages of script hold
    *("parameters.", "units.", "instruments.", "instruments_zhejiang.", "worlds.", "currency.", "published.verdicts."),
    *("dashboard.js.", "dashboard.measures.", "headline.", "unsaid.terms."),
)


def test_every_phrase_is_used():
    """Its key stands in the program: whole; as a beginning, with its end as a word; or as an end, `f"{key}.what"`."""
    files = [file for file in (ROOT / "sim").rglob("*") if file.suffix in (".py", ".j2", ".js")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    words = set(re.findall(r"""["']([a-z_]+)["']""", text))
    heads = tuple(re.findall(r'f"([a-z_]+\.[a-z_.]*)\{', text))
    ends = tuple(re.findall(r'f"\{\w+\}(\.[a-z_]+)"', text))
    formats = re.findall(r'f"([a-z_]+\.(?:[a-z_]|\{[\w.]+\})+)"', text)
    parts = {"headline", "ranking"}  # `verdict._best` says the same in the words of either
    shapes = [re.compile(re.sub(r"\{[\w.]+\}", "[a-z]+", form) + "$") for form in formats if re.search(r"\}_|_\{", form)]

    def used(key):
        begun = any(key.startswith(head) and key.removeprefix(head) in words for head in heads)
        return f'"{key}"' in text or f"'{key}'" in text or begun or key.endswith(ends) or shaped(key)

    def shaped(key):
        part, _, word = key.partition(".")
        return (part in parts and word in words) or any(shape.match(key) for shape in shapes)

    told = [re.sub("_(smooth|single)$", "", key) for key in catalogue("en") if not key.startswith(OF_DATA)]
    assert [key for key in told if not used(key)] == []
    assert not used("place.all_towns") and not used("payers.all_towns")


def test_what_reads_well_in_chinese_is_said_so():
    chinese = catalogue("zh")
    assert [key for key, text in chinese.items() if re.search("在.{0,12}之下|百分之一数|项都不是", text)] == []
    assert chinese["dashboard.measures.general_purchases_per_head"] in chinese["payers.purchases_none"]
    names = [Speaker("zh", world, "yuan of 2014").instrument("paired_assistance") for world in ("zhejiang", "china")]
    assert names == ["山海协作（对口支援）", "对口支援"]


def test_chinese_phrases_are_chinese():
    left = re.compile(
        r"\{[^}]*\}|Ctrl\+\w+|\bEsc\b|\bTab\b|factorflow \w+( \w+)?|factorflow|run\.replicates|\b(FILE|PAGE|CSV|F|T|A|S)\b"
    )
    english = {key: text for key, text in catalogue("zh").items() if re.search("[A-Za-z]", left.sub("", text))}
    assert english == {}


def test_english_phrases_have_no_chinese():
    assert [key for key, text in catalogue("en").items() if re.search("[\u3000-\u9fff]", text)] == []


def test_a_language_there_is_not_is_refused():
    with pytest.raises(FactorFlowError, match="there are no phrases in .fr."):
        catalogue("fr")


def test_every_shipped_scenario_has_a_chinese_title():
    files = sorted((ROOT / "scenarios").glob("*/*.yaml")) + sorted((ROOT / "scenarios").glob("*/experiments/*.yaml"))
    titles = {str(yaml.safe_load(file.read_text(encoding="utf-8"))["title"]) for file in files}
    assert titles - set(chinese_names()["titles"]) == set()


def test_every_instrument_has_a_name():
    for lang in LANGUAGES:
        assert {key.partition(".")[2] for key in catalogue(lang) if key.startswith("instruments.")} == set(
            vocabulary().instruments
        )


def test_published_experiments_are_those_of_the_page_on_effects():
    page = (ROOT / "docs/effects_published.md").read_text(encoding="utf-8")
    assert set(chinese_names()["published"]) == {row["experiment"] for row in experiments()}
    for row in experiments():
        line = next(line for line in page.splitlines() if line.startswith(f"| {row['what']} |"))
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        assert cells[1].startswith(row["ours"]) and cells[2] == row["published"] and row["verdict"] in cells
        assert not row["ours"] or row["unit"] in chinese_names()["units"]


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (364.9e9, "364.9 billion yuan", "3,649亿元"),
        (1.649e12, "1,649 billion yuan", "1.65万亿元"),
        (-41.5e9, "\u221241.5 billion yuan", "\u2212415.0亿元"),
        (2.5e6, "2.50 million yuan", "250.0万元"),
        (471.0, "471.0 yuan", "471.0元"),
        (0.0, "0 yuan", "0元"),
    ],
)
def test_money(value, english, chinese):
    assert numbers.money(value, "yuan of 2014", "en") == english
    assert numbers.money(value, "yuan of 2014", "zh") == chinese


@pytest.mark.parametrize(
    ("count", "english", "chinese"),
    [
        (8.9e6, "8.9 million", "890万人"),
        (595_300, "595,000", "59.5万人"),
        (1.3383e9, "1,338.3 million", "13.4亿人"),
        (812, "812", "812人"),
    ],
)
def test_people(count, english, chinese):
    assert (numbers.people(count, "en"), numbers.people(count, "zh")) == (english, chinese)


def test_shares_have_signs_and_digits_where_they_are_small():
    assert [numbers.per_cent(share) for share in (0.024, -0.0004, 0.0, 1e-9)] == ["+2.4%", "\u22120.04%", "0.0%", "0.0%"]


def test_rows_of_words():
    assert listed(["a", "b", "c"], "en") == "a, b and c" and listed(["甲", "乙", "丙"], "zh") == "甲、乙和丙"


def test_places_have_their_official_names():
    speaker = Speaker("zh", "zhejiang", "yuan of 2014")
    assert speaker.place("Hangzhou", "urban") == "杭州城镇" and speaker.place("Lishui", "rural") == "丽水农村"
    assert speaker.world_name() == "浙江" and speaker.region("outside") == "全国其余地区"
    assert Speaker("zh", "china", "yuan of 2014").region("Sichuan") == "四川"
    assert Speaker("en", "zhejiang", "yuan of 2014").place("Lishui", "rural") == "Lishui villages"


def test_years_without_a_calendar():
    assert (
        Speaker("en", "theory_solow", "yuan of 2014").year(6) == "year 6"
        and phrase("number.year", "zh", year=2035) == "2035年"
    )
