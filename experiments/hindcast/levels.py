"""What worlds say after the cut-off, in levels that begin at what was observed there.

A run begins two years before the past and does not hit the observed level exactly.  What it says later is taken relative to
what it says at the cut-off, times the level there: as observed, or as the park's file of that date gives it, or continued from
earlier values with a spread.  Flows and ratios are taken as they are.  To this comes the error with which a value is seen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from wutong.experiments.hindcast.beginning import NEAR_YEARS
from wutong.experiments.hindcast.calibration import SEEN_SPREAD
from wutong.experiments.hindcast.series import Series, Subject, level_at, reading, years_between
from wutong.model.facts import Assumption, Floats
from wutong.model.history import History, Kind
from wutong.model.measures import MEASURES
from wutong.model.scenario import Scenario, Segment

N_PAST = 2000  # runs of the past


@dataclass(frozen=True)
class Extent:
    """How much is run, and how.

    Attributes
    ----------
    end : last quarter of the projection
    n_past, n : worlds that are run through the past, and those of the nearest tenth that are projected
    """

    end: int
    n: int
    seed: int = 1
    jobs: int = 1
    n_past: int = N_PAST


@dataclass(frozen=True)
class Levels:
    """What is known of levels at the cut-off: a scenario as its file says, and the series observed up to there."""

    scenario: Scenario
    series: Mapping[Subject, Series]
    cutoff: int
    extent: Extent

    def at_cutoff(self, subject: Subject) -> Floats | None:
        """The level of every world at the cut-off, of shape (n,); None where nothing is known of it."""
        measure, scope = subject
        own = self.series.get(subject)
        if own is not None and self.cutoff in own.quarters:
            return np.full(self.extent.n, own.values[own.quarters.index(self.cutoff)])
        if self.scenario.park.start == self.cutoff and measure in ("firms", "employees", "revenue"):
            return self._of_file(measure, scope)
        if own is None or (scope != "all" and years_between(own.quarters[-1], self.cutoff) > NEAR_YEARS):
            return None
        level = level_at(own, self.cutoff)
        return level.value * np.exp(level.spread * self.normal(subject, self.cutoff))

    def _of_file(self, measure: str, scope: str) -> Floats:
        """A level within the ranges of the park's file, all segments at the same place of their range."""
        segments = [s for s in self.scenario.park.segments if s.key in self.scenario.park.segments_of(scope)]
        parts = [self._part(segment, measure) for segment in segments]
        return np.asarray(np.sum(parts, axis=0), np.float64)

    def _part(self, segment: Segment, measure: str) -> Floats:
        if measure == "firms":
            return self._placed(segment.firms, "firms")
        staff = self._placed(segment.staff, "staff")
        return staff * self._placed(segment.revenue_per_head, "per head") if measure == "revenue" else staff

    def _placed(self, given: Assumption, name: str) -> Floats:
        return given.quantile(generator(self.extent.seed, name, 0).random(self.extent.n))

    def normal(self, subject: Subject, quarter: int) -> Floats:
        """A standard normal number a world, of shape (n,): more worlds or quarters change none."""
        return generator(self.extent.seed, "/".join(subject), quarter).standard_normal(self.extent.n)


def generator(seed: int, name: str, quarter: int) -> np.random.Generator:
    """Random numbers with an address."""
    return np.random.default_rng([seed, int.from_bytes(blake2b(name.encode(), digest_size=6).digest(), "little"), quarter])


def values_of(subject: Subject, histories: Mapping[int, History], levels: Levels) -> Floats:
    """What the worlds say quarter by quarter from the cut-off on, of shape (n_quarters + 1, n_worlds)."""
    numbers = np.array(list(histories))
    said = _said(subject, histories, levels)
    noise = np.stack([levels.normal(subject, levels.cutoff + i)[numbers] for i in range(len(said))])
    noise[0] = 0.0  # the value at the cut-off is the one that was seen
    return np.asarray(said * _factor(subject, histories, levels)[numbers] * np.exp(SEEN_SPREAD * noise))


def _said(subject: Subject, histories: Mapping[int, History], levels: Levels) -> Floats:
    rows = []
    for quarter in range(levels.cutoff, levels.extent.end + 1):
        found = [reading(history, subject, quarter) for history in histories.values()]
        rows.append([math.nan if value is None else float(value[0]) for value in found])
    return np.array(rows)


def _factor(subject: Subject, histories: Mapping[int, History], levels: Levels) -> Floats:
    """What brings each world to the level of the cut-off, of shape (n,); that of the whole park where the part is not known."""
    ones = np.ones(levels.extent.n)
    if MEASURES[subject[0]].kind not in (Kind.STOCK, Kind.RATE):
        return ones
    for known in dict.fromkeys([subject, (subject[0], "all")]):
        level = levels.at_cutoff(known)
        if level is not None:
            for number, history in histories.items():
                at = reading(history, known, levels.cutoff)
                level[number] /= 1.0 if at is None else max(float(at[0]), 1e-9)
            return level
    return ones
