"""Small multiples: a measure by industry, and the chance of every goal over time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wutong.experiments import wording
from wutong.experiments.defined import count
from wutong.experiments.goals import attainment as judge
from wutong.experiments.goals import readings, wilson
from wutong.experiments.plots import fan as fans
from wutong.experiments.plots import style, typeface
from wutong.experiments.plots.grid import VALUES, Grid, end_values, new_panel, panel_grid, panel_width
from wutong.experiments.plots.style import GREY, INK, LABEL, SMALL, Pen
from wutong.model.history import History
from wutong.model.scenario import Target


def industries(histories: Sequence[History], measure: str, language: str) -> Figure:
    """Fans of a measure, one panel an industry, each on its own scale; one policy is drawn in the industries' colours."""
    base = histories[0]
    park = base.cases[0].scenario.park
    shown = [(i, industry) for i, industry in enumerate(park.industries) if park.segments_of(industry.key)]
    fact, zh = base.facts[measure], language == "zh"
    label = fact.label.in_language(language)
    title = f"各产业{label}" if zh else f"{label} by industry"
    definition = fact.definition.in_language(language).rstrip("。.")
    scales = (
        f"各图纵轴刻度不同；图右数字为 {fans.end_of(base, language)}中位数，单位见各图左上角。"
        if zh
        else f"Each panel has its own scale; the figures at the right are medians at the {fans.end_of(base, language)}, "
        "in the unit above the panel."
    )
    about = (f"口径：{definition}。" if zh else f"Definition: {definition}. ") if definition else ""
    raws = [fans.fans_of(histories, measure, industry.key, 1.0, language) for _, industry in shown]
    scales += _gaps(all(fan.whole for raw in raws for fan in raw), language)
    headings = [
        typeface.wrap(industry.label.in_language(language), panel_width(len(shown)) + VALUES, LABEL) for _, industry in shown
    ]
    figure, grid = panel_grid(
        title, fans.subtitle(histories, language), about + scales, _key(histories, language), headings, len(histories)
    )
    for (position, industry), raw, corner, heading in zip(shown, raws, grid.corners, headings, strict=True):
        pens = [style.industry_pen(industry.key, position)] if len(histories) == 1 else None
        scale = wording.scale_for(wording.shown_unit(fact), fans.top_of(raw), language)
        drawn = fans.fans_of(histories, measure, industry.key, scale.factor, language, pens)
        axes = new_panel(figure, grid, corner, heading, scale.name, fans.years_shown(histories))
        style.value_axis(axes, *fans.ends_of_axis(drawn, 0.0), n_ticks=3)
        fans.draw_fans(axes, drawn)
        axes.axvline(fans.moment(base.start), color=GREY, linewidth=0.6, linestyle=(0, (1, 2)))
        end_values(
            figure,
            grid,
            corner,
            [(style.share_of_height(axes, float(f.median[-1])), wording.number(float(f.median[-1])), f.pen) for f in drawn],
        )
    return style.finished(figure)


def attainment(histories: Sequence[History], language: str) -> Figure:
    """Chance that each goal's value is reached, over time, one panel a goal, with its date and the chance there."""
    targets = histories[0].cases[0].scenario.targets
    zh = language == "zh"
    bands = (
        "线为当时达到目标值的模拟所占比例，色带为其 90% 区间"
        if zh
        else "lines: share of runs at or above the goal's value at the time; bands: 90% interval"
    )
    note = (
        "竖线为目标期限，图右数字为期限当时的达标概率；期限不在模拟期内的目标不予判定。可能性以模型的假设及其取值范围为前提。"
        if zh
        else "Upright lines mark the goals' dates, the figures at the right are the chances then; a goal dated beyond the runs "
        "is not judged. Chances hold under the model's assumptions and their ranges."
    )
    note += _gaps(not any(_partly(h, t) for h in histories for t in h.cases[0].scenario.targets), language)
    headings = [typeface.wrap(t.label.in_language(language), panel_width(len(targets)) + VALUES, LABEL) for t in targets]
    title = "各项目标的达标概率" if zh else "Chance of reaching each goal"
    figure, grid = panel_grid(
        title, fans.subtitle(histories, language, bands), note, _key(histories, language), headings, len(histories)
    )
    for target, corner, heading in zip(targets, grid.corners, headings, strict=True):
        asked = f"≥ {wording.goal(histories[0], target, language)}{'，' if zh else ', '}{wording.short_date(target, language)}"
        axes = new_panel(figure, grid, corner, heading, asked, fans.years_shown(histories))
        style.value_axis(axes, 0.0, 100.0, "%", n_ticks=2)
        axes.set_ylim(-3.0, 103.0)
        _chances(figure, grid, axes, corner, histories, target, language)
    return style.finished(figure)


def _chances(
    figure: Figure,
    grid: Grid,
    axes: Axes,
    corner: tuple[float, float],
    histories: Sequence[History],
    target: Target,
    language: str,
) -> None:
    ends, covered = [], False
    for i, history in enumerate(histories):
        own = next((t for t in history.cases[0].scenario.targets if t.key == target.key), None)
        if own is None:
            continue
        pen = style.pen_of(i)
        _chance_line(axes, history, own, pen, shaded=len(histories) <= 2 or i == 0)
        result = judge(history, own)
        share, covered = result.share, covered or result.covered
        if share.n:
            ends.append((style.share_of_height(axes, share.value * 100), wording.bare_chance(share), pen))
    by = fans.moment(target.by)
    if ends:
        axes.axvline(by, color=INK, linewidth=0.8, zorder=2)
        end_values(figure, grid, corner, ends)
    else:
        words = "期限不在模拟期内，不予判定" if language == "zh" else "date beyond the runs: not judged"
        if covered:
            words = "比值的分母为零，无法判定" if language == "zh" else "nothing to divide by: cannot be judged"
        lines = typeface.wrap(words, grid.width - 0.2, SMALL)
        style.write_lines(figure, corner[0] + 0.1, corner[1] + grid.height * 0.78, lines, SMALL, GREY)


def _chance_line(axes: Axes, history: History, target: Target, pen: Pen, *, shaded: bool) -> None:
    quarters, values = readings(history, target)
    time = [fans.moment(int(q)) for q in quarters]
    shares = [wilson(int(hits), int(n)) for hits, n in zip((values >= target.at_least).sum(axis=1), count(values), strict=True)]
    percents = np.array([(s.low, s.value, s.high) if s.n else (np.nan,) * 3 for s in shares]).reshape(-1, 3).T * 100
    if shaded:
        axes.fill_between(time, percents[0], percents[2], color=pen.colour, alpha=0.18, linewidth=0.0)
    axes.plot(time, percents[1], color=pen.colour, linestyle=pen.style, linewidth=1.6, zorder=3)


def _partly(history: History, target: Target) -> bool:
    """Whether a goal's measure is undefined in some world at some time."""
    return bool(np.isnan(readings(history, target)[1]).any())


def _gaps(whole: bool, language: str) -> str:  # noqa: FBT001
    """What a gap in the lines means, as an addition to a note; empty where there is none."""
    return "" if whole else fans.undefined_note(language) if language == "zh" else f" {fans.undefined_note(language)}"


def _key(histories: Sequence[History], language: str) -> list[tuple[str, Pen]]:
    """Names and pens of the policies; none where there is a single one."""
    names = fans.names_of(histories, language)
    return [(name, style.pen_of(i)) for i, name in enumerate(names)] if len(names) > 1 else []
