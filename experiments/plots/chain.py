"""The chain map as a matrix: who buys from whom, how much of it is covered, and what kind of link each segment is.

A row is a selling segment, a column the buying segment of the same number: numbers keep long names out of the columns' way.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wutong.experiments import wording
from wutong.experiments.answers.chain import link_flows
from wutong.experiments.answers.chain_links import KINDS, RULE, Chain, Kind, chain_at, quantiles
from wutong.experiments.plots import style, typeface
from wutong.experiments.plots.style import FAINT, GREY, INK, PAPER, SMALL
from wutong.model.facts import Floats
from wutong.model.history import History
from wutong.model.ratios import ratio
from wutong.model.units import quarter_name

WIDTH, ROW, HEAD, GAP = 10.4, 0.31, 0.5, 0.16
NAMES, MATRIX, COVER, MONEY = 2.2, 3.6, 1.1, 0.72
COVERED, OPEN = "#2b6cb8", "#d0562f"
KIND_COLOURS = {Kind.STRONG: COVERED, Kind.GAP: OPEN, Kind.EXTEND: "#b07d0b", Kind.APART: GREY}
STEPS = (0.1, 1.0, 10.0, 100.0)  # 亿元/year: from here on the next size of square
SHOWN_SHARE = 0.01  # of a segment's demand: smaller flows are not drawn
SIZES = (0.16, 0.34, 0.55, 0.76, 0.96)  # side of a square, of a cell


@dataclass(frozen=True)
class _Place:
    """Where the rows stand: bottom of all rows, their height, and the left edges of the columns [inch]."""

    bottom: float
    height: float
    matrix: float
    cover: float
    money: float
    kind: float


def chain(history: History, quarter: int, language: str) -> Figure:
    """The chain at the end of a quarter: squares for demand by buyer, bars for coverage, and the kind of every segment.

    Raises
    ------
    ValueError
        If the runs do not cover the quarter.
    """
    found = chain_at(history, quarter)
    if found is None:
        raise ValueError(f"the runs do not cover {quarter_name(quarter)}")
    title, subtitle = _titles(history, found, language)
    lines = style.note_lines(WIDTH, [_note(language), RULE.in_language(language)])
    height = len(found.park.segments) * ROW
    head = style.header_height(WIDTH, title, subtitle)
    figure = style.new_figure(WIDTH, head + 0.1 + HEAD + height + 0.5 + style.notes_height(lines))
    top = style.header(figure, title, subtitle) - 0.1 - HEAD
    style.write_notes(figure, lines)
    left = style.MARGIN + NAMES
    cover = left + MATRIX + GAP
    money = cover + COVER + GAP
    place = _Place(top - height, height, left, cover, money, money + 2 * MONEY)
    _names(figure, found, place, language)
    _matrix(figure, found, place)
    _coverage(figure, found, place)
    _values(figure, found, place, language)
    _heads(figure, place, top, language)
    _key(figure, found, place, language)
    return style.finished(figure)


def _middle(found: Chain, place: _Place, i: int) -> float:
    return place.bottom + (len(found.park.segments) - i - 0.5) * ROW


def _names(figure: Figure, found: Chain, place: _Place, language: str) -> None:
    """Numbers and names of the segments, with a hairline where a new industry begins."""
    before = ""
    for i, segment in enumerate(found.park.segments):
        y = _middle(found, place, i)
        if segment.industry != before:
            style.hairline(figure, [style.MARGIN, WIDTH - style.MARGIN], [y + ROW / 2, y + ROW / 2], "#c3c9cf")
            before = segment.industry
        style.write(figure, style.MARGIN + 0.17, y, str(i + 1), SMALL, GREY, "right")
        name = typeface.wrap(segment.label.in_language(language), NAMES - 0.35, SMALL)[:2]
        style.write_lines(figure, style.MARGIN + 0.25, y + style.line_height(SMALL) * len(name) / 2, name, SMALL)


def _rows_axes(figure: Figure, found: Chain, left: float, place: _Place, width: float) -> Axes:
    """Axes whose y runs over the segments, the first on top."""
    axes = style.new_axes(figure, left, place.bottom, width, place.height)
    axes.set_ylim(len(found.park.segments) - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)
    return axes


def _cell(found: Chain) -> float:
    """Side of a cell of the matrix [inch]."""
    return min(ROW, MATRIX / len(found.park.segments))


def square(demand: float) -> float:
    """Side of the square of a demand [亿元/year], of a cell: five sizes, each for ten times the last."""
    return SIZES[int(np.searchsorted(STEPS, demand, side="right"))]


def _matrix(figure: Figure, found: Chain, place: _Place) -> None:
    n = len(found.park.segments)
    flows, filled = link_flows(found)
    axes = _rows_axes(figure, found, place.matrix, place, MATRIX)
    axes.set_xlim(-0.5, n - 0.5)
    axes.set_xticks(range(n), labels=[str(i + 1) for i in range(n)])
    axes.xaxis.tick_top()
    axes.hlines(np.arange(n), -0.5, n - 0.5, color=FAINT, linewidth=0.6, zorder=1)
    axes.vlines(np.arange(n), -0.5, n - 0.5, color=FAINT, linewidth=0.6, zorder=1)
    for buyer in range(n):
        for seller in range(n):
            if flows[buyer, seller] > SHOWN_SHARE * flows[:, seller].sum():
                share = float(filled[buyer, seller] / flows[buyer, seller])
                _square(axes, (buyer, seller), _cell(found) * square(float(flows[buyer, seller])), share, MATRIX / n)


def _square(axes: Axes, cell: tuple[int, int], side: float, covered: float, wide: float) -> None:
    """A square whose lower part, as large as the covered share, has the colour of what is covered."""
    width, height = side / wide, side / ROW
    left, bottom = cell[0] - width / 2, cell[1] + height / 2
    axes.bar(left, -height * covered, width, bottom, align="edge", color=COVERED, zorder=3)
    axes.bar(left, -height * (1.0 - covered), width, bottom - height * covered, align="edge", color=OPEN, zorder=3)


def _coverage(figure: Figure, found: Chain, place: _Place) -> None:
    """Covered and open part of mean demand, and where 90 % of the runs' coverage lies."""
    axes = _rows_axes(figure, found, place.cover, place, COVER)
    axes.set_xlim(0.0, 1.0)
    axes.set_xticks([0.0, 0.5, 1.0], labels=["0", "50%", "100%"])
    axes.xaxis.tick_top()
    for i, share in enumerate(mean_coverage(found)):
        if np.isfinite(share):
            axes.barh(i, share, 0.46, color=COVERED, zorder=2)
            axes.barh(i, 1.0 - share, 0.46, left=share, color=OPEN, zorder=2)
            low, high = quantiles(found.coverage[:, i], (0.05, 0.95))
            if low is not None and high is not None and high - low > 0.005:
                axes.plot([low, high], [i, i], color=PAPER, linewidth=2.6, zorder=3, solid_capstyle="butt")
                axes.plot([low, high], [i, i], color=INK, linewidth=1.1, zorder=4, solid_capstyle="butt")


