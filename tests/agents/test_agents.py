"""A row as Mesa's agent: what it knows, that its step is the kernel's, and that it leaves nothing behind."""

import gc
import pickle
import weakref
from collections import Counter

import mesa
import numpy as np
import pytest

from sim.agents.agent import CapitalAgent, LabourAgent, LandAgent
from sim.agents.choice import MIGRATED, RECLASSIFIED, STAYED, TRANSFERRED
from sim.evidence import steps
from sim.world.build import build_world
from tests.agents.conftest import KINDS, columns, provincial_model, small_model


def rooted():
    """Zhejiang of version 0.2, where few slices stand for every owner, with transfers of registration."""
    return build_world("zhejiang", {**steps.landed(), "transfers_of_registration": 1.0})


@pytest.mark.parametrize(("world", "count"), [("two_cells", 2_000), ("zhejiang", 5_000)])
def test_stepping_every_agent_gives_the_bytes_of_the_kernel(world, count, request):
    """One model lives ten years by the kernel; the agents of its twin are stepped one by one on the same tables."""
    world = rooted() if world == "zhejiang" else request.getfixturevalue(world)
    lived, twin = (small_model(world, labour=count, others=count) for _ in range(2))
    moved = Counter()
    for _ in range(10):
        lived.step()
        for kind in KINDS:
            whole, single = getattr(lived, kind), getattr(twin, kind)
            single.tables, single.year = whole.tables, whole.year
            before = single.get("cell")
            single.do("step")
            moved[kind] += int((single.get("cell") != before).sum())
        assert columns(lived) == columns(twin)
    assert all(0 < moved[kind] < 10 * count for kind in ("labour", "capital"))
    assert moved["land"] > 0 or world.name == "two_cells"  # where land has one use, no parcel goes


def test_what_a_step_answers_is_what_happened():
    model = small_model(rooted(), labour=5_000, others=5_000)
    model.step()
    for kind in KINDS:
        population = getattr(model, kind)
        before = population.get("cell")
        happened = np.array(population.map("step"))
        assert set(happened) <= {STAYED, MIGRATED, RECLASSIFIED, TRANSFERRED}
        assert ((population.get("cell") != before) == np.isin(happened, (MIGRATED, RECLASSIFIED))).all()
        assert kind == "labour" or not (happened == TRANSFERRED).any()
        assert (happened == MIGRATED).any() or kind == "land"


def test_training_and_reclassification_agree_too(zhejiang):
    """Odds far above the usual, so that every branch of the rule is taken."""
    lived, twin = (provincial_model(zhejiang) for _ in range(2))
    lived.step()
    for kind in KINDS:
        whole, single = getattr(lived, kind), getattr(twin, kind)
        tables = whole.tables
        tables.reclassify[:] = np.where(tables.reclassify > 0, 0.4, 0.0)
        tables.training[:] = 0.5 if kind == "labour" else 0.0
        single.columns = {name: column.copy() for name, column in whole.columns.items()}
        before = {name: column.copy() for name, column in whole.columns.items()}
        moves = whole.advance(tables, 2030)
        single.tables, single.year = tables, 2030
        happened = Counter(single.map("step"))
        for name, column in whole.columns.items():
            assert column.tobytes() == single.columns[name].tobytes(), (kind, name)
        assert happened[RECLASSIFIED] == round(moves.reclassification.sum() / whole.weight) > 0
        if kind == "labour":
            assert (whole.columns["skill"] > before["skill"]).any()


def test_the_order_of_steps_does_not_matter(two_cells):
    first, second = (small_model(two_cells) for _ in range(2))
    for model in (first, second):
        model.step()
    first.labour.do("step")
    second.labour.shuffle_do("step")
    assert columns(first) == columns(second)


def test_a_step_before_the_first_year_is_an_error_that_says_so(two_cells):
    with pytest.raises(RuntimeError, match="step the model first"):
        small_model(two_cells).labour[0].step()


def test_agents_are_mesas_and_know_their_row(model):
    for kind, agent_type in zip(KINDS, (LabourAgent, CapitalAgent, LandAgent), strict=True):
        population = getattr(model, kind)
        agent = population[17]
        assert isinstance(agent, mesa.Agent)
        assert type(agent) is agent_type
        assert agent.unique_id == KINDS.index(kind) * 300 + 18
        assert agent.model is model
        assert agent.random is model.random
        assert agent.rng is model.rng
        assert agent.home == population.columns["home"][17]
        assert agent.cell == population.columns["cell"][17]
        assert agent.home_name == model.world.places.cells[agent.home]
        assert agent.cell_name == model.world.places.cells[agent.cell]
        assert population.agg("quantity", sum) == pytest.approx(population.stock().sum(), rel=1e-12)
        assert agent.quantity == population.weight


