"""The keyed draws one number at a time, to be compiled: the keys, addresses and inversions of :mod:`wutong.model.draws`.

What is drawn once in a life has quarter 0.  As plain Python call these under ``np.errstate(over="ignore")``: keys wrap around.
"""

from __future__ import annotations

import numpy as np

from wutong.model.compiled import compiled
from wutong.model.draws import (
    BLOCK,
    FIRST,
    FULL_BLOCK_CDF,
    GOLDEN,
    PURPOSES,
    SECOND,
    SHIFT_11,
    SHIFT_27,
    SHIFT_30,
    SHIFT_31,
    Purpose,
)
from wutong.model.maths import cosine_of_turns, exp, log

STEP, SALT, ONE = np.uint64(GOLDEN), np.uint64(PURPOSES), np.uint64(1)


@compiled
def mix(x: np.uint64) -> np.uint64:
    """SplitMix64's finaliser."""
    x = (x ^ (x >> SHIFT_30)) * FIRST
    x = (x ^ (x >> SHIFT_27)) * SECOND
    return x ^ (x >> SHIFT_31)


@compiled
def child(key: np.uint64, index: int) -> np.uint64:
    """Key of the index-th child."""
    return mix(key + np.uint64(index) * STEP)


@compiled
def address(purpose: Purpose, quarter: int) -> np.uint64:
    """What is added to a key, before it is mixed, for a purpose in a quarter."""
    return mix(mix(np.uint64(purpose) * STEP + SALT) + np.uint64(quarter) * STEP)


@compiled
def unit(line: np.uint64) -> float:
    """Uniform on [0, 1) from the upper 53 bits."""
    return np.float64(line >> SHIFT_11) * 2.0**-53


@compiled
def bits(key: np.uint64, purpose: Purpose, quarter: int) -> np.uint64:
    """64 random bits; also the key of a single child."""
    return mix(key + address(purpose, quarter))


@compiled
def newborn(key: np.uint64, purpose: Purpose, quarter: int, position: int) -> np.uint64:
    """Key of the newborn at a position among those of a quarter: a higher count keeps the first and adds more."""
    return child(bits(key, purpose, quarter), position)


@compiled
def uniform(key: np.uint64, purpose: Purpose, quarter: int) -> float:
    """Uniform on [0, 1)."""
    return unit(bits(key, purpose, quarter))


@compiled
def pair(key: np.uint64, purpose: Purpose, quarter: int) -> tuple[float, float]:
    """Two independent uniforms on [0, 1)."""
    at = address(purpose, quarter)
    return unit(mix(key + at)), unit(mix(key + mix(at + ONE)))


@compiled
def exponential(key: np.uint64, purpose: Purpose, quarter: int) -> float:
    """Exponential with mean 1."""
    return -log(1.0 - uniform(key, purpose, quarter))


@compiled
def normal(key: np.uint64, purpose: Purpose, quarter: int) -> float:
    """Standard normal (Box and Muller 1958)."""
    first, second = pair(key, purpose, quarter)
    return float(np.sqrt(-2.0 * log(1.0 - first))) * cosine_of_turns(second)


@compiled
def gamma_two(key: np.uint64, purpose: Purpose, quarter: int, mean: float) -> float:
    """Gamma with shape 2 and the given mean: a sum of two exponentials, rising with the mean."""
    first, second = pair(key, purpose, quarter)
    return -0.5 * mean * (log(1.0 - first) + log(1.0 - second))


@compiled
def laplace(key: np.uint64, purpose: Purpose, quarter: int, scale: float) -> float:
    """Laplace with mean 0 and the given scale."""
    centred = uniform(key, purpose, quarter) - 0.5
    size = -scale * log(max(1.0 - 2.0 * abs(centred), 2.0**-53))
    return size if centred > 0.0 else -size


@compiled
def invert_poisson(u: float, mean: float) -> int:
    """Smallest k with P(N <= k) >= u, for a mean up to BLOCK."""
    none = exp(-mean)
    if u <= none:
        return 0
    length = 24 if mean <= 2.0 else 60 if mean <= 12.0 else 160  # P(N > length) is below 1e-17
    count, term, cdf = 1, mean, mean
    while count < length and (cdf + 1.0) * none < u:
        count += 1
        term *= mean / count
        cdf += term
    return count


@compiled
def poisson(key: np.uint64, purpose: Purpose, quarter: int, mean: float) -> int:
    """Poisson count: exact for any mean, and never falling when the mean rises."""
    line = bits(key, purpose, quarter)
    full = int(mean // BLOCK)
    if full == 0:
        return invert_poisson(unit(line), mean)
    count = invert_poisson(unit(child(line, full)), mean - BLOCK * full)
    for block in range(full):
        u = unit(child(line, block) if block > 0 else line)
        count += int(np.searchsorted(FULL_BLOCK_CDF, u))
    return count
