"""Dose and response of one lever: what each level changes, and from where on more of it brings nothing that can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wutong.experiments import wording
from wutong.experiments.answers import Answer, Column
from wutong.experiments.answers.effect import (
    LEVEL_COLUMNS,
    OUTCOME_COLUMNS,
    Effect,
    Outcome,
    both,
    change_text,
    clear_among,
    effect_columns,
    effect_of,
    paired_values,
)
from wutong.experiments.answers.evidence import BASIS_WORDS, known_of
from wutong.experiments.answers.lever_policies import dose_policies, level_of, level_text, lever_of
from wutong.experiments.equal_cost import yearly_cost
from wutong.model.facts import Floats, Label
from wutong.model.history import History
from wutong.model.levers import LEVERS
from wutong.model.units import quarter_name

__all__ = ["Dose", "dose_policies", "dose_response", "doses_of"]
COLUMNS = {
    **LEVEL_COLUMNS,
    **OUTCOME_COLUMNS,
    **effect_columns(Label("与不用该工具相比的变化", "Change against the same runs without it")),
    "step_mean": Column(Label("比上一级多带来的，平均", "What it adds to the level below, mean"), "see unit"),
    "step_low": Column(Label("比上一级多带来的，90% 区间下限", "The same, low end of its 90 % interval"), "see unit"),
    "step_high": Column(Label("比上一级多带来的，90% 区间上限", "The same, high end of its 90 % interval"), "see unit"),
}


@dataclass(frozen=True)
class Dose:
    """One level of a lever: what it changes, and what it adds to the level below (to none for the lowest)."""

    level: float
    cost: float  # 亿元/year beyond the baseline
    effect: Effect
    step: Effect
    differences: Floats  # of shape (n_pairs,), against the baseline
    steps: Floats  # of shape (n_pairs,), against the level below


def doses_of(base: History, others: Sequence[History], outcome: Outcome) -> tuple[Dose, ...]:
    """What each level changes, the lowest first, in the worlds that all levels share.

    Parameters
    ----------
    base : runs without the lever
    others : runs of one level each, as :func:`dose_policies` names them

    Raises
    ------
    ValueError
        If the policies do not move one and the same lever.
    """
    if len({lever_of(o.cases[0].policy) for o in others}) > 1:
        raise ValueError("a dose-response curve is of one lever; these policies move several")
    ranked = sorted(others, key=lambda o: level_of(o.cases[0].policy))
    values = paired_values((base, *ranked), outcome)
    until = min(outcome.quarter, base.start + base.n_quarters)
    spent = yearly_cost(base, until)
    return tuple(
        Dose(
            level_of(other.cases[0].policy),
            yearly_cost(other, until) - spent,
            effect_of(values[i + 1] - values[0]),
            effect_of(values[i + 1] - values[i]),
            values[i + 1] - values[0],
            values[i + 1] - values[i],
        )
        for i, other in enumerate(ranked)
    )


def saturated_from(doses: Sequence[Dose]) -> Dose | None:
    """The lowest level that changes something and beyond which no higher one can be seen to change more or less.

    None if only the highest one is like that, or none changes anything.
    """
    for i, dose in enumerate(doses[:-1]):
        beyond = doses[i + 1 :]
        moved = any(clear_among(higher.differences - dose.differences, len(beyond)) for higher in beyond)
        if not moved and clear_among(dose.differences, len(doses)):
            return dose
    return None


def falling_returns(doses: Sequence[Dose]) -> bool:
    """Whether a unit of the lever brings less in the last step than in the first, beyond chance."""
    if len(doses) < 2 or doses[0].level <= 0.0:
        return False
    first, last = doses[0], doses[-1]
    bent = first.steps / first.level - last.steps / (last.level - doses[-2].level)
    return effect_of(bent if first.effect.mean >= 0.0 else -bent).low > 0.0


def dose_response(base: History, others: Sequence[History], outcome: Outcome) -> Answer:
    """The dose-response curve of one lever as a table and in words; as :func:`doses_of`."""
    doses = doses_of(base, others, outcome)
    names = {level_of(o.cases[0].policy): o.cases[0].policy.name for o in others}
    lever = lever_of(others[0].cases[0].policy) if others else ""
    about = (outcome.measure, outcome.scope, quarter_name(outcome.quarter), outcome.unit(base))
    rows = tuple(
        (
            lever,
            names[d.level],
            d.level,
            LEVERS[lever].unit,
            d.cost,
            *about,
            *d.effect.cells,
            *((d.step.mean, d.step.low, d.step.high) if d.step.known else (None, None, None)),
        )
        for d in doses
    )
    return Answer("dose_response", COLUMNS, rows, both(lambda language: _words(base, lever, doses, outcome, language)))


# ── In words ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _words(base: History, lever: str, doses: Sequence[Dose], outcome: Outcome, language: str) -> str:
    zh = language == "zh"
    if not doses or not doses[0].effect.known:
        return "没有可配对的运行，无法比较各级力度。" if zh else "No levels can be compared for want of paired runs."
    name = LEVERS[lever].label.in_language(language)
    parts = [_levels(base, name, lever, doses, outcome, language), _bend(lever, doses, outcome.unit(base), language)]
    known = known_of(lever)
    said = BASIS_WORDS[known.basis].in_language(language)
    parts.append(f"{name}的效应大小：{said}。" if zh else f"The size of this lever's effect is {said}.")
    return ("" if zh else " ").join(parts)


def _levels(base: History, name: str, lever: str, doses: Sequence[Dose], outcome: Outcome, language: str) -> str:
    zh, unit = language == "zh", outcome.unit(base)
    shown = [doses[0], doses[-1]] if len(doses) > 1 else [doses[0]]
    told = [
        (
            level_text(lever, d.level, language),
            wording.amount(d.cost, "亿元/year", language),
            change_text(d.effect, unit, language),
        )
        for d in shown
    ]
    what, n = outcome.name(base, language), doses[0].effect.n
    if zh:
        text = "；".join(f"力度 {level}（年均成本 {cost}）时平均{change}" for level, cost, change in told)
        return f"{name}由低到高分 {len(doses)} 级，与不用时逐次配对比较（{n} 对），{what}：{text}。"
    text = "; ".join(f"at {level} ({cost}) on average {change}" for level, cost, change in told)
    return f"{name} at {len(doses)} levels, paired with the same runs without it ({n} pairs), {what}: {text}."


def _bend(lever: str, doses: Sequence[Dose], unit: str, language: str) -> str:
    zh, limit = language == "zh", saturated_from(doses)
    if limit is not None:
        level = level_text(lever, limit.level, language)
        rest = effect_of(doses[-1].differences - limit.differences)
        inside = wording.amount_range(rest.low, rest.high, unit, language)
        if zh:
            return f"超过 {level}以后，看不出再加力还有增量（加到最高一级，增量的 90% 区间为 {inside}）。"
        return f"Beyond {level} no further gain can be seen (up to the highest level its 90% interval is {inside})."
    if not any(clear_among(d.differences, len(doses)) for d in doses):
        return "各级力度都看不出平均变化。" if zh else "No level shows a mean change that can be told from zero."
    if falling_returns(doses):
        return "力度越大，每加一分的效果越小。" if zh else "A unit of it brings less at high levels than at low ones."
    return "在所试范围内看不出饱和。" if zh else "No saturation can be seen within these levels."
