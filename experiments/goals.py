"""Goals: how likely each target is reached, how far off it is, when it is reached, and how two policies differ on it.

A date that a run does not cover gives no verdict: such a target counts zero judged worlds, never a failure.  Neither does a world
in which the measure is undefined, as a share of nothing is: it has not reached the target, and not missed it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from wutong.experiments.defined import defined, median
from wutong.experiments.intervals import CONFIDENCE, mean_interval
from wutong.model.facts import Floats, Ints, Mask
from wutong.model.history import History, Kind, MeasureFact
from wutong.model.scenario import Basis, Target
from wutong.model.units import NEVER, QUARTERS_PER_YEAR

ALIKE = (  # measures in which one and the same target can be read: sources seldom say which they mean
    ("firms", "registered_firms", "above_scale_firms"),
    ("signed_projects", "started_projects", "opened_projects"),
    ("signed_investment", "started_investment", "opened_investment"),
)


@dataclass(frozen=True)
class Share:
    """A probability estimated from ``count`` of ``n`` worlds, with its Wilson interval; n = 0 knows nothing."""

    count: int
    n: int
    low: float
    high: float

    @property
    def value(self) -> float:
        return self.count / self.n if self.n else math.nan


@dataclass(frozen=True)
class Attainment:
    """A target in the worlds of one scenario and policy.

    Attributes
    ----------
    values : of shape (n_worlds,), or (0,) where the run does not cover the target's date
        What the target is compared with, in the unit of its measure; NaN where it is undefined.
    first : of shape (n_worlds,) [quarter]
        First quarter within the run at which the value asked for is reached, ``NEVER`` where it is not.
    since : of shape (n_worlds,) [quarter]
        First quarter within the run at which there is a value at all, ``NEVER`` where there is none.
    """

    target: Target
    values: Floats
    first: Ints
    since: Ints

    @property
    def covered(self) -> bool:
        """Whether the run reaches to the target's date."""
        return self.values.size > 0

    @property
    def defined(self) -> Mask:
        return ~np.isnan(self.values)

    @property
    def judged(self) -> bool:
        return bool(self.defined.any())

    @property
    def attained(self) -> Mask:
        return self.values >= self.target.at_least

    @property
    def share(self) -> Share:
        return wilson(int(self.attained.sum()), int(self.defined.sum()))

    @property
    def n_undefined(self) -> int:
        """Worlds that are not judged although the run covers the date."""
        return int((~self.defined).sum())

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def shortfall(self) -> float:
        """What the median world lacks, in the unit of the measure; 0 where it reaches the target."""
        return max(self.target.at_least - self.median, 0.0) if self.judged else math.nan

    @property
    def reached(self) -> Share:
        """Worlds that reach the value at any time of the run, on the date or not."""
        return self.reached_by(NEVER - 1)

    def reached_by(self, quarter: int) -> Share:
        """Worlds that have reached the value in some quarter up to one."""
        return wilson(int((self.first <= quarter).sum()), int((self.since <= quarter).sum()))

    @property
    def median_first(self) -> int:
        """Quarter by which half of the worlds have reached the value; ``NEVER`` where fewer do within the run."""
        first = np.sort(self.first[self.since < NEVER])
        return int(first[(first.size - 1) // 2]) if first.size else NEVER


@dataclass(frozen=True)
class Band:
    """Chance of a target among the worlds whose assumption lies between ``low`` and ``high``."""

    low: float
    high: float
    share: Share


@dataclass(frozen=True)
class Difference:
    """Mean difference between paired worlds, with the interval of the mean, and their median; n = 0 knows nothing."""

    mean: float
    low: float
    high: float
    n: int
    median: float = math.nan

    @property
    def told_apart(self) -> bool:
        return self.low > 0.0 or self.high < 0.0

    @property
    def uneven(self) -> bool:
        """Whether a few pairs make the mean: it and the median differ by more than half of the larger."""
        return abs(self.mean - self.median) > max(abs(self.mean), abs(self.median)) / 2.0


def wilson(count: int, n: int, confidence: float = CONFIDENCE) -> Share:
    """Share count / n with its score interval (Wilson 1927), which stays honest at 0 and at n."""
    if n == 0:
        return Share(0, 0, 0.0, 1.0)
    z2 = NormalDist().inv_cdf(0.5 + confidence / 2.0) ** 2
    p = count / n
    center = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return Share(count, n, 0.0 if count == 0 else center - half, 1.0 if count == n else center + half)


def covers(start: int, end: int, target: Target) -> bool:
    """Whether a run from the state at ``start`` to the quarter ``end`` can judge a target, as :func:`readings` has it.

    A year's sum needs the whole year.
    """
    return start + (QUARTERS_PER_YEAR if target.basis is Basis.YEAR else 0) <= target.by <= end


def readings(history: History, target: Target) -> tuple[Ints, Floats]:
    """Every date at which a target can be read, and what it reads there.

    Returns
    -------
    quarters, values : of shape (n_dates,) [quarter] and (n_dates, n_worlds) [unit of the measure]
        For ``Basis.YEAR``, each four quarters that the run covers and that end in the same season as ``target.by``.
    """
    rows = np.arange(history.n_quarters + 1)
    if target.basis is Basis.LEVEL:
        return history.start + rows, history.total(target.measure, target.segments)
    ends = rows[(rows >= QUARTERS_PER_YEAR) & ((history.start + rows - target.by) % QUARTERS_PER_YEAR == 0)]
    return history.start + ends, history.over_years(target.measure, ends, target.segments)


def definitions(target: Target, facts: Mapping[str, MeasureFact]) -> tuple[Target, ...]:
    """Every reading of a target, its own first: other measures of the same thing, and a year's sum or the yearly level."""
    alike = next((measures for measures in ALIKE if target.measure in measures), ())
    others = [replace(target, measure=m) for m in alike if m in facts and m != target.measure]
    if facts[target.measure].kind is Kind.RATE:
        others.append(replace(target, basis=Basis.LEVEL if target.basis is Basis.YEAR else Basis.YEAR))
    return (target, *others)


def attainment(history: History, target: Target) -> Attainment:
    """How the worlds of one scenario and policy stand to a target."""
    quarters, values = readings(history, target)
    first, since = (_first(quarters, mask) for mask in (values >= target.at_least, ~np.isnan(values)))
    return Attainment(target, values[quarters == target.by].reshape(-1), first, since)


def _first(quarters: Ints, mask: Mask) -> Ints:
    """First of some quarters at which a mask of shape (n_quarters, n_worlds) holds, ``NEVER`` where it never does."""
    if not len(quarters):
        return np.full(mask.shape[1], NEVER)
    return np.where(mask.any(axis=0), quarters[mask.argmax(axis=0)], NEVER)


def all_of(attainments: Sequence[Attainment]) -> Floats:
    """Whether every one of some targets is reached, world by world: 1 or 0, and NaN where one of them is undefined."""
    reached = np.logical_and.reduce([a.attained for a in attainments])
    known = np.logical_and.reduce([a.defined for a in attainments])
    return np.where(known, reached.astype(np.float64), np.nan)


def share_of(reached: Floats) -> Share:
    """Share of the worlds with a 1 among those with a 1 or a 0; NaN is neither."""
    known = defined(reached)
    return wilson(int(known.sum()), known.size)


def joint(attainments: Sequence[Attainment]) -> Share:
    """Chance that all judged targets are reached in one and the same world; n = 0 where none is judged."""
    judged = [a for a in attainments if a.judged]
    return share_of(all_of(judged)) if judged else wilson(0, 0)


def most_missing(attainments: Sequence[Attainment]) -> Attainment | None:
    """The judged target whose median reaches the smallest part of what is asked; None where every median suffices."""
    short = [a for a in attainments if a.judged and a.shortfall > 0]
    return min(short, key=lambda a: a.median / a.target.at_least, default=None)


def by_band(result: Attainment, assumption: Floats, n_bands: int = 3) -> tuple[Band, ...]:
    """Chance of a judged target in bands of equally many worlds by an assumption, of shape (n_worlds,).

    Worlds with equal values share a band, so a constant assumption gives a single one.
    """
    inner = np.quantile(assumption, np.arange(1, n_bands) / n_bands)
    band = np.searchsorted(inner, assumption, side="left")
    found = []
    for i in np.unique(band):
        inside = band == i
        share = wilson(int(result.attained[inside].sum()), int(result.defined[inside].sum())) if result.judged else wilson(0, 0)
        found.append(Band(float(assumption[inside].min()), float(assumption[inside].max()), share))
    return tuple(found)


def pairs(one: History, other: History) -> tuple[Ints, Ints]:
    """Worlds of two histories that share their draws, as two index arrays of shape (n_pairs,).

    Raises
    ------
    ValueError
        If a history holds one replication twice: pairs would be ambiguous.
    """
    here, there = ({(c.seed, c.replication): i for i, c in enumerate(h.cases)} for h in (one, other))
    if len(here) < len(one.cases) or len(there) < len(other.cases):
        raise ValueError("a replication stands twice in one history: give one scenario and policy each")
    common = sorted(here.keys() & there.keys())
    return np.array([here[k] for k in common], np.int64), np.array([there[k] for k in common], np.int64)


def mean_difference(differences: Floats, confidence: float = CONFIDENCE) -> Difference:
    """Mean of paired differences, of shape (n_pairs,), with the interval of ``intervals``; needs two pairs that are defined."""
    known = defined(differences)
    if known.size < 2:
        return Difference(math.nan, -math.inf, math.inf, 0)
    inside = mean_interval(known, confidence)
    return Difference(float(known.mean()), float(inside.low), float(inside.high), known.size, float(np.median(known)))


def gain(baseline: History, other: History, target: Target) -> Difference:
    """How much more of a target's measure the other policy brings at its date than the baseline, on the same draws."""
    here, there = pairs(baseline, other)
    before, after = attainment(baseline, target), attainment(other, target)
    if not (before.judged and after.judged):
        return mean_difference(np.empty(0))
    return mean_difference(after.values[there] - before.values[here])
