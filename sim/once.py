"""What follows from things that do not change is worked out once, however many stages of a year ask for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import numpy as np

_Asked = ParamSpec("_Asked")
_Found = TypeVar("_Found")


def once(keeper: int) -> Callable[[Callable[_Asked, _Found]], Callable[_Asked, _Found]]:
    """Keep the last answer of a function with the argument number `keeper`, as long as that lives.

    For functions of frozen things and arrays that nobody writes into: asked again of the very same ones, it gives the same
    answer back; an array cannot be written into either.
    """

    def keeping(function: Callable[_Asked, _Found]) -> Callable[_Asked, _Found]:
        name = f"_once_{function.__name__}"

        @wraps(function)
        def asked(*args: _Asked.args, **named: _Asked.kwargs) -> _Found:
            kept, others = vars(args[keeper]), (*args[:keeper], *args[keeper + 1 :])  # not itself, or it would live on
            before, answer = kept.get(name, ((), None))
            if answer is None or len(before) != len(others) or any(map(_other, before, others)):
                answer = function(*args, **named)
                if isinstance(answer, np.ndarray):
                    answer.flags.writeable = False
                kept[name] = others, answer
            found: _Found = answer
            return found

        return asked

    return keeping


def _other(one: object, other: object) -> bool:
    return one is not other
