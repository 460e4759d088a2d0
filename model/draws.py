"""Keyed random numbers: every number has an address (lineage key, purpose, quarter), so a lever changes only what it touches.

SplitMix64 (Steele, Lea & Flood 2014) serves as a stateless hash; a uniform takes its upper 53 bits.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from wutong.model.facts import Floats, Ints, Keys
from wutong.model.maths import exp

GOLDEN = 0x9E3779B97F4A7C15
MASK_64 = (1 << 64) - 1
PURPOSES = 0x1234567
BLOCK = 64.0


class Purpose(enum.IntEnum):
    """Append only: a changed number changes every result."""

    ASSUMPTION = 1
    ACCEPTANCE = 2
    ENTRY = 3
    ENTRANT = 4
    RESISTANCE = 5
    LANDING = 6
    BROUGHT = 7
    OPENING = 8
    LAG = 9
    INVESTMENT = 10
    CANDIDATES = 11
    CANDIDATE = 12
    CANDIDATE_SEGMENT = 13
    SIZE = 14
    QUALITY = 15
    AGE = 16
    LIFE = 17
    SPIN_OFF = 18
    SPIN_OFF_STAYS = 19
    GROWTH = 20
    SEGMENT_SHOCK = 21
    POOL_SHOCK = 22
    ZONE = 23
    NAMES_BUYER = 24
    BUYER = 25
    LAB_START = 26
    LAB_PROJECT = 27
    STAGE_TIME = 28
    STAGE_PASS = 29
    LAB_SPIN_OFF = 30
    LAB_CHILD = 31
    LAB_FIELD = 32
    FUNDED = 33
    FUNDED_FOUNDER = 34
    TIE_BREAK = 35
    SIGNED_WHEN = 36
    PARTNERS = 37
    CHILD = 38
    FOUNDER_SHARE = 39
    SPIN_OFF_SEGMENT = 40
    COMMON_SHOCK = 41


def _mix_int(x: int) -> int:
    x &= MASK_64
    x = ((x ^ x >> 30) * 0xBF58476D1CE4E5B9) & MASK_64
    x = ((x ^ x >> 27) * 0x94D049BB133111EB) & MASK_64
    return x ^ x >> 31


SHIFT_30, SHIFT_27, SHIFT_31, SHIFT_11 = (np.uint64(n) for n in (30, 27, 31, 11))
FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def mix(x: Keys) -> Keys:
    """SplitMix64's finaliser, of the shape of x: a bijection in which every bit of x reaches every bit of the result."""
    x = x ^ x >> SHIFT_30
    x *= FIRST
    x ^= x >> SHIFT_27
    x *= SECOND
    x ^= x >> SHIFT_31
    return x


def child(key: Keys, index: Ints) -> Keys:
    """Key of the index-th child, of the common shape of key and index."""
    return mix(key + index.astype(np.uint64) * np.uint64(GOLDEN))


def named(key: Keys, name: str) -> Keys:
    """Key of a child with a name, of the shape of key; the same on every machine and under every hash seed."""
    return mix(key + _digest(name))


def named_all(key: Keys, names: Sequence[str]) -> Keys:
    """Keys of the children with the given names, of shape (*key.shape, n_names)."""
    return mix(key[..., None] + np.array([_digest(name) for name in names], np.uint64))


