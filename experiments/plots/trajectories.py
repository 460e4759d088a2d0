"""One measure over time under one or more policies, with what was observed and what is aimed at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wutong.experiments import wording
from wutong.experiments.defined import highest
from wutong.experiments.goals import attainment
from wutong.experiments.plots import fan as fans
from wutong.experiments.plots import style, typeface
from wutong.experiments.plots.fan import Fan
from wutong.experiments.plots.style import GREY, INK, LABEL, SMALL
from wutong.experiments.wording import Scale
from wutong.model.history import History
from wutong.model.scenario import Basis, Observed, Target
from wutong.model.units import quarter_name

WIDTH, AXES_HEIGHT, LEFT = 10.4, 3.9, 0.85  # inches; LEFT lies left of the axes
BAR_STEP = 0.11  # inches between the intervals at the end
USUAL, MOST_BARS = 5, 14  # series that the usual room holds, and how many more take room from the axes
OFF_SCALE = 6.0  # a goal this many times above all bands is pointed at instead of drawn to scale


@dataclass(frozen=True)
class _Picture:
    """What a trajectory figure is made of, settled before anything is drawn."""

    histories: Sequence[History]
    language: str
    measure: str
    scope: str
    scale: Scale
    fans: Sequence[Fan]
    targets: Sequence[Target]
    seen: Sequence[Observed]

    @property
    def room(self) -> float:
        """Width of the axes [inch]; what is right of them grows with the number of series to name."""
        bars = min(max(len(self.fans) - USUAL, 0), MOST_BARS) * BAR_STEP  # names keep their room beside the bars of many
        return WIDTH - LEFT - {1: 2.3, 2: 2.7}.get(len(self.fans), 3.6) - bars

    @property
    def names_at(self) -> float:
        """Where the names of the series start [inch]."""
        bars = 0.1 + len(self.fans) * BAR_STEP if len(self.fans) > 2 else 0.02
        return LEFT + self.room + bars + 0.26 + _indent(self)


def trajectory(histories: Sequence[History], measure: str, scope: str, language: str) -> Figure:
    """Fan of a measure for each history (the first is the baseline), goals at their dates, observed points.

    Parameters
    ----------
    histories : one scenario and policy each; a policy's colour follows from its place in this list
    scope : ``all``, an industry, a segment, or another member of the measure's axis
    """
    base = histories[0]
    park = base.cases[0].scenario.park
    inside = set(park.segments_of(scope)) or {scope}
    targets = [t for t in base.cases[0].scenario.targets if t.measure == measure and set(t.segments) == inside]
    targets = [t for t in targets if base.start <= t.by <= base.start + base.n_quarters]
    seen = [o for o in park.observed if o.measure == measure and (set(park.segments_of(o.scope)) or {o.scope}) == inside]
    seen = [o for o in seen if o.quarter <= base.start + base.n_quarters]
    raw = fans.fans_of(histories, measure, scope, 1.0, language)
    goals = [t.at_least for t in targets if t.at_least <= OFF_SCALE * fans.top_of(raw)]
    scale = wording.scale_for(wording.shown_unit(base.facts[measure]), max([fans.top_of(raw), *goals]), language)
    drawn = fans.fans_of(histories, measure, scope, scale.factor, language)
    return _draw(_Picture(histories, language, measure, scope, scale, drawn, targets, seen))


def _draw(p: _Picture) -> Figure:
    lines = style.note_lines(WIDTH, _notes(p))
    title, subtitle = _title(p), fans.subtitle(p.histories, p.language, _bands(p))
    above = style.header_height(WIDTH, title, subtitle) + 0.35
    labels = sum(_block_height(_label_lines(p, i)) for i in range(len(p.fans)))
    height = max(AXES_HEIGHT, labels - 0.5)
    bottom = style.notes_height(lines) + 0.55
    figure = style.new_figure(WIDTH, bottom + height + above)
    top = style.header(figure, title, subtitle) - 0.1
    style.write_notes(figure, lines)
    style.write_lines(figure, style.MARGIN, top, [p.scale.name], SMALL, GREY)
    axes = style.new_axes(figure, LEFT, bottom, p.room, height)
    _fill(figure, axes, p, bottom)
    if len(p.fans) > 2:
        _end_bars(axes, p)
    _direct_labels(figure, axes, p, bottom, height)
    return style.finished(figure)


def _fill(figure: Figure, axes: Axes, p: _Picture, bottom: float) -> None:
    """Draw everything inside the axes."""
    style.year_axis(axes, *fans.years_shown(p.histories, min((o.quarter for o in p.seen), default=None)), p.room)
    style.value_axis(axes, *_ends(p))
    fans.draw_fans(axes, p.fans)
    _start_line(figure, axes, p, bottom)
    for observed in p.seen:
        point = (fans.moment(observed.quarter), observed.value * p.scale.factor)
        axes.plot(*point, "o", markersize=5, markerfacecolor=style.PAPER, markeredgecolor=INK, markeredgewidth=1.2, zorder=5)
    for target in p.targets:
        _goal(axes, p, target)


def _title(p: _Picture) -> str:
    history = p.histories[0]
    scope = wording.scope_label(history.cases[0].scenario.park, p.scope, p.language)
    measure = history.facts[p.measure].label.in_language(p.language)
    first, last = fans.years_shown(p.histories)
    if p.language == "zh":
        return f"{scope}：{measure}，{first}{wording.DASH}{last} 年"
    return f"{scope}: {wording.lower_first(measure)}, {first}{wording.DASH}{last}"


def _bands(p: _Picture) -> str:
    if len(p.fans) <= 2:
        return ""
    if p.language == "zh":
        return "线为中位数，色带（第一个方案）与右侧竖条（各方案期末）含 50% 和 90% 的模拟"
    return "lines: medians; bands (first policy) and bars (all policies, at the end): 50% and 90% of runs"


def _notes(p: _Picture) -> list[str]:
    fact, zh = p.histories[0].facts[p.measure], p.language == "zh"
    definition = fact.definition.in_language(p.language)
    mark = "；" if zh else "; "
    aims = mark.join(dict.fromkeys(t.source for t in p.targets if t.source))
    seen = mark.join(dict.fromkeys(o.source for o in p.seen if o.source))
    stop = "。" if zh else "."
    return [
        (f"口径：{definition}" if zh else f"Definition: {definition}").rstrip("。.") + stop if definition else "",
        (f"目标来源：{aims}" if zh else f"Source of the goal: {aims}") + stop if aims else "",
        (f"圆圈为观测值，来源：{seen}" if zh else f"Circles are observed figures: {seen}") + stop if seen else "",
        "" if all(one.whole for one in p.fans) else fans.undefined_note(p.language),
    ]


def _ends(p: _Picture) -> tuple[float, float]:
    """Ends of the value axis: all bands, bars and observed points, and the goals that are drawn to scale."""
    top = highest(*(one.quantiles[4] for one in p.fans))
    goals = [t.at_least * p.scale.factor for t in p.targets]
    shown = [g * 1.06 for g in goals if g <= OFF_SCALE * top]  # room for the goal's label
    low, high = fans.ends_of_axis(p.fans, top, *shown, *(o.value * p.scale.factor for o in p.seen))
    return low, high * (1.1 if len(shown) < len(goals) else 1.0)


def _start_line(figure: Figure, axes: Axes, p: _Picture, bottom: float) -> None:
    start = fans.moment(p.histories[0].start)
    axes.axvline(start, color=GREY, linewidth=0.7, linestyle=(0, (1, 2)))
    low, high = axes.get_xlim()
    name = quarter_name(p.histories[0].start)
    text = f"模拟起点（{name} 末）" if p.language == "zh" else f"start of the runs (end of {name})"
    half = typeface.width(text, SMALL) / 2
    x = max(LEFT + (start - low) / (high - low) * p.room, style.MARGIN + half)
    style.write(figure, x, bottom - 0.36, text, SMALL, GREY, "center")


def _goal(axes: Axes, p: _Picture, target: Target) -> None:
    value, by = target.at_least * p.scale.factor, fans.moment(target.by)
    unit = wording.target_unit(p.histories[0].facts[p.measure], target)
    asked, when = wording.amount(target.at_least, unit, p.language), wording.short_date(target, p.language)
    words = f"目标：{when} {asked}" if p.language == "zh" else f"Goal: {asked}, {when}"
    side = _free_side(axes, by, words, p.room)
    high = axes.get_ylim()[1]
    if value > high:
        axes.annotate("", (by, high), (by, high * 0.9), arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.0})
        words += "（在图外）" if p.language == "zh" else " (off the chart)"
        style.write_beside(axes, (by, high * 0.94), (8 * side, 0), words)
        return
    start = by - 1.0 if target.basis is Basis.YEAR else by
    axes.plot([axes.get_xlim()[0], start], [value, value], color=INK, linewidth=0.8, linestyle=(0, (4, 3)), zorder=4)
    axes.plot([start, by], [value, value], color=INK, linewidth=2.0, solid_capstyle="butt", zorder=4)
    axes.plot(by, value, "D", markersize=5.5, color=INK, zorder=6)
    drawn = [one for one in p.fans if not math.isnan(one.last)]
    below = value < min((_height(one, by) for one in drawn), default=-math.inf)
    below = below and style.share_of_height(axes, value) * AXES_HEIGHT > 0.3
    style.write_beside(axes, (by, value), (4 * side, -14 if below else 14), words)


def _height(fan: Fan, time: float) -> float:
    """Where a line is at a time, across its gaps."""
    known = ~np.isnan(fan.median)
    return float(np.interp(time, fan.time[known], fan.median[known]))


def _free_side(axes: Axes, time: float, words: str, width: float) -> int:
    """Where a goal's label has room: −1 left of its date, 1 right of it."""
    low, high = axes.get_xlim()
    room = (time - low) / (high - low) * width
    return -1 if typeface.width(words, LABEL) + 0.6 < room else 1


