"""A park of a few lines, to be compiled in a second: what the tests of the compiler run, also in processes of their own."""

from __future__ import annotations

import contextlib
import json
import sys
from typing import NamedTuple

import numpy as np

from wutong.model import keyed
from wutong.model.compiled import HOOKS, compiled, engine, folders
from wutong.model.draws import Purpose

FIRM = np.dtype([("key", np.uint64), ("employees", np.float64)], align=True)
SHIPPED = 0.25


class Rates(NamedTuple):
    growth: float
    spread: float


class Firms(NamedTuple):
    row: np.ndarray
    n: np.ndarray


@compiled
def bonus(employees):
    return SHIPPED * employees


@compiled
def grow(quarter, rates, firms):
    for i in range(firms.n[0]):
        firm = firms.row[i]
        shock = keyed.uniform(firm.key, Purpose.GROWTH, quarter)
        firm.employees += firm.employees * (rates.growth + rates.spread * shock) + bonus(firm.employees)


@compiled
def run(n_quarters, rates, firms):
    for quarter in range(n_quarters):
        grow(quarter, rates, firms)


@compiled
def shrink(n_quarters, rates, firms):
    grow(n_quarters, Rates(-rates.growth, 0.0), firms)


def arguments():
    row = np.zeros(4, FIRM)
    row["key"], row["employees"] = [1, 2, 3, 4], [10.0, 20.0, 30.0, 40.0]
    return 5, Rates(0.01, 0.1), Firms(row.view(np.recarray), np.array([3]))


def employees(entry):
    """What an entry point makes of the firms."""
    given = arguments()
    entry(*given)
    return given[2].row["employees"].tolist()


def loaded(entry):
    """Whether the code of an entry point came from a folder."""
    return bool(hasattr(entry._run, "stats") and entry._run.stats.cache_hits)


def report():
    """Run once in this process and print what was seen of it."""
    shown, told = [], []

    @contextlib.contextmanager
    def preparing():
        shown.append(1)
        yield

    HOOKS.preparing, HOOKS.not_kept = preparing, lambda error: told.append(type(error).__name__)
    found = employees(engine(run))
    seen = {
        "employees": found,
        "prepared": len(shown),
        "told": told,
        "loaded": loaded(engine(run)),
        "numba": "numba" in sys.modules,
    }
    print(json.dumps({**seen, "folders": sorted(str(folder) for folder in folders())}))
