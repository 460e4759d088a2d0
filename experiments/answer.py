"""The answer in words: what the runs say about every goal, for reading aloud, and a small table for the terminal."""

from __future__ import annotations

import io
from collections.abc import Sequence

from wutong.experiments import wording
from wutong.experiments.goals import Attainment, Difference, attainment, gain, joint, most_missing
from wutong.experiments.outcomes import outcome_differences, outcomes, signed_text, uneven_text
from wutong.model.facts import Label
from wutong.model.history import History
from wutong.model.scenario import Target


def answer(histories: Sequence[History], language: str, baseline: str | None = None) -> str:
    """Plain words, one paragraph a scenario.

    Parameters
    ----------
    histories : one scenario and policy each
    baseline : name of the policy that the others are compared with; the first of each scenario if None

    Raises
    ------
    ValueError
        If a scenario has no history of the baseline policy.
    """
    write = _Chinese() if language == "zh" else _English()
    scenarios = dict.fromkeys(h.cases[0].scenario.name for h in histories)
    same = [[h for h in histories if h.cases[0].scenario.name == name] for name in scenarios]
    return "\n\n".join(_paragraph(*_baseline_first(group, baseline), write) for group in same)


def _baseline_first(group: Sequence[History], baseline: str | None) -> tuple[History, list[History]]:
    names = [h.cases[0].policy.name for h in group]
    if baseline is not None and baseline not in names:
        raise ValueError(
            f"no run of policy {baseline!r} in scenario {group[0].cases[0].scenario.name!r}; there are {', '.join(names)}"
        )
    first = names.index(baseline) if baseline is not None else 0
    return group[first], [h for i, h in enumerate(group) if i != first]


def _paragraph(base: History, others: Sequence[History], write: _Chinese | _English) -> str:
    results = [attainment(base, target) for target in base.cases[0].scenario.targets]
    judged, open_ended = [r for r in results if r.judged], [r for r in results if not r.covered]
    undefined = [r.target.label.in_language(write.language) for r in results if r.covered and not r.judged]
    parts = [write.opening(base)]
    if judged:
        parts.append(write.chances(base, judged))
        parts += _together(base, judged, write)
        missing = most_missing(judged)
        parts += [write.missing(base, missing)] if missing is not None else []
        notes = wording.definitions([r.target for r in judged], write.language)
        parts += [notes] if notes else []
    if open_ended:
        parts.append(write.not_judged(base, open_ended))
    parts += [wording.undefined(undefined, write.language)] if undefined else []
    if not results:
        parts.append(write.outcome(base))
        parts += [write.outcomes_apart(base, other) for other in others]
    parts += [write.comparison(base, other, judged) for other in others if judged]
    return write.joined([*parts, write.closing()] if results else parts)


def _together(base: History, judged: Sequence[Attainment], write: _Chinese | _English) -> list[str]:
    """The named sets of goals that are judged as a whole, or all judged goals where the scenario names no set."""
    sets = base.cases[0].scenario.joint_targets
    if not sets:
        return [write.together(None, base, judged)] if len(judged) > 1 else []
    members = [(named, [r for r in judged if r.target.key in named.targets]) for named in sets]
    return [write.together(named.label, base, own) for named, own in members if len(own) == len(named.targets)]


def differences(base: History, other: History, judged: Sequence[Attainment]) -> list[tuple[Attainment, Difference]]:
    """Judged goals with the paired difference that the other policy makes to them, as far as two pairs are defined."""
    found = [(result, gain(base, other, result.target)) for result in judged]
    return [(result, difference) for result, difference in found if difference.n]


