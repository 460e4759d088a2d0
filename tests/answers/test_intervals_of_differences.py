"""Intervals: closed forms, and coverage where the truth is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from wutong.experiments import intervals
from wutong.experiments.goals import wilson

N = 40
TOYS = {  # what a difference between policies looks like, and its true mean
    "normal": (lambda rng, shape: rng.normal(1.0, 2.0, shape), 1.0),
    "skewed to the right": (lambda rng, shape: rng.exponential(1.0, shape), 1.0),
    "skewed to the left": (lambda rng, shape: -rng.lognormal(0.0, 1.0, shape), -math.exp(0.5)),
    "zero in most worlds": (lambda rng, shape: (rng.random(shape) < 0.15) * rng.exponential(5.0, shape), 0.75),
    "of both signs": (lambda rng, shape: rng.exponential(3.0, shape) - rng.exponential(1.0, shape), 2.0),
    "a count": (lambda rng, shape: rng.poisson(0.5, shape) - 0.2, 0.3),
}


def students(values):
    """Student's interval of the mean, at 90 %."""
    half = intervals.student_quantile(0.95, values.size - 1) * values.std(ddof=1) / values.size**0.5
    return intervals.Interval(values.mean() - half, values.mean() + half)


@pytest.mark.parametrize("toy", TOYS)
def test_intervals_of_the_mean_cover_it_as_often_as_they_say(toy):
    draw, truth = TOYS[toy]
    values = np.asarray(draw(np.random.default_rng(7), (2000, N)), float)
    half, most = intervals.mean_intervals(values, (0.5, 0.9))
    assert 0.85 <= ((most.low <= truth) & (truth <= most.high)).mean() <= 0.95
    assert 0.45 <= ((half.low <= truth) & (truth <= half.high)).mean() <= 0.58
    assert (most.low <= half.low).all() and (half.high <= most.high).all()


def test_without_skewness_it_is_the_interval_of_student():
    values = np.array([-3.0, -1.0, 0.0, 1.0, 3.0]) + 2.0
    ours, student = intervals.mean_interval(values), students(values)
    assert float(ours.low) == pytest.approx(student.low)
    assert float(ours.high) == pytest.approx(student.high)


@pytest.mark.parametrize("seed", range(20))
def test_it_never_claims_more_than_student_and_turns_with_the_sign(seed):
    values = np.random.default_rng(seed).lognormal(0.0, 1.2, 25)
    ours, student, turned = intervals.mean_interval(values), students(values), intervals.mean_interval(-values)
    assert float(ours.low) <= student.low + 1e-12
    assert float(ours.high) >= student.high - 1e-12
    assert (float(turned.low), float(turned.high)) == pytest.approx((-float(ours.high), -float(ours.low)))


@pytest.mark.parametrize("n", [2, 5, 40, 1000])
def test_one_world_that_differs_is_never_told_apart(n):
    values = np.zeros(n)
    values[0] = 7.0
    assert not intervals.mean_interval(values).told_apart


def test_constants_have_no_width_and_single_pairs_no_bounds():
    same = intervals.mean_interval(np.zeros((3, 10)))
    assert not same.low.any() and not same.high.any()
    lone = intervals.mean_interval(np.array([4.0]))
    assert (float(lone.low), float(lone.high)) == (-math.inf, math.inf)
    assert float(intervals.median_interval(np.arange(4.0)).low) == -math.inf


@pytest.mark.parametrize(("n", "low", "high"), [(5, 1, 5), (10, 2, 9), (40, 15, 26)])
def test_the_median_lies_between_the_ranks_of_the_sign_test(n, low, high):
    """Ranks of the 90 % interval from the binomial distribution (Conover 1999)."""
    found = intervals.median_interval(np.random.default_rng(0).permutation(np.arange(1.0, n + 1)))
    assert (float(found.low), float(found.high)) == (low, high)


