"""Small multiples: a measure by industry, and the chance of every goal over time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments import wording
from experiments.goals import attainment as judge
from experiments.goals import readings, wilson
from experiments.plots import fan as fans
from experiments.plots import style, typeface
from experiments.plots.style import GREY, INK, LABEL, SMALL, Pen
from model.history import History
from model.scenario import Target

WIDTH = 10.4
PANEL_HEIGHT, GAP, LEFT, VALUES = 1.35, 0.42, 0.5, 0.48  # inches: axes, between rows, left of each axes, for end values


@dataclass(frozen=True)
class _Grid:
    """Places of panels: left and bottom of each axes, their width, and the room for the heading above each [inch]."""

    corners: Sequence[tuple[float, float]]
    width: float
    heading: float


def industries(histories: Sequence[History], measure: str, language: str) -> Figure:
    """Fans of a measure, one panel an industry, each on its own scale; one policy is drawn in the industries' colours."""
    base = histories[0]
    park = base.cases[0].scenario.park
    shown = [(i, industry) for i, industry in enumerate(park.industries) if park.segments_of(industry.key)]
    fact, zh = base.facts[measure], language == "zh"
    label = fact.label.in_language(language)
    title = f"各产业{label}" if zh else f"{label} by industry"
    definition = fact.definition.in_language(language).rstrip("。.")
    scales = (
        "各图纵轴刻度不同；图右数字为期末中位数。"
        if zh
        else "Each panel has its own scale; the figures at the right are medians at the end."
    )
    about = (f"口径：{definition}。" if zh else f"Definition: {definition}. ") if definition else ""
    headings = [
        typeface.wrap(industry.label.in_language(language), _panel_width(len(shown)) + VALUES, LABEL) for _, industry in shown
    ]
    figure, grid = _grid(title, fans.subtitle(histories, language), about + scales, _key(histories, language), headings)
    for (position, industry), corner, heading in zip(shown, grid.corners, headings, strict=True):
        pens = [style.industry_pen(industry.key, position)] if len(histories) == 1 else None
        raw = fans.fans_of(histories, measure, industry.key, 1.0, language)
        scale = wording.scale_for(wording.shown_unit(fact), fans.top_of(raw), language)
        drawn = fans.fans_of(histories, measure, industry.key, scale.factor, language, pens)
        axes = _panel(figure, grid, corner, heading, scale.name, fans.years_shown(histories))
        style.value_axis(axes, *fans.ends_of_axis(drawn, 0.0), n_ticks=3)
        fans.draw_fans(axes, drawn)
        axes.axvline(fans.moment(base.start), color=GREY, linewidth=0.6, linestyle=(0, (1, 2)))
        _end_values(
            figure,
            grid,
            corner,
            [(style.share_of_height(axes, float(f.median[-1])), wording.number(float(f.median[-1])), f.pen) for f in drawn],
        )
    return style.finished(figure)


def attainment(histories: Sequence[History], language: str) -> Figure:
    """Chance that each goal's value is reached, over time, one panel a goal, with its date and the chance there."""
    targets = histories[0].cases[0].scenario.targets
    zh = language == "zh"
    bands = (
        "线为当时达到目标值的模拟所占比例，色带为其 90% 区间"
        if zh
        else "lines: share of runs at or above the goal's value at the time; bands: 90% interval"
    )
    note = (
        "竖线为目标期限，图右数字为期限当时的达标概率；期限不在模拟期内的目标不予判定。可能性以模型的假设及其取值范围为前提。"
        if zh
        else "Upright lines mark the goals' dates, the figures at the right are the chances then; a goal dated beyond the runs "
        "is not judged. Chances hold under the model's assumptions and their ranges."
    )
    headings = [typeface.wrap(t.label.in_language(language), _panel_width(len(targets)) + VALUES, LABEL) for t in targets]
    title = "各项目标的达标概率" if zh else "Chance of reaching each goal"
    figure, grid = _grid(title, fans.subtitle(histories, language, bands), note, _key(histories, language), headings)
    for target, corner, heading in zip(targets, grid.corners, headings, strict=True):
        asked = f"≥ {wording.goal(histories[0], target, language)}{'，' if zh else ', '}{wording.short_date(target, language)}"
        axes = _panel(figure, grid, corner, heading, asked, fans.years_shown(histories))
        style.value_axis(axes, 0.0, 100.0, "%", n_ticks=2)
        axes.set_ylim(-3.0, 103.0)
        _chances(figure, grid, axes, corner, histories, target, language)
    return style.finished(figure)