@cache
def _digest(name: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little"))


def world_key(seed: int, replication: int) -> int:
    """Key of a world, from (experiment seed, replication) alone."""
    return _mix_int(_mix_int(seed * GOLDEN + 0x5EED) + replication * GOLDEN)


def unit_interval(bits: Keys) -> Floats:
    """Uniform on [0, 1) from the upper 53 bits, of the shape of bits."""
    return (bits >> SHIFT_11).astype(np.float64) * 2.0**-53


def ranges(counts: Ints) -> tuple[Ints, Ints]:
    """Row and position within its row of every item: counts [2, 0, 1] gives [0, 0, 2] and [0, 1, 0]."""
    row = np.arange(counts.size).repeat(counts)
    return row, np.arange(len(row)) - (counts.cumsum() - counts).take(row)


def invert_poisson(u: Floats, mean: Floats) -> Ints:
    """Smallest k with P(N <= k) >= u, of the shape of u (1-d), for means up to BLOCK.

    A row's sums run in the order of k, so a longer table, needed by a neighbour, leaves its count alone.
    """
    count = np.zeros(len(u), np.int64)
    none = np.exp(-mean)
    some = u > none
    # P(N > length) is below 1e-17 at the largest mean of each length
    for low, high, length in ((-1.0, 2.0, 24), (2.0, 12.0, 60), (12.0, BLOCK, 160)):
        todo = np.flatnonzero(some & (mean > low) & (mean <= high))
        if len(todo):
            cdf: Floats = np.cumsum(np.cumprod(mean[todo] / STEPS[:length, None], axis=0), axis=0)
            count[todo] = 1 + ((cdf[:-1] + 1.0) * none[todo] < u[todo]).sum(axis=0)
    return count


STEPS = np.arange(1.0, 161.0)


def _full_block_cdf() -> Floats:
    """P(N <= k) for mean BLOCK, of shape (256,); by products and sums alone, so that every machine has the same bits."""
    ratios = BLOCK / np.maximum(np.arange(256.0), 1.0)
    ratios[0] = exp(-BLOCK)
    return np.cumsum(np.cumprod(ratios))


FULL_BLOCK_CDF = _full_block_cdf()


def _of_block(bits: Keys, block: Ints) -> Keys:
    """Bits of a block of the line: the first block's are the address itself, so that small means need no further hash."""
    return np.where(block > 0, child(bits, block), bits)


@cache
def _address(purpose: Purpose, quarter: int) -> np.uint64:
    return np.uint64(_mix_int(_mix_int(int(purpose) * GOLDEN + PURPOSES) + quarter * GOLDEN))


@cache
def _addresses(purpose: Purpose, quarter: int) -> Keys:
    """Two addresses, of shape (2, 1); the second serves no other purpose."""
    return np.array([[_address(purpose, quarter)], [_mix_int(int(_address(purpose, quarter)) + 1)]], np.uint64)


@dataclass(frozen=True)
class Draws:
    """The random numbers of one quarter."""

    quarter: int

    def bits(self, key: Keys, purpose: Purpose) -> Keys:
        return mix(key + _address(purpose, self.quarter))

    def uniform(self, key: Keys, purpose: Purpose) -> Floats:
        """Uniform on [0, 1), of the shape of key."""
        return unit_interval(self.bits(key, purpose))

    def pair(self, key: Keys, purpose: Purpose) -> Floats:
        """Two independent uniforms on [0, 1) a key, of shape (2, n)."""
        return unit_interval(mix(key + _addresses(purpose, self.quarter)))

    def exponential(self, key: Keys, purpose: Purpose) -> Floats:
        """Exponential with mean 1, of the shape of key."""
        return -np.log(1.0 - self.uniform(key, purpose))

    def normal(self, key: Keys, purpose: Purpose) -> Floats:
        """Standard normal, of the shape of key (Box and Muller 1958)."""
        first, second = self.pair(key.ravel(), purpose)
        values: Floats = np.sqrt(-2.0 * np.log(1.0 - first)) * np.cos(2.0 * np.pi * second)
        return values.reshape(key.shape)

    def gamma_two(self, key: Keys, purpose: Purpose, mean: Floats) -> Floats:
        """Gamma with shape 2 and the given mean, of shape (n,): a sum of two exponentials, rising with the mean."""
        logs = np.log(1.0 - self.pair(key, purpose))
        return np.asarray(-0.5 * mean * (logs[0] + logs[1]))

    def laplace(self, key: Keys, purpose: Purpose, scale: Floats) -> Floats:
        """Laplace with mean 0 and the given scale, of the shape of key."""
        centred = self.uniform(key, purpose) - 0.5
        size = np.log(np.maximum(1.0 - 2.0 * np.abs(centred), 2.0**-53))
        return -scale * np.copysign(size, -centred)

    def poisson(self, key: Keys, purpose: Purpose, mean: Floats) -> Ints:
        """Poisson counts of the shape of mean: exact for any mean, and never falling when a mean rises.

        They are the events of a unit-rate process on [0, mean].  The line is cut into blocks of length 64, each with a
        keyed uniform of its own; full blocks and the last, partial one are both inverted.  Sums of independent Poisson
        counts are Poisson, so nothing is approximated and exp(-mean) never underflows.
        """
        bits, flat = self.bits(key, purpose).ravel(), mean.ravel()
        full = (flat // BLOCK).astype(np.int64)
        if not full.any():
            return invert_poisson(unit_interval(bits), flat).reshape(mean.shape)
        counts = invert_poisson(unit_interval(_of_block(bits, full)), flat - BLOCK * full)
        row, block = ranges(full)
        np.add.at(counts, row, FULL_BLOCK_CDF.searchsorted(unit_interval(_of_block(bits[row], block))))
        return counts.reshape(mean.shape)

    def newborn_keys(self, key: Keys, purpose: Purpose, counts: Ints) -> tuple[Keys, Ints]:
        """Keys of ``counts`` newborns of each key, and the row of the key that each belongs to, of shape (counts.sum(),).

        A higher count keeps the first newborns and adds more.
        """
        row, position = ranges(counts.ravel())
        return child(self.bits(key, purpose).ravel()[row], position), row
