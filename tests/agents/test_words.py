"""The words of Mesa's AgentSet, answered from arrays: the oracle is Mesa's own AgentSet over the same agents."""

import copy
import statistics
from random import Random

import numpy as np
import pytest
from mesa.agent import AgentSet

from sim.agents.agent import LabourAgent, LandAgent
from tests.agents.conftest import columns


@pytest.fixture
def pair(model):
    """A population, and Mesa's own set of all its agents with a generator of the same state (and the agents, held)."""
    agents = model.labour.to_list()
    random = Random()
    random.setstate(model.random.getstate())
    return model.labour, AgentSet(agents, random=random), agents


def ids(agents):
    return [agent.unique_id for agent in agents]


def test_get_and_agg_are_mesas(pair):
    ours, theirs, _ = pair
    for name in ("home", "cell", "skill", "works_in_town", "cell_name", "home_name", "quantity", "unique_id"):
        assert ours.get(name).tolist() == theirs.get(name), name
    assert ours.get(["cell", "skill"]).tolist() == theirs.get(["cell", "skill"])
    assert ours.get(["cell", "cell_name"]).tolist() == theirs.get(["cell", "cell_name"])
    assert ours.get("wealth", "default", 3).tolist() == theirs.get("wealth", "default", 3)
    assert ours.get("wealth", handle_missing="default").tolist() == theirs.get("wealth", handle_missing="default")
    for func in (sum, min, max, len, np.mean, np.std, statistics.mean, lambda values: max(values) - min(values)):
        assert ours.agg("workplace_luck", func) == pytest.approx(theirs.agg("workplace_luck", func), rel=1e-12)
    assert ours.agg("cell", [min, max]) == theirs.agg("cell", [min, max])
    for words in (ours, theirs):
        with pytest.raises(AttributeError):
            words.get("wealth")
        with pytest.raises(ValueError, match="should be one of"):
            words.get("cell", handle_missing="ignore")


def test_unknown_attributes_are_answered_with_the_known_ones(model):
    with pytest.raises(AttributeError, match="LabourAgent has no 'wage'; it has home, cell, skill, workplace_luck, uni"):
        model.labour.get("wage")
    with pytest.raises(AttributeError, match="LandAgent has no 'skill'"):
        model.land.groupby("skill")


def test_what_get_hands_out_is_a_copy_that_cannot_wrap_round(model):
    before = columns(model)
    for name in model.labour.attributes:
        values = model.labour.get(name)
        values[:] = values[::-1].copy()
    table = model.labour.get(["home", "cell"])
    table[:] = 0
    chosen = model.labour.select(at_most=5)
    chosen.get("cell")[:] = 0
    assert columns(model) == before
    assert set(np.diff(model.labour.sort("cell").get("cell"))) == {-1, 0}  # the columns are unsigned
    lucky = model.labour.agg("workplace_luck", lambda values: sum(values))
    assert lucky == int(model.labour.columns["workplace_luck"].sum(dtype=np.int64)) > 65535


def test_select_is_mesas(pair):
    ours, theirs, agents = pair
    limits = (float("inf"), 0, 7, 0.25, 1.0, 0.999, 1, 10_000, 2.5)
    for rule in (None, lambda agent: agent.skill > 0, lambda agent: False):
        for limit in limits:
            assert ids(ours.select(rule, at_most=limit)) == ids(theirs.select(rule, at_most=limit)), limit
    for kind in (LabourAgent, LandAgent):
        assert ids(ours.select(agent_type=kind)) == ids(theirs.select(agent_type=kind))
    flags = ours.get("skill") > 0
    assert ids(ours.select(flags, at_most=9)) == ids(theirs.select(lambda agent: agent.skill > 0, at_most=9))
    assert ids(ours.select(flags.tolist())) == ids(ours.select(flags))
    twice = ours.select(flags).select(lambda agent: agent.cell == 0, at_most=3)
    assert ids(twice) == [agent.unique_id for agent in agents if agent.skill > 0 and agent.cell == 0][:3]


