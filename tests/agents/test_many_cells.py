"""With many cells hardly any pair sees a move in a piece of the table: what is added for those that did is the same sum."""

import numpy as np
import pytest

from sim.agents import kernel
from sim.agents.odds import odds_of
from tests.agents.test_kernel import population, tables

CELLS, AGENTS = 70, 40_000


def lived(advance):
    people = population(CELLS, agents=AGENTS)
    table = kernel.Table(*(people.columns[name] for name in ("home", "cell", "skill", "workplace_luck")))
    worth = np.random.default_rng(3).lognormal(0.0, 1.0, CELLS)
    run = (odds_of(tables(CELLS, groups=2)), worth, np.zeros(CELLS, dtype=np.int32), 3)
    moves, counted = advance(table, kernel.Draw(7, 1, 2, 2030), *run, (np.arange(CELLS) % 3 == 0).astype(np.int64))
    return table, moves, *counted


@pytest.mark.parametrize("room", [0, 1 << 20])
def test_moves_of_few_pairs_are_summed_as_whole_tables_are(room, monkeypatch):
    def whole(table, draw, *run):
        moves, counted = kernel.advance_pieces(table, draw, kernel.borders(AGENTS), *run)
        total = np.zeros_like(moves[0])
        for of_piece in moves:
            total += of_piece
        return total, counted

    monkeypatch.setattr(kernel, "_ROOM", room)
    assert AGENTS // kernel.CHUNKS < 3 * CELLS**2  # else whole tables are added up
    rows, moves, change, workers, came = lived(kernel.advance)
    rows_too, moves_too, change_too, workers_too, came_too = lived(whole)
    assert all(one.tobytes() == other.tobytes() for one, other in zip(rows, rows_too, strict=True))
    assert moves.tobytes() == moves_too.tobytes() and (moves.reshape(len(moves), -1).sum(axis=1) > 0).all()
    assert (change == change_too).all() and (workers == workers_too).all() and workers.sum() == AGENTS
    assert (came == came_too).all() and came.any()
