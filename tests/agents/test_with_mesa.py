"""The model under Mesa's own tools."""

import mesa
import numpy as np

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
