"""Where compiled code is kept: a folder of its own for every state of the source it was compiled from.

Numba asks only whether the file of a function has changed. But compiled functions take in others from other files, so an
edit of a rule in one file would leave the kernel of another as it was; the folder's name tells all of them apart.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

_WORD = "NUMBA_CACHE_DIR"
_PACKAGE = Path(__file__).parent


def keep_compiled_code() -> None:
    """Name Numba a folder beside the source, or of the user's where that cannot be written; what the user named stands."""
    if os.environ.get(_WORD):
        return
    beside = _PACKAGE / "__pycache__" / "compiled"
    state = state_of_source()
    folder = first_writable((beside / state, *(folder / state for folder in folders())))
    if folder is None:
        return  # Numba says itself that there is no place
    if folder.parent == beside:
        _forget_others(folder)
    os.environ[_WORD] = str(folder)
    if "numba" in sys.modules:  # it has read its settings already
        sys.modules["numba"].config.CACHE_DIR = str(folder)


def state_of_source() -> str:
    """A name for the present text of every file of the package that has to do with compiled code."""
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*.py")):
        text = path.read_bytes()
        if b"numba" in text:
            digest.update(text)
    return digest.hexdigest()[:12]


def folders() -> Iterable[Path]:
    """Folders of the user's for compiled code, in order: the cache of the account, then one that lasts until a restart."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path("~").expanduser() / ".cache")
    yield Path(cache) / "factorflow"
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
