"""The three numbers that a park may have to itself, and the curve on which its growth lies.

Entry (firms a year at the cut-off), the exit factor and the growth of outside demand are drawn, each at a place between 0 and 1
of its declared range.  A fourth place sets the exponent of the curve: staff and firms are taken to have grown, and to go on, as

    level ** exponent  rises by as much every year

exponent 0 is growth at a constant rate, 1 as many heads more every year, 2 slower still.  The observed levels at both ends of the
past fix the rest.  So a park that grew fast while it was small is not taken to go on at that rate: this is its saturation beyond
what floor, people and exits do.  Nothing here looks at a value after the cut-off.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from wutong.experiments.hindcast.series import Series, Subject, years_between
from wutong.model.assumptions import parameter_facts
from wutong.model.facts import Assumption, Floats, Label, Shape, fixed
from wutong.model.scenario import Park, Scenario, Shock
from wutong.model.units import QUARTERS_PER_YEAR

NUMBERS: Mapping[str, Label] = {
    "entry": Label("每年进入企业", "Entrants a year"),
    "exit": Label("退出系数", "Exit factor"),
    "growth": Label("外部需求增长率", "Growth of outside demand"),
    "curve": Label("增长曲线指数", "Exponent of the growth curve"),
}
UNITS: Mapping[str, str] = {"entry": "firms/year", "exit": "1", "growth": "1/year", "curve": "1"}
EXIT = "exit.park_factor"
DESIGN = "design choice: wide enough for any park"
CURVE = Assumption(1.0, 0.0, 2.0, source="design choice: constant rate, constant amount, or slower")
BEYOND_STAFF = (-0.06, 0.10)  # growth of demand less that of staff in the past: productivity, exits and entries (design choice)
ANY_EXIT = Assumption(1.2, 0.3, 3.5, Shape.LOG_UNIFORM, source=DESIGN)
ANY_ENTRY = (0.03, 0.10, 0.40)  # firms a year relative to those there
LEAST_YEARS = 2.0  # of a series that is taken for a curve
LEAST_GROWTH = 0.01  # over the whole past: below it there is no curve
MOST = 20.0  # times the level at the cut-off, up to which the curve rises


@dataclass(frozen=True)
class Ranges:
    """What is declared of the numbers before the past is looked at: entry and growth by segment."""

    entry: tuple[Assumption, ...]
    exit: Assumption
    growth: tuple[Assumption, ...]
    curve: Assumption = CURVE

    def values(self, places: Floats) -> dict[str, float]:
        """The numbers at their places: entrants of all segments together, growth of the first."""
        u = [np.array([place]) for place in places]
        entry = sum(float(a.quantile(u[0])[0]) for a in self.entry)
        rest = (self.exit, self.growth[0], self.curve)
        return dict(zip(NUMBERS, (entry, *(float(a.quantile(v)[0]) for a, v in zip(rest, u[1:], strict=True))), strict=True))


def ranges_of(scenario: Scenario, past: Past | None, *, known: bool) -> Ranges:
    """Declared ranges of the numbers of a scenario whose park stands at the cut-off.

    Where there is a past to calibrate to, growth is looked for in a wide range about that of the staff in the past: a file's own
    range was made from that past.

    Parameters
    ----------
    known : whether what the file says rests on figures up to the cut-off
    """
    segments = scenario.park.segments
    entry = tuple(_in_firms(s.entry, s.firms.default, per_firm=s.entry_per_firm) for s in segments)
    growth = tuple(s.growth for s in segments)
    return Ranges(
        entry if known else tuple(_any_entry(s.firms.default) for s in segments),
        scenario.assumptions.get(EXIT, parameter_facts()[EXIT].assumption) if known else ANY_EXIT,
        growth if known and past is None else tuple(_about(0.0 if past is None else past.staff.rate) for _ in segments),
    )


def _in_firms(entry: Assumption, firms: float, *, per_firm: bool) -> Assumption:
    return entry.scaled(firms) if per_firm else entry


def _about(rate: float) -> Assumption:
    low, high = (rate + beyond for beyond in BEYOND_STAFF)
    return Assumption(0.5 * (low + high), low, high, Shape.UNIFORM, source=DESIGN)


def _any_entry(firms: float) -> Assumption:
    low, middle, high = (share * max(firms, 1.0) for share in ANY_ENTRY)
    return Assumption(middle, low, high, Shape.LOG_UNIFORM, source=DESIGN)


# ── The curve ────────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Rise:
    """How many times over a series rose from its first value of the past to its last, and when."""

    first: int
    years: float
    times: float

    @property
    def rate(self) -> float:
        """Mean growth of the logarithm [1/year]."""
        return math.log(self.times) / self.years

    @property
    def curved(self) -> bool:
        """Whether it rose enough to lie on a curve."""
        return math.log(self.times) > LEAST_GROWTH


NO_RISE = Rise(0, 1.0, 1.0)


@dataclass(frozen=True)
class Past:
    """From when to when the past goes, and how firms and staff rose in it; not at all where that is not known."""

    first: int
    cutoff: int
    firms: Rise = NO_RISE
    staff: Rise = NO_RISE


def past_of(series: Mapping[Subject, Series], first: int, cutoff: int) -> Past:
    """The past of a park between two dates, from its series of firms and of staff (of revenue where staff was not seen)."""

    def rise(*measures: str) -> Rise:
        for measure in measures:
            seen = series[measure, "all"].between(first, cutoff) if (measure, "all") in series else None
            if seen is not None and len(seen.quarters) > 1 and years_between(seen.quarters[0], seen.quarters[-1]) >= LEAST_YEARS:
                years = years_between(seen.quarters[0], seen.quarters[-1])
                return Rise(seen.quarters[0], years, seen.values[-1] / seen.values[0])
        return NO_RISE

    return Past(first, cutoff, rise("firms"), rise("employees", "revenue"))


def growth_rate(rise: float, years: float, exponent: float, at: float) -> float:
    """Growth of the logarithm on the curve, ``at`` years after its beginning [1/year].

    Parameters
    ----------
    rise : level after ``years``, relative to the beginning
    """
    if exponent < 1e-6:
        return math.log(rise) / years
    slope = (math.pow(rise, exponent) - 1.0) / (exponent * years)
    return slope / (1.0 + exponent * slope * at)


def relative_level(rise: float, years: float, exponent: float, at: float) -> float:
    """Level on the curve ``at`` years after its beginning, relative to that at its end."""
    if exponent < 1e-6:
        return min(math.pow(rise, at / years - 1.0), MOST)
    power = 1.0 + (math.pow(rise, exponent) - 1.0) * at / years
    return min(math.pow(max(power, 1e-9), 1.0 / exponent) / rise, MOST)


def curve_shocks(park: Park, past: Past, exponent: float, last: int) -> tuple[Shock, ...]:
    """What the curve adds to the growth of demand and to entry, calendar year by year from the park's start on."""
    shocks = []
    for year in range(park.start // QUARTERS_PER_YEAR, last // QUARTERS_PER_YEAR + 1):
        middle = year * QUARTERS_PER_YEAR + 1.5
        demand = entry = 0.0
        if past.staff.curved:
            at = max((middle - past.staff.first) / QUARTERS_PER_YEAR, 0.0)
            demand = math.expm1(growth_rate(past.staff.times, past.staff.years, exponent, at) - past.staff.rate)
        if past.firms.curved:
            at = max((middle - past.firms.first) / QUARTERS_PER_YEAR, 0.0)
            entry = math.pow(relative_level(past.firms.times, past.firms.years, exponent, at), 1.0 - exponent) - 1.0
        segments = tuple(s.key for s in park.segments)
        shocks.append(Shock(f"curve_{year}", CURVE_LABEL, segments, year, year, fixed(demand), fixed(entry)))
    return tuple(shocks)


CURVE_LABEL = Label("增长曲线", "growth curve")


# ── The scenario with its numbers ────────────────────────────────────────────────────────────────────────────────────
def with_numbers(scenario: Scenario, ranges: Ranges, places: Floats, past: Past | None, name: str) -> Scenario:
    """The scenario with the numbers at their places, called by a name of its own; on the curve where there is a past."""
    u = [np.array([place]) for place in places]
    segments = tuple(
        dataclasses.replace(
            segment,
            entry=fixed(float(entry.quantile(u[0])[0])),
            entry_per_firm=False,
            growth=fixed(float(growth.quantile(u[2])[0])),
        )
        for segment, entry, growth in zip(scenario.park.segments, ranges.entry, ranges.growth, strict=True)
    )
    park = dataclasses.replace(scenario.park, segments=segments)
    factor = fixed(float(ranges.exit.quantile(u[1])[0]))
    exponent = float(ranges.curve.quantile(u[3])[0])
    shocks = scenario.shocks + (() if past is None else curve_shocks(park, past, exponent, scenario.end))
    return dataclasses.replace(
        scenario, name=f"{scenario.name}@{name}", park=park, assumptions={**scenario.assumptions, EXIT: factor}, shocks=shocks
    )


def without_trend(park: Park) -> Park:
    """The park with no trend of the firms that look for a site: the curve stands for it in the past."""
    return dataclasses.replace(park, industries=tuple(dataclasses.replace(i, pool_trend=fixed(0.0)) for i in park.industries))


def drawn_places(n: int, seed: int) -> Floats:
    """Places in the declared ranges, of shape (n, n_numbers): more draws change none before them."""
    return np.asarray(np.random.default_rng([seed, 0]).random((n, len(NUMBERS))))
