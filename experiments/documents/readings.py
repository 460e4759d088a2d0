"""Numbers read off a batch of runs, one a world: levels, growth, shares, rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments.defined import median, quantiles
from wutong.model.facts import Floats
from wutong.model.history import Axis, History
from wutong.model.ratios import ratio
from wutong.model.scenario import Plant
from wutong.model.units import QUARTERS_PER_YEAR, STEP_YEARS, quarter

LEVELS = ("firms", "employees", "revenue", "value_added")
ENTRANTS = (
    "entrants_attracted",
    "entrants_followed",
    "entrants_firm_spin_off",
    "entrants_lab_spin_off",
    "entrants_scheduled",
    "entrants_recruited",
)
SPIN_OFFS = ("entrants_firm_spin_off", "entrants_lab_spin_off")
HALF_YEAR = 2


@dataclass(frozen=True)
class Reading:
    """What is read, of which scope, in which unit; ``values`` of shape (n_worlds,), NaN where undefined."""

    name: str
    scope: str
    unit: str
    values: Floats

    @property
    def median(self) -> float:
        return median(self.values)


def scopes(history: History) -> dict[str, tuple[str, ...]]:
    """Segments of the whole park and of every industry."""
    park = history.cases[0].scenario.park
    return {key: park.segments_of(key) for key in ("all", *(i.key for i in park.industries))}


def levels(history: History, when: str | None = None) -> list[Reading]:
    """Firms, staff, revenue, value added and revenue a head of every scope, at a quarter (the last if None)."""
    row = history.n_quarters if when is None else quarter(when) - history.start
    out = []
    for scope, members in scopes(history).items():
        for measure in (*LEVELS, "revenue_per_head"):
            fact = history.facts[measure]
            out.append(Reading(fact.label.en, scope, fact.unit, history.total(measure, members)[row]))
    return out


def ratio_to_start(history: History, measure: str, scope: str) -> Floats:
    """A measure at the end over the start, of shape (n_worlds,); NaN where there was nothing."""
    series = history.total(measure, scopes(history)[scope])
    return ratio(series[-1], series[0])


def yearly_growth(history: History, measure: str, scope: str) -> Floats:
    """Mean growth a year from start to end [1/year], of shape (n_worlds,); −1 where nothing is left, NaN from nothing."""
    years = history.n_quarters * STEP_YEARS
    return np.asarray(np.maximum(ratio_to_start(history, measure, scope), 0.0) ** (1.0 / years) - 1.0)


def first_jump(history: History, measure: str, scope: str) -> Floats:
    """Relative change in the first quarter, of shape (n_worlds,): a start out of balance shows here."""
    series = history.total(measure, scopes(history)[scope])
    return ratio(series[1], series[0]) - 1.0


def summed(
    history: History, measures: Sequence[str], first: int = 1, last: int | None = None, members: Sequence[str] | None = None
) -> Floats:
    """Flows summed over quarters ``first`` to ``last`` (the end if None) and over segments (all if None), (n_worlds,)."""
    rows = slice(first, None if last is None else last + 1)
    return np.asarray(sum(history.total(measure, members)[rows].sum(axis=0) for measure in measures))


def spin_off_share(history: History) -> Floats:
    """Spin-offs among all entrants of the run, of shape (n_worlds,)."""
    return ratio(summed(history, SPIN_OFFS), summed(history, ENTRANTS))


def hardware_spin_off_share(history: History) -> Floats:
    """The same among entrants of segments whose other newcomers sign projects."""
    members = [s.key for s in history.cases[0].scenario.park.segments if s.through_funnel]
    every = summed(history, ENTRANTS, members=members)
    return ratio(summed(history, SPIN_OFFS, members=members), every)


def exit_rate(history: History) -> Floats:
    """Exits a firm and year over the run, of shape (n_worlds,)."""
    return ratio(summed(history, ("exits",)), history.total("firms")[:-1].sum(axis=0) * STEP_YEARS)


def turned_away_share(history: History) -> Floats:
    """Newcomers that found no floor among all that came, of shape (n_worlds,)."""
    away = summed(history, ("turned_away",))
    return ratio(away, away + summed(history, ENTRANTS))


def growth_spread(history: History) -> Floats:
    """Year-to-year sd of the log growth of revenue, median over segments with revenue throughout, of shape (n_worlds,)."""
    revenue = history.values["revenue"][::QUARTERS_PER_YEAR]
    throughout = (revenue > 0.1).all(axis=0)
    logs = np.log(np.where(throughout, revenue, np.nan))
    return np.asarray(quantiles(np.diff(logs, axis=0).std(axis=0), (0.5,))[0])


def occupancy(history: History, row: int) -> dict[str, Floats]:
    """Occupancy of every zone in a quarter counted from the start, of shape (n_worlds,) each."""
    return {zone: history.total("occupancy", [zone])[row] for zone in history.axes[Axis.ZONE]}


def plant_occupancy(history: History) -> Floats:
    """Occupancy at the end of the zones that house plants, together, of shape (n_worlds,)."""
    zones = [z.key for z in history.cases[0].scenario.park.zones if Plant.OFFICE not in z.plants]
    return np.asarray(history.total("occupancy", zones)[-1])


def park_readings(history: History) -> list[Reading]:
    """Figures of the park as a whole over the run and at its end."""
    row, last_year = history.n_quarters, history.n_quarters - QUARTERS_PER_YEAR + 1
    out = [
        Reading("Entrants, last year", "all", "firms", summed(history, ENTRANTS, last_year)),
        *(Reading(history.facts[m].label.en + ", share of entrants", "all", "share",
                  ratio(summed(history, (m,)), summed(history, ENTRANTS))) for m in ENTRANTS),
        Reading("Turned away, last year", "all", "firms", summed(history, ("turned_away",), last_year)),
        Reading("Hires met, last quarter", "all", "share", history.total("hiring_share")[row]),
        Reading("Projects under way", "all", "projects", history.total("pipeline_projects")[row]),
        Reading("Anchors that operate", "all", "anchors", history.total("operating_anchors")[row]),
        Reading("Firms brought by anchors", "all", "firms", history.total("brought_firms")[row]),
        Reading("Landed next door, whole run", "all", "firms", summed(history, ("landed_next_door",))),
        Reading("Local sourcing share", "all", "share", history.total("local_sourcing_share")[row]),
        Reading("Knowledge stock", "all", "1", history.total("knowledge")[row]),
    ]  # fmt: skip
    return out + [Reading(f"Occupancy, {zone}", "all", "share", values) for zone, values in occupancy(history, row).items()]


def growth_readings(history: History) -> list[Reading]:
    """Growth a year of revenue, staff and firms of every scope."""
    return [
        Reading(f"{history.facts[measure].label.en}, growth", scope, "1/year", yearly_growth(history, measure, scope))
        for scope in scopes(history)
        for measure in ("revenue", "employees", "firms")
    ]
