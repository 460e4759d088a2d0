"""Where a goal is reached, as a heat map: the share of the runs in every cell, with their number."""

from __future__ import annotations

import itertools

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from wutong.experiments import wording
from wutong.experiments.answers.goal_map import FEWEST, GoalMap, Side
from wutong.experiments.answers.telling import goal_name
from wutong.experiments.plots import fan as fans
from wutong.experiments.plots import style, typeface
from wutong.experiments.plots.style import GREY, INK, LABEL, PAPER, SMALL

WIDTH, LEFT, RIGHT, CELL_HEIGHT, BELOW = 8.6, 1.15, 0.6, 0.62, 0.66
REACHED = LinearSegmentedColormap.from_list("reached", ["#edf2f8", "#a9c7e8", "#2b6cb8"])
MEDIANS = LinearSegmentedColormap.from_list("medians", ["#f8f3ea", "#e3cba2", "#b07d0b"])
DARK = 0.72  # of the scale, from which on figures are white


def goal_map(found: GoalMap, language: str) -> Figure:
    """Share of the runs that reach a goal in every cell, the lowest values at the lower left; cells with too few runs are blank.

    Where no run reaches the goal, the cells show the median of its measure as a share of the goal, in another colour.

    Parameters
    ----------
    found : as :func:`wutong.experiments.answers.goal_map.drawn_map` and its like make it
    """
    title, subtitle = _titles(found, language)
    notes = style.note_lines(WIDTH, [_note(found, language)])
    height = len(found.up.bands) * CELL_HEIGHT
    head = style.header_height(WIDTH, title, subtitle) + 0.42
    bottom = style.notes_height(notes) + BELOW
    figure = style.new_figure(WIDTH, head + height + bottom)
    top = style.header(figure, title, subtitle)
    style.write_notes(figure, notes)
    up = typeface.wrap(_side_name(found.up, language), WIDTH - 2 * style.MARGIN, SMALL)[0]
    style.write(figure, style.MARGIN, top - 0.22, up, SMALL, GREY)
    width = WIDTH - LEFT - RIGHT
    axes = style.new_axes(figure, LEFT, bottom, width, height)
    axes.spines["bottom"].set_visible(False)
    _cells(axes, found)
    _ticks(axes, found, language)
    style.write(figure, LEFT + width / 2, bottom - 0.38, _side_name(found.across, language), SMALL, GREY, "center")
    return style.finished(figure)


def _cells(axes: Axes, found: GoalMap) -> None:
    n_up, n_across = found.counts.shape
    axes.set_xlim(0, n_across)
    axes.set_ylim(0, n_up)
    shown, reached = found.shown, found.n_attained > 0
    colours = REACHED if reached else MEDIANS
    top = 1.0 if reached else max(float(np.nanmax(shown, initial=0.0)), 1e-9)
    for row, column in itertools.product(range(n_up), range(n_across)):
        value, n = float(shown[row, column]), int(found.counts[row, column])
        if np.isnan(value):
            axes.add_patch(Rectangle((column, row), 1, 1, facecolor=PAPER, edgecolor=PAPER, linewidth=1.5))
            _text(axes, (column + 0.5, row + 0.5), f"n={n}", SMALL, GREY)
            continue
        axes.add_patch(Rectangle((column, row), 1, 1, facecolor=colours(min(value / top, 1.0)), edgecolor=PAPER, linewidth=1.5))
        ink = PAPER if value / top > DARK else INK
        _text(axes, (column + 0.5, row + 0.62), percent(value), LABEL + 1.5, ink)
        count = f"{int(found.attained[row, column])}/{n}" if reached else f"n={n}"
        _text(axes, (column + 0.5, row + 0.25), count, SMALL, ink)
    if found.up.n_within < n_up:
        axes.axhline(found.up.n_within, color=INK, linewidth=1.0, clip_on=False)


def _text(axes: Axes, at: tuple[float, float], text: str, size: float, colour: str) -> None:
    axes.text(*at, text, ha="center", va="center_baseline", fontsize=size, color=colour)


def percent(value: float) -> str:
    """A share in whole percent; what lies between none and one percent is said to."""
    return "<1%" if 0.0 < value < 0.005 else f"{round(value * 100)}%"


def _ticks(axes: Axes, found: GoalMap, language: str) -> None:
    across, up = (_texts(side, language) for side in (found.across, found.up))
    axes.set_xticks([i + 0.5 for i in range(len(across))], labels=across)
    axes.set_yticks([i + 0.5 for i in range(len(up))], labels=up)


def _texts(side: Side, language: str) -> list[str]:
    scale = _scale(side, language)
    ends = [[wording.number(v * scale.factor) for v in dict.fromkeys(band)] for band in side.bands]
    return [wording.DASH.join(dict.fromkeys(texts)) for texts in ends]


def _scale(side: Side, language: str) -> wording.Scale:
    return wording.scale_for(side.unit, max(abs(v) for band in side.bands for v in band), language)


def _side_name(side: Side, language: str) -> str:
    name, unit = side.label.in_language(language), _scale(side, language).name
    name = name if language == "zh" else name[:1].upper() + name[1:]
    if not unit:
        return name
    return f"{name}（{unit}）" if language == "zh" else f"{name} ({unit})"


def _titles(found: GoalMap, language: str) -> tuple[str, str]:
    goal, asked = goal_name(found.target, language), wording.goal(found.history, found.target, language)
    policy, reached = fans.names_of([found.history], language)[0], found.n_attained > 0
    scenario = found.history.cases[0].scenario.title.in_language(language)
    if language == "zh":
        title = f"{goal}：达标的模拟所占比例" if reached else f"{goal}没有一次达标：中位数占目标的百分比"
        shown = "每格下方为达标次数/模拟次数" if reached else "每格下方为模拟次数"
        return title, f"{scenario}，{policy}；目标 {asked}；模拟 {found.n} 次；{shown}"
    title = f"{goal}: share of the runs that reach it" if reached else f"{goal}: no run reaches it; median in % of the goal"
    shown = "below: runs that reach it of all in the cell" if reached else "below: runs in the cell"
    return title, f"{scenario}, {policy} · goal {asked} · {found.n} runs · {shown}"


def _note(found: GoalMap, language: str) -> str:
    n_blank, beyond = int(np.isnan(found.shown).sum()), found.up.n_within < len(found.up.bands)
    drawn = [side.label.in_language(language) for side in (found.up, found.across) if not side.is_set]
    if language == "zh":
        parts = [
            f"{'与'.join(drawn)}为各次模拟抽到的值，按大小分成次数相等的组；取与该目标关系最密切的条件，其余假设也在变动。"
            if drawn
            else "",
            "横线以上超出情景自身抽取的范围。" if beyond else "",
            f"空白 {n_blank} 格不足 {FEWEST} 次模拟，不作判断。" if n_blank else "",
        ]
        return "".join(parts)
    names = " and ".join(drawn)
    cells = "1 blank cell has" if n_blank == 1 else f"{n_blank} blank cells have"
    parts = [
        f"{names[:1].upper()}{names[1:]}: what the runs drew, in bands of equally many runs, chosen as what the goal's measure "
        "goes with most closely; all other assumptions vary too." if drawn else "",
        "Above the line: beyond what the scenario itself draws." if beyond else "",
        f"{cells} fewer than {FEWEST} runs and say nothing." if n_blank else "",
    ]  # fmt: skip
    return " ".join(part for part in parts if part)