def _end_bars(axes: Axes, p: _Picture) -> None:
    """Intervals at the end of the runs, side by side right of the axes."""
    low, end = axes.get_xlim()
    inch = (end - low) / p.room
    for i, one in enumerate(p.fans):
        x = end + (0.1 + i * BAR_STEP) * inch
        low, lower, median, upper, high = one.quantiles[:, -1]
        axes.vlines(x, low, high, color=one.pen.colour, linewidth=1.6, alpha=0.55, clip_on=False)
        axes.vlines(x, lower, upper, color=one.pen.colour, linewidth=4.6, clip_on=False)
        axes.plot(x, median, "_", markersize=6, color=style.PAPER, markeredgewidth=1.2, clip_on=False, zorder=7)


# ── Direct labels ────────────────────────────────────────────────────────────────────────────────────────────────────
def _indent(p: _Picture) -> float:
    """Room of the line sample before a name; a single series needs none."""
    return 0.42 if len(p.fans) > 1 else 0.0


def _label_lines(p: _Picture, position: int) -> list[tuple[str, float, str]]:
    """Name, then median and chances of a policy: text, size and colour of each line."""
    history, one, room = p.histories[position], p.fans[position], WIDTH - p.names_at - 0.2
    zh, keys = p.language == "zh", {t.key for t in p.targets}
    parts = []
    for own in (t for t in history.cases[0].scenario.targets if t.key in keys):
        share, when = attainment(history, own).share, wording.short_date(own, p.language)
        odds = wording.short_chance(share, p.language) + wording.counted(share.n, len(history.cases), p.language)
        parts.append(f"{when}达标概率 {odds}" if zh else f"chance of goal, {when}: {odds}")
    median = wording.with_unit(wording.number(float(one.median[-1])), p.scale.name)
    when = fans.end_of(history, p.language)
    parts.append(f"{when}中位数 {median}" if zh else f"median, {when}: {median}")
    names = [(line, LABEL, INK) for line in typeface.wrap(one.name, room, LABEL)]
    return names + [(line, SMALL, GREY) for part in parts for line in typeface.wrap(part, room, SMALL)]


