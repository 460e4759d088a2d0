"""What a hindcast says, in words: how it was made, how it did, what the past said of the numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from wutong.experiments.calibration.weighing import weighted_quantiles
from wutong.experiments.hindcast.episode import Episode
from wutong.experiments.hindcast.naive import LABELS, Rule
from wutong.experiments.hindcast.numbers import NUMBERS, UNITS
from wutong.experiments.hindcast.projection import Projection
from wutong.experiments.hindcast.scores import REJECTED_BELOW, Ensemble
from wutong.experiments.hindcast.scoring import BY_MEASURE, POOLED, Summary
from wutong.experiments.wording import DASH, lower_first, number, scope_label
from wutong.model.assumptions import parameter_facts
from wutong.model.facts import Label
from wutong.model.measures import MEASURES
from wutong.model.units import quarter_name

LEARNT = 0.8  # width of the range after the past relative to before: above it the past says nothing
FEW = 10  # values from which on a test of coverage means something


def told(projection: Projection, summaries: Sequence[Summary]) -> Label:
    """The hindcast in words, paragraph by paragraph."""
    parts = [how(projection), *(verdict(s) for s in summaries if s.kind == POOLED)]
    parts += [by_measure(projection, [s for s in summaries if s.kind == BY_MEASURE])] if summaries else [nothing_held()]
    parts += [learnt(projection), limits(projection)]
    kept = [part for part in parts if part.en]
    return Label("\n\n".join(p.zh for p in kept), "\n\n".join(p.en for p in kept))


def date(quarter: int) -> str:
    """The year where a quarter ends it, else the quarter."""
    name = quarter_name(quarter)
    return name[:4] if name.endswith("Q4") else name


def how(projection: Projection) -> Label:
    scenario, extent, first = projection.scenario, projection.extent, projection.calibrated.first
    when, ends = date(projection.cutoff), date(extent.end)
    n = next(iter(projection.values.values())).shape[1]
    zh = f"{scenario.title.zh}：从 {when} 末的观测值起，推演到 {ends}，{n} 个世界。"
    en = f"{scenario.title.en}: projected from what was observed at the end of {when} to {ends}, {n} worlds."
    if projection.n_failed:
        zh += f"另有 {projection.n_failed} 次运行失败，未计入。"
        en += f" {projection.n_failed} runs failed and are not among them."
    if projection.episode is not None:
        worth = f"{projection.episode.n_effective:.0f}"
        zh += f"世界从 {date(scenario.park.start)} 起运行，按截止前的观测值加权，相当于 {worth} 个。截止日期之后的数值没有用到。"
        en += f" They run from {date(scenario.park.start)} on and are weighed by what was seen up to the cut-off, worth {worth}."
        en += " Nothing later was used."
    elif first is None or projection.calibrated.posterior is None:
        zh += "截止日期之前没有可用来校准的历史，进入、退出和增长只取声明的区间。"
        en += " There was no past to calibrate to: entry, exit and growth keep their declared ranges."
    else:
        runs = extent.n_past
        zh += f"进入、退出和增长按 {date(first)}{DASH}{when} 年的观测值校准（{runs} 次历史运行）。截止日期之后的数值没有用到。"
        en += f" Entry, exit and growth are calibrated to what was observed in {date(first)}{DASH}{when}"
        en += f" ({runs} runs of the past). Nothing after the cut-off was used."
    return Label(zh, en)


def verdict(all_: Summary) -> Label:
    """How the model did on all held-back values, and beside the rules."""
    n, hits = all_.n, all_.n - all_.misses_90
    zh = f"对照此后的 {n} 个观测值：90% 区间含其中 {hits} 个，50% 区间含 {round(all_.share_50 * n)} 个"
    en = f"Against {n} values seen later: the 90% intervals hold {hits} of them, the 50% intervals {round(all_.share_50 * n)}"
    rejected = all_.miss_test < REJECTED_BELOW
    p = number(all_.miss_test)
    if rejected and all_.misses_90 > 0.1 * n:
        zh, en = (
            zh + f"；漏出过多（二项检验 p = {p}），区间太窄",
            en + f"; too many lie outside (binomial test, p = {p}): the bands are too narrow",
        )
    elif rejected:
        zh, en = zh + f"；漏出过少（p = {p}），区间太宽", en + f"; too few lie outside (p = {p}): the bands are too wide"
    else:
        zh, en = zh + f"，与 90% 相容（二项检验 p = {p}）", en + f", which agrees with 90% (binomial test, p = {p})"
    if n < FEW:
        zh, en = zh + "；数值很少，检验力很低", en + "; so few values test little"
    zh, en = zh + "。", en + "."
    zh += f"平均误差得分（CRPS，占截止时数值的比重，越低越好）为 {_percent(all_.crps)}"
    en += f" The mean score (CRPS, lower is better, as a share of the value at the cut-off) is {_percent(all_.crps)}"
    if not all_.n_compared:
        return Label(zh + "，没有可比的简单规则。", en + "; there is no naive rule to compare with.")
    if all_.n_compared < n:
        part = _percent(all_.crps_compared)
        zh += f"。其中 {all_.n_compared} 个截止前有数据，可与简单规则比较：模型 {part}"
        en += f". Only {all_.n_compared} of them had values before the cut-off, from which rules go on: the model scores {part}"
    for rule in Rule:
        got = all_.rules[rule]
        zh += f"，“{LABELS[rule].zh}”为 {_percent(got.crps)}（只取中位数 {_percent(got.error)}）"
        en += f"; {lower_first(LABELS[rule].en)} scores {_percent(got.crps)} ({_percent(got.error)} by its median alone)"
    better = all_.crps_compared <= all_.best_rule
    zh += "：模型不逊于其中最好的一条。" if better else "：模型不如其中最好的一条。"
    en += ": the model does no worse than the best of them." if better else ": the model does worse than the best of them."
    return Label(zh, en)


def by_measure(projection: Projection, own: Sequence[Summary]) -> Label:
    zh, en = [], []
    for s in own:
        measure, scope = s.name.split("/")
        fact, park = MEASURES[measure], projection.scenario.park
        best = "" if not s.n_compared else f"（最好的规则 {_percent(s.best_rule)}）"
        zh.append(f"{fact.label.zh}（{scope_label(park, scope, 'zh')}）{_percent(s.crps)}{best}")
        best = "" if not s.n_compared else f" (best rule {_percent(s.best_rule)})"
        en.append(f"{fact.label.en} ({scope_label(park, scope, 'en')}) {_percent(s.crps)}{best}")
    return Label("分指标的得分：" + "；".join(zh) + "。", "By measure: " + "; ".join(en) + ".")


def nothing_held() -> Label:
    zh = "截止日期之后没有观测值，因此没有得分；用 --observed 给出后来的数值。"
    return Label(zh, "Nothing was observed after the cut-off, so there is no score; give later values with --observed.")


def learnt(projection: Projection) -> Label:
    """The numbers before and after the past, and those of which it says nothing."""
    calibrated = projection.calibrated
    if projection.episode is not None:
        return followed(projection.episode)
    if calibrated.posterior is None:
        return Label("", "")
    zh, en, silent = [], [], []
    for key, (before, after) in ranges_before_and_after(projection).items():
        label, percent = NUMBERS[key], UNITS[key] == "1/year"
        low, middle, high = ((f"{v * 100:.1f}%" if percent else number(v)) for v in after)
        zh.append(f"{label.zh} {middle}（{low} 至 {high}）")
        en.append(f"{label.en.lower()} {middle} ({low} to {high})")
        if after[2] - after[0] > LEARNT * (before[2] - before[0]):
            silent.append(label)
    told_zh = "校准后的取值（90% 区间）：" + "，".join(zh) + "。"
    told_en = "After the past (90% interval): " + ", ".join(en) + "."
    if silent:
        told_zh += "历史数据几乎不能说明：" + "、".join(s.zh for s in silent) + "。"
        told_en += " The past says next to nothing of: " + ", ".join(s.en.lower() for s in silent) + "."
    return Label(told_zh, told_en)


def followed(found: Episode) -> Label:
    """How partners follow their anchor, before and after what was seen."""
    even, zh, en = np.full(len(found.weights), 1.0 / len(found.weights)), [], []
    for name, values in found.parameters.items():
        before, after = (weighted_quantiles(values, w, (0.05, 0.5, 0.95)) for w in (even, found.weights))
        label, (low, middle, high) = parameter_facts()[name].label, (number(float(v)) for v in after)
        told = after[2] - after[0] <= LEARNT * (before[2] - before[0])
        zh.append(f"{label.zh} {middle}（{low} 至 {high}）" + ("" if told else "，数据几乎不能说明"))
        en.append(f"{lower_first(label.en)} {middle} ({low} to {high})" + ("" if told else ", of which it says next to nothing"))
    return Label("截止前的数据之后：" + "；".join(zh) + "。", "After what was seen (90% interval): " + "; ".join(en) + ".")


def ranges_before_and_after(projection: Projection) -> dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]]:
    """5 %, median and 95 % of every number before and after the past."""
    calibrated = projection.calibrated
    kept = calibrated.worlds(projection.extent.n)
    found = []
    for places, weights in ((calibrated.prior, None), (kept.places, kept.weights)):
        values = [calibrated.ranges.values(u) for u in places]
        found.append({key: Ensemble.of(np.array([v[key] for v in values]), weights) for key in NUMBERS})
    before, after = ({key: (e.quantile(0.05), e.quantile(0.5), e.quantile(0.95)) for key, e in one.items()} for one in found)
    return {key: (before[key], after[key]) for key in NUMBERS}


def limits(projection: Projection) -> Label:
    if projection.episode is not None:
        zh = "这检验的是配套企业跟随龙头的规则；各日期的口径可能不同，每个数按 15% 左右的误差对待（设计取值）。"
        en = "This tests the rule by which partners follow their anchor. Definitions may differ from date to date: every figure"
        return Label(zh, en + " is taken to be off by some 15% (a design choice).")
    zh = (
        "这检验的是进入、退出、增长和饱和，不检验龙头带动。同一园区相邻年份的误差彼此相关，覆盖率检验的结论因此带有运气成分；"
        "放缓指数、增速和波动的先验来自各地园区；历史年限和未见年份的离散度是设计取值。"
    )
    en = (
        "This tests entry, exit, growth and saturation, not what anchors bring. Errors of one park in neighbouring years go"
        " together, so the test of coverage depends on luck. Growth, slowing and swings are pooled over the"
        " parks of many countries; the length of the past and the spread of years not seen are design choices."
    )
    return Label(zh, en)


def _percent(share: float) -> str:
    return DASH if math.isnan(share) else f"{share * 100:.1f}%"
