"""The numbers that a park may have to itself, each at a place between 0 and 1 of its range.

Entry (firms a year), the exit factor, the growth of outside demand, its slowing, and the trend of the firms that look for a site.
All are those of the cut-off: a run that begins earlier is given the growth that has slowed to them by then (ODD 7.0), so a park
that grew fast while it was small is not taken to go on at that rate.  Where the park's own file does not say them from figures
up to the cut-off, they come from the parks of many countries.  Nothing here looks at a value after the cut-off.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from wutong.experiments.pooled.priors import any_park
from wutong.model.assumptions import parameter_facts
from wutong.model.facts import Assumption, Floats, Label, Shape, fixed
from wutong.model.rules.outside import trend
from wutong.model.scenario import Park, Scenario

NUMBERS: Mapping[str, Label] = {
    "entry": Label("每年进入企业", "Entrants a year"),
    "exit": Label("退出系数", "Exit factor"),
    "growth": Label("外部需求增长率", "Growth of outside demand"),
    "slowing": Label("增长放缓指数", "Slowing of growth"),
    "pool": Label("外部企业池趋势", "Trend of the firms that look for a site"),
}
UNITS: Mapping[str, str] = {"entry": "firms/year", "exit": "1", "growth": "1/year", "slowing": "1", "pool": "1/year"}
EXIT, SLOWING = "exit.park_factor", "outside.slowing"
ANY_EXIT = Assumption(1.2, 0.3, 3.5, Shape.LOG_UNIFORM, source="design choice: wide enough for any park")
ANY_POOL = Assumption(0.02, -0.06, 0.15, source="design choice: wide enough for any park")
LEAST_LEFT = 0.1  # of a rate that slows down, however fast a level would have to have grown


@dataclass(frozen=True)
class Ranges:
    """What is declared of the numbers before the past is looked at: entry and growth by segment."""

    entry: tuple[Assumption, ...]
    exit: Assumption
    growth: tuple[Assumption, ...]
    slowing: Assumption
    pool: Assumption

    def values(self, places: Floats) -> dict[str, float]:
        """The numbers at their places: entrants of all segments together, growth of the first."""
        entry = sum(at(a, places[0]) for a in self.entry)
        rest = (self.exit, self.growth[0], self.slowing, self.pool)
        return dict(zip(NUMBERS, (entry, *(at(a, u) for a, u in zip(rest, places[1:], strict=True))), strict=True))


def at(given: Assumption, place: float) -> float:
    """The value at a place between 0 and 1."""
    return float(given.quantile(np.array([place]))[0])


def ranges_of(scenario: Scenario, *, known: bool, past: bool) -> Ranges:
    """Ranges of the numbers of a scenario whose park stands at the cut-off.

    Where there is a past to calibrate to, growth is looked for in the range of all parks: a file's own was made from that past.

    Parameters
    ----------
    known : whether what the file says rests on figures up to the cut-off
    past : whether the numbers are calibrated to a past
    """
    park = scenario.park
    pooled = any_park()
    usual = parameter_facts()[SLOWING].assumption
    return Ranges(
        tuple(_in_firms(s.entry, s.firms.default, per_firm=s.entry_per_firm) for s in park.segments)
        if known
        else tuple(pooled.entry.scaled(max(s.firms.default, 1.0)) for s in park.segments),
        scenario.assumptions.get(EXIT, parameter_facts()[EXIT].assumption) if known else ANY_EXIT,
        tuple(s.growth for s in park.segments) if known and not past else tuple(pooled.growth for _ in park.segments),
        pooled.slowing if past or not known else scenario.assumptions.get(SLOWING, usual),
        park.industries[0].pool_trend if known and not past else ANY_POOL,
    )


def _in_firms(entry: Assumption, firms: float, *, per_firm: bool) -> Assumption:
    return entry.scaled(firms) if per_firm else entry


def earlier(rate: float, slowing: float, years: float) -> float:
    """The rate that slows down to ``rate`` in so many years [1/year]."""
    return rate / max(1.0 - slowing * abs(rate) * years, LEAST_LEFT)


def with_numbers(scenario: Scenario, ranges: Ranges, places: Floats, years: float, name: str) -> Scenario:
    """The scenario with the numbers at their places, called by a name of its own.

    Parameters
    ----------
    years : from the start of the scenario's park to the cut-off, whose numbers they are
    """
    slowing, pool = at(ranges.slowing, places[3]), at(ranges.pool, places[4])
    before = earlier(pool, slowing, years)
    entered = math.exp(-trend(before, slowing, years))
    segments = tuple(
        dataclasses.replace(
            segment,
            entry=fixed(at(entry, places[0]) * entered),
            entry_per_firm=False,
            growth=fixed(earlier(at(growth, places[2]), slowing, years)),
        )
        for segment, entry, growth in zip(scenario.park.segments, ranges.entry, ranges.growth, strict=True)
    )
    industries = tuple(dataclasses.replace(i, pool_trend=fixed(before)) for i in scenario.park.industries)
    park: Park = dataclasses.replace(scenario.park, segments=segments, industries=industries)
    own = {EXIT: fixed(at(ranges.exit, places[1])), SLOWING: fixed(slowing)}
    return dataclasses.replace(scenario, name=f"{scenario.name}@{name}", park=park, assumptions={**scenario.assumptions, **own})


def drawn_places(n: int, seed: int) -> Floats:
    """Places in the declared ranges, of shape (n, n_numbers): more draws change none before them."""
    return np.asarray(np.random.default_rng([seed, 0]).random((n, len(NUMBERS))))
