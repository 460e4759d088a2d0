"""Regret as a picture: policies by scenarios, the paler the better, with the mean and the largest regret of each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from wutong.experiments import wording
from wutong.experiments.answers.effects import effects_of
from wutong.experiments.answers.robust_choice import yardstick_of
from wutong.experiments.answers.robustness import Grid, Regret, grid, max_regret, mean_regret, regrets
from wutong.experiments.plots import style, typeface
from wutong.experiments.plots.style import GREY, INK, LABEL, SMALL
from wutong.experiments.wording import Scale
from wutong.model.history import History
from wutong.model.scenario import Target

WIDTH, NAMES, ROW = 10.4, 2.6, 0.42
HEAT = LinearSegmentedColormap.from_list("regret", ["#ffffff", "#f6d9c0", "#e8916a"])


def regret_table(histories: Sequence[History], language: str, yardstick: Target | None = None) -> Figure:
    """Regret of every policy in every scenario, the policy with the least mean regret first.

    Parameters
    ----------
    histories : one scenario and policy each, on common replications
    yardstick : goal or measure that policies are measured by, as in ``experiments.answers.robust_choice``

    Raises
    ------
    ValueError
        As :func:`wutong.experiments.answers.robustness.grid`.
    """
    chosen = yardstick or yardstick_of(histories)
    table = grid(histories, chosen)
    found = tuple(zip(*regrets(table), strict=True))
    order = sorted(range(len(found)), key=lambda p: mean_regret(found[p]).mean)
    rows = [(p, [*found[p], mean_regret(found[p]), max_regret(found[p])]) for p in order]
    top = max(r.mean for _, row in rows for r in row)
    unit = wording.target_unit(histories[0].facts[chosen.measure], chosen)
    scale = wording.scale_for(unit, top, language)
    return _draw(table, rows, scale, language)


def _draw(table: Grid, rows: Sequence[tuple[int, Sequence[Regret]]], scale: Scale, language: str) -> Figure:
    columns = _columns(table, language)
    room = WIDTH - 2 * style.MARGIN - NAMES
    width = room / len(columns)
    heads = [typeface.wrap(name, width - 0.1, SMALL) for name in columns]
    names = [typeface.wrap(_name(table, p, language), NAMES - 0.15, LABEL) for p, _ in rows]
    heights = [max(ROW, len(lines) * style.line_height(LABEL) + 0.12) for lines in names]
    above = max(len(lines) for lines in heads) * style.line_height(SMALL) + 0.1
    title, subtitle = _titles(table, scale, language)
    note = style.note_lines(WIDTH, [_note(table, language)])
    head = style.header_height(WIDTH, title, subtitle)
    figure = style.new_figure(WIDTH, head + 0.15 + above + sum(heights) + 0.15 + style.notes_height(note))
    upper = style.header(figure, title, subtitle) - 0.12
    style.write_notes(figure, note)
    for i, lines in enumerate(heads):
        middle = style.MARGIN + NAMES + (i + 0.5) * width
        first = upper - above + 0.06 + (len(lines) - 0.5) * style.line_height(SMALL)
        for n, line in enumerate(lines):
            style.write(figure, middle, first - n * style.line_height(SMALL), line, SMALL, GREY, "center")
    place = (style.MARGIN + NAMES, upper - above - sum(heights), room, sum(heights))
    axes = style.new_axes(figure, *place)
    axes.spines["bottom"].set_visible(False)
    _cells(axes, rows, heights, scale)
    edge = upper - above
    for lines, height in zip(names, heights, strict=True):
        style.write_lines(figure, style.MARGIN, edge - (height - len(lines) * style.line_height(LABEL)) / 2, lines, LABEL)
        edge -= height
    return style.finished(figure)


def _cells(axes: Axes, rows: Sequence[tuple[int, Sequence[Regret]]], heights: Sequence[float], scale: Scale) -> None:
    n_columns, whole = len(rows[0][1]), sum(heights)
    axes.set_xlim(0, n_columns)
    axes.set_ylim(0, whole)
    axes.set_xticks([])
    axes.set_yticks([])
    top = max(*(r.mean for _, row in rows for r in row), 1e-12)
    edge = whole
    for (_, row), height in zip(rows, heights, strict=True):
        edge -= height
        for i, regret in enumerate(row):
            shade = HEAT(float(np.sqrt(regret.mean / top)))
            axes.add_patch(Rectangle((i, edge), 1, height, facecolor=shade, edgecolor=style.PAPER, linewidth=1.5))
            text = wording.number(regret.mean * scale.factor) if regret.mean > 0.0 else "0"
            known = regret.low > 0.0
            colour = INK if known or regret.mean == 0.0 else GREY
            said = axes.text(i + 0.5, edge + height / 2, text, ha="center", va="center_baseline", fontsize=LABEL, color=colour)
            if not known:
                said.set_path_effects([withStroke(linewidth=2.6, foreground=style.PAPER)])  # grey stays readable on the dark
    axes.axvline(n_columns - 2, color=INK, linewidth=1.0)


def _columns(table: Grid, language: str) -> list[str]:
    last = ("平均", "最大") if language == "zh" else ("mean", "largest")
    return [*(s.title.in_language(language) or s.name for s in table.scenarios), *last]


def _name(table: Grid, position: int, language: str) -> str:
    policy = table.policies[position]
    return policy.title.in_language(language) or policy.name


def _titles(table: Grid, scale: Scale, language: str) -> tuple[str, str]:
    label, n = table.yardstick.label.in_language(language), table.n_worlds
    if language == "zh":
        return f"遗憾：{label}", f"每格为与该情景最好方案的平均差，{scale.name}；每格模拟 {n} 次，各方案随机数相同；越浅越好"
    runs = f"{n} run{'' if n == 1 else 's'} a cell on the same draws"
    lacks = f"what the mean lacks to the scenario's best, {scale.name}"
    return f"Regret: {wording.lower_first(label)}", f"{lacks} · {runs} · paler is better"


def _note(table: Grid, language: str) -> str:
    effects = effects_of(table.policies)
    n, assumed = len(effects), sum(e.assumed for e in effects)
    if language == "zh":
        text = "灰色数字：区间（至少 90%，各方案各情景一并考虑）包含零，与最好的方案分不出高下。"
        return text + (f"排序所依据的 {n} 个效果大小中有 {assumed} 个是假设、没有来源。" if assumed else "")
    text = (
        "Grey figures: the interval (90% at least, for all policies and scenarios together) holds zero, so that the policy "
        "cannot be told from the best."
    )
    return text + (f" Of the {n} sizes of effects that the ranking rests on, {assumed} are assumed." if assumed else "")
