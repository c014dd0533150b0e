"""The model under Mesa's own tools."""

import tracemalloc

import mesa
import numpy as np
import pytest

from sim.agents.agent import CapitalAgent, FactorAgent, LabourAgent, LandAgent
from sim.model import FactorFlowModel
from tests.agents.conftest import KINDS, columns, small_model


def urban_share(model):
    return float(np.mean(model.world.places.urban[model.labour.get("cell")]))


def test_the_data_collector_reads_the_model_and_its_populations(two_cells):
    model = small_model(two_cells)
    collector = mesa.DataCollector(
        model_reporters={
            "year": "year",
            "urban_share": urban_share,
            "persons": lambda m: m.labour.agg("quantity", sum),
            "by_cell": lambda m: m.labour.groupby("cell_name").count(),
            "ratio": lambda m: m.economy.workforce.persons[0] / m.economy.workforce.persons[1],
            "cell": lambda m: m.labour.get("cell"),
        }
    )
    for _ in range(4):
        collector.collect(model)
        model.step()
    frame = collector.get_model_vars_dataframe()
    first = two_cells.first_year
    assert frame["year"].tolist() == [first, first + 1, first + 2, first + 3]
    assert np.allclose(frame["persons"], two_cells.stocks.residents.sum(), rtol=1e-12)
    assert [sum(counts.values()) for counts in frame["by_cell"]] == [300] * 4
    for cells, share in zip(frame["cell"], frame["urban_share"], strict=True):  # each year's own cells, not the last's
        assert np.mean(two_cells.places.urban[cells]) == share
    assert frame["urban_share"].nunique() > 1


def test_agent_reporters_find_labour_capital_and_land(two_cells):
    """A row an agent of every kind and year, under numbers of their own, with what held when it was collected."""
    model = small_model(two_cells)
    collector = mesa.DataCollector(
        model_reporters={"agents": lambda m: len(m.agents)},
        agent_reporters={
            "cell": "cell_name",
            "kind": lambda agent: type(agent).__name__,
            "twice": [lambda agent, times: times * agent.quantity, [2]],
        },
    )
    expected = []
    for _ in range(3):
        collector.collect(model)
        expected.append([name for kind in KINDS for name in getattr(model, kind).get("cell_name")])
        model.step()
    frame = collector.get_agent_vars_dataframe()
    assert collector.get_model_vars_dataframe()["agents"].tolist() == [900] * 3
    assert frame.index.names == ["Step", "AgentID"]
    for step, cells in enumerate(expected):
        assert frame.loc[step].index.tolist() == list(range(1, 901))
        assert frame.loc[step]["cell"].tolist() == cells
    assert expected[0] != expected[2]
    counts = frame.loc[0]["kind"].value_counts()
    assert counts.to_dict() == {"LabourAgent": 300, "CapitalAgent": 300, "LandAgent": 300}
    area = frame.loc[0][frame.loc[0]["kind"] == "LandAgent"]["twice"].sum()
    np.testing.assert_allclose(area, 2 * model.land.stock().sum(), rtol=1e-12)


def test_asking_for_everybody_makes_no_agent(two_cells, monkeypatch):
    """Also in a model of millions: no object and no array of rows until somebody is asked for."""
    model = small_model(two_cells)
    made = []
    monkeypatch.setattr(FactorAgent, "__init__", lambda agent, *row: made.append(row))
    agents = model.agents
    assert len(agents) == 900
    assert agents.get("cell_name").shape == (900,)
    assert agents.agg("quantity", sum) > 0
    assert agents.groupby("cell").count() == {
        cell: sum(int((getattr(model, kind).get("cell") == cell).sum()) for kind in KINDS) for cell in (0, 1)
    }
    assert made == []
    monkeypatch.undo()
    tracemalloc.start()
    for _ in range(100):
        model.agents  # noqa: B018
    assert tracemalloc.get_traced_memory()[1] < 500_000
    tracemalloc.stop()


