"""One lever at a time at equal cost: what each changes, beside what is known of its effect.

A lever that cannot spend the sum stands apart at its bound with what it costs: it is no rival at equal cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments import wording
from wutong.experiments.answers import Answer, Column
from wutong.experiments.answers.effect import (
    LEVEL_COLUMNS,
    OUTCOME_COLUMNS,
    Effect,
    Outcome,
    both,
    change_text,
    clear_among,
    effect_columns,
    effect_of,
    listed,
    paired_values,
    shared_draws,
)
from wutong.experiments.answers.evidence import BASIS_WORDS, Known, known_of
from wutong.experiments.answers.lever_policies import CLOSE, level_of, lever_of
from wutong.experiments.defined import defined
from wutong.experiments.equal_cost import yearly_cost
from wutong.experiments.results import Row
from wutong.model.facts import Floats, Label
from wutong.model.history import History
from wutong.model.levers import LEVERS
from wutong.model.scenario import Policy
from wutong.model.units import quarter_name

SHOWN = 3  # levers beyond the ranking that the words name with their numbers


# ── The answer ───────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Bar:
    """One lever of the tornado; without runs its effect is not known and its cost is NaN."""

    lever: str
    level: float
    cost: float  # 亿元/year beyond the baseline, mean over its worlds
    spent: bool
    effect: Effect
    differences: Floats  # of shape (n_pairs,)
    draws: tuple[tuple[int, int], ...] = ()  # seed and replication of every pair

    @property
    def known(self) -> Known:
        return known_of(self.lever)

    @property
    def label(self) -> Label:
        return LEVERS[self.lever].label


COLUMNS = {
    **LEVEL_COLUMNS,
    "spent": Column(Label("是否花得满：yes 是，no 到上限仍花不满", "Whether it spends the sum: no means at its bound")),
    **OUTCOME_COLUMNS,
    **effect_columns(Label("与不用该工具相比的变化", "Change against the same runs without it")),
    "unpaired": Column(Label("未能配对而舍去的运行数", "Runs left out for want of a pair"), "runs"),
    "per_money": Column(Label("每 1 亿元年均成本的平均变化", "Mean change per 亿元 of cost a year"), "see unit"),
    "basis": Column(Label("效应大小的依据", "What the size of the effect rests on")),
    "assumed": Column(Label("其中为假设的参数", "Parameters of it that are assumed")),
    "sources": Column(Label("其余参数的来源", "Sources of the others")),
}


def tornado_bars(
    base: History, others: Sequence[History], outcome: Outcome, money: float, planned: Sequence[Policy] = ()
) -> tuple[Bar, ...]:
    """Levers that spend the sum, the best first, then the others, the best first, then those without runs.

    Parameters
    ----------
    base : runs without the levers
    others : runs of one lever each
    money : what each should cost [亿元/year]
    planned : policies of one lever each that should have run; one without runs is kept as not known

    Raises
    ------
    ValueError
        If a policy does not move exactly one lever.
    """
    bars = [_bar(base, other, outcome, money) for other in others]
    ran = {bar.lever for bar in bars}
    nothing = effect_of(np.empty(0))
    levels = {lever_of(p): level_of(p) for p in planned}
    bars += [Bar(k, v, np.nan, spent=False, effect=nothing, differences=np.empty(0)) for k, v in levels.items() if k not in ran]
    return tuple(sorted(bars, key=lambda b: (not b.effect.known, not b.spent, -b.effect.mean if b.effect.known else 0.0)))


def _bar(base: History, other: History, outcome: Outcome, money: float) -> Bar:
    policy = other.cases[0].policy
    before, after = paired_values((base, other), outcome)
    draws = tuple(shared_draws((base, other))) if after.size else ()
    until = min(outcome.quarter, base.start + base.n_quarters)
    cost = yearly_cost(other, until) - yearly_cost(base, until)
    spent = abs(cost / money - 1.0) <= CLOSE
    return Bar(lever_of(policy), level_of(policy), cost, spent, effect_of(after - before), after - before, draws)


def lead_over(bar: Bar, other: Bar) -> Floats:
    """How much more one lever changes than another in the worlds that both were run in, of shape (n_shared,)."""
    own, theirs = dict(zip(bar.draws, bar.differences, strict=True)), dict(zip(other.draws, other.differences, strict=True))
    return np.array([own[draw] - theirs[draw] for draw in sorted(own.keys() & theirs.keys())])


def tornado(base: History, others: Sequence[History], outcome: Outcome, money: float, planned: Sequence[Policy] = ()) -> Answer:
    """What each lever changes at equal cost, beside what is known of its effect; as :func:`tornado_bars`."""
    bars = tornado_bars(base, others, outcome, money, planned)
    names = {lever_of(p): p.name for p in (*planned, *(o.cases[0].policy for o in others))}
    worlds = {lever_of(o.cases[0].policy): len(o.cases) for o in others}
    rows = tuple(_row(base, b, names[b.lever], worlds.get(b.lever, 0), outcome) for b in bars)
    return Answer("tornado", COLUMNS, rows, both(lambda language: _words(base, bars, outcome, money, language)))


def _row(base: History, bar: Bar, name: str, n_worlds: int, outcome: Outcome) -> Row:
    n = defined(bar.differences).size
    about = (outcome.measure, outcome.scope, quarter_name(outcome.quarter), outcome.unit(base))
    cost = None if np.isnan(bar.cost) else bar.cost
    known = bar.known
    per_money = bar.effect.mean / bar.cost if bar.effect.known and bar.cost > 0.0 else None
    rests = (known.basis.value, known.assumed_names("en"), known.sources)
    unpaired = max(len(base.cases), n_worlds) - n
    lever = (bar.lever, name, bar.level, LEVERS[bar.lever].unit, cost, "yes" if bar.spent else "no")
    return (*lever, *about, *bar.effect.cells, unpaired, per_money, *rests)


# ── In words ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _words(base: History, bars: Sequence[Bar], outcome: Outcome, money: float, language: str) -> str:
    known = [b for b in bars if b.effect.known]
    equal, apart = [b for b in known if b.spent], [b for b in known if not b.spent]
    more = [b for b in apart if equal and b.cost < money and _ahead_of(b, equal[0], len(apart))]
    parts = [
        _first(base, equal, outcome, money, language),
        _unclear(equal, language),
        _apart(base, apart, more, outcome, money, language),
        _unknown([b for b in bars if not b.effect.known], language),
        _rests([*equal, *more] if equal else known, language),
    ]
    return ("" if language == "zh" else " ").join(part for part in parts if part)


def _names(bars: Sequence[Bar], language: str) -> str:
    return listed([wording.lower_first(b.label.in_language(language)) for b in bars], language)


def _first(base: History, bars: Sequence[Bar], outcome: Outcome, money: float, language: str) -> str:
    zh, name = language == "zh", outcome.name(base, language)
    sum_text = wording.amount(money, "亿元", language)
    if not bars:
        return (
            f"没有一项工具能每年花满 {sum_text}且有可配对的运行。"
            if zh
            else f"No lever with paired runs spends {sum_text} a year."
        )
    best = bars[0]
    lead, change = best.label.in_language(language), change_text(best.effect, outcome.unit(base), language)
    if zh:
        start = f"每次只用一项工具、每年新增投入 {sum_text}，与不用时逐次配对比较（{best.effect.n} 对），{name}："
        return f"{start}平均效果居首的是{lead}，{change}{_ahead(bars, language)}。"
    start = f"One lever at a time at {sum_text} a year, paired with the same runs without it ({best.effect.n} pairs), {name}:"
    return f"{start} {wording.lower_first(lead)} comes first on average, {change}{_ahead(bars, language)}."


def _ahead(bars: Sequence[Bar], language: str) -> str:
    """Which of the others the first cannot be told from."""
    zh = language == "zh"
    rivals = [b for b in bars[1:] if not clear_among(lead_over(bars[0], b), len(bars) - 1)]
    if len(bars) == 1:
        return ""
    if not rivals:
        return "，与其余各项都分得出高低" if zh else ", ahead of all others beyond chance"
    names = _names(rivals, language)
    return f"，但与{names}分不出高低" if zh else f", but cannot be told from {names}"


def _unclear(bars: Sequence[Bar], language: str) -> str:
    zh = language == "zh"
    found = [b for b in bars if not clear_among(b.differences, len(bars))]
    below = [b for b in bars if b not in found and b.effect.high < 0.0]
    parts = []
    n = len(bars)
    together = ("" if n == 1 else f"{n} 项一起看，", "" if n == 1 else f"Looking at all {n} together, ")
    if found:
        names = _names(found, language)
        none = f"{together[1]}no mean change can be told from zero for {names}."
        parts.append(f"{together[0]}平均变化与零分不开的有{names}。" if zh else none[0].upper() + none[1:])
    if below:
        names, verb = _names(below, language), "lowers" if len(below) == 1 else "lower"
        parts.append(f"平均起反作用的有{names}。" if zh else f"On average {names} {verb} it.")
    return ("" if zh else " ").join(parts)


def _apart(base: History, bars: Sequence[Bar], more: Sequence[Bar], outcome: Outcome, money: float, language: str) -> str:
    """Levers that cost another sum than the one asked for, and those of them that change more than the first for less."""
    zh, sum_text = language == "zh", wording.amount(money, "亿元", language)
    rest = [b for b in bars if b not in more]
    parts = []
    if more:
        told = [f"{_cost(b, language)}{change_text(b.effect, outcome.unit(base), language)}" for b in more[:SHOWN]]
        text = ("；" if zh else "; ").join(told)
        lead = (
            f"花不满 {sum_text}、平均变化却超过居首者的有 {len(more)} 项",
            f"Among cheaper ones {len(more)} {'changes' if len(more) == 1 else 'change'} more",
        )
        if len(more) > SHOWN:
            lead = f"{lead[0]}，前 {SHOWN} 项是", f"{lead[1]}, the top {SHOWN} being"
        parts.append(f"{lead[0]}：{text}。" if zh else f"{lead[1]}: {text}.")
    if rest:
        names = _names(rest, language)
        less = all(b.cost < money for b in rest)
        why = ("用到上限也花不满", "cannot spend the sum even at their bounds") if less else ("成本不同", "cost another sum")
        parts.append(f"{names}{why[0]}，不参加排名。" if zh else f"Not ranked, as they {why[1]}: {names}.")
    return ("" if zh else " ").join(parts)


def _ahead_of(bar: Bar, lead: Bar, n_asked: int) -> bool:
    return bar.effect.mean > lead.effect.mean and clear_among(lead_over(bar, lead), n_asked)


def _cost(bar: Bar, language: str) -> str:
    cost = wording.amount(bar.cost, "亿元", language)
    return f"{bar.label.zh}（花 {cost}）" if language == "zh" else f"{wording.lower_first(bar.label.en)} (cost {cost}), "


def _unknown(bars: Sequence[Bar], language: str) -> str:
    if not bars:
        return ""
    names = _names(bars, language)
    return f"缺少可配对的运行、无法判断的有{names}。" if language == "zh" else f"Not known for want of paired runs: {names}."


def _rests(bars: Sequence[Bar], language: str) -> str:
    if not bars:
        return ""
    zh = language == "zh"
    assumed = [b for b in bars if b.known.rests_on_assumption]
    if not assumed:
        said = BASIS_WORDS[bars[0].known.basis].in_language(language)
        return f"效应大小{said}。" if zh else f"The sizes of these effects are {said}."
    others = [b for b in bars if b not in assumed]
    whose = _names(assumed, language), f"the effects of {_names(assumed, language)}"
    if len(assumed) > SHOWN:
        but = _names(others, language)
        whose = (f"除{but}外，各项" if others else "各项"), "all these effects" + (f" but those of {but}" if others else "")
    if zh:
        return f"{whose[0]}的效应大小全部或部分是假设；排名是在这些假设的取值范围内平均得出的，不是实测。"
    return f"The sizes of {whose[1]} are assumed in whole or in part: the ranking is an average over those ranges, not a finding."
