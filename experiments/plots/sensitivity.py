"""On which numbers a goal hangs: its median in the low and the high third of each, and what it explains alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from wutong.experiments import wording
from wutong.experiments.answers.sensitivity_found import Moved, OfGoal
from wutong.experiments.answers.telling import goal_name, policy_title, scenario_title
from wutong.experiments.plots import style, typeface
from wutong.experiments.plots.style import FAINT, GREY, INK, LABEL, PAPER, SMALL
from wutong.model.facts import Label

WIDTH, ROW, AXIS = 10.4, 0.46, 0.34
NAMES, SHARES, GAP = 3.1, 1.75, 0.2  # widths of columns
SHOWN = 10
SOURCED, UNSOURCED, NONE = "#2b6cb8", "#e0a21b", "#b9c0c6"
BASES = {
    "S": Label("见于来源", "seen in a source"),
    "C": Label("由来源推算", "computed from a source"),
    "M": Label("凭文献记忆", "from memory of the literature"),
    "D": Label("没有来源", "without a source"),
}


def sensitivity_dots(goal: OfGoal, language: str) -> Figure:
    """The strongest ten numbers, the strongest first; open dots: low third, full dots: high third, lines: 90 % intervals."""
    shown = [m for m in goal.numbers if math.isfinite(m.medians[0].value) and math.isfinite(m.index.value)][:SHOWN]
    title, subtitle = _titles(goal, language)
    lines = style.note_lines(WIDTH, [_note(goal, language)])
    body = max(len(shown), 1) * ROW
    head = style.header_height(WIDTH, title, subtitle) + 0.34
    figure = style.new_figure(WIDTH, head + body + AXIS + style.notes_height(lines) + 0.1)
    top = style.header(figure, title, subtitle) - 0.34
    style.write_notes(figure, lines)
    axes, scale = _axes(figure, top - body, body, goal, shown, language)
    _column_heads(figure, top + 0.14, scale.name, language)
    for i, moved in enumerate(shown):
        middle = top - (i + 0.5) * ROW
        _row(figure, moved, middle, language)
        _draw(axes, moved, 1.0 - (i + 0.5) / len(shown), 1.0 / len(shown), scale.factor)
    if not shown:
        style.write(figure, style.MARGIN, top - ROW / 2, "模拟次数太少" if language == "zh" else "Too few runs", LABEL, GREY)
    return style.finished(figure)


def _axes(
    figure: Figure, bottom: float, height: float, goal: OfGoal, shown: Sequence[Moved], language: str
) -> tuple[Axes, wording.Scale]:
    """Axes whose heights run from 0 to 1, with the median of all runs, and how values are written."""
    ends = [v for m in shown for e in m.medians[:2] for v in (e.low, e.value, e.high) if math.isfinite(v)] or [goal.median]
    ends = [v for v in (*ends, goal.median) if math.isfinite(v)] or [0.0]
    low, high = min(ends), max(ends)
    scale = wording.scale_for(goal.unit, max(-low, high), language)
    room = 0.05 * max(high - low, 1e-9 + 1e-6 * abs(high)) * scale.factor
    axes = style.new_axes(figure, style.MARGIN + NAMES, bottom, WIDTH - 2 * style.MARGIN - NAMES - SHARES - GAP, height)
    axes.set_xlim(low * scale.factor - room, high * scale.factor + room)
    axes.set_ylim(0.0, 1.0)
    axes.set_yticks([])
    ticks = [float(t) for t in MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]).tick_values(*axes.get_xlim())]
    inside = [t for t in ticks if axes.get_xlim()[0] <= t <= axes.get_xlim()[1]]
    axes.set_xticks(inside, labels=[wording.number(t) for t in inside])
    axes.grid(visible=True, axis="x", color=FAINT, linewidth=0.7)
    if math.isfinite(goal.median):
        axes.axvline(goal.median * scale.factor, color=INK, linewidth=0.8, zorder=1)
    return axes, scale


def _column_heads(figure: Figure, y: float, unit: str, language: str) -> None:
    zh = language == "zh"
    style.write(figure, style.MARGIN, y, "抽样的数" if zh else "number drawn", SMALL, GREY)
    style.write(figure, style.MARGIN + NAMES, y, f"中位数，{unit}" if zh else f"median, {unit}", SMALL, GREY)
    style.write(figure, WIDTH - style.MARGIN - SHARES, y, "单独解释的方差" if zh else "share of variance", SMALL, GREY)


def _row(figure: Figure, moved: Moved, y: float, language: str) -> None:
    tag = moved.number.tag.value
    text = _fitting(moved.number.label.in_language(language))
    style.write(figure, style.MARGIN, y + 0.09, text, LABEL)
    style.write(
        figure,
        style.MARGIN,
        y - 0.1,
        f"[{tag}] {BASES[tag].in_language(language)}",
        SMALL,
        _colour(moved) if moved.named else GREY,
    )
    zh, left = language == "zh", WIDTH - style.MARGIN - SHARES
    if not moved.named:
        style.write(figure, left, y, "与偶然分不开" if zh else "not told from chance", SMALL, GREY)
        return
    inside = f"{_percent(moved.index.low)}{wording.DASH}{_percent(moved.index.high)}%"
    share = f"{_percent(moved.index.value)}%"
    style.write(figure, left, y, f"{share}（{inside}）" if zh else f"{share} ({inside})", SMALL)


def _fitting(label: str) -> str:
    """A label no wider than its column: of its owner's name only as much as there is room for."""
    room = NAMES - 0.15
    at = max(label.rfind(": "), label.rfind("："))
    owner, rest = (label[:at], label[at:]) if at > 0 else (label, "")
    text = label
    while typeface.width(text, LABEL) > room and len(owner) > 1:
        owner = owner[:-1].rstrip()
        text = f"{owner}…{rest}"
    return text


