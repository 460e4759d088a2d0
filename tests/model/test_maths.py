"""Own functions of the reals: how exact they are, what they do at the edges, and that machines and modes agree to the bit."""

from __future__ import annotations

import hashlib
import math
import os
import platform
import subprocess
import sys
from decimal import Decimal, localcontext
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wutong.model.compiled import compiled, engine
from wutong.model.maths import cosine_of_turns, exp, log, power

ROOT = Path(__file__).resolve().parents[2]
INFINITY, NAN = math.inf, math.nan
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459")
SMALLEST = 2.0**-1074


@compiled
def all_of_them(x, y, out):
    for i in range(len(x)):
        out[0, i], out[1, i] = exp(x[i]), log(x[i])
        out[2, i], out[3, i] = power(x[i], y[i]), cosine_of_turns(y[i])


def values(plain: bool) -> np.ndarray:
    """Results over wide ranges and at edges, of shape (4, n)."""
    draws = np.random.default_rng(1)
    signs = draws.choice([-1.0, 1.0], 500)
    edges = [0.0, -0.0, 1.0, -1.0, INFINITY, -INFINITY, SMALLEST, 2.0**-1022, 1.8e308, 709.79, -708.5, -745.2, math.sqrt(2.0)]
    x = np.array([*edges, *(signs * np.exp(draws.uniform(-745.0, 709.0, 500))), *draws.uniform(-746.0, 710.0, 2000)])
    y = np.array([*[0.0] * len(edges), *draws.uniform(-5.0, 5.0, 2500)])
    out = np.empty((4, len(x)))
    engine(all_of_them, plain=plain)(x, y, out)
    out[np.isnan(out)] = NAN  # the sign of a NaN is nobody's
    return out


def digest() -> str:
    return hashlib.sha256(values(plain=False).tobytes()).hexdigest()


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WUTONG_CACHE", str(tmp_path_factory.mktemp("cache") / "own"))
        yield


def cosine(turns: Decimal) -> Decimal:
    """By its series, which 60 digits carry over a whole turn."""
    z = (2 * PI * (turns % 1)) ** 2
    total, term, n = Decimal(0), Decimal(1), 0
    while abs(term) > Decimal(10) ** -45:
        total, n = total + term, n + 2
        term *= -z / (n * (n - 1))
    return total


def distance(found: float, exact: Decimal) -> Decimal:
    """In units in the last place of what was found."""
    return abs(Decimal(float(found)) - exact) / Decimal(math.ulp(float(found)))


@given(st.floats(-745.13, 709.78))
@example(-708.4)
@example(709.782712893384)
@example(SMALLEST)
@settings(max_examples=500)
def test_exp_is_within_one_unit(x):
    with localcontext(prec=60), np.errstate(all="ignore"):
        assert distance(exp(x), Decimal(x).exp()) < 1


@given(st.floats(0.0, exclude_min=True, allow_infinity=False) | st.floats(0.5, 2.0))
@example(SMALLEST)
@example(1.0 + 2.0**-52)
@example(1.0 - 2.0**-53)
@example(sys.float_info.max)
@settings(max_examples=500)
def test_log_is_within_one_unit(x):
    with localcontext(prec=60):
        assert distance(log(x), Decimal(x).ln()) < 1


@given(st.floats(-100.0, 100.0))
@example(0.125)
@example(math.nextafter(0.25, 1.0))
@example(SMALLEST)
@settings(max_examples=300)
def test_cosine_is_within_two_units(turns):
    with localcontext(prec=60):
        exact, found = cosine(Decimal(turns)), cosine_of_turns(turns)
        assert distance(found, exact) < 2 if abs(exact) > Decimal(10) ** -40 else found == 0.0


@given(st.floats(1e-9, 1e9), st.floats(-20.0, 20.0))
@settings(max_examples=300)
def test_power_is_as_exact_as_it_says(x, y):
    with localcontext(prec=60):
        exact = Decimal(x) ** Decimal(y)
        assert abs(Decimal(float(power(x, y))) / exact - 1) < (2 + 2 * abs(y * math.log(x))) * 1.2e-16


EDGES = (
    (exp, (0.0,), 1.0),
    (exp, (-0.0,), 1.0),
    (exp, (709.79,), INFINITY),
    (exp, (INFINITY,), INFINITY),
    (exp, (-745.2,), 0.0),
    (exp, (-INFINITY,), 0.0),
    (exp, (-745.13,), SMALLEST),
    (exp, (NAN,), NAN),
    (log, (1.0,), 0.0),
    (log, (0.0,), -INFINITY),
    (log, (-0.0,), -INFINITY),
    (log, (INFINITY,), INFINITY),
    (log, (-1.0,), NAN),
    (log, (-SMALLEST,), NAN),
    (log, (NAN,), NAN),
    (power, (0.0, 0.0), 1.0),
    (power, (INFINITY, 0.0), 1.0),
    (power, (NAN, 0.0), 1.0),
    (power, (7.0, 0.0), 1.0),
    (power, (1.0, -3.5), 1.0),
    (power, (0.0, 0.3), 0.0),
    (power, (0.0, -0.3), INFINITY),
    (power, (INFINITY, 2.0), INFINITY),
    (power, (INFINITY, -2.0), 0.0),
    (power, (1e200, 2.0), INFINITY),
    (power, (-2.0, 2.0), NAN),
    (power, (NAN, 1.0), NAN),
    (cosine_of_turns, (0.0,), 1.0),
    (cosine_of_turns, (0.25,), 0.0),
    (cosine_of_turns, (0.5,), -1.0),
    (cosine_of_turns, (0.75,), 0.0),
    (cosine_of_turns, (-7.5,), -1.0),
    (cosine_of_turns, (1e15,), 1.0),
)


@pytest.mark.parametrize(("function", "arguments", "expected"), EDGES, ids=lambda value: getattr(value, "__name__", str(value)))
def test_edges(function, arguments, expected):
    with np.errstate(over="ignore"):
        assert function(*arguments) == pytest.approx(expected, rel=0.0, abs=0.0, nan_ok=True)


def test_compiled_and_plain_agree_to_the_bit():
    assert values(plain=False).tobytes() == values(plain=True).tobytes()


@pytest.mark.skipif(platform.machine().lower() not in ("x86_64", "amd64"), reason="named processors of another kind")
def test_other_processors_agree_to_the_bit():
    """One of the first: without the vectors and the fused multiplication that this machine has."""
    code = "from tests.model.test_maths import digest; print(digest())"
    surroundings = {**os.environ, "NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": "", "PYTHONPATH": str(ROOT)}
    said = subprocess.run([sys.executable, "-c", code], env=surroundings, cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == digest()
