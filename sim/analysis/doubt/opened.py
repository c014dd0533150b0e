"""The folder of an experiment, read back: what it wrote down and its table, checked against the record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis import record
from sim.analysis.manifest import EXPERIMENT, MAX_BYTES, RESULTS
from sim.errors import ResultsError, printable

_NEEDED = ("draws", "replicates", "paths", "order", "policies", "baseline", "world", "last_year", "questions", "record")

_WORDS = ("policy", "measure", "place", "reason")  # columns that hold no numbers


def is_experiment(folder: Path) -> bool:
    """Whether a folder holds an experiment that came to its end."""
    return (folder / EXPERIMENT).is_file()


def open_experiment(folder: Path) -> tuple[dict[str, Any], pd.DataFrame]:
    """What an experiment wrote down and its table; raises ResultsError for a folder that is not, to the byte, as written."""
    path = folder / EXPERIMENT
    try:
        with path.open("rb") as stream:
            words = json.loads(stream.read(4 * MAX_BYTES).decode("utf-8"))
    except FileNotFoundError:
        raise ResultsError(
            f"{folder} holds no finished experiment; `factorflow doubt FILE` prints the folder it writes to."
        ) from None
    except (OSError, ValueError, RecursionError) as reason:
        raise ResultsError(f"{path} cannot be read: {printable(reason, 300)}") from reason
    lacking = [word for word in _NEEDED if not isinstance(words, dict) or word not in words]
    if lacking:
        raise ResultsError(f"{path} does not say {lacking[0]}. Run the experiment again.")
    record.check(folder, words, EXPERIMENT)
    return words, _table(folder / RESULTS)


def _table(path: Path) -> pd.DataFrame:
    """The table with every number as it was written, to the last digit; pandas itself may round."""
    frame = pd.read_csv(path, dtype=str)
    for column in frame.columns.difference(list(_WORDS)):
        frame[column] = frame[column].map(float, na_action="ignore").astype(float)
    return frame.astype({"draw": int, "replicate": int})
