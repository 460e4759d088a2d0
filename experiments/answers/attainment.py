"""Goals in depth: how likely each is reached, singly and jointly, under each definition, per band of entry, and when.

Entry is what decides most: how many firms a year look for a site in the segments of a goal.  Its value in each world is read
back from the draws.  All chances come with the score interval of their worlds; a date beyond the runs is never judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from experiments import wording
from experiments.answers import Answer, Column
from experiments.answers.drawn import Drawn, drawn
from experiments.answers.telling import definition, goal_name, joined, listed, policy_title, scenario_title
from experiments.goals import Attainment, Band, Share, attainment, by_band, definitions, wilson
from experiments.results import RUN_COLUMNS, SUMMARY_COLUMNS, Row
from model.facts import Floats, Label
from model.history import History
from model.scenario import JointTarget, Scenario, Target
from model.units import quarter_name

ALL_GOALS = Label("全部可判定的目标", "All goals that are judged")
COLUMNS: dict[str, Column] = {
    **{name: Column(RUN_COLUMNS[name]) for name in ("scenario", "policy")},
    "target": Column(Label("目标或目标组", "Goal, or set of goals")),
    "title_zh": Column(SUMMARY_COLUMNS["title_zh"]),
    "title_en": Column(SUMMARY_COLUMNS["title_en"]),
    "definition": Column(
        Label(
            "口径：stated 目标原文口径，alternative 其他口径，joint 多个目标同时达到",
            "Definition: stated, alternative, or joint for several goals at once",
        )
    ),
    "measure": Column(SUMMARY_COLUMNS["measure"]),
    "basis": Column(SUMMARY_COLUMNS["basis"]),
    "at_least": Column(SUMMARY_COLUMNS["at_least"], "see unit"),
    "unit": Column(SUMMARY_COLUMNS["unit"]),
    "by": Column(SUMMARY_COLUMNS["by"]),
    "entry_band": Column(Label("进入率分组：all 全部，1 为最低", "Band of the entry rate: all, or 1 for the lowest")),
    "entry_low": Column(Label("该组最低进入率", "Lowest entry rate of the band"), "firms/year"),
    "entry_high": Column(Label("该组最高进入率", "Highest entry rate of the band"), "firms/year"),
    "attained": Column(SUMMARY_COLUMNS["attained"], "runs"),
    "n": Column(SUMMARY_COLUMNS["n"], "runs"),
    "prob": Column(SUMMARY_COLUMNS["prob"], "1"),
    "prob_low": Column(SUMMARY_COLUMNS["prob_low"], "1"),
    "prob_high": Column(SUMMARY_COLUMNS["prob_high"], "1"),
    "median": Column(SUMMARY_COLUMNS["median"], "see unit"),
}


@dataclass(frozen=True)
class GoalInDepth:
    """A goal, or a set of goals reached together, under one scenario and policy.

    Attributes
    ----------
    results : of the goal under each definition, the stated one first; of the members of a set
    share : chance of the goal as stated, or of all members in one world; n = 0 where a date lies beyond the runs
    bands : the same by thirds of the entry rate; none where entry does not differ between worlds
    medians : median of what a single goal is compared with, in each of the bands
    """

    key: str
    label: Label
    history: History
    results: tuple[Attainment, ...]
    share: Share
    bands: tuple[Band, ...]
    medians: tuple[float, ...] = ()
    is_set: bool = False

    @property
    def target(self) -> Target:
        return self.results[0].target


def in_depth(history: History) -> tuple[GoalInDepth, ...]:
    """Every goal of a history's scenario, then the sets of goals that count together."""
    scenario, draws = history.cases[0].scenario, drawn(history.cases)
    single = []
    for target in scenario.targets:
        results = tuple(attainment(history, reading) for reading in definitions(target, history.facts))
        bands = _bands(results[:1], draws)
        medians = _medians(results[0], entry_of([target], draws), bands)
        single.append(GoalInDepth(target.key, target.label, history, results, results[0].share, bands, medians))
    return (*single, *(_set(named, history, draws) for named in joint_targets(scenario, history)))


def joint_targets(scenario: Scenario, history: History) -> tuple[JointTarget, ...]:
    """The sets of goals that a scenario names; else all goals that the runs can judge, where there are several."""
    judged = tuple(t.key for t in scenario.targets if attainment(history, t).judged)
    named = scenario.joint_targets
    return named or ((JointTarget("all_judged", ALL_GOALS, judged),) if len(judged) > 1 else ())


