"""What the pictures of runs show: the sentences that are made from histories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from wutong.experiments import wording
from wutong.experiments.answers import research
from wutong.experiments.answers.effect import effect_of
from wutong.experiments.answers.line_up import LineUp, line_up
from wutong.experiments.answers.robust_choice import yardstick_of
from wutong.experiments.answers.robustness import grid, mean_regret, regrets
from wutong.experiments.defined import defined, quantiles
from wutong.experiments.goals import attainment
from wutong.experiments.report.captions_of_answers import number, table_rows
from wutong.experiments.report.cells import Ranged, in_words
from wutong.experiments.report.material import Material, listed, said
from wutong.model.facts import Floats
from wutong.model.history import History
from wutong.model.measures import MEASURES

QUANTILES = (0.05, 0.5, 0.95)


def goals(material: Material, group: Sequence[History], rest: str, language: str) -> str:  # noqa: ARG001
    asked = {id(history) for history in material.main}  # the pictures leave out worlds that a question runs besides
    group, told = [h for h in group if id(h) in asked] or group, []
    for target in group[0].cases[0].scenario.targets:
        shares = [(wording.policy_name(h, language, with_scenario=False), attainment(h, target).share) for h in group]
        name, best = max(shares, key=lambda pair: (pair[1].n > 0, pair[1].value if pair[1].n else 0.0))
        odds = wording.short_chance(best, language) + wording.counted(best.n, len(group[0].cases), language)
        alone = best.n > 0 and [share.value for _, share in shares].count(best.value) == 1 and len(group) > 1
        where = "" if not alone else said(language, f"（“{name}”）", f" (“{name}”)")
        told.append(f"{target.label.in_language(language)} {odds}{where}")
    lead = said(
        language,
        "达到各目标的可能性" + ("，取最高的方案" if len(group) > 1 else ""),
        "Chance of reaching each goal" + (", under the policy with the highest" if len(group) > 1 else ""),
    )
    return listed(lead, told, language)


def paths(group: Sequence[History], measure: str, scope: str, language: str) -> str:
    told = []
    for history in group:
        series = history.total(measure, wording.members(history, measure, scope))[-1]
        name = wording.policy_name(history, language, with_scenario=False)
        told.append(said(language, f"“{name}” ", f"“{name}” ") + _spread(history, measure, series, language))
    subject = _subject(group[0], measure, scope, language)
    start, end = group[0].quarters[0], group[0].quarters[-1]
    zh = f"{subject}，{start} 至 {end}；{end} 的中位数（括号内为九成运行的范围）"
    return listed(said(language, zh, f"{subject}, {start} to {end}; median in {end} (nine in ten runs)"), told, language)


def by_industry(history: History, measure: str, language: str) -> str:
    park, told = history.cases[0].scenario.park, []
    for industry in park.industries:
        segments = park.segments_of(industry.key)
        if segments:
            series = history.total(measure, segments)[-1]
            told.append(f"{industry.label.in_language(language)} {_spread(history, measure, series, language)}")
    name = wording.policy_name(history, language, with_scenario=False)
    what, end = MEASURES[measure].label.in_language(language), history.quarters[-1]
    lead = said(language, f"各产业{what}，{end}，“{name}”的中位数", f"{what} by industry in {end}, median under “{name}”")
    return listed(lead, told, language)


def differences(material: Material, group: Sequence[History], rest: str, language: str) -> str:
    measure, _, scope = rest.partition("-")
    lined = _lined(material, group)
    told = [f"“{name}” {in_words(effect, language)}" for name, effect in _effects(lined, measure, scope, language)]
    subject, end = _subject(group[0], measure, scope, language), lined.base.quarters[-1]
    base = wording.policy_name(lined.base, language, with_scenario=False)
    zh = f"{subject}，{end}：与“{base}”相比的平均差（90% 区间）"
    return listed(said(language, zh, f"{subject}, {end}: mean difference from “{base}” (90% interval)"), told, language)


def cost_effect(material: Material, group: Sequence[History], rest: str, language: str) -> str:
    measure, _, scope = rest.partition("-")
    lined, costs = _lined(material, group), dict[str, str]()
    for row in table_rows(material, "benefits"):
        if row["scenario"] == group[0].cases[0].scenario.name and (row["item"], row["part"]) == ("lever_cost_summed", "all"):
            value = Ranged(number(row, "mean"), unit=str(row["unit"]))
            costs[material.title_of(str(row["policy"]), language)] = in_words(value, language)
    told = []
    for name, effect in _effects(lined, measure, scope, language):
        if name in costs:
            lead = said(language, f"“{name}”花费 {costs[name]}，变化 ", f"“{name}” costs {costs[name]} and changes ")
            told.append(lead + in_words(effect, language))
    subject, end = _subject(group[0], measure, scope, language), lined.base.quarters[-1]
    zh = f"各方案的累计政策成本与{subject}的平均变化（{end}，90% 区间）"
    en = f"Cost of each policy over the run against its mean change in {wording.lower_first(subject)} ({end}, 90% interval)"
    return listed(said(language, zh, en), told, language)


def _lined(material: Material, group: Sequence[History]) -> LineUp:
    baseline = material.experiment.record.question.get("baseline")
    return line_up(group, None if baseline is None else str(baseline))


def _effects(lined: LineUp, measure: str, scope: str, language: str) -> Iterator[tuple[str, Ranged]]:
    """Mean difference of every other policy from the baseline in the last quarter, by the policy's title."""
    unit = wording.shown_unit(lined.base.facts[measure])
    inside = wording.members(lined.base, measure, scope)
    before = lined.base.total(measure, inside)[-1]
    for other in lined.opponents:
        change = np.asarray(other.history.total(measure, inside)[-1][other.there] - before[other.here], np.float64)
        effect = effect_of(change)
        told = Ranged(effect.mean, effect.low, effect.high, unit) if effect.known else Ranged(None, unit=unit)
        name = wording.policy_name(other.history, language, with_scenario=False)
        yield name, told


