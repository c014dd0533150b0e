"""A change of the code that makes named rows of the table of theory fail."""

from collections.abc import Mapping
from typing import NamedTuple


class Change(NamedTuple):
    """`old` becomes `new` in a file of `sim`; rows: what fails then, by family of corners.

    fresh: the text is compiled into other files, so nothing compiled before may be used.
    """

    file: str
    old: str
    new: str
    why: str
    rows: Mapping[str, tuple[str, ...]]
    fresh: bool = False
