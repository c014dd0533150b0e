"""What is wrong with a text, in Chinese where its kind is met often: from kind and values, never from English words."""

import pytest

from sim import load
from sim.dashboard.faults import said, sentences
from sim.errors import Fault, ScenarioFaults, Told
from sim.scenario import explain, yaml_reader
from tests.dashboard.conftest import BASELINE, OPEN
from tests.test_end_to_end import ROOT

CUT = "cut: 0.80"

# what is written in place of the cut, the kind of fault, and its sentence
WRITTEN = {
    "cutt: 0.80": ("meant", "没有“cutt”这个词。您是不是想写“cut”（比例，0至1）？"),
    "nonsense: 1\n    cut: 0.80": ("unknown", "没有“nonsense”这个词。可以写：instrument、from、"),
    "until: 5": ("missing", "缺少，必须给出：户籍壁垒消除的比例（比例，0至1）。"),
    "cut: '60%'": ("type", "应当是数（比例，0至1）；现在是文字。百分之60请写 0.6。"),
    "cut: '0.6'": ("type", "应当是数（比例，0至1）；现在是文字。加引号的数是文字：请写 0.6，不加引号。"),
    "cut: 0,6": ("type", "应当是数（比例，0至1）；现在是文字。小数点用“.”：请写 0.6。"),
    "cut: true": ("type", "应当是数（比例，0至1）；现在是真假值。"),
    "cut: 60": ("range", "必须在0与1之间（比例）。百分之60请写 0.6。"),
    "cut: -1": ("range", "必须在0与1之间（比例）。"),
    "cut: 0.80\n    cut: 0.5": ("twice", "给出了两次；第一次在第7行。"),
    "cut: yes": ("truth", '有的程序把它读成真假值。真假值请写 true；若是文字，请加引号："yes"。'),
    "cut: TRUE": ("truth", '有的程序把它读成真假值。真假值请写 true；若是文字，请加引号："TRUE"。'),
    "cut:": ("no_value", "没有值。要保持默认值或所继承的值，请删去这一行。"),
    "cut: 0x10": ("not_decimal", "不是十进制数；若是文字，请加引号。"),
    "cut: 08": ("octal", "以0开头，有的程序读成八进制。请去掉前面的0；若是文字，请加引号。"),
    "cut: ]": ("no_square", "这里的 ] 没有对应的 [。"),
    "cut: }": ("no_brace", "这里的 } 没有对应的 {。"),
    "cut: [1": ("bracket", "这里开始的括号没有结束，或者里面少了逗号。"),
    "cut: 'a": ("quotes", "这里开始的引号没有结束。"),
    "\tcut: 1": ("tab", "不能用制表符缩进，请用空格。"),
    "cut: a: b": ("colon", "这里不能有“: ”："),
    "cut\n    until: 5": ("no_colon", "词的后面要有“: ”和它的值。"),
    "  cut: 1": ("colon", "这里不能有“: ”："),
    "cut: 0.80\n   until: 5": ("indentation", "缩进与上面各行不一致。"),
}


@pytest.mark.parametrize("written", list(WRITTEN))
def test_a_fault_is_said_in_chinese(session, written):
    kind, sentence = WRITTEN[written]
    fault = next(one for one in session.check(OPEN.replace(CUT, written)).faults if one.told is not None)
    assert fault.told.kind == kind
    words, lang = said(fault, "zh")
    assert words.startswith(sentence) and lang == "zh"
    assert said(fault, "en") == (fault.message, "en"), "English is what the reader says"


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (
            "residence_permit_reform",
            "residence_permit",
            "这里不能写“residence_permit”。您是不是想写“residence_permit_reform”？",
        ),
        ("residence_permit_reform", "xyz", "这里不能写“xyz”。可以写：capital_market_integration、"),
        ("origin: rural", "origin: rurall", "这里不能写“rurall”。您是不是想写“rural”？"),
        ("title: A valley that opens its town", "title: 5", "应当是文字；现在是数5。请加引号。"),
        ("from: 2", "from: 7", "不在运行的年份之内（1至6）。"),
        (
            "policies:",
            "parameters: {trade_elasticty: 5}\npolicies:",
            "没有“trade_elasticty”这个词。您是不是想写“trade_elasticity”（1至12）？",
        ),
        ("policies:", "parameters: {qqqq: 5}\npolicies:", "这里不能写“qqqq”。可以写："),
        ("policies:", "parameters: {trade_elasticity: 50}\npolicies:", "必须在1与12之间。"),
        ("from: 2", "from: 2.5", "应当是整数（年）；现在是数2.5。"),
    ],
)
def test_names_and_types(session, before, after, sentence):
    found = [said(one, "zh") for one in session.check(OPEN.replace(before, after, 1)).faults]
    assert any(words.startswith(sentence) for words, lang in found if lang == "zh"), found


def test_shares_that_do_not_add_up_as_a_slider_leaves_them_are_said_in_chinese():
    uses = "policies.paired_aid.uses={infrastructure: 0.7, training: 0.2, enclave: 0.3}"
    with pytest.raises(ScenarioFaults) as told:
        load(ROOT / "scenarios/zhejiang/mountain_sea.yaml", (uses,))
    assert [said(one, "zh") for one in told.value.faults] == [("各项比例之和必须为1；现在0.3 + 0.7 + 0.2 = 1.2。", "zh")]


def test_every_kind_has_its_sentence_and_every_part_is_used():
    told = sentences()
    syntax = {kind for _, kind, _, _ in yaml_reader._PLAINER}
    own = {
        "unknown",
        "meant",
        "choice",
        "missing",
        "type",
        "between",
        "at_least",
        "at_most",
        "twice",
        "outside_run",
        "shares",
    }
    assert set(told["sentences"]) == syntax | own | {"shares", "truth", "no_value", "not_decimal", "octal"}
    assert set(told["hints"]) == {*explain._HINTS, "list", "in_quotes"} and set(told["types"]) == set(explain._KINDS)


def test_what_is_known_in_english_alone_stays_english(session):
    rare = session.check(OPEN + "years: {from: 3, to: 2}\n").faults
    assert ("must be later than from = 3.", "en") in [said(one, "zh") for one in rare], "a kind that has no sentence"
    strange = Fault(
        "", 1, "cut", "is missing: a measure of ours.", Told("missing", {"meaning": "a measure of ours", "unit": ""})
    )
    assert said(strange, "zh") == (strange.message, "en")


def test_many_words_are_counted_and_long_ones_cut(session):
    many = Fault("", 1, "a", "b", Told("choice", {"word": "q", "choices": tuple(f"x{number}" for number in range(40))}))
    assert said(many, "zh")[0].endswith("x23等40个。")
    long = session.check(BASELINE + f"{'z' * 5_000}: 1\n").faults[0]
    assert len(said(long, "zh")[0]) <= 1_000
