"""The task in C, compiled on this machine where there is a compiler: the same draws, tables and choice, to the last byte."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.choice import everybody_chooses
from sim.agents.distribution import SHIFT, Distribution, bins
from sim.agents.listing import BLOCK
from sim.agents.odds import odds_of
from sim.evidence.benchmark.engine import EVENT
from sim.evidence.benchmark.task import KEPT, SAVED, Report, Task, shares

_COMPILERS = ("gcc", "clang", "cc")
_OPTIONS = ("-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC")  # contracted sums would round once less
_BINS = bins(-4, 4)

SOURCE = r"""
#include <stdint.h>
#include <string.h>

static void fill(uint32_t w[4][BLOCK], uint32_t seed, uint32_t year, int64_t first, int agents) {
    for (int p = 0; p < agents; p++) {
        uint64_t number = (uint64_t)(first + p), k0 = seed, k1 = 0;
        uint64_t x0 = (uint32_t)number, x1 = number >> 32, x2 = year, x3 = EVENT;
        for (int round = 0; round < 10; round++) {
            uint64_t p0 = 0xD2511F53ull * (uint32_t)x0, p1 = 0xCD9E8D57ull * (uint32_t)x2;
            x0 = (p1 >> 32) ^ (uint32_t)x1 ^ k0;
            x2 = (p0 >> 32) ^ (uint32_t)x3 ^ k1;
            x1 = (uint32_t)p1;
            x3 = (uint32_t)p0;
            k0 = (uint32_t)(k0 + 0x9E3779B9u);
            k1 = (uint32_t)(k1 + 0xBB67AE85u);
        }
        w[0][p] = x0; w[1][p] = x1; w[2][p] = x2; w[3][p] = x3;
    }
}

void live(const CELL *restrict home, CELL *restrict cell, double *restrict wealth, int64_t agents, uint32_t seed,
          uint32_t year, const uint32_t *restrict bounds, const CELL *restrict guide, int bits, uint64_t mobility,
          int64_t cells, const double *restrict saved, double kept, int64_t first_bin, int64_t last_bin,
          int64_t *restrict people, double *restrict held, int32_t *restrict counts) {
    static _Thread_local uint32_t w[4][BLOCK];
    for (int64_t begin = 0; begin < agents; begin += BLOCK) {
        int some = agents - begin < BLOCK ? (int)(agents - begin) : BLOCK;
        fill(w, seed, year, begin, some);
        for (int p = 0; p < some; p++) {
            int64_t agent = begin + p;
            uint64_t row = home[agent];
            uint64_t at = row * cells + guide[(row << bits) | (w[1][p] >> (32 - bits))];
            at += w[1][p] > bounds[at];
            while (w[1][p] > bounds[at]) at++;
            CELL place = w[0][p] < mobility ? (CELL)(at - row * cells) : cell[agent];
            cell[agent] = place;
            wealth[agent] = kept * wealth[agent] + saved[place];
        }
        for (int p = 0; p < some; p++) {
            int64_t agent = begin + p, number;
            int turn = p & 1;
            memcpy(&number, &wealth[agent], 8);
            int64_t bin = (number >> SHIFT) - first_bin;
            counts[bin < 0 ? 0 : bin > last_bin ? last_bin : bin]++;
            people[turn * cells + cell[agent]]++;
            held[turn * cells + cell[agent]] += wealth[agent];
        }
    }
}
"""


def compiler() -> str | None:
    """The C compiler of this machine, if any."""
    return next((found for name in _COMPILERS if (found := shutil.which(name))), None)


@cache
def library(cell: str) -> ctypes.CDLL | None:
    """The task compiled for a type of cell numbers; None where it cannot be."""
    found = compiler()
    if found is None:
        return None
    names = {"CELL": cell, "BLOCK": str(BLOCK), "EVENT": str(EVENT), "SHIFT": str(int(SHIFT))}
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder) / "task.c", Path(folder) / "task.so"
        source.write_text(SOURCE, encoding="utf-8")
        words = [found, *_OPTIONS, *(f"-D{name}={value}" for name, value in names.items()), "-o", str(made), str(source)]
        done = subprocess.run(words, capture_output=True, check=False)
        return ctypes.CDLL(str(made)) if done.returncode == 0 else None


def available() -> bool:
    """Whether the task can be compiled here."""
    return library("uint8_t") is not None and library("uint16_t") is not None


class CEngine:
    """The columns of the kernel, a pass of compiled C on one thread."""

    def __init__(self, task: Task) -> None:
        """The task at its start; raises RuntimeError without a compiler."""
        home, wealth = task.start()
        small = task.cells <= 256
        found = library("uint8_t" if small else "uint16_t")
        if found is None:
            raise RuntimeError("there is no C compiler here, or it does not compile the task")
        self.task, self.cost, self.now, self.live = task, task.cost(), 0, found.live
        self.home, self.wealth = home.astype(np.uint8 if small else np.uint16), wealth
        self.cell = self.home.copy()
        self.people = np.bincount(home, minlength=task.cells)

    def year(self) -> Report:
        """Simulate one year in one pass."""
        self.now += 1
        task, pay = self.task, self.task.pay(self.people)
        odds = odds_of(everybody_chooses(shares(self.cost, pay)))
        people, held = np.zeros((2, task.cells), dtype=np.int64), np.zeros((2, task.cells))
        counts, saved = np.zeros(_BINS.number, dtype=np.int32), SAVED * pay
        self.live(
            *_addresses(self.home, self.cell, self.wealth), ctypes.c_int64(task.agents), ctypes.c_uint32(task.seed),
            ctypes.c_uint32(self.now), *_addresses(odds.bounds, odds.guide), ctypes.c_int(int(odds.bits)),
            ctypes.c_uint64(odds.mobility), ctypes.c_int64(task.cells), *_addresses(saved), ctypes.c_double(KEPT),
            ctypes.c_int64(_BINS.first), ctypes.c_int64(_BINS.number - 1), *_addresses(people, held, counts),
        )  # fmt: skip
        self.people, amount = people.sum(axis=0), held.sum(axis=0)
        gini = Distribution(counts, _BINS).gini()
        return Report(self.people, amount / np.maximum(self.people, 1), float(amount.sum() / task.agents), gini)


def _addresses(*tables: NDArray[Any]) -> list[ctypes.c_void_p]:
    return [ctypes.c_void_p(table.ctypes.data) for table in tables]
