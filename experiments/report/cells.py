"""Cells from values: numbers in the unit that a reader expects, equal for all numbers of one unit in a table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wutong.experiments.report.page import Cell
from wutong.experiments.wording import DASH, Scale, amount_range, number, scale_for, with_unit
from wutong.model.facts import Label

PER = {"firm": Label("家", "firm"), "job": Label("岗位", "job"), "job-year": Label("岗位·年", "job-year")}
PLAIN = {
    "pairs": Label("", ""),
    "runs": Label("", ""),
    "calendar year": Label("", ""),
    "亿元/亿元": Label("元/元", "CNY per CNY"),
}
SHARE = "share"
EMPTY = Cell(DASH)


@dataclass(frozen=True)
class Ranged:
    """A number with the ends of its range, any of them unknown."""

    value: float | None
    low: float | None = None
    high: float | None = None
    unit: str = ""

    @property
    def numbers(self) -> list[float]:
        return [v for v in (self.value, self.low, self.high) if v is not None and math.isfinite(v)]


@dataclass(frozen=True)
class Units:
    """How numbers of each unit are written in one table."""

    scales: Mapping[str, Scale]

    def name(self, unit: str) -> str:
        return self.scales[unit].name if unit in self.scales else ""

    def plain(self, value: float | None, unit: str) -> Cell:
        """A number alone, as it is copied."""
        if value is None or not math.isfinite(value):
            return Cell("")
        scaled = value * self.scales[unit].factor
        return Cell(number(scaled), scaled)

    def cells(self, given: Ranged, language: str) -> tuple[Cell, Cell, Cell]:
        """The number with its range in brackets, and both ends alone."""
        low, high = self.plain(given.low, given.unit), self.plain(given.high, given.unit)
        value = self.plain(given.value, given.unit)
        if value.value is None:
            return EMPTY, low, high
        if low.value is None or high.value is None or low.value == high.value == value.value:
            return value, low, high
        if given.unit == SHARE:
            return Cell(share_text(value.value, low.value, high.value, language), value.value), low, high
        brackets = "（{}）" if language == "zh" else " ({})"
        return Cell(value.text + brackets.format(between(low.text, high.text, language)), value.value), low, high


def share_text(value: float, low: float, high: float, language: str) -> str:
    """A share with its interval in whole percent, rounded outwards; all or none of the runs is never certainty."""
    ends = math.floor(low + 1e-9), math.ceil(high - 1e-9)
    if value in (0.0, 100.0):
        return f"<{ends[1]}%" if value == 0.0 else f">{ends[0]}%"
    inside = f"{ends[0]}{DASH}{ends[1]}%"
    middle = min(max(round(value), 1), 99)
    return f"{middle}%（{inside}）" if language == "zh" else f"{middle}% ({inside})"


def between(low: str, high: str, language: str) -> str:
    return f"{low}{' 至 ' if language == 'zh' else ' to '}{high}"


def units_for(numbers: Sequence[Ranged], language: str) -> Units:
    """The scale of every unit: that of the largest number in it."""
    sizes: dict[str, float] = {}
    for given in numbers:
        sizes[given.unit] = max([sizes.get(given.unit, 0.0), *(abs(v) for v in given.numbers)])
    return Units({unit: scale_of(unit, size, language) for unit, size in sizes.items()})


def scale_of(unit: str, size: float, language: str) -> Scale:
    """How a unit is written, with those of ratios, which only reports put into columns."""
    if unit in PLAIN:
        return Scale(0.0, 1.0, PLAIN[unit].in_language(language))
    stem, _, per = unit.partition("/")
    if per not in PER:
        return scale_for(unit, size, language)
    found = scale_for(stem, size, language)
    return Scale(found.at_least, found.factor, f"{found.name}/{PER[per].in_language(language)}")


def in_words(given: Ranged, language: str) -> str:
    """A number with its range and unit for a sentence."""
    if given.value is None:
        return DASH
    size = max(map(abs, given.numbers), default=0.0)
    scale = scale_of(given.unit, size, language)
    text = with_unit(number(given.value * scale.factor), scale.name)
    if given.low is None or given.high is None or given.low == given.high == given.value:
        return text
    inside = amount_range(given.low, given.high, given.unit, language)
    return f"{text}（{inside}）" if language == "zh" else f"{text} ({inside})"
