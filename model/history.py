"""What a batch of runs leaves behind: every measure, quarter by quarter and world by world."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from wutong.model.facts import Floats, Ints, Label
from wutong.model.ratios import ratio
from wutong.model.scenario import Case
from wutong.model.units import QUARTERS_PER_YEAR, quarter_name


class Kind(enum.StrEnum):
    STOCK = "stock"  # a level at the end of the quarter
    RATE = "rate"  # an annualised level over the quarter: a year's sum is the mean of its four quarters
    FLOW = "flow"  # events in the quarter: a year's sum is the sum of its four quarters
    RATIO = "ratio"  # one measure divided by another, after both are summed, over a year too; undefined (NaN) over nothing


class Axis(enum.StrEnum):
    SEGMENT = "segment"
    ZONE = "zone"
    LEVER = "lever"
    ANCHOR = "anchor"  # by name; those recruited during the run together, as the last
    LAB = "lab"
    PARK = "park"


@dataclass(frozen=True)
class MeasureFact:
    """What is declared of a measure; ``definition`` says what is counted and what is not."""

    key: str
    label: Label
    unit: str
    kind: Kind
    axis: Axis
    definition: Label
    ratio: tuple[str, str] | None = None


def entry(
    key: str, zh: str, en: str, unit: str, kind: Kind, says_zh: str, says_en: str,
    axis: Axis = Axis.SEGMENT, ratio: tuple[str, str] | None = None,
) -> MeasureFact:  # fmt: skip
    """A declared measure."""
    return MeasureFact(key, Label(zh, en), unit, kind, axis, Label(says_zh, says_en), ratio)


@dataclass(frozen=True)
class History:
    """Recorded measures of shape (n_quarters + 1, n_worlds, n) with n the length of the measure's axis.

    Row 0 is the start; flows and rates have row 0 too (flows zero).  Ratios are not stored: they are divided after summing.
    """

    cases: tuple[Case, ...]
    start: int
    axes: Mapping[Axis, tuple[str, ...]]
    facts: Mapping[str, MeasureFact]
    values: Mapping[str, Floats]

    @property
    def n_quarters(self) -> int:
        return len(next(iter(self.values.values()))) - 1

    @property
    def quarters(self) -> tuple[str, ...]:
        return tuple(quarter_name(self.start + i) for i in range(self.n_quarters + 1))

    def total(self, measure: str, members: Sequence[str] | None = None) -> Floats:
        """A measure summed over members of its axis (all if None), of shape (n_quarters + 1, n_worlds).

        Raises
        ------
        KeyError
            If the measure or a member is unknown.
        """
        fact = self.facts[measure]
        if fact.ratio is not None:
            return ratio(*(self.total(part, members) for part in fact.ratio))
        names = self.axes[fact.axis]
        if members is None or fact.axis is Axis.PARK:
            return np.asarray(self.values[measure].sum(axis=2))
        if unknown := [m for m in members if m not in names]:
            raise KeyError(f"{measure} has no {fact.axis} named {', '.join(unknown)}; known are {', '.join(names)}")
        return np.asarray(self.values[measure][:, :, [names.index(m) for m in members]].sum(axis=2))

    def yearly(self, measure: str, members: Sequence[str] | None = None) -> tuple[tuple[int, ...], Floats]:
        """Calendar years that the run covers whole, and the measure for each: year-end stock, or the year's sum.

        Returns
        -------
        years, values : of shape (n_years,) and (n_years, n_worlds)
        """
        first = -(-(self.start + 1) // QUARTERS_PER_YEAR)
        years = range(first, (self.start + self.n_quarters + 1) // QUARTERS_PER_YEAR)
        ends = np.array([QUARTERS_PER_YEAR * year + QUARTERS_PER_YEAR - 1 - self.start for year in years], np.int64)
        return tuple(years), self.over_years(measure, ends, members)

    def over_years(self, measure: str, ends: Ints, members: Sequence[str] | None = None) -> Floats:
        """A measure over the four quarters that end in each of some rows, of shape (n_ends, n_worlds).

        The level at the end of a stock, the sum of a flow, the mean of a rate; of a ratio the sum of its numerators over the sum
        of its denominators: the mean of four ratios would count a quarter with one hire as much as one with a thousand.
        """
        fact = self.facts[measure]
        if fact.ratio is not None:
            return ratio(*(self._quarters_to(part, ends, members).sum(axis=1) for part in fact.ratio))
        if fact.kind is Kind.STOCK:
            return np.asarray(self.total(measure, members)[ends])
        quarters = self._quarters_to(measure, ends, members)
        return np.asarray(quarters.sum(axis=1) if fact.kind is Kind.FLOW else quarters.mean(axis=1))

    def _quarters_to(self, measure: str, ends: Ints, members: Sequence[str] | None) -> Floats:
        """The four quarters that end in each of some rows, of shape (n_ends, 4, n_worlds)."""
        return np.asarray(self.total(measure, members)[ends[:, None] + np.arange(1 - QUARTERS_PER_YEAR, 1)])


def merge(histories: Sequence[History]) -> History:
    """One history with the worlds of all, in their order.

    Raises
    ------
    ValueError
        If there is none, or if they differ in their start, length, axes or measures.
    """
    if not histories:
        raise ValueError("there is no history to merge")
    first = histories[0]
    for other in histories[1:]:
        if (other.start, other.n_quarters, dict(other.axes)) != (first.start, first.n_quarters, dict(first.axes)):
            raise ValueError("histories that are merged must have the same start, length and axes")
        if other.values.keys() != first.values.keys() or dict(other.facts) != dict(first.facts):
            raise ValueError("histories that are merged must record the same measures")
    cases = tuple(case for history in histories for case in history.cases)
    values = {name: np.concatenate([history.values[name] for history in histories], axis=1) for name in first.values}
    return replace(first, cases=cases, values=values)


def only(history: History, worlds: Sequence[int]) -> History:
    """A history of some of its worlds, in their order."""
    if list(worlds) == list(range(len(history.cases))):
        return history
    values = {name: value[:, worlds] for name, value in history.values.items()}
    return replace(history, cases=tuple(history.cases[n] for n in worlds), values=values)