def _block_height(lines: Sequence[tuple[str, float, str]]) -> float:
    return sum(style.line_height(size) for _, size, _ in lines) + 0.1


def _direct_labels(figure: Figure, axes: Axes, p: _Picture, bottom: float, height: float) -> None:
    """Name, median and chance of each policy beside the end of its line, joined to it by a hairline."""
    blocks = [_label_lines(p, i) for i in range(len(p.fans))]
    sizes = [_block_height(lines) for lines in blocks]
    last = [0.0 if math.isnan(one.last) else style.share_of_height(axes, one.last) for one in p.fans]
    ends = [bottom + share * height for share in last]
    middles = style.spread(ends, sizes, bottom - 0.45, bottom + height + 0.1)
    x = p.names_at - _indent(p)
    for one, end, middle, lines, size in zip(p.fans, ends, middles, blocks, sizes, strict=True):
        top = middle + size / 2 - 0.05
        row = top - style.line_height(lines[0][1]) / 2 if len(p.fans) > 1 else end
        if not math.isnan(one.median[-1]):
            style.hairline(figure, [x - 0.22, x - 0.04], [end, row], one.pen.colour)
        if len(p.fans) > 1:
            style.sample(figure, x - 0.02, row, one.pen)
        for words, points, colour in lines:
            style.write(figure, p.names_at, top - style.line_height(points) / 2, words, points, colour)
            top -= style.line_height(points)
