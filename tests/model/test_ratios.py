"""The one maker of ratios: undefined over nothing, and never a warning."""

from __future__ import annotations

import numpy as np
import pytest

from wutong.model.ratios import ratio

NOTHING = float("nan")


@pytest.mark.parametrize(
    ("above", "below", "expected"),
    [
        (0.0, 0.0, NOTHING),
        (3.0, 0.0, NOTHING),
        (-3.0, -0.0, NOTHING),
        (0.0, 4.0, 0.0),
        (3.0, 4.0, 0.75),
        (3.0, -4.0, -0.75),
        (1.0, 1e-12, 1e12),
        (NOTHING, 4.0, NOTHING),
        (3.0, NOTHING, NOTHING),
        (0, 0, NOTHING),
        (3, 4, 0.75),
    ],
)
@pytest.mark.parametrize("shape", [(), (1,), (2, 3)])
def test_a_ratio_is_defined_only_over_something(above, below, expected, shape):
    with np.errstate(all="raise"):
        found = ratio(np.full(shape, above), np.full(shape, below))
    assert found.shape == shape
    assert np.array_equal(found, np.full(shape, expected), equal_nan=True)


def test_a_ratio_takes_the_common_shape_and_keeps_single_precision():
    above, below = np.array([[1.0], [2.0]], np.float32), np.array([0.0, 4.0], np.float32)
    found = ratio(above, below)
    assert found.dtype == np.float32
    assert np.array_equal(found, [[np.nan, 0.25], [np.nan, 0.5]], equal_nan=True)
