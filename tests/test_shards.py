"""A population in shards is the population: the same bytes for every cut, also when a holder is lost in the middle."""

import numpy as np
import pytest

from sim.agents.sharded import AgentsElsewhere, Shard, ShardedPopulation
from sim.errors import FactorFlowError
from sim.model import FactorFlowModel

FEW = {"labour_agents": 20_000, "capital_agents": 30_000, "land_agents": 10_000}


class Here:
    """Holds shards in this process; those named in `lost` are made anew just before that call of theirs."""

    def __init__(self, lost=()):
        self.lost, self.shards, self.calls = dict(lost), [], 0

    def hold(self, makers):
        held = [_Here(self, maker, len(self.shards) + place) for place, maker in enumerate(makers)]
        self.shards += held
        return held


class _Here:
    def __init__(self, holder, maker, number):
        self.holder, self.maker, self.number, self.calls = holder, maker, number, 0
        self.shard = maker()

    def ask(self, method, *arguments):
        self.calls += 1
        if self.holder.lost.get(self.number) == self.calls:
            self.shard = self.maker()
        answer = getattr(self.shard, method)(*arguments)
        return lambda: answer


def model(world, **options):
    one = FactorFlowModel(world, last_year=2018, **FEW, **options)
    while one.running:
        one.step()
    return one


@pytest.fixture(scope="module")
def whole(zhejiang):
    return model(zhejiang)


@pytest.mark.parametrize("shards", [1, 2, 3, 4, 32])
def test_any_cut_gives_the_same_record_and_the_same_agents(zhejiang, whole, shards):
    holder = Here()
    cut = model(zhejiang, holder=holder, shards=shards)
    assert cut.record.series == whole.record.series
    assert cut.record.flows == whole.record.flows
    for kind, population in enumerate((whole.labour, whole.capital, whole.land)):
        parts = [held.shard for held in holder.shards[kind * shards : (kind + 1) * shards]]
        for name, column in population.columns.items():
            assert np.concatenate([part.columns[name] for part in parts]).tobytes() == column.tobytes(), name


@pytest.mark.parametrize("call", [1, 2, 4, 6])
def test_a_shard_made_anew_lives_its_years_again(zhejiang, whole, call):
    again = model(zhejiang, holder=Here({0: call, 3: call, 5: 2}), shards=2)
    assert again.record.series == whole.record.series


def test_a_shard_answers_only_in_its_year(two_cells):
    from sim.agents.land import land_beginning

    shard = Shard(land_beginning(two_cells, 1_000, (7, 0)), 0, 16)
    assert shard.count(1, None, 0) is None
    assert shard.count(0, None, 0).homes.sum() == 500


def test_agents_in_shards_teach_why_they_cannot_be_asked(two_cells):
    from sim.agents.labour import labour_beginning

    sharded = ShardedPopulation(labour_beginning(two_cells, 1_000, (7, 0)), Here(), 2)
    assert len(sharded) == 1_000
    for ask in (lambda: sharded[0], lambda: list(sharded), lambda: sharded.select(), lambda: sharded.columns):
        with pytest.raises(AgentsElsewhere, match="live in shards in other processes"):
            ask()
    with pytest.raises(FactorFlowError, match="1 to 32 shards, not 33"):
        ShardedPopulation(labour_beginning(two_cells, 1_000, (7, 0)), Here(), 33)
