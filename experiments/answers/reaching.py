"""When each goal's value is first reached, year by year; a run that reaches it and falls back has reached it."""

from __future__ import annotations

from collections.abc import Sequence

from wutong.experiments import wording
from wutong.experiments.answers import Answer, Column
from wutong.experiments.answers.attainment import COLUMNS, odds_cells
from wutong.experiments.answers.telling import joined, listed, policy_title
from wutong.experiments.goals import attainment
from wutong.experiments.results import Row
from wutong.model.facts import Label
from wutong.model.history import History
from wutong.model.units import NEVER, quarter_name, year_of

YEAR_COLUMNS: dict[str, Column] = {
    **{name: COLUMNS[name] for name in ("scenario", "policy", "target", "title_zh", "title_en")},
    "year": Column(Label("年份，取年末", "Year, at its end")),
    "reached": Column(Label("此前任一季度达到过的次数", "Runs that have reached it in some quarter so far"), "runs"),
    **{name: COLUMNS[name] for name in ("n", "prob", "prob_low", "prob_high")},
}


def goals_by_year(histories: Sequence[History]) -> Answer:
    """When each goal's value is first reached: the share of worlds that have reached it by the end of each year."""
    rows: list[Row] = []
    for history in histories:
        case = history.cases[0]
        for target in case.scenario.targets:
            result = attainment(history, target)
            for year in range(year_of(history.start + 1), year_of(history.start + history.n_quarters) + 1):
                share = result.reached_by(4 * year + 3)
                who = (case.scenario.name, case.policy.name, target.key, target.label.zh, target.label.en)
                rows.append((*who, str(year), *odds_cells(share)))
    return Answer("goals_by_year", YEAR_COLUMNS, tuple(rows), Label(_when(histories, "zh"), _when(histories, "en")))


def _when(histories: Sequence[History], language: str) -> str:
    if not histories or not histories[0].cases[0].scenario.targets:
        return "没有设定目标。" if language == "zh" else "No goal is set."
    history, told, never, empty = histories[0], list[str](), list[tuple[str, str]](), list[str]()
    for target in history.cases[0].scenario.targets:
        result = attainment(history, target)
        label = target.label.in_language(language) + wording.counted(result.reached.n, len(history.cases), language)
        if not result.reached.n:
            empty.append(label)
        elif result.reached.count == 0:
            never.append((label, wording.short_chance(result.reached, language)))
        elif result.median_first < NEVER:
            year = year_of(result.median_first)
            told.append(
                f"{label}有一半模拟在 {year} 年底前达到"
                if language == "zh"
                else f"{label} in half of the runs by the end of {year}"
            )
        else:
            odds = wording.short_chance(result.reached, language)
            told.append(
                f"{label}在期末前达到过的占 {odds}" if language == "zh" else f"{label} at some time in {odds} of the runs"
            )
    said = _when_sentence(history, told, never, language) if told or never else ""
    return joined([said, wording.undefined(empty, language) if empty else ""], language)


def _when_sentence(history: History, told: Sequence[str], never: Sequence[tuple[str, str]], language: str) -> str:
    policy, end = policy_title(history, language), quarter_name(history.start + history.n_quarters)
    names, under = listed([name for name, _ in never], language), never[0][1] if never else ""
    mark = "；" if language == "zh" else "; "
    if language == "zh":
        parts = [*told, *([f"到 {end} 没有一次模拟达到的（可能性 {under}）：{names}"] if never else [])]
        return f"按“{policy}”，{mark.join(parts)}。"
    parts = [*told, *([f"in no run by {end} (chance {under}) {names}"] if never else [])]
    return f"Reached under “{policy}”: {mark.join(parts)}."
