"""A park projected from a cut-off on: begun at what was observed up to there, calibrated to the past before it, run onwards.

Nothing here is given a value later than the cut-off: :func:`project` takes the observed points and drops all that are later
before it looks at any of them.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments.errors import BadInputError
from wutong.experiments.hindcast.beginning import begun_at, is_dated, trusts
from wutong.experiments.hindcast.calibration import (
    LEAST_SPAN,
    Dates,
    Posterior,
    dates_of,
    noisy,
    posterior,
    summaries,
)
from wutong.experiments.hindcast.episode import Episode, episode
from wutong.experiments.hindcast.levels import Extent, Levels, values_of
from wutong.experiments.hindcast.numbers import Ranges, drawn_places, ranges_of, with_numbers
from wutong.experiments.hindcast.scores import Ensemble
from wutong.experiments.hindcast.series import Series, Subject, reading, series_of, years_between
from wutong.experiments.runner import Progress, run_cases, silent
from wutong.model.facts import Floats, Ints, Label
from wutong.model.history import History
from wutong.model.scenario import NO_NEW_POLICY, Case, Observed, Scenario

RUN_IN = 8  # quarters that runs begin earlier, so that a start at rest leaves no trace
PAST_YEARS = 15  # before the cut-off: older figures tell of another park (design choice)
SHARE_KEPT = 0.1  # of the runs of the past, whatever is asked for: the tolerance of the fit (design choice)
BEGINNINGS = ("firms", "employees", "revenue")  # measures that a start is made of


@dataclass(frozen=True)
class Calibrated:
    """The numbers of a park before and after a look at its past; without a past the declared ranges stay."""

    ranges: Ranges
    first: int | None  # quarter from which on the past was looked at
    prior: Floats  # (n, n_numbers)
    posterior: Posterior | None
    n_failed: int = 0

    def worlds(self, n: int) -> Worlds:
        """The worlds to project: the runs of the past that were kept, at most ``n``, or ``n`` of the declared ranges."""
        if self.posterior is None:
            return Worlds(self.prior[:n], np.full(min(n, len(self.prior)), 1.0), np.arange(min(n, len(self.prior))))
        own = self.posterior
        some = np.unique(np.linspace(0, len(own.kept) - 1, min(n, len(own.kept))).round().astype(int))
        return Worlds(own.places[some], own.weights[some], own.kept[some])


@dataclass(frozen=True)
class Worlds:
    """Places, weights and replications of worlds, of shape (n, n_numbers), (n,) and (n,)."""

    places: Floats
    weights: Floats
    replications: Ints


@dataclass(frozen=True)
class Projection:
    """What is said of the time after the cut-off.

    Attributes
    ----------
    series : observed up to the cut-off
    values : by subject, of shape (n_quarters + 1, n_worlds), NaN where the year is not covered; row 0 is the cut-off
    weights : of shape (n_worlds,)
    episode : of a park that names its anchors, where the cut-off is later than its start
    """

    scenario: Scenario
    cutoff: int
    extent: Extent
    series: Mapping[Subject, Series]
    calibrated: Calibrated
    values: Mapping[Subject, Floats]
    weights: Floats
    n_failed: int
    episode: Episode | None = None

    def ensemble(self, subject: Subject, quarter: int) -> Ensemble | None:
        """The worlds' values of a quarter; None where they say nothing of it."""
        found = self.values[subject][quarter - self.cutoff]
        return None if np.isnan(found).any() else Ensemble.of(found, self.weights)


def project(
    scenario: Scenario,
    points: Sequence[Observed],
    cutoff: int,
    subjects: Sequence[Subject],
    extent: Extent,
    progress: Progress = silent,
) -> Projection:
    """The projection from a cut-off on.

    Parameters
    ----------
    points : observed; those after the cut-off are not looked at
    subjects : measures and scopes that are asked about beside those observed before the cut-off

    Raises
    ------
    BadInputError
        If nothing was observed up to the cut-off and the park is not one of that date, it cannot stand there, or all runs fail.
    """
    series = series_of([point for point in points if point.quarter <= cutoff])
    if not series and scenario.park.start != cutoff:
        zh, en = "截止日期之前没有观测值", "nothing was observed up to the cut-off: take a later --until, or add observed values"
        raise BadInputError(Label(zh + "；请改用更晚的 --until，或补充观测值", en))
    blind = dataclasses.replace(scenario, park=dataclasses.replace(scenario.park, observed=()))
    if is_dated(blind.park) and cutoff > blind.park.start:
        return _of_episode(blind, series, cutoff, subjects, extent, progress)
    first = beginning_of_past(blind, series, cutoff)
    start = begun_at(blind, series, cutoff if first is None else first - RUN_IN, cutoff, extent.end)
    calibrated = calibrate(blind, start, series, first, cutoff, extent, progress)
    given, years = calibrated.worlds(extent.n), years_between(start.park.start, cutoff)
    worlds = [with_numbers(start, calibrated.ranges, u, years, f"w{i}") for i, u in enumerate(given.places)]
    histories, n_failed = _run(worlds, given.replications, extent, progress)
    wanted = dict.fromkeys([*series, *subjects])
    levels = Levels(blind, series, cutoff, dataclasses.replace(extent, n=len(worlds)))
    values = {s: values_of(s, histories, levels) for s in wanted}
    weights = given.weights[np.array(list(histories))]
    return Projection(blind, cutoff, extent, series, calibrated, values, weights, n_failed)