def test_a_condition_of_the_wrong_length_or_kind_is_refused(model):
    for condition in ([True, False], model.labour.get("cell"), "skill"):
        with pytest.raises(ValueError, match="one true/false for each of the 300 agents"):
            model.labour.select(condition)


def test_select_in_place_and_copies(model):
    chosen = model.labour.select(at_most=20)
    other = copy.copy(chosen)
    assert chosen.select(lambda agent: agent.unique_id > 15, inplace=True) is chosen
    assert ids(chosen) == [16, 17, 18, 19, 20]
    assert len(other) == 20
    everybody = copy.copy(model.labour)
    everybody.shuffle(inplace=True)
    assert sorted(ids(everybody)) == ids(model.labour)


def test_the_order_of_a_population_is_its_agents(model):
    for verb in (
        lambda: model.labour.shuffle(inplace=True),
        lambda: model.labour.sort("cell", inplace=True),
        lambda: model.labour.select(at_most=3, inplace=True),
    ):
        with pytest.raises(TypeError, match="cannot change in place"):
            verb()


def test_sort_is_mesas(pair):
    ours, theirs, agents = pair
    for key in ("skill", "cell_name", "workplace_luck", lambda agent: (agent.skill, -agent.cell)):
        for ascending in (True, False):
            assert ids(ours.sort(key, ascending)) == ids(theirs.sort(key, ascending=ascending))
    chosen, held = ours.select(at_most=50), AgentSet(agents[:50], random=Random(1))
    assert chosen.sort("workplace_luck", inplace=True) is chosen
    assert ids(chosen) == ids(held.sort("workplace_luck"))


def test_shuffles_draw_as_mesas_do(pair):
    ours, theirs, _ = pair
    assert ids(ours.shuffle()) == ids(theirs.shuffle())
    seen, expected = [], []
    assert ours.shuffle_do(lambda agent: seen.append(agent.unique_id)) is ours
    theirs.shuffle_do(lambda agent: expected.append(agent.unique_id))
    assert seen == expected != sorted(seen)
    assert sorted(seen) == ids(ours)


def test_do_and_map_are_mesas(pair):
    ours, theirs, _ = pair

    def shifted(agent, by, sign=1):
        return agent.unique_id + sign * by

    assert ours.map(shifted, 2, sign=-1) == theirs.map(shifted, 2, sign=-1)
    seen = []
    assert ours.do(lambda agent, note: seen.append((agent.unique_id, note)), "x") is ours
    assert seen == [(number, "x") for number in ids(theirs)]
    assert set(ours.map("step")) <= {0, 1, 2}
    with pytest.raises(AttributeError):
        ours.do("dance")


def test_groupby_is_mesas(pair):
    ours, theirs, _ = pair
    for by in ("cell_name", "skill", "works_in_town", lambda agent: (agent.home, agent.skill)):
        mine, expected = ours.groupby(by), theirs.groupby(by)
        assert list(mine.groups) == list(expected.groups)  # the same names in the same order
        assert mine.count() == expected.count()
        assert mine.agg("workplace_luck", sum) == expected.agg("workplace_luck", sum)
        assert mine.map(len) == expected.map(len)
        assert mine.map("agg", "cell", max) == expected.map("agg", "cell", max)
        assert [(name, ids(group)) for name, group in mine] == [(name, ids(group)) for name, group in expected]
        assert len(mine) == len(expected)
    assert {type(name) for name in ours.groupby("skill").groups} == {int}
    lists = ours.groupby("skill", result_type="list")
    assert all(isinstance(group, list) for _, group in lists)
    assert lists.agg("cell", max) == ours.groupby("skill").agg("cell", max)
    seen = []
    grouped = ours.groupby("skill")
    assert grouped.do(lambda group: seen.append(len(group))) is grouped
    assert sum(seen) == len(ours)