def _percent(share: float) -> str:
    return f"{share * 100:.1f}" if share < 0.0995 else f"{share * 100:.0f}"


def _colour(moved: Moved) -> str:
    return NONE if not moved.named else UNSOURCED if moved.number.unsourced else SOURCED


def _draw(axes: Axes, moved: Moved, height: float, pitch: float, factor: float) -> None:
    colour = _colour(moved)
    low, high, _ = moved.medians
    apart = 0.11 * pitch  # between the two intervals
    for estimate, y in ((low, height - apart), (high, height + apart)):
        if math.isfinite(estimate.low) and math.isfinite(estimate.high):
            axes.plot([estimate.low * factor, estimate.high * factor], [y, y], color=colour, linewidth=1.0, zorder=2)
    axes.plot([low.value * factor, high.value * factor], [height - apart, height + apart], color=colour, linewidth=0.8, zorder=2)
    axes.plot([low.value * factor], [height - apart], "o", markersize=6.5, color=colour, markerfacecolor=PAPER, zorder=3)
    axes.plot([high.value * factor], [height + apart], "o", markersize=6.5, color=colour, zorder=3)


def _titles(goal: OfGoal, language: str) -> tuple[str, str]:
    target, history = goal.target, goal.history
    name = goal_name(target, language) if target.at_least > 0.0 else target.label.in_language(language)
    scenario, policy = scenario_title(history.cases[0].scenario, language), policy_title(history, language)
    if language == "zh":
        return f"结果取决于哪些数：{name}", f"{scenario}，{policy}；{goal.n} 次模拟，由强到弱"
    return (
        f"What it hangs on: {wording.lower_first(name)}",
        f"{scenario}, {wording.lower_first(policy)} · {goal.n} runs · the strongest first",
    )


def _note(goal: OfGoal, language: str) -> str:
    level = f"{_percent(goal.noise)}%" if math.isfinite(goal.noise) else wording.DASH
    if language == "zh":
        return (
            "空心点：该数抽到低三分之一的模拟的中位数；实心点：高三分之一；细线为 90% 区间；竖线为全部模拟的中位数。黄色：没有"
            f"来源的设定 [D]；蓝色：有来源；灰色：与偶然分不开（偶然所能解释的份额为 {level}）。"
            "份额在扣除其他已点名的数的影响后计算，两端各 2.5% 的模拟按边界值计。"
        )
    return (
        "Open dot: median of the runs in the low third of the number; full dot: in its high third; thin lines: 90% intervals; "
        "upright line: median of all runs. Yellow: without a source [D]; blue: with one; grey: not told from chance, which alone "
        f"reaches {level} of the variance. Shares are taken after what the other named numbers do, with the outermost "
        "2.5% of the runs at either end held at the edge."
    )