def _of_episode(
    scenario: Scenario,
    series: Mapping[Subject, Series],
    cutoff: int,
    subjects: Sequence[Subject],
    extent: Extent,
    progress: Progress,
) -> Projection:
    """The projection of a park that names its anchors: its worlds run from its start, weighed by what was seen since."""
    found = episode(scenario, series, list(dict.fromkeys([*series, *subjects])), cutoff, extent, progress)
    untouched = Calibrated(ranges_of(scenario, known=True, past=False), None, drawn_places(extent.n_past, extent.seed), None)
    return Projection(scenario, cutoff, extent, series, untouched, found.values, found.weights, found.n_failed, found)


def beginning_of_past(scenario: Scenario, series: Mapping[Subject, Series], cutoff: int) -> int | None:
    """First quarter of the past that runs can be held against; None if there is none, or the park is fixed to its date."""
    if is_dated(scenario.park) or ("firms", "all") not in series:
        return None
    seen = [q for (m, scope), s in series.items() if m in BEGINNINGS and scope == "all" for q in s.quarters]
    inside = [q for q in seen if LEAST_SPAN <= years_between(q, cutoff) <= PAST_YEARS]
    return min(inside) if inside else None


def calibrate(
    scenario: Scenario,
    start: Scenario,
    series: Mapping[Subject, Series],
    first: int | None,
    cutoff: int,
    extent: Extent,
    progress: Progress = silent,
) -> Calibrated:
    """The numbers of a park that agree with its past.

    The runs begin where those of the projection begin: what swings at the end of the past goes on after the cut-off.

    Parameters
    ----------
    scenario, start : as the file says, and with its park where the runs begin
    series : observed up to the cut-off
    first : quarter from which on values are compared
    """
    known, prior = trusts(scenario.park, cutoff), drawn_places(extent.n_past, extent.seed)
    there = start if first is None else begun_at(scenario, series, cutoff, cutoff, extent.end)
    ranges = ranges_of(there, known=known, past=first is not None)
    if first is None:
        return Calibrated(ranges, None, prior, None)
    begun = dataclasses.replace(start, end=cutoff)
    years = years_between(begun.park.start, cutoff)
    worlds = [with_numbers(begun, ranges, u, years, f"w{i}") for i, u in enumerate(prior)]
    histories, n_failed = _run(worlds, np.arange(len(worlds)), extent, progress)
    dates, logs = _said(histories, dates_of(series, first, cutoff))
    observed = summaries(dates.logs[None], dates)[0]
    if not len(observed):
        return Calibrated(ranges_of(there, known=known, past=False), None, prior, None, n_failed)
    ran = np.array(sorted(histories))
    near = posterior(prior[ran], summaries(noisy(logs, extent.seed), dates), observed, max(round(SHARE_KEPT * len(ran)), 10))
    return Calibrated(ranges, first, prior, dataclasses.replace(near, kept=ran[near.kept]), n_failed)


def _said(histories: Mapping[int, History], dates: Dates) -> tuple[Dates, Floats]:
    """The dates that the runs cover, and the logarithms of what they say then, of shape (n_runs, n_dates)."""
    columns = []
    for subject, quarter in zip(dates.subjects, dates.quarters, strict=True):
        found = [reading(histories[i], subject, quarter) for i in sorted(histories)]
        columns.append([None if value is None else math.log(max(float(value[0]), 1e-9)) for value in found])
    covered = [i for i, column in enumerate(columns) if None not in column]
    kept = Dates(tuple(dates.subjects[i] for i in covered), tuple(dates.quarters[i] for i in covered), dates.logs[covered])
    return kept, np.array([columns[i] for i in covered], np.float64).T


def _run(worlds: Sequence[Scenario], numbers: Ints, extent: Extent, progress: Progress) -> tuple[dict[int, History], int]:
    """Histories of one world each, by its number, and how many failed.

    Raises
    ------
    BadInputError
        If none ran.
    """
    cases = [Case(world, world.policy or NO_NEW_POLICY, int(r), extent.seed) for world, r in zip(worlds, numbers, strict=True)]
    runs = run_cases(cases, jobs=extent.jobs, progress=progress)
    if runs.interrupted:
        raise KeyboardInterrupt
    places = {world.name: i for i, world in enumerate(worlds)}
    found = {places[history.cases[0].scenario.name]: history for history in runs.histories}
    if not found:
        why = runs.failures[0].error if runs.failures else ""
        raise BadInputError(Label(f"所有运行都失败了：{why}", f"every run failed: {why}"))
    return found, len(worlds) - len(found)
