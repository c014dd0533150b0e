"""`python -m sim` is `factorflow`."""

import gc
import os
import sys

_HELP = os.path.join(os.path.dirname(__file__), "cli", "help.txt")
_WIDTH = 80  # of a terminal from which on the help is that of the file


def start() -> None:
    """Run the command line; interrupted while it is still being imported, it ends without a word."""
    try:
        if sys.argv[1:] in (["--help"], ["-h"]) and _helped():
            return
        from sim.cli import main
    except KeyboardInterrupt:
        sys.exit(130)
    try:
        main()
    finally:
        gc.freeze()  # else Python looks three times through all it imported before it ends: half a second


def _helped() -> bool:
    """Print the help as it is kept in a file (a test holds it against the program), before anything is imported.

    Returns False, and nothing is printed, where it would be told otherwise: a narrow terminal, a stream that takes no words.
    """
    try:
        said = os.environ.get("COLUMNS", "")
        width = int(said) if said.isdecimal() else os.get_terminal_size().columns if sys.stdout.isatty() else _WIDTH
        if width < _WIDTH:
            return False
        with open(_HELP, encoding="utf-8") as file:
            text = file.read()
        name = "python -m sim" if os.path.basename(sys.argv[0]) == "__main__.py" else os.path.basename(sys.argv[0])
        os.write(sys.stdout.fileno(), text.replace("factorflow", name, 1).encode(sys.stdout.encoding))
    except (AttributeError, OSError, ValueError):
        return False
    return True


if __name__ == "__main__":
    start()
