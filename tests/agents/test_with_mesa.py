"""The model under Mesa's own tools."""

import mesa
import numpy as np

from sim.agents.capital import CapitalAgent
from sim.agents.labour import LabourAgent
from sim.agents.land import LandAgent
from sim.model import FactorFlowModel
from tests.agents.conftest import small_model


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


def test_agent_reporters_find_no_agents(two_cells):
    """Documented in sim.agents.selection: `model.agents` is empty, so Mesa's agent reporters record no rows."""
    model = small_model(two_cells)
    collector = mesa.DataCollector(agent_reporters={"cell": "cell"})
    collector.collect(model)
    model.step()
    collector.collect(model)
    assert collector.get_agent_vars_dataframe().dropna().empty


def test_mesas_own_agents_may_live_beside_ours(two_cells):
    model = small_model(two_cells)

    class Observer(mesa.Agent):
        def step(self):
            self.seen = len(self.model.labour)

    Observer(model)
    model.agents.do("step")
    assert model.agents.get("seen") == [300]
    assert type(next(iter(model.agents))).__name__ == "Observer"


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
            CapitalAgent: {"home": "home_name", "absent": "wealth"},
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
    assert capital["absent"].isna().all()  # what an agent has not is None to Mesa, no error
    land = collector.get_agenttype_vars_dataframe(LandAgent)
    np.testing.assert_allclose(land["area"], 10 * model.land.weight)


def test_types_are_the_kinds_and_those_of_mesas_own_agents(two_cells):
    model = small_model(two_cells)

    class Observer(mesa.Agent):
        pass

    Observer(model)
    assert model.agent_types == [LabourAgent, CapitalAgent, LandAgent, Observer]
    assert model.agents_by_type[LabourAgent] is model.labour
    assert len(model.agents_by_type[Observer]) == len(model.agents) == 1
    assert small_model(two_cells, continuum=True).agent_types == []


class Watched(FactorFlowModel):
    """A model with a data collector, as Mesa's batch runner wants it."""

    def __init__(self, **options):
        super().__init__(**options)
        reporters = {"year": "year", "persons": lambda m: m.labour.agg("quantity", sum), "urban_share": urban_share}
        self.datacollector = mesa.DataCollector(model_reporters=reporters)

    def step(self):
        self.datacollector.collect(self)
        super().step()


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
    assert len(rows) == 2 * 2 * 2 * 4  # agents, replicates, iterations, years: the model stops itself after its last year
    assert {row["year"] for row in rows} == set(range(first, first + 4))
    assert len({row["RunId"] for row in rows}) == 8
    last = {
        (row["labour_agents"], row["replicate"], row["iteration"]): row["urban_share"] for row in rows if row["Step"] == 3
    }
    for agents in (300, 600):
        assert last[agents, 0, 0] == last[agents, 0, 1]  # the key is the luck: the same again is the same
        alone = small_model(two_cells, labour=agents, replicate=1)
        for _ in range(3):
            alone.step()
        assert last[agents, 1, 0] == urban_share(alone)
    assert len(set(last.values())) > 2
    assert np.allclose([row["persons"] for row in rows], two_cells.stocks.residents.sum(), rtol=1e-12)
