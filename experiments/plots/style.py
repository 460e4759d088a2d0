"""The look of all pictures, in one place: colours, sizes, axes, titles, notes, direct labels.

Positions are in inches from the lower left corner of the figure, so that nothing moves when a text grows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator

from wutong.experiments.plots import typeface
from wutong.experiments.wording import number

DPI = 160
INK, GREY, FAINT, PAPER = "#22282e", "#69727a", "#e2e5e8", "#ffffff"
TITLE, SUBTITLE, LABEL, SMALL = 14.0, 9.5, 9.5, 8.0  # points
LINE_SPACING = 1.38  # of the size
MARGIN = 0.4
KEY_STEP = 0.21  # inches between rows of a key


@dataclass(frozen=True)
class Pen:
    """How a series is drawn: the colour tells series apart for most eyes, lightness and dashes in grey."""

    colour: str
    dashes: tuple[float, ...] = ()

    @property
    def style(self) -> Literal["-"] | tuple[float, tuple[float, ...]]:
        return (0.0, self.dashes) if self.dashes else "-"


PENS = (
    Pen("#3f4b57"),
    Pen("#d0562f", (5.0, 1.4)),
    Pen("#2b6cb8", (7.0, 1.4, 1.4, 1.4)),
    Pen("#3b9a73", (2.4, 1.2)),
    Pen("#e0a21b"),
    Pen("#7b4a94", (1.1, 1.1)),
    Pen("#6fb1dd", (8.0, 1.4, 1.1, 1.4, 1.1, 1.4)),
    Pen("#a8326a", (4.0, 1.4, 4.0, 3.0)),
)
INDUSTRY_PENS = {
    "software": Pen("#2b6cb8"),
    "ic": Pen("#7b4a94"),
    "laptops": Pen("#3f4b57"),
    "vehicles": Pen("#d0562f"),
    "health": Pen("#3b9a73"),
    "green": Pen("#7f8f1f"),
    "services": Pen("#cf9412"),
}


def pen_of(position: int) -> Pen:
    """Pen of the policy at a position in the list of all policies of an experiment; the baseline is position 0."""
    return PENS[position % len(PENS)]


def industry_pen(key: str, position: int) -> Pen:
    """Pen of an industry: fixed for those of the shipped park, else by its position in the park."""
    return INDUSTRY_PENS.get(key) or pen_of(position)


# ── Figure, axes, texts ──────────────────────────────────────────────────────────────────────────────────────────────
def new_figure(width: float, height: float) -> Figure:
    """A blank figure of a size in inches that can be saved without a display."""
    figure = Figure(figsize=(width, height), dpi=DPI, facecolor=PAPER)
    FigureCanvasAgg(figure)
    return figure


def new_axes(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Bare axes at a place in inches: a base line, no frame."""
    w, h = figure.get_size_inches()
    axes = figure.add_axes((left / w, bottom / h, width / w, height / h), facecolor="none")
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set(color=GREY, linewidth=0.7)
    axes.tick_params(
        colors=GREY, labelsize=SMALL, length=0, width=0.6, which="both", labelfontfamily=typeface.register(), direction="out"
    )
    axes.set_axisbelow(True)
    return axes


def write(figure: Figure, x: float, y: float, text: str, size: float, colour: str = INK, align: str = "left") -> Text:
    """One line of text with the middle of its line at a place in inches."""
    w, h = figure.get_size_inches()
    found: Text = figure.text(x / w, y / h, text, fontsize=size, color=colour, ha=align, va="center_baseline")
    return found


def line_height(size: float) -> float:
    """Height of a line of text at a size in points [inch]."""
    return size * LINE_SPACING / 72.0


def write_lines(figure: Figure, x: float, top: float, lines: Sequence[str], size: float, colour: str = INK) -> float:
    """Lines of text downwards from ``top``; returns where they end [inch]."""
    step = line_height(size)
    for i, line in enumerate(lines):
        write(figure, x, top - (i + 0.5) * step, line, size, colour)
    return top - len(lines) * step


