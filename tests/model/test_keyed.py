"""The draws one number at a time are those of the arrays: same keys to the bit, same numbers to rounding, same counts."""

from __future__ import annotations

import numpy as np
import pytest

from wutong.model import draws, keyed
from wutong.model.compiled import compiled, engine
from wutong.model.draws import Draws, Purpose

KEYS = draws.child(np.full(100, 7, np.uint64), np.arange(100))
QUARTERS = (0, 1, 8090, 8143)
PURPOSES = np.array(list(Purpose))
MEANS = np.concatenate(
    [[0.0, 64.0, 128.0, 2.0, 12.0, 1e-9, 4200.0], np.linspace(0.01, 30.0, 53), np.geomspace(30.0, 64 * 70.0, 40)]
)


@compiled
def integers(keys, purposes, quarter, out):
    for i in range(len(keys)):
        for j in range(len(purposes)):
            out[0, i, j] = keyed.bits(keys[i], purposes[j], quarter)
            out[1, i, j] = keyed.newborn(keys[i], purposes[j], quarter, j)
            out[2, i, j] = keyed.child(keys[i], j)


@compiled
def floats(keys, quarter, mean, out):
    for i in range(len(keys)):
        out[0, i] = keyed.uniform(keys[i], Purpose.ENTRY, quarter)
        out[1, i], out[2, i] = keyed.pair(keys[i], Purpose.LANDING, quarter)
        out[3, i] = keyed.exponential(keys[i], Purpose.RESISTANCE, quarter)
        out[4, i] = keyed.normal(keys[i], Purpose.POOL_SHOCK, quarter)
        out[5, i] = keyed.gamma_two(keys[i], Purpose.STAGE_TIME, quarter, mean)
        out[6, i] = keyed.laplace(keys[i], Purpose.GROWTH, quarter, mean)


@compiled
def counts(keys, quarter, means, out):
    for i in range(len(keys)):
        out[i] = keyed.poisson(keys[i], Purpose.ENTRY, quarter, means[i])


@pytest.fixture(scope="module", params=[False, True], ids=["compiled", "plain"])
def plain(request, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WUTONG_CACHE", str(tmp_path_factory.mktemp("cache") / "own"))
        yield request.param


@pytest.mark.parametrize("quarter", QUARTERS)
def test_integers_are_those_of_the_arrays(plain, quarter):
    keys = KEYS[:20]
    out = np.empty((3, len(keys), len(Purpose)), np.uint64)
    engine(integers, plain=plain)(keys, PURPOSES, quarter, out)
    for j, purpose in enumerate(Purpose):
        bits = Draws(quarter).bits(keys, purpose)
        assert (out[0, :, j] == bits).all()
        assert (out[1, :, j] == Draws(quarter).newborn_keys(keys, purpose, np.full(len(keys), j + 1))[0][j :: j + 1]).all()
        assert (out[2, :, j] == draws.child(keys, np.array(j))).all()


def test_purposes_may_be_named_or_numbered():
    with np.errstate(over="ignore"):
        assert keyed.bits(KEYS[0], Purpose.GROWTH, 3) == keyed.bits(KEYS[0], 20, 3)


@pytest.mark.parametrize("quarter", QUARTERS)
def test_floats_are_those_of_the_arrays(plain, quarter):
    many, mean, d = np.tile(KEYS, 10) + np.arange(1000, dtype=np.uint64), 2.75, Draws(quarter)
    out = np.empty((7, len(many)))
    engine(floats, plain=plain)(many, quarter, mean, out)
    expected = [
        d.uniform(many, Purpose.ENTRY),
        *d.pair(many, Purpose.LANDING),
        d.exponential(many, Purpose.RESISTANCE),
        d.normal(many, Purpose.POOL_SHOCK),
        d.gamma_two(many, Purpose.STAGE_TIME, np.full(len(many), mean)),
        d.laplace(many, Purpose.GROWTH, np.full(len(many), mean)),
    ]
    assert out[:3].tobytes() == np.array(expected[:3]).tobytes(), "no library stands between a key and a uniform"
    # numpy's cosine takes a rounded angle: next to a zero crossing its error is 4e-16 of 1, not of the result
    np.testing.assert_allclose(out[3:], np.array(expected[3:]), rtol=1e-14, atol=2e-15)


@pytest.mark.parametrize("quarter", QUARTERS)
def test_counts_are_those_of_the_arrays(plain, quarter):
    for copy in range(3):
        keys = draws.child(KEYS, np.array(copy))
        out = np.empty(len(keys), np.int64)
        engine(counts, plain=plain)(keys, quarter, MEANS, out)
        assert out.tolist() == Draws(quarter).poisson(keys, Purpose.ENTRY, MEANS).tolist()
    assert out.max() > 64 * 64, "means beyond 64 blocks are among them"
