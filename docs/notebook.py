"""The tutorial as a notebook and its picture: `python docs/notebook.py` writes docs/tutorial.ipynb and docs/tutorial.svg."""

import json
import re
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PAGE, NOTEBOOK, PICTURE = HERE / "tutorial.md", HERE / "tutorial.ipynb", HERE / "tutorial.svg"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
FENCE = re.compile(r"^```(\w+)\n(.*?)^```\n", flags=re.MULTILINE | re.DOTALL)


def notebook(page: str) -> str:
    """A page as a notebook: code becomes cells, what it prints is left out, everything else is text."""
    cells, end = [], 0
    for block in FENCE.finditer(page):
        if block[1] in ("python", "text"):
            cells.append(("markdown", page[end : block.start()]))
            end = block.end()
        if block[1] == "python":
            cells.append(("code", block[2]))
    cells.append(("markdown", page[end:]))
    written = [_cell(kind, text.strip("\n")) for kind, text in cells if text.strip()]
    whole = {"cells": written, "metadata": {"kernelspec": KERNEL}, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _cell(kind: str, text: str) -> dict[str, object]:
    cell: dict[str, object] = {"cell_type": kind, "metadata": {}, "source": text.splitlines(keepends=True)}
    return cell | {"execution_count": None, "outputs": []} if kind == "code" else cell


def picture(scenarios: Path, out: Path) -> str:
    """The first picture of the tutorial as SVG, of runs written to `out`."""
    from sim import load, run
    from sim.notebook.card import gap_curve

    quick = {"run.continuum": True, "run.replicates": 1}
    names = ("baseline", "open_registration")
    return gap_curve([run(load(scenarios / f"{name}.yaml", quick), out / name) for name in names], width=600) + "\n"


if __name__ == "__main__":
    NOTEBOOK.write_text(notebook(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        PICTURE.write_text(picture(HERE.parent / "scenarios" / "riverland", Path(folder)), encoding="utf-8")