def mean_coverage(found: Chain) -> Floats:
    """Mean orders over mean demand of every segment, of shape (n_segments,); NaN where nothing is asked for."""
    return ratio(found.orders.mean(axis=0), found.demand.mean(axis=0))


def _values(figure: Figure, found: Chain, place: _Place, language: str) -> None:
    for i in range(len(found.park.segments)):
        y, (kind, count) = _middle(found, place, i), found.kind_of(i)
        for k, values in enumerate((found.demand, found.gap)):
            right = place.money + (k + 1) * MONEY - 0.14
            text = _short(float(values[:, i].mean()), language) if k == 0 or found.is_open[:, i].any() else wording.DASH
            style.write(figure, right, y, text, SMALL, INK if k == 0 or text != wording.DASH else GREY, "right")
        name = KINDS[kind].in_language(language)
        style.write(figure, place.kind, y, name, SMALL, KIND_COLOURS[kind])
        if count < found.n_worlds:
            x = place.kind + typeface.width(name, SMALL) + 0.05
            style.write(figure, x, y, f"{count}/{found.n_worlds}", SMALL - 1, GREY)


def _short(value: float, language: str) -> str:
    """Money in one unit for all rows, to two decimals: 亿元 or million CNY a year."""
    factor, digits = (1.0, 2) if language == "zh" else (100.0, 0)
    shown = round(value * factor, digits)
    return wording.number(shown) if shown > 0.0 or value == 0.0 else f"<{wording.number(10.0**-digits)}"


