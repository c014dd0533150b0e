"""What an experiment costs: tasks, minutes and memory, and whether its budget and this machine allow it."""

from __future__ import annotations

from dataclasses import dataclass

from sim.data import catalogue
from sim.errors import Fault, ScenarioFaults
from sim.experiments.cost import cells_of, duration, estimate, memory_of_machine, paying, seconds_a_year
from sim.experiments.plan import Plan

_WORLD_SECONDS = 0.5  # building the world of a draw, measured with 24 cells
_FIT_STEPS, _WORLD_OF_A_CELL = 4, 0.0025  # of an estimate; seconds of building a world that is one of many
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
        fits, names = len(_estimates(self.plan)), len(self.plan.refit)
        again = f" {names} parameters are estimated {draws.partition(' ')[0]} x {fits} times." if names else ""
        processes = "one process" if self.jobs == 1 else f"{self.jobs} processes"
        return (
            f"{self.tasks:,} tasks: {draws} x {len(self.plan.scenarios)} scenarios x {count}.{again} "
            f"About {duration(self.seconds)} on {processes}, {self.memory / 1e9:.1f} GB of memory and "
            f"{self.disk / 1e9:.1f} GB of disk."
        )

    def faults(self) -> list[Fault]:
        """Where it is more than its budget, or than this machine has."""
        budget, file, lines = self.plan.words.budget, self.plan.file, self.plan.lines
        found = []
        if budget.minutes is not None and self.seconds > 60 * budget.minutes:
            message = (
                f"is less than the experiment is expected to take. {self.sentence()} Fewer draws or replicates take less."
            )
            found.append(Fault(file, lines.get("budget.minutes", 1), f"budget.minutes = {budget.minutes:g}", message))
        have = memory_of_machine()
        if budget.memory_gb is not None and self.memory > 1e9 * budget.memory_gb:
            message = f"is less than the experiment is expected to take. {self.sentence()}"
            found.append(Fault(file, lines.get("budget.memory_gb", 1), f"budget.memory_gb = {budget.memory_gb:g}", message))
        elif have is not None and self.memory > have:
            message = f"needs {self.memory / 1e9:.1f} GB of memory, this machine has {have / 1e9:.1f} GB."
            found.append(Fault(file, lines.get("run", 1), "run", message))
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
    lived = draws * (_WORLD_SECONDS + _seconds_of_estimates(plan) + most * sum(each.seconds - start for each in one))
    memory = jobs * max(each.bytes for each in one) + _READ_BYTES + tasks * _KNOWN_BYTES
    return Price(plan, tasks, start + lived / jobs, memory, tasks * _TASK_BYTES, jobs)


def jobs_that_pay(plan: Plan) -> int:
    """Processes that end an experiment soonest, as `cost.jobs_that_pay` has it."""
    one = price(plan)
    return paying(one.seconds, one.tasks, lambda jobs: price(plan, jobs).memory)


def _estimates(plan: Plan) -> set[tuple[tuple[str, float], ...]]:
    """Parameters by which scenarios differ: all that share them share the estimates of a draw."""
    return {tuple(sorted(one.parameters.items())) for one in plan.scenarios}


def _seconds_of_estimates(plan: Plan) -> float:
    """Seconds that the estimates of one draw take: some steps, each a world for its own and for every slope."""
    if not plan.refit:
        return 0.0
    from sim.estimation import LAST

    here = plan.baseline.plays_in
    cells, years = cells_of(here), LAST - int(catalogue.entry(here)["first_year"]) + 1
    one = _WORLD_OF_A_CELL * cells + years * seconds_a_year(cells)
    return len(_estimates(plan)) * _FIT_STEPS * (1 + len(plan.refit)) * one