def test_everybody_has_a_number_and_is_the_same_agent_wherever_asked_for(two_cells):
    model = small_model(two_cells)
    agents = model.agents
    assert agents.get("unique_id").tolist() == [agent.unique_id for agent in agents] == list(range(1, 901))
    for kind, first in zip(KINDS, (0, 300, 600), strict=True):
        population = getattr(model, kind)
        assert agents[first + 7] == population[7]
        assert population[7] in agents
        assert population[7].unique_id == first + 8
    assert small_model(two_cells).labour[7] not in agents
    assert agents.select(agent_type=LandAgent).to_list() == model.land.to_list()
    assert len(agents.select(agent_type=FactorAgent)) == 900
    assert len(small_model(two_cells, continuum=True).agents) == 0


def test_what_only_some_kinds_know_takes_a_default(two_cells):
    agents = small_model(two_cells).agents
    with pytest.raises(AttributeError, match="CapitalAgent has no 'skill'"):
        agents.get("skill")
    skill = agents.get("skill", handle_missing="default", default_value=-1)
    assert (skill[:300] >= 0).all() and (skill[300:] == -1).all()


def test_writing_to_everybody_writes_all_or_nothing(two_cells):
    model = small_model(two_cells)
    before = columns(model)
    with pytest.raises(AttributeError, match="there is no 'skill'"):
        model.agents.set("skill", 0)
    with pytest.raises(ValueError, match="takes one value or 900"):
        model.agents.set("cell", np.zeros(3, dtype=int))
    assert columns(model) == before
    model.agents.set("cell", np.arange(900) % 2)
    assert all((getattr(model, kind).get("cell") == np.arange(300) % 2).all() for kind in KINDS)
    model.step()  # the economy counts anew
    with pytest.raises(TypeError, match="everybody there is"):
        model.agents.shuffle(inplace=True)


def test_mesas_own_agents_may_live_beside_ours(two_cells):
    model = small_model(two_cells)

    class Observer(mesa.Agent):
        def step(self):
            self.seen = len(self.model.labour)

    Observer(model)
    observer = Observer(model)
    assert model.agents_by_type[Observer].do("step").get("seen") == [300, 300]
    agents = model.agents
    assert len(agents) == 902 and agents[901] is observer and observer in agents
    assert len(set(agents.get("unique_id"))) == 902 and observer.unique_id == 902
    assert agents.select(agent_type=Observer).get("seen").tolist() == [300, 300]
    assert agents.get("seen", handle_missing="default")[[0, 900]].tolist() == [None, 300]
    agents.select(agent_type=Observer).set("seen", 5)
    assert observer.seen == 5
    assert {type(agent).__name__ for agent in agents} == {"LabourAgent", "CapitalAgent", "LandAgent", "Observer"}
    observer.remove()
    assert len(model.agents) == 901


def test_mesas_agent_set_takes_our_agents(two_cells):
    """Agents can be handed to code that wants Mesa's own AgentSet, for as long as somebody holds them."""
    model = small_model(two_cells)
    held = model.labour.select(at_most=10).to_list()
    agents = mesa.agent.AgentSet(held, random=model.random)
    assert len(agents) == 10
    assert all(agent in agents for agent in model.labour[:10])
    agents.set("cell", 1)
    assert model.labour.get("cell")[:10].tolist() == [1] * 10


def test_agents_are_collected_by_their_type(two_cells):
    """A row an agent and year, those of the year they were collected in."""
    model = small_model(two_cells)
    collector = mesa.DataCollector(
        agenttype_reporters={
            LabourAgent: {"cell": "cell", "town": "works_in_town", "twice": lambda agent: 2 * agent.cell},
            CapitalAgent: {"home": "home_name"},
            LandAgent: {"area": [lambda agent, times: agent.quantity * times, [10]]},
        }
    )
    cells = []
    for _ in range(3):
        collector.collect(model)
        cells.append(model.labour.get("cell"))
        model.step()
    labour = collector.get_agenttype_vars_dataframe(LabourAgent)
    assert labour.index.names == ["Step", "AgentID"]
    assert len(labour) == 3 * 300
    for step, expected in enumerate(cells):
        assert labour.loc[step]["cell"].tolist() == expected.tolist()
        assert labour.loc[step].index.tolist() == list(range(1, 301))
    assert (labour["twice"] == 2 * labour["cell"]).all()
    capital = collector.get_agenttype_vars_dataframe(CapitalAgent)
    assert set(capital["home"]) <= set(two_cells.places.cells)
    land = collector.get_agenttype_vars_dataframe(LandAgent)
    np.testing.assert_allclose(land["area"], 10 * model.land.weight)


