"""The table and the sentences of what would have to be true for each goal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from wutong.experiments import wording
from wutong.experiments.answers import Answer, Column
from wutong.experiments.answers.attainment import COLUMNS as GOAL_COLUMNS
from wutong.experiments.answers.conditions import (
    LEVELS_OF_CHANCE,
    Dial,
    Level,
    Needed,
    Tried,
    conditions_drawn,
    levels_by_band,
    levels_of,
    needed,
)
from wutong.experiments.answers.drawn import drawn
from wutong.experiments.answers.telling import goal_name, joined, listed, policy_title
from wutong.experiments.goals import attainment
from wutong.experiments.results import Row
from wutong.model.facts import Label
from wutong.model.history import History
from wutong.model.scenario import Target

COLUMNS: dict[str, Column] = {
    **{name: GOAL_COLUMNS[name] for name in ("scenario", "policy", "target", "title_zh", "title_en")},
    "condition": Column(Label("条件", "Condition")),
    "condition_zh": Column(Label("条件名称（中文）", "Condition in Chinese")),
    "condition_en": Column(Label("条件名称（英文）", "Condition in English")),
    "method": Column(
        Label("方法：bands 按抽到的值分组，runs 另行模拟", "Method: bands of the worlds by what they drew, or extra runs")
    ),
    "prob": Column(Label("要求的达标概率", "Chance asked for"), "1"),
    "value": Column(Label("所需的值；空为试过的范围内没有", "Value needed; empty if none of those tried"), "see unit"),
    "value_low": Column(Label("所需的值 90% 区间下限", "Value needed, low end of its 90 % interval"), "see unit"),
    "value_high": Column(Label("所需的值 90% 区间上限", "Value needed, high end of its 90 % interval"), "see unit"),
    "tried_low": Column(Label("试过的最低值", "Lowest value tried"), "see unit"),
    "tried_high": Column(Label("试过的最高值", "Highest value tried"), "see unit"),
    "declared_low": Column(Label("声明区间下限", "Declared range, low end"), "see unit"),
    "declared_high": Column(Label("声明区间上限", "Declared range, high end"), "see unit"),
    "unit": Column(Label("单位", "Unit")),
    "verdict": Column(
        Label(
            "结论：already 最低值已够，within 在声明区间内，beyond 在声明区间外，not_reached 试过的值都不够",
            "Verdict: already, within or beyond the declared range, or not_reached",
        )
    ),
    "n": GOAL_COLUMNS["n"],
}
AMPLE = "entry_ample_space"  # key of the dial of entry in ample space
Span = tuple[float, float]


def conditions(histories: Sequence[History], tried: Sequence[Tried] = ()) -> Answer:
    """What would have to be true: values of the conditions at which each judged goal is reached half the time, and nine in ten.

    Parameters
    ----------
    histories : one scenario and policy each; the conditions that their worlds drew are compared in bands
    tried : dials that were run besides
    """
    rows: list[Row] = [row for history in histories for row in _band_rows(history)]
    rows += [row for one in tried for row in _tried_rows(one)]
    words = Label(_words(histories, tried, "zh"), _words(histories, tried, "en"))
    return Answer("conditions", COLUMNS, tuple(rows), words)


def _band_rows(history: History) -> Iterator[Row]:
    draws = drawn(history.cases)
    for target in history.cases[0].scenario.targets:
        result = attainment(history, target)
        for key, (label, unit, values) in conditions_drawn(draws, target).items() if result.judged else ():
            levels = levels_by_band(result, values)
            span = (float(values.min()), float(values.max()))
            for prob in LEVELS_OF_CHANCE if levels else ():
                yield (*_who(history, target), key, label.zh, label.en, "bands", *_found(levels, prob, span, unit))


def _tried_rows(one: Tried) -> Iterator[Row]:
    levels = levels_of(one.dial, one.histories, one.target)
    for prob in LEVELS_OF_CHANCE if levels else ():
        dial, base = one.dial, one.histories[0]
        found = _found(levels, prob, (dial.low, dial.high), dial.unit)
        yield (*_who(base, one.target), dial.key, dial.label.zh, dial.label.en, "runs", *found)


def _who(history: History, target: Target) -> tuple[str, str, str, str, str]:
    case = history.cases[0]
    return case.scenario.name.partition("@")[0], case.policy.name, target.key, target.label.zh, target.label.en


def _found(levels: Sequence[Level], prob: float, declared: Span, unit: str) -> Row:
    at = needed(levels, prob)
    cells = (finite(v) for v in (at.value, at.low, at.high, levels[0].value, levels[-1].value, *declared))
    return (prob, *cells, unit, verdict(at, declared), sum(level.share.n for level in levels))


def finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def verdict(at: Needed, declared: Span) -> str:
    """Where the value needed lies; the end of a band lies within what was drawn."""
    if at.value == -math.inf:
        return "already"
    if not math.isfinite(at.value):
        return "not_reached"
    return "within" if declared[0] <= at.value <= declared[1] else "beyond"


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _words(histories: Sequence[History], tried: Sequence[Tried], language: str) -> str:
    by_goal: dict[str, list[str]] = {}
    for one, clause in _clauses(tried, language):
        if clause:
            by_goal.setdefault(goal_name(one.target, language), []).append(clause)
    colon, mark, stop = ("：", "；", "。") if language == "zh" else (": ", "; ", ".")
    told = [f"{name}{colon}{mark.join(clauses)}{stop}" for name, clauses in by_goal.items()]
    parts = [*told, _bands_sentence(histories[0], language) if histories else ""]
    if not any(parts):
        zh, en = (
            "没有可判定的目标，或模拟次数太少，说不出所需条件。",
            "No goal is judged, or the runs are too few to say what it needs.",
        )
        return zh if language == "zh" else en
    return joined(parts, language)


def _clauses(tried: Sequence[Tried], language: str) -> Iterator[tuple[Tried, str]]:
    """A clause a dial; entry without and with ample space in one where only the latter brings an even chance."""
    together = set[int]()
    for i, one in enumerate(tried):
        ample = next((k for k, t in enumerate(tried) if t.target == one.target and t.dial.key == AMPLE), None)
        both = _space_clause(one, tried[ample], language) if one.dial.key == "entry" and ample is not None else ""
        together |= {ample} if both and ample is not None else set()
        if i not in together:
            yield one, both or _tried_clause(one, language)


def _space_clause(plain: Tried, ample: Tried, language: str) -> str:
    """No entry rate tried suffices in the space there is, but one does in ample space; empty where the runs say otherwise."""
    without, levels = (levels_of(one.dial, one.histories, one.target) for one in (plain, ample))
    if not without or not levels:
        return ""
    none, at, unit, zh = needed(without, 0.5), needed(levels, 0.5), ample.dial.unit, language == "zh"
    if none.value != math.inf or not math.isfinite(at.value):
        return ""
    most, value = wording.amount(without[-1].value, unit, language), wording.amount(at.value, unit, language)
    odds, inside = wording.short_chance(without[-1].share, language), _interval(at, levels, unit, language)
    declared, beyond = (ample.dial.low, ample.dial.high), at.value > ample.dial.high
    where, times = _range_text(at, declared, unit, language), wording.number(at.value / ample.dial.high)
    if beyond:
        upper = wording.amount(ample.dial.high, unit, language)
        where = f"，为声明上限 {upper}的 {times} 倍" if zh else f", {times} times the upper end declared ({upper})"
    first = none.low == math.inf and without[-1].value >= at.value  # even the upper ends of the chances stay below one half
    if zh:
        so = "，可见进入再多，也先受限于载体" if first else ""
        return (
            f"载体不增加时，试过的进入率（最高 {most}，达标可能性 {odds}）都没有一半把握；"
            f"载体充足时，要有一半把握，进入率须达约 {value}（{inside}）{where}{so}"
        )
    so = ": floor space binds first" if first else ""
    return (
        f"without more floor space no entry rate tried (up to {most}, chance {odds}) brings an even chance; with ample space "
        f"it takes about {value} ({inside}){where}{so}"
    )


def _tried_clause(one: Tried, language: str) -> str:
    levels = levels_of(one.dial, one.histories, one.target)
    if not levels:
        return ""
    at, zh = needed(levels, 0.5), language == "zh"
    unit, dial = one.dial.unit, one.dial
    thing = dial.label.zh if zh else f"the {dial.label.en} alone"
    if at.value == math.inf:
        shown = [(wording.amount(x.value, unit, language), wording.short_chance(x.share, language)) for x in _told(levels, dial)]
        if zh:
            return f"只靠{thing}达不到一半把握（{'，'.join(f'{size}时 {odds}' for size, odds in shown)}）"
        tried = ", ".join(f"{odds} at {size}" for size, odds in shown)
        return f"{thing} does not bring an even chance ({tried})"
    if at.value == -math.inf:
        low = wording.amount(levels[0].value, unit, language)
        return f"{thing}为 {low} 时把握已过半" if zh else f"{thing} brings an even chance already at {low}"
    value = wording.amount(at.value, unit, language)
    inside, where = _interval(at, levels, unit, language), _range_text(at, (dial.low, dial.high), unit, language)
    if zh:
        return f"要有一半把握，{thing}须达约 {value}（{inside}）{where}"
    return f"an even chance needs {_article(dial.label.en)} of about {value} ({inside}){where}"


def _told(levels: Sequence[Level], dial: Dial) -> Sequence[Level]:
    """The highest value tried within the declared range, where there is one, and the highest of all."""
    inside = [level for level in levels[:-1] if level.value <= dial.high < math.inf]
    return [*inside[-1:], levels[-1]]


def _article(name: str) -> str:
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _interval(at: Needed, levels: Sequence[Level], unit: str, language: str) -> str:
    """The interval of a value needed; an open end is said as such."""
    zh = language == "zh"
    if math.isfinite(at.low) and math.isfinite(at.high):
        inside = wording.amount_range(at.low, at.high, unit, language)
        return f"90% 区间 {inside}" if zh else f"90% interval {inside}"
    low = at.low if math.isfinite(at.low) else levels[0].value
    ends = wording.amount(low, unit, language), wording.amount(levels[-1].value, unit, language)
    if math.isfinite(at.high):
        high = wording.amount(at.high, unit, language)
        return f"90% 区间不高于 {high}" if zh else f"90% interval up to {high}"
    return f"90% 区间从 {ends[0]} 到试过的最大值 {ends[1]} 以上" if zh else f"90% interval from {ends[0]} to beyond {ends[1]}"


def _range_text(at: Needed, declared: Span, unit: str, language: str) -> str:
    if not math.isfinite(declared[1]):
        return ""
    inside = wording.amount_range(*declared, unit, language)
    if verdict(at, declared) == "within":
        return f"，在声明区间 {inside} 之内" if language == "zh" else f", within the declared range of {inside}"
    return f"，超出声明区间 {inside}" if language == "zh" else f", outside the declared range of {inside}"


def _bands_sentence(history: History, language: str) -> str:
    """Which goals no band of any drawn condition brings to an even chance, and which some band does."""
    draws, reached, never = drawn(history.cases), [], []
    for target in history.cases[0].scenario.targets:
        result = attainment(history, target)
        drawn_values = conditions_drawn(draws, target) if result.judged else {}
        banded = {k: levels_by_band(result, values) for k, (_, _, values) in drawn_values.items()}
        found = {k: needed(levels, 0.5) for k, levels in banded.items() if levels}
        if not found:
            continue
        name = goal_name(target, language)
        enough = listed([drawn_values[k][0].in_language(language) for k, at in found.items() if at.value < np.inf], language)
        if enough:
            reached.append(f"{name}（{enough}）" if language == "zh" else f"{name} ({enough})")
        else:
            never.append(name)
    return _bands_text(policy_title(history, language), reached, never, language)


def _bands_text(policy: str, reached: Sequence[str], never: Sequence[str], language: str) -> str:
    parts = []
    if never and language == "zh":
        parts.append(f"在声明区间之内，单靠进入率、起点人均营收、可招人数或需求增速都没有一半把握的：{listed(never, language)}")
    elif never:
        parts.append(
            "within the declared ranges no single one of entry, revenue per head, people available and growth of demand "
            f"brings an even chance of {listed(never, language)}"
        )
    if reached:
        lead = "区间内取值有利时把握过半的" if language == "zh" else "an even chance at favourable values within the range"
        parts.append(f"{lead}：{listed(reached, language)}" if language == "zh" else f"{lead}: {listed(reached, language)}")
    if not parts:
        return ""
    if language == "zh":
        return f"按“{policy}”方案的现有模拟：{'；'.join(parts)}。"
    return f"From the runs under “{policy}”: {'; '.join(parts)}."
