"""The last date at which each lever can still move a goal: the lever alone, started later and later, against none at all."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from wutong.experiments import wording
from wutong.experiments.answers import Answer, Column
from wutong.experiments.answers.attainment import COLUMNS as GOAL_COLUMNS
from wutong.experiments.answers.telling import goal_name, joined, listed, quarter_text
from wutong.experiments.goals import Difference, gain
from wutong.experiments.results import Row
from wutong.model.facts import Label
from wutong.model.history import History
from wutong.model.levers import LEVERS
from wutong.model.scenario import LeverSetting, Policy, Target
from wutong.model.units import NEVER, quarter_name

COLUMNS: dict[str, Column] = {
    **{name: GOAL_COLUMNS[name] for name in ("scenario", "target", "title_zh", "title_en")},
    "lever": Column(Label("政策工具", "Lever")),
    "start": Column(Label("开始季度", "Quarter in which it starts")),
    "difference": Column(Label("与不用该工具的平均差（配对）", "Mean paired difference from the runs without it"), "see unit"),
    "low": Column(Label("平均差 90% 区间下限", "Difference, low end of its 90 % interval"), "see unit"),
    "high": Column(Label("平均差 90% 区间上限", "Difference, high end of its 90 % interval"), "see unit"),
    "unit": Column(Label("单位", "Unit")),
    "n": Column(Label("配对数", "Pairs"), "pairs"),
    "last": Column(
        Label("是否为最后仍有效的开始季度（此前各季度均有效）", "Whether it is the last start that helps, as all before it do")
    ),
}


def alone(policy: Policy) -> dict[str, Policy]:
    """Each lever of a policy by itself, by its key."""
    levers = dict.fromkeys(setting.lever for setting in policy.settings)
    return {key: _only(policy, key) for key in levers}


def _only(policy: Policy, lever: str) -> Policy:
    settings = tuple(s for s in policy.settings if s.lever == lever)
    label = LEVERS[lever].label
    title = Label(f"{policy.title.zh}：{label.zh}", f"{policy.title.en}: {label.en}")
    return replace(policy, name=f"{policy.name}.{lever}", title=title, settings=settings)


def later_policies(policy: Policy, starts: Sequence[int]) -> tuple[Policy, ...]:
    """The policy with its whole programme put off so that it begins in each of the quarters ``starts``.

    What ends on a date still ends then: a late start loses those years.  Floor space that is ready at once is ready as
    much later.

    Raises
    ------
    ValueError
        If a start lies before the policy's own.
    """
    if not policy.settings:
        return tuple(_named(policy, start, ()) for start in starts)
    own = min(s.start for s in policy.settings)
    if early := [quarter_name(s) for s in starts if s < own]:
        raise ValueError(f"policy {policy.name} begins in {quarter_name(own)}, and cannot be put off to {', '.join(early)}")
    found = []
    for start in starts:
        moved = [replace(s, start=s.start + start - own, ready=_put_off(s.ready, start - own)) for s in policy.settings]
        found.append(_named(policy, start, tuple(s for s in moved if s.start <= s.end)))
    return tuple(found)


def _put_off(ready: int | None, quarters: int) -> int | None:
    return None if ready is None else min(ready + quarters, NEVER)


def _named(policy: Policy, start: int, settings: tuple[LeverSetting, ...]) -> Policy:
    when = quarter_name(start)
    title = Label(f"{policy.title.zh}（{when} 起）", f"{policy.title.en} (from {when})")
    return replace(policy, name=f"{policy.name}.from_{when}", title=title, settings=settings)


@dataclass(frozen=True)
class LateStarts:
    """What a lever still adds to a goal's measure, by the quarter in which it starts.

    Attributes
    ----------
    differences : by start, rising; paired with the runs without the lever
    """

    lever: str
    target: Target
    history: History
    differences: Mapping[int, Difference]

    @property
    def last(self) -> int | None:
        """Last start up to which the 90 % interval of every start tried lies above zero; None where not even the first does.

        A later one that is clear of zero after others that are not is what chance brings among many.
        """
        clear = list(itertools.takewhile(lambda start: self.differences[start].low > 0.0, sorted(self.differences)))
        return clear[-1] if clear else None

    @property
    def harms(self) -> bool:
        """Whether the earliest start certainly takes away from the goal's measure."""
        first = min(self.differences, default=None)
        return first is not None and self.differences[first].high < 0.0

    @property
    def judged(self) -> bool:
        return any(d.n for d in self.differences.values())


