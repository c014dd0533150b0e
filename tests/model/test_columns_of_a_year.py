"""What a year keeps as columns: payments, readings, and what is worked out once; each against the same by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim.analysis.frames import from_arrow, stacked, to_arrow
from sim.economy import ledger
from sim.economy.ledger import charged_to_households, paid_by_government, paid_by_policy
from sim.economy.payments import Payment, Payments, Posted
from sim.economy.state import Rules
from sim.once import once
from sim.words import in_order
from sim.year.record import Layout, Readings, Record


def paid():
    """A budget builds and a policy's aid is charged: two governments, then two cells."""
    return Payments.of(
        ("Port", "above"),
        ("Port/urban", "Port/rural"),
        [
            Posted(np.array([0, 1]), np.array([2, 3]), ("general",), 0, np.array([5.0, 7.0])),
            Posted(0, np.array([3, 3]), ("services", "training"), np.array([1, 0]), np.array([2.0, 1.0]), ("aid",)),
            Posted(np.array([2, 3]), 0, ("charge on income",), 0, np.array([2.0, 1.0]), ("aid",)),
            Posted(np.array([3]), 1, ("tax on income",), 0, np.array([4.0]), ("levy",)),
        ],
    )


def test_payments_are_shown_in_the_order_in_which_they_were_made():
    assert list(paid()) == [
        Payment("Port", "Port/urban", "general", 5.0),
        Payment("above", "Port/rural", "general", 7.0),
        Payment("Port", "Port/rural", "training", 2.0, "aid"),
        Payment("Port", "Port/rural", "services", 1.0, "aid"),
        Payment("Port/urban", "Port", "charge on income", 2.0, "aid"),
        Payment("Port/rural", "Port", "charge on income", 1.0, "aid"),
        Payment("Port/rural", "above", "tax on income", 4.0, "levy"),
    ]
    assert len(paid()) == 7 and paid()[-1].policy == "levy" and len(Payments()) == 0


def test_sums_of_payments_by_hand():
    assert paid_by_policy(paid()) == {"aid": (3.0, 0.0), "levy": (0.0, 4.0)}
    assert paid_by_government(paid()) == {"Port": (0.0, 0.0), "above": (0.0, 4.0)}  # what is charged costs no budget
    assert charged_to_households(paid()).tolist() == [2.0, 1.0]
    governments, cells = paid().received(paid().for_purposes("training", "general"))
    assert governments.tolist() == [0.0, 0.0] and cells.tolist() == [5.0, 9.0]
    assert paid().paid()[0].tolist() == [8.0, 7.0]


def test_readings_are_found_again_and_become_columns_of_the_words_that_occur():
    layout = Layout.of([("cell", "Port/rural", "wage"), ("world", "all", "wage")])
    record = Record([Readings(2014, layout, np.array([1.0, 2.0])), Readings(2015, layout, np.array([3.0, 4.0]))])
    assert record.series[2] == (2015, "cell", "Port/rural", "wage", 3.0)
    assert record.reading(2014, "world", "all", "wage") == 2.0 and record.reading(2014, "world", "all", "rent") is None
    columns = record.series_columns(2015)
    assert columns["year"].tolist() == [2015, 2015] and columns["value"].tolist() == [3.0, 4.0]
    assert columns["place"].names == ("Port/rural", "all") and columns["place"].numbers.tolist() == [0, 1]
    assert in_order(("b", "never", "a"), np.array([0, 2, 0])) == (("a", "b"), pytest.approx([1, 0, 1]))
    branch = record.branch()
    branch.readings.append(Readings(2016, layout, np.array([5.0, 6.0])))
    assert len(record.readings) == 2 and record.reading(2016, "world", "all", "wage") is None


def test_what_does_not_change_is_worked_out_once_and_cannot_be_written_into():
    asked = []

    @once(keeper=0)
    def doubled(thing, factor):
        asked.append(factor)
        return thing.table * factor

    thing, two, three = SimpleNamespace(table=np.array([1.0, 2.0])), 2.0, 3.0
    first = doubled(thing, two)
    assert doubled(thing, two) is first and asked == [2.0]
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 9.0
    assert doubled(thing, three).tolist() == [3.0, 6.0]
    assert doubled(SimpleNamespace(table=np.array([5.0])), three).tolist() == [15.0] and asked == [2.0, 3.0, 3.0]


def test_rules_are_changed_by_the_names_of_their_entries_alone():
    entries = dict.fromkeys(Rules.__dataclass_fields__)
    rules = Rules(**entries | {"levies": (), "residence": np.ones((2, 2))})
    other = rules.changed(policy="aid")
    assert other.policy == "aid" and other.residence is rules.residence and rules.policy != "aid"
    with pytest.raises(TypeError, match="no levees"):
        rules.changed(levees=())


def test_frames_one_under_the_other_keep_their_words():
    one = pd.DataFrame({"place": pd.Categorical(["b", "a"]), "value": [1.0, 2.0]})
    two = pd.DataFrame({"place": ["c", "a"], "value": [3.0, 4.0]})
    whole = from_arrow(to_arrow(stacked([one, two])))
    assert whole["place"].tolist() == ["b", "a", "c", "a"] and whole["value"].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert list(whole["place"].cat.categories) == ["a", "b", "c"]
    empty = from_arrow(to_arrow(one[:0]))
    assert list(empty.columns) == ["place", "value"] and len(empty) == 0


def test_what_governments_spend_is_found_in_the_order_of_its_table():
    luck = np.random.default_rng(5)
    amounts = np.where(luck.random((7, 5, 40)) < 0.3, luck.normal(size=(7, 5, 40)), 0.0)  # far more than fit at first
    least = np.linspace(0, 0.5, 7)
    expected = np.nonzero(np.where(np.abs(amounts) <= least[:, None, None], 0.0, amounts))
    found = ledger._unlike_zero(amounts, least)
    assert [column.tolist() for column in found] == [column.tolist() for column in expected] and len(found[0]) > 64
    assert ledger._unlike_zero(np.zeros((2, 5, 3)), np.zeros(2)).shape == (3, 0)
