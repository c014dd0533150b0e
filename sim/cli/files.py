"""Files written aside and renamed, so that a reader finds the whole of one or none."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from sim.errors import FactorFlowError


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet; raises FactorFlowError, and leaves everything as it was, where one is."""
    aside = _aside(path, text)
    try:
        os.link(aside, path)  # unlike a rename it fails where something stands, even if that came a moment ago
    except FileExistsError:
        raise FactorFlowError(f"{path} exists and is not overwritten. Choose another name, or remove it.") from None
    except OSError as reason:
        raise FactorFlowError(f"could not write {path}: {reason.strerror}") from reason
    finally:
        aside.unlink(missing_ok=True)


def write_over(path: Path, text: str) -> None:
    """Write a file whether it is there or not; raises FactorFlowError where that cannot be done."""
    aside = _aside(path, text)
    try:
        aside.replace(path)
    except OSError as reason:
        raise FactorFlowError(f"could not write {path}: {reason.strerror}") from reason
    finally:
        aside.unlink(missing_ok=True)


def _aside(path: Path, text: str) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
        with os.fdopen(number, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        Path(name).chmod(0o644)  # mkstemp's file is for its maker alone
    except OSError as reason:
        raise FactorFlowError(f"could not write {path}: {reason.strerror}") from reason
    return Path(name)
