"""What varies in a design, and the points that a method makes of it: no files, no scenarios, nothing but numbers.

Every random number has an address (seed, factor, index): one point or factor more changes nothing that was drawn before.
Values drawn from a range keep ten digits, so that a point is the same on machines whose logarithms differ in the last bit.
"""

from __future__ import annotations

import enum
import hashlib
import itertools
import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from wutong.experiments.extras import needs
from wutong.model.draws import child, named, unit_interval, world_key
from wutong.model.facts import Floats, Keys, Label

Value = float | bool  # whole numbers are floats too, so that 1 and 1.0 are one point
Values = Mapping[str, Value]

ID_DIGITS = 12
SIGNIFICANT_DIGITS = 10
MOST_POINTS = 1_000_000
SOBOL_BITS = 30  # of scipy's sequence; a keyed shift adds the others of a double


class Spacing(enum.StrEnum):
    """How the values of a factor lie."""

    UNIFORM = "uniform"
    LOG_UNIFORM = "log_uniform"
    INTEGERS = "integers"  # from low to high, both among them
    VALUES = "values"  # these and no others


class Method(enum.StrEnum):
    """How points are made of factors."""

    FACTORIAL = "factorial"
    LIST = "list"
    ONE_AT_A_TIME = "one_at_a_time"
    LATIN_HYPERCUBE = "latin_hypercube"
    SOBOL = "sobol"
    RANDOM = "random"


SAMPLED = frozenset({Method.LATIN_HYPERCUBE, Method.SOBOL, Method.RANDOM})


class SameIdError(ValueError):
    """Two different points have one id."""

    def __init__(self, point_id: str) -> None:
        super().__init__(point_id)
        self.point_id = point_id

    def __str__(self) -> str:
        return f"two points have the id {self.point_id}: take another seed, or fewer points"


@dataclass(frozen=True)
class Factor:
    """Something that takes several values.

    Attributes
    ----------
    name : full path: ``assumptions.growth.people``, ``levers.seed_fund``, ``segments.software.products.entry``
    values : in the declared unit, each equally likely in samples; of VALUES alone
    names : what each of the values is called, if they have names
    levels : number of values of a range or of integers in a factorial; 0 for all integers
    default : value while others vary one at a time
    """

    name: str
    spacing: Spacing
    low: float = 0.0
    high: float = 0.0
    values: tuple[Value, ...] = ()
    names: tuple[str, ...] = ()
    levels: int = 0
    default: Value | None = None
    unit: str = ""
    label: Label = field(default_factory=lambda: Label("", ""))

    def __post_init__(self) -> None:
        if self.spacing is Spacing.VALUES:
            if not self.values or len(set(self.values)) < len(self.values):
                raise ValueError(f"factor {self.name}: values must be given, each once")
            if self.names and len(self.names) != len(self.values):
                raise ValueError(f"factor {self.name}: as many names as values")
        elif not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"factor {self.name}: the lower bound must lie below the upper one")
        if self.spacing is Spacing.LOG_UNIFORM and self.low <= 0.0:
            raise ValueError(f"factor {self.name}: log_uniform needs a lower bound above 0")
        if self.spacing is Spacing.INTEGERS and not (self.low.is_integer() and self.high.is_integer()):
            raise ValueError(f"factor {self.name}: integers need whole bounds")

    def at(self, u: float) -> Value:
        """The value at u on [0, 1): of a range by its spacing, of whole numbers and choices each over an equal part."""
        if self.spacing is Spacing.VALUES:
            return self.values[min(int(u * len(self.values)), len(self.values) - 1)]
        if self.spacing is Spacing.INTEGERS:
            return min(self.low + math.floor(u * (self.high - self.low + 1.0)), self.high)
        if self.spacing is Spacing.LOG_UNIFORM:
            value = math.exp(math.log(self.low) + u * (math.log(self.high) - math.log(self.low)))
        else:
            value = self.low + u * (self.high - self.low)
        return min(max(float(f"{value:.{SIGNIFICANT_DIGITS}g}"), self.low), self.high)

    def grid(self) -> tuple[Value, ...]:
        """Its values in a factorial, bounds among them.

        Raises
        ------
        ValueError
            If it is a range without at least two levels.
        """
        if self.spacing is Spacing.VALUES:
            return self.values
        if self.spacing is Spacing.INTEGERS:
            count = int(self.high - self.low) + 1
            steps = min(self.levels or count, count)
            return tuple(self.low + round(i * (count - 1) / max(steps - 1, 1)) for i in range(steps))
        if self.levels < 2:
            raise ValueError(f"factor {self.name}: a range needs at least two levels in a factorial")
        inner = (self.at(i / (self.levels - 1)) for i in range(1, self.levels - 1))
        return (self.low, *inner, self.high)

    def n_grid(self) -> int:
        """Length of :meth:`grid`, without making it."""
        count = int(self.high - self.low) + 1
        return len(self.values) or (min(self.levels or count, count) if self.spacing is Spacing.INTEGERS else self.levels)

    def ends(self) -> tuple[Value, Value]:
        """Least and greatest value."""
        return (min(self.values), max(self.values)) if self.values else (self.low, self.high)


@dataclass(frozen=True)
class Point:
    """A value for each factor; ``drawn`` says how often a sample drew it, where whole numbers and choices meet again."""

    values: Values
    drawn: int = 1

    @cached_property
    def id(self) -> str:
        """Hexadecimal digits that depend on names and values alone, empty where nothing varies."""
        pairs = [[name, value if isinstance(value, bool) else float(value) + 0.0] for name, value in sorted(self.values.items())]
        return hashlib.sha256(json.dumps(pairs).encode()).hexdigest()[:ID_DIGITS] if pairs else ""


