"""What the figures of an experiment share: its effects by policy and draw, names of policies and parameters, captions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.doubt.counting import means_of_draws
from sim.analysis.doubt.readings import RATIO, drawn_values, draws_by_seeds
from sim.analysis.leading import dated
from sim.arrays import Array
from sim.data import catalogue
from sim.errors import ResultsError
from sim.pages.plots import fonts, labels

LEAST = 8  # draws; of fewer neither a third nor a rank says anything
_WITHOUT_UNIT = ("", "none", "1")


@dataclass(frozen=True)
class Experiment:
    """The folder of an experiment as it is drawn: what it wrote down, and its table."""

    words: Mapping[str, Any]
    frame: pd.DataFrame

    @property
    def policies(self) -> tuple[str, ...]:
        """Policies in the order of the file."""
        return tuple(self.words["order"])

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.words["draws"])

    @property
    def seeds(self) -> int:
        """Number of replicates."""
        return int(self.words["replicates"])

    @property
    def paths(self) -> tuple[str, ...]:
        """What was drawn."""
        return tuple(self.words["paths"])

    def changes(self, policy: str) -> Array:
        """What a policy changes of the ratio in the last year, (draw, seed); NaN where a task failed."""
        where, year = str(self.words["world"]), int(self.words["last_year"])
        return draws_by_seeds(self.frame, policy, RATIO, where, year, "difference", self.draws, self.seeds)

    def means(self) -> Array:
        """The same, (policy, draw), means over the seeds of a draw."""
        return np.stack([means_of_draws(self.changes(policy))[0] for policy in self.policies])

    def values(self, policy: str) -> Array:
        """What was drawn, (draw, path), as a policy lived it."""
        return drawn_values(self.frame, policy, self.paths, self.draws)

    def title(self, policy: str) -> str:
        """What a policy is called: its title, or its name where the fonts of this computer lack characters of the title."""
        title = " ".join(str(self.words["policies"].get(policy, policy)).split())
        return title if fonts.can_show(title) else fonts.legible(policy.replace("_", " "))

    def is_logarithmic(self, path: str) -> bool:
        """Whether a path was drawn evenly on a scale of logarithms."""
        said = self.words.get("experiment", {}).get("uncertain", {}).get(path)
        return isinstance(said, Mapping) and "log_uniform" in said


def enough(experiment: Experiment, name: str) -> None:
    """Raise ResultsError where draws are too few for a figure, or nothing was drawn."""
    counted = int(np.isfinite(experiment.means()).any(axis=0).sum())
    if counted < LEAST or not experiment.paths:
        raise ResultsError(
            f"{name} needs {LEAST} draws that can be compared at least; "
            f"the experiment {experiment.words['name']} has {counted}."
        )


def parameter(path: str) -> str:
    """What was drawn, for people: `migrant pool`; a term of a policy with the policy's name."""
    return fonts.legible(path.partition(".")[2].replace(".", ": ").replace("_", " "))


def with_unit(experiment: Experiment, path: str) -> str:
    """The same with its unit, where the world's table has one."""
    world = str(experiment.words["world"])
    known = catalogue.parameters(world) if world in catalogue.worlds() else {}
    one = known.get(path.partition(".")[2])
    return parameter(path) if one is None or one.unit in _WITHOUT_UNIT else f"{parameter(path)} ({one.unit})"


def basis(experiment: Experiment) -> str:
    """File, draws and replicates of an experiment, and what failed, in sentences for a caption."""
    words = experiment.words
    count = "in a continuum, without luck" if words.get("continuum") else f"x {experiment.seeds} replicates"
    if not words.get("continuum") and experiment.seeds == 1:
        count = "x 1 replicate"
    lost = int((~np.isfinite(experiment.means()).all(axis=0)).sum())
    failed = f" In {lost} of them a task failed; they are left out where they have no value." if lost else ""
    again = " What the past identifies was estimated again at each draw." if words.get("refit") else ""
    return (
        f"Experiment {fonts.legible(str(words['name']))}: {experiment.draws:,} draws {count}, against "
        f"{fonts.legible(str(words['baseline']))}.{failed}{again}"
    )


def measure(experiment: Experiment) -> str:
    """What is drawn of every policy, for an axis or a sentence."""
    return f"change of urban over rural income per head by {dated(int(experiment.words['last_year']))} (ratio)"


def where(experiment: Experiment) -> str:
    """Name of the world for people."""
    return fonts.legible(str(experiment.words["world"]).replace("_", " ").capitalize())


def calling(
    experiment: Experiment, policies: Sequence[str], room: float, size: float, most: int
) -> tuple[list[list[str]], labels.Key | None]:
    """The lines each policy is called by, `most` at most in `room` inches; numbers and their key where a title needs more."""
    titles = [experiment.title(policy) for policy in policies]
    lines = [fonts.fold(title, room, size) for title in titles]
    whole = all(len(one) <= most and fonts.whole_words(title, room, size) for one, title in zip(lines, titles, strict=True))
    if whole and len(set(titles)) == len(titles):
        return lines, None
    return [[f"policy ({order + 1})"] for order in range(len(titles))], labels.Key(tuple(titles), lines=False)