def test_cells_have_their_names(zhejiang):
    labour = provincial_model(zhejiang).labour
    assert labour[0].cell_name == "Hangzhou/urban"
    assert set(labour.get("cell_name")) <= set(zhejiang.places.cells)


def test_workers_know_their_skill_and_whether_they_work_in_town(zhejiang):
    model = provincial_model(zhejiang)
    model.step()
    labour, economy = model.labour, model.economy
    skills = len(zhejiang.stocks.skills)
    counted = labour.skills(economy.work_in_town, skills)[:, :, 1].sum(axis=1) / labour.weight
    asked = np.bincount(labour.get("cell"), weights=labour.get("works_in_town"), minlength=zhejiang.cells)
    np.testing.assert_allclose(asked, counted, atol=1e-9)
    assert 0 < asked.sum() < len(labour)
    for agent in labour[:200:20]:
        assert agent.works_in_town is bool(labour.get("works_in_town")[agent.row])
        assert 0 <= agent.skill < skills
    with pytest.raises(AttributeError, match="CapitalAgent has no 'works_in_town'"):
        model.capital.get("works_in_town")


def test_agents_made_twice_are_the_same_agent(model):
    assert model.labour[5] == model.labour[5]
    assert len({model.labour[5], model.labour[5], model.labour[6]}) == 2
    assert model.labour[5] != model.capital[5]
    assert model.labour[5] != 5


def test_writing_an_agent_writes_its_row_and_nothing_else_is_kept(model):
    agent = model.labour[3]
    agent.cell = 1 - agent.cell
    assert model.labour.columns["cell"][3] == agent.cell == model.labour[3].cell
    for name in ("wealth", "unique_id", "quantity", "pos", "model"):
        with pytest.raises(AttributeError, match="the columns of LabourAgent are home, cell, skill, workplace_luck"):
            setattr(agent, name, 1)
    with pytest.raises(ValueError, match="cell takes whole numbers from 0 to"):
        agent.cell = model.world.cells
    with pytest.raises(TypeError, match="cannot be removed"):
        agent.remove()


def test_agents_do_not_register_and_are_freed(two_cells):
    model = small_model(two_cells)
    model.labour.do(lambda agent: agent.cell_name)
    agent = weakref.ref(model.labour[0])
    gc.collect()
    assert agent() is None
    assert len(mesa.Model.agents.fget(model)) == 0  # what Mesa itself keeps
    assert model.agent_types == [LabourAgent, CapitalAgent, LandAgent]
    if hasattr(mesa.Agent, "_ids"):  # a class-wide table of models in Mesa 3.3, which would keep the model for ever
        assert model not in mesa.Agent._ids
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None


def test_two_models_in_one_process_never_touch(two_cells):
    one, other = (small_model(two_cells) for _ in range(2))
    one.step()
    other.step()
    before = columns(other)
    for kind in KINDS:
        population = getattr(one, kind)
        population.do("step").shuffle_do("step")
        population.set("cell", population.get("home"))
        assert population[0] not in getattr(other, kind)
        assert population[0] != getattr(other, kind)[0]
        assert population[0].model is one
    one.step()
    assert columns(other) == before
    assert one.labour.random is not other.labour.random


def test_agents_and_selections_survive_a_pickle_of_their_population(two_cells):
    from sim.agents.labour import labour_population

    labour = labour_population(two_cells, 100, (7, 0))
    chosen = pickle.loads(pickle.dumps(labour.select(at_most=5)))
    assert chosen.get("cell").tolist() == labour.get("cell")[:5].tolist()
    assert pickle.loads(pickle.dumps(labour[4])).cell == labour[4].cell


def test_a_population_without_a_model_still_answers_but_draws_nothing(two_cells):
    from sim.agents.labour import labour_population

    labour = labour_population(two_cells, 100, (7, 0))
    assert len(labour.select(lambda agent: agent.skill == 0)) == int((labour.get("skill") == 0).sum())
    with pytest.raises(RuntimeError, match="belong to no model"):
        labour.shuffle()
    with pytest.raises(RuntimeError, match="ask `skills` first"):
        labour.get("works_in_town")


def test_the_continuum_says_that_it_has_no_agents(two_cells):
    model = small_model(two_cells, continuum=True)
    for ask in (
        lambda: model.labour.get("cell"),
        lambda: model.capital.select(at_most=3),
        lambda: len(model.land),
        lambda: model.labour[0],
        lambda: list(model.labour),
    ):
        with pytest.raises((AttributeError, TypeError), match=r"has no agents; ask its stock\(\)"):
            ask()
    assert not hasattr(model.labour, "shuffle_do")
    model.step()
