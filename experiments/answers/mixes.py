"""A mix of levers taken apart: the share of each, and which of them help or hurt one another.

All is read within replications: the worlds in which every subset ran.  Without the runs of a subset nothing is divided.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments import wording
from wutong.experiments.answers import Answer, Column
from wutong.experiments.answers.effect import (
    OUTCOME_COLUMNS,
    Effect,
    Outcome,
    both,
    change_text,
    clear_among,
    effect_columns,
    effect_of,
    listed,
    paired_values,
    sized,
)
from wutong.experiments.answers.evidence import known_of
from wutong.experiments.answers.subsets import (
    Subset,
    exact_shares,
    is_exact,
    levers_of,
    orders_of,
    sampled_shares,
    second_difference,
    subset_policies,
    subsets_of,
)
from wutong.experiments.intervals import CONFIDENCE, student_quantile
from wutong.experiments.results import RUN_COLUMNS, Row
from wutong.model.facts import Floats, Label
from wutong.model.history import History
from wutong.model.levers import LEVERS
from wutong.model.scenario import Policy
from wutong.model.units import quarter_name

__all__ = ["Part", "mix", "parts_of", "subset_policies", "worth_of"]
KINDS = {
    "whole": Label("整个组合", "the whole mix"),
    "share": Label("份额（沙普利值）", "share (Shapley)"),
    "interaction": Label("两两作用", "interaction of two"),
}
COLUMNS = {
    "policy": Column(RUN_COLUMNS["policy"]),
    "kind": Column(Label("内容：whole 整个组合，share 份额，interaction 两两作用", "Whole mix, share or interaction of two")),
    "lever": Column(Label("政策工具", "Lever")),
    "other": Column(Label("另一项工具", "The other lever")),
    **OUTCOME_COLUMNS,
    **effect_columns(Label("变化", "Change")),
    "draw_error": Column(Label("抽样排列带来的标准误；穷举时为 0", "Standard error from drawing orders; 0 if exact"), "see unit"),
    "method": Column(Label("算法：exact 穷举子集，orders 抽样排列", "Exact by subsets, or drawn orders")),
    "basis": Column(Label("效应大小的依据", "What the size of the effect rests on")),
}


@dataclass(frozen=True)
class Part:
    """The whole, a lever's share, or what two levers bring together beyond the sum of each alone."""

    kind: str
    levers: tuple[str, ...]
    effect: Effect
    differences: Floats  # of shape (n_pairs,)
    draw_error: float = 0.0  # standard error from drawing orders, inside the effect's intervals


def parts_of(policy: Policy, histories: Sequence[History], outcome: Outcome) -> tuple[Part, ...]:
    """The whole effect of a mix, its shares, the largest first, and its interactions, the strongest first.

    Parameters
    ----------
    histories : of the policies that :func:`subset_policies` names, in any order

    Returns
    -------
    parts : none if the runs of a subset are missing or the runs do not cover the date
    """
    levers = levers_of(policy)
    worth = worth_of(policy, histories, outcome)
    if worth is None or not levers:
        return ()
    gained = worth[frozenset(levers)] - worth[frozenset()]
    whole = Part("whole", levers, effect_of(gained), gained)
    pairs = itertools.combinations(levers, 2)
    doubles = [second_difference(one, other, worth) for one, other in pairs]
    interactions = [
        Part("interaction", pair, effect_of(d), d) for pair, d in zip(itertools.combinations(levers, 2), doubles, strict=True)
    ]
    interactions.sort(key=lambda p: -abs(p.effect.mean) if p.effect.known else 0.0)
    return (whole, *_shares(policy, worth), *interactions)


def worth_of(policy: Policy, histories: Sequence[History], outcome: Outcome) -> Mapping[Subset, Floats] | None:
    """What every subset reads in the worlds that all share and where all are defined; None without such a world or the date."""
    ran = {frozenset(h.cases[0].policy.settings): h for h in histories}
    needed = subsets_of(policy)
    own = {subset: ran.get(frozenset(s for s in policy.settings if s.lever in subset)) for subset in needed}
    found = [history for history in own.values() if history is not None]
    if len(found) < len(needed):
        return None
    values = paired_values(found, outcome)
    values = values[:, ~np.isnan(values).any(axis=0)]
    return dict(zip(needed, values, strict=True)) if values.shape[1] else None


def _shares(policy: Policy, worth: Mapping[Subset, Floats]) -> list[Part]:
    levers = levers_of(policy)
    if is_exact(policy):
        shares = exact_shares(levers, worth)
        found = [Part("share", (k,), effect_of(d), d) for k, d in zip(levers, shares, strict=True)]
    else:
        drawn = sampled_shares(levers, worth, orders_of(levers))
        errors = drawn.mean(axis=2).std(axis=0, ddof=1) / math.sqrt(len(drawn))
        found = [
            Part("share", (k,), with_draw_error(effect_of(d), float(e), len(drawn)), d, float(e))
            for k, d, e in zip(levers, drawn.mean(axis=0), errors, strict=True)
        ]
    return sorted(found, key=lambda p: -p.effect.mean if p.effect.known else 0.0)


def with_draw_error(effect: Effect, error: float, n_drawn: int) -> Effect:
    """The effect with its intervals widened by the error of the drawn orders, the two errors being independent."""
    if not effect.known:
        return effect

    def half(width: float, prob: float) -> float:
        return math.hypot(width, student_quantile(prob, n_drawn - 1) * error)

    outer = half(effect.high - effect.mean, 0.5 + CONFIDENCE / 2.0)
    inner = half(effect.upper - effect.mean, 0.75)
    middle = effect.mean
    return Effect(middle, middle - outer, middle - inner, middle + inner, middle + outer, effect.n)