class _Chinese:
    language = "zh"

    def joined(self, parts: Sequence[str]) -> str:
        return "".join(parts)

    def opening(self, base: History) -> str:
        scenario = base.cases[0].scenario.title.zh or base.cases[0].scenario.name
        return f"在“{scenario}”中，按“{wording.policy_name(base, 'zh', with_scenario=False)}”方案模拟 {len(base.cases)} 次："

    def chances(self, base: History, judged: Sequence[Attainment]) -> str:
        return "；".join(self._chance(base, r) for r in judged) + "。"

    def _chance(self, base: History, r: Attainment) -> str:
        goal, median = wording.goal(base, r.target, "zh"), wording.median_text(base, r, "zh")
        odds = wording.chance(r.share, "zh")
        when = "" if wording.says_when(r.target, "zh") else f"到 {wording.date(r.target, 'zh')}"
        counted = wording.counted(r.share.n, len(base.cases), "zh")
        return f"{r.target.label.zh}{when}达到 {goal}的可能性{_spaced(odds)}{counted}，中位数为 {median}"

    def together(self, name: Label | None, base: History, of: Sequence[Attainment]) -> str:
        share, n_goals = joint(of), len(of)
        goals = f"这 {n_goals} 个目标" if name is None else f"“{name.zh}”（{n_goals} 个目标）"
        odds = f"{_spaced(wording.chance(share, 'zh'))}{wording.counted(share.n, len(base.cases), 'zh')}"
        return f"{goals}在同一次模拟中全部实现的可能性{odds}。"

    def missing(self, base: History, r: Attainment) -> str:
        part, short = _part(r), _shortfall(base, r, "zh")
        return f"缺口最大的是{r.target.label.zh}：中位数只有目标的 {part}，还差 {short}。"

    def not_judged(self, base: History, open_ended: Sequence[Attainment]) -> str:
        names = "、".join(f"{r.target.label.zh}（{wording.short_date(r.target, 'zh')}）" for r in open_ended)
        return f"模拟期没有完整覆盖其期限的目标不予判定：{names}{_how(base, open_ended, 'zh')}。"

    def comparison(self, base: History, other: History, judged: Sequence[Attainment]) -> str:
        found = differences(base, other, judged)
        name, n = wording.policy_name(other, "zh", with_scenario=False), max((d.n for _, d in found), default=0)
        lead = f"“{name}”方案"
        if n == 0:
            return f"{lead}与基准可配对的模拟不足两次，无法比较。"
        clear = [self._difference(base, r, d) for r, d in found if d.told_apart]
        if all(d.mean == d.low == d.high == 0 for _, d in found):
            return f"{lead}与基准逐次配对比较（{n} 对），以上目标的数值完全相同。"
        if not clear:
            return f"{lead}与基准逐次配对比较（{n} 对），以上各项都看不出平均差别（90% 区间都包含零）。"
        rest = "" if len(clear) == len(found) else "；其余各项看不出平均差别"
        return f"{lead}与基准逐次配对比较（{n} 对，括号内为平均差的 90% 区间）：{'；'.join(clear)}{rest}。"

    def _difference(self, base: History, r: Attainment, d: Difference) -> str:
        verb = "多" if d.mean > 0 else "少"
        when = "" if wording.says_when(r.target, "zh") else wording.date(r.target, "zh")
        return f"{when}{r.target.label.zh}平均{verb} {_difference_text(base, r, d, 'zh')}{_uneven(base, r, d, 'zh')}"

    def outcome(self, base: History) -> str:
        return f"本情景没有设定目标。到{base.quarters[-1]}末，中位数为：{'；'.join(outcomes(base, 'zh'))}。"

    def outcomes_apart(self, base: History, other: History) -> str:
        name, found = wording.policy_name(other, "zh", with_scenario=False), outcome_differences(base, other, "zh")
        told = "；".join(found) if found else "看不出平均差别（90% 区间都包含零）"
        return f"“{name}”方案与基准逐次配对比较：{told}。"

    def closing(self) -> str:
        return (
            "以上可能性以模型的假设及其取值范围为前提。概率和平均差后的区间只反映模拟次数有限；"
            "走势图中的九成范围才包含偶然和假设的不确定。"
        )


class _English:
    language = "en"

    def joined(self, parts: Sequence[str]) -> str:
        return " ".join(parts)

    def opening(self, base: History) -> str:
        scenario = base.cases[0].scenario.title.en or base.cases[0].scenario.name
        policy = wording.policy_name(base, "en", with_scenario=False)
        return f"Scenario “{scenario}” was run {_times(len(base.cases))} under policy “{policy}”."

    def chances(self, base: History, judged: Sequence[Attainment]) -> str:
        return "The chance of reaching each goal is: " + "; ".join(self._chance(base, r) for r in judged) + "."

    def _chance(self, base: History, r: Attainment) -> str:
        goal, median = wording.goal(base, r.target, "en"), wording.median_text(base, r, "en")
        odds = wording.chance(r.share, "en")
        when = "" if wording.says_when(r.target, "en") else f" by {wording.date(r.target, 'en')}"
        counted = wording.counted(r.share.n, len(base.cases), "en")
        return f"{r.target.label.en} ({goal}{when}), {odds}{counted}, median {median}"

    def together(self, name: Label | None, base: History, of: Sequence[Attainment]) -> str:
        share, n_goals = joint(of), len(of)
        goals = f"All {n_goals} goals together" if name is None else f"“{name.en}” ({n_goals} goals together)"
        odds = f"{wording.chance(share, 'en')}{wording.counted(share.n, len(base.cases), 'en')}"
        return f"{goals}, in one and the same run: {odds}."

    def missing(self, base: History, r: Attainment) -> str:
        return (
            f"Furthest from its goal is {r.target.label.en}: the median is {_part(r)} of it, {_shortfall(base, r, 'en')} short."
        )

    def not_judged(self, base: History, open_ended: Sequence[Attainment]) -> str:
        names = ", ".join(f"{r.target.label.en} ({wording.short_date(r.target, 'en')})" for r in open_ended)
        return (
            f"Not judged, because the runs do not cover the date, or not its whole year: {names}{_how(base, open_ended, 'en')}."
        )

    def comparison(self, base: History, other: History, judged: Sequence[Attainment]) -> str:
        found = differences(base, other, judged)
        name, n = wording.policy_name(other, "en", with_scenario=False), max((d.n for _, d in found), default=0)
        if n == 0:
            return f"Policy “{name}” shares fewer than two paired runs with the baseline and cannot be compared."
        lead = f"Against the baseline on the same draws ({n} pairs), policy “{name}”"
        clear = [self._difference(base, r, d) for r, d in found if d.told_apart]
        if all(d.mean == d.low == d.high == 0 for _, d in found):
            return f"{lead} gives exactly the same values for these goals."
        if not clear:
            return f"{lead} shows no mean difference from zero on any of these goals (every 90% interval holds zero)."
        rest = "" if len(clear) == len(found) else "; on the others no mean difference can be told from zero"
        return f"{lead} changes on average (90% interval of the mean in brackets): {'; '.join(clear)}{rest}."

    def _difference(self, base: History, r: Attainment, d: Difference) -> str:
        verb = "more" if d.mean > 0 else "less"
        when = "" if wording.says_when(r.target, "en") else f", {wording.date(r.target, 'en')}"
        return f"{r.target.label.en}{when}: {_difference_text(base, r, d, 'en')} {verb}{_uneven(base, r, d, 'en')}"

    def outcome(self, base: History) -> str:
        return f"It has no goals. At the end of {base.quarters[-1]} the medians are: {'; '.join(outcomes(base, 'en'))}."

    def outcomes_apart(self, base: History, other: History) -> str:
        name, found = wording.policy_name(other, "en", with_scenario=False), outcome_differences(base, other, "en")
        told = "; ".join(found) if found else "no mean difference from zero (every 90% interval holds zero)"
        return f"Against the baseline on the same draws, policy “{name}” gives: {told}."

    def closing(self) -> str:
        return (
            "These chances hold under the model's assumptions and ranges. The intervals of chances and of mean differences "
            "reflect only the limited number of runs; the bands of nine in ten runs in the pictures of trajectories hold chance "
            "and uncertain assumptions."
        )


