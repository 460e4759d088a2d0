"""Panels in a grid: small multiples over the years, each with its heading, its unit and the values at its end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wutong.experiments.plots import style
from wutong.experiments.plots.style import GREY, INK, LABEL, SMALL, Pen

WIDTH = 10.4
PANEL_HEIGHT, GAP, LEFT, VALUES = 1.35, 0.42, 0.5, 0.48  # inches: axes, between rows, left of each axes, for end values
VALUE_STEP = 0.135  # inches between the values at the end
HANGS = 0.35  # inches by which a heading stands left of its axes, flush with the title


@dataclass(frozen=True)
class Grid:
    """Places of panels: left and bottom of each axes, their width and height, and the room for the heading above each [inch]."""

    corners: Sequence[tuple[float, float]]
    width: float
    height: float
    heading: float


def _columns(n_panels: int) -> int:
    return n_panels if n_panels <= 3 else 4 if n_panels in (4, 7, 8) or n_panels > 9 else 3


def panel_width(n_panels: int) -> float:
    """Width of each of so many panels [inch]."""
    columns = _columns(n_panels)
    return (WIDTH - 2 * 0.25 - columns * (LEFT + VALUES)) / columns


def panel_grid(
    title: str, subtitle: str, note: str, key: Sequence[tuple[str, Pen]], headings: Sequence[Sequence[str]], n_series: int = 1
) -> tuple[Figure, Grid]:
    """A figure with its texts, and where the panels stand in it: one a heading.

    Parameters
    ----------
    headings : lines of each
    n_series : that end in each panel, whose values have to find room
    """
    height = max(PANEL_HEIGHT, n_series * VALUE_STEP - 0.13)
    columns, width = _columns(len(headings)), panel_width(len(headings))
    rows = math.ceil(len(headings) / columns)
    heading = max(len(lines) for lines in headings) * style.line_height(LABEL) + style.line_height(SMALL) + 0.1
    lines = style.note_lines(WIDTH, [note])
    panels = rows * (height + heading + GAP)
    head = style.header_height(WIDTH, title, subtitle) + style.key_height(WIDTH, key)
    figure = style.new_figure(WIDTH, head + 0.1 + panels + style.notes_height(lines))
    top = style.header(figure, title, subtitle)
    if key:
        top = style.write_key(figure, top - 0.06, key)
    style.write_notes(figure, lines)
    corners = [
        (0.25 + column * (LEFT + width + VALUES) + LEFT, top - 0.1 - (row + 1) * (height + heading) - row * GAP)
        for row, column in (divmod(i, columns) for i in range(len(headings)))
    ]
    return figure, Grid(corners, width, height, heading)


def new_panel(
    figure: Figure, grid: Grid, corner: tuple[float, float], heading: Sequence[str], unit: str, years: tuple[int, int]
) -> Axes:
    """Axes over calendar years with their heading and the unit of their values."""
    axes = style.new_axes(figure, *corner, grid.width, grid.height)
    style.year_axis(axes, *years, grid.width)
    top = corner[1] + grid.height + 0.06 + style.line_height(SMALL) + len(heading) * style.line_height(LABEL)
    below = style.write_lines(figure, corner[0] - HANGS, top, heading, LABEL)
    style.write_lines(figure, corner[0] - HANGS, below, [unit], SMALL, GREY)
    return axes


def end_values(figure: Figure, grid: Grid, corner: tuple[float, float], ends: Sequence[tuple[float, str, Pen]]) -> None:
    """Values at the right of a panel, each at its height, led by a dot in its series' colour; none of what is undefined."""
    ends = [end for end in ends if not math.isnan(end[0])]
    wanted = [corner[1] + share * grid.height for share, _, _ in ends]
    middles = style.spread(wanted, [VALUE_STEP] * len(ends), corner[1] - 0.03, corner[1] + grid.height + 0.1)
    x = corner[0] + grid.width
    for middle, (_, text, pen) in zip(middles, ends, strict=True):
        style.hairline(figure, [x + 0.03, x + 0.09], [middle, middle], pen.colour, 2.4)
        style.write(figure, x + 0.12, middle, text, 7.5, INK)
