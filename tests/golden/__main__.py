"""`python -m tests.golden`: rewrite the golden table and print what moved; `--check` only prints."""

import argparse
import sys

from tests.golden import __doc__ as explanation
from tests.golden.cases import references
from tests.golden.reading import read_all
from tests.golden.table import NUMBERS, listed, moved, read_numbers, write_numbers


def main() -> int:
    """Print what moved; rewrite the table unless asked only to check. 1: something moved and was not written."""
    parser = argparse.ArgumentParser(
        "python -m tests.golden", description=explanation, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="print what moved, write nothing")
    only_check = parser.parse_args().check
    new = read_all()
    found = moved(read_numbers() if NUMBERS.exists() else {}, new, references())
    print(listed(found))
    if not only_check:
        write_numbers(new, references())
        return 0
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
