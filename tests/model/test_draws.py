"""Random numbers: exact counts, an address each, and nothing that neighbours could change."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wutong.model.draws import BLOCK, Draws, Purpose, child, invert_poisson, mix, named, ranges, unit_interval, world_key

KEYS = child(np.full(20_000, 7, np.uint64), np.arange(20_000))
MEANS = st.floats(0.0, 400.0, allow_subnormal=False)


def poisson_cdf(count: int, mean: float) -> float:
    """P(N <= count), summed term by term in logarithms."""
    return math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))


def test_purposes_are_unique_and_keep_their_numbers():
    assert len(Purpose.__members__) == len(set(Purpose)), "an alias would share another purpose's numbers"
    assert (Purpose.ASSUMPTION, Purpose.ENTRY, Purpose.GROWTH, Purpose.SPIN_OFF_SEGMENT) == (1, 3, 20, 40)


def test_purposes_and_quarters_never_collide():
    key = np.array([123], np.uint64)
    bits = [int(Draws(quarter).bits(key, purpose)[0]) for purpose in Purpose for quarter in (0, *range(8090, 8144))]
    assert len(set(bits)) == len(bits)


def test_keys_of_worlds_never_collide():
    keys = [world_key(seed, replication) for seed in range(60) for replication in range(60)]
    assert len(set(keys)) == len(keys)
    assert world_key(0, 0) not in (0, world_key(1, 0))


def test_mix_is_the_published_finaliser():
    # First outputs of SplitMix64 seeded with 0 are mix(n * golden): reference values of the published generator.
    assert [int(x) for x in child(np.zeros(3, np.uint64), np.arange(1, 4))] == [
        0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F,
    ]  # fmt: skip
    assert len(np.unique(mix(np.arange(10_000, dtype=np.uint64)))) == 10_000


def test_names_address_children():
    key = np.array([1, 2], np.uint64)
    assert len({int(k) for name in ("a", "b", "梧桐") for k in named(key, name)}) == 6
    assert named(key, "梧桐").tolist() == [named(key[:1], "梧桐")[0], named(key[1:], "梧桐")[0]]


@pytest.mark.parametrize("purpose", [Purpose.ENTRY, Purpose.QUALITY, Purpose.RESISTANCE])
def test_uniforms_look_uniform(purpose):
    u = Draws(8091).uniform(KEYS, purpose)
    assert u.min() >= 0.0 and u.max() < 1.0
    counts = np.bincount((u * 20).astype(np.int64), minlength=20)
    assert ((counts - 1000) ** 2 / 1000).sum() < 43.8  # chi-square, 19 degrees of freedom, 0.1 %
    assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) < 0.025
    assert abs(np.corrcoef(u, Draws(8092).uniform(KEYS, purpose))[0, 1]) < 0.025


def test_one_key_over_quarters_looks_uniform():
    u = np.array([Draws(quarter).uniform(KEYS[:40], Purpose.ENTRY) for quarter in range(8000, 8500)]).ravel()
    counts = np.bincount((u * 20).astype(np.int64), minlength=20)
    assert ((counts - 1000) ** 2 / 1000).sum() < 43.8


def test_upper_bits_alone_make_the_uniform():
    ends = np.array([0, (1 << 11) - 1, (1 << 64) - 1], np.uint64)
    assert unit_interval(ends).tolist() == [0.0, 0.0, 1.0 - 2.0**-53]


def test_shapes_of_the_continuous_draws():
    draws = Draws(8091)
    normal = draws.normal(KEYS, Purpose.SIZE)
    assert abs(normal.mean()) < 0.03 and abs(normal.std() - 1.0) < 0.025
    assert 0.023 < (np.abs(normal) > 2.1701).mean() < 0.037  # 3 % of a normal
    exponential = draws.exponential(KEYS, Purpose.LIFE)
    assert exponential.min() >= 0.0 and abs(exponential.mean() - 1.0) < 0.03
    laplace = draws.laplace(KEYS, Purpose.GROWTH, np.full(len(KEYS), 0.3))
    assert abs(laplace.mean()) < 0.01 and abs(laplace.std() - 0.3 * math.sqrt(2.0)) < 0.015
    assert abs(laplace.std() / np.abs(laplace).mean() - math.sqrt(2.0)) < 0.04
    gamma = draws.gamma_two(KEYS, Purpose.LAG, np.full(len(KEYS), 1.5))
    assert abs(gamma.mean() - 1.5) < 0.03 and abs(gamma.var() - 1.5**2 / 2.0) < 0.08


@settings(max_examples=40)
@given(st.floats(0.01, 63.9), st.floats(1e-9, 1.0 - 1e-9))
def test_poisson_is_the_exact_inverse(mean, u):
    count = int(invert_poisson(np.array([u]), np.array([mean]))[0])
    assert u <= poisson_cdf(count, mean) + 1e-12
    assert count == 0 or u > poisson_cdf(count - 1, mean) - 1e-12


@pytest.mark.parametrize("mean", [0.3, 11.9, 64.0, 64.5, 200.0])
def test_poisson_counts_have_the_right_law(mean):
    counts = Draws(8091).poisson(KEYS, Purpose.ENTRY, np.full(len(KEYS), mean))
    error = math.sqrt(mean / len(KEYS))
    assert abs(counts.mean() - mean) < 4.0 * error
    assert abs(counts.var() / mean - 1.0) < 0.06
    expected = np.diff([0.0, *(poisson_cdf(k, mean) for k in range(int(mean + 8 * math.sqrt(mean)) + 3))])
    seen = np.bincount(counts, minlength=len(expected))[: len(expected)] / len(KEYS)
    assert np.abs(np.cumsum(seen) - np.cumsum(expected)).max() < 1.95 / math.sqrt(len(KEYS))  # Kolmogorov, 0.1 %


def test_poisson_of_a_very_large_mean():
    counts = Draws(8091).poisson(KEYS[:300], Purpose.ENTRY, np.full(300, 1e4))
    assert abs(counts.mean() - 1e4) < 4.0 * 100.0 / math.sqrt(300)
    assert 0.75 < counts.var() / 1e4 < 1.3
    assert Draws(8091).poisson(KEYS[:9], Purpose.ENTRY, np.zeros(9)).tolist() == [0] * 9


@settings(max_examples=30)
@given(st.integers(0, 2**63), st.lists(MEANS, min_size=2, max_size=12))
def test_poisson_never_falls_when_the_mean_rises(key, means):
    line = np.sort(np.array([*means, 0.0, BLOCK, 2 * BLOCK, np.nextafter(BLOCK, 0.0), np.nextafter(BLOCK, 99.0)]))
    counts = Draws(8100).poisson(np.full(len(line), key, np.uint64), Purpose.ENTRY, line)
    assert (np.diff(counts) >= 0).all()


@settings(max_examples=30)
@given(st.lists(MEANS, min_size=1, max_size=8), st.data())
def test_poisson_ignores_its_neighbours(means, data):
    mean, keys = np.array(means), KEYS[: len(means)]
    together = Draws(8100).poisson(keys, Purpose.ENTRY, mean)
    one = data.draw(st.integers(0, len(means) - 1))
    assert Draws(8100).poisson(keys[one : one + 1], Purpose.ENTRY, mean[one : one + 1])[0] == together[one]


@settings(max_examples=30)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=6), st.integers(0, 5))
def test_a_higher_count_keeps_the_first_newborns(counts, more):
    few, keys = np.array(counts), KEYS[: len(counts)]
    many = few + more
    (short, rows_few), (long, rows_many) = (Draws(8100).newborn_keys(keys, Purpose.ENTRANT, n) for n in (few, many))
    assert rows_few.tolist() == np.repeat(np.arange(len(few)), few).tolist()
    assert rows_many.tolist() == np.repeat(np.arange(len(many)), many).tolist()
    row, place = ranges(many)
    kept = place < few[row]
    assert long[kept].tolist() == short.tolist()
    assert len(set(long.tolist())) == many.sum()