def test_nobody_at_all_is_fine(model):
    nobody = model.labour.select(lambda agent: False)
    assert len(nobody) == len(nobody.get("cell")) == nobody.agg("cell", sum) == 0
    assert nobody.groupby("cell").count() == {}
    assert nobody.groupby(lambda agent: agent.cell).count() == {}
    assert nobody.map("step") == nobody.to_list() == nobody.sort("cell").to_list() == nobody.shuffle().to_list() == []
    assert nobody.sort(lambda agent: agent.cell).to_list() == []
    assert nobody.get(["cell", "skill"]).shape == (0, 2)
    assert nobody.set("cell", 0) is nobody


def test_sequences_as_in_mesa(pair):
    ours, _, agents = pair
    assert len(ours) == len(agents) == 300
    assert ours[0] == agents[0]
    assert ours[-1] == agents[-1]
    assert ours[3:9:2] == agents[3:9:2]
    assert isinstance(ours[3:9], list)
    assert list(ours) == ours.to_list() == agents
    assert list(reversed(ours)) == agents[::-1]
    assert ours.index(agents[4]) == 4
    assert ours.count(agents[4]) == 1
    with pytest.raises(IndexError):
        ours[300]
    with pytest.raises(TypeError):
        ours["cell"]
    few = ours.select(at_most=3)
    assert agents[2] in few
    assert agents[3] not in few
    assert few.count(agents[3]) == 0
    assert agents[3] in ours
    assert 3 not in ours
    assert few[1] == agents[1]
    assert repr(few) == "<Selection of 3 of 300 LabourAgents>"


def test_selections_are_views(two_cells, model):
    villagers = model.labour.select(model.labour.get("cell") == 1)
    rows = villagers.get("unique_id") - 1
    model.step()
    assert villagers.get("cell").tolist() == model.labour.columns["cell"][rows].tolist()
    villagers.set("cell", 0)
    assert not model.labour.columns["cell"][rows].any()


def test_set_writes_one_value_or_one_each_and_keeps_the_type(model):
    labour = model.labour
    types = {name: column.dtype for name, column in labour.columns.items()}
    assert labour.set("cell", 1) is labour
    assert set(labour.get("cell")) == {1}
    few = labour.select(at_most=4)
    few.set("skill", [3, 2, 1, 0]).set("workplace_luck", np.array([65535, 0, 1, 2]))
    assert labour.get("skill")[:4].tolist() == [3, 2, 1, 0]
    assert labour.get("workplace_luck")[:4].tolist() == [65535, 0, 1, 2]
    assert {name: column.dtype for name, column in labour.columns.items()} == types
    assert types == {name: np.dtype(column.dtype) for name, column in labour.declared.items()}


@pytest.mark.parametrize("kind", ["labour", "capital", "land"])
def test_set_refuses_what_is_no_column_or_out_of_range(model, kind):
    population, before = getattr(model, kind), columns(model)
    cells = model.world.cells
    for value in (-1, cells, 65536, 0.5, 1.0, "Hangzhou/urban", True, None, [0] * 299 + [cells], np.nan):
        with pytest.raises(ValueError, match=rf"cell takes whole numbers from 0 to {cells - 1} \(cell number\)"):
            population.set("cell", value)
    with pytest.raises(ValueError, match=r"one number or 300, not an array of shape \(2,\)"):
        population.set("cell", [0, 1])
    with pytest.raises(AttributeError, match="there is no 'wealth'; the columns of"):
        population.set("wealth", 1)
    with pytest.raises(AttributeError, match="'cell_name' is computed; the columns of"):
        population.set("cell_name", "x")
    assert columns(model) == before


def test_skill_stays_within_the_skills_of_the_world(model):
    skills = len(model.world.stocks.skills)
    with pytest.raises(ValueError, match=f"skill takes whole numbers from 0 to {skills - 1}"):
        model.labour.set("skill", skills)


def test_a_year_after_set_still_closes_its_accounts(model):
    model.labour.select(at_most=0.5).set("cell", 0)
    model.step()
    model.step()
    assert max(residual for *_, residual in model.record.accounts) < 1e-9
