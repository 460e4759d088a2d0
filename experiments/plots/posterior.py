"""A calibration: what is known of every parameter before and after the figures, and each figure as foreseen from the others."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wutong.experiments import wording
from wutong.experiments.calibration.posterior import Posterior
from wutong.experiments.plots import style, typeface
from wutong.experiments.plots.style import FAINT, GREY, INK, SMALL
from wutong.model.assumptions import parameter_facts
from wutong.model.facts import Floats, Label

WIDTH, NAMES, NUMBERS, ROW, HEADING = 9.6, 3.3, 2.3, 0.46, 0.42  # inches
BINS = 32
ENDS = (0.002, 0.998)  # quantiles of the declared range between which a parameter is drawn
BEFORE, AFTER, SEEN = "#c9c4ba", "#2b6cb8", "#d0562f"
PARAMETERS = Label("参数：声明区间（灰）与校准后（蓝）", "Parameters: declared range (grey) and after (blue)")
FIGURES = Label("数据：只用其余数据的预测（蓝）与观测（红）", "Figures: foreseen from the others (blue), and seen (red)")
REACH = 3.0  # times the figure seen, either way, that are drawn


def posterior(found: Posterior, language: str) -> Figure:
    """Rows of parameters, before in grey and after in blue; rows of figures, foreseen from the others in blue and seen in red."""
    own = found.calibration
    title, subtitle = _titles(found, language)
    notes = style.note_lines(WIDTH, _notes(found, language))
    body = 2 * HEADING + ROW * (len(own.names) + len(own.figures)) + 0.3
    figure = style.new_figure(WIDTH, style.header_height(WIDTH, title, subtitle) + body + style.notes_height(notes) + 0.1)
    y = style.header(figure, title, subtitle)
    style.write_notes(figure, notes)
    y = _heading(figure, y, PARAMETERS.in_language(language))
    for name in own.names:
        fact = parameter_facts()[name]
        shown = wording.scale_for(fact.unit, 1.0, language).name if fact.unit != "share" else ""
        unit = "" if not shown else f"（{shown}）" if language == "zh" else f" ({shown})"
        numbers = _numbers(found.after(name))
        _row(figure, y, fact.label.in_language(language) + unit, numbers, INK if name in found.told() else GREY)
        _densities(_axes(figure, y), found, name)
        y -= ROW
    y -= 0.15
    y = _heading(figure, y, FIGURES.in_language(language))
    for place, given in enumerate(own.figures):
        seen = f"，观测 {wording.number(given.seen)}" if language == "zh" else f", seen {wording.number(given.seen)}"
        _row(figure, y, given.label.in_language(language), _numbers(found.foreseen(place)) + seen, INK)
        _foreseen(_axes(figure, y), found.foreseen(place), given.seen)
        y -= ROW
    return style.finished(figure)


def _titles(found: Posterior, language: str) -> tuple[str, str]:
    own, n, worth = found.calibration, f"{len(found.weights):,}", f"{found.n_effective:,.0f}"
    if language == "zh":
        return f"校准：{own.label.zh}", f"{n} 个世界按与数据的相符程度加权，相当于 {worth} 个"
    title = f"Calibration: {wording.lower_first(own.label.en)}"
    return title, f"{n} worlds weighed by how well they agree with what was seen, worth {worth}"


def _notes(found: Posterior, language: str) -> list[str]:
    own = found.calibration
    silent = [parameter_facts()[name].label for name in found.silent()]
    sources = "; ".join(dict.fromkeys(f.source.partition(":")[0] for f in own.figures))
    if language == "zh":
        told = "灰色名称：数据几乎不能说明的参数。" if silent else ""
        return [f"数字为中位数与 90% 区间。{told}{own.note.zh}", f"来源：{sources}"]
    told = "Names in grey: the figures say next to nothing of them. " if silent else ""
    return [f"Numbers are medians and 90% ranges. {told}{own.note.en}", f"Sources: {sources}"]


def _heading(figure: Figure, y: float, words: str) -> float:
    style.write(figure, style.MARGIN, y - 0.3, words, SMALL, GREY)
    style.hairline(figure, [style.MARGIN, WIDTH - style.MARGIN], [y - HEADING + 0.04] * 2, FAINT)
    return y - HEADING


def _row(figure: Figure, y: float, name: str, numbers: str, colour: str) -> None:
    lines = typeface.wrap(name, NAMES - 0.2, SMALL)[:2]
    top = y - ROW / 2 + len(lines) * style.line_height(SMALL) / 2
    style.write_lines(figure, style.MARGIN, top, lines, SMALL, colour)
    style.write(figure, WIDTH - style.MARGIN, y - ROW / 2, numbers, SMALL, colour, "right")


def _numbers(quantiles: Floats) -> str:
    low, middle, high = (wording.number(float(v)) for v in quantiles)
    return f"{middle} ({low}{wording.DASH}{high})"


def _axes(figure: Figure, y: float) -> Axes:
    axes = style.new_axes(figure, style.MARGIN + NAMES, y - ROW + 0.06, WIDTH - 2 * style.MARGIN - NAMES - NUMBERS, ROW - 0.1)
    axes.set_axis_off()
    return axes


def _densities(axes: Axes, found: Posterior, name: str) -> None:
    values = found.table.values[:, found.calibration.place(name)]
    low, high = (float(v) for v in np.quantile(values, ENDS))
    edges = np.linspace(low, high, BINS + 1)
    for weights, colour, filled in ((found.even, BEFORE, True), (found.weights, AFTER, False)):
        heights, _ = np.histogram(values, edges, weights=weights)
        if filled:
            axes.stairs(heights, edges, fill=True, color=colour)
        else:
            axes.stairs(heights, edges, color=colour, linewidth=1.3)
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(0.0, None)


def _foreseen(axes: Axes, quantiles: Floats, seen: float) -> None:
    low, middle, high = np.clip(quantiles / seen, 1.0 / REACH, REACH)
    axes.plot([low, high], [0.0, 0.0], color=AFTER, linewidth=1.6, solid_capstyle="butt")
    axes.plot([middle], [0.0], "o", color=AFTER, markersize=5)
    axes.axvline(1.0, color=SEEN, linewidth=1.4, ymin=0.15, ymax=0.85)
    axes.set_xscale("log")
    axes.set_xlim(1.0 / REACH, REACH)
    axes.set_ylim(-1.0, 1.0)
