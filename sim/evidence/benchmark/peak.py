"""How much memory a process took at most, and how much is free."""

from __future__ import annotations

import resource
import sys
from pathlib import Path


def peak() -> int:
    """Bytes of memory this process had at most; where the system says so, without what its parent had when it started it."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def free() -> int | None:
    """Bytes of memory that a new process may take, None where the system does not say."""
    known = Path("/proc/meminfo")
    if not known.exists():
        return None
    line = next(line for line in known.read_text().splitlines() if line.startswith("MemAvailable"))
    return int(line.split()[1]) * 1024
