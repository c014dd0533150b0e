"""What the parent of a large experiment holds: peak memory while its tasks are run and while it is read.

python -m tests.memory [TASKS]
"""

import argparse
import gc
import resource
import sys
import tempfile
from pathlib import Path

from sim.analysis import taskfile
from sim.analysis.columns import TABLES
from sim.analysis.doubt.answers import answers
from sim.analysis.doubt.opened import open_experiment
from sim.analysis.taskfile import decoded, encoded
from sim.experiments import doubt, workers
from sim.experiments.executors import Where
from sim.experiments.first_years import FirstYears
from sim.experiments.plan import load_experiment
from sim.experiments.task import Done, ignored, perform
from sim.vocabulary import vocabulary
from tests.reading import columns_of

SCENARIOS = Path(__file__).parents[1] / "scenarios/two_cells"
FILE = """schema: 1
kind: experiment
title: Many draws
compare: [open_registration.yaml]
to: baseline.yaml
uncertain:
  parameters.labour_mobility: {{log_uniform: [0.05, 0.3]}}
  parameters.labour_choice_elasticity: {{uniform: [1, 2]}}
  policies.*.cut: {{uniform: [0.2, 0.9]}}
design: {{draws: {draws}, sampler: latin_hypercube, seed: 3}}
questions: [{{measure: urban_rural_ratio, year: 6, at_most: 1.6}}]
run: {{continuum: true, last_year: 6}}
"""


class Copied:
    """Tasks done by who is no part of the parent: the first of each scenario is lived, its tables stand for all others.

    What the parent holds of a task does not depend on who lived it, nor on what its numbers are.
    """

    def __init__(self):
        self.tables = {}

    def __call__(self, task, lived=ignored, first_years=None):
        name = task.scenario.name
        if name not in self.tables:
            known = decoded(perform(task, lived, FirstYears([task])).content)
            columns = {table: columns_of(getattr(known.tables, table)) for table in TABLES}
            self.tables[name] = known.head, columns
        head, columns = self.tables[name]
        return Done(task, encoded({**head, "task": task.digest}, columns), None, True)


def cached(parquet):
    """The same, a table that was written once not written again."""
    written = {}

    def known(frame):
        if id(frame) not in written:
            written[id(frame)] = frame, parquet(frame)  # the frame too, so that its number is no other's
        return written[id(frame)][1]

    return known


def peak():
    """Most bytes this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measured(tasks):
    """Bytes at the peak: before anything is asked, after the run, after reading; and the bytes of all tasks on disk."""
    workers.perform, taskfile._arrow = Copied(), cached(taskfile._arrow)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("baseline", "open_registration"):
            (Path(folder) / f"{name}.yaml").write_text((SCENARIOS / f"{name}.yaml").read_text())
        path = Path(folder) / "many.yaml"
        path.write_text(FILE.format(draws=tasks // 2))
        doubt.run(load_experiment(few(path), vocabulary()), Path(folder) / "few", Where())
        gc.collect()
        before = peak()
        out = doubt.run(load_experiment(path, vocabulary()), Path(folder) / "out", Where())
        run = peak()
        words, frame = open_experiment(out)
        answers(frame, words)
        disk = sum(file.stat().st_size for file in (out / "tasks").iterdir())
        return before, run, peak(), disk


def few(path):
    """The same experiment of four draws, by which all that is not the experiment's is loaded."""
    other = path.with_name("few.yaml")
    other.write_text(FILE.format(draws=4))
    return other


def main():
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("tasks", type=int, nargs="?", default=10_000)
    tasks = asked.parse_args().tasks
    before, run, read, disk = (count / 1e6 for count in measured(tasks))
    print(f"{tasks:,} tasks, {disk:.0f} MB on disk: {before:.0f} MB before, {run:.0f} MB run, {read:.0f} MB read")
    return 0


if __name__ == "__main__":
    sys.exit(main())