def test_intervals_of_the_median_cover_it():
    values = np.random.default_rng(3).lognormal(0.0, 1.0, (2000, N))
    for confidence in (0.5, 0.9):
        found = intervals.median_interval(values, confidence)
        assert confidence - 0.02 <= ((found.low <= 1.0) & (found.high >= 1.0)).mean() <= confidence + 0.12


@pytest.mark.parametrize(("count", "n"), [(0, 10), (3, 10), (10, 10), (57, 100), (0, 0)])
def test_shares_have_the_interval_of_the_goals(count, n):
    found, known = intervals.share_interval(np.array(count / max(n, 1)), n), wilson(count, n)
    assert (float(found.low), float(found.high)) == pytest.approx((known.low, known.high))


# ── Ratios ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_ratios_of_means_cover_the_truth():
    rng, hits = np.random.default_rng(11), 0
    for _ in range(400):
        jobs = rng.exponential(100.0, N)
        cost = 2.0 * jobs + rng.exponential(50.0, N)
        found = intervals.ratio_of_means(cost, jobs)
        hits += found.low <= 2.5 <= found.high
    assert 0.85 <= hits / 400 <= 0.95


def test_a_ratio_follows_fieller_and_has_no_number_where_its_divisor_may_be_zero():
    exact = intervals.ratio_of_means(np.full(10, 6.0), np.full(10, 2.0))
    assert (exact.value, exact.low, exact.high) == pytest.approx((3.0, 3.0, 3.0))
    above, below = np.array([3.0, 5.0, 4.0, 6.0, 2.0]), np.array([2.0, 2.5, 1.5, 2.2, 1.8])
    found = intervals.ratio_of_means(above, below)
    for end in (found.low, found.high):  # at its ends the difference above - end * below just touches zero
        student = students(above - end * below)
        assert min(abs(student.low), abs(student.high)) < 1e-9
    assert intervals.ratio_of_means(above, np.array([-1.0, 1.0, -2.0, 2.0, 0.1])) is intervals.CANNOT_BE_TOLD
    assert intervals.ratio_of_means(above[:1], below[:1]) is intervals.CANNOT_BE_TOLD


# ── Replications ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_replications_asked_for_separate_four_times_in_five():
    rng = np.random.default_rng(5)
    pilot = rng.normal(0.0, 1.0, 100_000)
    pilot = (pilot - pilot.mean()) / pilot.std(ddof=1) + 0.3  # sd 1, mean 0.3
    needed = intervals.replications_needed(pilot)
    assert needed == pytest.approx(((1.645 + 0.8416) / 0.3) ** 2, abs=3)
    told = intervals.mean_interval(rng.normal(0.3, 1.0, (2000, needed))).told_apart
    assert 0.75 <= told.mean() <= 0.85


def test_a_smaller_difference_needs_more_and_a_tie_cannot_be_told():
    noise = np.random.default_rng(2).normal(0.0, 1.0, 50)
    noise -= noise.mean()
    counts = [intervals.replications_needed(noise + shift) for shift in (2.0, 1.0, 0.5, 0.1)]
    assert counts == sorted(counts) and len(set(counts)) == 4
    assert intervals.replications_needed(noise + 1e-4) is None
    assert intervals.replications_needed(np.zeros(50)) is None
    assert intervals.replications_needed(np.array([1.0])) is None
    assert intervals.replications_needed(np.full(5, 2.0)) == 2


def test_pairing_saves_what_the_shared_part_of_the_variance_says():
    rng = np.random.default_rng(4)
    shared, own = rng.normal(0.0, 3.0, 20_000), rng.normal(0.0, 1.0, (2, 20_000))
    gain = float(intervals.pairing_gains(shared + own[0], shared + own[1]))
    assert gain == pytest.approx((9 + 1) * 2 / 2, rel=0.05)  # variances 10 and 10 apart, 2 together
    assert float(intervals.pairing_gains(own[0], own[1])) == pytest.approx(1.0, rel=0.05)
    assert math.isnan(intervals.pairing_gains(shared, shared))
    assert math.isnan(intervals.pairing_gains(shared, shared + 5.0))
