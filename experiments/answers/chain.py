"""The chain map: for each segment what is asked for here, what is supplied here, what is missing, who would use it, and what
one more firm there would be worth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from wutong.experiments.answers import Answer, Column
from wutong.experiments.answers.chain_links import (
    LEAST_SHARE,
    RULE,
    Chain,
    anchor_shares,
    chain_at,
    drawing_anchors,
    newcomer,
    quantiles,
)
from wutong.experiments.answers.chain_words import chain_words, not_covered
from wutong.experiments.answers.effect import both
from wutong.experiments.results import RUN_COLUMNS, Cell, Row
from wutong.model.assumptions import parameter_facts
from wutong.model.facts import Floats, Label
from wutong.model.history import History
from wutong.model.scenario import Anchor, Park, Status
from wutong.model.units import quarter_name

PROBS = (0.05, 0.25, 0.50, 0.75, 0.95)
NAMES = ("q05", "q25", "q50", "q75", "q95")
FULL_OUTPUT = ("newcomers.realised_share", "newcomers.output_per_investment", "newcomers.plan_realised")


def _spread_columns(key: str, of: Label, unit: str) -> dict[str, Column]:
    said = {"q05": ("5% 分位数", "5 % quantile"), "q25": ("25% 分位数", "25 % quantile"), "q50": ("中位数", "median")}
    said |= {"q75": ("75% 分位数", "75 % quantile"), "q95": ("95% 分位数", "95 % quantile")}
    found = {f"{key}_{n}": Column(Label(f"{of.zh}，{zh}", f"{of.en}, {en}"), unit) for n, (zh, en) in said.items()}
    return {f"{key}_mean": Column(Label(f"{of.zh}，平均", f"{of.en}, mean"), unit), **found}


COLUMNS = {
    "scenario": Column(RUN_COLUMNS["scenario"]),
    "policy": Column(RUN_COLUMNS["policy"]),
    "quarter": Column(Label("季度，取季末", "Quarter, at its end")),
    "industry": Column(Label("产业", "Industry")),
    "segment": Column(Label("环节", "Segment")),
    "kind": Column(Label("类别：strong 强链，gap 补链，extend 延链，apart 未成链", "Kind: strong, gap, extend or apart")),
    "kind_runs": Column(Label("属于该类别的运行数", "Runs in which it is of that kind"), "runs"),
    "n": Column(Label("运行数", "Runs"), "runs"),
    "firms": Column(Label("在营企业，中位数", "Operating firms, median"), "firms"),
    "purchases": Column(Label("园区企业对该环节的采购，含不可本地化的，平均", "All purchases from it, mean"), "亿元/year"),
    **_spread_columns("demand", Label("可本地化需求", "Local demand"), "亿元/year"),
    **_spread_columns("orders", Label("本地供应", "Local orders"), "亿元/year"),
    **_spread_columns("capacity", Label("可供本地的产能（按假设的比例）", "Capacity for local buyers (assumed)"), "亿元/year"),
    **_spread_columns("gap", Label("本地缺口", "Unmet local demand"), "亿元/year"),
    **_spread_columns("coverage", Label("满足率", "Coverage"), "share"),
    "buyers": Column(Label("购买它的环节及其占比", "Segments that buy it, with their shares")),
    "anchors": Column(Label("会用到它的龙头及其占比（按公布的产值推算）", "Anchors that would use it, by declared revenue")),
    "drawn_by": Column(Label("其配套企业属于该环节的龙头", "Anchors whose partners work in it")),
    "firm_revenue": Column(Label("一家平均规模企业的收入，中位数", "Revenue of an average firm, median"), "亿元/year"),
    "firm_jobs": Column(Label("一家平均规模企业的人数，中位数", "Jobs of an average firm, median"), "persons"),
    **{
        f"firm_orders_{n}": Column(Label(f"再来一家可得的本地订单，{zh}", f"Local orders one more would win, {en}"), "亿元/year")
        for n, zh, en in (
            ("q05", "5% 分位数", "5 % quantile"),
            ("q50", "中位数", "median"),
            ("q95", "95% 分位数", "95 % quantile"),
        )
    },
    "firm_order_jobs": Column(Label("这些订单带来的岗位，中位数", "Jobs that these orders feed, median"), "persons"),
    "firms_to_close": Column(Label("补上缺口约需几家，中位数", "Average firms that would fill the gap, median"), "firms"),
}
LINK_COLUMNS = {
    **{key: COLUMNS[key] for key in ("scenario", "policy", "quarter")},
    "seller": Column(Label("供应环节", "Selling segment")),
    "buyer": Column(Label("购买环节", "Buying segment")),
    "demand": Column(Label("可本地化需求，平均", "Local demand, mean"), "亿元/year"),
    "orders": Column(Label("其中本地供应，平均", "Of which filled locally, mean"), "亿元/year"),
    "gap": Column(Label("其中外购，平均", "Of which bought outside, mean"), "亿元/year"),
}


# ── Tables ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def chain(history: History, quarter: int) -> Answer:
    """The chain map at the end of a quarter, a row a segment; quantiles are over runs; no rows where the runs do not cover it."""
    found = chain_at(history, quarter)
    if found is None:
        return Answer("chain", COLUMNS, (), both(lambda language: not_covered(quarter, language)))
    revenue_of = anchor_revenue(found.park, quarter)
    rows = tuple(_row(history, found, i, revenue_of) for i in range(len(found.park.segments)))
    return Answer("chain", COLUMNS, rows, both(lambda language: chain_words(history, found, revenue_of, language)))


def chain_links(history: History, quarter: int) -> Answer:
    """Every flow from a selling to a buying segment at the end of a quarter: mean demand, and what of it is covered."""
    found = chain_at(history, quarter)
    words = both(lambda language: not_covered(quarter, language) if found is None else RULE.in_language(language))
    if found is None:
        return Answer("chain_links", LINK_COLUMNS, (), words)
    case, keys = history.cases[0], [s.key for s in found.park.segments]
    flows, filled = link_flows(found)
    rows = tuple(
        (case.scenario.name, case.policy.name, quarter_name(quarter), keys[s], keys[b], asked, met, asked - met)
        for s in range(len(keys))
        for b in range(len(keys))
        if (asked := float(flows[b, s])) > 0.0 and (met := float(filled[b, s])) >= 0.0
    )
    return Answer("chain_links", LINK_COLUMNS, rows, words)


def link_flows(found: Chain) -> tuple[Floats, Floats]:
    """Mean demand and mean orders filled, of shape (buying segment, selling segment) [亿元/year]: a cell's buyers fare alike."""
    coverage = np.nan_to_num(found.coverage)[:, None, :]
    return found.bought.mean(axis=0), (found.bought * coverage).mean(axis=0)


