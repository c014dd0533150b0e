"""Golden numbers: what the model says today, held to the last digits that mean something.

`numbers.csv` has one number a line: scenario, how it was drawn (continuum; agents and their replicate; comparison of two
runs with agents; check-up), scope, place, year, measure, value. A row equal to that of the scenario's reference (the
baseline of its world) is left out, so that a policy's rows are what it changes. `tolerances.csv` says by how much a number
may differ and why: the row of its drawing and measure, else that of its drawing and `*`.

    python -m tests.golden            rewrite numbers.csv and print what moved, largest relative change first
    python -m tests.golden --check    print it only; the exit code is 1 if anything moved

A number that moves on purpose gets a line in CHANGELOG.md, "Changes numbers": numbers, old, new, reason.
"""
