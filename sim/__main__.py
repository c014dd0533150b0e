"""`python -m sim` is `factorflow`."""

from sim.cli import main

if __name__ == "__main__":
    main()
