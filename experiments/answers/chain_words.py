"""The chain map in words: the largest gap, who would use it, what one more firm would find, and what the other segments are."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from wutong.experiments import wording
from wutong.experiments.answers.chain_links import KINDS, LEAST_SHARE, Chain, Kind, anchor_shares, newcomer
from wutong.experiments.answers.effect import listed
from wutong.experiments.defined import median
from wutong.model.facts import Floats
from wutong.model.history import History
from wutong.model.units import quarter_name


def not_covered(quarter: int, language: str) -> str:
    """Says that there is no chain map at a quarter."""
    name = quarter_name(quarter)
    return (
        f"模拟期不包括 {name}，无法给出链条图。" if language == "zh" else f"The runs do not cover {name}: there is no chain map."
    )


def chain_words(history: History, found: Chain, revenue_of: Mapping[str, float], language: str) -> str:
    zh = language == "zh"
    policy, when = wording.policy_name(history, language, with_scenario=True), quarter_name(found.quarter)
    n = found.n_worlds
    lead = f"{policy}，{when} 末，模拟 {n} 次。" if zh else f"{policy}, end of {when}, {n} run{'' if n == 1 else 's'}."
    largest = int(found.gap.mean(axis=0).argmax())
    parts = [lead]
    if found.is_open[:, largest].any():
        parts += [_gap_words(found, largest, language), _user_words(found, largest, revenue_of, language)]
        parts.append(_worth_words(found, largest, language))
    else:
        parts.append("可由本地供应的需求都由本地企业满足。" if zh else "All that local firms could supply is supplied locally.")
    parts += [_kind_words(found, language), _caveat(found, largest, language)]
    return ("" if zh else " ").join(part for part in parts if part)


def segment_name(found: Chain, i: int, language: str) -> str:
    return wording.lower_first(found.park.segments[i].label.in_language(language))


def _money(value: float, language: str, like: float | None = None) -> str:
    return wording.amount(value, "亿元/year", language, like=like)


def _range(values: Floats, language: str) -> str:
    """Between which values 90 % of the runs lie [亿元/year]."""
    low, high = (float(q) for q in np.quantile(values, (0.05, 0.95)))
    return wording.amount_range(low, high, "亿元/year", language)


def _gap_words(found: Chain, i: int, language: str) -> str:
    zh, name, gap = language == "zh", segment_name(found, i, language), found.gap[:, i]
    asked, missing = float(found.demand[:, i].mean()), float(gap.mean())
    shown = [_money(value, language, asked) for value in (asked, asked - missing, missing)]
    n_open, n = int(found.is_open[:, i].sum()), found.n_worlds
    often, inside, open_runs = 2 * n_open >= n, _range(gap, language), f"{n_open}/{n}"
    if zh:
        text = f"缺口最大的环节是{name}：可由本地供应的需求平均 {shown[0]}，本地供应 {shown[1]}，其余 {shown[2]}从外地购买"
        within = f"90% 的模拟在 {inside}之间，" if often else "只有 "
        return f"{text}（{within}{open_runs} 的模拟有缺口）。"
    text = f"The largest gap is {name}: of a local demand of {shown[0]} on average, {shown[1]} is supplied here and {shown[2]}"
    within = f"90% of runs: {inside}; a gap in" if often else "a gap in only"
    return f"{text} bought outside ({within} {open_runs} of the runs)."


def _user_words(found: Chain, i: int, revenue_of: Mapping[str, float], language: str) -> str:
    zh = language == "zh"
    buyers = [(segment_name(found, b, language), share) for b, share in found.buyers_of(i) if share >= LEAST_SHARE][:3]
    labels = {a.key: a.label.in_language(language) for a in found.park.anchors}
    users = [labels[key] for key, share in anchor_shares(found, i, revenue_of) if share >= LEAST_SHARE][:3]
    told = listed([f"{name}（占 {share:.0%}）" if zh else f"{name} ({share:.0%})" for name, share in buyers], language)
    if not users:
        return f"买家主要是{told}。" if zh else f"Its users are mainly {told}."
    anchors = listed(users, language)
    if zh:
        return f"买家主要是{told}，按公布的产值推算，用得最多的龙头是{anchors}。"
    return f"Its users are mainly {told}; by declared revenue the anchors that use most are {anchors}."


def _worth_words(found: Chain, i: int, language: str) -> str:
    zh, more = language == "zh", newcomer(found, i)
    if not more.revenue.size:
        return "园内还没有这类企业，无从推算再来一家能得多少订单。" if zh else "No firm of it is here to measure one more by."
    needed, orders, jobs = (median(v) for v in (more.to_close, more.orders, more.order_jobs))
    if 2 * int(found.is_open[:, i].sum()) < found.n_worlds:
        return "多数模拟里没有缺口，再来一家得不到新的本地订单。" if zh else "Most runs have no gap for one more to fill."
    count, won, heads = wording.number(needed), _money(orders, language), wording.amount(jobs, "persons", language)
    inside = _range(more.orders, language)
    size = _money(float(np.median(more.revenue)), language), wording.amount(float(np.median(more.jobs)), "persons", language)
    if zh:
        text = f"按现有缺口，再来一家平均规模的企业（收入 {size[0]}、{size[1]}）可得本地订单 {won}"
        text = f"{text}（中位数，90% 的模拟在 {inside}之间），约需 {heads}"
        return text + ("。" if math.isnan(needed) else f"；补上缺口约需 {count} 家（中位数）。")
    text = f"One more firm of average size ({size[0]}, {size[1]}) would win local orders of {won} from the present gap"
    text = f"{text} (median; 90% of runs: {inside}),"
    rest = "" if math.isnan(needed) else f"; in the median it takes about {count} such firms to fill it"
    return f"{text} work for {heads}{rest}."


def _kind_words(found: Chain, language: str) -> str:
    """How many links are strong, and which are not, with the runs in which they are of that kind where not all are."""
    zh, n = language == "zh", found.n_worlds
    by_kind: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    for i in range(len(found.park.segments)):
        kind, count = found.kind_of(i)
        often = "" if count == n else f"（{count}/{n}）" if zh else f" ({count}/{n})"
        by_kind[kind].append(segment_name(found, i, language) + often)
    strong, total = len(by_kind[Kind.STRONG]), len(found.park.segments)
    told = [f"{total} 个环节中强链 {strong} 个" if zh else f"Of {total} segments {strong} are strong"]
    weak = [(KINDS[kind].in_language(language), by_kind[kind]) for kind in Kind if kind is not Kind.STRONG and by_kind[kind]]
    told += [f"{word}{'：' if zh else ': '}{listed(names, language)}" for word, names in weak]
    return ("；" if zh else "; ").join(told) + ("。" if zh else ".")


def _caveat(found: Chain, i: int, language: str) -> str:
    total = float(found.purchases[:, i].sum())
    share = f"{float(found.demand[:, i].sum()) / total:.0%}" if total > 0.0 else wording.DASH
    name = segment_name(found, i, language)
    if language == "zh":
        return f"需求只计可由本地供应的部分（{name}为全部采购的 {share}）；这一比例和可供本地的产能是假设，缺口大小随之而变。"
    said = f"Demand counts only what local firms could supply ({share} of all purchases of {name});"
    return f"{said} that share and the capacity for local buyers are assumed, and the gap moves with them."
