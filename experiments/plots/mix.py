"""A mix of levers taken apart: the share of each lever, and what the mixes that ran bring and cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wutong.experiments import wording
from wutong.experiments.answers.effect import Effect, Outcome
from wutong.experiments.answers.evidence import known_of
from wutong.experiments.answers.mixed import ALL_UP_TO, Mixed, mixed, telling
from wutong.experiments.answers.mixes import Part, parts_of
from wutong.experiments.answers.subsets import is_exact, levers_of
from wutong.experiments.plots import style, typeface
from wutong.experiments.plots.effect_axis import effect_axes
from wutong.experiments.plots.style import FAINT, GREY, INK, LABEL, PAPER, SMALL
from wutong.experiments.plots.tornado import COLOURS, effect_text
from wutong.model.facts import Label
from wutong.model.history import History
from wutong.model.levers import LEVERS
from wutong.model.scenario import Policy

WIDTH, ROW, HEADING, AXIS, GAP = 10.4, 0.3, 0.36, 0.34, 0.2
NAMES, VALUES, COSTS, STEP = 3.05, 1.75, 0.95, 0.235  # widths of columns; STEP between the dots of a mix
BAR = 0.52  # of a row
MIXED, DOT = "#9fabb6", "#3f4b57"
SHARES = Label("份额：各工具在整个组合中的贡献（沙普利值）", "Shares of the whole mix (Shapley)")
MIXES = Label("组合：圆点为用到的工具，编号同上", "Mixes: dots mark the levers in use, numbered as above")


@dataclass(frozen=True)
class _Row:
    """A line of the picture: how its bar is filled, and what it costs where that is its own."""

    levers: tuple[str, ...]
    effect: Effect
    colour: str
    cost: float | None = None


@dataclass(frozen=True)
class _Picture:
    levers: tuple[str, ...]
    axes: Axes
    scale: wording.Scale
    digits: int
    language: str


def mix(policy: Policy, histories: Sequence[History], outcome: Outcome, language: str) -> Figure:
    """Shares of the levers of a policy, the largest first, and what its mixes change and cost; bars: means, lines: intervals.

    Parameters
    ----------
    policy, histories, outcome : as :func:`wutong.experiments.answers.mixes.parts_of`

    Raises
    ------
    ValueError
        If the runs of a mix are missing or cannot be paired.
    """
    parts, found = parts_of(policy, histories, outcome), mixed(policy, histories, outcome)
    if not parts or not parts[0].effect.known:
        raise ValueError("the mix cannot be taken apart: runs are missing that could be paired")
    shares = [_Row(p.levers, p.effect, COLOURS[known_of(p.levers[0]).basis]) for p in parts if p.kind == "share"]
    levers = tuple(row.levers[0] for row in shares)  # numbered by their shares, in which order the mixes stand too
    mixes = [_Row(m.levers, m.effect, MIXED, m.cost) for m in telling(found)]
    mixes.sort(key=lambda row: (len(row.levers), sorted(map(levers.index, row.levers))))
    title, subtitle = _titles(policy, histories[0], parts[0], outcome, language)
    lines = style.note_lines(WIDTH, [_note(policy, found, language)])
    body = 2 * HEADING + (len(shares) + len(mixes)) * ROW + 0.1
    head = style.header_height(WIDTH, title, subtitle) + 0.3
    figure = style.new_figure(WIDTH, head + body + AXIS + style.notes_height(lines) + 0.1)
    top = style.header(figure, title, subtitle) - 0.3
    style.write_notes(figure, lines)
    axes, scale = _axes(figure, top - body, body, [*shares, *mixes], outcome.unit(histories[0]), language)
    digits = 4 - math.floor(math.log10(max(*map(abs, axes.get_xlim()), 1e-9)))
    p = _Picture(levers, axes, scale, digits, language)
    _column_heads(figure, top + 0.12, scale.name, language)
    edge = _block(figure, p, SHARES, shares, top, (top - body, body))
    _block(figure, p, MIXES, mixes, edge - 0.1, (top - body, body))
    return style.finished(figure)


def _axes_width() -> float:
    return WIDTH - 2 * style.MARGIN - NAMES - VALUES - COSTS - GAP


def _axes(
    figure: Figure, bottom: float, height: float, rows: Sequence[_Row], unit: str, language: str
) -> tuple[Axes, wording.Scale]:
    ends = [end for row in rows for end in (row.effect.low, row.effect.high)]
    return effect_axes(figure, (style.MARGIN + NAMES, bottom, _axes_width(), height), ends, unit, language)


def _column_heads(figure: Figure, y: float, unit: str, language: str) -> None:
    left = style.MARGIN + NAMES
    heads = (unit, "平均变化（90% 区间）", "年均成本") if language == "zh" else (unit, "mean (90% interval)", "cost a year")
    places = (left, left + _axes_width() + GAP, left + _axes_width() + GAP + VALUES)
    for x, head in zip(places, heads, strict=True):
        style.write(figure, x, y, head, SMALL, GREY)


def _block(figure: Figure, p: _Picture, heading: Label, rows: Sequence[_Row], top: float, body: tuple[float, float]) -> float:
    """Rows under their heading; returns where they end [inch]."""
    style.write(figure, style.MARGIN, top - 0.58 * HEADING, heading.in_language(p.language), SMALL, GREY)
    style.hairline(figure, [style.MARGIN, WIDTH - style.MARGIN], [top - HEADING + 0.05] * 2, FAINT)
    y = top - HEADING - ROW / 2
    for row in rows:
        if row.cost is None:
            _lever(figure, p, row.levers[0], y)
        else:
            _dots(figure, p, row.levers, y)
        _values(figure, p, row, y)
        _draw(p.axes, row, (y - body[0]) / body[1], BAR * ROW / body[1], p.scale.factor)
        y -= ROW
    return y + ROW / 2


def _lever(figure: Figure, p: _Picture, lever: str, y: float) -> None:
    style.write(figure, style.MARGIN + 0.17, y, str(p.levers.index(lever) + 1), SMALL, GREY, "right")
    name = typeface.wrap(LEVERS[lever].label.in_language(p.language), NAMES - 0.4, LABEL)[0]
    style.write(figure, style.MARGIN + 0.26, y, name, LABEL)


def _dots(figure: Figure, p: _Picture, levers: Sequence[str], y: float) -> None:
    """A place for each lever of the policy, filled and numbered where the mix uses it."""
    for i, lever in enumerate(p.levers):
        x, used = style.MARGIN + 0.12 + i * STEP, lever in levers
        style.dot(figure, x, y, 8.5 if used else 3.0, DOT if used else "#c3c9cf")
        if used:
            style.write(figure, x, y, str(i + 1), SMALL - 1.5, PAPER, "center")


def _values(figure: Figure, p: _Picture, row: _Row, y: float) -> None:
    left = style.MARGIN + NAMES + _axes_width() + GAP
    style.write(figure, left, y, effect_text(row.effect, p.scale.factor, p.digits, p.language), SMALL)
    if row.cost is not None:
        style.write(figure, left + VALUES, y, wording.amount(row.cost, "亿元", p.language), SMALL)


def _draw(axes: Axes, row: _Row, height: float, thick: float, factor: float) -> None:
    e = row.effect
    axes.barh(height, e.mean * factor, thick, color=row.colour, alpha=0.9, linewidth=0.0, zorder=2)
    axes.plot([e.low * factor, e.high * factor], [height, height], color=INK, linewidth=0.9, zorder=3, solid_capstyle="butt")
    axes.plot([e.lower * factor, e.upper * factor], [height, height], color=INK, linewidth=2.4, zorder=3, solid_capstyle="butt")


def _titles(policy: Policy, history: History, whole: Part, outcome: Outcome, language: str) -> tuple[str, str]:
    name, what = policy.title.in_language(language) or policy.name, outcome.name(history, language)
    scenario, n = history.cases[0].scenario.title.in_language(language), whole.effect.n
    if language == "zh":
        return f"“{name}”中各工具与各组合：{what}的变化", f"{scenario}；与不用任何工具的同一批模拟逐次配对（{n} 对）"
    return f"{name}, taken apart: change in {what}", f"{scenario} · paired with the same runs without any lever ({n} pairs)"


def _note(policy: Policy, found: Sequence[Mixed], language: str) -> str:
    n, exact = len(levers_of(policy)), is_exact(policy)
    if language == "zh":
        way = "" if exact else "份额由抽样排列算出。"
        chosen = (
            "" if n <= ALL_UP_TO else f"共试过 {len(found)} 种组合，图中为单项、各规模中平均最高的一种和全部；最高者含运气成分。"
        )
        return (
            "柱为平均，粗线和细线为平均的 50% 和 90% 区间（只反映模拟次数有限）。份额相加等于全部组合的效果。"
            "份额颜色：蓝色有文献依据，黄色全部或部分为假设，灰色由模型规则决定。" + way + chosen
        )
    way = "" if exact else " Shares are over drawn orders."
    chosen = (
        f" Of {len(found)} mixes that ran: each lever alone, the best of every size and the whole; being best is in part luck."
        if n > ALL_UP_TO
        else ""
    )
    return (
        "Bars: means; thick and thin lines: their 50% and 90% intervals, which reflect only the number of runs. Shares add up to "
        "the whole mix. Colours of shares: blue rests on studies, yellow is assumed in whole or in part, grey follows from the "
        "model's rules." + way + chosen
    )
