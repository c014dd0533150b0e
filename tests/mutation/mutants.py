"""The mutants: Cosmic Ray's changes of a file, one for every operator, and those written down by hand."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

from tests.mutation.plan import ROOT, Part, files_of

# Cosmic Ray replaces every operator by every other; one replacement each is asked for, the one that is easiest to overlook.
_REPLACED = {
    *("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "Pow_Mul", "FloorDiv_Div", "BitAnd_BitOr", "BitOr_BitAnd", "MatMul_Mul"),
    *("Eq_NotEq", "NotEq_Eq", "Lt_GtE", "Gt_LtE", "LtE_Gt", "GtE_Lt", "Is_IsNot", "IsNot_Is", "In_NotIn", "NotIn_In"),
    *("USub_UAdd", "Not_Nothing", "Delete_Not", "Invert_Nothing"),
}
_WHOLE = ("NumberReplacer", "AddNot", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd")


@dataclass(frozen=True)
class Mutant:
    """One changed text of a file: where, by which operator, the line before and after.

    key: a name that stays while the line stays, whatever is changed around it.
    """

    part: str
    file: str
    operator: str
    line: int
    before: str
    after: str
    text: str
    key: str


def mutants(part: Part, share: float = 1.0) -> Iterator[Mutant]:
    """The mutants of a part that change what it does (no annotation, no import); of these a share, always the same ones."""
    for file in files_of(part):
        source = (ROOT / file).read_text(encoding="utf-8")
        lines, tree = source.splitlines(), get_ast(source)
        nodes = list(ast_nodes(tree))
        same: Counter[tuple[str, str]] = Counter()
        for operator in filter(_asked, operator_names()):
            change = get_operator(operator)()
            rows = [start[0] for node in nodes for start, _ in change.mutation_positions(node)]
            for occurrence, row in enumerate(rows):
                line, name = lines[row - 1], operator.partition("/")[2]
                same[line, name] += 1
                key = _key(file.as_posix(), name, line, str(same[line, name]))
                if _says_nothing(line) or int(key, 16) >= share * 16 ** len(key):
                    continue
                text = mutate_code(source, change, occurrence)
                if text is None or text == source:
                    continue
                after = text.splitlines()[row - 1]
                if not _same_guard(line, after):
                    yield Mutant(part.name, file.as_posix(), name, row, line, after, text, key)


def _asked(operator: str) -> bool:
    name = operator.partition("/")[2]
    return name in _WHOLE or any(name.endswith(f"_{pair}") for pair in _REPLACED)


def _says_nothing(line: str) -> bool:
    """Whether a line is an import, a comment, or a type alone: nothing that runs."""
    annotated = "->" in line or re.search(r"\w: [\w\[\], .]+ \| ", line) is not None
    return annotated or line.lstrip().startswith(("from ", "import ", "#"))


def _same_guard(before: str, after: str) -> bool:
    """Whether only the divisor of an empty total changed: where nothing is divided, by what says nothing."""
    guard = re.compile(r"np\.where\((\w+) > -?\s*\d+, \1, -?\s*\d\.0\)")
    return guard.search(before) is not None and guard.sub("", before) == guard.sub("", after)


def _key(*words: str) -> str:
    return hashlib.sha256("|".join(words).encode()).hexdigest()[:10]


def by_hand(path: Path) -> Iterator[Mutant]:
    """Mutants of the table `named.csv`: part, file, what stands there, what it becomes, why."""
    with path.open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            source = (ROOT / row["file"]).read_text(encoding="utf-8")
            if source.count(row["before"]) != 1:
                raise ValueError(f'{row["file"]} does not hold "{row["before"]}" exactly once')
            line = source[: source.index(row["before"])].count("\n") + 1
            text = source.replace(row["before"], row["after"])
            key = _key(row["file"], "by hand", row["before"], row["after"])
            yield Mutant(row["part"], row["file"], "by hand", line, row["before"], row["after"], text, key)
