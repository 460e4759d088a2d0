"""What a lever still adds to a goal, by the quarter in which it starts, with intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from wutong.experiments import wording
from wutong.experiments.answers.last_start import LateStarts
from wutong.experiments.answers.telling import goal_name
from wutong.experiments.plots import fan as fans
from wutong.experiments.plots import style
from wutong.experiments.plots.style import GREY, INK, SMALL
from wutong.model.levers import LEVERS
from wutong.model.units import quarter_name

WIDTH, HEIGHT, LEFT = 10.4, 3.6, 0.95


def late_starts(found: Sequence[LateStarts], language: str) -> Figure:
    """Mean gain of one goal's measure by the start of each lever; a ring marks the last start that still moves it.

    Parameters
    ----------
    found : of one goal; a lever's colour follows from its place in this list
    """
    shown = [one for one in found if any(d.n > 1 for d in one.differences.values())]
    title, subtitle = _titles(found[0], language)
    key = [(LEVERS[one.lever].label.in_language(language), style.pen_of(found.index(one))) for one in shown]
    note = style.note_lines(WIDTH, [_note(language, empty=not shown)])
    head = style.header_height(WIDTH, title, subtitle) + style.key_height(WIDTH, key)
    bottom = style.notes_height(note) + 0.5
    figure = style.new_figure(WIDTH, head + 0.5 + HEIGHT + bottom)
    top = style.header(figure, title, subtitle)
    top = style.write_key(figure, top - 0.06, key) if key else top
    style.write_notes(figure, note)
    if shown:
        _fill(figure, shown, [pen for _, pen in key], bottom, language)
    return style.finished(figure)


def _fill(figure: Figure, shown: Sequence[LateStarts], pens: Sequence[style.Pen], bottom: float, language: str) -> None:
    room = WIDTH - LEFT - 0.5
    axes = style.new_axes(figure, LEFT, bottom, room, HEIGHT)
    ends = [v for one in shown for d in one.differences.values() if d.n for v in (d.low, d.high)]
    target = shown[0].target
    unit = wording.target_unit(shown[0].history.facts[target.measure], target)
    scale = wording.scale_for(unit, max(map(abs, ends)), language)
    low, high = (edge * scale.factor for edge in (min(*ends, 0.0), max(*ends, 0.0)))
    margin = 0.08 * max(high - low, 1e-9)
    starts = sorted({start for one in shown for start in one.differences})
    first, last = starts[0], starts[-1]
    axes.set_xlim(first - 0.6, max(last, first + 1) + 0.6)
    every = math.ceil(len(starts) / 14)
    axes.set_xticks(starts[::every], labels=[quarter_name(s) for s in starts[::every]])
    style.value_axis(axes, low - margin, high + margin)
    axes.axhline(0.0, color=GREY, linewidth=0.9)
    style.write_lines(figure, style.MARGIN, bottom + HEIGHT + 0.28, [scale.name], SMALL, GREY)
    shift = min(0.16, 0.8 / len(shown))
    for i, (one, pen) in enumerate(zip(shown, pens, strict=True)):
        move = (i - (len(shown) - 1) / 2) * shift
        known = [(start, d) for start, d in one.differences.items() if d.n]
        xs = [start + move for start, _ in known]
        lows, means, highs = (np.array([getattr(d, name) for _, d in known]) * scale.factor for name in ("low", "mean", "high"))
        axes.vlines(xs, lows, highs, color=pen.colour, alpha=0.5)
        axes.plot(xs, means, color=pen.colour, linestyle=pen.style, marker="o", markersize=4)
        if one.last is not None:
            point = (one.last + move, one.differences[one.last].mean * scale.factor)
            axes.plot(
                *point,
                "o",
                markersize=11 if len(shown) <= 4 else 8,
                markerfacecolor="none",
                markeredgecolor=INK,
                markeredgewidth=1.1,
            )
    words = "开始季度" if language == "zh" else "quarter in which the lever starts"
    style.write(figure, LEFT + room / 2, bottom - 0.36, words, SMALL, GREY, "center")


def _titles(one: LateStarts, language: str) -> tuple[str, str]:
    name, scenario = goal_name(one.target, language), fans.names_of([one.history], language)[0]
    n = max(d.n for d in one.differences.values()) if one.differences else 0
    title = one.history.cases[0].scenario.title.in_language(language)
    if language == "zh":
        return f"{name}：各工具最迟何时开始仍有作用", f"{title}，与“{scenario}”逐次配对（{n} 对）；点为平均增量，竖线为 90% 区间"
    return (
        f"{name}: how late each lever may start",
        f"{title} · paired with “{scenario}” ({n} pairs) · dots: mean gain; bars: 90% intervals",
    )


def _note(language: str, *, empty: bool) -> str:
    if empty:
        return "目标期限不在模拟期内，或配对不足两次。" if language == "zh" else "The date is beyond the runs, or no pairs."
    if language == "zh":
        return "圆圈：到此为止各开始季度的 90% 区间都大于零。每个工具单独使用，其余不变。"
    return "Rings: up to here the 90% intervals of all starts lie above zero. Each lever alone, all else unchanged."