def _chances(
    figure: Figure,
    grid: _Grid,
    axes: Axes,
    corner: tuple[float, float],
    histories: Sequence[History],
    target: Target,
    language: str,
) -> None:
    ends = []
    for i, history in enumerate(histories):
        own = next((t for t in history.cases[0].scenario.targets if t.key == target.key), None)
        if own is None:
            continue
        pen = style.pen_of(i)
        _chance_line(axes, history, own, pen, shaded=len(histories) <= 2 or i == 0)
        share = judge(history, own).share
        if share.n:
            ends.append((style.share_of_height(axes, share.value * 100), wording.bare_chance(share), pen))
    by = fans.moment(target.by)
    if ends:
        axes.axvline(by, color=INK, linewidth=0.8, zorder=2)
        _end_values(figure, grid, corner, ends)
    else:
        words = "期限不在模拟期内，不予判定" if language == "zh" else "date beyond the runs: not judged"
        lines = typeface.wrap(words, grid.width - 0.2, SMALL)
        style.write_lines(figure, corner[0] + 0.1, corner[1] + PANEL_HEIGHT * 0.78, lines, SMALL, GREY)


def _chance_line(axes: Axes, history: History, target: Target, pen: Pen, *, shaded: bool) -> None:
    quarters, values = readings(history, target)
    time = [fans.moment(int(q)) for q in quarters]
    shares = [wilson(int(hits), values.shape[1]) for hits in (values >= target.at_least).sum(axis=1)]
    percents = np.array([(s.low, s.value, s.high) for s in shares]).reshape(-1, 3).T * 100
    if shaded:
        axes.fill_between(time, percents[0], percents[2], color=pen.colour, alpha=0.18, linewidth=0.0)
    axes.plot(time, percents[1], color=pen.colour, linestyle=pen.style, linewidth=1.6, zorder=3)


# ── The grid ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _columns(n_panels: int) -> int:
    return n_panels if n_panels <= 3 else 4 if n_panels in (4, 7, 8) or n_panels > 9 else 3


def _panel_width(n_panels: int) -> float:
    columns = _columns(n_panels)
    return (WIDTH - 2 * 0.25 - columns * (LEFT + VALUES)) / columns


def _key(histories: Sequence[History], language: str) -> list[tuple[str, Pen]]:
    """Names and pens of the policies; none where there is a single one."""
    names = fans.names_of(histories, language)
    return [(name, style.pen_of(i)) for i, name in enumerate(names)] if len(names) > 1 else []


def _grid(
    title: str, subtitle: str, note: str, key: Sequence[tuple[str, Pen]], headings: Sequence[Sequence[str]]
) -> tuple[Figure, _Grid]:
    columns, width = _columns(len(headings)), _panel_width(len(headings))
    rows = math.ceil(len(headings) / columns)
    heading = max(len(lines) for lines in headings) * style.line_height(LABEL) + style.line_height(SMALL) + 0.1
    lines = style.note_lines(WIDTH, [note])
    panels = rows * (PANEL_HEIGHT + heading + GAP)
    head = style.header_height(WIDTH, title, subtitle) + style.key_height(WIDTH, key)
    figure = style.new_figure(WIDTH, head + 0.1 + panels + style.notes_height(lines))
    top = style.header(figure, title, subtitle)
    if key:
        top = style.write_key(figure, top - 0.06, key)
    style.write_notes(figure, lines)
    corners = [
        (0.25 + column * (LEFT + width + VALUES) + LEFT, top - 0.1 - (row + 1) * (PANEL_HEIGHT + heading) - row * GAP)
        for row, column in (divmod(i, columns) for i in range(len(headings)))
    ]
    return figure, _Grid(corners, width, heading)


def _panel(
    figure: Figure, grid: _Grid, corner: tuple[float, float], heading: Sequence[str], unit: str, years: tuple[int, int]
) -> Axes:
    axes = style.new_axes(figure, *corner, grid.width, PANEL_HEIGHT)
    style.year_axis(axes, *years, grid.width)
    top = corner[1] + PANEL_HEIGHT + 0.06 + style.line_height(SMALL) + len(heading) * style.line_height(LABEL)
    below = style.write_lines(figure, corner[0] - 0.3, top, heading, LABEL)
    style.write_lines(figure, corner[0] - 0.3, below, [unit], SMALL, GREY)
    return axes


def _end_values(figure: Figure, grid: _Grid, corner: tuple[float, float], ends: Sequence[tuple[float, str, Pen]]) -> None:
    """Values at the right of a panel, each at its height, led by a dot in its series' colour."""
    step = 0.135
    wanted = [corner[1] + share * PANEL_HEIGHT for share, _, _ in ends]
    middles = style.spread(wanted, [step] * len(ends), corner[1] - 0.03, corner[1] + PANEL_HEIGHT + 0.1)
    x = corner[0] + grid.width
    for middle, (_, text, pen) in zip(middles, ends, strict=True):
        style.hairline(figure, [x + 0.03, x + 0.09], [middle, middle], pen.colour, 2.4)
        style.write(figure, x + 0.12, middle, text, 7.5, INK)