def _heads(figure: Figure, place: _Place, top: float, language: str) -> None:
    zh, y = language == "zh", top + 0.34
    heads = ("供应环节（行）", "购买环节（列，编号同左）", "本地满足率", "类别")
    if not zh:
        heads = ("Selling segment (row)", "Buying segment (column, numbered alike)", "Covered here", "Kind")
    for x, head in zip((style.MARGIN, place.matrix, place.cover, place.kind), heads, strict=True):
        style.write(figure, x, y, head, SMALL, GREY)
    for k, name in enumerate(("需求", "缺口") if zh else ("Demand", "Gap")):
        right = place.money + (k + 1) * MONEY - 0.14
        style.write(figure, right, y, name, SMALL, GREY, "right")
        style.write(figure, right, y - 0.16, "亿元/年" if zh else "m CNY/yr", SMALL - 1, GREY, "right")


def _key(figure: Figure, found: Chain, place: _Place, language: str) -> None:
    """Sizes of squares and the two colours, below the rows."""
    zh, y, x = language == "zh", place.bottom - 0.26, style.MARGIN
    lead = "需求（亿元/年）：" if zh else "Demand (million CNY a year):"
    style.write(figure, x, y, lead, SMALL, GREY)
    x += typeface.width(lead, SMALL) + 0.12
    for part, text in zip(SIZES, _size_texts(language), strict=True):
        side = _cell(found) * part
        style.hairline(figure, [x, x + side], [y, y], GREY, side * 72)
        style.write(figure, x + side + 0.06, y, text, SMALL, GREY)
        x += side + 0.06 + typeface.width(text, SMALL) + 0.16
    for colour, text in ((COVERED, "本地供应" if zh else "supplied here"), (OPEN, "从外地购买" if zh else "bought outside")):
        style.hairline(figure, [x, x + 0.22], [y, y], colour, 6.0)
        style.write(figure, x + 0.28, y, text, SMALL, GREY)
        x += 0.28 + typeface.width(text, SMALL) + 0.16


def _size_texts(language: str) -> Sequence[str]:
    ends = [wording.number(step * (1.0 if language == "zh" else 100.0)) for step in STEPS]
    between = [f"{low}{wording.DASH}{high}" for low, high in itertools.pairwise(ends)]
    return (f"<{ends[0]}", *between, f"≥{ends[-1]}")


def _titles(history: History, found: Chain, language: str) -> tuple[str, str]:
    policy, when, n = wording.policy_name(history, language, with_scenario=True), quarter_name(found.quarter), found.n_worlds
    if language == "zh":
        return f"延链补链强链图：{when} 末", f"{policy}；模拟 {n} 次的平均；细线为 90% 的模拟所在范围"
    return f"Chain map at the end of {when}", f"{policy} · means of {n} run{'' if n == 1 else 's'} · thin lines: 90% of runs"


def _note(language: str) -> str:
    if language == "zh":
        return (
            "需求只计可由本地供应的部分，可本地化比例和可供本地的产能是假设。方块分五档，每档差十倍，不足该环节需求 1% 的不画；"
            "类别为多数模拟所属，不是全部时注明次数。"
        )
    return (
        "Demand counts only what local firms could supply; that share and the capacity for local buyers are assumed. Squares "
        "come in five sizes, each for ten times the last; under 1% of a segment's demand none is drawn. The kind is the most "
        "frequent among the runs, with their number where not all agree."
    )
