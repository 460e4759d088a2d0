"""Which columns of the answers about goals and about many scenarios a report shows."""

from __future__ import annotations

from collections.abc import Mapping

from experiments.report.shown import EFFECT, MEAN, SCOPE, UNIT, WHO, Rows, Shown, ShownTable, Values, ranged, titled
from model.facts import Label

PROB = Shown("prob", "prob_low", "prob_high", Label("达标可能性（90% 区间）", "Chance (90% interval)"))


def _judged(rows: Rows) -> list[Values]:
    return [row for row in rows if row["n"]]


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
}
