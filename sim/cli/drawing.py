"""Figures as files: what they are called, what is said of them, and how they are written."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import ResultsError, listed
from sim.files import check_writable, written

if TYPE_CHECKING:
    from sim.analysis.results import Results

_BYTES = 120  # of a file name's beginning: with digest, figure and ending any file system takes it (255, some 143)


def _digest(text: str) -> str:
    """A few letters for what a figure shows."""
    import hashlib  # brings in a library of its own, which other verbs do not need

    return hashlib.sha256(text.encode()).hexdigest()[:8]


def file_name(results: Sequence[Results], name: str, options: Mapping[str, Any] | None = None) -> str:
    """Name of the file of a figure: names of the scenarios, a digest of what it shows, the figure.

    Names that are many or long are cut: the first of them, then `and-N-more`. The digest is of all runs in their order
    (settings, tables, titles) and of what was asked for (measure, place, year), so that two figures share a file only if
    they show the same.
    """
    runs = [
        (one.name, one.manifest["scenario_digest"], one.title, one.manifest.get("files", {}), len(one.replicates))
        for one in results
    ]
    shown = [runs, dict(options or {})]
    digest = _digest(json.dumps(shown, sort_keys=True))
    words = [re.sub(r"[^\w.+-]|^\.", "_", one.name) for one in results]
    room = _BYTES - len(f"-{digest}-{name}.png".encode())
    count = len(words)
    while count > 1 and len(_joined(words, count).encode()) > room:
        count -= 1
    text = _joined(words, count)
    if len(text.encode()) > room:  # the first name alone is too long
        rest = text[len(words[0]) :]
        text = words[0].encode()[: room - len(rest.encode())].decode(errors="ignore") + rest
    return f"{text}-{digest}-{name}.png"


def print_unshown(results: Sequence[Results]) -> None:
    """Say on stderr what the figure calls scenarios whose titles no font of this computer can show."""
    from sim.pages import terminal
    from sim.pages.plots import marks

    unshown = marks.unshown(results)
    if unshown:
        named = ", ".join(f'"{title}" is called "{name}" (digest {digest})' for title, name, digest in unshown)
        terminal.say(
            f"No font of this computer can show these titles, so in the figure {named}. "
            "A font such as Noto Sans CJK, once installed, is used.",
            err=True,
        )


def is_of_experiments(name: str) -> bool:
    """Whether a figure is drawn from the folder of an experiment."""
    from sim.pages import plots

    return plots.arguments(name, "figure_of_experiment") is not None


def check_runs(name: str, folders: Sequence[str | Path]) -> None:
    """Raise ResultsError for a folder of an experiment, of which other figures are drawn than of runs."""
    from sim.analysis.doubt.opened import is_experiment
    from sim.pages import plots

    for folder in folders:
        if is_experiment(Path(folder)):
            raise ResultsError(f"{folder} is an experiment: {name} is of runs. Of it draw {listed(plots.of_experiments())}.")


def draw_experiment(name: str, folders: Sequence[str | Path], out: Path | None) -> Path:
    """Draw a figure of an experiment into `out`, or into the folder `figures` beside it; raises ResultsError.

    The file is named after the experiment, a digest of its table, and the figure.
    """
    from sim.analysis.doubt.opened import open_experiment
    from sim.analysis.manifest import RECORD, RESULTS
    from sim.pages import plots
    from sim.pages.plots.draws import Experiment

    if len(folders) != 1:
        raise ResultsError(f"{name} is drawn from the folder of one experiment; {len(folders)} are given.")
    folder = Path(folders[0])
    if out is not None:
        check_writable(out)
    words, frame = open_experiment(folder)
    digest = _digest(f"{words['digest']}{words[RECORD].get(RESULTS)}")
    stem = re.sub(r"[^\w.+-]|^\.", "_", str(words["name"])).encode()[:_BYTES].decode(errors="ignore")
    path = out or folder.absolute().parent / "figures" / f"{stem}-{digest}-{name}.png"
    save_figure(plots.of_experiments()[name].figure_of_experiment(Experiment(words, frame)), path)
    return path if out is not None or folder.is_absolute() else Path(os.path.relpath(path))


def save_figure(figure: Any, path: Path) -> None:
    """Write a figure aside and rename it."""
    formats = sorted(figure.canvas.get_supported_filetypes())
    if path.suffix.lstrip(".").lower() not in formats:
        raise ResultsError(f"{path}: the ending must be one of {', '.join(formats)}.")
    try:
        with written(path) as aside:
            figure.savefig(aside, format=path.suffix.lstrip(".").lower())
    except OSError as reason:
        raise ResultsError(f"could not write {path}: {reason.strerror or reason}") from reason


def _joined(words: Sequence[str], count: int) -> str:
    more = [f"and-{len(words) - count}-more"] if count < len(words) else []
    return "-".join([*words[:count], *more])
