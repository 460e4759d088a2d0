"""The tables of sensitivity: every number and every goal, and how the ranking of the policies moves with each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from wutong.experiments.answers import Column
from wutong.experiments.answers.first_order import UNKNOWN, Estimate
from wutong.experiments.answers.sensitivity_found import OfGoal, OfRanking
from wutong.experiments.answers.uncertain import Uncertain
from wutong.experiments.goals import Difference
from wutong.experiments.results import RUN_COLUMNS, SUMMARY_COLUMNS, Cell, Row
from wutong.model.facts import Label
from wutong.model.scenario import Scenario
from wutong.model.units import quarter_name

NUMBER_COLUMNS: Mapping[str, Column] = {
    "scenario": Column(RUN_COLUMNS["scenario"]),
    "number": Column(Label("抽样的数", "Number that every run draws")),
    "title_zh": Column(Label("名称（中文）", "Title in Chinese")),
    "title_en": Column(Label("名称（英文）", "Title in English")),
    "tag": Column(
        Label(
            "依据：S 见于来源，C 由来源推算，M 凭文献记忆，D 没有来源的设定",
            "Basis: S seen in a source, C computed from one, M from memory of the literature, D a choice without a source",
        )
    ),
}


def _interval(name: str, zh: str, en: str, unit: str = "see unit") -> dict[str, Column]:
    return {
        name: Column(Label(zh, en), unit),
        f"{name}_low90": Column(Label(f"{zh}，90% 区间下限", f"{en}, low end of its 90 % interval"), unit),
        f"{name}_high90": Column(Label(f"{zh}，90% 区间上限", f"{en}, high end of its 90 % interval"), unit),
    }


COLUMNS: Mapping[str, Column] = {
    **NUMBER_COLUMNS,
    "policy": Column(RUN_COLUMNS["policy"]),
    "target": Column(SUMMARY_COLUMNS["target"]),
    "measure": Column(SUMMARY_COLUMNS["measure"]),
    "by": Column(SUMMARY_COLUMNS["by"]),
    **_interval("index", "单独解释的方差份额", "Share of the variance that the number alone explains", "1"),
    "noise": Column(Label("偶然所能达到的份额", "Share that chance alone reaches, the largest of all numbers"), "1"),
    "named": Column(Label("是否超出偶然：yes 是", "Whether it is beyond chance: yes or no")),
    "value_low": Column(Label("低三分之一的中位取值", "Middle of the low third of the number"), "see value_unit"),
    "value_high": Column(Label("高三分之一的中位取值", "Middle of the high third"), "see value_unit"),
    "value_unit": Column(Label("该数的单位", "Unit of the number")),
    **_interval("median_low", "低三分之一的中位数", "Median in the low third"),
    **_interval("median_high", "高三分之一的中位数", "Median in the high third"),
    **_interval("median_change", "中位数之差，高减低", "Change of the median, low to high"),
    **_interval("chance_low", "低三分之一的达标可能性", "Chance in the low third", "1"),
    **_interval("chance_high", "高三分之一的达标可能性", "Chance in the high third", "1"),
    **_interval("chance_change", "达标可能性之差，高减低", "Change of the chance, low to high", "1"),
    "deviation": Column(
        Label("标准差（两端各 2.5% 的模拟按边界值计）", "Standard deviation (outermost 2.5 % of the runs held at the edge)"),
        "see unit",
    ),
    "deviation_known": Column(
        Label("该数已知后的期望标准差", "Expected standard deviation if the number were known"), "see unit"
    ),
    "unit": Column(SUMMARY_COLUMNS["unit"]),
    "n": Column(Label("运行次数", "Runs"), "runs"),
}
RANKING_COLUMNS: Mapping[str, Column] = {
    **NUMBER_COLUMNS,
    "yardstick": Column(Label("衡量所用的目标或指标", "Goal or measure by which policies are ranked")),
    "best_low": Column(Label("低三分之一中最好的方案", "Best policy in the low third")),
    "best_high": Column(Label("高三分之一中最好的方案", "Best policy in the high third")),
    "change": Column(
        Label(
            "最好方案：same 不变，noise 变动不超出偶然，changes 确实改变",
            "Best policy: same, changed within noise, or really changes",
        )
    ),
    **_interval("lead_low", "低三分之一中，其最好方案领先另一端最好方案", "Lead in the low third of its best over the other's"),
    **_interval("lead_high", "高三分之一中，其最好方案领先另一端最好方案", "Lead in the high third of its best over the other's"),
    "shift": Column(Label("两端领先之和", "The two leads together"), "see unit"),
    "shift_noise": Column(Label("偶然所能达到的两端领先之和", "What chance alone reaches of it"), "see unit"),
    "tau": Column(Label("两端排序的肯德尔相关系数", "Kendall's tau between the orders of the two thirds"), "1"),
    "tau_noise": Column(Label("偶然所能降到的相关系数", "What chance alone lowers it to"), "1"),
    "unit": Column(SUMMARY_COLUMNS["unit"]),
    "n": Column(Label("运行次数", "Runs of each policy"), "runs"),
}
PLACE_COLUMNS: Mapping[str, Column] = {
    **NUMBER_COLUMNS,
    "policy": Column(RUN_COLUMNS["policy"]),
    "place_low": Column(Label("低三分之一中的名次", "Place in the low third")),
    "place_high": Column(Label("高三分之一中的名次", "Place in the high third")),
    "mean_place_low": Column(Label("低三分之一各次模拟名次的平均", "Mean of its places in the runs of the low third"), "1"),
    "mean_place_high": Column(Label("高三分之一各次模拟名次的平均", "Mean of its places in the runs of the high third"), "1"),
}


def goal_rows(goals: Sequence[OfGoal]) -> Iterator[Row]:
    """Rows of every goal and number."""
    for goal in goals:
        case, target = goal.history.cases[0], goal.target
        about = (case.policy.name, target.key, target.measure, quarter_name(target.by))
        for moved in goal.numbers:
            ends = (_finite(value) for value in moved.ends)
            says = (_finite(moved.noise), "yes" if moved.named else "no", *ends, moved.number.unit)
            chances = moved.chances or (UNKNOWN, UNKNOWN, UNKNOWN)
            left = goal.deviation_without(moved) if math.isfinite(moved.index.value) else math.nan
            last = (_finite(goal.deviation), _finite(left), goal.unit, goal.n)
            cells = [cell for e in (*moved.medians, *chances) for cell in _cells(e)]
            yield (*_who(case.scenario, moved.number), *about, *_cells(moved.index), *says, *cells, *last)


def ranking_rows(found: OfRanking, unit: str) -> Iterator[Row]:
    """One row a number."""
    table = found.table
    names = [policy.name for policy in table.policies]
    for one in found.numbers:
        moved, noise = one.move, one.noise
        best = (table.yardstick.key, names[moved.low.best], names[moved.high.best], one.change)
        sizes = (
            *_lead(moved.lead_low),
            *_lead(moved.lead_high),
            moved.shift,
            _finite(noise.shift),
            moved.tau,
            _finite(noise.tau),
        )
        yield (*_who(table.scenarios[0], one.number), *best, *sizes, unit, table.n_worlds)


def place_rows(found: OfRanking) -> Iterator[Row]:
    """One row a number and policy."""
    table = found.table
    for one in found.numbers:
        low, high = one.move.low, one.move.high
        for p, policy in enumerate(table.policies):
            places = (int(low.places[p]), int(high.places[p]), float(low.mean_places[p]), float(high.mean_places[p]))
            yield (*_who(table.scenarios[0], one.number), policy.name, *places)


def _who(scenario: Scenario, number: Uncertain) -> tuple[Cell, ...]:
    return scenario.name, number.name, number.label.zh, number.label.en, number.tag.value


def _cells(estimate: Estimate) -> tuple[Cell, ...]:
    known = math.isfinite(estimate.low) and math.isfinite(estimate.high)
    return (_finite(estimate.value), *((estimate.low, estimate.high) if known else (None, None)))


def _lead(lead: Difference) -> tuple[Cell, ...]:
    return (lead.mean, lead.low, lead.high) if lead.n else (None, None, None)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
