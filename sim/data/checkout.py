"""A checkout of the package below the current folder whose data are not those of the copy that answers."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent
_ENDINGS = (".csv", ".yaml", ".geojson", ".json")


def differing(checkout: Path = Path("sim/data")) -> list[str]:
    """Files of data in a checkout that differ from the installed ones, or are in one of both alone; none elsewhere."""
    try:
        if not (checkout / "catalogue.py").is_file() or checkout.resolve() == _HERE.resolve():
            return []
        theirs, ours = _files(checkout), _files(_HERE)
        return sorted(
            name
            for name in theirs.keys() | ours.keys()
            if name not in theirs or name not in ours or theirs[name].read_bytes() != ours[name].read_bytes()
        )
    except OSError:
        return []


def _files(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.suffix in _ENDINGS}
