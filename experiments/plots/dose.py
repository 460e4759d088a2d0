"""Dose and response: what a lever changes at each level, with intervals, and what each level costs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wutong.experiments import wording
from wutong.experiments.answers.doses import Dose, doses_of, saturated_from
from wutong.experiments.answers.effect import Outcome
from wutong.experiments.answers.evidence import BASIS_WORDS, known_of
from wutong.experiments.answers.lever_policies import level_text, lever_of
from wutong.experiments.plots import style, typeface
from wutong.experiments.plots.style import GREY, INK, SMALL
from wutong.experiments.plots.tornado import COLOURS
from wutong.model.history import History
from wutong.model.levers import LEVERS

WIDTH, HEIGHT, LEFT, RIGHT, BELOW = 7.6, 3.4, 0.95, 0.55, 0.62


def dose(base: History, others: Sequence[History], outcome: Outcome, language: str) -> Figure:
    """The dose-response curve of one lever: mean change at each level with its 50 % and 90 % intervals, from nothing upwards.

    Parameters
    ----------
    base, others, outcome : as :func:`wutong.experiments.answers.doses.doses_of`; one level at least

    Raises
    ------
    ValueError
        If there is no level.
    """
    doses = [d for d in doses_of(base, others, outcome) if d.effect.known]
    if not others:
        raise ValueError("a dose-response curve needs one level at least")
    lever = lever_of(others[0].cases[0].policy)
    title, subtitle = _titles(base, lever, doses, outcome, language)
    lines = style.note_lines(WIDTH, [_note(lever, language)])
    head = style.header_height(WIDTH, title, subtitle) + 0.42
    figure = style.new_figure(WIDTH, head + HEIGHT + BELOW + style.notes_height(lines))
    style.header(figure, title, subtitle)
    style.write_notes(figure, lines)
    bottom = style.notes_height(lines) + BELOW
    axes = style.new_axes(figure, LEFT, bottom, WIDTH - LEFT - RIGHT, HEIGHT)
    ends = [end for d in doses for end in (d.effect.low, d.effect.high)] or [0.0]
    low, high = min(*ends, 0.0), max(*ends, 0.0)
    scale = wording.scale_for(outcome.unit(base), max(-low, high), language)
    room = 0.07 * max(high - low, 1e-9) * scale.factor
    style.value_axis(axes, low * scale.factor - room, high * scale.factor + room)
    axes.spines["bottom"].set_visible(False)
    style.write(figure, style.MARGIN, bottom + HEIGHT + 0.16, scale.name, SMALL, GREY)
    if doses:
        _curve(axes, doses, scale.factor, COLOURS[known_of(lever).basis])
        _levels(figure, axes, lever, doses, bottom, language)
        _limit(axes, doses, language)
    return style.finished(figure)


def _curve(axes: Axes, doses: Sequence[Dose], factor: float, colour: str) -> None:
    rows = [(d.level, d.effect.mean, d.effect.low, d.effect.lower, d.effect.upper, d.effect.high) for d in doses]
    split = next((i for i, d in enumerate(doses) if d.level > 0.0), len(doses))
    table = np.array([*rows[:split], (0.0,) * 6, *rows[split:]]).T
    level, (mean, low, lower, upper, high) = table[0], table[1:] * factor
    axes.fill_between(level, low, high, color=colour, alpha=0.15, linewidth=0.0)
    axes.fill_between(level, lower, upper, color=colour, alpha=0.25, linewidth=0.0)
    axes.plot(level, mean, color=colour, linewidth=1.8, marker="o", markersize=4.5, zorder=3)
    width = float(level.max() - level.min())
    axes.set_xlim(float(level.min()) - 0.02 * width, float(level.max()) + 0.03 * width)


def _levels(figure: Figure, axes: Axes, lever: str, doses: Sequence[Dose], bottom: float, language: str) -> None:
    """Levels and costs below the axes, the highest first; those without room stay unnamed."""
    low, high = axes.get_xlim()
    wide = WIDTH - LEFT - RIGHT
    axes.set_xticks([d.level for d in doses], labels=[])
    axes.tick_params(axis="x", length=3)
    free = WIDTH + 1.0
    for d in reversed(doses):
        texts = level_text(lever, d.level, language), wording.amount(d.cost, "亿元", language)
        half = max(typeface.width(text, SMALL) for text in texts) / 2
        x = LEFT + wide * (d.level - low) / (high - low)
        x = min(x, WIDTH - 0.1 - half)
        if x + half + 0.12 > free:
            continue
        free = x - half
        style.write(figure, x, bottom - 0.16, texts[0], SMALL, INK, "center")
        style.write(figure, x, bottom - 0.32, texts[1], SMALL, GREY, "center")


def _limit(axes: Axes, doses: Sequence[Dose], language: str) -> None:
    limit = saturated_from(doses)
    if limit is not None:
        axes.axvline(limit.level, color=INK, linewidth=0.8, linestyle=(0, (3, 2)))
        text = "再加看不出增量" if language == "zh" else "no further gain seen"
        low, high = axes.get_xlim()
        side = -6.0 if (limit.level - low) > 0.5 * (high - low) else 6.0
        style.write_beside(axes, (limit.level, axes.get_ylim()[1]), (side, -8.0), text)


def _titles(base: History, lever: str, doses: Sequence[Dose], outcome: Outcome, language: str) -> tuple[str, str]:
    name, what = LEVERS[lever].label.in_language(language), outcome.name(base, language)
    n, scenario = doses[0].effect.n if doses else 0, base.cases[0].scenario.title.in_language(language)
    if language == "zh":
        return f"{name}在不同力度下，{what}的变化", f"{scenario}；与不用该工具的同一批模拟逐次配对（{n} 对）"
    return f"{name}: dose and change in {what}", f"{scenario} · paired with the same runs without it ({n} pairs)"


def _note(lever: str, language: str) -> str:
    said = BASIS_WORDS[known_of(lever).basis].in_language(language)
    if language == "zh":
        return (
            "线为配对差的平均，色带为平均的 50% 和 90% 区间，点为试过的力度，下方为力度和年均成本（按贴现折算）。"
            f"效应大小：{said}。"
        )
    return (
        "Line: mean of paired differences; bands: its 50% and 90% intervals; dots: levels that were run, with the level and the "
        f"discounted cost a year below. Size of the effect: {said}."
    )