def header(figure: Figure, title: str, subtitle: str) -> float:
    """Title and subtitle, wrapped; returns where they end [inch]."""
    width, height = figure.get_size_inches()
    room = width - 2 * MARGIN
    below = write_lines(figure, MARGIN, height - 0.28, typeface.wrap(title, room, TITLE), TITLE)
    return write_lines(figure, MARGIN, below - 0.04, typeface.wrap(subtitle, room, SUBTITLE), SUBTITLE, GREY)


def header_height(width: float, title: str, subtitle: str) -> float:
    """Room that a header takes at the top of a figure of a width [inch]."""
    room = width - 2 * MARGIN
    rows = len(typeface.wrap(title, room, TITLE)) * line_height(TITLE)
    return 0.32 + rows + len(typeface.wrap(subtitle, room, SUBTITLE)) * line_height(SUBTITLE)


def note_lines(width: float, notes: Sequence[str]) -> list[str]:
    """The notes under a picture of a width, wrapped; empty notes are left out."""
    return [line for note in notes if note for line in typeface.wrap(note, width - 2 * MARGIN, SMALL)]


def notes_height(lines: Sequence[str]) -> float:
    """Room that notes take at the foot of a figure [inch]."""
    return 0.22 + len(lines) * line_height(SMALL)


def write_notes(figure: Figure, lines: Sequence[str]) -> None:
    """Definitions and sources at the foot of a figure."""
    write_lines(figure, MARGIN, notes_height(lines) - 0.04, lines, SMALL, GREY)


@dataclass(frozen=True)
class KeyEntry:
    """A name in the key: where it starts [inch], in which row, and its lines."""

    x: float
    row: int
    lines: Sequence[str]
    pen: Pen


def key_entries(width: float, pens: Sequence[tuple[str, Pen]]) -> list[KeyEntry]:
    """The key laid out in rows no wider than a figure of a width."""
    room = width - 2 * MARGIN
    x, row, found = MARGIN, 0, list[KeyEntry]()
    for name, pen in pens:
        lines = typeface.wrap(name, room - 0.42, LABEL)
        wide = 0.42 + max(typeface.width(line, LABEL) for line in lines)
        if x > MARGIN and x + wide > MARGIN + room:
            x, row = MARGIN, row + 1
        found.append(KeyEntry(x, row, lines, pen))
        x, row = x + wide + 0.3, row + len(lines) - 1
    return found


def key_height(width: float, pens: Sequence[tuple[str, Pen]]) -> float:
    """Room that the key takes [inch]; none without entries."""
    entries = key_entries(width, pens)
    return 0.08 + (entries[-1].row + len(entries[-1].lines)) * KEY_STEP if entries else 0.0


def write_key(figure: Figure, top: float, pens: Sequence[tuple[str, Pen]]) -> float:
    """Line samples with names in rows; returns where they end [inch]."""
    width = float(figure.get_size_inches()[0])
    for entry in key_entries(width, pens):
        middle = top - 0.08 - (entry.row + 0.5) * KEY_STEP
        sample(figure, entry.x, middle, entry.pen)
        for i, line in enumerate(entry.lines):
            write(figure, entry.x + 0.42, middle - i * KEY_STEP, line, LABEL)
    return top - key_height(width, pens)


def sample(figure: Figure, x: float, y: float, pen: Pen) -> None:
    """A short piece of a series' line at a place in inches."""
    w, h = figure.get_size_inches()
    xs, ys = [x / w, (x + 0.32) / w], [y / h, y / h]
    figure.add_artist(Line2D(xs, ys, color=pen.colour, linestyle=pen.style, linewidth=1.9))


def hairline(figure: Figure, x: Sequence[float], y: Sequence[float], colour: str, width: float = 0.7) -> None:
    """A thin line through places in inches."""
    w, h = figure.get_size_inches()
    figure.add_artist(Line2D([v / w for v in x], [v / h for v in y], color=colour, linewidth=width, solid_capstyle="butt"))


def dot(figure: Figure, x: float, y: float, size: float, colour: str) -> None:
    """A round mark of a size in points at a place in inches."""
    w, h = figure.get_size_inches()
    figure.add_artist(Line2D([x / w], [y / h], marker="o", markersize=size, color=colour, markeredgewidth=0.0))


