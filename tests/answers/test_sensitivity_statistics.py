"""Shares of the variance against theory, chance's level at its declared rate, ties, gaps, rankings that cross and that do not."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.stats import kendalltau

from wutong.experiments.answers.first_order import (
    FEWEST,
    UNKNOWN,
    bands,
    chance_of,
    difference,
    explained,
    index,
    median_of,
    n_bands_for,
    noise_level,
    taken_out,
    thirds,
)
from wutong.experiments.answers.ranking_moves import change_of, move, noise_of, places_in, shifts, taus


def linear(seed, n=300, weights=(2.0, 1.0, 0.0), noise=1.0, n_more=0):
    """Uniform numbers of variance 1, an outcome that is their weighted sum, and the true shares of its variance."""
    draws = np.random.default_rng(seed)
    numbers = (draws.uniform(size=(len(weights) + n_more, n)) - 0.5) * math.sqrt(12.0)
    outcome = np.array(weights) @ numbers[: len(weights)] + noise * draws.normal(size=n)
    whole = sum(w * w for w in weights) + noise * noise
    return list(numbers), outcome, [w * w / whole for w in weights]


# ── Share of the variance ────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("n", [60, 300, 2000])
def test_the_index_of_a_straight_line_is_its_share_of_the_variance_less_what_bands_miss(n):
    found = []
    for seed in range(60):
        numbers, outcome, true = linear(seed, n)
        found.append([index(bands(x, n_bands_for(n)), outcome).value for x in numbers])
    kept = 1.0 - 1.0 / n_bands_for(n) ** 2
    error = np.std(found, axis=0) / math.sqrt(60)
    assert (np.abs(np.mean(found, axis=0) - kept * np.array(true)) < 4.0 * error + 0.004).all()


def test_its_interval_covers_the_truth_about_nine_times_in_ten():
    covered = np.zeros(2)
    for seed in range(200):
        numbers, outcome, true = linear(1000 + seed)
        kept = 1.0 - 1.0 / n_bands_for(300) ** 2
        for i in range(2):
            e = index(bands(numbers[i], n_bands_for(300)), outcome)
            covered[i] += e.low <= kept * true[i] <= e.high
    assert (covered / 200 > 0.83).all() and (covered / 200 < 0.97).all()


def test_a_curve_and_an_interplay_have_the_shares_that_theory_gives():
    """Ishigami's function (a = 7, b = 0.1): 0.314, 0.442, 0 (Saltelli et al. 2000)."""
    x = np.random.default_rng(2).uniform(-math.pi, math.pi, (3, 20_000))
    y = np.sin(x[0]) + 7.0 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])
    found = [index(bands(row, 40), y).value for row in x]
    assert found == pytest.approx([0.314, 0.442, 0.0], abs=0.02)


@pytest.mark.parametrize("tails", ["normal", "heavy", "rare"])
def test_outcomes_that_hang_on_nothing_name_something_in_one_table_of_twenty_at_most(tails):
    named, n = 0, 120
    for seed in range(120):
        draws = np.random.default_rng([seed, 7])
        outcome = {
            "normal": draws.normal(size=n),
            "heavy": draws.lognormal(0.0, 2.0, n),
            "rare": draws.binomial(1, 0.05, n) * 1.0,
        }
        numbers = [*draws.uniform(size=(40, n)), np.maximum(draws.normal(size=n), 0.0)]
        named += bool(explained(numbers, outcome[tails]).named)
    assert named <= 13, "beyond three standard errors of 5 %"


def test_a_weak_number_is_found_beside_a_strong_one_and_the_noise_falls():
    found = 0
    for seed in range(20):
        numbers, outcome, true = linear(seed, 300, (3.0, 0.5, 0.0), 0.5, 30)
        got = explained(numbers, outcome)
        assert got.named[0] == 0
        assert got.noise[0] > 4.0 * got.noise[2]
        found += got.named[:2] == (0, 1)
        assert got.indices[1].value == pytest.approx(true[1], abs=0.02)
    assert found >= 19


def test_what_is_taken_out_leaves_the_mean_and_nothing_of_the_number():
    numbers, outcome, _ = linear(3)
    rest = taken_out(np.stack([outcome, 2.0 * outcome]), numbers[:1])
    assert rest.mean(axis=1) == pytest.approx([outcome.mean(), 2.0 * outcome.mean()])
    assert abs(np.corrcoef(rest[0], numbers[0])[0, 1]) < 0.02
    assert taken_out(outcome, []) is outcome


# ── Ties, gaps, few runs ─────────────────────────────────────────────────────────────────────────────────────────────
def test_equal_values_share_a_band_and_a_constant_has_one():
    values = np.array([0.0] * 50 + list(np.linspace(1.0, 2.0, 50)))
    found = bands(values, 5)
    assert len(set(found[:50].tolist())) == 1 and sorted(set(found.tolist())) == list(range(found.max() + 1))
    assert bands(np.ones(40), 5).tolist() == [0] * 40
    low, high = thirds(values)
    assert low.sum() == 50 and 30 <= high.sum() <= 34 and not (low & high).any()
    assert not any(mask.any() for mask in thirds(np.ones(40)))
    either = thirds(np.array([0.0, 1.0] * 20))
    assert [mask.sum() for mask in either] == [20, 20]


