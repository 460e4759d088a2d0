"""What a map of a goal shows, as one sentence: the cells with most and least."""

from __future__ import annotations

import numpy as np

from wutong.experiments import wording
from wutong.experiments.answers.goal_map import GoalMap, Side
from wutong.experiments.answers.telling import goal_name
from wutong.experiments.report.material import said


def map_sentence(found: GoalMap, language: str) -> str:
    """The cells where the goal is reached most and least often, or nearest and farthest where no run reaches it."""
    goal, shown = goal_name(found.target, language), found.shown
    sides = [side.label.in_language(language) for side in (found.up, found.across)]
    if found.n_attained:
        lead = said(language, f"{goal}达标的模拟所占比例", f"{goal}: share of the runs that reach it")
    else:
        lead = said(
            language, f"{goal}没有一次达标，中位数占目标的百分比", f"{goal}: no run reaches it; median in percent of the goal"
        )
    by = said(language, f"，按{sides[0]}与{sides[1]}", f", by {sides[0]} and {sides[1]}")
    if np.isnan(shown).all():
        return lead + by + said(language, "：每格模拟次数都太少。", ": every cell has too few runs.")
    most, least = (np.unravel_index(int(pick(shown)), shown.shape) for pick in (np.nanargmax, np.nanargmin))
    ends = [_cell(found, int(row), int(column), language) for row, column in (most, least)]
    return said(language, f"{lead}{by}：最高 {ends[0]}；最低 {ends[1]}。", f"{lead}{by}: most {ends[0]}; least {ends[1]}.")


def _cell(found: GoalMap, row: int, column: int, language: str) -> str:
    share, n = round(float(found.shown[row, column]) * 100), int(found.counts[row, column])
    where = [_band(found.up, row, language), _band(found.across, column, language)]
    runs = "run" if n == 1 else "runs"
    return said(language, f"{share}%（{where[0]}、{where[1]}，{n} 次）", f"{share}% ({where[0]}, {where[1]}, {n} {runs})")


def _band(side: Side, place: int, language: str) -> str:
    low, high = side.bands[place]
    unit = side.unit
    return wording.amount(low, unit, language) if low == high else wording.amount_range(low, high, unit, language)
