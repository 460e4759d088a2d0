"""A hindcast: the fan from the cut-off on, what was used, what was held back, and the two rules that need no model."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wutong.experiments import wording
from wutong.experiments.hindcast.ask import Hindcast
from wutong.experiments.hindcast.naive import LABELS, Rule, fitted
from wutong.experiments.hindcast.scores import Ensemble
from wutong.experiments.hindcast.scoring import BY_MEASURE
from wutong.experiments.hindcast.series import Series, Subject, series_of
from wutong.experiments.hindcast.words import date
from wutong.experiments.plots import style
from wutong.experiments.plots.fan import QUANTILES, Fan, draw_fan, ends_of_axis, moment
from wutong.experiments.plots.style import GREY, INK, PAPER, SMALL, Pen
from wutong.model.facts import Label
from wutong.model.measures import MEASURES

PANEL_WIDTH, PANEL_HEIGHT, LEFT, GAP = 4.5, 2.9, 0.75, 0.95  # inches
RULE_PENS = {
    Rule.GROWTH: Pen("#d0562f", (5.0, 1.4)),
    Rule.LAST: Pen("#7b4a94", (1.6, 1.2)),
    Rule.AMOUNT: Pen("#3c7a89", (3.0, 1.2, 1.0, 1.2)),
    Rule.DAMPED: Pen("#8a8a2f", (1.0, 1.0)),
}
MODEL_PEN = Pen("#2b6cb8")
MODEL = Label("模型：中位数，50% 与 90% 区间", "Model: median, 50% and 90% of the worlds")


def hindcast_picture(found: Hindcast, language: str) -> Figure:
    """A panel for each measure of the whole park that was observed, the parts of the park left out where there is a whole."""
    subjects = _subjects(found)
    columns, rows = min(len(subjects), 2), -(-len(subjects) // 2)
    width = max(LEFT + columns * PANEL_WIDTH + (columns - 1) * GAP + style.MARGIN, 7.0)
    title, subtitle = _titles(found, language)
    pens = [(MODEL.in_language(language), MODEL_PEN), *((LABELS[r].in_language(language), pen) for r, pen in RULE_PENS.items())]
    notes = style.note_lines(width, _notes(found, language))
    bottom = style.notes_height(notes) + 0.4
    above = style.header_height(width, title, subtitle) + style.key_height(width, pens) + 0.15
    step = PANEL_HEIGHT + 0.75
    figure = style.new_figure(width, bottom + rows * step + above)
    top = style.header(figure, title, subtitle) - 0.05
    style.write_key(figure, top, pens)
    style.write_notes(figure, notes)
    for i, subject in enumerate(subjects):
        left, base = LEFT + (i % 2) * (PANEL_WIDTH + GAP), bottom + (rows - 1 - i // 2) * step
        axes = style.new_axes(figure, left, base, PANEL_WIDTH, PANEL_HEIGHT)
        name = _panel(axes, found, subject, language)
        style.write(figure, left - 0.35, base + PANEL_HEIGHT + 0.3, name, style.LABEL, INK)
    return style.finished(figure)


def _subjects(found: Hindcast) -> list[Subject]:
    whole = [s for s in found.projection.values if s[1] == "all"]
    return whole or list(found.projection.values)


def _titles(found: Hindcast, language: str) -> tuple[str, str]:
    projection = found.projection
    name, when = projection.scenario.park.label.in_language(language), date(projection.cutoff)
    n = next(iter(projection.values.values())).shape[1]
    if language == "zh":
        return f"{name}：用 {when} 年及以前的数据推演其后", f"{n} 个世界；截止日期之后的数值没有用来推演"
    return f"{name}: what data up to {when} say of the years after", f"{n} worlds; nothing after the cut-off was used"


def _notes(found: Hindcast, language: str) -> list[str]:
    parts = []
    for s in found.summaries:
        if s.kind == BY_MEASURE and s.name.endswith("/all"):
            label = MEASURES[s.name.split("/")[0]].label.in_language(language)
            hits = f"{s.n - s.misses_90}/{s.n}"
            parts.append(f"{label} {hits}" if language == "zh" else f"{label.lower()} {hits}")
    sources = dict.fromkeys(p.source for p in found.held if p.source)
    if language == "zh":
        dots = "实心点：推演所用观测值；空心圈：留作检验的观测值。"
        return [
            dots + (f"落在 90% 区间内：{'，'.join(parts)}。" if parts else ""),
            f"来源：{'；'.join(sources)}。" if sources else "",
        ]
    dots = "Full dots were used, open circles were held back."
    inside = f" Inside the 90% band: {', '.join(parts)}." if parts else ""
    return [dots + inside, f"Sources: {'; '.join(sources)}." if sources else ""]


def _panel(axes: Axes, found: Hindcast, subject: Subject, language: str) -> str:
    """Draw one measure; returns its name with its unit."""
    projection, fact = found.projection, MEASURES[subject[0]]
    held = series_of([p for p in found.held if (p.measure, p.scope) == subject]).get(subject)
    before = projection.series.get(subject)
    scale = wording.scale_for(wording.shown_unit(fact), float(np.nanmax(projection.values[subject])), language)
    fan = _fan(found, subject, scale.factor)
    first = projection.cutoff if before is None else min(before.quarters[0], projection.cutoff)
    style.year_axis(axes, first // 4, projection.extent.end // 4, PANEL_WIDTH)
    seen = [v * scale.factor for s in (before, held) if s is not None for v in s.values]
    ends = [] if before is None else [fitted(r, before).median(projection.extent.end) * scale.factor for r in Rule]
    low, high = ends_of_axis([fan], *seen, *(min(e, 1.3 * max([*seen, float(fan.quantiles[4].max())])) for e in ends))
    style.value_axis(axes, low, high)
    draw_fan(axes, fan, shaded=True)
    axes.axvline(moment(projection.cutoff), color=GREY, linewidth=0.7, linestyle=(0, (1, 2)))
    if before is not None:
        _rules(axes, before, projection.extent.end, scale.factor)
        _dots(axes, before, scale.factor, INK)
    if held is not None:
        _dots(axes, held, scale.factor, PAPER)
    axes.tick_params(labelsize=SMALL)
    scope = wording.scope_label(projection.scenario.park, subject[1], language)
    label = fact.label.in_language(language)
    unit = f"{scale.name}" if scale.name else ""
    brackets = (f"（{unit}）" if unit else "") if language == "zh" else (f" ({unit})" if unit else "")
    where = "" if subject[1] == "all" else f"{scope} · "
    return f"{where}{label}{brackets}"


def _fan(found: Hindcast, subject: Subject, factor: float) -> Fan:
    values, cutoff = found.projection.values[subject], found.projection.cutoff
    rows = [i for i in range(len(values)) if i % 4 == 0 and not np.isnan(values[i]).any()]
    time = np.array([moment(cutoff + i) for i in rows])
    ensembles = [Ensemble.of(values[i], found.projection.weights) for i in rows]
    quantiles = np.array([[one.quantile(share) * factor for one in ensembles] for share in QUANTILES])
    return Fan("", MODEL_PEN, time, quantiles)


def _rules(axes: Axes, before: Series, end: int, factor: float) -> None:
    quarters = [before.quarters[-1], *range(before.quarters[-1] + 1, end + 1)]
    for rule, pen in RULE_PENS.items():
        forecast = fitted(rule, before)
        path = [forecast.median(q) * factor for q in quarters]
        axes.plot([moment(q) for q in quarters], path, color=pen.colour, linestyle=pen.style, linewidth=1.4, zorder=4)


def _dots(axes: Axes, series: Series, factor: float, face: str) -> None:
    time, values = [moment(q) for q in series.quarters], [v * factor for v in series.values]
    axes.plot(
        time, values, "o", markersize=5, markerfacecolor=face, markeredgecolor=INK, markeredgewidth=1.2, zorder=6, clip_on=False
    )
