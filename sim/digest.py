"""The digest of words: one name for everything that says the same, on every machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def digest_of(words: Mapping[str, Any]) -> str:
    """The sha256 of words written as JSON in one way: sorted, without blanks. Raises ValueError for what is no number."""
    text = json.dumps(words, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
