"""From idea to firm: what the labs have under way by stage, what passes, the knowledge stock, and the firms that come of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wutong.experiments import wording
from wutong.experiments.answers.research import Pipeline, goal_dates, pipeline, sentence
from wutong.experiments.answers.telling import listed
from wutong.experiments.plots import fan as fans
from wutong.experiments.plots import style, typeface
from wutong.experiments.plots.grid import VALUES, Grid, end_values, new_panel, panel_grid, panel_width
from wutong.experiments.plots.style import GREY, INK, LABEL, Pen
from wutong.model.facts import Floats, Label
from wutong.model.history import Axis, History, Kind
from wutong.model.research_measures import FINISHED, STAGES, UNDER_WAY
from wutong.model.units import quarter_name

PENS = (Pen("#2b6cb8"), Pen("#d0562f", (5.0, 1.4)))  # all labs, the new ones
SPUN_OFF = "lab_first_round_firms"
STAGE_HEADINGS = [Label(f"{i}　{zh}", f"{i}  {en[:1].upper()}{en[1:]}") for i, (_, zh, en) in enumerate(STAGES, 1)]
PANELS = (  # measure, heading
    *zip(UNDER_WAY, STAGE_HEADINGS, strict=True),
    ("transferred_projects", Label("通过成果转化", "Passed transfer")),
    (FINISHED, Label("通过产业放大", "Passed scale-up")),
    ("knowledge", Label("知识存量", "Knowledge stock")),
    (SPUN_OFF, Label("实验室直接衍生企业", "Firms founded from labs")),
)


def knowledge_pipeline(history: History, language: str) -> Figure:
    """Research of the labs by stage, what it brought by year, and the firms founded from labs, with the dates of the goals.

    Measures that are kept by lab are shown for all labs and for those that open in the year of the start or later.

    Raises
    ------
    ValueError
        If the park has no lab.
    """
    p = pipeline(history, language)
    headings = [typeface.wrap(label.in_language(language), panel_width(len(PANELS)) + VALUES, LABEL) for _, label in PANELS]
    figure, grid = panel_grid(*_texts(p), _key(p), headings)
    for (measure, _), corner, heading in zip(PANELS, grid.corners, headings, strict=True):
        _panel(figure, grid, corner, heading, measure, p)
    return style.finished(figure)


def paths(history: History, measure: str, members: Sequence[str] | None) -> tuple[Floats, Floats]:
    """Times of shape (n_dates,) [year] and values of shape (n_dates, n_worlds): year's sums of a flow, else every quarter."""
    if history.facts[measure].kind is not Kind.FLOW:
        series = history.total(measure, members)
        return fans.times(history.start, series.shape[0]), series
    years, values = history.yearly(measure, members)
    return np.array([year + 1.0 for year in years]), np.asarray(values)


def _panel(figure: Figure, grid: Grid, corner: tuple[float, float], heading: Sequence[str], measure: str, p: Pipeline) -> None:
    fact, language = p.history.facts[measure], p.language
    groups: list[Sequence[str] | None] = [None]
    if p.new and fact.axis is Axis.LAB:
        groups.append([lab.key for lab in p.new])
    raw = [paths(p.history, measure, members) for members in groups]
    unit = f"{fact.unit}/year" if fact.kind is Kind.FLOW else fact.unit
    unit = "" if unit == "1" else wording.scale_for(unit, 1.0, language).name
    if measure == "knowledge":
        unit = Label("项成果，逐年折旧", "results, decaying").in_language(language)
    drawn = [
        fans.Fan("", pen, time, np.quantile(values, fans.QUANTILES, axis=1) if len(time) else np.zeros((5, 0)))
        for pen, (time, values) in zip(PENS, raw, strict=False)
    ]
    axes = new_panel(figure, grid, corner, heading, unit, fans.years_shown([p.history]))
    drawn = [one for one in drawn if len(one.time)]
    style.value_axis(axes, 0.0, 1.08 * max([float(one.quantiles[4].max()) for one in drawn] + [1e-9]), n_ticks=3)
    for one in drawn:
        fans.draw_fan(axes, one, shaded=True)
    _dates(axes, p)
    ends = [(style.share_of_height(axes, float(f.median[-1])), wording.number(float(f.median[-1])), f.pen) for f in drawn]
    end_values(figure, grid, corner, ends)


def _dates(axes: Axes, p: Pipeline) -> None:
    """The start of the runs, and the dates of the goals within them."""
    axes.axvline(fans.moment(p.history.start), color=GREY, linewidth=0.6, linestyle=(0, (1, 2)))
    for by in goal_dates(p.history):
        axes.axvline(fans.moment(by), color=INK, linewidth=0.8, zorder=2)


def _key(p: Pipeline) -> list[tuple[str, Pen]]:
    """Names and pens of the series; one alone needs no name."""
    return list(zip(p.names(), PENS, strict=True)) if p.new else []


def _texts(p: Pipeline) -> tuple[str, str, str]:
    """Title, subtitle and note."""
    zh, dates = p.language == "zh", [quarter_name(by) for by in goal_dates(p.history)]
    policy, n = fans.names_of([p.history], p.language)[0], len(p.history.cases)
    scenario = p.history.cases[0].scenario.title.in_language(p.language)
    if zh:
        goals = f"竖线：目标期限（{listed(dates, 'zh')}）。" if dates else ""
        return (
            "实验室：从基础研究到企业",
            f"{scenario}，{policy}；模拟 {n} 次；线为中位数，色带含 50% 和 90% 的模拟",
            "上排为各阶段季末在研项目，平均依次历时约 3、2、1、1.5 年，只有一部分通过；下排的“通过”按年计。"
            f"{goals}图右数字为期末中位数。{sentence(p)}",
        )
    goals = f"Upright lines: dates of goals ({listed(dates, 'en')}). " if dates else ""
    return (
        "Labs: from basic research to firms",
        f"{scenario}, {policy} · {n} run{'' if n == 1 else 's'} · lines: medians; bands: 50% and 90% of runs",
        "Above: projects under way in each stage at the quarter's end; stages take about 3, 2, 1 and 1.5 years, and only a part "
        f"passes. Below: what passed, by year. {goals}Figures at the right: medians at the end. {sentence(p)}".strip(),
    )
