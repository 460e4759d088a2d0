"""What runs read at a date, and what a change does to it: means over paired worlds with their 50 % and 90 % intervals.

Intervals are those of ``intervals``, of the mean of paired differences.  They speak of the number of runs alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments import wording
from wutong.experiments.answers import Column
from wutong.experiments.defined import defined
from wutong.experiments.goals import readings
from wutong.experiments.intervals import CONFIDENCE, HALF, mean_interval, mean_intervals
from wutong.experiments.results import RUN_COLUMNS, Cell
from wutong.model.facts import Floats, Ints, Label
from wutong.model.history import Axis, History
from wutong.model.scenario import Basis, Target


@dataclass(frozen=True)
class Outcome:
    """What is asked of a run: a measure of a scope at a date."""

    measure: str
    quarter: int
    scope: str = "all"
    basis: Basis = Basis.LEVEL

    def read(self, history: History) -> Floats:
        """Value in every world, of shape (n_worlds,), or (0,) where the run does not cover the date.

        Raises
        ------
        KeyError
            If the history has no such measure or scope.
        """
        quarters, values = readings(history, self._target(history))
        return np.asarray(values[quarters == self.quarter].reshape(-1))

    def name(self, history: History, language: str) -> str:
        """Measure, scope and date in words."""
        label = history.facts[self.measure].label.in_language(language)
        scope, date = self._scope_name(history, language), wording.date(self._target(history), language)
        if language == "zh":
            return f"{date}{scope}{label}"
        return f"{wording.lower_first(label)}{f' ({wording.lower_first(scope)})' if scope else ''}, {date}"

    def unit(self, history: History) -> str:
        return wording.target_unit(history.facts[self.measure], self._target(history))

    def _target(self, history: History) -> Target:
        members = wording.members(history, self.measure, self.scope) or history.axes[history.facts[self.measure].axis]
        return Target("", Label("", ""), self.measure, tuple(members), 0.0, self.quarter, self.basis, "")

    def _scope_name(self, history: History, language: str) -> str:
        if self.scope == "all" and history.facts[self.measure].axis is Axis.PARK:
            return ""
        return wording.scope_label(history.cases[0].scenario.park, self.scope, language)


@dataclass(frozen=True)
class Effect:
    """A mean over pairs with its 90 % interval (low, high) and 50 % interval (lower, upper); n = 0 knows nothing."""

    mean: float
    low: float
    lower: float
    upper: float
    high: float
    n: int

    @property
    def known(self) -> bool:
        return self.n > 0

    @property
    def told_apart(self) -> bool:
        return self.known and (self.low > 0.0 or self.high < 0.0)

    @property
    def nothing(self) -> bool:
        """Whether every pair is exactly equal."""
        return self.known and self.mean == self.low == self.high == 0.0

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Cells of the columns of :func:`effect_columns`; empty where nothing is known."""
        values = (self.mean, self.low, self.lower, self.upper, self.high) if self.known else (None,) * 5
        return (*values, self.n)

    def scaled(self, factor: float) -> Effect:
        """The effect times a positive factor."""
        mean, low, high = factor * self.mean, factor * self.low, factor * self.high
        return Effect(mean, low, factor * self.lower, factor * self.upper, high, self.n)


OUTCOME_COLUMNS: Mapping[str, Column] = {  # of which measure, where and when an effect is
    "measure": Column(Label("指标", "Measure")),
    "scope": Column(Label("范围", "Scope")),
    "quarter": Column(Label("季度，取季末", "Quarter, at its end")),
    "unit": Column(Label("单位", "Unit")),
}
LEVEL_COLUMNS: Mapping[str, Column] = {  # of which lever at which level, and what it costs
    "lever": Column(Label("政策工具", "Lever")),
    "policy": Column(RUN_COLUMNS["policy"]),
    "level": Column(Label("力度", "Level"), "see level_unit"),
    "level_unit": Column(Label("力度单位", "Unit of the level")),
    "cost": Column(Label("年均成本，按贴现折算", "Cost a year, discounted"), "亿元/year"),
}