def points_of(
    factors: Sequence[Factor], method: Method, n: int = 0, seed: int = 1, listed: Sequence[Values] = ()
) -> tuple[Point, ...]:
    """The distinct points of a design, in the order in which the method makes them.

    Parameters
    ----------
    n : points of a sample; of ``sobol`` a power of two
    listed : values of every factor, for ``list``

    Raises
    ------
    ValueError
        If the method cannot make points of these factors; a SameIdError if different points have one id.
    MissingLibraryError
        If scipy is needed and not installed.
    """
    if not factors:
        return (Point({}),)
    names = [factor.name for factor in factors]
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise ValueError(f"factors that stand twice: {', '.join(twice)}")
    if method in SAMPLED:
        if n < 1:
            raise ValueError(f"method {method} needs a number of points n")
        table = UNIFORMS[method](names, n, seed)
        rows: Iterable[Sequence[Value]] = ([f.at(u) for f, u in zip(factors, row, strict=True)] for row in table.tolist())
    else:
        rows = MADE[method](factors, listed)
    times = Counter(map(tuple, rows))
    points = tuple(Point(dict(zip(names, row, strict=True)), count if method in SAMPLED else 1) for row, count in times.items())
    _check_ids(points)
    return points


def n_points(factors: Sequence[Factor], method: Method, n: int = 0, listed: Sequence[Values] = ()) -> int:
    """How many points a method makes, those that a sample draws again counted again."""
    if not factors:
        return 1
    if method is Method.FACTORIAL:
        return math.prod(factor.n_grid() for factor in factors)
    return n if method in SAMPLED else {Method.LIST: len(listed)}.get(method, 1 + 2 * len(factors))


def _check_ids(points: Sequence[Point]) -> None:
    seen: dict[str, Point] = {}
    for point in points:
        other = seen.setdefault(point.id, point)
        if other is not point:
            raise SameIdError(point.id)


# ── Chosen points ────────────────────────────────────────────────────────────────────────────────────────────────────
def _factorial(factors: Sequence[Factor], listed: Sequence[Values]) -> Iterator[tuple[Value, ...]]:  # noqa: ARG001
    return itertools.product(*(factor.grid() for factor in factors))


def _listed(factors: Sequence[Factor], listed: Sequence[Values]) -> Iterator[tuple[Value, ...]]:
    names = {factor.name for factor in factors}
    for values in listed:
        if set(values) != names:
            raise ValueError(f"a listed point must give {', '.join(sorted(names))}, and nothing else")
        yield tuple(values[factor.name] for factor in factors)


def _one_at_a_time(factors: Sequence[Factor], listed: Sequence[Values]) -> Iterator[tuple[Value, ...]]:  # noqa: ARG001
    """All at their defaults; then each at its low and at its high."""
    base = [factor.default for factor in factors if factor.default is not None]
    if len(base) < len(factors):
        raise ValueError("one_at_a_time needs the default of every factor")
    yield tuple(base)
    for i, factor in enumerate(factors):
        for end in factor.ends():
            yield (*base[:i], end, *base[i + 1 :])


MADE: Mapping[Method, Callable[[Sequence[Factor], Sequence[Values]], Iterator[tuple[Value, ...]]]] = {
    Method.FACTORIAL: _factorial,
    Method.LIST: _listed,
    Method.ONE_AT_A_TIME: _one_at_a_time,
}


# ── Samples: uniforms of shape (n, n_factors) ────────────────────────────────────────────────────────────────────────
def _keys(seed: int, purpose: str, names: Sequence[str]) -> list[Keys]:
    """A key for each factor, of shape (1,)."""
    root = named(np.array([world_key(seed, 0)], np.uint64), f"design {purpose}")
    return [named(root, name) for name in names]


def _random(names: Sequence[str], n: int, seed: int) -> Floats:
    return np.stack([unit_interval(child(key, np.arange(n))) for key in _keys(seed, "random", names)], axis=1)


def _latin_hypercube(names: Sequence[str], n: int, seed: int) -> Floats:
    """In each of n equal parts of every factor one point, anywhere within it (McKay, Beckman & Conover 1979)."""
    places = [np.argsort(child(key, np.arange(n)), kind="stable") for key in _keys(seed, "strata", names)]
    within = [unit_interval(child(key, np.arange(n))) for key in _keys(seed, "within", names)]
    return np.stack([(place + u) / n for place, u in zip(places, within, strict=True)], axis=1)


def _sobol(names: Sequence[str], n: int, seed: int) -> Floats:
    """Sobol's sequence, each factor with a keyed digital shift, so that it depends on the seed and on no release of scipy."""
    if near := nearest_powers(n):
        raise ValueError(f"a Sobol sample needs a power of two, such as {near[0]} or {near[1]}, not {n} points")
    needs("design")
    from scipy.stats import qmc

    sequence = qmc.Sobol(len(names), scramble=False, bits=SOBOL_BITS).random_base2(n.bit_length() - 1)
    whole = (sequence * 2.0**SOBOL_BITS).astype(np.uint64) << np.uint64(64 - SOBOL_BITS)
    return np.stack([unit_interval(whole[:, i] ^ key) for i, key in enumerate(_keys(seed, "sobol", names))], axis=1)


def nearest_powers(n: int) -> tuple[int, int] | None:
    """The powers of two around a number; None if it is one."""
    return None if n & (n - 1) == 0 else (1 << n.bit_length() - 1, 1 << n.bit_length())


UNIFORMS: Mapping[Method, Callable[[Sequence[str], int, int], Floats]] = {
    Method.LATIN_HYPERCUBE: _latin_hypercube,
    Method.SOBOL: _sobol,
    Method.RANDOM: _random,
}
