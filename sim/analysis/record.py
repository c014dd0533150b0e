"""The record of a results folder: a hash of every file in it and of the manifest itself; no byte changes unnoticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sim.analysis.manifest import MANIFEST, OWN_HASH, RECORD, RECORD_HASH, own_hash
from sim.errors import ResultsError, listed


def sha256_of(path: Path) -> str:
    """The sha256 of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sealed(manifest: Mapping[str, Any], folder: Path, names: Iterable[str]) -> str:
    """The text of a manifest that names the hash of every file in a folder and, last of all, its own.

    Canonical JSON: words in alphabetical order, two spaces a level, so that one content has one text.
    """
    whole = {word: value for word, value in manifest.items() if word not in (OWN_HASH, RECORD, RECORD_HASH)}
    whole[RECORD] = {name: sha256_of(folder / name) for name in sorted(names)}
    whole[OWN_HASH] = own_hash(whole)
    return canonical(whole | {RECORD_HASH: _hash_of(whole)})


def canonical(words: Mapping[str, Any]) -> str:
    """The one text of a manifest's words."""
    return json.dumps(words, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def check(folder: Path, manifest: Mapping[str, Any], of: str = MANIFEST) -> None:
    """Raise ResultsError naming each file of a folder that is not, to the byte, what its manifest says was written.

    Folders of versions that kept no record are checked as far as they can be, elsewhere.
    """
    if RECORD not in manifest:
        return
    lacking, changed = [], []
    for name, expected in manifest[RECORD].items():
        try:
            if sha256_of(folder / name) != expected:
                changed.append(name)
        except OSError:
            lacking.append(name)
    if lacking:
        raise ResultsError(f"{folder} lacks {listed(lacking, 3)}. Run the scenario again.")
    if changed:
        verb = "differs" if len(changed) == 1 else "differ"
        raise ResultsError(f"{folder}: {listed(changed, 3)} {verb} from what was written. Run the scenario again.")
    try:
        text = (folder / of).read_bytes()
    except OSError as reason:
        raise ResultsError(f"{folder / of} cannot be read: {reason.strerror}.") from reason
    without = {word: value for word, value in manifest.items() if word != RECORD_HASH}
    if manifest.get(RECORD_HASH) != _hash_of(without) or text != canonical(manifest).encode("utf-8"):
        raise ResultsError(f"{folder / of} differs from what was written. Run the scenario again.")


def beside_the_record(folder: Path, manifest: Mapping[str, Any], name: str = MANIFEST) -> list[str]:
    """Files in a folder that its record does not name: they were put there by others, or are half-written."""
    known = {name, *manifest.get(RECORD, {}), *manifest.get("files", {})}
    there = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return sorted(name for name in there if name not in known)


def _hash_of(words: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(words).encode("utf-8")).hexdigest()
