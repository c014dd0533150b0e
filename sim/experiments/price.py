"""What an experiment costs: tasks, minutes and memory, and whether its budget and this machine allow it."""

from __future__ import annotations

from dataclasses import dataclass

from sim.errors import Fault, ScenarioFaults
from sim.experiments.cost import duration, estimate, memory_of_machine
from sim.experiments.plan import Plan

_WORLD_SECONDS = 0.5  # building the world of a draw, measured with 24 cells
_TASK_BYTES, _READ_BYTES = 450_000, 60_000_000  # of a task of 24 cells and 22 years on disk; of a batch that is read
_KNOWN_BYTES = 7_000  # in memory of a task that is asked, done or read: measured with 10,000 tasks (`tests.memory`)


@dataclass(frozen=True)
class Price:
    """Tasks of an experiment, seconds on so many processes, bytes of memory and of disk."""

    plan: Plan
    tasks: int
    seconds: float
    memory: int
    disk: int
    jobs: int

    def sentence(self) -> str:
        """The price in words."""
        most = self.plan.looks[-1]
        count = f"{most} replicate{'s' * (most > 1)}" if len(self.plan.looks) == 1 else f"at most {most} replicates"
        if len(self.plan.looks) == 1 and self.plan.baseline.run.continuum:
            count = "a continuum"
        draws = f"{self.plan.draws:,} draw{'s' * (self.plan.draws > 1)}"
        processes = "one process" if self.jobs == 1 else f"{self.jobs} processes"
        return (
            f"{self.tasks:,} tasks: {draws} x {len(self.plan.scenarios)} scenarios x {count}. "
            f"About {duration(self.seconds)} on {processes}, {self.memory / 1e9:.1f} GB of memory and "
            f"{self.disk / 1e9:.1f} GB of disk."
        )

    def faults(self) -> list[Fault]:
        """Where it is more than its budget, or than this machine has."""
        budget, file = self.plan.words.budget, self.plan.file
        found = []
        if budget.minutes is not None and self.seconds > 60 * budget.minutes:
            message = (
                f"is less than the experiment is expected to take. {self.sentence()} Fewer draws or replicates take less."
            )
            found.append(Fault(file, 1, f"budget.minutes = {budget.minutes:g}", message))
        have = memory_of_machine()
        if budget.memory_gb is not None and self.memory > 1e9 * budget.memory_gb:
            message = f"is less than the experiment is expected to take. {self.sentence()}"
            found.append(Fault(file, 1, f"budget.memory_gb = {budget.memory_gb:g}", message))
        elif have is not None and self.memory > have:
            message = f"needs {self.memory / 1e9:.1f} GB of memory, this machine has {have / 1e9:.1f} GB."
            found.append(Fault(file, 1, "run", message))
        return found

    def check(self) -> None:
        """Raise ScenarioFaults where it cannot be paid."""
        found = self.faults()
        if found:
            raise ScenarioFaults(found)


def price(plan: Plan, jobs: int = 1) -> Price:
    """What an experiment costs at most, by rules of thumb; machines differ by a factor of three."""
    draws, most = plan.draws, plan.looks[-1]
    tasks = draws * most * len(plan.scenarios)
    jobs = min(jobs, tasks)
    one = [
        estimate(scenario.model_copy(update={"run": scenario.run.model_copy(update={"replicates": 1})}), jobs)
        for scenario in plan.scenarios
    ]
    start = 2.5
    lived = draws * (_WORLD_SECONDS + most * sum(each.seconds - start for each in one))
    memory = jobs * max(each.bytes for each in one) + _READ_BYTES + tasks * _KNOWN_BYTES
    return Price(plan, tasks, start + lived / jobs, memory, tasks * _TASK_BYTES, jobs)
