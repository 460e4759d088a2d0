"""The chance of each goal in thirds of the runs by their entry rate, with intervals, for every policy."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wutong.experiments import wording
from wutong.experiments.answers.depth import GoalInDepth, in_depth
from wutong.experiments.plots import fan as fans
from wutong.experiments.plots import style, typeface
from wutong.experiments.plots.style import GREY, INK, LABEL, SMALL
from wutong.model.history import History

WIDTH, LEFT, PANEL_HEIGHT, GAP, EDGE = 10.4, 0.62, 1.75, 0.3, 0.25


def attainment_by_band(histories: Sequence[History], language: str) -> Figure:
    """Chance of every judged goal whose runs differ in entry, by thirds of the entry rate, with 90 % intervals.

    Parameters
    ----------
    histories : one scenario and policy each; a policy's colour follows from its place in this list
    """
    found = [[g for g in in_depth(h) if g.share.n and g.bands and not g.is_set] for h in histories]
    goals = list({g.key: g for one in found for g in one}.values())
    title, subtitle = _titles(histories, language)
    if not goals:
        return _empty(title, subtitle, language)
    names = fans.names_of(histories, language)
    key = [(name, style.pen_of(i)) for i, name in enumerate(names)] if len(names) > 1 else []
    n_columns = 2 if len(goals) in (2, 4) else min(len(goals), 3)
    room = (WIDTH - 2 * EDGE) / n_columns
    headings = [typeface.wrap(_heading(g, language), room - 0.3, LABEL) for g in goals]
    above = max(len(lines) for lines in headings) * style.line_height(LABEL) + 0.12
    note = style.note_lines(WIDTH, [_note(language)])
    block = above + PANEL_HEIGHT + 0.42 + GAP
    head = style.header_height(WIDTH, title, subtitle) + style.key_height(WIDTH, key)
    figure = style.new_figure(WIDTH, head + 0.15 + -(-len(goals) // n_columns) * block + style.notes_height(note))
    top = style.header(figure, title, subtitle)
    top = (style.write_key(figure, top - 0.06, key) if key else top) - 0.12
    style.write_notes(figure, note)
    for i, (goal, lines) in enumerate(zip(goals, headings, strict=True)):
        row, column = divmod(i, n_columns)
        left, upper = EDGE + column * room, top - row * block
        style.write_lines(figure, left + 0.15, upper, lines, LABEL)
        place = (left + LEFT - 0.15, upper - above - PANEL_HEIGHT, room - LEFT - 0.1, PANEL_HEIGHT)
        axes = style.new_axes(figure, *place)
        same = [next((g for g in one if g.key == goal.key), None) for one in found]
        style.value_axis(axes, 0.0, _top(found), "%", n_ticks=4)
        _panel(figure, axes, place, same, language)
    return style.finished(figure)


def _titles(histories: Sequence[History], language: str) -> tuple[str, str]:
    if language == "zh":
        shown = "按每年进入企业数把模拟分成三等份；点为达标的比例，竖线为 90% 区间"
        return "达标概率与进入率", fans.subtitle(histories, language, shown)
    shown = "runs in thirds by their firms entering a year; dots: share that reaches the goal; bars: 90% intervals"
    return "Chance of each goal by the entry rate", fans.subtitle(histories, language, shown)


def _top(found: Sequence[Sequence[GoalInDepth]]) -> float:
    """Common upper end of the panels [%]: just above the highest interval."""
    highest = max(band.share.high for goals in found for g in goals for band in g.bands) * 100
    return next((float(t) for t in (10, 20, 50) if highest <= 0.95 * t), 102.0)


def _panel(
    figure: Figure, axes: Axes, place: tuple[float, float, float, float], same: Sequence[GoalInDepth | None], language: str
) -> None:
    left, bottom, width, _ = place
    first = next(g for g in same if g is not None)
    n_bands, n = len(first.bands), len(same)
    axes.set_xlim(-0.5, n_bands - 0.5)
    axes.set_xticks([])
    low, high = axes.get_ylim()
    axes.set_ylim(low - 0.02 * (high - low), high)
    step = min(0.13, 0.8 / n)
    for i, goal in enumerate(same):
        for b, band in enumerate(goal.bands if goal is not None else ()):
            x, share, pen = b + (i - (n - 1) / 2) * step, band.share, style.pen_of(i)
            axes.vlines(x, share.low * 100, share.high * 100, color=pen.colour, linewidth=2.0, alpha=0.55)
            axes.plot(x, share.value * 100, "o", markersize=5.0, color=pen.colour, zorder=4)
    for b, band in enumerate(first.bands):
        middle = left + (b + 0.5) / n_bands * width
        entry = wording.DASH.join(wording.number(v) for v in (band.low, band.high))
        style.write(figure, middle, bottom - 0.12, entry, SMALL, GREY, "center")
    unit = "每年进入企业（家）" if language == "zh" else "firms entering a year"
    style.write(figure, left + width / 2, bottom - 0.28, unit, SMALL, GREY, "center")


def _heading(goal: GoalInDepth, language: str) -> str:
    target = goal.target
    asked = wording.goal(goal.history, target, language)
    when = wording.short_date(target, language)
    label = target.label.in_language(language)
    return f"{label}：≥ {asked}，{when}" if language == "zh" else f"{label}: ≥ {asked}, {when}"


def _note(language: str) -> str:
    if language == "zh":
        return "进入率为起点时每年到该目标各环节落户的企业数，由各次模拟抽取的假设读回；各组模拟次数相等，区间只反映次数有限。"
    return (
        "Entry: firms a year that settle in the goal's segments at the start, read back from what each run drew. "
        "Bands hold equally many runs; intervals reflect their limited number."
    )


def _empty(title: str, subtitle: str, language: str) -> Figure:
    """A picture that says that there is nothing to show."""
    head = style.header_height(WIDTH, title, subtitle)
    figure = style.new_figure(WIDTH, head + 1.0)
    top = style.header(figure, title, subtitle)
    words = (
        "没有可按进入率分组的目标：期限不在模拟期内，或各次模拟进入率相同。"
        if language == "zh"
        else "No goal can be shown: dates lie beyond the runs, or all runs have one entry rate."
    )
    style.write_lines(figure, style.MARGIN, top - 0.3, typeface.wrap(words, WIDTH - 2 * style.MARGIN, LABEL), LABEL, INK)
    return style.finished(figure)
