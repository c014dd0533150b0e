"""The estimated parameters in the table are the ones the years 2014 to 2019 give."""

import pytest

from sim.data import catalogue
from sim.estimation import estimate, fitted


@pytest.mark.slow
def test_the_table_holds_the_estimates():
    """From another start than the table's; a tenth of a standard error is what the table's four digits leave."""
    found, errors = estimate("zhejiang", {"growth": 0.01, "reclassification": 0.01, "between_regions_pull": 0.2})
    table = catalogue.parameters("zhejiang")
    for name, error in zip(fitted("zhejiang"), errors, strict=True):
        allowed = 0.1 * error if error == error else 1e-6  # NaN: at the end of its range
        assert found[name] == pytest.approx(table[name].value, abs=allowed), name
