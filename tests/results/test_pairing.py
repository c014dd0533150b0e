"""One place for pairs and their spread: the numbers NumPy's slower quantiles give, and every pair counted once."""

import numpy as np
import pandas as pd
import pytest

from sim.analysis import pairing

SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)


@pytest.mark.parametrize("columns", [1, 2, 7, 40])
@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_quantiles_are_those_of_numpy_bit_for_bit(columns, missing):
    rng = np.random.default_rng(3)
    numbers = rng.lognormal(size=(300, columns)) * 10.0 ** rng.integers(-9, 9, size=(300, 1))
    numbers[rng.random(numbers.shape) < missing] = np.nan
    numbers[:, 0] = 1.5  # no row without any value
    assert pairing.quantiles(numbers, SHARES).tobytes() == np.nanquantile(numbers, SHARES, axis=1).tobytes()


def test_a_complete_row_beside_an_incomplete_one_counts_all_its_values():
    found = pairing.median_and_band(pd.DataFrame([[1.0, 2.0, 9.0], [np.nan, 4.0, 6.0], [np.nan] * 3]))
    assert found[["replicates", "median"]].to_numpy().tolist() == [[3, 2.0], [2, 5.0]]


def test_every_replicate_meets_every_other_when_runs_are_not_paired(monkeypatch):
    before, after = pd.DataFrame([[1.0, 2.0], [0.0, 5.0]]), pd.DataFrame([[10.0, 20.0, 30.0], [1.0, 2.0, 3.0]])
    whole = pd.concat(list(pairing.crossed(before, after)))
    assert whole.loc[0].tolist() == [9, 8, 19, 18, 29, 28] and whole.loc[1].tolist() == [1, -4, 2, -3, 3, -2]
    monkeypatch.setattr(pairing, "_AT_ONCE", 1)
    assert [len(part) for part in pairing.crossed(before, after)] == [1, 1]
    pd.testing.assert_frame_equal(pd.concat(list(pairing.crossed(before, after))), whole)
