"""Goals in depth: how likely each is reached, singly and jointly, under each definition, per band of entry, and when.

Entry is what decides most: how many firms a year look for a site in the segments of a goal.  Its value in each world is read
back from the draws.  All chances come with the score interval of their worlds; a date beyond the runs is never judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wutong.experiments import wording
from wutong.experiments.answers import Answer, Column
from wutong.experiments.answers.depth import GoalInDepth, in_depth
from wutong.experiments.answers.telling import definition, goal_name, joined, listed, policy_title, scenario_title
from wutong.experiments.goals import Share
from wutong.experiments.results import RUN_COLUMNS, SUMMARY_COLUMNS, Row
from wutong.model.facts import Label
from wutong.model.history import History
from wutong.model.scenario import Target
from wutong.model.units import quarter_name

SHOWN_POLICIES = 3
REGISTERED = "registered_firms"
COLUMNS: dict[str, Column] = {
    **{name: Column(RUN_COLUMNS[name]) for name in ("scenario", "policy")},
    "target": Column(Label("目标或目标组", "Goal, or set of goals")),
    "title_zh": Column(SUMMARY_COLUMNS["title_zh"]),
    "title_en": Column(SUMMARY_COLUMNS["title_en"]),
    "definition": Column(
        Label(
            "口径：stated 目标原文口径，alternative 其他口径，joint 多个目标同时达到（列出指标时，该项按此口径）",
            "Definition: stated, alternative, or joint for several goals at once, one of them read by the measure named",
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
        for reading, share in goal.read_otherwise:
            changed = ("joint", *_about(goal.history, reading, stated=False)[1:])
            yield (*who, *changed, "all", None, None, *odds_cells(share), None)
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
    open_ended = [g for g in (found[0] if found else ()) if not g.share.n and not g.is_set]
    late = [g for g in open_ended if not g.results[0].covered]
    empty = [goal_name(g.target, language) for g in open_ended if g.results[0].covered]
    if not goals and not open_ended:
        return "没有设定目标。" if language == "zh" else "No goal is set."
    parts = [
        _chances(goals, language),
        _elsewhere(found, language),
        _other_readings(goals, language),
        _entry_decides(goals, language),
    ]
    return joined([*parts, _beyond(late, language), wording.undefined(empty, language) if empty else ""], language)


def _chances(goals: Sequence[GoalInDepth], language: str) -> str:
    if not goals:
        return ""
    history = goals[0].history
    scenario, policy, n = scenario_title(history.cases[0].scenario, language), policy_title(history, language), len(history.cases)
    by_odds: dict[str, list[str]] = {}  # goals with one chance share a clause
    for g in goals:
        name = g.label.in_language(language) if g.is_set else goal_name(g.target, language)
        by_odds.setdefault(wording.short_chance(g.share, language) + wording.counted(g.share.n, n, language), []).append(name)
    told = [f"{listed(names, language)} {odds}" for odds, names in by_odds.items()]
    if language == "zh":
        return f"在“{scenario}”中按“{policy}”模拟 {n} 次，达标的可能性（括号内为 90% 区间）：{'；'.join(told)}。"
    times = "once" if n == 1 else f"{n} times"
    return f"“{scenario}” under “{policy}”, run {times}: chance of reaching each goal (90% interval): {'; '.join(told)}."


def _elsewhere(found: Sequence[Sequence[GoalInDepth]], language: str) -> str:
    """Goals whose chance is another one under the other policies of the first scenario, a few policies at most."""
    usual = {g.key: g for g in found[0]}
    scenario, told = found[0][0].history.cases[0].scenario.name, []
    for goals in found[1 : 1 + SHOWN_POLICIES]:
        judged = [g for g in goals if g.share.n and g.history.cases[0].scenario.name == scenario and g.key in usual]
        changed = [g for g in judged if g.share.count != usual[g.key].share.count or g.share.n != usual[g.key].share.n]
        odds = [(g.label.in_language(language), wording.short_chance(g.share, language)) for g in changed]
        if not judged:
            continue
        name = f"“{policy_title(judged[0].history, language)}”"
        if language == "zh":
            told.append(f"{name}下" + ("、".join(f"{label} {text}" for label, text in odds) or "各目标的达标次数相同"))
        else:
            told.append(f"under {name} " + (", ".join(f"{label} {text}" for label, text in odds) or "the counts are the same"))
    if not told:
        return ""
    return f"换方案后变动的：{'；'.join(told)}。" if language == "zh" else f"What changes with the policy: {'; '.join(told)}."


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
    official = _not_official(single, language)
    if not told:
        names = listed(_other_names(single, language), language)
        if language == "zh":
            return f"换用模型中的其他口径（{names}，见表），各目标的可能性都分不出差别。{official}"
        return joined([f"Under no other definition of the model ({names}; see the table) does a chance differ.", official], "en")
    if language == "zh":
        return "口径有别：" + "；".join(f"{goal}若按{name}计为 {odds}" for goal, name, odds in told) + f"。{official}"
    clauses = [f"{goal} counted as {wording.lower_first(name)} {odds}" for goal, name, odds in told]
    return joined([f"The definition matters: {'; '.join(clauses)}.", official], language)


def _other_names(goals: Sequence[GoalInDepth], language: str) -> list[str]:
    """What else the goals were counted as, each once."""
    others = [(goal.history.facts[r.target.measure], r.target) for goal in goals for r in goal.results[1:] if r.judged]
    names = dict.fromkeys(definition(target, fact, language) for fact, target in others)
    return [name if language == "zh" else wording.lower_first(name) for name in names]


def _not_official(goals: Sequence[GoalInDepth], language: str) -> str:
    """Where firms are counted: none of the counts is that of the register of companies."""
    if not any(r.target.measure == REGISTERED for goal in goals for r in goal.results):
        return ""
    if language == "zh":
        return "这些都不是官方的注册企业数：在册企业只在在营企业之外加上关闭未满两年的，不含只注册、未经营的。"
    return (
        "None of them is the official count of registered firms: here “registered” adds to operating firms only those closed "
        "less than two years ago, none that registered and never operated."
    )


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
    if odds[0] == odds[1]:
        return _same_odds((f"{name}（目标 {asked}）", f"{name} (goal {asked})"), odds[0], rates, medians, language)
    if language == "zh":
        return (
            f"进入率影响最大的是{name}（目标 {asked}）：每年进入企业最少的三分之一模拟（{rates[0]}）中位数为 {medians[0]}，"
            f"达标可能性{odds[0]}；最多的三分之一（{rates[1]}）中位数为 {medians[1]}，达标可能性{odds[1]}。"
        )
    return (
        f"Entry matters most for {name} (goal {asked}): in the third of the runs with the fewest entrants ({rates[0]}) "
        f"the median is {medians[0]}, chance {odds[0]}; in the third with the most ({rates[1]}) {medians[1]}, chance {odds[1]}."
    )


def _same_odds(names: tuple[str, str], odds: str, rates: Sequence[str], medians: Sequence[str], language: str) -> str:
    """Entry where the chance reads the same at both ends: what it does to the median, and that the runs are too few for more."""
    if language == "zh":
        return (
            f"进入率对{names[0]}中位数的影响最大：每年进入企业最少的三分之一模拟（{rates[0]}）为 {medians[0]}，"
            f"最多的三分之一（{rates[1]}）为 {medians[1]}；两端的达标可能性都{odds}，"
            "模拟次数太少，看不出进入率对达标可能性的影响。"
        )
    return (
        f"Entry moves the median of {names[1]} most: {medians[0]} in the third of the runs with the fewest entrants "
        f"({rates[0]}), {medians[1]} in the third with the most ({rates[1]}); the chance is {odds} at both ends: "
        "the runs are too few to show an effect of entry on it."
    )


def _beyond(late: Sequence[GoalInDepth], language: str) -> str:
    names = [goal_name(g.target, language) for g in late]
    if not names:
        return ""
    history = late[0].history
    how = wording.how_to_judge([g.target for g in late], history.start + history.n_quarters, language)
    if language == "zh":
        return f"期限不在模拟期内的不予判定：{listed(names, language)}{how}。"
    return f"Not judged, because the runs do not cover the date: {listed(names, language)}{how}."
