"""The one place where a ratio of recorded numbers is made: a share of nothing is not 0, it is undefined."""

from __future__ import annotations

import numpy as np

from wutong.model.facts import Floats, Ints


def ratio(above: Floats | Ints, below: Floats | Ints) -> Floats:
    """Numerator over denominator, of their common shape; undefined (NaN) wherever the denominator is 0 or either is undefined."""
    top, bottom = np.broadcast_arrays(above, below)
    nothing = np.full(top.shape, np.nan, np.result_type(top, bottom, np.float32))
    return np.asarray(np.divide(top, bottom, out=nothing, where=bottom != 0))
