"""What each policy changes over time against the baseline, world by world on the same draws."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wutong.experiments import wording
from wutong.experiments.answers.line_up import LineUp, Opponent, line_up
from wutong.experiments.defined import defined, highest, lowest, quantiles
from wutong.experiments.goals import wilson
from wutong.experiments.intervals import mean_interval
from wutong.experiments.plots import fan as fans
from wutong.experiments.plots import style, typeface
from wutong.experiments.plots.style import GREY, INK, LABEL, SMALL, Pen
from wutong.experiments.wording import Scale
from wutong.model.facts import Floats
from wutong.model.history import History

WIDTH, LEFT, RIGHT, EDGE, GAP, BELOW = 10.4, 0.56, 0.26, 0.2, 0.1, 0.3  # inches
INDENT = 0.3  # inches by which texts start left of their axes
TALL, SHORT = 2.6, 1.3  # inches: axes of a few panels, and of many


@dataclass(frozen=True)
class _Panel:
    """One policy: what is written above it, and its differences of shape (n_quarters + 1, n_pairs) in shown units."""

    heading: Sequence[str]
    told: Sequence[str]
    pen: Pen
    differences: Floats

    @property
    def height(self) -> float:
        """Room of the texts above the axes [inch]."""
        return len(self.heading) * style.line_height(LABEL) + len(self.told) * style.line_height(SMALL) + 0.08


def differences(histories: Sequence[History], measure: str, scope: str, language: str, baseline: str | None = None) -> Figure:
    """Paired difference of a measure to the baseline over time, one panel a policy, all on one scale.

    Bands are the spread over worlds; the bar at the right is the interval of the mean difference at the end.  The zero line is
    thick where the mean difference is told from zero.

    Parameters
    ----------
    histories : of one scenario, one a policy; a policy's colour follows from its place in this list
    scope : ``all``, an industry, a segment, or another member of the measure's axis
    baseline : name of a policy; the first if None

    Raises
    ------
    ValueError
        If there is no such policy, none to compare it with, or the histories do not belong together.
    """
    lined = line_up(histories, baseline)
    if not lined.opponents:
        raise ValueError("a difference needs a second policy")
    raw = [paired(lined, opponent, measure, scope) for opponent in lined.opponents]
    top = highest(*(np.abs(quantiles(d, fans.QUANTILES)) for d in raw)) or 1.0
    scale = wording.scale_for(wording.shown_unit(lined.base.facts[measure]), top, language)
    width = (WIDTH - 2 * EDGE - _columns(len(raw)) * (LEFT + RIGHT + GAP) + GAP) / _columns(len(raw))
    places = [next(i for i, h in enumerate(histories) if h is o.history) for o in lined.opponents]
    panels = [
        _panel(o, d * scale.factor, style.pen_of(i), width + RIGHT + INDENT, (lined.base.quarters[-1], language))
        for o, d, i in zip(lined.opponents, raw, places, strict=True)
    ]
    return _draw(lined, panels, _texts(lined, measure, scope, scale, language), width)


def paired(lined: LineUp, opponent: Opponent, measure: str, scope: str) -> Floats:
    """Difference of a measure to the baseline in each pair, of shape (n_quarters + 1, n_pairs)."""
    inside = wording.members(lined.base, measure, scope)
    return opponent.difference(lined.base.total(measure, inside), opponent.history.total(measure, inside))


def _panel(opponent: Opponent, values: Floats, pen: Pen, room: float, at: tuple[str, str]) -> _Panel:
    end, language = at
    name = wording.policy_name(opponent.history, language, with_scenario=False)
    told = _told(values, end, language)
    return _Panel(typeface.wrap(name, room, LABEL), [w for t in told for w in typeface.wrap(t, room, SMALL)], pen, values)


def _told(values: Floats, end: str, language: str) -> list[str]:
    """The mean at the end with its interval, and in how many worlds it lies above zero."""
    zh, last = language == "zh", defined(values[-1])
    if values.shape[1] >= 2 and not defined(values).any() and last.size:
        same = "每次运行都与基准完全相同" if zh else "exactly as under the baseline"
        return [same + wording.counted(last.size, values.shape[1], language)]
    if last.size < 2:
        return ["可配对的运行不足两次" if zh else "fewer than two pairs"]
    inside = mean_interval(last)
    mean, low, high = (fans.signed(float(v)) for v in (last.mean(), inside.low, inside.high))
    more = wording.short_chance(wilson(int((last > 0.0).sum()), last.size), language)
    more += wording.counted(last.size, values.shape[1], language)
    if zh:
        return [f"{end} 平均 {mean}（{low} 至 {high}）", f"高于基准的运行 {more}"]
    return [f"{end}: mean {mean} ({low} to {high})", f"above the baseline in {more}"]


def _texts(lined: LineUp, measure: str, scope: str, scale: Scale, language: str) -> tuple[str, str, str, str]:
    """Title, subtitle, unit and note."""
    zh, base = language == "zh", lined.base
    label, where = (
        base.facts[measure].label.in_language(language),
        wording.scope_label(base.cases[0].scenario.park, scope, language),
    )
    baseline = wording.policy_name(base, language, with_scenario=False)
    title_of = base.cases[0].scenario.title.in_language(language) or base.cases[0].scenario.name
    counts = sorted({o.n_pairs for o in lined.opponents})
    n = wording.DASH.join(str(c) for c in dict.fromkeys((counts[0], counts[-1])))
    left = sum(o.unpaired for o in lined.opponents)
    definition = base.facts[measure].definition.in_language(language).rstrip("。.")
    if zh:
        about = f"口径：{definition}。" if definition else ""
        out = f"另有 {left} 次运行缺少配对，未计入。" if left else ""
        return (
            f"{where}：{label}与“{baseline}”相比的变化",
            f"{title_of}；逐次配对相减（{n} 对）；线为差值的中位数，色带为 50% 和 90% 的运行；右侧竖条为平均差及其 90% 区间",
            scale.name,
            f"零线即“{baseline}”，加粗的一段表示平均差与零分得开（90%）。{about}{out}",
        )
    about = f"Definition: {definition}. " if definition else ""
    out = f"{left} runs without a partner are left out." if left else ""
    return (
        f"{where}: change in {wording.lower_first(label)} against “{baseline}”",
        f"{title_of} · differences of {n} pairs of runs · lines: medians; bands: 50% and 90% of runs; "
        "bars at the right: mean difference with its 90% interval",
        scale.name,
        f"The zero line is “{baseline}”; it is thick where the mean difference is told from zero (90%). {about}{out}",
    )


# ── Drawing ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def _columns(n_panels: int) -> int:
    return n_panels if n_panels <= 3 else 4 if n_panels in (4, 7, 8) or n_panels > 9 else 3


def _draw(lined: LineUp, panels: Sequence[_Panel], texts: tuple[str, str, str, str], width: float) -> Figure:
    title, subtitle, unit, note = texts
    columns = _columns(len(panels))
    rows, tall = math.ceil(len(panels) / columns), TALL if len(panels) <= 3 else SHORT
    heading = max(p.height for p in panels)
    lines = style.note_lines(WIDTH, [note])
    step = heading + tall + BELOW
    head = style.header_height(WIDTH, title, subtitle) + style.line_height(SMALL) + 0.14
    figure = style.new_figure(WIDTH, head + rows * step + style.notes_height(lines) + 0.1)
    top = style.write_lines(figure, style.MARGIN, style.header(figure, title, subtitle) - 0.06, [unit], SMALL, GREY) - 0.08
    style.write_notes(figure, lines)
    limits = _limits(panels)
    for i, panel in enumerate(panels):
        row, column = divmod(i, columns)
        left, upper = EDGE + column * (LEFT + width + RIGHT + GAP) + LEFT, top - row * step
        below = style.write_lines(figure, left - INDENT, upper, panel.heading, LABEL)
        style.write_lines(figure, left - INDENT, below, panel.told, SMALL, GREY)
        axes = style.new_axes(figure, left, upper - heading - tall, width, tall)
        style.year_axis(axes, *fans.years_shown([lined.base]), width)
        style.value_axis(axes, *limits, n_ticks=5 if tall == TALL else 3)
        axes.spines["bottom"].set_visible(False)
        _fill(axes, panel, lined.base, width)
    return style.finished(figure)


def _limits(panels: Sequence[_Panel]) -> tuple[float, float]:
    """Common ends of the axes, zero well inside."""
    shown = [quantiles(p.differences, fans.QUANTILES) for p in panels]
    bars = [mean_interval(p.differences[-1]) for p in panels if defined(p.differences[-1]).size >= 2]
    low = min([lowest(*shown), *(float(b.low) for b in bars), 0.0])
    high = max([highest(*shown), *(float(b.high) for b in bars), 0.0])
    room = max(high - low, 1e-9)
    return min(low - 0.06 * room, -0.10 * room), max(high + 0.06 * room, 0.10 * room)


def _fill(axes: Axes, panel: _Panel, base: History, width: float) -> None:
    values, colour = panel.differences, panel.pen.colour
    time = fans.times(base.start, len(values))
    if values.shape[1]:
        fans.draw_fan(axes, fans.Fan("", panel.pen, time, quantiles(values, fans.QUANTILES)), shaded=True)
    last = defined(values[-1])
    if values.shape[1] < 2 or not defined(values).any():
        return
    told = mean_interval(values).told_apart
    axes.plot(time, np.where(told, 0.0, np.nan), color=INK, linewidth=2.4, solid_capstyle="butt", zorder=4)
    if last.size < 2:
        return
    bar, mean = mean_interval(last), float(last.mean())
    low, end = axes.get_xlim()
    x = end + 0.12 * (end - low) / width
    axes.vlines(x, float(bar.low), float(bar.high), color=colour, linewidth=5.0, clip_on=False)
    axes.plot(x, mean, "_", markersize=8, color=style.PAPER, markeredgewidth=1.4, clip_on=False, zorder=7)