def anchor_revenue(park: Park, quarter: int) -> dict[str, float]:
    """Declared revenue of the named anchors that operate by a quarter [亿元/year]; from investment where none is declared."""
    facts = parameter_facts()
    per_investment = float(np.prod([facts[name].assumption.default for name in FULL_OUTPUT]))
    return {
        a.key: a.revenue.default if a.revenue is not None else a.investment.default * per_investment
        for a in park.anchors
        if _operates(a, quarter)
    }


def _operates(anchor: Anchor, quarter: int) -> bool:
    opened = anchor.status is Status.OPERATING or (anchor.opens is not None and anchor.opens <= quarter)
    return opened and anchor.closes > quarter


def _row(history: History, found: Chain, i: int, revenue_of: Mapping[str, float]) -> Row:
    case, segment = history.cases[0], found.park.segments[i]
    kind, count = found.kind_of(i)
    demand = float(found.demand[:, i].mean())
    coverage = float(found.orders[:, i].mean()) / demand if demand > 0.0 else None
    more = newcomer(found, i)
    spreads: list[Cell] = []
    for values in (found.demand, found.orders, found.capacity, found.gap):
        spreads += [float(values[:, i].mean()), *quantiles(values[:, i], PROBS)]
    spreads += [coverage, *quantiles(found.coverage[:, i], PROBS)]
    keys = [s.key for s in found.park.segments]
    buyers = [(keys[b], share) for b, share in found.buyers_of(i) if share >= LEAST_SHARE]
    users = [(key, share) for key, share in anchor_shares(found, i, revenue_of) if share >= LEAST_SHARE]
    who = (_shares(buyers), _shares(users), ", ".join(drawing_anchors(found.park, segment.key)))
    middles = (*quantiles(more.revenue, (0.5,)), *quantiles(more.jobs, (0.5,)), *quantiles(more.orders, (0.05, 0.5, 0.95)))
    worth = (*middles, *quantiles(more.order_jobs, (0.5,)), *quantiles(more.to_close, (0.5,)))
    about = (case.scenario.name, case.policy.name, quarter_name(found.quarter), segment.industry, segment.key)
    size = (float(np.median(found.firms[:, i])), float(found.purchases[:, i].mean()))
    return (*about, kind.value, count, found.n_worlds, *size, *spreads, *who, *worth)


def _shares(found: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"{key} {share:.0%}" for key, share in found)
