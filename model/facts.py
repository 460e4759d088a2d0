"""Declared facts: every parameter, column, lever and measure says its unit, bounds, names and source exactly once.

A parameter or a column is a dataclass field whose metadata is the fact; mypy sees a plain attribute.  Tables, axis labels,
the file schema and docs/ODD.md are generated from these facts and from nothing else.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
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


class Tag(enum.StrEnum):
    """Where a number comes from."""

    SEEN = "S"
    COMPUTED = "C"
    MEMORY = "M"
    DESIGN = "D"


@dataclass(frozen=True)
class Assumption:
    """A number that is not known exactly: default, bounds, shape between them, and the chance that the effect is absent."""

    default: float
    low: float
    high: float
    shape: Shape = Shape.TRIANGULAR
    null_prob: float = 0.0
    source: str = ""

    def __post_init__(self) -> None:
        if not self.low <= self.default <= self.high:
            raise ValueError(f"default {self.default} lies outside {self.low} to {self.high}")
        if not 0.0 <= self.null_prob < 1.0:
            raise ValueError(f"the chance of no effect is {self.null_prob}, not a share below 1")
        if self.shape is Shape.LOG_UNIFORM and self.low <= 0:
            raise ValueError("a log-uniform assumption needs a lower bound above 0")

    def quantile(self, u: Floats) -> Floats:
        """Value at the quantiles u, of the shape of u; 0 below ``null_prob``, never falling above it."""
        return Spread.of((self,)).quantile(u[..., None])[..., 0]


@dataclass(frozen=True)
class Spread:
    """Several assumptions side by side, of shape (n,) each: drawn in one pass."""

    default: Floats
    low: Floats
    high: Floats
    null_prob: Floats
    shape: tuple[Shape, ...]

    @classmethod
    def of(cls, assumptions: Sequence[Assumption]) -> Spread:
        default, low, high, null_prob = np.array([(a.default, a.low, a.high, a.null_prob) for a in assumptions]).reshape(-1, 4).T
        return cls(default, low, high, null_prob, tuple(a.shape for a in assumptions))

    def quantile(self, u: Floats) -> Floats:
        """Values at the quantiles u, of the shape of u = (..., n)."""
        inner = np.maximum((u - self.null_prob) / (1.0 - self.null_prob), 0.0)
        out = np.broadcast_to(self.default, u.shape).copy()
        width = self.high - self.low
        for shape, spread in ((Shape.UNIFORM, self._uniform), (Shape.LOG_UNIFORM, self._log), (Shape.TRIANGULAR, self._triangle)):
            chosen = np.flatnonzero([s is shape and w > 0.0 for s, w in zip(self.shape, width, strict=True)])
            if len(chosen):
                out[..., chosen] = spread(inner[..., chosen], chosen)
        return np.where(u < self.null_prob, 0.0, out)

    def _uniform(self, u: Floats, chosen: Ints) -> Floats:
        return self.low[chosen] + u * (self.high - self.low)[chosen]

    def _log(self, u: Floats, chosen: Ints) -> Floats:
        low, high = np.log(self.low[chosen]), np.log(self.high[chosen])
        return np.asarray(np.exp(low + u * (high - low)))

    def _triangle(self, u: Floats, chosen: Ints) -> Floats:
        default, low, high = self.default[chosen], self.low[chosen], self.high[chosen]
        width = high - low
        left = low + np.sqrt(u * width * (default - low))
        right = high - np.sqrt((1.0 - u) * width * (high - default))
        return np.where(u * width < default - low, left, right)


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


def column(unit: str, en: str, zh: str, *, low: float = -np.inf, high: float = np.inf, initial: float | None = None) -> Any:
    """A declared column of a table of entities; ``initial`` is its value in a new row that does not give one."""
    return field(metadata={"unit": unit, "label": Label(zh, en), "low": low, "high": high, "initial": initial})
