"""What of a run is compared: every measure in total and by industry, at year ends, in calendar years and at the goals' dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments.goals import readings
from wutong.experiments.outcomes import OUTCOMES
from wutong.experiments.results import scopes_of
from wutong.experiments.wording import members, scope_key, shown_unit, target_unit
from wutong.model.facts import Floats
from wutong.model.history import Axis, History, Kind, MeasureFact
from wutong.model.scenario import Basis, Target
from wutong.model.units import quarter_name, year_of

LESS_IS_BETTER = frozenset({"exits", "turned_away", "unmet_demand", "lever_cost", "largest_anchor_share"})
NEITHER = frozenset(  # amounts that are no merit of a policy in themselves
    {"land", "occupied", "occupancy", "floor", "purchases", "hires_wanted", "local_demand", "rivals_entrants",
     "largest_anchor_revenue", "pipeline_projects", "landed_next_door"}
)  # fmt: skip


def sense(measure: str) -> int:
    """1 where more of a measure is better, -1 where less is, 0 where neither can be said."""
    return 0 if measure in NEITHER else -1 if measure in LESS_IS_BETTER else 1


@dataclass(frozen=True)
class Series:
    """A measure in a scope at some dates: a bare year is that year's value, a quarter the value at its end.

    Attributes
    ----------
    targets : of each date, the keys of the goals that are judged on it, joined by ``+``
    target : set where the series is what one goal asks for and stands at no other date or scope
    """

    measure: str
    scope: str
    unit: str
    dates: tuple[str, ...]
    targets: tuple[str, ...]
    target: Target | None = None

    def values(self, history: History) -> Floats:
        """Values of shape (n_dates, n_worlds)."""
        return np.asarray(self._values(history), np.float64)

    def _values(self, history: History) -> Floats:
        if self.target is not None:
            return goal_values(history, self.target)[None]
        inside = members(history, self.measure, self.scope)
        if not self.dates[0].isdigit() and history.facts[self.measure].kind is not Kind.STOCK:
            return history.total(self.measure, inside)[-1:]
        years, values = history.yearly(self.measure, inside)
        return values if years else history.total(self.measure, inside)[-1:]


def goal_values(history: History, target: Target) -> Floats:
    """What a goal is compared with at its date, of shape (n_worlds,), whatever the history's own scenario asks for.

    Stored runs are in single precision; differences are taken in double.

    Raises
    ------
    ValueError
        If the run does not cover the date.
    """
    quarters, values = readings(history, target)
    if target.by not in quarters:
        raise ValueError(f"the runs do not cover {quarter_name(target.by)}")
    return np.asarray(values[list(quarters).index(target.by)], np.float64)


def covered(history: History, target: Target) -> bool:
    """Whether a run covers a goal's date."""
    return target.by in readings(history, target)[0]


def main_targets(history: History) -> tuple[Target, ...]:
    """The goals that can be judged; where there is none, the main measures at the end of the run."""
    scenario = history.cases[0].scenario
    judged = tuple(t for t in scenario.targets if covered(history, t))
    everything = tuple(s.key for s in scenario.park.segments)
    end = history.start + history.n_quarters
    return judged or tuple(
        Target(m, history.facts[m].label, m, everything, 0.0, end, Basis.LEVEL, "") for m in OUTCOMES if m in history.facts
    )


def series_of(history: History) -> tuple[Series, ...]:
    """Everything that is compared, measure by measure, and after it what goals ask for at other dates or scopes."""
    park = history.cases[0].scenario.park
    wide = {"all", *(i.key for i in park.industries)}
    goals: dict[tuple[str, str, str], list[Target]] = {}
    for target in history.cases[0].scenario.targets:
        if covered(history, target):
            goals.setdefault(_place(history, target), []).append(target)
    found = []
    for measure, scope in scopes_of(history):
        if history.facts[measure].axis is Axis.SEGMENT and scope not in wide:
            continue
        dates = _dates(history, history.facts[measure].kind)
        keys = tuple("+".join(t.key for t in goals.pop((measure, scope, date), [])) for date in dates)
        found.append(Series(measure, scope, _unit(history.facts[measure], dates[0]), dates, keys))
    return (*found, *(goal_series(history, t) for asked in goals.values() for t in asked))


def goal_series(history: History, target: Target) -> Series:
    """What one goal asks for, at its date."""
    measure, scope, date = _place(history, target)
    unit = target_unit(history.facts[measure], target)
    return Series(measure, scope, unit, (date,), (target.key,), target)


def _place(history: History, target: Target) -> tuple[str, str, str]:
    scope = scope_key(history.cases[0].scenario.park, target.segments)
    whole_year = target.by % 4 == 3 and target.basis is Basis.YEAR and history.facts[target.measure].kind is not Kind.STOCK
    return target.measure, scope, str(year_of(target.by)) if whole_year else quarter_name(target.by)


def _dates(history: History, kind: Kind) -> tuple[str, ...]:
    """Names of the whole calendar years, or of their ends for a stock; the last quarter where the run has no whole year."""
    years: Sequence[int] = history.yearly(next(iter(history.facts)))[0]
    if not years:
        return (history.quarters[-1],)
    return tuple(f"{y}Q4" if kind is Kind.STOCK else str(y) for y in years)


def _unit(fact: MeasureFact, date: str) -> str:
    if fact.kind is Kind.RATE and date.isdigit():
        return fact.unit.removesuffix("/year")
    return fact.unit if date.isdigit() or fact.kind is not Kind.FLOW else shown_unit(fact)
