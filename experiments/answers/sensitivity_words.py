"""The sentences of sensitivity: what the goals and the ranking hang on, and what would be worth measuring."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from wutong.experiments import wording
from wutong.experiments.answers.first_order import FEWEST, Estimate
from wutong.experiments.answers.measuring import way_of
from wutong.experiments.answers.sensitivity_found import Moved, OfGoal, OfRanking
from wutong.experiments.answers.telling import goal_name, joined, policy_title, scenario_title
from wutong.experiments.answers.uncertain import Uncertain
from wutong.experiments.goals import Difference
from wutong.experiments.wording import DASH
from wutong.model.scenario import Policy

SHOWN = 3


# ── Goals ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def goal_words(goals: Sequence[OfGoal], language: str) -> str:
    """What every goal hangs on, and which single measurement would sharpen it most."""
    if not goals:
        return "没有可看的目标或指标。" if language == "zh" else "There is no goal or measure to look at."
    parts = [_opening(goals, language)]
    if goals[0].n >= FEWEST:
        parts += [_one_goal(goal, language) for goal in goals]
        parts.append(joined([_worth(goals, language), _ranges(goals, language), _caution(language)], language))
    return "\n\n".join(part for part in parts if part)


def _opening(goals: Sequence[OfGoal], language: str) -> str:
    first = goals[0]
    numbers = [moved.number for moved in first.numbers]
    n_all, n_open, n = len(numbers), sum(u.unsourced for u in numbers), len(first.history.cases)
    scenario, policy = scenario_title(first.history.cases[0].scenario, language), policy_title(first.history, language)
    if language == "zh":
        text = f"在“{scenario}”中按“{policy}”模拟 {n} 次，每次抽取 {n_all} 个不确定的数，其中 {n_open} 个没有来源（[D]）。"
        return text + ("" if first.n >= FEWEST else f"少于 {FEWEST} 次，看不出结果取决于哪个数。")
    runs = f"“{scenario}” under “{policy}”, {n} run{'' if n == 1 else 's'}: each draws {n_all} uncertain numbers"
    text = f"{runs}, {n_open} of them without a source [D]."
    return text + ("" if first.n >= FEWEST else f" Fewer than {FEWEST} runs do not show on which of them a result hangs.")


def _one_goal(goal: OfGoal, language: str) -> str:
    zh, name, named = language == "zh", _goal(goal, language), goal.named
    if not named:
        if not goal.deviation > 0.0:
            return f"{name}：各次模拟数值相同。" if zh else f"{_upper(name)}: the same in every run."
        level = _percent(goal.noise)
        if zh:
            return f"{name}：没有哪个数单独的影响超出偶然（单凭偶然可达方差的 {level}，更弱的要更多次模拟才看得出）。"
        weaker = f"chance alone reaches {level} of the variance; more runs would show weaker ones"
        return f"{_upper(name)}: not moved beyond chance by any number alone ({weaker})."
    told = ("；" if zh else "; ").join(_moved(m, goal, language) for m in named[:SHOWN])
    rest = _rest(goal, language)
    return f"{name}取决于：{told}。{rest}" if zh else f"{_upper(name)}: moved by {told}. {rest}"


def _moved(moved: Moved, goal: OfGoal, language: str) -> str:
    zh, (low, high, _), (from_, to) = language == "zh", moved.medians, moved.ends
    medians = [wording.amount(e.value, goal.unit, language) for e in (low, high)]
    ends = [wording.amount(value, moved.number.unit, language, like=to).replace(" 1/", "/") for value in (from_, to)]
    who, share, odds = _number(moved.number, language), _share(moved.index, language), ""
    if moved.chances is not None and any(e.value > 0.0 for e in moved.chances[:2]):
        between = [_chance(e) for e in moved.chances[:2]]
        odds = f"，达标可能性从 {between[0]} 变为 {between[1]}" if zh else f", the chance from {between[0]} to {between[1]}"
    if zh:
        return (
            f"{who}，单独解释方差的 {share}，由低三分之一（{ends[0]}）到高三分之一（{ends[1]}），"
            f"中位数从 {medians[0]} 变为 {medians[1]}{odds}"
        )
    return (
        f"{who}, alone {share} of the variance: from its low third ({ends[0]}) to its high third ({ends[1]}) "
        f"the median goes from {medians[0]} to {medians[1]}{odds}"
    )


def _rest(goal: OfGoal, language: str) -> str:
    """How much hangs on numbers without a source, on those with one, and on all else."""
    zh, unsourced, sourced = (
        language == "zh",
        *(sum(m.index.value for m in goal.named if m.number.unsourced is kind) for kind in (True, False)),
    )
    left = max(1.0 - unsourced - sourced, 0.0)
    others = len(goal.numbers) - len(goal.named)
    if zh:
        told = f"无来源的数合计 {_percent(unsourced)}" if unsourced else "无来源的数没有一个超出偶然"
        with_one = f"有来源的合计 {_percent(sourced)}" if sourced else "有来源的数没有一个超出偶然"
        more = f"其余 {_percent(left)} 是运气、相互作用和另外 {others} 个与偶然分不开的数"
        return f"{told}，{with_one}；{more}（单凭偶然可达 {_percent(goal.noise)}）。"
    told = (
        f"Numbers without a source make up {_percent(unsourced)}" if unsourced else "No number without a source is beyond chance"
    )
    with_one = f"those with one make up {_percent(sourced)}" if sourced else "none with one is beyond chance"
    more = f"the other {_percent(left)} is luck, interplay and the {others} numbers that are not told from chance"
    return f"{told}, {with_one}; {more}, which alone reaches {_percent(goal.noise)}."


def _worth(goals: Sequence[OfGoal], language: str) -> str:
    """The measurement that would sharpen each goal most, goals with the same one together."""
    by_number: dict[str, list[OfGoal]] = {}
    for goal in goals:
        if goal.named:
            best = max(goal.named, key=lambda m: m.index.value)
            by_number.setdefault(way_of(best.number, language), []).append(goal)
    told = []
    for way, own in by_number.items():
        gains = []
        for goal in own:
            after = goal.deviation_without(max(goal.named, key=lambda m: m.index.value))
            now = wording.amount(goal.deviation, goal.unit, language)
            then = wording.amount(after, goal.unit, language, like=goal.deviation)
            name = _goal(goal, language)
            gains.append(f"{name}的标准差从 {now} 降到约 {then}" if language == "zh" else f"{name} from {now} to about {then}")
        told.append(
            f"{way}（{'，'.join(gains)}）" if language == "zh" else f"{way} (standard deviation of {', of '.join(gains)})"
        )
    if not told:
        return ""
    return f"最值得去量的一件事：{'；'.join(told)}。" if language == "zh" else f"Most worth measuring: {'; '.join(told)}."


def _ranges(goals: Sequence[OfGoal], language: str) -> str:
    """Strong numbers with a source whose range is what matters: a source need not make a number narrow."""
    strong = {m.number.name: m.number for goal in goals for m in goal.named if m.index.value > 0.2 and not m.number.unsourced}
    told = []
    for one in strong.values():
        low, high = (float(v) for v in np.quantile(one.values, (0.05, 0.95)))
        told.append(f"{_number(one, language)} {wording.amount_range(low, high, one.unit, language)}")
    if not told:
        return ""
    if language == "zh":
        return f"由来源推算不等于准确，多半不是本园自己的统计：九成模拟抽到的范围是{'；'.join(told)}。"
    return f"What is computed from a source is seldom counted in this park: nine in ten runs drew {'; '.join(told)}."


def _caution(language: str) -> str:
    if language == "zh":
        return "标准差为预期值：该数被准确测得，模型与其余取值范围不变；两端各 2.5% 的模拟按边界值计。"
    return (
        "These deviations are expected ones, if the number were known exactly and the model and all other ranges stayed; the "
        "outermost 2.5% of the runs at either end count as at the edge."
    )


# ── Ranking ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def ranking_words(found: OfRanking, unit: str, language: str) -> str:
    """Whether the best policy and the order hang on a number, above all on one without a source."""
    table, zh = found.table, language == "zh"
    if table.n_worlds < FEWEST:
        text = f"少于 {FEWEST} 次，看不出排序取决于哪个数。"
        return text if zh else f"Fewer than {FEWEST} runs do not show on which numbers the ranking hangs."
    best, second = (_policy(table.policies[i], language) for i in found.order[:2])
    by = goal_name(table.yardstick, language) if table.yardstick.at_least > 0.0 else table.yardstick.label.in_language(language)
    by = by if zh else wording.lower_first(by)
    opening = f"以{by}排序，平均最好的是{best}，其次是{second}。" if zh else f"By {by}, {best} is best on average, {second} next."
    return joined([opening, _lead(found, language), _changes(found, unit, language), _order(found, language)], language)


def _lead(found: OfRanking, language: str) -> str:
    told = [f"{_number(number, language)} {_share(estimate, language)}" for number, estimate in found.lead[:SHOWN]]
    if not told:
        return ""
    if language == "zh":
        return f"领先的大小取决于：{'；'.join(told)}（占领先幅度方差的份额）。"
    return f"How large its lead is hangs on {'; '.join(told)} (shares of the variance of the lead)."


def _changes(found: OfRanking, unit: str, language: str) -> str:
    zh = language == "zh"
    real = [r for r in found.numbers if r.change == "changes"]
    unsourced = [r for r in real if r.number.unsourced]
    told = []
    for one in real[:SHOWN]:
        low, high = (_policy(found.table.policies[i], language) for i in (one.move.low.best, one.move.high.best))
        who, leads = (
            _number(one.number, language),
            (_size(one.move.lead_low, unit, language), _size(one.move.lead_high, unit, language)),
        )
        if zh:
            told.append(f"{who}：低三分之一中{low}最好（领先 {leads[0]}），高三分之一中{high}最好（领先 {leads[1]}）")
        else:
            told.append(f"{who}: in its low third {low} is best (by {leads[0]}), in its high third {high} (by {leads[1]})")
    text = ""
    if told:
        text = (
            f"最好方案确实随之改变的数：{'；'.join(told)}。" if zh else f"The best policy really changes with {'; '.join(told)}."
        )
    if not unsourced:
        text += (
            "没有哪个无来源的数（[D]）使最好方案的改变超出偶然。"
            if zh
            else ((" " if text else "") + "Under no number without a source [D] does the best policy change beyond chance.")
        )
    return text


def _order(found: OfRanking, language: str) -> str:
    moved = sorted((r for r in found.numbers if r.order_moves), key=lambda r: r.move.tau)
    told = [f"{_number(r.number, language)} {wording.number(r.move.tau)}" for r in moved[:SHOWN]]
    if not told:
        return _order_stays(found, language)
    if language == "zh":
        return f"先后次序随之变动超出偶然的数（两端次序的肯德尔相关）：{'；'.join(told)}。"
    return f"The order moves beyond chance with (Kendall's tau between its thirds): {'; '.join(told)}."


def _order_stays(found: OfRanking, language: str) -> str:
    """No number moves the order as a whole beyond chance, which the first place alone may still do."""
    n, first = len(found.table.policies), any(r.change == "changes" for r in found.numbers)
    if first and n == 2:
        return ""  # the first place is the whole order
    if language == "zh":
        if first:
            return f"第一名会随上面点名的数改变；但 {n} 个方案的整体次序，随任何一个数都还看不出可靠的变化。"
        return "各方案的整体次序，随任何一个数都还看不出可靠的变化。"
    if first:
        whole = f"the order of all {n} policies as a whole shows no change beyond chance with any number"
        return f"The first place changes with the numbers named above; {whole}."
    return "With no number does the order of the policies as a whole change beyond chance."


# ── Parts ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _goal(goal: OfGoal, language: str) -> str:
    label = goal_name(goal.target, language) if goal.target.at_least > 0.0 else goal.target.label.in_language(language)
    return label if language == "zh" else wording.lower_first(label)


def _number(number: Uncertain, language: str) -> str:
    label, tag = number.label.in_language(language), number.tag.value
    return f"“{label}”[{tag}]" if language == "zh" else f"“{label}” [{tag}]"


def _policy(policy: Policy, language: str) -> str:
    return f"“{policy.title.in_language(language) or policy.name}”"


def _share(estimate: Estimate, language: str) -> str:
    inside = f"{_percent(estimate.low)[:-1]}{DASH}{_percent(estimate.high)}"
    return f"{_percent(estimate.value)}（{inside}）" if language == "zh" else f"{_percent(estimate.value)} ({inside})"


def _percent(share: float) -> str:
    return "0%" if share < 5e-4 else f"{share * 100:.1f}%" if share < 0.0995 else f"{share * 100:.0f}%"


def _chance(estimate: Estimate) -> str:
    if not math.isfinite(estimate.value):
        return DASH
    if estimate.value <= 0.0:
        return f"<{math.ceil(estimate.high * 100 - 1e-9)}%"
    if estimate.value >= 1.0:
        return f">{math.floor(estimate.low * 100 + 1e-9)}%"
    return f"{min(max(round(estimate.value * 100), 1), 99)}%"


def _size(lead: Difference, unit: str, language: str) -> str:
    scale = wording.scale_for(unit, max(abs(lead.low), abs(lead.high)), language)
    size = wording.with_unit(wording.number(lead.mean * scale.factor), scale.name)
    low, high = (wording.number(v * scale.factor) for v in (lead.low, lead.high))
    return f"{size}，90% 区间 {low} 至 {high}" if language == "zh" else f"{size}, 90% interval {low} to {high}"


def _upper(name: str) -> str:
    return name[:1].upper() + name[1:]
