"""Declared facts: every parameter, column, lever and measure says its unit, bounds, names and source exactly once.

A parameter or a column is a dataclass field whose metadata is the fact; mypy sees a plain attribute.  Tables, axis labels,
the file schema and docs/ODD.md are generated from these facts and from nothing else.
"""

from __future__ import annotations

import dataclasses
import enum
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.int8]
Quarters = NDArray[np.int16]
Slots = NDArray[np.int16]
Mask = NDArray[np.bool_]
Keys = NDArray[np.uint64]


@dataclass(frozen=True)
class Label:
    """A name in the two languages of the product."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


class Shape(enum.StrEnum):
    """How an assumption is spread between its bounds."""

    FIXED = "fixed"
    UNIFORM = "uniform"
    LOG_UNIFORM = "log_uniform"
    TRIANGULAR = "triangular"
    NORMAL = "normal"  # cut off at the bounds
    LOGNORMAL = "lognormal"  # cut off at the bounds
    CHOICE = "choice"


class Tag(enum.StrEnum):
    """Where a number comes from."""

    SEEN = "S"
    COMPUTED = "C"
    MEMORY = "M"
    DESIGN = "D"


@dataclass(frozen=True)
class Assumption:
    """A number that is not known exactly: default, bounds, shape between them, and the chance that the effect is absent.

    Attributes
    ----------
    default : what a run at the defaults uses; the mode of a triangle, the mean of a normal, the median of a lognormal
    deviation : sd of a normal, in the unit of the value; of a lognormal that of the logarithm
    options : equally likely values of a choice; one that stands twice is twice as likely
    drawn_with : name of the draw that it shares with others: choices with one name take the same place among their options,
        and so stay together as they were found; empty: a draw of its own
    """

    default: float
    low: float
    high: float
    shape: Shape = Shape.TRIANGULAR
    null_prob: float = 0.0
    source: str = ""
    deviation: float = 0.0
    options: tuple[float, ...] = ()
    drawn_with: str = ""

    def __post_init__(self) -> None:
        if not self.low <= self.default <= self.high:
            raise ValueError(f"default {self.default} lies outside {self.low} to {self.high}")
        if not 0.0 <= self.null_prob < 1.0:
            raise ValueError(f"the chance of no effect is {self.null_prob}, not a share below 1")
        if self.shape in (Shape.LOG_UNIFORM, Shape.LOGNORMAL) and self.low <= 0:
            raise ValueError(f"a {self.shape} assumption needs a lower bound above 0")
        if self.shape in (Shape.NORMAL, Shape.LOGNORMAL) and not self.deviation > 0.0:
            raise ValueError(f"a {self.shape} assumption needs a deviation above 0")
        if self.shape is Shape.CHOICE and not (self.options and min(self.options) == self.low and max(self.options) == self.high):
            raise ValueError("a choice needs options, and its bounds are the least and the greatest of them")

    def quantile(self, u: Floats) -> Floats:
        """Value at the quantiles u, of the shape of u; 0 below ``null_prob``, never falling above it."""
        return Spread.of((self,)).quantile(u[..., None])[..., 0]

    def alone(self) -> Assumption:
        """The same spread for itself: no draw shared with others, and options in order, so that its quantiles rise."""
        return dataclasses.replace(self, options=tuple(sorted(self.options)), drawn_with="")

    def scaled(self, factor: float, source: str = "") -> Assumption:
        """The assumption with its values times a positive factor."""
        deviation = self.deviation if self.shape is Shape.LOGNORMAL else self.deviation * factor
        return dataclasses.replace(
            self,
            default=self.default * factor,
            low=self.low * factor,
            high=self.high * factor,
            source=source or self.source,
            deviation=deviation,
            options=tuple(option * factor for option in self.options),
        )


@dataclass(frozen=True)
class Spread:
    """Several assumptions side by side: drawn in one pass.

    Attributes
    ----------
    default, low, high, null_prob : of shape (n,)
    """

    assumptions: tuple[Assumption, ...]
    default: Floats
    low: Floats
    high: Floats
    null_prob: Floats

    @classmethod
    def of(cls, assumptions: Sequence[Assumption]) -> Spread:
        columns = np.array([(a.default, a.low, a.high, a.null_prob) for a in assumptions]).reshape(-1, 4).T
        return cls(tuple(assumptions), *columns)

    def quantile(self, u: Floats) -> Floats:
        """Values at the quantiles u, of the shape of u = (..., n)."""
        inner = np.maximum((u - self.null_prob) / (1.0 - self.null_prob), 0.0)
        out = np.broadcast_to(self.default, u.shape).copy()
        for shape, spread in QUANTILES.items():
            found = [a.shape is shape and a.high > a.low for a in self.assumptions]
            if any(found):
                chosen = np.flatnonzero(found)
                out[..., chosen] = spread(self, inner[..., chosen], chosen)
        return np.where(u < self.null_prob, 0.0, out)

    def uniform(self, u: Floats, chosen: Ints) -> Floats:
        return self.low[chosen] + u * (self.high - self.low)[chosen]

    def log_uniform(self, u: Floats, chosen: Ints) -> Floats:
        low, high = np.log(self.low[chosen]), np.log(self.high[chosen])
        return np.asarray(np.exp(low + u * (high - low)))

    def triangle(self, u: Floats, chosen: Ints) -> Floats:
        default, low, high = self.default[chosen], self.low[chosen], self.high[chosen]
        width = high - low
        left = low + np.sqrt(u * width * (default - low))
        right = high - np.sqrt((1.0 - u) * width * (high - default))
        return np.where(u * width < default - low, left, right)

    def one_by_one(self, u: Floats, chosen: Ints) -> Floats:
        """Quantiles of the shapes that files seldom use, in plain Python."""
        out = np.empty(u.shape)
        for i, number in enumerate(chosen):
            assumption = self.assumptions[int(number)]
            out[..., i] = np.reshape([RARE[assumption.shape](assumption, float(v)) for v in u[..., i].flat], u.shape[:-1])
        return out


def _truncated(low: float, middle: float, high: float, deviation: float, u: float) -> float:
    """Quantile of a normal cut off at its bounds."""
    normal = NormalDist(middle, deviation)
    below, above = normal.cdf(low), normal.cdf(high)
    inside = below + u * (above - below)
    return min(max(normal.inv_cdf(inside), low), high) if 0.0 < inside < 1.0 else (low if inside <= 0.0 else high)


def _normal(a: Assumption, u: float) -> float:
    return _truncated(a.low, a.default, a.high, a.deviation, u)


def _lognormal(a: Assumption, u: float) -> float:
    log = _truncated(math.log(a.low), math.log(a.default), math.log(a.high), a.deviation, u)
    return min(max(math.exp(log), a.low), a.high)


def _choice(a: Assumption, u: float) -> float:
    return a.options[min(int(u * len(a.options)), len(a.options) - 1)]


RARE: Mapping[Shape, Callable[[Assumption, float], float]] = {
    Shape.NORMAL: _normal,
    Shape.LOGNORMAL: _lognormal,
    Shape.CHOICE: _choice,
}
QUANTILES: Mapping[Shape, Callable[[Spread, Floats, Ints], Floats]] = {
    Shape.UNIFORM: Spread.uniform,
    Shape.LOG_UNIFORM: Spread.log_uniform,
    Shape.TRIANGULAR: Spread.triangle,
    **dict.fromkeys(RARE, Spread.one_by_one),
}


def fixed(value: float, source: str = "") -> Assumption:
    return Assumption(value, value, value, Shape.FIXED, source=source)


@dataclass(frozen=True)
class ParameterFact:
    """What is declared of a parameter."""

    name: str
    unit: str
    label: Label
    tag: Tag
    assumption: Assumption


def parameter(
    default: float,
    *,
    unit: str,
    low: float,
    high: float,
    en: str,
    zh: str,
    source: str,
    tag: Tag = Tag.DESIGN,
    shape: Shape = Shape.TRIANGULAR,
    null_prob: float = 0.0,
) -> Any:
    """A declared parameter.  Kernels see it of shape (n_worlds, 1), or (1, 1) where all worlds agree; never as a bare number:
    numpy computes x ** 0.5 and x ** array(0.5) differently in the last bit, and worlds must not depend on their neighbours.
    """
    spread = Shape.FIXED if low == high else shape
    assumption = Assumption(default, low, high, spread, null_prob, source)
    facts = {"unit": unit, "label": Label(zh, en), "tag": tag, "assumption": assumption}
    return field(default_factory=lambda: np.full((1, 1), default), metadata=facts)


def parameters_of(owner: str, kind: type) -> Iterator[ParameterFact]:
    """Facts of a parameter class; the full name of each is ``owner.field``."""
    for f in dataclasses.fields(kind):
        yield ParameterFact(
            f"{owner}.{f.name}", f.metadata["unit"], f.metadata["label"], f.metadata["tag"], f.metadata["assumption"]
        )


def column(unit: str, en: str, zh: str, stored: Any, *, low: float = -np.inf, high: float = np.inf) -> Any:
    """A declared column of a table of entities; ``stored`` is the type of its numbers."""
    return field(metadata={"unit": unit, "label": Label(zh, en), "stored": stored, "low": low, "high": high})
