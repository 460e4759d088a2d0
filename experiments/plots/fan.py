"""Fans: the median of many worlds with its 50 % and 90 % bands, and what all figures over time share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from wutong.experiments import wording
from wutong.experiments.defined import defined, highest, lowest, quantiles
from wutong.experiments.plots import style
from wutong.experiments.plots.style import Pen
from wutong.model.facts import Floats
from wutong.model.history import History
from wutong.model.units import QUARTERS_PER_YEAR, quarter_name, year_of

QUANTILES = (0.05, 0.25, 0.50, 0.75, 0.95)


@dataclass(frozen=True)
class Fan:
    """One series: quantiles of shape (5, n_dates) at times of shape (n_dates,) [year]; NaN where nothing is drawn."""

    name: str
    pen: Pen
    time: Floats
    quantiles: Floats
    whole: bool = True  # whether the measure is defined in every world and at every date

    @property
    def median(self) -> Floats:
        middle: Floats = self.quantiles[2]
        return middle

    @property
    def last(self) -> float:
        """The last median that is drawn; NaN where none is."""
        known = defined(self.median)
        return float(known[-1]) if known.size else math.nan


def moment(quarter: int) -> float:
    """Calendar time at the end of a quarter [year]: the end of 2025Q4 is 2026.0."""
    return (quarter + 1) / 4.0


def times(first: int, n: int) -> Floats:
    """Calendar time at the end of ``n`` quarters from ``first`` on, of shape (n,) [year]."""
    return np.linspace(moment(first), moment(first + n - 1), n)


def names_of(histories: Sequence[History], language: str) -> list[str]:
    """Names of the series, led by the scenario's title where there are several."""
    several = len({h.cases[0].scenario.name for h in histories}) > 1
    return [wording.policy_name(h, language, with_scenario=several) for h in histories]


def fans_of(
    histories: Sequence[History], measure: str, scope: str, factor: float, language: str, pens: Sequence[Pen] | None = None
) -> list[Fan]:
    """Fans of a measure, in shown units, each with the pen of its place in the list."""
    found = []
    for i, (history, name) in enumerate(zip(histories, names_of(histories, language), strict=True)):
        series = history.total(measure, wording.members(history, measure, scope)) * factor
        time = times(history.start, series.shape[0])
        pen = style.pen_of(i) if pens is None else pens[i]
        found.append(Fan(name, pen, time, quantiles(series, QUANTILES), not bool(np.isnan(series).any())))
    return found


def draw_fan(axes: Axes, fan: Fan, *, shaded: bool) -> None:
    """Draw a fan; without shade its median alone."""
    low, lower, median, upper, high = fan.quantiles
    if shaded:
        axes.fill_between(fan.time, low, high, alpha=0.13, color=fan.pen.colour, linewidth=0.0)
        axes.fill_between(fan.time, lower, upper, alpha=0.22, color=fan.pen.colour, linewidth=0.0)
    axes.plot(fan.time, median, color=fan.pen.colour, linestyle=fan.pen.style, linewidth=1.8, zorder=3)
    known = np.pad(~np.isnan(median), 1)
    alone = known[1:-1] & ~known[:-2] & ~known[2:]  # a line through one point is not seen
    axes.plot(fan.time[alone], median[alone], ".", markersize=4.0, color=fan.pen.colour, zorder=3)


def draw_fans(axes: Axes, fans: Sequence[Fan]) -> None:
    """Draw fans with the first one, the baseline, behind; beyond two only its bands are shaded, so that none is hidden."""
    for i, fan in enumerate(fans):
        draw_fan(axes, fan, shaded=len(fans) <= 2 or i == 0)


def top_of(fans: Sequence[Fan]) -> float:
    """Highest value that :func:`draw_fans` shows."""
    return highest(*(fan.quantiles[4 if len(fans) <= 2 or i == 0 else 2] for i, fan in enumerate(fans)))


def ends_of_axis(fans: Sequence[Fan], *others: float) -> tuple[float, float]:
    """Lower and upper end of an axis that shows fans and other values: from 0, or below where values are negative."""
    low = lowest(*(fan.quantiles[0] for fan in fans))
    high = max(top_of(fans), *others, 0.0) if low < 0.0 else max(top_of(fans), *others, 1e-9)
    room = 0.06 * (high - min(low, 0.0))
    return (low - room if low < 0.0 else 0.0), high + room


def subtitle(histories: Sequence[History], language: str, bands: str = "") -> str:
    """Whose runs these are, how many, and what the bands mean."""
    scenarios = list(dict.fromkeys(h.cases[0].scenario.title.in_language(language) for h in histories))
    counts = sorted({len(h.cases) for h in histories})
    n = wording.DASH.join(str(c) for c in {counts[0]: 0, counts[-1]: 0})
    if language == "zh":
        runs = f"模拟 {n} 次" if len(histories) == 1 else f"每个方案模拟 {n} 次"
        shown = bands or ("线为中位数，色带含 50% 和 90% 的模拟" + ("（只画第一个方案的色带）" if len(histories) > 2 else ""))
        return f"{'、'.join(scenarios)}；{runs}；{shown}"
    runs = f"{n} runs" if len(histories) == 1 else f"{n} runs per policy"
    shown = bands or ("lines: medians; bands: 50% and 90% of runs" + (", first policy only" if len(histories) > 2 else ""))
    return f"{', '.join(scenarios)} · {runs} · {shown}"


def undefined_note(language: str) -> str:
    """What a gap in a line of a ratio means."""
    if language == "zh":
        return "比值的分母为零时没有数值：这样的模拟不计入，各次都没有数值的时段不画。"
    return "A ratio with nothing to divide by is undefined: such runs do not count; where there are no others, nothing is drawn."


def years_shown(histories: Sequence[History], first_quarter: int | None = None) -> tuple[int, int]:
    """First and last calendar year of an axis over histories, from an earlier quarter on if one is given."""
    start = min(h.start for h in histories)
    first = start if first_quarter is None else min(start, first_quarter)
    return first // 4, max(h.start + h.n_quarters for h in histories) // 4


def signed(value: float) -> str:
    """A difference with its sign."""
    text = wording.number(value)
    return f"+{text}" if value > 0 and text != "0" else text


def end_of(history: History, language: str) -> str:
    """The end of the runs for a label: ``2035 年末`` or ``end of 2035``, and the quarter where it is not a year's last."""
    end = history.start + history.n_quarters
    whole = end % QUARTERS_PER_YEAR == QUARTERS_PER_YEAR - 1
    when = str(year_of(end)) if whole else quarter_name(end)
    return f"{when} {'年末' if whole else '末'}" if language == "zh" else f"end of {when}"