def effect_columns(of: Label, unit: str = "see unit") -> dict[str, Column]:
    """Columns of an effect's cells, named after what the effect is."""

    def column(zh: str, en: str) -> Column:
        return Column(Label(f"{of.zh}，{zh}", f"{of.en}, {en}"), unit)

    return {
        "mean": column("平均", "mean"),
        "low": column("平均的 90% 区间下限", "low end of the 90 % interval of the mean"),
        "lower": column("平均的 50% 区间下限", "low end of the 50 % interval of the mean"),
        "upper": column("平均的 50% 区间上限", "high end of the 50 % interval of the mean"),
        "high": column("平均的 90% 区间上限", "high end of the 90 % interval of the mean"),
        "n": Column(Label("可配对的运行数", "Pairs of runs"), "runs"),
    }


def effect_of(differences: Floats) -> Effect:
    """Mean of paired differences, of shape (n_pairs,), with its intervals; fewer than two that are defined know nothing."""
    known = defined(differences)
    if known.size < 2:
        return Effect(*(math.nan,) * 5, 0)
    outer, inner = mean_intervals(known, (CONFIDENCE, HALF))
    ends = (float(outer.low), float(inner.low), float(inner.high), float(outer.high))
    return Effect(float(known.mean()), *ends, known.size)


def clear_among(differences: Floats, n_asked: int) -> bool:
    """Whether a mean is told from zero where ``n_asked`` such means are looked at together (Bonferroni's correction)."""
    return bool(mean_interval(differences, 1.0 - (1.0 - CONFIDENCE) / max(n_asked, 1)).told_apart)


def _places(history: History) -> dict[tuple[int, int], int]:
    """World of every draw (seed, replication) of a history.

    Raises
    ------
    ValueError
        If the history holds one replication twice: pairs would be ambiguous.
    """
    places = {(c.seed, c.replication): i for i, c in enumerate(history.cases)}
    if len(places) < len(history.cases):
        raise ValueError("a replication stands twice in one history: give one scenario and policy each")
    return places


def shared_draws(histories: Sequence[History]) -> list[tuple[int, int]]:
    """Draws (seed, replication) that all histories share, in order; raises as :func:`_places`."""
    return sorted(set.intersection(*(set(_places(history)) for history in histories))) if histories else []


def shared_worlds(histories: Sequence[History]) -> list[Ints]:
    """Worlds that all histories share, in the order of :func:`shared_draws`: one index array of shape (n_shared,) a history."""
    common = shared_draws(histories)
    return [np.array([place[key] for key in common], np.int64) for place in map(_places, histories)]


def paired_values(histories: Sequence[History], outcome: Outcome) -> Floats:
    """What the shared worlds read, of shape (n_histories, n_shared); n_shared = 0 where a run does not cover the date."""
    read = [outcome.read(history) for history in histories]
    if any(values.size == 0 for values in read):
        return np.empty((len(histories), 0))
    return np.array([values[own] for values, own in zip(read, shared_worlds(histories), strict=True)])


def both(say: Callable[[str], str]) -> Label:
    """Words in the two languages."""
    return Label(say("zh"), say("en"))


def sized(mean: float, low: float, high: float, unit: str, language: str) -> tuple[str, str]:
    """A mean and its interval in words, both in the unit that suits the larger end."""
    size = wording.amount(mean, unit, language, like=max(abs(low), abs(high)))
    return size, wording.amount_range(low, high, unit, language)


def change_text(effect: Effect, unit: str, language: str) -> str:
    """An effect with its 90 % interval, such as ``增加 3 亿元（90% 区间 1 至 5 亿元）``."""
    zh = language == "zh"
    if not effect.known:
        return "可配对的运行不足两次，无法判断" if zh else "fewer than two pairs of runs, not known"
    if effect.nothing:
        return "与不用时逐次完全相同" if zh else "exactly the same in every pair"
    sign = 1.0 if effect.mean >= 0 else -1.0
    low, high = sorted((sign * effect.low, sign * effect.high))
    size, inside = sized(abs(effect.mean), low, high, unit, language)
    if zh:
        return f"{'增加' if sign > 0 else '减少'} {size}（90% 区间 {inside}）"
    return f"{size} {'more' if sign > 0 else 'less'} (90% interval {inside})"


def listed(names: Sequence[str], language: str) -> str:
    """Names in a row, as they are read aloud."""
    if language == "zh":
        return "、".join(names)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
