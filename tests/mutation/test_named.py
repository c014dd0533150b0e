"""The changes by hand still find their text: a table that no longer applies would prove nothing."""

import csv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
with (Path(__file__).parent / "named.csv").open(encoding="utf-8", newline="") as _table:
    NAMED = list(csv.DictReader(_table))


@pytest.mark.parametrize("change", NAMED, ids=lambda change: change["why"])
def test_a_change_by_hand_finds_its_text_once_and_changes_it(change):
    text = (ROOT / change["file"]).read_text(encoding="utf-8")
    assert text.count(change["before"]) == 1
    assert change["after"] != change["before"] and len(change["why"]) > 10
