"""What a park of which nothing is known may do: draws for one more park, in one more country, and their ranges.

``python -m wutong.experiments.pooled`` makes the fit anew and writes ``scenarios/posteriors/parks.csv``, the draws of what moves
a park from outside, and ``scenarios/data/pooled_parks.csv``, the ranges of growth and entry.
"""

from __future__ import annotations

import csv
import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from wutong.experiments.pooled.fit import shared_of
from wutong.experiments.pooled.likelihood import RESTLESS, Shared
from wutong.experiments.reading.resolve import SHIPPED
from wutong.model.facts import Assumption, Floats, Shape

RANGES = SHIPPED / "data" / "pooled_parks.csv"
SOURCE = "pooled over the training parks (pooled_parks.csv)"
OUTSIDE = ("outside.slowing", "outside.memory", "outside.common_spread")  # parameters that a scenario draws from the fit
OWN_VARIANCE = 0.003  # of a park's yearly growth that its segments (0.08 each, about three) and single firms (0.03) make
LEAST_COMMON = 0.3  # of a park's spread that is common at least (design choice)
MOST_SLOWING = 1.8
TAIL = 3.0  # sd at which a range ends

# Entries a year relative to the firms there, by park: one figure a year in which both were seen (parks.csv, sophia_antipolis.csv,
# hsinchu_science_park.csv).
ENTRY_SHARES: dict[str, tuple[float, ...]] = {
    "Adlershof Berlin (core technology park)": (62 / 375, 49 / 413),
    "Basque technology parks (3)": (32 / 402,),
    "PTA Malaga": (30 / 205,),
    "High Tech Campus Eindhoven": (40 / 220,),
    "Sophia Antipolis": (223 / 1193, 254 / 1.5 / 1240),
    "Hsinchu Science Park": (53 / 335,),
    "Saigon Hi-Tech Park": (6 / 60,),
}


@dataclass(frozen=True)
class AnyPark:
    """Ranges of a park of which nothing is known: entrants relative to its firms, growth of its demand, and its slowing."""

    entry: Assumption
    growth: Assumption
    slowing: Assumption
    productivity: Assumption
    memory: Assumption
    common_spread: Assumption


@cache
def any_park() -> AnyPark:
    """The ranges as shipped."""
    with RANGES.open(encoding="utf-8", newline="") as file:
        found = {row["quantity"]: (float(row["middle"]), float(row["spread"])) for row in csv.DictReader(file)}
    return AnyPark(
        _lognormal(*found["entry_share"]),
        _normal(*found["growth"]),
        _between(_normal(*found["slowing"]), 0.0, MOST_SLOWING),
        _normal(*found["productivity_growth"]),
        _between(_normal(*found["memory"]), 0.0, 0.95),
        _between(_lognormal(*found["common_spread"]), 0.002, 0.4),
    )


def _between(given: Assumption, low: float, high: float) -> Assumption:
    return dataclasses.replace(given, low=max(given.low, low), high=min(given.high, high))


def _lognormal(middle: float, spread: float) -> Assumption:
    low, high = middle * math.exp(-TAIL * spread), middle * math.exp(TAIL * spread)
    return Assumption(middle, low, high, Shape.LOGNORMAL, source=SOURCE, deviation=spread)


def _normal(middle: float, spread: float) -> Assumption:
    return Assumption(middle, middle - TAIL * spread, middle + TAIL * spread, Shape.NORMAL, source=SOURCE, deviation=spread)


# ── Made from the fit ────────────────────────────────────────────────────────────────────────────────────────────────
def one_more_park(draws: Floats, seed: int = 1) -> dict[str, Floats]:
    """What one more park, in one more country, may do: a value a draw.

    Parameters
    ----------
    draws : coordinates of what is shared, of shape (n_draws, n_coordinates)
    """
    random = np.random.default_rng([seed, 37])
    rows = [_park(shared_of(x), random.standard_normal(4)) for x in draws]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _park(shared: Shared, z: Floats) -> dict[str, float]:
    away = shared.between_countries * z[0] + shared.between_parks * z[1]
    spread = shared.spread * math.exp(shared.restless_between * float(np.clip(z[2], RESTLESS[0], RESTLESS[-1])))
    common = math.sqrt(max(spread**2 - OWN_VARIANCE, (LEAST_COMMON * spread) ** 2))
    return {
        "outside.slowing": float(np.clip(shared.slowing + shared.slowing_between * z[3], 0.0, MOST_SLOWING)),
        "outside.memory": shared.memory,
        "outside.common_spread": common,
        "growth": float(shared.growth[2] + away),
        "productivity_growth": float(shared.growth[2] - shared.growth[1]),
    }


def entry_share() -> tuple[float, float]:
    """Median over parks of entries a year relative to the firms there, and the sd of its logarithm for one more park."""
    own = np.array([np.mean(np.log(shares)) for shares in ENTRY_SHARES.values()])
    spread = float(own.std(ddof=1)) * math.sqrt(1.0 + 1.0 / len(own))
    return math.exp(float(own.mean())), spread


QUANTITIES = (
    ("growth", "growth", "1/year"),
    ("slowing", "outside.slowing", "1"),
    ("productivity_growth", "productivity_growth", "1/year"),
    ("memory", "outside.memory", "1"),
)


def ranges(found: dict[str, Floats]) -> Sequence[tuple[str, str, float, float]]:
    """Rows of the file of ranges: quantity, unit, middle, and sd (of the logarithm for the share of entries)."""
    rows = [("entry_share", "1/year", *entry_share())]
    for name, key, unit in QUANTITIES:
        rows.append((name, unit, float(np.median(found[key])), float(found[key].std())))
    common = found["outside.common_spread"]
    rows.append(("common_spread", "1/year", float(np.median(common)), float(np.log(common).std())))
    return rows
