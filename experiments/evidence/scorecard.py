"""The scorecard: every fact with its kind, its target, what the model gives, and a verdict; a row that fails stays.

*Imposed* facts are put in by a rule and only test the code; *calibrated* ones set a range; only *emergent* ones may be called
validation.  A fact is read off worlds: of the laptop episode, or of the Science City at the end of its run without new policy.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.answers import Answer, Column
from experiments.evidence.mature import Mature
from experiments.wording import DASH, number
from model.facts import Floats, Label
from model.history import History
from model.units import quarter


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
    """The worlds that facts are read off."""

    laptops: History
    mature: Mature


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


# ── Facts of the laptop episode ──────────────────────────────────────────────────────────────────────────────────────
SUPPLIERS = "suppliers"
PLANNED_OUTPUT = 2655.0  # 亿元/year, of the suppliers signed by June 2013
WITHIN = 0.15  # of a target that is a single figure (design choice)


def _suppliers(history: History) -> tuple[str, ...]:
    return history.cases[0].scenario.park.segments_of(SUPPLIERS)


def _at(measure: str, date: str) -> Callable[[Seen], Floats]:
    return lambda seen: seen.laptops.total(measure, _suppliers(seen.laptops))[quarter(date) - seen.laptops.start]


def _plan_realised(seen: Seen) -> Floats:
    return np.asarray(_at("revenue", "2013Q2")(seen) / PLANNED_OUTPUT)


def _wave(seen: Seen) -> Floats:
    """Years from a tenth to nine tenths of all suppliers that sign by the end of the run."""
    signed = seen.laptops.total("signed_projects_total", _suppliers(seen.laptops))
    ends = [(np.argmax(signed >= share * signed[-1], axis=0)) / 4.0 for share in (0.1, 0.9)]
    return np.asarray(ends[1] - ends[0])


def _around(value: float) -> tuple[float, float]:
    return value * (1.0 - WITHIN), value * (1.0 + WITHIN)


def _fact(key: str, kind: Kind, zh: str, en: str, target: tuple[float, float], source: str, of: Callable[[Seen], Floats]) -> Fact:
    return Fact(key, kind, Label(zh, en), *target, source, of)


EPISODE = "laptop_anchor.csv"
ARRIVALS = {"2010Q2": 35.0, "2010Q4": 120.0, "2011Q2": 200.0, "2013Q2": 768.0}
FACTS: tuple[Fact, ...] = (
    _fact(
        "laptop_above_scale",
        Kind.EMERGENT,
        "2013 年中笔电规上配套企业（家）",
        "Above-scale laptop suppliers, mid-2013 (firms)",
        _around(93.0),
        EPISODE,
        _at("above_scale_firms", "2013Q2"),
    ),
    _fact(
        "laptop_output",
        Kind.EMERGENT,
        "2013 年中笔电配套产值（亿元/年）",
        "Output of laptop suppliers, mid-2013 (亿元/year)",
        _around(384.0),
        f"{EPISODE}: twice 192",
        _at("revenue", "2013Q2"),
    ),
    _fact(
        "laptop_plan_realised",
        Kind.EMERGENT,
        "笔电配套产值占计划比重",
        "Share of the suppliers' planned output realised",
        _around(0.145),
        f"{EPISODE}: 384 of 2,655",
        _plan_realised,
    ),
    _fact(
        "size_tail",
        Kind.EMERGENT,
        "成熟园区企业规模尾部指数",
        "Tail exponent of firm size, mature park",
        (1.0, 1.5),
        "design: Zipf-like tails",
        lambda s: s.mature.tail_exponent,
    ),
    _fact(
        "young_share",
        Kind.EMERGENT,
        "成熟园区五年内企业占比",
        "Firms younger than five years, mature park (share)",
        (0.45, 0.53),
        "firm_survival_and_churn.csv: 49.4 %",
        lambda s: s.mature.young_share,
    ),
    _fact(
        "growth_spread",
        Kind.EMERGENT,
        "环节收入年增长离散度",
        "Year-to-year growth of segment revenue (sd)",
        (0.05, 0.25),
        "design; half imposed by the common shock",
        lambda s: s.mature.growth_spread,
    ),
    *(
        _fact(
            f"laptop_arrivals_{date}",
            Kind.CALIBRATED,
            f"笔电配套签约企业，{date}",
            f"Laptop suppliers signed, {date} (firms)",
            _around(value),
            EPISODE,
            _at("signed_projects_total", date),
        )
        for date, value in ARRIVALS.items()
    ),
    _fact(
        "supplier_wave",
        Kind.CALIBRATED,
        "配套企业落户波，10% 至 90%（年）",
        "Supplier wave, 10 to 90 % (years)",
        (1.6, 4.0),
        EPISODE,
        _wave,
    ),
    _fact(
        "spin_off_share",
        Kind.CALIBRATED,
        "衍生企业占进入企业比重",
        "Spin-offs among entrants, last five years (share)",
        (1.0 / 6.0, 1.0 / 3.0),
        "design: steady state",
        lambda s: s.mature.spin_off_share,
    ),
    _fact(
        "survival",
        Kind.IMPOSED,
        "软件与服务企业五年存活率",
        "Survival from the first to the sixth year, offices (share)",
        (0.55, 0.75),
        "firm_survival_and_churn.csv: hazards, times the park's exit factor",
        lambda s: s.mature.survival,
    ),
)


def rows_of(seen: Seen, facts: Sequence[Fact] = FACTS) -> list[Row]:
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


def scorecard(seen: Seen) -> Answer:
    """The scorecard as a table and in words."""
    rows = rows_of(seen)
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
