"""The PIT histogram of a hindcast: where the values that came lie in what had been projected of them."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wutong.experiments import wording
from wutong.experiments.hindcast.ask import Hindcast
from wutong.experiments.hindcast.series import Subject
from wutong.experiments.hindcast.words import date
from wutong.experiments.plots import style, typeface
from wutong.experiments.plots.style import GREY, INK, PAPER, SMALL
from wutong.model.facts import Floats, Ints
from wutong.model.measures import MEASURES

WIDTH, NAMES, RIGHT, HEIGHT = 8.0, 1.75, 0.45, 2.5  # inches; NAMES holds the names of the rows of dots
FEW, BINS = 50, (5, 10)  # values below which there are fewer bins
LEVEL = 0.9


def pit_histogram(found: Hindcast, language: str) -> Figure:
    """Counts of the held-back values by the share of the projection below them, and each value as a dot by its measure.

    Bars of about one height mean that the bands are as wide as they should be; more at both ends, that they are too narrow.

    Raises
    ------
    ValueError
        If no value was scored.
    """
    if not found.scores:
        raise ValueError("no held-back value was scored")
    subjects = list(dict.fromkeys(score.subject for score in found.scores))
    title, subtitle = _titles(found, language)
    colours = [style.pen_of(i + 1).colour for i in range(len(subjects))]
    names = [typeface.wrap(_name(found, subject, language), NAMES - 0.2, SMALL) for subject in subjects]
    notes = style.note_lines(WIDTH, [_note(language)])
    step = max(map(len, names)) * style.line_height(SMALL) + 0.06
    strip, bottom = len(subjects) * step + 0.08, style.notes_height(notes) + 0.55
    figure = style.new_figure(WIDTH, style.header_height(WIDTH, title, subtitle) + 0.4 + HEIGHT + strip + bottom)
    top = style.header(figure, title, subtitle)
    style.write_notes(figure, notes)
    left, width = style.MARGIN + NAMES, WIDTH - style.MARGIN - NAMES - RIGHT
    style.write(figure, left - 0.3, top - 0.22, "观测值个数" if language == "zh" else "observed values", SMALL, GREY)
    _bars(style.new_axes(figure, left, bottom + strip, width, HEIGHT), np.array([score.pit for score in found.scores]))
    axes = style.new_axes(figure, left, bottom, width, strip)
    axes.set_ylim(0.0, strip)
    for row, (subject, lines, colour) in enumerate(zip(subjects, names, colours, strict=True)):
        y = strip - 0.08 - (row + 0.5) * step
        style.write_lines(figure, style.MARGIN, bottom + y + len(lines) * style.line_height(SMALL) / 2, lines, SMALL)
        _dots(axes, [score.pit for score in found.scores if score.subject == subject], y, colour)
    words = "推演中低于观测值的比例（PIT）" if language == "zh" else "share of the projection below what came (PIT)"
    style.write(figure, left + width / 2, bottom - 0.36, words, SMALL, GREY, "center")
    return style.finished(figure)


def counts_of(values: Floats) -> Ints:
    """Values in each of equal parts of 0 to 1, of shape (n_bins,)."""
    n_bins = BINS[len(values) >= FEW]
    return np.asarray(np.histogram(values, n_bins, (0.0, 1.0))[0])


def inner(n: int, prob: float) -> tuple[int, int]:
    """Central range that holds at least nine tenths of a binomial count."""
    below = np.cumsum([comb(n, k) * prob**k * (1.0 - prob) ** (n - k) for k in range(n + 1)])
    tail = (1.0 - LEVEL) / 2.0
    return int(np.argmax(below >= tail)), int(np.argmax(below >= 1.0 - tail - 1e-12))


def _bars(axes: Axes, values: Floats) -> None:
    counts = counts_of(values)
    n, n_bins = int(counts.sum()), len(counts)
    low, high = inner(n, 1.0 / n_bins)
    axes.set_xlim(0.0, 1.0)
    axes.axhspan(low, high, color=GREY, alpha=0.16, linewidth=0.0, zorder=1)
    edges = np.arange(n_bins) / n_bins
    axes.bar(edges, counts, 1.0 / n_bins, align="edge", color="#2b6cb8", edgecolor=PAPER, linewidth=1.4, alpha=0.85, zorder=2)
    axes.plot([0.0, 1.0], [n / n_bins] * 2, color=INK, linewidth=1.0, linestyle=(0, (4, 3)), zorder=3)
    style.value_axis(axes, 0.0, 1.1 * max(int(counts.max()), high, 1))
    ticks = [t for t in axes.get_yticks() if float(t).is_integer()]
    axes.set_yticks(ticks, labels=[wording.number(float(t)) for t in ticks])
    axes.set_xticks([])


def _dots(axes: Axes, places: Sequence[float], y: float, colour: str) -> None:
    axes.set_xlim(0.0, 1.0)
    axes.set_yticks([])
    axes.set_xticks([0.0, 0.25, 0.5, 0.75, 1.0], labels=["0", "25%", "50%", "75%", "100%"])
    (marks,) = axes.plot(places, [y] * len(places), "o", markersize=5.5, color=colour, clip_on=False, zorder=3)
    marks.set(markeredgecolor=PAPER, markeredgewidth=0.6)


def _name(found: Hindcast, subject: Subject, language: str) -> str:
    label = MEASURES[subject[0]].label.in_language(language)
    if subject[1] == "all":
        return label
    return f"{wording.scope_label(found.projection.scenario.park, subject[1], language)} · {label}"


def _titles(found: Hindcast, language: str) -> tuple[str, str]:
    name, when = found.projection.scenario.park.label.in_language(language), date(found.projection.cutoff)
    n = len(found.scores)
    if language == "zh":
        return f"{name}：推演的区间宽窄是否得当", f"截至 {when} 年推演；其后 {n} 个观测值"
    return f"{name}: are the bands as wide as they should be?", f"projected from {when} on · {n} values that came later"


def _note(language: str) -> str:
    if language == "zh":
        return (
            "各柱高度相近为好：两端多则区间太窄，中间多则太宽，偏一侧则有偏差。"
            "虚线为期望，灰带为 90% 范围（设各值独立，相邻年份其实不然）。"
        )
    return (
        "Bars of about one height are best: more at both ends, the bands are too narrow; more in the middle, too wide; more on "
        "one side, biased. Dashed: expected; grey: 90% of each bar if values were independent, which neighbouring years are not."
    )