def _times(n: int) -> str:
    return "once" if n == 1 else f"{n} times"


def _spaced(odds: str) -> str:
    return odds if odds[0] in "低高约不" else f" {odds}"


def _part(r: Attainment) -> str:
    part = 100 * r.median / r.target.at_least
    return f"{part:.0f}%" if part >= 1 else f"{wording.number(part)}%"


def _shortfall(base: History, r: Attainment, language: str) -> str:
    return wording.amount(r.shortfall, wording.target_unit(base.facts[r.target.measure], r.target), language)


def _difference_text(base: History, r: Attainment, d: Difference, language: str) -> str:
    return signed_text(d, wording.target_unit(base.facts[r.target.measure], r.target), language)


def _uneven(base: History, r: Attainment, d: Difference, language: str) -> str:
    return uneven_text(d, wording.target_unit(base.facts[r.target.measure], r.target), language)


def _how(base: History, open_ended: Sequence[Attainment], language: str) -> str:
    return wording.how_to_judge([r.target for r in open_ended], base.start + base.n_quarters, language)


def terminal_table(histories: Sequence[History], language: str, width: int = 100) -> str:
    """Goals as rows, scenarios and policies as columns: chance of reaching each goal, and the median."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    zh = language == "zh"
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("目标", "目标值") if zh else ("Goal", "Asked for"):
        table.add_column(Text(name), overflow="fold")
    for name in series_names(histories, language):
        table.add_column(Text(name), overflow="fold")
    for row in table_rows(histories, language):
        table.add_row(*(Text(cell) for cell in row))
    console = Console(file=io.StringIO(), width=width, color_system=None, legacy_windows=False)
    with console.capture() as captured:
        console.print(table)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def series_names(histories: Sequence[History], language: str) -> list[str]:
    """Names that tell the histories apart: the policy's title, led by the scenario's where there are several."""
    several = len({h.cases[0].scenario.name for h in histories}) > 1
    return [wording.policy_name(h, language, with_scenario=several) for h in histories]


def table_rows(histories: Sequence[History], language: str) -> list[list[str]]:
    """Cells of the terminal table, a blank where a scenario does not have a goal."""
    goals = {t.key: (t, h) for h in reversed(histories) for t in reversed(h.cases[0].scenario.targets)}
    return [_table_row(histories, key, *goals[key], language) for key in reversed(goals)]


def _table_row(histories: Sequence[History], key: str, target: Target, owner: History, language: str) -> list[str]:
    cells = [
        target.label.in_language(language),
        f"{wording.goal(owner, target, language)}\n{wording.short_date(target, language)}",
    ]
    for history in histories:
        own = next((t for t in history.cases[0].scenario.targets if t.key == key), None)
        result = attainment(history, own) if own is not None else None
        if result is None or not result.judged:
            cells.append("" if result is None else wording.short_chance(result.share, language))
            continue
        median = "中位数 " if language == "zh" else "median "
        odds = wording.short_chance(result.share, language) + wording.counted(result.share.n, len(history.cases), language)
        cells.append(f"{odds}\n{median}{wording.median_text(history, result, language)}")
    return cells
