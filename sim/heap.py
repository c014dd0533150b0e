"""Memory that was given back is kept for the next large array, where a process works on many of them."""

from __future__ import annotations

import ctypes
import sys

LARGE = 1 << 22
"""Bytes from which an array is large: the memory of several is given back to the system, which hands it out anew."""

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4  # of glibc's <malloc.h>
_MOST = (1 << 31) - 1  # the largest number an int holds


def keep_freed_memory() -> bool:
    """Let the C library keep freed memory; whether it can: only glibc is asked.

    The system hands out memory filled with zeros page by page, which takes longer than a sum over the array. Numbers do not
    change by it, and the most that is held at a time hardly does.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(mallopt(_MMAP_MAX, 0)) and bool(mallopt(_TRIM_THRESHOLD, _MOST))
