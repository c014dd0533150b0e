"""Bits of machine words that Numba has no words for: what holds for 64 numbers at once, and where bits are set.

Processors compare eight numbers and more in one step and say by bits what held; LLVM makes these steps where it is asked
for comparisons of vectors, but hardly ever of a loop that goes on to use each answer.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.core.errors import TypingError
from numba.extending import intrinsic

SIXTY_FOUR = 64


@intrinsic
def not_above(typing: Any, numbers: Any, first: Any, limit: Any) -> Any:  # noqa: ARG001  # as Numba calls it
    """Which of the 64 numbers from `first` on are not above a limit: bit i tells of number first + i.

    numbers: whole numbers without a sign, one after another; the 64 must be there.
    """
    return _comparison("<=", numbers)


@intrinsic
def unlike(typing: Any, numbers: Any, first: Any, other: Any) -> Any:  # noqa: ARG001  # as Numba calls it
    """Which of the 64 numbers from `first` on are not the same as another; otherwise as `not_above`."""
    return _comparison("!=", numbers)


def _comparison(how: str, numbers: Any) -> Any:
    """Signature and code of a comparison of 64 numbers with one."""
    if not (isinstance(numbers, types.Array) and numbers.layout == "C" and numbers.dtype in types.unsigned_domain):
        raise TypingError(f"takes whole numbers without a sign, one after another, not {numbers}")
    one = ir.IntType(numbers.dtype.bitwidth)
    lanes = ir.VectorType(one, SIXTY_FOUR)

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, first, number = arguments
        data = context.make_array(signature.args[0])(context, builder, array).data
        some = builder.load(builder.bitcast(builder.gep(data, [first]), lanes.as_pointer()), align=one.width // 8)
        alone = builder.insert_element(ir.Constant(lanes, ir.Undefined), number, ir.Constant(ir.IntType(32), 0))
        everywhere = builder.shuffle_vector(alone, alone, ir.Constant(ir.VectorType(ir.IntType(32), SIXTY_FOUR), None))
        return builder.bitcast(builder.icmp_unsigned(how, some, everywhere), ir.IntType(64))

    return types.uint64(numbers, types.intp, numbers.dtype), code


@intrinsic
def lowest(typing: Any, word: Any) -> Any:  # noqa: ARG001  # as Numba calls it
    """The number of the lowest bit of a word that is set; 64 where none is."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(types.uint64), code


@intrinsic
def number_set(typing: Any, word: Any) -> Any:  # noqa: ARG001  # as Numba calls it
    """How many bits of a word are set."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), code
