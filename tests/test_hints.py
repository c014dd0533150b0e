"""Hints only where one answer is clearly meant; names of places in Chinese; tables that strict readers can read."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

import sim
from sim import load
from sim.data import catalogue
from sim.errors import ScenarioFaults
from sim.hints import nearest, one_of
from sim.vocabulary import vocabulary

ZHEJIANG = vocabulary().worlds["zhejiang"]
DATA = sorted((Path(sim.__file__).parent / "data").glob("*.csv"))


@pytest.mark.parametrize(
    "city",
    ["Suzhou", "Shanghai", "Changzhou", "Guangzhou", "Quanzhou", "Nanjing", "Wuxi", "Fuzhou", "Xuzhou", "Jinan", "Suzhuo"],
)
def test_another_city_is_answered_with_the_list_and_not_with_a_city_that_sounds_like_it(city: str) -> None:
    assert nearest(city, ZHEJIANG.regions) is None
    assert one_of(city, ZHEJIANG.regions).startswith("Allowed: Hangzhou, Huzhou, ")


@pytest.mark.parametrize(
    ("found", "meant"),
    [
        *[
            ("Hangzou", "Hangzhou"),
            ("hangzhou", "Hangzhou"),
            ("Lishiu", "Lishui"),
            ("Quzou", "Quzhou"),
            ("Wenzou", "Wenzhou"),
        ],
        ("Zhousan", "Zhoushan"),
    ],
)
def test_a_slip_of_the_pen_is_answered(found: str, meant: str) -> None:
    assert one_of(found, ZHEJIANG.regions) == f'Did you mean "{meant}"?'


def test_a_part_of_several_words_is_answered_with_them() -> None:
    answer = one_of("mobility", ZHEJIANG.parameters)
    assert answer == "Candidates: labour_mobility, capital_mobility, land_mobility."
    assert one_of("gap", ZHEJIANG.parameters).startswith("Candidates: finance_gap, ")
    assert one_of("receipts", vocabulary().measures) == 'Did you mean "public_receipts"?'


def test_hukou_leads_to_registration() -> None:
    words = vocabulary()
    for written in ("hukou", "Hukou", "户口"):
        assert one_of(written, words.instruments) == 'Did you mean "residence_permit_reform"?'
    answer = one_of("hukou", ZHEJIANG.parameters)
    assert "registration_barrier_rural_urban" in answer and answer.startswith("Candidates: ")


SCENARIO = """schema: 1
title: Aid
world: {world}
years: {{from: 2014, to: 2020}}
groups: {{far: [{quzhou}, Lishui]}}
policies:
  aid:
    instrument: paired_assistance
    pairs: {{{hangzhou}: {quzhou}}}
    share_of_donor_revenue: 0.01
    from: 2016
targets: [{{measure: income_per_head, place: {hangzhou}/urban, year: 2018, at_least: 1}}]
"""


def test_a_scenario_is_the_same_whichever_name_a_place_is_given(tmp_path: Path) -> None:
    plain, chinese = tmp_path / "a.yaml", tmp_path / "b.yaml"
    plain.write_text(SCENARIO.format(world="zhejiang", hangzhou="Hangzhou", quzhou="Quzhou"), encoding="utf-8")
    chinese.write_text(SCENARIO.format(world="浙江", hangzhou="杭州", quzhou="衢州市"), encoding="utf-8")
    one, other = load(plain), load(chinese)
    assert one.resolved() == other.resolved() and one.digest() == other.digest()
    assert other.origins["policies.aid.pairs.Hangzhou"] == "b.yaml:9"
    twice = SCENARIO.format(world="zhejiang", hangzhou="杭州", quzhou="衢州").replace(
        "杭州: 衢州", "杭州: 衢州, Hangzhou: Lishui"
    )
    chinese.write_text(twice, encoding="utf-8")
    with pytest.raises(ScenarioFaults, match='names "Hangzhou" more than once'):
        load(chinese)


def test_every_region_of_the_province_has_its_chinese_names() -> None:
    named = {name for name, _ in catalogue.aliases("zhejiang").items()}
    assert {catalogue.canonical("zhejiang", name) for name in named} == {*ZHEJIANG.regions, "zhejiang"} - {"outside"}
    assert catalogue.canonical("zhejiang", "丽水/rural") == "Lishui/rural" and catalogue.aliases("two_cells") == {}
    assert "names_zhejiang.csv" not in catalogue.fingerprints("zhejiang")


def test_a_name_for_a_list_and_a_file_that_is_not_there_are_answered(tmp_path: Path) -> None:
    (tmp_path / "baseline.yaml").write_text("schema: 1\ntitle: B\nworld: zhejiang\nyears: {from: 2014, to: 2020}\n")
    child = tmp_path / "child.yaml"
    roads = (
        "policies: {roads: {instrument: infrastructure_investment, share_of_budget: 0.05, regions: mountain, from: 2016}}\n"
    )
    child.write_text(f"schema: 1\ntitle: C\nextends: baseline.yaml\n{roads}")
    with pytest.raises(ScenarioFaults, match=r"must be a list; found text\. Write \[mountain\]\."):
        load(child)
    child.write_text("schema: 1\ntitle: C\nextends: basline.yaml\n")
    with pytest.raises(ScenarioFaults, match=r'there is no such file\. Did you mean "baseline\.yaml"\?'):
        load(child)
    child.write_text("schema: 1\ntitle: C\nextends: shanghai.yaml\n")
    with pytest.raises(ScenarioFaults, match=r"there is no such file\.$"):
        load(child)


@pytest.mark.parametrize("path", DATA, ids=lambda path: path.name)
def test_every_table_is_read_by_strict_readers(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as stream:
        head, *rows = list(csv.reader(stream, strict=True))
    assert rows and all(len(row) == len(head) for row in rows)
    frame = pd.read_csv(path)
    assert list(frame.columns) == head and len(frame) == len(rows)


def test_a_source_with_a_comma_is_not_cut() -> None:
    source = catalogue.parameters("zhejiang")["smallest_dividend_share"].source
    assert source.endswith("in Hangzhou 2015, most of it rent")


def test_of_many_allowed_words_the_rest_is_counted():
    answer = one_of("zzz", [f"word{number:02}" for number in range(30)])
    assert answer.startswith("Allowed: word00, word01, ") and answer.endswith("word23 and 6 more.")
