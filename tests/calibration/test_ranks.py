"""Simulation-based calibration on a Gaussian whose posterior is known: even ranks where it is right, rejected where it is not."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from scipy.stats import chi2

from wutong.experiments.calibration.ranks import (
    BINS,
    VERDICTS,
    Verdict,
    calibration_answer,
    chi_square_tail,
    spreads,
)
from wutong.experiments.hindcast.calibration import Posterior, posterior

ERROR = 0.7  # of the summary of a standard normal number
N_RUNS = 4000
cdf = np.vectorize(NormalDist().cdf)
quantile = np.vectorize(NormalDist().inv_cdf)


def held_out(n_runs, n, seed=1):
    """Rows to hold out one at a time, of shape (min(n, n_runs),), in rising order."""
    return np.sort(np.random.default_rng([seed, n_runs]).permutation(n_runs)[:n])


def ranks(places, summaries, rows, form, n_kept):
    """Weight that the posterior of each held-out run puts below its true numbers, of shape (n_rows, n_numbers)."""
    found = np.empty((len(rows), places.shape[1]))
    others = np.ones(len(places), np.bool_)
    for i, row in enumerate(rows.tolist()):
        others[row] = False
        given = form(places[others], summaries[others], summaries[row], n_kept)
        others[row] = True
        below = (given.places < places[row]) + 0.5 * (given.places == places[row])
        found[i] = given.weights @ below / given.weights.sum()
    return np.clip(found, 0.0, 1.0)


def table(n=N_RUNS, n_numbers=2, seed=1):
    """Standard normal numbers by their quantile, and each with its noisy summary."""
    draws = np.random.default_rng(seed)
    true = draws.normal(size=(n, n_numbers))
    return cdf(true), true + ERROR * draws.normal(size=true.shape)


def exact(width=1.0, lean=0.0, n=200):
    """The conjugate posterior, or one whose sd is ``width`` times too large or whose mean is off by ``lean`` of it."""
    draws = np.random.default_rng(2)

    def form(places, found, observed, n_kept):
        variance = ERROR**2 / (1.0 + ERROR**2)
        mean = observed / (1.0 + ERROR**2)
        sd = math.sqrt(variance)
        numbers = mean + sd * (lean + width * draws.normal(size=(n, places.shape[1])))
        return Posterior(cdf(numbers), np.full(n, 1.0 / n), np.arange(n))

    return form


def judged(form, n=300, n_kept=200):
    places, found = table()
    return spreads(ranks(places, found, held_out(len(places), n), form, n_kept))


def test_an_exact_posterior_has_even_ranks():
    for spread in judged(exact()):
        assert spread.verdict is Verdict.EVEN
        assert spread.mean == pytest.approx(0.5, abs=4.0 * math.sqrt(1.0 / 12.0 / 300))
        assert sum(spread.counts) == spread.n == 300


@pytest.mark.parametrize(
    ("form", "verdict"),
    [
        (exact(0.5), Verdict.NARROW),
        (exact(2.0), Verdict.WIDE),
        (exact(1.0, -0.6), Verdict.LOW),
        (exact(1.0, 0.6), Verdict.HIGH),
    ],
)
def test_a_wrong_posterior_is_rejected_and_its_fault_named(form, verdict):
    assert [spread.verdict for spread in judged(form)] == [verdict, verdict]


def test_weights_count():
    """A posterior of the prior's draws, weighted by the likelihood, is as right as one drawn from the posterior itself."""

    def form(places, found, observed, n_kept):
        numbers = quantile(np.clip(places[:1500, :1], 1e-9, 1.0 - 1e-9))
        weights = np.exp(-0.5 * ((observed[0] - numbers[:, 0]) / ERROR) ** 2)
        return Posterior(places[:1500, :1], weights / weights.sum(), np.arange(1500))

    places, found = table(n_numbers=1)
    own = ranks(places, found, 2000 + held_out(2000, 200), form, 200)
    assert spreads(own)[0].verdict is Verdict.EVEN


def test_the_posterior_of_the_hindcasts_is_even_on_a_gaussian():
    assert [spread.verdict for spread in judged(posterior, 250, 300)] == [Verdict.EVEN, Verdict.EVEN]


def test_even_ranks_are_rejected_one_time_in_twenty_at_most():
    draws, rejected = np.random.default_rng(5), 0
    for _ in range(400):
        rejected += any(s.verdict is not Verdict.EVEN for s in spreads(draws.uniform(size=(120, 3))))
    assert rejected <= 33, "beyond three standard errors of 5 %"


@pytest.mark.parametrize("freedom", [1, 2, 5, 9, 10])
def test_the_tail_of_a_chi_square_is_that_of_another_program(freedom):
    for value in (0.0, 0.3, 4.0, 9.0, 40.0):
        assert chi_square_tail(value, freedom) == pytest.approx(chi2.sf(value, freedom), rel=1e-9, abs=1e-15)


def test_the_answer_says_it_in_a_table_and_words():
    values = np.column_stack([np.arange(0.5, 200.0) / 200.0, np.repeat([0.01, 0.99], 100)])
    answer = calibration_answer(["entry", "growth"], values)
    assert all(len(row) == len(answer.columns) for row in answer.rows)
    assert [row[-1] for row in answer.rows] == ["even", "too_narrow"]
    assert answer.rows[0][list(answer.columns).index("bin_1") :][:BINS] == (20,) * BINS
    assert "growth (mean rank 0.5): the posterior is too narrow (overconfident)" in answer.words.en
    assert "过度自信" in answer.words.zh and "entry" in answer.words.zh
    assert set(VERDICTS) == set(Verdict)


def test_few_runs_and_what_is_no_number_are_told():
    (few,) = spreads(np.full((9, 1), 0.5))
    assert few.verdict is Verdict.UNKNOWN
    assert "nan" not in calibration_answer(["entry"], np.zeros((0, 1))).words.en
