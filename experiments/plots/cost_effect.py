"""What policies cost against what they bring, with intervals on both axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from wutong.experiments import wording
from wutong.experiments.answers.benefit_ratios import spent
from wutong.experiments.answers.line_up import LineUp, Opponent, line_up
from wutong.experiments.intervals import mean_interval
from wutong.experiments.plots import fan as fans
from wutong.experiments.plots import style, typeface
from wutong.experiments.plots.style import GREY, INK, LABEL, PAPER, SMALL, Pen
from wutong.experiments.wording import Scale
from wutong.model.facts import Floats
from wutong.model.history import History

WIDTH, HEIGHT, LEFT, NAMES = 10.4, 4.2, 0.85, 3.3  # inches; NAMES lies right of the axes
MONEY = "亿元"


@dataclass(frozen=True)
class Estimate:
    """A mean with its 90 % interval."""

    mean: float
    low: float
    high: float

    def scaled(self, factor: float) -> Estimate:
        return Estimate(self.mean * factor, self.low * factor, self.high * factor)


@dataclass(frozen=True)
class Point:
    """A policy: what it costs over the run and what it brings at its end, both less the baseline."""

    name: str
    pen: Pen
    cost: Estimate
    effect: Estimate


def cost_effect(histories: Sequence[History], measure: str, scope: str, language: str, baseline: str | None = None) -> Figure:
    """Cost of each policy over the run against the difference it makes to a measure at the end, both on the same draws.

    Parameters
    ----------
    histories : of one scenario, one a policy; a policy's colour follows from its place in this list
    scope : ``all``, an industry, a segment, or another member of the measure's axis; costs are those of the whole policy
    baseline : name of a policy; the first if None

    Raises
    ------
    ValueError
        If there is no such policy, none with two pairs to compare it with, or the histories do not belong together.
    """
    lined = line_up(histories, baseline)
    raw = points(histories, lined, measure, scope, language)
    if not raw:
        raise ValueError("costs and effects need a second policy with two pairs of runs")
    unit = wording.shown_unit(lined.base.facts[measure])
    across = wording.scale_for(MONEY, max(_reach(p.cost) for p in raw), language)
    up = wording.scale_for(unit, max(_reach(p.effect) for p in raw), language)
    drawn = [Point(p.name, p.pen, p.cost.scaled(across.factor), p.effect.scaled(up.factor)) for p in raw]
    return _draw(lined, drawn, _texts(lined, measure, scope, (across, up), language), language)


def points(histories: Sequence[History], lined: LineUp, measure: str, scope: str, language: str) -> list[Point]:
    """Cost [亿元] and effect [unit of the measure] of every policy with two pairs at least in which the measure is defined."""
    inside = wording.members(lined.base, measure, scope)
    before, paid = lined.base.total(measure, inside)[-1], spent(lined.base)

    def point(opponent: Opponent) -> Point | None:
        place = next(i for i, h in enumerate(histories) if h is opponent.history)
        name = wording.policy_name(opponent.history, language, with_scenario=False)
        cost = opponent.difference(paid, spent(opponent.history))
        effect = opponent.difference(before, opponent.history.total(measure, inside)[-1])
        known = ~np.isnan(effect)
        if int(known.sum()) < 2:
            return None
        return Point(name, style.pen_of(place), _estimate(cost[known]), _estimate(effect[known]))

    return [found for found in map(point, lined.opponents) if found is not None]


def _estimate(differences: Floats) -> Estimate:
    inside = mean_interval(differences)
    return Estimate(float(differences.mean()), float(inside.low), float(inside.high))


def _reach(estimate: Estimate) -> float:
    return max(abs(estimate.low), abs(estimate.high))


def _texts(lined: LineUp, measure: str, scope: str, scales: tuple[Scale, Scale], language: str) -> tuple[str, str, str, str, str]:
    """Title, subtitle, names of both axes, note."""
    zh, base = language == "zh", lined.base
    label = base.facts[measure].label.in_language(language)
    where = wording.scope_label(base.cases[0].scenario.park, scope, language)
    baseline = wording.policy_name(base, language, with_scenario=False)
    title = base.cases[0].scenario.title.in_language(language) or base.cases[0].scenario.name
    first, end = base.quarters[min(1, base.n_quarters)], base.quarters[-1]
    counts = sorted({o.n_pairs for o in lined.opponents if o.n_pairs >= 2})
    n = wording.DASH.join(str(c) for c in dict.fromkeys((counts[0], counts[-1])))
    if zh:
        return (
            f"{where}：花了多少钱，{label}多了多少",
            f"{title}；与“{baseline}”逐次配对相减（{n} 对）；点为平均差，线为其 90% 区间",
            f"{first} 至 {end} 累计政策成本，{scales[0].name}",
            f"{end} {label}的变化，{scales[1].name}",
            "越靠左上越好；横线或竖线碰到零，说明这项差别与零分不开。提前结束的补贴和返税，其后应付的部分未计入成本。",
        )
    return (
        f"{where}: cost of policy and change in {wording.lower_first(label)}",
        f"{title} · differences of {n} pairs of runs to “{baseline}” · points: means; lines: their 90% intervals",
        f"Cost of policy, {first} to {end}, {scales[0].name}",
        f"Change in {wording.lower_first(label)}, {end}{', ' if scales[1].name else ''}{scales[1].name}",
        "Better is up and to the left; where a line touches zero the difference is not told from zero. What a subsidy that ends "
        "early still owes is not in the cost.",
    )


# ── Drawing ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def _draw(lined: LineUp, drawn: Sequence[Point], texts: tuple[str, str, str, str, str], language: str) -> Figure:
    title, subtitle, across, up, note = texts
    blocks = [_label(p, language) for p in drawn]
    sizes = [_height(block) for block in blocks]
    lines, tall = style.note_lines(WIDTH, [note]), max(HEIGHT, sum(sizes) + 0.1)
    bottom = style.notes_height(lines) + 0.62
    figure = style.new_figure(WIDTH, bottom + tall + style.header_height(WIDTH, title, subtitle) + 0.45)
    top = style.header(figure, title, subtitle) - 0.1
    style.write_notes(figure, lines)
    style.write_lines(figure, style.MARGIN, top, [up], SMALL, GREY)
    width = WIDTH - LEFT - NAMES
    axes = style.new_axes(figure, LEFT, bottom, width, tall)
    style.write(figure, LEFT + width / 2, bottom - 0.4, across, SMALL, GREY, "center")
    _axes(axes, drawn)
    for p in drawn:
        _cross(axes, p)
    _zero(axes, lined, language)
    _names(figure, axes, drawn, (blocks, sizes), (bottom, tall))
    return style.finished(figure)


def _axes(axes: Axes, drawn: Sequence[Point]) -> None:
    style.value_axis(axes, *_ends([p.effect for p in drawn]))
    low, high = _ends([p.cost for p in drawn])
    axes.set_xlim(low, high)
    found = MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    ticks = [float(t) for t in found if low <= t <= high]
    axes.set_xticks(ticks, labels=[wording.number(t) for t in ticks])
    axes.axvline(0.0, color=GREY, linewidth=0.7)
    axes.axhline(0.0, color=GREY, linewidth=0.7)


def _ends(estimates: Sequence[Estimate]) -> tuple[float, float]:
    low, high = min([0.0, *(e.low for e in estimates)]), max([0.0, *(e.high for e in estimates)])
    room = max(high - low, 1e-9)
    return low - 0.08 * room, high + 0.08 * room


def _cross(axes: Axes, p: Point) -> None:
    axes.hlines(p.effect.mean, p.cost.low, p.cost.high, color=p.pen.colour, linewidth=1.4, zorder=4)
    axes.vlines(p.cost.mean, p.effect.low, p.effect.high, color=p.pen.colour, linewidth=1.4, zorder=4)
    axes.plot(p.cost.mean, p.effect.mean, "o", markersize=6.5, color=p.pen.colour, markeredgecolor=PAPER, zorder=5)


def _zero(axes: Axes, lined: LineUp, language: str) -> None:
    """The baseline, at zero by definition."""
    axes.plot(0.0, 0.0, "D", markersize=5.5, color=INK, zorder=6)
    name = wording.policy_name(lined.base, language, with_scenario=False)
    words = f"基准：{name}" if language == "zh" else f"Baseline: {name}"
    low, high = axes.get_xlim()
    if typeface.width(words, LABEL) > (WIDTH - LEFT - NAMES) * high / (high - low) - 0.15:
        words = words[: 2 if language == "zh" else 8]  # the subtitle has its name
    style.write_beside(axes, (0.0, 0.0), (7, -11), words)


def _label(p: Point, language: str) -> list[tuple[str, float, str]]:
    """Name, then cost and effect: text, size and colour of each line."""
    room = NAMES - 0.75
    cost, effect = fans.signed(p.cost.mean), fans.signed(p.effect.mean)
    numbers = f"成本 {cost}，效果 {effect}" if language == "zh" else f"cost {cost}, effect {effect}"
    return [*((line, LABEL, INK) for line in typeface.wrap(p.name, room, LABEL)), (numbers, SMALL, GREY)]


def _height(block: Sequence[tuple[str, float, str]]) -> float:
    return sum(style.line_height(size) for _, size, _ in block) + 0.07


def _names(
    figure: Figure,
    axes: Axes,
    drawn: Sequence[Point],
    labels: tuple[Sequence[Sequence[tuple[str, float, str]]], Sequence[float]],
    place: tuple[float, float],
) -> None:
    """Names in a column at the right, in the order of the effects, each joined to its point by a hairline."""
    bottom, tall = place
    width = WIDTH - LEFT - NAMES
    left, right = axes.get_xlim()
    at = [
        (LEFT + (p.cost.mean - left) / (right - left) * width, bottom + style.share_of_height(axes, p.effect.mean) * tall)
        for p in drawn
    ]
    middles = style.spread([y for _, y in at], labels[1], bottom - 0.1, bottom + tall + 0.1)
    x = LEFT + width + 0.28
    for p, (px, py), middle, block, size in zip(drawn, at, middles, *labels, strict=True):
        upper = middle + size / 2 - 0.035
        row = upper - style.line_height(LABEL) / 2
        style.hairline(figure, [px, LEFT + width + 0.05, x], [py, row, row], p.pen.colour, 0.5)
        style.sample(figure, x + 0.02, row, Pen(p.pen.colour))
        for words, points_size, colour in block:
            style.write(figure, x + 0.42, upper - style.line_height(points_size) / 2, words, points_size, colour)
            upper -= style.line_height(points_size)
