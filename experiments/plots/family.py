"""Family trees in time: an anchor, a laboratory or a firm, the firms it brought, and their spin-offs, in one world.

Time runs to the right and every firm has a line, as thick as its staff; an upright leads from whoever brought it to its birth.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from wutong.experiments import wording
from wutong.experiments.plots import family_words as words
from wutong.experiments.plots import style, typeface
from wutong.experiments.plots.fan import moment
from wutong.experiments.plots.style import FAINT, GREY, INK, LABEL, PAPER, SMALL, Pen
from wutong.experiments.portrait.families import Family, Kind, Line, tree
from wutong.experiments.portrait.world import Portrait, one_world, run_words
from wutong.model.codes import Channel
from wutong.model.facts import Floats, Ints
from wutong.model.tables import NONE
from wutong.model.units import NEVER, year_of

WIDTH, LEFT, LABELS = 10.4, 0.42, 3.05  # inches: figure, left of the axes, for the labels at the right
ROW, HEADING, BETWEEN = 0.19, 0.3, 0.16
ROOM = 44  # lines of a tree by itself; several share SHARED
SHARED, LEAST = 48, 5
MARKERS = {Channel.FOLLOWED: "o", Channel.FIRM_SPIN_OFF: "D", Channel.LAB_SPIN_OFF: "^"}
ITSELF, FOLDED = "s", "|"
STAFF_SHOWN = (10, 100, 1000, 10000)
AXES_WIDTH = WIDTH - LEFT - LABELS - style.MARGIN
HEADING_WIDTH = WIDTH - LEFT - style.MARGIN - 0.15  # of a name and its numbers, without what stands between


@dataclass(frozen=True)
class _Block:
    """A family with its lines, and the height of the first of them above the foot of the axes [inch]."""

    family: Family
    lines: Sequence[Line]
    top: float

    def y(self, line: int) -> float:
        """Middle of a line [inch]."""
        return self.top - (line + 0.5) * ROW


def thickness(staff: Floats) -> Floats:
    """How thick a line is drawn for a number of people [inch], of the shape of staff: the same step for every ten times."""
    return np.asarray(np.minimum(0.014 + 0.03 * np.log10(np.maximum(staff, 1.0)), 0.15))


def family_tree(of: Portrait, shown: Sequence[Family], language: str) -> Figure:
    """Trees of one family or of several, one below the other on one clock.

    Raises
    ------
    ValueError
        If there is no family to draw.
    """
    if not shown:
        raise ValueError("there is no family to draw")
    room = ROOM if len(shown) == 1 else max(SHARED // len(shown), LEAST)
    trees = [tree(of, family, room) for family in shown]
    heading = HEADING if len(shown) > 1 else 0.0
    rows = [len(lines) + (not family.members) for family, lines in zip(shown, trees, strict=True)]
    height = sum(rows) * ROW + len(shown) * heading + (len(shown) - 1) * BETWEEN
    titles = words.titles(of, shown, language)
    subtitle = run_words(of).in_language(language) + words.counted(of, shown, language)
    notes = style.note_lines(WIDTH, [one_world(of).in_language(language), words.how_to_read(language)])
    pens = _pens(of, shown, language)
    head = style.header_height(WIDTH, titles, subtitle) + style.key_height(WIDTH, pens) + 0.36
    figure = style.new_figure(WIDTH, head + height + 0.42 + style.notes_height(notes))
    top = style.write_key(figure, style.header(figure, titles, subtitle) - 0.04, pens)
    _signs(figure, top - 0.15, language)
    style.write_notes(figure, notes)
    bottom = top - 0.32 - height
    axes = _axes(figure, of, bottom, height)
    below = height
    for family, lines, n_rows in zip(shown, trees, rows, strict=True):
        block = _Block(family, lines, below - heading)
        if heading:
            _heading(figure, of, block, bottom, language)
        _draw(axes, of, block)
        _label(figure, of, block, bottom, language)
        below = block.top - n_rows * ROW - BETWEEN
    return style.finished(figure)


def _pens(of: Portrait, shown: Sequence[Family], language: str) -> list[tuple[str, Pen]]:
    """Names and pens of the industries that occur."""
    rows = {row for family in shown for row in (*family.members, *([family.root] if family.root != NONE else []))}
    found = {of.industry_of(row) for row in rows}
    known = enumerate(of.park.industries)
    return [(i.label.in_language(language), Pen(style.industry_pen(i.key, n).colour)) for n, i in known if i.key in found]


def colour_of(of: Portrait, row: int) -> str:
    """Colour of a firm: that of its industry."""
    keys = [industry.key for industry in of.park.industries]
    key = of.industry_of(row)
    return style.industry_pen(key, keys.index(key)).colour


def _axes(figure: Figure, of: Portrait, bottom: float, height: float) -> Axes:
    axes = style.new_axes(figure, LEFT, bottom, AXES_WIDTH, height)
    first, last = year_of(of.ledger.start), year_of(of.ledger.end)
    style.year_axis(axes, first, last, AXES_WIDTH)
    axes.set_ylim(0.0, height)
    axes.set_yticks([])
    for year in range(first, last + 2):
        axes.axvline(year, color=FAINT, linewidth=0.6, zorder=0)
    axes.axvline(moment(of.ledger.start), color=GREY, linewidth=0.6, linestyle=(0, (1, 2)), zorder=0)
    return axes


# ── Lines ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _draw(axes: Axes, of: Portrait, block: _Block) -> None:
    _root(axes, of, block)
    for number, line in enumerate(block.lines[1:], start=1):
        y, born = block.y(number), moment(int(of.ledger.born[line.firms[0]]))
        axes.plot([born, born], [y, block.y(line.parent)], color="#a9b1b8", linewidth=0.7, zorder=2)
        if line.folded:
            _shared(axes, of, line.firms, y)
        else:
            _life(axes, of, line.firms[0], y, MARKERS.get(Channel(int(of.ledger.channel[line.firms[0]])), ITSELF))


def _life(axes: Axes, of: Portrait, row: int, y: float, marker: str) -> None:
    """The band of one firm from its birth to its end."""
    ledger, colour = of.ledger, colour_of(of, row)
    born, ended = int(ledger.born[row]), int(ledger.ended[row])
    quarters = np.arange(max(born, ledger.start), min(ended, ledger.end) + 1)
    staff = ledger.staff[quarters - ledger.start, row].copy()
    if ended < NEVER:
        staff[-1] = staff[-2] if len(staff) > 1 else 1.0
    half = thickness(staff) / 2
    axes.fill_between(_times(quarters), y - half, y + half, color=colour, linewidth=0.0, zorder=3)
    if born > ledger.start:
        _mark(axes, moment(born), y, marker, colour)
    if ended < NEVER:
        _mark(axes, moment(ended), y, "x", INK)


def _times(quarters: Ints) -> Floats:
    return np.asarray((quarters + 1) / 4.0)


def _mark(axes: Axes, x: float, y: float, marker: str, colour: str) -> None:
    size, edge = (3.6, INK) if marker == "x" else (4.6, PAPER)
    width = 1.0 if marker == "x" else 0.5
    axes.plot([x], [y], marker=marker, markersize=size, color=colour, markeredgecolor=edge, markeredgewidth=width, zorder=5,
        linestyle="none", clip_on=False)  # fmt: skip


def _shared(axes: Axes, of: Portrait, rows: Iterable[int], y: float) -> None:
    """Several firms on one line: a stroke for every birth."""
    births = [(moment(int(of.ledger.born[row])), colour_of(of, row)) for row in rows]
    axes.plot([births[0][0], moment(of.ledger.end)], [y, y], color=GREY, linewidth=0.8, linestyle=(0, (1, 2)), zorder=2)
    for x, colour in births:
        axes.plot([x, x], [y - 0.05, y + 0.05], color=colour, linewidth=1.1, zorder=4, clip_on=False)


def _root(axes: Axes, of: Portrait, block: _Block) -> None:
    """The line of the anchor, laboratory or firm itself; dashed until it opens."""
    family, ledger, y = block.family, of.ledger, block.y(0)
    opened = int(ledger.born[family.root]) if family.root != NONE else NEVER
    since, until = max(family.since, ledger.start), min(family.until, opened, ledger.end)
    if since <= until and (family.kind is Kind.LAB or since < opened):
        dashes = "-" if family.kind is Kind.LAB else (0, (3, 2))
        x = [moment(since), moment(until)]
        axes.plot(x, [y, y], color=INK, linewidth=2.2 if family.kind is Kind.LAB else 1.1, linestyle=dashes, zorder=3)
        if family.since > ledger.start:
            _mark(axes, x[0], y, ITSELF, INK)
        if until == family.until:
            _mark(axes, x[1], y, "x", INK)
    if family.root != NONE:
        _life(axes, of, family.root, y, ITSELF)


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _heading(figure: Figure, of: Portrait, block: _Block, bottom: float, language: str) -> None:
    y = bottom + block.top + HEADING / 2 - 0.02
    size = words.size_of(of, block.family, language)
    name = typeface.fitting(block.family.label.in_language(language), HEADING_WIDTH - typeface.width(size, SMALL), LABEL)
    style.write(figure, LEFT, y, name, LABEL, INK).set_path_effects([withStroke(linewidth=3.0, foreground=PAPER)])
    x = LEFT + typeface.width(name, LABEL) + 0.15
    style.write(figure, x, y, size, SMALL, GREY)
    style.hairline(figure, [LEFT, WIDTH - style.MARGIN], [y + HEADING / 2] * 2, "#c3c9cf")


def _label(figure: Figure, of: Portrait, block: _Block, bottom: float, language: str) -> None:
    """What every line is, at the right; and that there is nothing, where there is nothing."""
    x = LEFT + AXES_WIDTH + 0.14
    for number, line in enumerate(block.lines):
        text, alive = words.line_words(of, block.family, line, language)
        name, dot, rest = text.rpartition(words.DOT)
        fitting = typeface.fitting(name or rest, LABELS - 0.14, SMALL, dot + rest if name else "")
        style.write(figure, x, bottom + block.y(number), fitting, SMALL, INK if alive else GREY)
    if not block.family.members:
        note = style.write(figure, LEFT + 0.06, bottom + block.y(1), words.nothing(of, language), SMALL, GREY)
        note.set_path_effects([withStroke(linewidth=3.0, foreground=PAPER)])


def _signs(figure: Figure, y: float, language: str) -> None:
    """What the marks and the thickness of lines mean, in one row."""
    w, h = figure.get_size_inches()
    x = style.MARGIN
    signs = [(ITSELF, INK), *((marker, GREY) for marker in MARKERS.values()), ("x", INK), (FOLDED, GREY)]
    for (marker, colour), text in zip(signs, words.signs(language), strict=True):
        edge = colour if marker in ("x", FOLDED) else PAPER
        sign = Line2D([(x + 0.05) / w], [y / h], marker=marker, color=colour, markersize=5.0, markeredgecolor=edge, linestyle="")
        figure.add_artist(sign)
        style.write(figure, x + 0.14, y, text, SMALL, GREY)
        x += 0.14 + typeface.width(text, SMALL) + 0.2
    style.write(figure, x, y, words.staff(language), SMALL, GREY)
    x += typeface.width(words.staff(language), SMALL) + 0.08
    for count in STAFF_SHOWN:
        style.hairline(figure, [x, x + 0.2], [y, y], GREY, float(thickness(np.array([float(count)]))[0]) * 72)
        style.write(figure, x + 0.25, y, wording.number(count), SMALL, GREY)
        x += 0.25 + typeface.width(wording.number(count), SMALL) + 0.14
