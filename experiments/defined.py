"""Statistics over the worlds in which a number is defined.

A ratio whose denominator is 0 is undefined (NaN).  It stands empty in tables, is not drawn, is not counted, and is neither more
nor less than anything.  Where every value is defined, these give what numpy gives, bit by bit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wutong.model.facts import Floats, Ints
from wutong.model.ratios import ratio


def defined(values: Floats) -> Floats:
    """Those of some values that are defined, in their order, of shape (n_defined,)."""
    return np.asarray(values[~np.isnan(values)])


def count(values: Floats, axis: int = -1) -> Ints:
    """How many are defined along an axis."""
    return np.asarray((~np.isnan(values)).sum(axis=axis))


def mean(values: Floats, axis: int = -1) -> Floats:
    """Mean along an axis of those that are defined; undefined where none is."""
    unknown = np.isnan(values)
    if values.shape[axis] and not unknown.any():
        return np.asarray(values.mean(axis=axis))
    return ratio(np.where(unknown, 0.0, values).sum(axis=axis), count(values, axis))


def quantiles(values: Floats, shares: Sequence[float], axis: int = -1) -> Floats:
    """Quantiles along an axis of those that are defined, of shape (n_shares, ...); undefined where none is."""
    if values.shape[axis] and not np.isnan(values).any():
        return np.asarray(np.quantile(values, shares, axis=axis))
    rows = np.moveaxis(values, axis, -1)
    found = np.full((len(shares), *rows.shape[:-1]), np.nan)
    for place in np.ndindex(rows.shape[:-1]):
        if (known := defined(rows[place])).size:
            found[(slice(None), *place)] = np.quantile(known, shares)
    return found


def lowest(*values: Floats) -> float:
    """Lowest of all that are defined, 0 where none is."""
    known = [float(some.min()) for some in map(defined, values) if some.size]
    return min(known, default=0.0)


def highest(*values: Floats) -> float:
    """Highest of all that are defined, 0 where none is."""
    return -lowest(*(-one for one in values))


def median(values: Floats) -> float:
    """Median of those that are defined; undefined where none is."""
    known = defined(values)
    return float(np.median(known)) if known.size else float("nan")