def test_nothing_is_said_of_constants_and_few_runs_and_worlds_without_a_value_are_left_out():
    numbers, outcome, _ = linear(5, 100)
    assert index(bands(numbers[0], 5), np.ones(100)) == UNKNOWN
    assert index(bands(np.ones(100), 5), outcome) == UNKNOWN
    assert index(bands(numbers[0][: FEWEST - 1], 3), outcome[: FEWEST - 1]) == UNKNOWN
    assert explained([n[:20] for n in numbers], outcome[:20]).named == ()
    assert explained(numbers, np.ones(100)).named == () and explained(numbers, np.full(100, np.nan)).named == ()
    assert explained([], outcome).named == ()
    assert math.isinf(noise_level([np.zeros(100, np.int64)], outcome))
    with_gaps = np.concatenate([outcome, np.full(30, np.nan)])
    longer = [np.concatenate([n, np.full(30, 9.0)]) for n in numbers]
    assert explained(longer, with_gaps).indices == explained(numbers, outcome).indices
    assert all(e.value <= 1.0 for e in explained([*numbers, np.ones(100)], outcome).indices[:3])


def test_the_interval_of_a_difference_covers_the_truth():
    draws, covered = np.random.default_rng(4), np.zeros(2)
    for _ in range(300):
        one, other = draws.exponential(size=100), draws.exponential(size=100) + 0.5
        middle = difference(median_of(one), median_of(other))
        chance = difference(chance_of(one > 1.5), chance_of(other > 1.5))
        true = math.exp(-1.0) - math.exp(-1.5)
        covered += [middle.low <= 0.5 <= middle.high, chance.low <= true <= chance.high]
    assert (covered / 300 > 0.85).all()
    assert not difference(median_of(np.ones(2)), median_of(np.ones(40))).told
    assert math.isinf(difference(UNKNOWN, median_of(np.ones(40))).high)


# ── Rankings ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_rank_correlation_and_shift_are_those_of_a_hand_and_of_another_program():
    draws = np.random.default_rng(6)
    low, high = draws.integers(0, 4, (6, 50)) * 1.0, draws.integers(0, 4, (6, 50)) * 1.0
    usual = [kendalltau(a, b).statistic for a, b in zip(low.T, high.T, strict=True)]
    usual = [1.0 if math.isnan(t) else t for t in usual]
    assert taus(low, high) == pytest.approx(usual)
    by_hand = shifts(np.array([[5.0], [3.0]]), np.array([[1.0], [2.5]]))
    assert by_hand.tolist() == [3.5], "two in the low third, one and a half in the high one"
    assert places_in(np.array([[3.0, 1.0], [3.0, 2.0], [1.0, 0.0]])).T.tolist() == [[1.5, 1.5, 3.0], [2.0, 1.0, 3.0]]


def policies(seed, slope, n=300, n_numbers=20):
    """Two policies level on average, one ahead by ``slope`` times the first number, and a third far behind."""
    draws = np.random.default_rng([seed, 8])
    numbers, common = list(draws.normal(size=(n_numbers, n))), draws.normal(size=n)
    one = common + 0.1 + draws.normal(size=n)
    return np.stack([one, one + slope * numbers[0] + 0.5 * draws.normal(size=n), common - 9.0]), numbers


def changes(values, numbers):
    noise, places = noise_of(values, numbers), places_in(values)
    return [change_of(found, noise) for x in numbers if (found := move(values, places, x)) is not None]


def test_a_best_policy_that_crosses_is_named_and_hardly_ever_anything_else():
    found = [changes(*policies(seed, 1.0)) for seed in range(12)]
    assert all(one[0] == "changes" for one in found)
    assert sum("changes" in one[1:] for one in found) <= 3, "beyond three standard errors of 5 %"


def test_policies_that_differ_by_chance_alone_change_their_order_within_noise():
    really = sum("changes" in changes(*policies(seed, 0.0, 90)) for seed in range(40))
    assert really <= 5


def test_a_lead_that_only_grows_is_no_change_of_the_best():
    values, numbers = policies(3, 1.0)
    values[1] += 9.0
    found = changes(values, numbers)
    assert found[0] == "same"


def test_few_runs_one_policy_and_constants_rank_nothing():
    values, numbers = policies(1, 1.0, 20)
    assert noise_of(values, numbers).shift == math.inf
    assert noise_of(values[:1], numbers).shift == math.inf
    assert move(values, places_in(values), np.ones(20)) is None
    assert list(itertools.islice(changes(values, numbers), 1)) in (["noise"], ["same"])
