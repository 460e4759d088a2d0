"""The tornado: one lever a row at equal cost, with what it changes, what it costs and what its effect rests on."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wutong.experiments import wording
from wutong.experiments.answers.effect import Effect, Outcome
from wutong.experiments.answers.evidence import BASIS_WORDS, Basis
from wutong.experiments.answers.lever_policies import level_text
from wutong.experiments.answers.single_levers import Bar, tornado_bars
from wutong.experiments.plots import style, typeface
from wutong.experiments.plots.effect_axis import effect_axes
from wutong.experiments.plots.style import FAINT, GREY, INK, LABEL, PAPER, SMALL
from wutong.model.facts import Label
from wutong.model.history import History
from wutong.model.scenario import Policy

WIDTH, ROW, HEADING, AXIS = 10.4, 0.46, 0.34, 0.34
NAMES, VALUES, COSTS, BASES, GAP = 1.8, 1.6, 0.95, 1.42, 0.2  # widths of columns
BAR = 0.5  # of a row
COLOURS = {Basis.SOURCED: "#2b6cb8", Basis.RULES: "#7f8b96", Basis.PARTLY: "#e0a21b", Basis.ASSUMED: "#e0a21b"}
HEADINGS = {
    "spent": Label("花 {money}/年", "At {money} a year"),
    "apart": Label("成本不同，不参加排名（空心）", "Another cost: not ranked (hollow)"),
    "unknown": Label("缺少可配对的运行", "No paired runs"),
}


def tornado(
    base: History,
    others: Sequence[History],
    outcome: Outcome,
    money: float,
    language: str,
    planned: Sequence[Policy] = (),
) -> Figure:
    """What each lever changes at equal cost, the best first; bars: means, lines: 50 % and 90 % intervals of the mean.

    Parameters
    ----------
    base, others, outcome, money, planned : as :func:`wutong.experiments.answers.single_levers.tornado_bars`
    """
    bars = tornado_bars(base, others, outcome, money, planned)
    groups = [(key, [b for b in bars if _group(b) == key]) for key in HEADINGS]
    groups = [(key, own) for key, own in groups if own]
    title, subtitle = _titles(base, bars, outcome, language)
    lines = style.note_lines(WIDTH, [_note(language)])
    body = len(bars) * ROW + len(groups) * HEADING
    head = style.header_height(WIDTH, title, subtitle) + 0.3
    figure = style.new_figure(WIDTH, head + body + AXIS + style.notes_height(lines) + 0.1)
    top = style.header(figure, title, subtitle) - 0.3
    style.write_notes(figure, lines)
    axes, scale = _axes(figure, top - body, body, base, bars, outcome, language)
    _column_heads(figure, top + 0.12, scale.name, language)
    digits = 4 - math.floor(math.log10(max(*map(abs, axes.get_xlim()), 1e-9)))  # finer is not seen beside the longest bar
    y = top
    for key, own in groups:
        said = HEADINGS[key].in_language(language).format(money=wording.amount(money, "亿元", language))
        style.write(figure, style.MARGIN, y - 0.6 * HEADING, said, SMALL, GREY)
        style.hairline(figure, [style.MARGIN, WIDTH - style.MARGIN], [y - 0.04, y - 0.04], FAINT)
        y -= HEADING
        for bar in own:
            _row(figure, bar, y - ROW / 2, scale, digits, language)
            if bar.effect.known:
                _draw(axes, bar, (y - ROW / 2 - (top - body)) / body, BAR * ROW / body, scale.factor)
            y -= ROW
    return style.finished(figure)


def _group(bar: Bar) -> str:
    return "unknown" if not bar.effect.known else "spent" if bar.spent else "apart"


def _left_of_axes() -> float:
    return style.MARGIN + NAMES


def _axes_width() -> float:
    return WIDTH - 2 * style.MARGIN - NAMES - VALUES - COSTS - BASES - 2 * GAP


def _axes(
    figure: Figure, bottom: float, height: float, base: History, bars: Sequence[Bar], outcome: Outcome, language: str
) -> tuple[Axes, wording.Scale]:
    ends = [end for b in bars if b.effect.known for end in (b.effect.low, b.effect.high)] or [0.0]
    return effect_axes(figure, (_left_of_axes(), bottom, _axes_width(), height), ends, outcome.unit(base), language)


def _column_heads(figure: Figure, y: float, unit: str, language: str) -> None:
    left = _left_of_axes() + _axes_width() + GAP
    heads = (unit, "平均变化（90% 区间）", "年均成本", "效应大小的依据")
    if language != "zh":
        heads = (unit, "mean (90% interval)", "cost a year", "effect rests on")
    for x, head in zip((_left_of_axes(), left, left + VALUES, left + VALUES + COSTS), heads, strict=True):
        style.write(figure, x, y, head, SMALL, GREY)


def _row(figure: Figure, bar: Bar, y: float, scale: wording.Scale, digits: int, language: str) -> None:
    name = typeface.wrap(bar.label.in_language(language), NAMES - 0.1, LABEL)[0]
    style.write(figure, style.MARGIN, y + 0.08, name, LABEL)
    style.write(figure, style.MARGIN, y - 0.09, level_text(bar.lever, bar.level, language), SMALL, GREY)
    left = _left_of_axes() + _axes_width() + GAP
    if bar.effect.known:
        style.write(figure, left, y, effect_text(bar.effect, scale.factor, digits, language), SMALL)
        style.write(figure, left + VALUES, y, wording.amount(bar.cost, "亿元", language), SMALL)
    basis = typeface.wrap(BASIS_WORDS[bar.known.basis].in_language(language), BASES - 0.12, SMALL)
    step = style.line_height(SMALL)
    style.write_lines(figure, left + VALUES + COSTS, y + step * len(basis) / 2, basis, SMALL, GREY)


def effect_text(effect: Effect, factor: float, digits: int, language: str) -> str:
    """A mean with its sign and its 90 % interval; digits that could not be seen beside the longest bar are left out."""
    mean, low, high = (_coarse(v * factor, digits) for v in (effect.mean, effect.low, effect.high))
    between = wording.DASH if low >= 0 else " 至 " if language == "zh" else " to "
    inside = f"{wording.number(low)}{between}{wording.number(high)}"
    return f"{signed(mean)}（{inside}）" if language == "zh" else f"{signed(mean)} ({inside})"


def _coarse(value: float, digits: int) -> float:
    """A value too small to be seen beside the longest bar, without its last digits."""
    return value if abs(value) >= 10.0 ** (2 - digits) else round(value, digits)


def signed(value: float) -> str:
    """A change with its sign."""
    text = wording.number(value)
    return f"+{text}" if value > 0 and text != "0" else text


def _draw(axes: Axes, bar: Bar, height: float, thick: float, factor: float) -> None:
    e, colour = bar.effect, COLOURS[bar.known.basis]
    fill = colour if bar.spent else PAPER
    axes.barh(height, e.mean * factor, thick, color=fill, edgecolor=colour, linewidth=1.2, zorder=2)
    axes.plot([e.low * factor, e.high * factor], [height, height], color=INK, linewidth=0.9, zorder=3, solid_capstyle="butt")
    axes.plot([e.lower * factor, e.upper * factor], [height, height], color=INK, linewidth=2.6, zorder=3, solid_capstyle="butt")


def _titles(base: History, bars: Sequence[Bar], outcome: Outcome, language: str) -> tuple[str, str]:
    zh, name = language == "zh", outcome.name(base, language)
    counts = sorted({b.effect.n for b in bars if b.effect.known}) or [0]
    n = wording.DASH.join(str(c) for c in dict.fromkeys((counts[0], counts[-1])))
    scenario = base.cases[0].scenario.title.in_language(language)
    if zh:
        return (
            f"一次只用一项工具：{name}的变化",
            f"{scenario}；与不用该工具的同一批模拟逐次配对（{n} 对）",
        )
    return f"One lever at a time: change in {name}", f"{scenario} · paired with the same runs without the lever ({n} pairs)"


def _note(language: str) -> str:
    if language == "zh":
        return (
            "柱为配对差的平均，粗线和细线为平均的 50% 和 90% 区间（只反映模拟次数有限带来的误差）。蓝色：效应大小有文献依据，"
            "换算到本园；黄色：全部或部分为假设；灰色：没有自己的效应参数，由模型规则决定。效应在各自的取值范围内逐次抽取，含“无效”。"
        )
    return (
        "Bars: mean of paired differences; thick and thin lines: its 50% and 90% intervals, which reflect only the number "
        "of runs. Blue: sizes of effects from studies, carried over to this park; yellow: assumed in whole or in part; grey: no "
        "size of its own, the model's rules decide. Effects are drawn anew in every run, nulls included."
    )
