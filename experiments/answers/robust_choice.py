"""The tables and sentences of robustness: which policy holds up across scenarios, and what of its lead is assumed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress

import numpy as np

from wutong.experiments import wording
from wutong.experiments.answers import Answer, Column
from wutong.experiments.answers.ranking import Ranking, ranking
from wutong.experiments.answers.robust_words import Findings, sentences
from wutong.experiments.answers.robustness import (
    PARTS,
    Grid,
    Regret,
    best_in,
    grid,
    max_regret,
    mean_regret,
    outcome,
    ranks,
    regrets,
    share_over,
    sufficing,
)
from wutong.experiments.goals import Share, attainment, share_of
from wutong.experiments.results import RUN_COLUMNS, Row
from wutong.model.facts import Label
from wutong.model.history import History
from wutong.model.scenario import Target

MEASURE = "revenue"  # yardstick where scenarios have no goals
COLUMNS: dict[str, Column] = {
    "policy": Column(RUN_COLUMNS["policy"]),
    "title_zh": Column(Label("政策方案名称（中文）", "Policy in Chinese")),
    "title_en": Column(Label("政策方案名称（英文）", "Policy in English")),
    "scenario": Column(Label("情景；all 为全部情景", "Scenario, or all")),
    "yardstick": Column(Label("衡量所用的目标或指标", "Goal or measure by which policies are measured")),
    "mean": Column(Label("平均值", "Mean"), "see unit"),
    "regret": Column(Label("遗憾：与该情景最好方案的平均差", "Regret: what the mean lacks to the best policy's"), "see unit"),
    "regret_low": Column(Label("遗憾的区间下限（至少 90%）", "Regret, low end of its interval (90 % at least)"), "see unit"),
    "regret_high": Column(Label("遗憾的区间上限（至少 90%）", "Regret, high end of its interval"), "see unit"),
    "regret_max": Column(Label("各情景中最大的遗憾", "Largest regret over scenarios"), "see unit"),
    "regret_max_low": Column(Label("最大遗憾的区间下限", "Largest regret, low end of its interval"), "see unit"),
    "regret_max_high": Column(Label("最大遗憾的区间上限", "Largest regret, high end of its interval"), "see unit"),
    "unit": Column(Label("单位", "Unit")),
    "rank": Column(Label("名次（按平均值；全部情景按平均遗憾）", "Place by mean; over all scenarios by mean regret")),
    "best": Column(Label("在各次模拟中最好（含并列）的比例", "Share of worlds in which it is best, ties included"), "1"),
    "best_low": Column(Label("该比例 90% 区间下限", "That share, low end of its 90 % interval"), "1"),
    "best_high": Column(Label("该比例 90% 区间上限", "That share, high end of its 90 % interval"), "1"),
    "all_goals": Column(Label("全部目标同时达到的比例", "Share of worlds in which all judged goals are reached"), "1"),
    "all_goals_low": Column(Label("该比例 90% 区间下限", "That share, low end of its 90 % interval"), "1"),
    "all_goals_high": Column(Label("该比例 90% 区间上限", "That share, high end of its 90 % interval"), "1"),
    "half_goals": Column(Label("全部目标都过半的比例", "Share of worlds in which all judged goals are reached by half"), "1"),
    "half_goals_low": Column(Label("该比例 90% 区间下限", "That share, low end of its 90 % interval"), "1"),
    "half_goals_high": Column(Label("该比例 90% 区间上限", "That share, high end of its 90 % interval"), "1"),
    "worst": Column(Label("最差二十分之一模拟的分界值", "Value below which the worst twentieth of the worlds lies"), "see unit"),
    "n": Column(Label("每个情景的模拟次数", "Worlds a scenario"), "runs"),
}
EFFECT_COLUMNS: dict[str, Column] = {
    "effect": Column(Label("效果参数", "Number on which effects rest")),
    "title_zh": Column(Label("效果名称（中文）", "Effect in Chinese")),
    "title_en": Column(Label("效果名称（英文）", "Effect in English")),
    "levers": Column(Label("涉及的政策工具", "Levers that rest on it")),
    "assumed": Column(Label("大小是否为假设：yes 是", "Whether its size is assumed, without a source: yes or no")),
    "band": Column(Label("分组：none 没有作用，low、middle、high 为三分之一", "Band: none, or a third by size")),
    "value_low": Column(Label("该组最小值", "Least value of the band")),
    "value_high": Column(Label("该组最大值", "Greatest value of the band")),
    "policy": COLUMNS["policy"],
    "rank": Column(Label("该组中的名次", "Place in the band")),
    "difference": Column(Label("与基准方案的平均差（配对）", "Mean paired difference from the baseline policy"), "see unit"),
    "low": Column(Label("平均差 90% 区间下限", "Difference, low end of its 90 % interval"), "see unit"),
    "high": Column(Label("平均差 90% 区间上限", "Difference, high end of its 90 % interval"), "see unit"),
    "unit": COLUMNS["unit"],
    "n": Column(Label("该组的模拟次数", "Worlds of the band"), "runs"),
}


def yardstick_of(histories: Sequence[History]) -> Target:
    """What policies are measured by where nothing is asked for: the first goal that all judge in a common run, else revenue."""
    for target in histories[0].cases[0].scenario.targets:
        if all(attainment(h, target).judged for h in histories):
            with suppress(ValueError):  # undefined in every run of one history or another
                return grid(histories, target).yardstick
    return outcome(histories[0], MEASURE)


def robustness(histories: Sequence[History], yardstick: Target | None = None, baseline: str | None = None) -> tuple[Answer, ...]:
    """Policies across scenarios, and their ranking by what the worlds drew of each effect: two tables with their sentences.

    Parameters
    ----------
    histories : one scenario and policy each, on common replications
    yardstick : goal or measure that policies are measured by; a scenario with a goal of that key uses its own
    baseline : policy from which differences are taken, the first if None

    Raises
    ------
    ValueError
        If no policy stands in every scenario, or the histories share no replication, or the baseline is not among the policies.
    """
    chosen = yardstick or yardstick_of(histories)
    table = grid(histories, chosen)
    names = [p.name for p in table.policies]
    if baseline is not None and baseline not in names:
        raise ValueError(f"no policy {baseline!r} in every scenario; there are {', '.join(names)}")
    order = ranking(table, names.index(baseline) if baseline is not None else 0)
    found = findings(table, order)
    unit = wording.target_unit(histories[0].facts[chosen.measure], chosen)
    words = [sentences(found, unit, language) for language in ("zh", "en")]
    effects = [sentences(found, unit, language, effects_only=True) for language in ("zh", "en")]
    return (
        Answer("robustness", COLUMNS, tuple(_rows(found, unit)), Label(*words)),
        Answer("robustness_effects", EFFECT_COLUMNS, tuple(_effect_rows(order, table, unit)), Label(*effects)),
    )


def findings(table: Grid, order: Ranking) -> Findings:
    """Everything that the table and the sentences say."""
    by_scenario = regrets(table)
    by_policy = tuple(zip(*by_scenario, strict=True))
    reaching = [sufficing(table, part) for part in PARTS]
    return Findings(
        table,
        order,
        by_scenario,
        tuple(mean_regret(row) for row in by_policy),
        tuple(max_regret(row) for row in by_policy),
        share_over(best_in(table)),
        tuple(share_over(reached) if reached is not None else None for reached in reaching),
    )


def _rows(found: Findings, unit: str) -> Iterator[Row]:
    table, best, masks = found.table, best_in(found.table), [sufficing(found.table, part) for part in PARTS]
    places = ranks(-np.array([r.mean for r in found.mean]))
    for p, policy in enumerate(table.policies):
        who, key = (policy.name, policy.title.zh, policy.title.en), table.yardstick.key
        whole = [*_regret(found.mean[p]), *_regret(found.largest[p])]
        shares = [found.best[p], *(s[p] if s is not None else None for s in found.suffices)]
        last = [*(c for share in shares for c in _share(share)), float(np.quantile(table.values[:, p], 0.05)), table.n_worlds]
        yield (*who, "all", key, float(table.means[:, p].mean()), *whole, unit, int(places[p]), *last)
        for s, scenario in enumerate(table.scenarios):
            one = [share_of(m[s, p]) if m is not None else None for m in (best, *masks)]
            cells = [*_regret(found.by_scenario[s][p]), None, None, None, unit, int(ranks(table.means[s])[p])]
            tail = [*(c for share in one for c in _share(share)), float(np.quantile(table.values[s, p], 0.05)), table.n_worlds]
            yield (*who, scenario.name, key, float(table.means[s, p]), *cells, *tail)


def _regret(regret: Regret) -> tuple[float | None, float | None, float | None]:
    low, high = ((v if math.isfinite(v) else None) for v in (regret.low, regret.high))
    return regret.mean, low if high is not None else None, high


def _share(share: Share | None) -> tuple[float | None, float | None, float | None]:
    return (share.value, share.low, share.high) if share is not None and share.n else (None, None, None)


def _effect_rows(order: Ranking, table: Grid, unit: str) -> Iterator[Row]:
    for one in order.bands:
        effect, band = one.effect, one.band
        about = (effect.name, effect.label.zh, effect.label.en, " ".join(effect.levers), "yes" if effect.assumed else "no")
        for policy, d, place in zip(table.policies, one.differences, one.places.tolist(), strict=True):
            sizes = (d.mean, d.low, d.high) if d.n else (None, None, None)
            yield (*about, band.key, band.low, band.high, policy.name, place, *sizes, unit, band.worlds.size)
