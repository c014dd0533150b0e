"""Where compiled code is kept: a folder of its own for every state of the source it was compiled from.

Numba asks only whether the file of a function has changed. But compiled functions take in others from other files, so an
edit of a rule in one file would leave the kernel of another as it was; the folder's name differs by all of them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numba

_PACKAGE = Path(__file__).parent


def compiled(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compile a function with Numba, its machine code kept in the folder of this state of the source.

    Numba is given the folder only while it notes where the function is kept: neither its settings nor the environment are
    other afterwards. A folder that the user named in NUMBA_CACHE_DIR stands. Where nothing can be written Numba keeps
    what it can beside the source.
    """

    def compile_function(function: Callable[..., Any]) -> Any:
        named = numba.config.CACHE_DIR
        try:
            numba.config.CACHE_DIR = named or str(kept_in() or "")
            return numba.njit(cache=True, **options)(function)
        finally:
            numba.config.CACHE_DIR = named

    return compile_function


def borrowing(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compile a function that makes no array, so that it need not count who holds those it is given.

    A block of agents passes through several functions and tables held in tuples; the counting took as long as the draws.
    """
    return compiled(_nrt=False, nogil=True, **options)


@cache
def kept_in() -> Path | None:
    """The folder for compiled code: beside the source, or of the user's where that cannot be written; None: nowhere."""
    beside = _PACKAGE / "__pycache__" / "compiled"
    state = state_of_source()
    folder = first_writable((beside / state, *(folder / state for folder in folders())))
    if folder is not None and folder.parent == beside:
        _forget_others(folder)
    return folder


def state_of_source() -> str:
    """A name for the present text of every file of the package that has to do with compiled code."""
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*.py")):
        text = path.read_bytes()
        if b"numba" in text or b"sim.compiled" in text:
            digest.update(text)
    return digest.hexdigest()[:12]


def folders() -> Iterable[Path]:
    """Folders of the user's for compiled code, in order: the cache of the account, then one that lasts until a restart."""
    account = os.environ.get("XDG_CACHE_HOME") or str(Path("~").expanduser() / ".cache")
    yield Path(account) / "factorflow"
    yield Path(tempfile.gettempdir()) / f"factorflow-{os.getuid() if hasattr(os, 'getuid') else 'cache'}"


def first_writable(candidates: Iterable[Path]) -> Path | None:
    """The first folder that is there or can be made, and belongs to this user and can be written."""
    for folder in candidates:
        if _writable(folder) and (not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()):
            return folder  # another's folder might hold another's code
    return None


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return False
    return folder.is_dir() and os.access(folder, os.W_OK)


def _forget_others(folder: Path) -> None:
    """Remove what earlier states of this source were compiled to; a process that still runs one has it in memory."""
    for other in folder.parent.iterdir():
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)
