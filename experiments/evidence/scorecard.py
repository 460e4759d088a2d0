"""The scorecard: every fact with its kind, its target, what the model gives, and a verdict; a row that fails stays.

*Imposed* facts are put in by a rule and only test the code; *calibrated* ones set a range; only *emergent* ones may be called
validation.  A fact is read off worlds: of the laptop episode, or of the Science City at the end of its run without new policy.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments.answers import Answer, Column
from wutong.experiments.evidence.mature import Mature
from wutong.experiments.wording import DASH, number
from wutong.model.facts import Floats, Label
from wutong.model.history import History


class Kind(enum.StrEnum):
    EMERGENT = "emergent"
    CALIBRATED = "calibrated"
    IMPOSED = "imposed"


class Verdict(enum.StrEnum):
    INSIDE = "inside"  # the median lies in the target
    TOUCHES = "touches"  # only the 90 % interval reaches it
    MISSES = "misses"


KINDS: Mapping[Kind, Label] = {
    Kind.EMERGENT: Label("涌现", "emergent"),
    Kind.CALIBRATED: Label("校准", "calibrated"),
    Kind.IMPOSED: Label("设定", "imposed"),
}
VERDICTS: Mapping[Verdict, Label] = {
    Verdict.INSIDE: Label("相符", "inside"),
    Verdict.TOUCHES: Label("仅区间触及", "only its interval reaches it"),
    Verdict.MISSES: Label("不符", "misses"),
}


@dataclass(frozen=True)
class Seen:
    """What facts are read off.

    Attributes
    ----------
    laptops : worlds of the laptop episode, partners as calibrated to its arrivals
    landing : share of the partners that land in one park, of shape (n_worlds,), for the worlds of the episode
    mature : the Science City at the end of its run without new policy
    supported : the same worlds under a policy that gives a little of everything
    elsewhere : other parks at the end of their runs, by name
    opened : projects of the Science City that the funnel alone opens in the first half of 2022, of shape (n_worlds,)
    deviations : of recovered elasticities from what they should be, of shape (n_weights,) [standard errors]
    """

    laptops: History
    landing: Floats
    mature: Mature
    supported: Mature
    elsewhere: Mapping[str, Mature]
    opened: Floats
    deviations: Floats


@dataclass(frozen=True)
class Fact:
    """A row: its target and how a value a world is read off."""

    key: str
    kind: Kind
    label: Label
    low: float
    high: float
    source: str
    of: Callable[[Seen], Floats]


@dataclass(frozen=True)
class Row:
    """A fact and what the model gives: median and 90 % interval over the worlds that have a value."""

    fact: Fact
    q05: float
    q50: float
    q95: float
    n: int

    @property
    def verdict(self) -> Verdict:
        if self.fact.low <= self.q50 <= self.fact.high:
            return Verdict.INSIDE
        return Verdict.TOUCHES if self.q05 <= self.fact.high and self.q95 >= self.fact.low else Verdict.MISSES


def rows_of(seen: Seen, facts: Sequence[Fact]) -> list[Row]:
    """What the worlds give for every fact, in the order of the facts."""
    found = []
    for fact in facts:
        values = fact.of(seen)
        values = values[np.isfinite(values)]
        quantiles = np.quantile(values, (0.05, 0.5, 0.95)) if len(values) else np.full(3, np.nan)
        low, middle, high = (float(q) for q in quantiles)
        found.append(Row(fact, low, middle, high, len(values)))
    return found


COLUMNS: Mapping[str, Column] = {
    "fact": Column(Label("事实", "Fact")),
    "kind": Column(
        Label(
            "种类：emergent 涌现（可称验证），calibrated 校准，imposed 设定",
            "Emergent (may be called validation), calibrated or imposed",
        )
    ),
    "label_zh": Column(Label("中文说明", "In Chinese")),
    "label_en": Column(Label("英文说明", "In English")),
    "target_low": Column(Label("目标下限", "Lower end of the target"), "see label"),
    "target_high": Column(Label("目标上限", "Upper end of the target"), "see label"),
    "q05": Column(Label("5% 分位数", "5 % quantile of the worlds"), "see label"),
    "q50": Column(Label("中位数", "Median"), "see label"),
    "q95": Column(Label("95% 分位数", "95 % quantile"), "see label"),
    "verdict": Column(
        Label(
            "判定：inside 中位数在目标内，touches 仅区间触及，misses 不符",
            "The median lies inside, only the interval touches, or it misses",
        )
    ),
    "n": Column(Label("世界数", "Worlds"), "1"),
    "source": Column(Label("目标来源", "Source of the target")),
}


def scorecard(seen: Seen, facts: Sequence[Fact]) -> Answer:
    """The scorecard as a table and in words."""
    rows = rows_of(seen, facts)
    cells = tuple(
        (
            r.fact.key,
            r.fact.kind.value,
            r.fact.label.zh,
            r.fact.label.en,
            r.fact.low,
            r.fact.high,
            *(_cell(v) for v in (r.q05, r.q50, r.q95)),
            r.verdict.value,
            r.n,
            r.fact.source,
        )
        for r in rows
    )
    return Answer("scorecard", COLUMNS, cells, Label(_words(rows, "zh"), _words(rows, "en")))


def _cell(value: float) -> float | None:
    return None if np.isnan(value) else value


def _words(rows: Sequence[Row], language: str) -> str:
    zh, lines = language == "zh", []
    for kind, label in KINDS.items():
        own = [r for r in rows if r.fact.kind is kind]
        inside = sum(r.verdict is Verdict.INSIDE for r in own)
        lines.append(
            f"{label.zh}：{len(own)} 项中 {inside} 项相符" if zh else f"{label.en}: {inside} of {len(own)} inside their target"
        )
        for r in own:
            gives = f"{number(r.q50)} ({number(r.q05)}{DASH}{number(r.q95)})"
            aim = f"{number(r.fact.low)}{DASH}{number(r.fact.high)}"
            name, verdict = r.fact.label.in_language(language), VERDICTS[r.verdict].in_language(language)
            lines.append(f"  {name}：{gives}，目标 {aim}：{verdict}" if zh else f"  {name}: {gives}, target {aim}: {verdict}")
    end = "只有涌现的事实可以称为验证；其余只检验代码或参数。"
    lines.append(end if zh else "Only emergent facts may be called validation; the others test code or ranges.")
    return "\n".join(lines)
