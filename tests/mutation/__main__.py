"""`python -m tests.mutation`: changes the program on purpose, a place at a time, and reports which changes no test noticed.

Asks for Cosmic Ray (`pip install '.[mutation]'`). `--share 0.1` tries a tenth of all mutants, always the same tenth.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.mutation.mutants import Mutant, by_hand, mutants
from tests.mutation.plan import PARTS, Part
from tests.mutation.trial import Verdict, verdicts_of

HERE = Path(__file__).parent
_COLUMNS = ("key", "part", "file", "line", "operator", "before", "after", "fate", "by", "seconds")


def main(words: Sequence[str] | None = None) -> int:
    """Try the mutants asked for; the exit code is 1 where one survived that is not written down as equivalent."""
    asked = _asked(words)
    chosen = [part for part in PARTS if not asked.part or part.name in asked.part]
    pending = [(mutant, part) for part in chosen for mutant in _mutants(part, asked)]
    print(f"{len(pending)} mutants in {asked.jobs} processes", flush=True)
    started, verdicts = time.perf_counter(), []
    with asked.out.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(_COLUMNS)
        for verdict in verdicts_of([(mutant, part.tests) for mutant, part in pending], asked.jobs, asked.patience):
            verdicts.append(verdict)
            table.writerow(_row(verdict))
            file.flush()
            if not _killed(verdict) or len(verdicts) % 50 == 0:
                print(f"{len(verdicts)} of {len(pending)}, {_line(verdict)}", flush=True)
    excused = _equivalent()
    print(*_summary(verdicts, excused, time.perf_counter() - started), sep="\n")
    return int(any(not _killed(verdict) and verdict.mutant.key not in excused for verdict in verdicts))


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--part", action="append", choices=[part.name for part in PARTS], help="only these parts")
    parser.add_argument("--share", type=float, default=1.0, help="share of all mutants to try")
    parser.add_argument("--only", choices=("by-hand", "drawn"), help="only those written by hand, or only Cosmic Ray's")
    parser.add_argument("--again", type=Path, help="only those that survived in this earlier table")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--patience", type=float, default=900.0, help="seconds after which a trial is given up, undecided")
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "mutants.csv")
    return parser.parse_args(words)


def _mutants(part: Part, asked: argparse.Namespace) -> list[Mutant]:
    """Those of a part: by hand all, of Cosmic Ray's the share asked for, or those that an earlier table says survived."""
    named = [mutant for mutant in by_hand(HERE / "named.csv") if mutant.part == part.name and asked.only != "drawn"]
    drawn = [] if asked.only == "by-hand" else list(mutants(part, asked.share))
    found = [*named, *drawn]
    if asked.again is None:
        return found
    with asked.again.open(encoding="utf-8", newline="") as file:
        left = {row["key"] for row in csv.DictReader(file) if row["fate"] != "killed"}
    return [mutant for mutant in found if mutant.key in left]


def _killed(verdict: Verdict) -> bool:
    return verdict.fate == "killed"


def _equivalent() -> dict[str, str]:
    """Mutants that cannot be told from the program, by key, with the reason why."""
    with (HERE / "equivalent.csv").open(encoding="utf-8", newline="") as file:
        return {row["key"]: row["why"] for row in csv.DictReader(file)}


def _row(verdict: Verdict) -> tuple[object, ...]:
    mutant = verdict.mutant
    place = (mutant.key, mutant.part, mutant.file, mutant.line, mutant.operator, mutant.before, mutant.after)
    return (*place, verdict.fate, verdict.by, round(verdict.seconds, 1))


def _line(verdict: Verdict) -> str:
    mutant = verdict.mutant
    change = f"{mutant.before.strip()}  ->  {mutant.after.strip()}"
    return f"{verdict.fate}: {mutant.key} {mutant.file}:{mutant.line} {change}  [{verdict.by}, {verdict.seconds:.0f} s]"


def _summary(verdicts: list[Verdict], excused: dict[str, str], seconds: float) -> Iterator[str]:
    """A line a part: tried, killed, alive (survived or undecided), equivalent, share killed of those not equivalent."""
    yield "| part | tried | killed | alive | equivalent | killed of not equivalent |\n|---|---|---|---|---|---|"
    for part in [*dict.fromkeys(verdict.mutant.part for verdict in verdicts), None]:
        own = [verdict for verdict in verdicts if part in (None, verdict.mutant.part)]
        alive = [verdict for verdict in own if not _killed(verdict)]
        same = sum(verdict.mutant.key in excused for verdict in alive)
        killed, counted = len(own) - len(alive), len(own) - same
        share = f"{killed / counted:.1%}" if counted else ""
        yield f"| {part or 'all'} | {len(own)} | {killed} | {len(alive) - same} | {same} | {share} |"
    yield f"{seconds / 60:.0f} minutes"


if __name__ == "__main__":
    sys.exit(main())
