"""How much of an outcome hangs on one drawn number: its share of the variance, its effect from low to high, and chance's level.

The first-order index of a number x is the share of the variance of y that goes when x is known, Var(E[y|x]) / Var(y) (Sobol'
1993).  Worlds are sorted into bands of x, and the variance between bands is compared with that inside them.  Even where nothing
hangs on x bands differ; that part is taken off (epsilon squared, Kelley 1935), so the estimate is unbiased and may fall below
zero.  Of a straight line on evenly spread values, bands miss one part in the square of their number.

One strong number hides the others: all that it does is noise to them.  So what the numbers named so far do is taken out, by a
regression on polynomials of their ranks, before the next is looked for.  Numbers are drawn independently, so this changes no
index, only its error; where a rejected start has tied two of them, the index is what one explains beyond the other.

Chance's own level is the 95 % quantile, over random re-assignments of the outcomes to the worlds, of the *largest* index of all
numbers together (Westfall & Young 1993): with outcomes that hang on nothing, one table in twenty at most names anything at all.
A number is named if its index is beyond that and its own interval leaves out zero: a few extreme worlds name nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments.goals import wilson
from wutong.experiments.intervals import CONFIDENCE, median_interval, student_quantile
from wutong.model.facts import Floats, Ints, Mask

FEWEST = 30  # worlds below which nothing is said
MOST_BANDS, FEWEST_BANDS = 8, 3
SHUFFLES = 400
DEGREE = 4  # of the polynomials of ranks
EXTREME = 0.025  # of the worlds at either end, held at the edge: one world in a thousand must not decide a variance
WORLDS_A_NAME = 25  # at most one number is named for so many worlds
LEVEL = 0.95  # of all shuffles, in which nothing at all is named
AT_ONCE = 8  # shuffles


@dataclass(frozen=True)
class Estimate:
    """A number with the ends of its 90 % interval; infinite ends know nothing."""

    value: float
    low: float
    high: float

    @property
    def told(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0.0 or self.high < 0.0


UNKNOWN = Estimate(math.nan, -math.inf, math.inf)


# ── Bands ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def bands(values: Floats, n_bands: int) -> Ints:
    """Band of each world by its value, of shape (n_worlds,), from 0 without gaps: equally many worlds, equal values together."""
    inner = np.quantile(values, np.arange(1, n_bands) / n_bands)
    return np.asarray(np.unique(np.searchsorted(inner, values, side="left"), return_inverse=True)[1].reshape(-1))


def n_bands_for(n_worlds: int) -> int:
    """Bands that a number of worlds can fill."""
    return min(max(math.isqrt(n_worlds) // 2, FEWEST_BANDS), MOST_BANDS)


def thirds(values: Floats) -> tuple[Mask, Mask]:
    """Worlds in the low and in the high third of a number, of shape (n_worlds,) each; both empty where it is constant."""
    found = bands(values, 3)
    top = int(np.max(found, initial=0))
    if top == 0:
        return np.zeros(values.shape, np.bool_), np.zeros(values.shape, np.bool_)
    return found == 0, found == top


# ── Share of the variance ────────────────────────────────────────────────────────────────────────────────────────────
def index(band: Ints, outcome: Floats) -> Estimate:
    """First-order index of the number that the bands were made of, with its 90 % interval (jackknife over the worlds).

    Unknown for fewer than 30 worlds, a constant outcome or a single band; its interval ends between 0 and 1.
    """
    n, k = outcome.size, int(np.max(band, initial=0)) + 1
    if n < FEWEST or k < 2 or k > n // 2 or not _varies(outcome):
        return UNKNOWN
    y = outcome - outcome.mean()
    count, total = np.bincount(band, minlength=k).astype(np.float64), np.bincount(band, y, minlength=k)
    value = float(_epsilon(float(y @ y), float((total**2 / count).sum()), 0.0, n, k))
    left = np.maximum(count[band] - 1.0, 1.0)
    between = (total**2 / count).sum() - (total**2 / count)[band] + np.where(count[band] > 1, (total[band] - y) ** 2 / left, 0.0)
    without = _epsilon(y @ y - y**2, between, y**2 / (n - 1), n - 1, k)
    error = math.sqrt((n - 1) / n * float(((without - without.mean()) ** 2).sum()))
    wide = student_quantile(0.5 + CONFIDENCE / 2.0, n - 1) * error
    return Estimate(value, min(max(value - wide, 0.0), 1.0), min(max(value + wide, 0.0), 1.0))


def _epsilon(square: Floats | float, between: Floats | float, mean: Floats | float, n: int, k: int) -> Floats:
    """Epsilon squared from sums: of squares, of squared band totals over their counts, and n times the squared mean."""
    whole = np.asarray(square) - mean
    return np.asarray(1.0 - (np.asarray(square) - between) / (n - k) * (n - 1) / np.where(whole > 0.0, whole, np.inf))


def _varies(outcome: Floats) -> bool:
    return bool(outcome.size and float(np.ptp(outcome)) > 1e-9 * max(float(np.abs(outcome).max()), 1e-300))


def noise_level(by_number: Sequence[Ints], outcome: Floats, seed: int = 1) -> float:
    """Index that the largest of all numbers passes in one of twenty random re-assignments; infinite where nothing can be said."""
    usable = [band for band in by_number if 1 <= int(np.max(band, initial=0)) < outcome.size // 2]
    if outcome.size < FEWEST or not usable or not _varies(outcome):
        return math.inf
    y, n = outcome - outcome.mean(), outcome.size
    k = np.array([int(np.max(band)) + 1 for band in usable])
    order = np.concatenate([np.argsort(band, kind="stable") for band in usable])
    count = np.concatenate([np.bincount(band) for band in usable])
    draws, most = np.random.default_rng([seed, n]), []
    for _ in range(SHUFFLES // AT_ONCE):
        shuffled = draws.permuted(np.tile(y, (AT_ONCE, 1)), axis=1)
        between = np.add.reduceat(sums_of(shuffled, order, count) ** 2 / count, np.cumsum(k) - k, axis=1)
        within = (float(y @ y) - between) / (n - k)
        most.append(np.max(1.0 - within * (n - 1) / float(y @ y), axis=1))
    return float(np.quantile(np.concatenate(most), LEVEL))


def sums_of(values: Floats, members: Ints, count: Ints) -> Floats:
    """Sums of values of shape (..., n_worlds) over groups of worlds, of shape (..., n_groups).

    Without a matrix product, whose bits differ between machines, and whose threads get into the way of other processes.

    Parameters
    ----------
    members, count : worlds of all groups one after the other, and how many each has, none of them empty
    """
    return np.asarray(np.add.reduceat(values[..., members], np.cumsum(count) - count, axis=-1))


# ── Which numbers ────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Explained:
    """What every number explains of an outcome.

    Attributes
    ----------
    indices : one a number
    noise : what chance reaches, for each number at the step at which it was looked at, of shape (n_numbers,)
    named : positions of those beyond it, in the order in which they were found
    """

    indices: tuple[Estimate, ...]
    noise: Floats
    named: tuple[int, ...]


def without_extremes(outcome: Floats) -> Floats:
    """Outcomes of shape (n_worlds,) with the outermost fortieth at either end held at its edge; worlds without one stay so."""
    known = outcome[np.isfinite(outcome)]
    return np.clip(outcome, *np.quantile(known, (EXTREME, 1.0 - EXTREME))) if known.size else outcome


def explained(numbers: Sequence[Floats], outcome: Floats) -> Explained:
    """Indices of numbers of shape (n_worlds,) each, the strongest taken out one by one.

    Worlds without an outcome (NaN) are left out.
    """
    known = np.isfinite(outcome)
    y, own = outcome[known], [values[known] for values in numbers]
    by_number = [bands(values, n_bands_for(y.size)) if y.size else np.zeros(0, np.int64) for values in own]
    chosen: list[int] = []
    noise, rest, part = np.full(len(numbers), math.inf), y, 1.0
    while True:
        open_ones = [i for i in range(len(numbers)) if i not in chosen]
        noise[open_ones] = part * noise_level([by_number[i] for i in open_ones], rest, 1 + len(chosen))
        found = {i: scaled(index(by_number[i], rest), part) for i in open_ones}
        beyond = [i for i in open_ones if found[i].value > noise[i] and found[i].low > 0.0]
        if not beyond or len(chosen) >= y.size // WORLDS_A_NAME:
            break
        best = max(beyond, key=lambda i: found[i].value)
        chosen.append(best)
        rest, part = _rest(y, [own[i] for i in chosen])
    final = []
    for i, band in enumerate(by_number):
        others, share = _rest(y, [own[c] for c in chosen if c != i]) if i in chosen else (rest, part)
        final.append(scaled(index(band, others), share))
    return Explained(tuple(final), noise, tuple(chosen))


def _rest(y: Floats, controls: Sequence[Floats]) -> tuple[Floats, float]:
    """An outcome without what some numbers do, and which part of its variance is left."""
    rest = taken_out(y, controls)
    return rest, float(rest.var() / y.var())


def scaled(estimate: Estimate, factor: float) -> Estimate:
    if math.isnan(estimate.value):
        return estimate
    return Estimate(estimate.value * factor, estimate.low * factor, estimate.high * factor)


def taken_out(outcome: Floats, controls: Sequence[Floats]) -> Floats:
    """Outcomes of shape (..., n_worlds) without what some numbers do to them; their means stay as they are."""
    if not controls:
        return outcome
    design = np.concatenate([_of_ranks(values) for values in controls], axis=1)
    design -= design.mean(axis=0)
    rows = (outcome - outcome.mean(axis=-1, keepdims=True)).reshape(-1, outcome.shape[-1])
    slopes = np.linalg.lstsq(design, rows.T, rcond=None)[0]
    return np.asarray(outcome - (design @ slopes).T.reshape(outcome.shape))


def _of_ranks(values: Floats) -> Floats:
    """Legendre polynomials of the ranks of values, of shape (n_worlds, DEGREE); equal values share their mean rank."""
    ordered = np.sort(values)
    rank = (np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")) / values.size - 1.0
    return np.asarray(np.polynomial.legendre.legvander(rank, DEGREE)[:, 1:])


# ── From low to high ─────────────────────────────────────────────────────────────────────────────────────────────────
def median_of(outcome: Floats) -> Estimate:
    """Median with its 90 % interval."""
    if not outcome.size:
        return UNKNOWN
    inside = median_interval(outcome)
    return Estimate(float(np.median(outcome)), float(inside.low), float(inside.high))


def chance_of(reached: Mask) -> Estimate:
    """Share of worlds with its 90 % score interval."""
    share = wilson(int(reached.sum()), reached.size)
    return Estimate(share.value, share.low, share.high) if share.n else UNKNOWN


def difference(low: Estimate, high: Estimate) -> Estimate:
    """The second less the first, of independent worlds, with the interval that follows from theirs (Newcombe 1998)."""
    if not all(map(math.isfinite, (low.low, low.high, high.low, high.high))):
        return Estimate(high.value - low.value, -math.inf, math.inf)
    value = high.value - low.value
    down = math.hypot(high.value - high.low, low.high - low.value)
    up = math.hypot(high.high - high.value, low.value - low.low)
    return Estimate(value, value - down, value + up)
