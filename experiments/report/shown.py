"""Which columns and rows of each answer a report shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from wutong.experiments.results import Cell
from wutong.model.facts import Label

Values = Mapping[str, Cell]
Rows = Sequence[Values]
MONEY_AND_JOBS = (  # items of the account of costs and benefits, for the whole run or its end
    ("lever_cost_summed", "all"),
    ("net_balance_value", "5%"),
    ("cost_per_firms", "all"),
    ("cost_per_employees", "all"),
    ("cost_per_revenue", "all"),
    ("anyway_share", "all"),
    ("displaced", "all"),
    ("paid_back", "all"),
)
BROUGHT = ("firms", "employees", "revenue")


@dataclass(frozen=True)
class Shown:
    """A column, with the columns of its range; a title of its own where that of the answer is too long here."""

    key: str
    low: str = ""
    high: str = ""
    title: Label | None = None


@dataclass(frozen=True)
class ShownTable:
    caption: Label
    columns: Sequence[Shown]
    choose: Callable[[Rows], list[Values]] = list


def titled(key: str, zh: str, en: str) -> Shown:
    """A column under a title of its own."""
    return Shown(key, title=Label(zh, en))


def ranged(key: str, ends: str, zh: str, en: str) -> Shown:
    """A column whose 90 % interval stands in the columns ``ends`` names, such as ``mean_{}90``."""
    title = Label(f"{zh}（90% 区间）", f"{en} (90% interval)")
    return Shown(key, ends.format("low"), ends.format("high"), title)


def runs_of(key: str, zh: str, en: str) -> Shown:
    """A mean with the range of nine in ten runs."""
    title = Label(f"{zh}，平均（九成运行）", f"{en}, mean (nine in ten runs)")
    return Shown(f"{key}_mean", f"{key}_q05", f"{key}_q95", title)


def _of_goals(rows: Rows) -> list[Values]:
    """Rows at the dates of goals; where there are none, the main measures of the whole park at their last date."""
    found = [row for row in rows if row["target"]]
    return found or _last([row for row in rows if row["measure"] in BROUGHT and row["scope"] == "all"], "measure", "scope")


def _not_apart(rows: Rows) -> list[Values]:
    return [row for row in rows if row["state"] not in ("separated", "narrow")]


def _last(rows: Rows, *keys: str) -> list[Values]:
    """The last row of each scenario, policy and item: rows stand in the order of time."""
    return list({(row["scenario"], row["policy"], *(row[key] for key in keys)): row for row in rows}.values())


def _account(rows: Rows) -> list[Values]:
    chosen = [row for row in rows if (row["item"], row["part"]) in MONEY_AND_JOBS]
    return sorted(_last(chosen, "item", "part"), key=lambda row: MONEY_AND_JOBS.index((str(row["item"]), str(row["part"]))))


def _at_the_end(rows: Rows) -> list[Values]:
    ends: dict[Cell, str] = {}
    for row in rows:
        ends[row["scenario"]] = max(ends.get(row["scenario"], ""), str(row["quarter"]))
    return [row for row in rows if row["quarter"] == ends[row["scenario"]]]


def _brought(rows: Rows) -> list[Values]:
    whole = [row for row in rows if row["part"] == "all" and row["measure"] in BROUGHT and row["account"] != "support"]
    return _at_the_end(whole)


WHO = (Shown("scenario"), Shown("policy"))
EFFECT = Shown("mean", "low", "high", Label("平均变化（90% 区间）", "Mean change (90% interval)"))
MEAN = Label("平均（90% 区间）", "Mean (90% interval)")
BROUGHT_MEAN = Shown("mean", "mean_low", "mean_high", MEAN)
UNIT = Shown("unit")
SCOPE = titled("scope", "范围", "Scope")
READ = (Shown("measure"), SCOPE, Shown("quarter"))
SHOWN: Mapping[str, ShownTable] = {
    "comparison": ShownTable(
        Label(
            "与基准方案逐次配对比较：各目标期限时的平均差，以及在多少运行中更好",
            "Against the baseline on the same draws: mean difference at the date of each goal, and how often it is better",
        ),
        (
            Shown("scenario"),
            titled("target", "目标", "Goal"),
            Shown("measure"),
            SCOPE,
            titled("date", "时点", "Date"),
            Shown("policy"),
            titled("baseline_mean", "基准平均", "Baseline mean"),
            ranged("mean", "mean_{}90", "平均差", "Mean difference"),
            UNIT,
            ranged("better", "better_{}90", "好于基准的运行占比", "Share of runs better than the baseline"),
            ranged("best", "best_{}90", "各方案中最好的运行占比", "Share of runs best of all"),
            Shown("pairs"),
        ),
        _of_goals,
    ),
    "benefits": ShownTable(
        Label(
            "成本与收益（与基准相比，整个模拟期或期末）", "Costs and benefits against the baseline, over the run or at its end"
        ),
        (
            Shown("scenario"),
            titled("title", "科目", "Item"),
            Shown("policy"),
            titled("period", "时期", "Period"),
            ranged("mean", "mean_{}90", "平均差或比值", "Mean difference or ratio"),
            UNIT,
            Shown("pairs"),
        ),
        _account,
    ),
    "separation": ShownTable(
        Label("分不开的方案，以及分开还需要多少次运行", "Policies that are not told apart, and how many more runs it would take"),
        (
            Shown("scenario"),
            Shown("one"),
            Shown("other"),
            Shown("measure"),
            SCOPE,
            Shown("date"),
            ranged("mean", "{}90", "乙减甲的平均差", "The other less the one"),
            UNIT,
            titled("state", "状态", "State"),
            titled("more", "还需增加", "Pairs still to add"),
            Shown("pairs"),
        ),
        _not_apart,
    ),
    "tornado": ShownTable(
        Label("每次只用一个工具，花费相同", "One lever at a time, each at the same cost"),
        (
            Shown("lever"),
            Shown("level"),
            Shown("level_unit"),
            Shown("cost"),
            titled("spent", "花得满", "Spends the sum"),
            *READ,
            EFFECT,
            UNIT,
            Shown("n"),
            Shown("basis"),
        ),
    ),
    "dose_response": ShownTable(
        Label("一个工具，力度由低到高", "One lever at rising levels"),
        (
            Shown("lever"),
            Shown("level"),
            Shown("level_unit"),
            Shown("cost"),
            *READ,
            EFFECT,
            Shown("step_mean", "step_low", "step_high", Label("比上一级多（90% 区间）", "Beyond the level below (90% interval)")),
            UNIT,
            Shown("n"),
        ),
    ),
    "mix": ShownTable(
        Label("组合中各工具的份额与相互作用", "Shares of a policy's levers, and what they do to one another"),
        (
            Shown("policy"),
            titled("kind", "内容", "Part"),
            Shown("lever"),
            titled("other", "另一项工具", "Other lever"),
            *READ,
            EFFECT,
            UNIT,
            Shown("n"),
            Shown("basis"),
        ),
    ),
    "chain": ShownTable(
        Label(
            "产业链各环节：本地需求、本地供应与缺口（期末）",
            "Links of the chain at the end: demand, supply, what is missing",
        ),
        (
            *WHO,
            Shown("quarter"),
            Shown("industry"),
            Shown("segment"),
            Shown("kind"),
            Shown("firms"),
            runs_of("demand", "本地需求", "Local demand"),
            runs_of("orders", "本地供应", "Local supply"),
            runs_of("gap", "缺口", "Missing"),
            titled("coverage_mean", "满足率", "Coverage"),
            Shown("firms_to_close"),
            Shown("n"),
        ),
        _at_the_end,
    ),
    "attribution": ShownTable(
        Label("每个龙头或实验室带来了什么（期末）", "What each anchor or lab brought, at the end"),
        (
            titled("title", "龙头或实验室", "Anchor or lab"),
            titled("account", "算法", "Account"),
            Shown("measure"),
            Shown("quarter"),
            BROUGHT_MEAN,
            UNIT,
            Shown("n"),
        ),
        _brought,
    ),
}