def write_beside(axes: Axes, point: tuple[float, float], offset: tuple[float, float], text: str) -> None:
    """A label beside a point of the axes, ``offset`` points away, with a thin white edge to stay readable over lines."""
    align: Literal["right", "left"] = "right" if offset[0] < 0 else "left"
    note = axes.annotate(
        text, point, offset, textcoords="offset points", ha=align, va="center", fontsize=LABEL, color=INK, zorder=6
    )
    note.set_path_effects([withStroke(linewidth=2.6, foreground=PAPER)])


# ── Axes ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def year_axis(axes: Axes, first: int, last: int, width: float) -> None:
    """Calendar years from ``first`` to the end of ``last``: ticks between years, each year's name in its middle."""
    step = next(s for s in (1, 2, 3, 5, 10, 20, 50) if width * s / (last - first + 1) > 0.40 or s == 50)
    named = [y for y in range(first, last + 1) if (last - y) % step == 0]
    axes.set_xlim(first, last + 1)
    axes.set_xticks([y + 0.5 for y in named], labels=[str(y) for y in named])
    box = axes.get_position()
    edges = [box.x0 + box.width * i / (last + 1 - first) for i in range(last + 2 - first)]
    marks = Line2D(edges, [box.y0] * len(edges), linestyle="none", marker=3, markersize=3.0, color=GREY)
    marks.set_markeredgewidth(0.6)  # marker 3: a tick downwards
    axes.figure.add_artist(marks)  # one mark a year as ticks of the axis takes a sixth of the time of a picture


def value_axis(axes: Axes, low: float, high: float, suffix: str = "", n_ticks: int = 5) -> None:
    """Round values with thin grid lines from ``low`` to ``high``."""
    ticks = [float(t) for t in MaxNLocator(n_ticks, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)]
    inside = [t for t in ticks if low - 1e-9 <= t <= high + 1e-9]
    axes.set_ylim(low, high)
    axes.set_yticks(inside, labels=[number(t) + suffix for t in inside])
    axes.grid(visible=True, axis="y", color=FAINT, linewidth=0.7)
    if low < 0.0:
        axes.axhline(0.0, color=GREY, linewidth=0.7)


def share_of_height(axes: Axes, value: float) -> float:
    """Where a value lies between the lower end (0) and the upper end (1) of the axes."""
    low, high = axes.get_ylim()
    return (value - low) / (high - low)


def spread(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Middles of labels as near as can be to where they are wanted, without overlap, between low and high [inch].

    Neighbours that would overlap form a block that stands at the mean of their wishes (pool adjacent violators).
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    blocks: list[list[float]] = []  # lower edge, height, labels
    for i in order:
        blocks.append([wanted[i] - heights[i] / 2, heights[i], 1.0])
        while len(blocks) > 1 and blocks[-2][0] + blocks[-2][1] > blocks[-1][0]:
            below, above = blocks[-2], blocks.pop()
            edge = (below[0] * below[2] + (above[0] - below[1]) * above[2]) / (below[2] + above[2])
            blocks[-1] = [edge, below[1] + above[1], below[2] + above[2]]
        block = blocks[-1]
        block[0] = max(min(block[0], high - block[1]), low)
    placed = dict.fromkeys(order, 0.0)
    members = iter(order)
    edges = _settled([(b[0], b[1], int(b[2])) for b in blocks], high)
    for edge, (_, _, count) in zip(edges, blocks, strict=True):
        floor = edge
        for i in [next(members) for _ in range(int(count))]:
            placed[i] = floor + heights[i] / 2
            floor += heights[i]
    return [placed[i] for i in range(len(wanted))]


def _settled(blocks: Sequence[tuple[float, float, int]], high: float) -> list[float]:
    edges: list[float] = []
    for edge, height, _ in reversed(blocks):
        high = min(edge, high - height)
        edges.append(high)
    return edges[::-1]


# ── Finish ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def finished(figure: Figure) -> Figure:
    """The figure with every text in the shipped typeface."""
    typeface.dress(t for t in figure.findobj(Text) if isinstance(t, Text) and t.get_text())
    return figure