def _set(named: JointTarget, history: History, draws: Drawn) -> GoalInDepth:
    by_key = {t.key: t for t in history.cases[0].scenario.targets}
    results = tuple(attainment(history, by_key[key]) for key in named.targets)
    return GoalInDepth(named.key, named.label, history, results, together(results), _bands(results, draws), is_set=True)


def together(results: Sequence[Attainment]) -> Share:
    """Chance that all goals of a set are reached in one and the same world; n = 0 unless every one is judged."""
    if not results or not all(r.judged for r in results):
        return wilson(0, 0)
    reached = np.logical_and.reduce([r.attained for r in results])
    return wilson(int(reached.sum()), reached.size)


def _bands(results: Sequence[Attainment], draws: Drawn) -> tuple[Band, ...]:
    entry = entry_of([r.target for r in results], draws)
    if not results or np.ptp(entry) < 1e-9 * max(float(entry.max()), 1.0):
        return ()
    return share_by_band(results, entry)


def _medians(result: Attainment, entry: Floats, bands: Sequence[Band]) -> tuple[float, ...]:
    inside = [(entry >= band.low) & (entry <= band.high) for band in bands]
    return tuple(float(np.median(result.values[mask])) for mask in inside)


def share_by_band(results: Sequence[Attainment], values: Floats) -> tuple[Band, ...]:
    """Chance that all goals are reached, by thirds of the worlds in the order of a drawn value of shape (n_worlds,)."""
    if not all(r.judged for r in results):
        return ()
    reached = np.logical_and.reduce([r.attained for r in results]).astype(np.float64)
    all_of_them = replace(results[0].target, at_least=1.0)  # 1 where every goal is reached
    return by_band(Attainment(all_of_them, reached, results[0].first), values)


def entry_of(targets: Sequence[Target], draws: Drawn) -> Floats:
    """Entrants a year at the start in the segments of some goals, each segment once, of shape (n_worlds,) [firms/year]."""
    return draws.entry(tuple(dict.fromkeys(s for t in targets for s in t.segments)))


# ── Tables ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def goals_in_depth(histories: Sequence[History]) -> Answer:
    """Chance of every goal and set of goals, under each definition, overall and per band of the entry rate.

    Parameters
    ----------
    histories : one scenario and policy each
    """
    found = [in_depth(history) for history in histories]
    rows = tuple(row for goals in found for goal in goals for row in _rows(goal))
    words = Label(_words(found, "zh"), _words(found, "en"))
    return Answer("goals_in_depth", COLUMNS, rows, words)


def _rows(goal: GoalInDepth) -> Iterator[Row]:
    case = goal.history.cases[0]
    who = (case.scenario.name, case.policy.name, goal.key, goal.label.zh, goal.label.en)
    if goal.is_set:
        by = quarter_name(max((r.target.by for r in goal.results), default=goal.history.start))
        about: Row = ("joint", None, None, None, None, by)
        yield (*who, *about, "all", None, None, *odds_cells(goal.share), None)
        for i, band in enumerate(goal.bands, start=1):
            yield (*who, *about, str(i), band.low, band.high, *odds_cells(band.share), None)
        return
    for n, result in enumerate(goal.results):
        about = _about(goal.history, result.target, stated=n == 0)
        median = result.median if result.judged else None
        yield (*who, *about, "all", None, None, *odds_cells(result.share), median)
        for i, (band, middle) in enumerate(zip(goal.bands, goal.medians, strict=True) if n == 0 else (), start=1):
            yield (*who, *about, str(i), band.low, band.high, *odds_cells(band.share), middle)


def _about(history: History, target: Target, *, stated: bool) -> Row:
    unit = wording.target_unit(history.facts[target.measure], target)
    kind = "stated" if stated else "alternative"
    return (kind, target.measure, target.basis.value, target.at_least, unit, quarter_name(target.by))


