"""Which columns of the answers about goals and about many scenarios a report shows."""

from __future__ import annotations

from collections.abc import Mapping

from wutong.experiments.report.shown import EFFECT, MEAN, SCOPE, UNIT, WHO, Rows, Shown, ShownTable, Values, ranged, titled
from wutong.experiments.results import Cell
from wutong.model.facts import Label

PROB = Shown("prob", "prob_low", "prob_high", Label("达标可能性（90% 区间）", "Chance (90% interval)"))


def _judged(rows: Rows) -> list[Values]:
    return [row for row in rows if row["n"]]


def _beyond_chance(rows: Rows) -> list[Values]:
    return [row for row in rows if row["named"] == "yes"]


def _moving(rows: Rows) -> list[Values]:
    """Numbers with which the best policy really changes, or the order of all beyond chance."""
    return [row for row in rows if row["change"] == "changes" or _below(row["tau"], row["tau_noise"])]


def _below(value: Cell, limit: Cell) -> bool:
    return isinstance(value, float) and isinstance(limit, float) and value < limit


SHOWN_OF_GOALS: Mapping[str, ShownTable] = {
    "goals_in_depth": ShownTable(
        Label("每个目标，换用其他口径和进入率分组", "Every goal under other readings, and by thirds of the entry rate"),
        (
            *WHO,
            titled("title", "目标", "Goal"),
            titled("definition", "口径", "Reading"),
            Shown("measure"),
            titled("at_least", "目标值", "Asked for"),
            UNIT,
            titled("by", "期限", "Date"),
            titled("entry_band", "进入率分组", "Third of entry"),
            Shown("entry_low"),
            Shown("entry_high"),
            PROB,
            Shown("median"),
            Shown("n"),
        ),
        _judged,
    ),
    "shortfall": ShownTable(
        Label(
            "缺什么：企业、人员、人均营收，以及人员和载体够不够",
            "What is missing, and whether people and space suffice",
        ),
        (
            *WHO,
            SCOPE,
            titled("by", "期限", "Date"),
            titled("title", "项目", "Item"),
            Shown("mean", "low", "high", MEAN),
            UNIT,
            Shown("n"),
        ),
    ),
    "conditions": ShownTable(
        Label("目标要实现，需要满足什么条件", "What would have to be true for a goal"),
        (
            *WHO,
            titled("title", "目标", "Goal"),
            titled("condition", "条件", "Condition"),
            titled("method", "方法", "Method"),
            titled("prob", "要求的可能性", "Chance asked for"),
            Shown("value", "value_low", "value_high", Label("所需的值（90% 区间）", "Value needed (90% interval)")),
            Shown("tried_low"),
            Shown("tried_high"),
            UNIT,
            titled("verdict", "结论", "Verdict"),
            Shown("n"),
        ),
    ),
    "last_starts": ShownTable(
        Label("各工具晚启动还来得及吗", "How long each lever can wait"),
        (
            Shown("scenario"),
            titled("title", "目标", "Goal"),
            Shown("lever"),
            titled("start", "开始季度", "Start"),
            Shown("difference", "low", "high", EFFECT.title),
            UNIT,
            titled("last", "最后有效", "Last that helps"),
            Shown("n"),
        ),
    ),
    "robustness": ShownTable(
        Label("各情景下的遗憾值：比该情景最好的方案差多少", "Regret: how far behind the best policy of each scenario"),
        (
            titled("title", "政策方案", "Policy"),
            Shown("scenario"),
            Shown("regret", "regret_low", "regret_high", Label("遗憾值（区间）", "Regret (interval)")),
            UNIT,
            Shown("rank"),
            ranged("best", "best_{}", "最好的运行占比", "Share of runs best of all"),
            ranged("all_goals", "all_goals_{}", "全部目标达到的占比", "Share with all goals"),
            Shown("n"),
        ),
    ),
    "sensitivity": ShownTable(
        Label("目标取决于哪些数：超出偶然的影响", "What the goals hang on: the numbers that move them beyond chance"),
        (
            *WHO,
            titled("target", "目标", "Goal"),
            titled("title", "抽样的数", "Number drawn"),
            titled("tag", "依据", "Basis"),
            ranged("index", "index_{}90", "单独解释的方差", "Share of the variance"),
            ranged("median_low", "median_low_{}90", "低三分之一的中位数", "Median, low third"),
            ranged("median_high", "median_high_{}90", "高三分之一的中位数", "Median, high third"),
            titled("deviation", "标准差", "Standard deviation"),
            titled("deviation_known", "已知该数后", "If the number were known"),
            UNIT,
            Shown("n"),
        ),
        _beyond_chance,
    ),
    "sensitivity_ranking": ShownTable(
        Label("排序随哪些数而变", "The numbers with which the ranking of the policies moves"),
        (
            titled("title", "抽样的数", "Number drawn"),
            titled("tag", "依据", "Basis"),
            titled("best_low", "低三分之一中最好", "Best in the low third"),
            titled("best_high", "高三分之一中最好", "Best in the high third"),
            titled("change", "最好的方案", "Best policy"),
            ranged("lead_low", "lead_low_{}90", "低三分之一中的领先", "Lead in the low third"),
            ranged("lead_high", "lead_high_{}90", "高三分之一中的领先", "Lead in the high third"),
            titled("tau", "次序的相关", "Correlation of the orders"),
            UNIT,
            Shown("n"),
        ),
        _moving,
    ),
}
