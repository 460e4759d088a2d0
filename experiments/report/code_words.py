"""Codes of tables in words: names of scenarios, policies, measures, scopes, levers and goals, kinds and states."""

from __future__ import annotations

from collections.abc import Mapping

from wutong.experiments.answers.benefit_ratios import Finding
from wutong.experiments.answers.chain_links import KINDS as CHAIN_KINDS
from wutong.experiments.answers.evidence import BASIS_WORDS, Basis
from wutong.experiments.answers.mixes import KINDS as MIX_KINDS
from wutong.experiments.answers.verdicts import State
from wutong.experiments.report.material import Material
from wutong.experiments.results import Cell
from wutong.experiments.wording import DASH, scope_label
from wutong.model.facts import Label
from wutong.model.levers import LEVERS
from wutong.model.measures import MEASURES

STATES = {
    State.SEPARATED: Label("已分开", "told apart"),
    State.NARROW: Label("够窄", "narrow enough"),
    State.TIE: Label("完全相同", "exactly equal"),
    State.OPEN: Label("分不开", "not told apart"),
    State.UNKNOWN: Label("配对不足", "too few pairs"),
    Finding.TOLD: Label("", ""),
    Finding.CANNOT_BE_TOLD: Label("说不清（效果可能为零）", "cannot be told (the effect may be zero)"),
    Finding.LOSES: Label("花了钱而减少", "costs and reduces"),
    Finding.SAVES: Label("比基准省钱", "costs less than the baseline"),
    Finding.FREE: Label("没有新增成本", "costs nothing more"),
    Finding.NONE: Label("无", "none"),
}
ACCOUNTS = {
    "lineage": Label("按来源记名", "by name"),
    "without": Label("与没有它的同一批模拟相比", "against the worlds without it"),
    "others": Label("对其他企业的影响", "effect on all others"),
    "together": Label("两者同在时多带来的", "more where both are there"),
    "support": Label("每亿元扶持", "per 亿元 of support"),
}
CHANGES = {
    "same": Label("不变", "the same"),
    "noise": Label("变动不超出偶然", "changes within noise"),
    "changes": Label("确实改变", "really changes"),
}
YES = {"yes": Label("是", "yes"), "no": Label("否", "no")}
CODES: Mapping[str, Mapping[str, Label]] = {
    "state": {str(code): label for code, label in STATES.items()},
    "account": ACCOUNTS,
    "spent": YES,
    "change": CHANGES,
    "basis": {str(Basis(code)): label for code, label in BASIS_WORDS.items()},
    "kind": {**{str(code): label for code, label in CHAIN_KINDS.items()}, **MIX_KINDS},
    "measure": {name: fact.label for name, fact in MEASURES.items()},
    "lever": {name: lever.label for name, lever in LEVERS.items()},
}
NAMES = ("scenario", "policy", "baseline", "one", "other", "best_low", "best_high")
SCOPES = ("scope", "segment", "industry", "seller", "buyer")


def in_plain_words(material: Material, row: Mapping[str, Cell], key: str, language: str) -> str:
    """What a row says in a column that holds no number; a code that is not known stays as it is."""
    code = str(row[key] or "")
    if not code:
        return DASH
    if key == "other" and code in LEVERS:
        return LEVERS[code].label.in_language(language)
    if key in NAMES:
        return material.title_of(code, language)
    if key in SCOPES:
        return scope_label(material.scenarios[0].park, code, language)
    if key == "target":
        return goal_names(material, code, language)
    label = CODES.get(key, {}).get(code)
    return code if label is None else label.in_language(language)


def goal_names(material: Material, keys: str, language: str) -> str:
    """Titles of goals given by their keys, joined by ``+``."""
    titles = {target.key: target.label for scenario in material.scenarios for target in scenario.targets}
    joiner = "、" if language == "zh" else ", "
    return joiner.join(titles[key].in_language(language) if key in titles else key for key in keys.split("+"))
