"""How the best policy and the order of all policies move between the low and the high third of what the worlds drew of a number.

A ranking of a third of the worlds differs from that of another by chance alone.  How much is told by random re-assignments of the
worlds, all numbers together: the shift that the largest of them passes in one of twenty, and the rank correlation below which the
lowest of them falls in one of twenty.  The best policy *really changes* with a number only where the shift is beyond that, and in
either third the interval of the lead of its own best policy over the other's leaves out zero.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from wutong.experiments.answers.first_order import FEWEST, LEVEL, SHUFFLES, sums_of, thirds
from wutong.experiments.answers.robustness import ranks
from wutong.experiments.goals import Difference, mean_difference
from wutong.model.facts import Floats, Ints, Mask

Change = Literal["same", "noise", "changes"]


@dataclass(frozen=True)
class Third:
    """Policies in the worlds of one third of a number.

    Attributes
    ----------
    means, mean_places : of shape (n_policies,); places are those in each single world, ties sharing theirs, then averaged
    best : position of the policy with the largest mean
    """

    worlds: Mask
    means: Floats
    mean_places: Floats
    best: int

    @property
    def places(self) -> Ints:
        """Places by mean, of shape (n_policies,)."""
        return ranks(self.means)


@dataclass(frozen=True)
class Move:
    """How the ranking moves with one number.

    Attributes
    ----------
    shift : what one ranking for both thirds would lose at most: the leads of each third's best policy over the other's, summed
    tau : Kendall's rank correlation of the means of the two thirds
    lead_low, lead_high : of a third's best policy over the other third's, in the third itself; n = 0 where they are the same
    """

    low: Third
    high: Third
    shift: float
    tau: float
    lead_low: Difference
    lead_high: Difference


@dataclass(frozen=True)
class Noise:
    """What the shift passes, and what the rank correlation falls below, by chance in one table of twenty."""

    shift: float
    tau: float


def change_of(move: Move, noise: Noise) -> Change:
    """Whether the best policy is another one, and if so whether that is more than chance."""
    if move.low.best == move.high.best:
        return "same"
    certain = move.lead_low.n and move.lead_high.n and move.lead_low.low > 0.0 and move.lead_high.low > 0.0
    return "changes" if certain and move.shift > noise.shift else "noise"


def move(values: Floats, places: Floats, number: Floats) -> Move | None:
    """How policies rank in the low and high third of a number; None where it does not vary or a third has fewer than two worlds.

    Parameters
    ----------
    values : of shape (n_policies, n_worlds) [unit of the measure]
    places : of each policy in each world, of the same shape
    number : of shape (n_worlds,)
    """
    masks = thirds(number)
    if min(int(mask.sum()) for mask in masks) < 2:
        return None
    low, high = (_third(values, places, mask) for mask in masks)
    nothing = mean_difference(np.empty(0))
    leads = (nothing, nothing)
    if low.best != high.best:
        gap = values[low.best] - values[high.best]
        leads = mean_difference(gap[low.worlds]), mean_difference(-gap[high.worlds])
    both = np.stack([low.means, high.means])[..., None]
    return Move(low, high, float(shifts(*both)[0]), float(taus(*both)[0]), *leads)


def _third(values: Floats, places: Floats, worlds: Mask) -> Third:
    means = values[:, worlds].mean(axis=1)
    return Third(worlds, means, places[:, worlds].mean(axis=1), int(np.argmax(means)))


def places_in(values: Floats) -> Floats:
    """Place of each policy in each world, of the shape (n_policies, n_worlds) of values: 1 is the best, ties share the mean."""
    above = (values[:, None] < values[None, :]).sum(axis=1)
    equal = (values[:, None] == values[None, :]).sum(axis=1)
    return np.asarray(above + (equal + 1) / 2.0)


def shifts(low: Floats, high: Floats) -> Floats:
    """Leads of each side's best over the other's, summed, of shape (n,), from means of shape (n_policies, n)."""
    best_low, best_high = np.argmax(low, axis=0), np.argmax(high, axis=0)
    at = np.arange(low.shape[1])
    return np.asarray(low[best_low, at] - low[best_high, at] + high[best_high, at] - high[best_low, at])


def taus(low: Floats, high: Floats) -> Floats:
    """Kendall's tau-b of means of shape (n_policies, n), of shape (n,); 1 where either side ties throughout or is alone."""
    first, second = np.triu_indices(low.shape[0], 1)
    one, other = np.sign(low[first] - low[second]), np.sign(high[first] - high[second])
    weight = np.sqrt((one != 0).sum(axis=0) * (other != 0).sum(axis=0))
    return np.where(weight > 0, (one * other).sum(axis=0) / np.maximum(weight, 1e-12), 1.0)


def noise_of(values: Floats, numbers: Sequence[Floats], seed: int = 1) -> Noise:
    """Shift and rank correlation of random thirds, of the sizes that the numbers have.

    Parameters
    ----------
    values : of shape (n_policies, n_worlds)
    """
    n_policies, n = values.shape
    masks = [m for m in map(thirds, numbers) if min(int(mask.sum()) for mask in m) >= 2]
    if n < FEWEST or n_policies < 2 or not masks:
        return Noise(math.inf, -math.inf)
    members = [np.concatenate([np.flatnonzero(m[side]) for m in masks]) for side in (0, 1)]
    counts = [np.array([int(m[side].sum()) for m in masks]) for side in (0, 1)]
    draws, most, least = np.random.default_rng([seed, n, n_policies]), [], []
    for _ in range(SHUFFLES // 2):
        mixed = values[:, draws.permutation(n)]
        here, there = (sums_of(mixed, *side) / side[1] for side in zip(members, counts, strict=True))
        most.append(float(np.max(shifts(here, there))))
        least.append(float(np.min(taus(here, there))))
    return Noise(float(np.quantile(most, LEVEL)), float(np.quantile(least, 1.0 - LEVEL)))