def late_starts(base: History, lever: str, by_start: Mapping[int, History], target: Target) -> LateStarts:
    """The effect of one lever on a goal by its start.

    Parameters
    ----------
    base : without the lever
    by_start : the same scenario with the lever from each start on
    """
    return LateStarts(lever, target, base, {start: gain(base, by_start[start], target) for start in sorted(by_start)})


def last_starts(found: Sequence[LateStarts]) -> Answer:
    """The effects by start as a table, and the last start that still moves each goal in words."""
    rows = tuple(row for one in found for row in _rows(one))
    return Answer("last_starts", COLUMNS, rows, Label(_words(found, "zh"), _words(found, "en")))


def _rows(one: LateStarts) -> Iterator[Row]:
    scenario, fact = one.history.cases[0].scenario, one.history.facts[one.target.measure]
    unit = wording.target_unit(fact, one.target)
    for start, d in one.differences.items():
        who = (scenario.name, one.target.key, one.target.label.zh, one.target.label.en, one.lever, quarter_name(start))
        sizes = (d.mean, d.low, d.high) if d.n else (None, None, None)
        yield (*who, *sizes, unit, d.n, "yes" if start == one.last else "")


def _words(found: Sequence[LateStarts], language: str) -> str:
    judged = [one for one in found if one.judged]
    if not judged:
        zh, en = (
            "目标期限不在模拟期内，或配对不足两次，说不出最迟何时开始。",
            "The date is beyond the runs, or there are no pairs.",
        )
        return zh if language == "zh" else en
    by_goal: dict[str, list[LateStarts]] = {}
    for one in judged:
        by_goal.setdefault(one.target.key, []).append(one)
    return joined([_of_goal(same, language) for same in by_goal.values()], language)


def _of_goal(same: Sequence[LateStarts], language: str) -> str:
    zh = language == "zh"
    told = [_lever_clause(one, language) for one in same if one.last is not None]
    without = [one for one in same if one.last is None]
    if harmful := [LEVERS[one.lever].label.in_language(language) for one in without if one.harms]:
        names = listed(harmful, language)
        told.append(f"{names}反而使之减少" if zh else f"{names} takes away from it")
    if still := [LEVERS[one.lever].label.in_language(language) for one in without if not one.harms]:
        names = listed(still, language)
        told.append(f"{names}从试过的最早时点开始也看不出增加" if zh else f"no gain from {names} even at the earliest start")
    name = goal_name(same[0].target, language)
    return f"{name}：{'；'.join(told)}。" if zh else f"{name}: {'; '.join(told)}."


def _lever_clause(one: LateStarts, language: str) -> str:
    assert one.last is not None
    label, d = LEVERS[one.lever].label.in_language(language), one.differences[one.last]
    unit = wording.target_unit(one.history.facts[one.target.measure], one.target)
    inside, tried = wording.amount_range(d.low, d.high, unit, language), max(one.differences)
    end = one.last == tried
    when = quarter_text(one.last, language)
    if language == "zh":
        lead = f"{label}试到最晚的 {when}仍有作用" if end else f"{label}最迟 {when}开始还能起作用"
        return f"{lead}（平均增加的 90% 区间 {inside}）"
    lead = f"{label} still helps at the latest start tried, {when}" if end else f"{label} still helps if it starts by {when}"
    return f"{lead} (90% interval of the mean gain {inside})"