def odds_cells(share: Share) -> tuple[int | float | None, ...]:
    """Cells ``attained``, ``n``, ``prob`` and its interval; empty where nothing is judged."""
    return (share.count, share.n, share.value, share.low, share.high) if share.n else (None, 0, None, None, None)


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _words(found: Sequence[Sequence[GoalInDepth]], language: str) -> str:
    """Of the first scenario and its first policy; what other policies differ in is said by the comparison."""
    goals = [goal for goal in (found[0] if found else ()) if goal.share.n]
    late = [g for g in (found[0] if found else ()) if not g.share.n and not g.is_set]
    if not goals and not late:
        return "没有设定目标。" if language == "zh" else "No goal is set."
    parts = [_chances(goals, language), _other_readings(goals, language), _entry_decides(goals, language)]
    return joined([*parts, _beyond(late, language)], language)


def _chances(goals: Sequence[GoalInDepth], language: str) -> str:
    if not goals:
        return ""
    history = goals[0].history
    scenario, policy, n = scenario_title(history.cases[0].scenario, language), policy_title(history, language), len(history.cases)
    by_odds: dict[str, list[str]] = {}  # goals with one chance share a clause
    for g in goals:
        name = g.label.in_language(language) if g.is_set else goal_name(g.target, language)
        by_odds.setdefault(wording.short_chance(g.share, language), []).append(name)
    told = [f"{listed(names, language)} {odds}" for odds, names in by_odds.items()]
    if language == "zh":
        return f"在“{scenario}”中按“{policy}”模拟 {n} 次，达标的可能性（括号内为 90% 区间）：{'；'.join(told)}。"
    times = "once" if n == 1 else f"{n} times"
    return f"“{scenario}” under “{policy}”, run {times}: chance of reaching each goal (90% interval): {'; '.join(told)}."


def _other_readings(goals: Sequence[GoalInDepth], language: str) -> str:
    """Definitions under which the chance differs by more than the intervals allow."""
    single = [g for g in goals if not g.is_set]
    told = []
    for goal in single:
        moved = [r for r in goal.results[1:] if r.judged and (r.share.low > goal.share.high or r.share.high < goal.share.low)]
        for result in moved:
            name = definition(result.target, goal.history.facts[result.target.measure], language)
            told.append((goal_name(goal.target, language), name, wording.short_chance(result.share, language)))
    if not single or not any(len(g.results) > 1 for g in single):
        return ""
    if not told:
        zh, en = (
            "换用其他口径（见表），各目标的可能性都分不出差别。",
            "Under no other definition (see the table) does a chance differ.",
        )
        return zh if language == "zh" else en
    if language == "zh":
        return "口径有别：" + "；".join(f"{goal}若按{name}计为 {odds}" for goal, name, odds in told) + "。"
    clauses = [f"{goal} counted as {wording.lower_first(name)} {odds}" for goal, name, odds in told]
    return f"The definition matters: {'; '.join(clauses)}."


def _entry_decides(goals: Sequence[GoalInDepth], language: str) -> str:
    """The goal whose median differs most, in parts of what is asked, between the lowest and highest third of the entry rate."""
    banded = [g for g in goals if len(g.bands) > 1 and g.medians]
    if not banded:
        return ""
    most = max(banded, key=lambda g: abs(g.medians[-1] - g.medians[0]) / g.target.at_least)
    name, fact = goal_name(most.target, language), most.history.facts[most.target.measure]
    unit, ends = wording.target_unit(fact, most.target), (0, -1)
    odds = [wording.chance(most.bands[i].share, language) for i in ends]
    rates = [wording.amount_range(most.bands[i].low, most.bands[i].high, "firms/year", language) for i in ends]
    medians = [wording.amount(most.medians[i], unit, language) for i in ends]
    asked = wording.goal(most.history, most.target, language)
    if language == "zh":
        return (
            f"进入率影响最大的是{name}（目标 {asked}）：每年进入企业最少的三分之一模拟（{rates[0]}）中位数为 {medians[0]}，"
            f"达标可能性{odds[0]}；最多的三分之一（{rates[1]}）中位数为 {medians[1]}，达标可能性{odds[1]}。"
        )
    return (
        f"Entry matters most for {name} (goal {asked}): in the third of the runs with the fewest entrants ({rates[0]}) "
        f"the median is {medians[0]}, chance {odds[0]}; in the third with the most ({rates[1]}) {medians[1]}, chance {odds[1]}."
    )


def _beyond(late: Sequence[GoalInDepth], language: str) -> str:
    names = [goal_name(g.target, language) for g in late]
    if not names:
        return ""
    if language == "zh":
        return f"期限不在模拟期内的不予判定：{listed(names, language)}。"
    return f"Not judged, because the runs do not cover the date: {listed(names, language)}."
