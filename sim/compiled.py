"""Where compiled code is kept: beside the source, or where that cannot be written, in a folder of the user's."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

_WORD = "NUMBA_CACHE_DIR"


def keep_compiled_code() -> None:
    """Name Numba a folder where its usual one, beside the source, cannot be written; what the user named stands."""
    if os.environ.get(_WORD) or _writable(Path(__file__).parent / "__pycache__"):
        return
    folder = first_writable(folders())
    if folder is None:
        return  # Numba says itself that there is no place
    os.environ[_WORD] = str(folder)
    if "numba" in sys.modules:  # it has read its settings already
        sys.modules["numba"].config.CACHE_DIR = str(folder)


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