def regret(material: Material, group: Sequence[History], rest: str, language: str) -> str:  # noqa: ARG001
    yardstick = yardstick_of(material.histories)
    table = grid(material.histories, yardstick)
    found = [mean_regret(row).mean for row in zip(*regrets(table), strict=True)]
    unit = wording.target_unit(material.histories[0].facts[yardstick.measure], yardstick)
    names = [material.title_of(policy.name, language) for policy in table.policies]
    order = sorted(range(len(found)), key=lambda p: found[p])
    told = [f"“{names[p]}” {in_words(Ranged(found[p], unit=unit), language)}" for p in order]
    label = yardstick.label.in_language(language)
    lead = said(language, f"{label}：各方案在各情景中的平均遗憾", f"{label}: mean regret of each policy over the scenarios")
    return listed(lead, told, language)


def labs(material: Material, group: Sequence[History], rest: str, language: str) -> str:  # noqa: ARG001
    spread = _spread(group[0], "knowledge", group[0].total("knowledge")[-1], language)
    lead = said(language, "实验室各阶段在研项目、成果与衍生企业", "Research of the labs by stage, its results and firms")
    end, told = group[0].quarters[-1], research.sentence(research.pipeline(group[0], language))
    stock = said(language, f"{end} 知识存量中位数 {spread}。", f"knowledge stock in {end}, median {spread}.")
    return said(language, f"{lead}：{stock}{told}", f"{lead}: {stock} {told}".strip())


def _spread(history: History, measure: str, values: Floats, language: str) -> str:
    low, middle, high = (float(q) for q in quantiles(values, QUANTILES))
    unit = wording.shown_unit(history.facts[measure])
    one = defined(values).size <= 1
    return in_words(Ranged(middle, None if one else low, None if one else high, unit), language)


def _subject(history: History, measure: str, scope: str, language: str) -> str:
    what = MEASURES[measure].label.in_language(language)
    where = wording.scope_label(history.cases[0].scenario.park, scope, language)
    return said(language, f"{where}{what}", f"{what}, {wording.lower_first(where)}")
