"""What each picture shows, as one sentence made from the numbers behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from experiments import wording
from experiments.answers import research
from experiments.answers.effect import effect_of
from experiments.answers.line_up import LineUp, line_up
from experiments.answers.robust_choice import yardstick_of
from experiments.answers.robustness import grid, mean_regret, regrets
from experiments.goals import attainment
from experiments.questions import Conditions, Dose
from experiments.report.answer_tables import rows_of
from experiments.report.captions_of_maps import map_sentence
from experiments.report.cells import Ranged, in_words
from experiments.report.code_words import in_plain_words
from experiments.report.material import Material, said, shortened
from experiments.results import Cell
from model.facts import Floats
from model.history import History
from model.measures import MEASURES

Values = dict[str, Cell]
QUANTILES = (0.05, 0.5, 0.95)
LEAST_GAP = 1e-4  # 亿元/year that are named


def sentence(material: Material, name: str, language: str) -> str:
    """The sentence of a picture by its place below the folder of figures, such as ``goals`` or ``baseline/revenue-all``."""
    scenario, _, picture = name.rpartition("/")
    if scenario:
        return f"{material.title_of(scenario, language)} – {_told(material, scenario, picture, language)}"
    return _told(material, scenario, picture, language)


def _told(material: Material, scenario: str, picture: str, language: str) -> str:
    group = [h for h in material.histories if scenario in ("", h.cases[0].scenario.name)]
    for start, tell in STARTS.items():
        if picture.startswith(start):
            return tell(material, group, picture.removeprefix(start), language)
    if material.experiment.question.name == "attribute":
        return _brought(material, group, picture.rpartition("-")[0], language)
    if picture.endswith("-by-industry"):
        return _by_industry(group[0], picture.partition("-")[0], language)
    measure, _, scope = picture.partition("-")
    return _paths(group, measure, scope, language)


def _goals(material: Material, group: Sequence[History], rest: str, language: str) -> str:  # noqa: ARG001
    asked = {id(history) for history in material.main}  # the pictures leave out worlds that a question runs besides
    group, told = [h for h in group if id(h) in asked] or group, []
    for target in group[0].cases[0].scenario.targets:
        shares = [(wording.policy_name(h, language, with_scenario=False), attainment(h, target).share) for h in group]
        name, best = max(shares, key=lambda pair: (pair[1].n > 0, pair[1].value if pair[1].n else 0.0))
        odds = wording.short_chance(best, language)
        alone = best.n > 0 and [share.value for _, share in shares].count(best.value) == 1 and len(group) > 1
        where = "" if not alone else said(language, f"（“{name}”）", f" (“{name}”)")
        told.append(f"{target.label.in_language(language)} {odds}{where}")
    lead = said(
        language,
        "达到各目标的可能性" + ("，取最高的方案" if len(group) > 1 else ""),
        "Chance of reaching each goal" + (", under the policy with the highest" if len(group) > 1 else ""),
    )
    return _sentence(lead, told, language)


def _paths(group: Sequence[History], measure: str, scope: str, language: str) -> str:
    told = []
    for history in group:
        series = history.total(measure, wording.members(history, measure, scope))[-1]
        name = wording.policy_name(history, language, with_scenario=False)
        told.append(said(language, f"“{name}” ", f"“{name}” ") + _spread(history, measure, series, language))
    subject = _subject(group[0], measure, scope, language)
    start, end = group[0].quarters[0], group[0].quarters[-1]
    zh = f"{subject}，{start} 至 {end}；{end} 的中位数（括号内为九成运行的范围）"
    return _sentence(said(language, zh, f"{subject}, {start} to {end}; median in {end} (nine in ten runs)"), told, language)


def _by_industry(history: History, measure: str, language: str) -> str:
    park, told = history.cases[0].scenario.park, []
    for industry in park.industries:
        segments = park.segments_of(industry.key)
        if segments:
            series = history.total(measure, segments)[-1]
            told.append(f"{industry.label.in_language(language)} {_spread(history, measure, series, language)}")
    name = wording.policy_name(history, language, with_scenario=False)
    what, end = MEASURES[measure].label.in_language(language), history.quarters[-1]
    lead = said(language, f"各产业{what}，{end}，“{name}”的中位数", f"{what} by industry in {end}, median under “{name}”")
    return _sentence(lead, told, language)


def _differences(material: Material, group: Sequence[History], rest: str, language: str) -> str:
    measure, _, scope = rest.partition("-")
    lined = _lined(material, group)
    told = [f"“{name}” {in_words(effect, language)}" for name, effect in _effects(lined, measure, scope, language)]
    subject, end = _subject(group[0], measure, scope, language), lined.base.quarters[-1]
    base = wording.policy_name(lined.base, language, with_scenario=False)
    zh = f"{subject}，{end}：与“{base}”相比的平均差（90% 区间）"
    return _sentence(said(language, zh, f"{subject}, {end}: mean difference from “{base}” (90% interval)"), told, language)


def _cost_effect(material: Material, group: Sequence[History], rest: str, language: str) -> str:
    measure, _, scope = rest.partition("-")
    lined, costs = _lined(material, group), dict[str, str]()
    for row in _rows(material, "benefits"):
        if row["scenario"] == group[0].cases[0].scenario.name and (row["item"], row["part"]) == ("lever_cost_summed", "all"):
            value = Ranged(_number(row, "mean"), unit=str(row["unit"]))
            costs[material.title_of(str(row["policy"]), language)] = in_words(value, language)
    told = []
    for name, effect in _effects(lined, measure, scope, language):
        if name in costs:
            lead = said(language, f"“{name}”花费 {costs[name]}，变化 ", f"“{name}” costs {costs[name]} and changes ")
            told.append(lead + in_words(effect, language))
    subject, end = _subject(group[0], measure, scope, language), lined.base.quarters[-1]
    zh = f"各方案的累计政策成本与{subject}的平均变化（{end}，90% 区间）"
    en = f"Cost of each policy over the run against its mean change in {wording.lower_first(subject)} ({end}, 90% interval)"
    return _sentence(said(language, zh, en), told, language)


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


def _levers(material: Material, group: Sequence[History], rest: str, language: str) -> str:  # noqa: ARG001
    found = [row for key in ("tornado", "dose_response") for row in _rows(material, key)]
    several = len({row["lever"] for row in found}) > 1
    told = []
    for row in found:
        level = Ranged(_number(row, "level"), unit=str(row["level_unit"]))
        name = in_plain_words(material, row, "lever", language) if several else in_words(level, language)
        told.append(f"{name} {_mean(row, ('mean', 'low', 'high'), language)}")
    about = [in_plain_words(material, found[0], key, language) for key in ("scope", "measure", "quarter")] if found else []
    zh, en = (
        f"{''.join(about[:2])}，{''.join(about[2:])}，平均变化（90% 区间）",
        f"Mean change ({', '.join(about)}; 90% interval)",
    )
    lead = said(language, zh, en)
    return _sentence(lead, told, language)


def _mix(material: Material, group: Sequence[History], rest: str, language: str) -> str:  # noqa: ARG001
    policies = {history.cases[0].policy.name for history in group}
    rows = [row for row in _rows(material, "mix") if row["policy"] in policies]
    whole = next(row for row in rows if row["kind"] == "whole")
    told = [
        f"{in_plain_words(material, row, 'lever', language)} {_mean(row, ('mean', 'low', 'high'), language)}"
        for row in rows
        if row["kind"] == "share"
    ]
    change, name = _mean(whole, ("mean", "low", "high"), language), material.title_of(str(whole["policy"]), language)
    lead = said(
        language, f"“{name}”的平均变化 {change}，各工具的份额（90% 区间）", f"“{name}” changes {change}; shares (90% interval)"
    )
    return _sentence(lead, told, language)


def _chain(material: Material, group: Sequence[History], rest: str, language: str) -> str:
    here = group[0].cases[0].scenario.name
    rows = [row for row in _rows(material, "chain") if (row["scenario"], row["quarter"]) == (here, rest)]
    ordered = sorted(rows, key=lambda row: -(_number(row, "gap_mean") or 0.0))
    park = group[0].cases[0].scenario.park
    told = [
        f"{wording.scope_label(park, str(row['segment']), language)} "
        + in_words(Ranged(_number(row, "gap_mean"), unit="亿元/year"), language)
        for row in ordered
        if (_number(row, "gap_mean") or 0.0) > LEAST_GAP
    ]
    lead = said(
        language, f"产业链图，{rest}；本地缺口（平均）由大到小", f"Map of the chain, {rest}; mean local gap, largest first"
    )
    return _sentence(lead, told[:6] or [said(language, "没有缺口", "none")], language)


def _hangs_on(material: Material, group: Sequence[History], rest: str, language: str) -> str:
    here = group[0].cases[0].scenario.name
    rows = [row for row in _rows(material, "sensitivity") if (row["scenario"], row["target"]) == (here, rest)]
    told = [
        f"{row[f'title_{language}']} [{row['tag']}] " + in_words(Ranged(_number(row, "index"), unit="share"), language)
        for row in rows
        if row["named"] == "yes"
    ]
    name = in_plain_words(material, {"target": rest}, "target", language)
    lead = said(language, f"{name}取决于哪些数，单独解释的方差份额", f"{name}: what it hangs on, share of the variance")
    return _sentence(lead, told or [said(language, "没有超出偶然的", "none beyond chance")], language)


def _brought(material: Material, group: Sequence[History], name: str, language: str) -> str:  # noqa: ARG001
    rows = [
        row for row in _rows(material, "attribution")
        if (row["name"], row["measure"], row["part"]) == (name, "firms", "all") and row["account"] in ("lineage", "without")
    ]  # fmt: skip
    last = {str(row["account"]): row for row in rows}
    told = [
        f"{in_plain_words(material, row, 'account', language)} {_mean(row, ('mean', 'mean_low', 'mean_high'), language)}"
        for row in last.values()
    ]
    title = next((str(row[f"title_{language}"]) for row in rows), name)
    end = next((str(row["quarter"]) for row in last.values()), "")
    lead = said(
        language, f"{title}带来的企业，{end}，平均（90% 区间）", f"Firms that {title} brought by {end}, mean (90% interval)"
    )
    return _sentence(lead, told, language)


def _goal_map(material: Material, group: Sequence[History], rest: str, language: str) -> str:
    question = material.experiment.question
    maps = question.maps(group) if isinstance(question, Dose) else {}
    maps |= question.maps(material.histories) if isinstance(question, Conditions) else {}
    return map_sentence(maps[f"goal-map-{rest}"], language)


def _late_starts(material: Material, group: Sequence[History], rest: str, language: str) -> str:
    target = next(t for t in group[0].cases[0].scenario.targets if t.key == rest)
    rows = [row for row in _rows(material, "last_starts") if row["target"] == rest and row["last"] == "yes"]
    told = [f"{in_plain_words(material, row, 'lever', language)} {row['start']}" for row in rows]
    label = target.label.in_language(language)
    lead = said(language, f"{label}：各工具最迟仍有作用的开始季度", f"{label}: last start at which each lever still helps")
    return _sentence(lead, told or [said(language, "没有一项看得出作用", "none is seen to help")], language)


def _regret(material: Material, group: Sequence[History], rest: str, language: str) -> str:  # noqa: ARG001
    yardstick = yardstick_of(material.histories)
    table = grid(material.histories, yardstick)
    found = [mean_regret(row).mean for row in zip(*regrets(table), strict=True)]
    unit = wording.target_unit(material.histories[0].facts[yardstick.measure], yardstick)
    names = [material.title_of(policy.name, language) for policy in table.policies]
    order = sorted(range(len(found)), key=lambda p: found[p])
    told = [f"“{names[p]}” {in_words(Ranged(found[p], unit=unit), language)}" for p in order]
    label = yardstick.label.in_language(language)
    lead = said(language, f"{label}：各方案在各情景中的平均遗憾", f"{label}: mean regret of each policy over the scenarios")
    return _sentence(lead, told, language)


def _labs(material: Material, group: Sequence[History], rest: str, language: str) -> str:  # noqa: ARG001
    spread = _spread(group[0], "knowledge", group[0].total("knowledge")[-1], language)
    lead = said(language, "实验室各阶段在研项目、成果与衍生企业", "Research of the labs by stage, its results and firms")
    end, told = group[0].quarters[-1], research.sentence(research.pipeline(group[0], language))
    stock = said(language, f"{end} 知识存量中位数 {spread}。", f"knowledge stock in {end}, median {spread}.")
    return said(language, f"{lead}：{stock}{told}", f"{lead}: {stock} {told}".strip())


Tell = Callable[[Material, Sequence[History], str, str], str]
STARTS: dict[str, Tell] = {
    "goals": _goals,
    "goal-map-": _goal_map,
    "late-starts-": _late_starts,
    "regret": _regret,
    "labs": _labs,
    "mix": _mix,
    "difference-": _differences,
    "cost-effect-": _cost_effect,
    "tornado": _levers,
    "dose-": _levers,
    "sensitivity-": _hangs_on,
    "chain-": _chain,
}


def _rows(material: Material, key: str) -> list[Values]:
    return [row for given in material.answers if given.key == key for row in rows_of(given)]


def _number(row: Values, key: str) -> float | None:
    found = row[key]
    return float(found) if isinstance(found, int | float) else None


def _mean(row: Values, keys: tuple[str, str, str], language: str) -> str:
    value, low, high = (_number(row, key) for key in keys)
    return in_words(Ranged(value, low, high, str(row["unit"])), language)


def _spread(history: History, measure: str, values: Floats, language: str) -> str:
    low, middle, high = (float(q) for q in np.quantile(values, QUANTILES))
    unit = wording.shown_unit(history.facts[measure])
    one = values.size == 1
    return in_words(Ranged(middle, None if one else low, None if one else high, unit), language)


def _subject(history: History, measure: str, scope: str, language: str) -> str:
    what = MEASURES[measure].label.in_language(language)
    where = wording.scope_label(history.cases[0].scenario.park, scope, language)
    return said(language, f"{where}{what}", f"{what}, {wording.lower_first(where)}")


def _sentence(lead: str, told: Sequence[str], language: str) -> str:
    return said(language, f"{lead}：{shortened(told, language)}。", f"{lead}: {shortened(told, language)}.")
