"""What computes: the program, by a hash of its own text, and the libraries whose numbers it uses."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib import metadata
from pathlib import Path

from sim.version import __version__


def versions() -> dict[str, str]:
    """Versions of the program and of what it computes with; `source` is a hash of the program's own text.

    Results made by other versions may differ in their last digits or in more, so they are never reused silently.
    """
    return dict(_versions())


@cache  # what runs is what was imported, whatever becomes of the files
def _versions() -> dict[str, str]:
    text = hashlib.sha256()
    package = Path(__file__).parents[1]
    for file in sorted(package.rglob("*.py")):
        text.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    libraries = {library: metadata.version(library) for library in ("mesa", "numpy", "scipy", "numba", "pyarrow")}
    own = {"factorflow": __version__, "source": text.hexdigest()[:16], "python": platform.python_version()}
    return own | libraries
