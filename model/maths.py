"""Functions of the reals from + - * / , floor and moves of bits alone: the same bits on every machine, compiled or not.

The library of a system, and numpy on another kind of processor, round some of their results another way; these cannot.  The
errors named here, in units in the last place (ulp), are what ``tests/model/test_maths.py`` allows.
"""

from __future__ import annotations

import math

import numpy as np

from wutong.model.compiled import compiled

INFINITY, NAN = math.inf, math.nan
PER_LN_2 = 1.4426950408889634
LN_2_HIGH, LN_2_LOW = 0.6931471803691238, 1.9082149292705877e-10  # ln 2 in two parts; the high one ends in 21 zeros
EXP_OVERFLOWS, EXP_VANISHES = 709.782712893384, -745.1332191019412
SMALLEST_NORMAL, TURN = 2.0**-1022, 6.283185307179586
FRACTION, FRACTION_OF_SQRT_2, EXPONENT_OF_ONE = 0x000FFFFFFFFFFFFF, 0x0006A09E667F3BCD, 0x3FF0000000000000
OVER = tuple(1.0 / math.factorial(n) for n in range(18))  # 1 / n!
ODD = tuple(2.0 / n for n in range(1, 22, 2))  # 2 / (2 n + 1)


@compiled
def two_to(k: int) -> float:
    """2 to the power of a whole k from -1022 to 1023."""
    return float(np.int64((k + 1023) << 52).view(np.float64))


@compiled
def exp(x: float) -> float:
    """Exponential, within 1 ulp, and 1 of the smallest number where the result is below 2.2e-308.

    Beyond 709.78 it is infinite, below -745.13 zero; of NaN it is NaN.
    """
    if not x <= EXP_OVERFLOWS:
        return x * INFINITY  # NaN stays NaN
    if x < EXP_VANISHES:
        return 0.0
    whole = float(np.floor(x * PER_LN_2 + 0.5))
    k, r = int(whole), (x - whole * LN_2_HIGH) - whole * LN_2_LOW  # r is within ln(2) / 2 of zero
    r2 = r * r
    r4 = r2 * r2  # the Taylor series in groups of four, side by side: a shorter chain than one power after the other
    first = (OVER[2] + r * OVER[3]) + r2 * (OVER[4] + r * OVER[5])
    second = (OVER[6] + r * OVER[7]) + r2 * (OVER[8] + r * OVER[9])
    third = (OVER[10] + r * OVER[11]) + r2 * (OVER[12] + r * OVER[13])
    series = 1.0 + (r + r2 * (first + r4 * (second + r4 * third)))
    if -1022 <= k <= 1023:
        return series * two_to(k)
    half = k >> 1  # in two steps, because 2^1024 is no number and the last step alone may round
    return series * two_to(half) * two_to(k - half)


@compiled
def log(x: float) -> float:
    """Natural logarithm, within 1 ulp.

    Of zero it is minus infinity, of infinity infinite, of a negative number and of NaN it is NaN.
    """
    if not 0.0 < x < INFINITY:
        return -INFINITY if x == 0.0 else x if x > 0.0 else NAN
    k = -1023
    if x < SMALLEST_NORMAL:
        x *= 2.0**54
        k -= 54
    bits = int(np.float64(x).view(np.int64))
    fraction = bits & FRACTION
    above = int(fraction > FRACTION_OF_SQRT_2)  # counted, not branched on: half of all numbers go either way
    k += (bits >> 52) + above
    m = float(np.int64(fraction | (EXPONENT_OF_ONE - (above << 52))).view(np.float64))  # from sqrt(1 / 2) to sqrt(2)
    f = m - 1.0  # x = 2^k (1 + f), and ln(1 + f) = 2 artanh(s) = 2 s + 2 s^3 / 3 + 2 s^5 / 5 ...
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    odd = z * (ODD[1] + w * (ODD[3] + w * (ODD[5] + w * (ODD[7] + w * ODD[9]))))
    even = w * (ODD[2] + w * (ODD[4] + w * (ODD[6] + w * (ODD[8] + w * ODD[10]))))
    half = 0.5 * f * f  # 2 s = f - s f = f - half + s half: f itself is exact
    return k * LN_2_HIGH - ((half - (s * (half + odd + even) + k * LN_2_LOW)) - f)


@compiled
def power(x: float, y: float) -> float:
    """x to the power of y, for x from zero on and finite y; the relative error is below (2 + 2 \\|y ln x\\|) 1.2e-16.

    The power zero of anything is 1; zero to a negative power is infinite; of a negative number the power is NaN, also where y
    is whole.
    """
    if y == 0.0:
        return 1.0
    return exp(y * log(x))


@compiled
def cosine_of_turns(turns: float) -> float:
    """cos(2 pi turns), for turns within 2^50 of zero: within 2 ulp, also where it crosses zero."""
    quarter = int(np.floor(4.0 * turns + 0.5))
    a = TURN * (turns - 0.25 * quarter)  # within pi / 4 of zero
    z = a * a
    which = quarter & 3
    if which & 1:
        low = OVER[3] - z * (OVER[5] - z * (OVER[7] - z * OVER[9]))
        w = z * z
        rest = OVER[11] - z * (OVER[13] - z * (OVER[15] - z * OVER[17]))
        sine = a - a * z * (low + w * w * rest)
        return sine if which == 3 else -sine
    w = z * z
    low = OVER[4] - z * (OVER[6] - z * (OVER[8] - z * OVER[10]))
    rest = OVER[12] - z * (OVER[14] - z * OVER[16])
    cosine = 1.0 - (0.5 * z - w * (low + w * w * rest))
    return cosine if which == 0 else -cosine
