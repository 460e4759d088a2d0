"""The park filling up, quarter by quarter, in one world: an animation as a small GIF.

What never changes is drawn once, as the ground of every frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.animation import PillowWriter
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from wutong.experiments.plots import sketch, sketch_key, style, typeface
from wutong.experiments.plots.style import FAINT, GREY, INK, LABEL, SMALL
from wutong.experiments.portrait.sites import Site, sites_at
from wutong.experiments.portrait.world import Portrait, one_world, run_words
from wutong.experiments.unfinished import replacing
from wutong.model.codes import Channel
from wutong.model.units import quarter_name

WIDTH, DPI, PER_SECOND = 8.6, 90, 2
PANEL, LEFT, RIGHT = (4.9, 5.3), 0.4, 5.6  # inches: the sketch, its left edge, that of the figures beside it
BAR, BAR_STEP = 1.75, 0.4
FIRST, LAST = 1, 5  # frames that the first and the last quarter stand
DATE, TOTAL = 26.0, 11.5  # points
MOST_INDUSTRIES = 7


@dataclass(frozen=True)
class _Stage:
    """Where everything stands: the sketch, its lower left corner [inch], industries with a bar, and the longest bar [firms]."""

    plan: sketch.Sketch
    height: float
    bottom: float
    industries: tuple[int, ...]
    most: int

    @property
    def top(self) -> float:
        return self.bottom + PANEL[1]

    def bar_y(self, n: int) -> float:
        """Lower edge of a bar [inch]."""
        return self.top - 2.05 - n * BAR_STEP


def filling(of: Portrait, path: Path, language: str) -> Path:
    """Write the animation, whole or not at all, and return its path; equal worlds give equal bytes."""
    stage, figure = ground(of, language)
    writer = PillowWriter(fps=PER_SECOND)
    with replacing(path) as unfinished, writer.saving(figure, str(unfinished), DPI):
        for times in frames(of, figure, stage, language):
            for _ in range(times):
                writer.grab_frame()
    return path


def ground(of: Portrait, language: str) -> tuple[_Stage, Figure]:
    """The stage, and a figure with all that never changes as its pixels."""
    zh, park = language == "zh", of.park.label.in_language(language)
    title = f"{park}：企业如何进驻（一次模拟）" if zh else f"{park} filling up, in one world"
    subtitle = run_words(of).in_language(language)
    notes = style.note_lines(WIDTH, [one_world(of).in_language(language), sketch_key.about_places(of, language)])
    foot = style.notes_height(notes) + 0.34
    height = foot + PANEL[1] + 0.1 + style.header_height(WIDTH, title, subtitle)
    still = style.new_figure(WIDTH, height)
    still.set_dpi(DPI)
    style.header(still, title, subtitle)
    style.write_notes(still, notes)
    stage = _stage(of, sketch.sketch(of, *PANEL, language), height, foot)
    axes = _axes(still, stage)
    axes.set_facecolor(sketch.GROUND)
    _plates(still, axes, of, stage)
    if stage.plan.has_places:
        sketch_key.north(still, LEFT + 0.16, stage.top - 0.36, language)
    sketch_key.size_key(still, stage.plan, LEFT, foot - 0.17, language)
    for n, industry in enumerate(stage.industries):
        name = typeface.wrap(of.park.industries[industry].label.in_language(language), WIDTH - RIGHT - 0.3, SMALL)[0]
        style.write(still, RIGHT, stage.bar_y(n) + 0.21, name, SMALL, GREY)
    style.hairline(still, [RIGHT, WIDTH - style.MARGIN], [stage.bottom + 0.04] * 2, FAINT, 3.0)
    style.finished(still).canvas.draw()
    pixels = np.asarray(still.canvas.buffer_rgba())  # type: ignore[attr-defined]
    figure = style.new_figure(pixels.shape[1] / DPI, pixels.shape[0] / DPI)
    figure.set_dpi(DPI)
    figure.figimage(pixels, zorder=-1)
    return stage, figure


def _stage(of: Portrait, plan: sketch.Sketch, height: float, bottom: float) -> _Stage:
    quarters = range(of.ledger.start, of.ledger.end + 1)
    counts = np.array([np.sum([site.by_industry for site in sites_at(of, quarter)], axis=0) for quarter in quarters])
    most = counts.max(axis=0)
    shown = sorted(sorted(np.flatnonzero(most), key=lambda i: -int(most[i]))[:MOST_INDUSTRIES])
    return _Stage(plan, height, bottom, tuple(map(int, shown)), max(int(most.max(initial=0)), 1))


def _axes(figure: Figure, stage: _Stage) -> Axes:
    axes = style.new_axes(figure, LEFT, stage.bottom, *PANEL)
    axes.set(xlim=(0.0, PANEL[0]), ylim=(0.0, PANEL[1]), xticks=[], yticks=[])
    axes.spines["bottom"].set_visible(False)
    return axes


def _plates(figure: Figure, axes: Axes, of: Portrait, stage: _Stage) -> None:
    """Plates, empty rings and names of the zones."""
    for number, site in enumerate(sites_at(of, of.ledger.start)):
        if stage.plan.shown[number]:
            sketch.plate(axes, stage.plan, number, site)
            x, y = LEFT + float(stage.plan.middles[number, 0]), stage.bottom + stage.plan.text_top(number)
            for line in stage.plan.names[number]:
                style.write(figure, x, y - style.line_height(LABEL) / 2, line, LABEL, INK, "center")
                y -= style.line_height(LABEL)


# ── Frames ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def frames(of: Portrait, figure: Figure, stage: _Stage, language: str) -> Iterator[int]:
    """Draw one quarter after the other into a figure, and say how many frames each stands."""
    axes = _axes(figure, stage)
    start, end = of.ledger.start, of.ledger.end
    for quarter in range(start, end + 1):
        drawn = list(_moment(of, figure, axes, stage, quarter, language))
        typeface.dress(artist for artist in drawn if isinstance(artist, Text))
        yield LAST if quarter == end else FIRST if quarter == start else 1
        for artist in drawn:
            artist.remove()


def _moment(of: Portrait, figure: Figure, axes: Axes, stage: _Stage, quarter: int, language: str) -> Iterator[Artist]:
    """All that changes: the dots, the rings, the words below the plates, date, totals and bars."""
    sites = sites_at(of, quarter)
    for patch in sketch.dots(of, stage.plan, quarter):
        yield axes.add_artist(patch)
    for number, site in enumerate(sites):
        if stage.plan.shown[number]:
            yield from _zone(figure, axes, stage, number, site, language)
    y = stage.top
    yield style.write(figure, RIGHT, y - 0.2, quarter_name(quarter), DATE, INK)
    n_firms, staff = sum(len(site.firms) for site in sites), sum(site.staff for site in sites)
    yield style.write(figure, RIGHT, y - 0.68, sketch.firms_and_staff(n_firms, staff, language), TOTAL, INK)
    for n, text in enumerate(_since_start(of, quarter, language)):
        yield style.write(figure, RIGHT, y - 0.98 - n * style.line_height(SMALL), text, SMALL, GREY)
    counts = np.sum([site.by_industry for site in sites], axis=0)
    for n, industry in enumerate(stage.industries):
        yield from _bar(figure, of, stage, n, industry, int(counts[industry]))
    whole = WIDTH - style.MARGIN - RIGHT
    gone = (quarter - of.ledger.start) / max(of.ledger.end - of.ledger.start, 1)
    yield _block(figure, stage, (RIGHT, stage.bottom + 0.02), (whole * gone, 0.042), GREY)


def _zone(figure: Figure, axes: Axes, stage: _Stage, number: int, site: Site, language: str) -> Iterator[Artist]:
    if site.share is not None:
        yield axes.add_patch(sketch.gauge(stage.plan, number, site.share))
    y = stage.bottom + stage.plan.text_top(number) - len(stage.plan.names[number]) * style.line_height(LABEL)
    x, used = LEFT + float(stage.plan.middles[number, 0]), "" if site.share is None else f"{site.share:.0%}"
    text = f"{len(site.firms):,} 家" if language == "zh" else f"{len(site.firms):,} firm{'' if len(site.firms) == 1 else 's'}"
    text += (f"，已用 {used}" if language == "zh" else f", {used} used") if used else ""
    yield style.write(figure, x, y - style.line_height(SMALL) / 2, text, SMALL, GREY, "center")


def _since_start(of: Portrait, quarter: int, language: str) -> tuple[str, str]:
    ledger = of.ledger
    came = int(((ledger.channel != Channel.INITIAL) & (ledger.born <= quarter)).sum())
    left = int((ledger.ended <= quarter).sum())
    if language == "zh":
        return f"起点以来进入 {came:,} 家", f"起点以来退出 {left:,} 家"
    return f"{came:,} came since the start", f"{left:,} left since the start"


def _bar(figure: Figure, of: Portrait, stage: _Stage, n: int, industry: int, count: int) -> Iterator[Artist]:
    y, colour = stage.bar_y(n), style.industry_pen(of.park.industries[industry].key, industry).colour
    yield _block(figure, stage, (RIGHT, y), (BAR * count / stage.most, 0.12), colour)
    yield style.write(figure, RIGHT + BAR * count / stage.most + 0.07, y + 0.06, f"{count:,}", SMALL, INK)


def _block(figure: Figure, stage: _Stage, corner: tuple[float, float], size: tuple[float, float], colour: str) -> Artist:
    """A rectangle at a place of the figure [inch]."""
    place = (corner[0] / WIDTH, corner[1] / stage.height)
    block = Rectangle(place, size[0] / WIDTH, size[1] / stage.height, color=colour, linewidth=0.0, transform=figure.transFigure)
    return figure.add_artist(block)