def test_types_are_the_kinds_and_those_of_mesas_own_agents(two_cells):
    model = small_model(two_cells)

    class Observer(mesa.Agent):
        pass

    Observer(model)
    assert model.agent_types == [LabourAgent, CapitalAgent, LandAgent, Observer]
    assert model.agents_by_type[LabourAgent] is model.labour
    assert len(model.agents_by_type[Observer]) == 1
    assert small_model(two_cells, continuum=True).agent_types == []


class Watched(FactorFlowModel):
    """A model with a data collector, as Mesa's batch runner wants it."""

    def __init__(self, **options):
        super().__init__(**options)
        reporters = {"year": "year", "persons": lambda m: m.labour.agg("quantity", sum), "urban_share": urban_share}
        self.datacollector = mesa.DataCollector(model_reporters=reporters, agent_reporters={"cell": "cell_name"})
        self.datacollector.collect(self)

    def step(self):
        super().step()
        self.datacollector.collect(self)


@pytest.mark.filterwarnings("ignore:The `iterations` keyword:DeprecationWarning")  # Mesa 3.3 knows no other
def test_the_batch_runner_runs_every_combination(two_cells):
    first = two_cells.first_year
    rows = mesa.batch_run(
        Watched,
        {
            "world": two_cells,
            "last_year": first + 3,
            "labour_agents": [300, 600],
            "capital_agents": 300,
            "land_agents": 300,
            "replicate": range(2),
        },
        iterations=2,
        data_collection_period=1,
        display_progress=False,
    )
    rows = [row for row in rows if row["Step"] < 4]  # newer versions of Mesa also tell what was collected last
    # agents of every kind, replicates, iterations, years: the model stops itself after its last year
    assert len(rows) == (900 + 1200) * 2 * 2 * 4
    assert {(row["Step"], row["year"]) for row in rows} == {(step, first + step) for step in range(4)}
    assert len({row["RunId"] for row in rows}) == 8
    assert {row["AgentID"] for row in rows} == set(range(1, 1201))
    last = {}
    for row in (row for row in rows if row["year"] == first + 3):
        last.setdefault((row["labour_agents"], row["replicate"], row["iteration"]), []).append(row)
    for agents in (300, 600):
        alone = small_model(two_cells, labour=agents, replicate=1)
        for _ in range(3):
            alone.step()
        shares = [{row["urban_share"] for row in last[agents, 1, iteration]} for iteration in (0, 1)]
        assert shares == [{urban_share(alone)}] * 2  # the key is the luck: the same again is the same
        assert [row["cell"] for row in last[agents, 1, 0]] == alone.agents.get("cell_name").tolist()
        assert [row["cell"] for row in last[agents, 0, 0]] != alone.agents.get("cell_name").tolist()
    assert np.allclose([row["persons"] for row in rows], two_cells.stocks.residents.sum(), rtol=1e-12)


def test_the_batch_runners_word_for_the_seed_is_the_seed(two_cells):
    """Mesa 3.5 hands every model a seed under the name `rng`."""
    named, plain, other = (small_model(two_cells, **options) for options in ({"rng": 3}, {"seed": 3}, {}))
    for model in (named, plain, other):
        model.step()
    assert columns(named) == columns(plain) != columns(other)
    with pytest.raises(TypeError):
        small_model(two_cells, rng=np.random.default_rng(3))  # agents' luck belongs to a number, not to a generator
