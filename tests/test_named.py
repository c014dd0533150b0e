"""Names are known before values, and each value is made once, when it is asked for."""

import pytest

from sim.economy.policies import instruments
from sim.named import Named


def test_only_what_is_asked_for_is_made_and_once():
    made = []
    found = Named(lambda: ["b", "a"], lambda name: made.append(name) or name.upper())
    assert list(found) == ["b", "a"] and len(found) == 2 and "a" in found and "c" not in found and made == []
    assert (found["a"], found["a"], found.get("c")) == ("A", "A", None) and made == ["a"]
    assert dict(found) == {"b": "B", "a": "A"} and made == ["a", "b"]
    with pytest.raises(KeyError):
        found["c"]


def test_the_instruments_are_the_files_of_their_folder():
    assert [module.__name__.rsplit(".", 1)[1] for module in instruments().values()] == sorted(instruments())
    assert "base" not in instruments() and len(instruments()) == 18
