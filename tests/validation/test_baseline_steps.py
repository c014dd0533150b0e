"""The rules of the baseline: landed values give the landed path, the last step is what is shipped, errors are those asked."""

import itertools

import numpy as np
import pytest

from sim.data import catalogue
from sim.evidence import afterwards, steps


def test_the_landed_parameters_give_what_landed():
    """Figures of version 0.2, of which the golden table holds the whole path (zhejiang/baseline:landed)."""
    row = steps.row(next(steps.steps()))
    assert row[1:4] == ("2.78 (0.19)", "1.67 (0.57)", "-0.31 -0.74 -0.85 -0.53 -0.13")
    assert row[8] == "1.881"


def test_every_step_changes_something_and_the_last_is_what_is_shipped():
    shipped = {name: one.value for name, one in catalogue.parameters("zhejiang").items()}
    found = list(steps.steps())
    for before, after in itertools.pairwise(found):
        assert before.parameters != after.parameters
    last = found[-1]
    fixed = {name: value for name, value in last.parameters.items() if name not in last.fitted}
    assert fixed == {name: shipped[name] for name in fixed}
    assert set(steps.landed()) == set(last.parameters)


def test_the_baseline_holds():
    """What is asked of it: relative incomes within 1.2 and 1.5 log points, people within one per cent, natives come home."""
    found = afterwards.afterwards("zhejiang")
    (towns, alike), (villages, alike_villages) = found.relative()
    assert towns < 0.012 and villages < 0.015 and alike > 0.8 and alike_villages > 0.7
    people, by_city = found.population(2019)
    assert abs(people) < 0.01 and by_city < 0.045
    assert np.abs(found.ratios()).max() < 0.007 and found.ratios()[0] == pytest.approx(0.0, abs=1e-12)
    assert found.natives[2019] == pytest.approx(found.natives_seen, rel=0.02)


def test_errors_of_the_tables_are_those_of_plain_arithmetic():
    found = afterwards.afterwards("zhejiang")
    towns = np.log(found.incomes[-1, :, 0] / found.incomes[0, :, 0]) - np.log(found.seen[-1, :, 0] / found.seen[0, :, 0])
    assert found.relative()[0][0] == pytest.approx(towns.std(), rel=1e-12)
    table = {row[0]: row for row in afterwards.people_table(found)}
    counted = catalogue.residents("zhejiang", 2019)
    hangzhou = 100 * (found.people[5, 0].sum() / sum(counted["Hangzhou"]) - 1)
    assert (
        table["Hangzhou"][1] == f"{hangzhou:+.1f}"
        and table["Hangzhou"][4] == f"{100 * counted['Hangzhou'][0] / sum(counted['Hangzhou']):.1f}"
    )
    assert len(table) == 12
