"""`python -m sim` is `factorflow`."""

import sys


def start() -> None:
    """Run the command line; interrupted while it is still being imported, it ends without a word."""
    try:
        from sim.cli import main
    except KeyboardInterrupt:
        sys.exit(130)
    main()


if __name__ == "__main__":
    start()