def mix(policy: Policy, histories: Sequence[History], outcome: Outcome) -> Answer:
    """What a mix brings, the share of each lever, and which of them help or hurt one another; as :func:`parts_of`."""
    parts = parts_of(policy, histories, outcome)
    rows = tuple(_row(policy, histories[0], part, outcome) for part in parts)
    return Answer("mix", COLUMNS, rows, both(lambda language: _words(policy, histories, parts, outcome, language)))


def _row(policy: Policy, history: History, part: Part, outcome: Outcome) -> Row:
    lever, other = (*part.levers, "", "")[:2] if part.kind != "whole" else ("", "")
    about = (outcome.measure, outcome.scope, quarter_name(outcome.quarter), outcome.unit(history))
    basis = known_of(lever).basis.value if part.kind == "share" else ""
    method = "exact" if is_exact(policy) or part.kind != "share" else "orders"
    return (policy.name, part.kind, lever, other, *about, *part.effect.cells, part.draw_error, method, basis)


# ── In words ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _words(policy: Policy, histories: Sequence[History], parts: Sequence[Part], outcome: Outcome, language: str) -> str:
    zh, name = language == "zh", policy.title.in_language(language) or policy.name
    if not parts or not parts[0].effect.known:
        why = (
            "缺少可配对的运行，或模拟期不到这一时点"
            if zh
            else "runs are missing that could be paired, or they end before the date"
        )
        return f"“{name}”无法分解：{why}。" if zh else f"“{name}” cannot be taken apart: {why}."
    unit, what = outcome.unit(histories[0]), outcome.name(histories[0], language)
    whole = parts[0]
    change, n = change_text(whole.effect, unit, language), whole.effect.n
    lead = f"“{name}”与不用任何工具逐次配对比较（{n} 对），{what}平均{change}。"
    if not zh:
        lead = f"“{name}”, paired with nothing at all ({n} pairs), {what}: {change}."
    shares = [p for p in parts if p.kind == "share"]
    others = [p for p in parts if p.kind == "interaction"]
    found = [lead, _share_words(policy, whole, shares, unit, language), _pair_words(others, unit, language)]
    return ("" if zh else " ").join([*found, *_rest_words(policy, language)])


def _share_words(policy: Policy, whole: Part, shares: Sequence[Part], unit: str, language: str) -> str:
    zh = language == "zh"
    told = "；".join if zh else "; ".join
    text = told(f"{_name(p, language)} {_size(p, unit, language)}" for p in shares)
    way = ("穷举全部子集", "exactly, over all subsets") if is_exact(policy) else ("抽样排列", "over drawn orders")
    unclear = [p for p in shares if not clear_among(p.differences, len(shares)) or not p.effect.told_apart]
    names = listed([_name(p, language) for p in unclear], language)
    if zh:
        tail = f"各份一起看，{names}的与零分不开。" if unclear and not whole.effect.nothing else ""
        return f"按公平分摊（{way[0]}，各份之和等于总效果）：{text}。{tail}"
    tail = (
        f" Looking at all shares together, that of {names} cannot be told from zero."
        if unclear and not whole.effect.nothing
        else ""
    )
    return f"Shared out fairly ({way[1]}; the shares add up to the whole): {text}.{tail}"


def _size(part: Part, unit: str, language: str) -> str:
    e = part.effect
    size, inside = sized(e.mean, e.low, e.high, unit, language)
    return f"{size}（{inside}）" if language == "zh" else f"{size} ({inside})"


def _name(part: Part, language: str) -> str:
    names = [wording.lower_first(LEVERS[lever].label.in_language(language)) for lever in part.levers]
    return ("与" if language == "zh" else " with ").join(names)


def _pair_words(parts: Sequence[Part], unit: str, language: str) -> str:
    zh = language == "zh"
    if not parts:
        return ""
    clear = [p for p in parts if clear_among(p.differences, len(parts))]
    if not clear:
        return "各工具两两之间看不出相互增强或削弱。" if zh else "No two levers can be seen to help or hurt each other."
    helps = [p for p in clear if p.effect.mean > 0]
    hurts = [p for p in clear if p.effect.mean < 0]
    told = []
    for found, verb in ((helps, ("相互增强", "help each other")), (hurts, ("相互削弱", "hurt each other"))):
        names = [f"{_name(p, language)} {_size(p, unit, language)}" for p in found]
        if names:
            told.append(f"{verb[0]}的有：{'；'.join(names)}。" if zh else f"These {verb[1]}: {'; '.join(names)}.")
    rest = len(parts) - len(clear)
    if rest:
        told.append(f"其余 {rest} 对看不出相互作用。" if zh else f"For the other {rest} pairs no interaction can be seen.")
    return ("" if zh else " ").join(told)


def _rest_words(policy: Policy, language: str) -> list[str]:
    assumed = [k for k in levers_of(policy) if known_of(k).rests_on_assumption]
    if not assumed:
        return []
    names = listed([wording.lower_first(LEVERS[k].label.in_language(language)) for k in assumed], language)
    if language == "zh":
        return [f"{names}的效应大小全部或部分是假设，份额随假设而变。"]
    return [f"The sizes of the effects of {names} are assumed in whole or in part, and the shares move with them."]
