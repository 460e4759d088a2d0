"""Calibration to the past: which places in the declared ranges give runs like what was observed up to the cut-off.

Rejection with regression adjustment (Beaumont, Zhang & Balding 2002).  Many sets of numbers run from the beginning of the past to
the cut-off; each run is compared with the observed values by a few summaries, each in units of its spread over all runs; the
nearest are kept, weighted by an Epanechnikov kernel, and its numbers are moved along a linear regression, on the logits of
their places, to where the summaries would be those observed, but not beyond the places that were kept.  Chosen over sequential
samplers because it can be followed, keeps every run independent and so cheap to batch, and never fails to give an answer; with
five numbers and a dozen summaries two thousand runs suffice.  A world that is projected is a run of the past that was kept:
it has the same number and begins at the same date, so that all that it drew beside the five numbers goes on: how fast floor is
built, who can be hired, and the swings that it is in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from wutong.experiments.calibration.weighing import n_effective
from wutong.experiments.hindcast.series import Series, Subject
from wutong.model.facts import Floats, Ints
from wutong.model.units import QUARTERS_PER_YEAR

SEEN_SPREAD = 0.02  # sd of the logarithm of an observed value: pooled over the training parks
EDGE = 1e-3  # places are kept this far inside the ends of their ranges
RIDGE = 1e-3
LEAST_SPAN = 2.0  # years of a series that is used


@dataclass(frozen=True)
class Dates:
    """The observed values that runs of the past are compared with: subjects and quarters, and their logarithms."""

    subjects: tuple[Subject, ...]
    quarters: tuple[int, ...]
    logs: Floats  # (n_dates,)


@dataclass(frozen=True)
class Posterior:
    """Sets of numbers that agree with the past.

    Attributes
    ----------
    places : of shape (n_kept, n_numbers)
    weights : of shape (n_kept,), summing to 1
    kept : rows of the runs that they come from
    """

    places: Floats
    weights: Floats
    kept: Ints

    @property
    def n_effective(self) -> float:
        """How many equally weighted draws are worth as much (Kish 1965)."""
        return n_effective(self.weights)


def dates_of(series: Mapping[Subject, Series], first: int, cutoff: int) -> Dates:
    """Every observed value of the past."""
    found = [
        (subject, quarter, math.log(value))
        for subject, one in series.items()
        for quarter, value in zip(one.quarters, one.values, strict=True)
        if first <= quarter <= cutoff
    ]
    return Dates(tuple(s for s, _, _ in found), tuple(q for _, q, _ in found), np.array([log for _, _, log in found]))


def summaries(logs: Floats, dates: Dates) -> Floats:
    """A few numbers a run, of shape (n_runs, n_summaries): of every series how much it rose from its first value to its last, to
    those between on average, and of late, and how restless it was on the way.  A series of less than two years tells of those
    years and not of the park: it is left out.

    Parameters
    ----------
    logs : of shape (n_runs, n_dates)
    """
    columns = []
    for own in rows_by_subject(dates).values():
        when = np.array([dates.quarters[i] for i in own]) / QUARTERS_PER_YEAR
        if when[-1] - when[0] < LEAST_SPAN:
            continue
        rise = logs[:, own[1:]] - logs[:, own[:1]]
        columns.append(rise[:, -1])
        if len(own) > 2:
            columns.append(rise[:, :-1].mean(axis=1))
            late = int(np.flatnonzero(when <= when[-1] - LEAST_SPAN)[-1])
            columns += [logs[:, own[-1]] - logs[:, own[late]]] if late else []
        if len(own) > 4:
            rates = np.diff(logs[:, own], axis=1) / np.diff(when)
            columns.append(np.log(rates.std(axis=1) + SEEN_SPREAD))
    return np.stack(columns, axis=1) if columns else np.zeros((len(logs), 0))


def rows_by_subject(dates: Dates) -> dict[Subject, list[int]]:
    """Positions of each subject's values among the dates, in order of time."""
    return {
        subject: sorted((i for i, s in enumerate(dates.subjects) if s == subject), key=lambda i: dates.quarters[i])
        for subject in dict.fromkeys(dates.subjects)
    }


def posterior(places: Floats, found: Floats, observed: Floats, n_kept: int) -> Posterior:
    """Sets of numbers whose runs are nearest to what was observed.

    Parameters
    ----------
    places : of shape (n_runs, n_numbers)
    found, observed : summaries of shape (n_runs, n_summaries) and (n_summaries,)
    """
    middle = np.median(found, axis=0)
    spread = np.maximum(np.median(np.abs(found - middle), axis=0), 1e-6)
    apart = (found - observed) / spread
    distance = np.sqrt((apart**2).mean(axis=1))
    kept = np.sort(np.argsort(distance, kind="stable")[:n_kept])
    reach = max(float(distance[kept].max()), 1e-12) * (1.0 + 1e-9)
    weights = np.maximum(1.0 - (distance[kept] / reach) ** 2, 1e-9)
    weights /= weights.sum()
    return Posterior(_adjusted(places[kept], apart[kept], weights), weights, kept)


def _adjusted(places: Floats, apart: Floats, weights: Floats) -> Floats:
    """Places moved along a weighted linear regression to where nothing is apart, between the least and the greatest of each."""
    logits = np.log(np.clip(places, EDGE, 1.0 - EDGE) / (1.0 - np.clip(places, EDGE, 1.0 - EDGE)))
    design = np.column_stack([np.ones(len(apart)), apart])
    weighted = design * weights[:, None]
    size = design.shape[1]
    penalty = RIDGE * np.diag([0.0, *[1.0] * (size - 1)])
    slopes = np.linalg.solve(design.T @ weighted + penalty, weighted.T @ logits)[1:]
    moved = np.clip(logits - apart @ slopes, logits.min(axis=0), logits.max(axis=0))
    return np.asarray(1.0 / (1.0 + np.exp(-moved)))


def noisy(logs: Floats, seed: int) -> Floats:
    """Logarithms of what runs say with the error of an observed value, of the shape of logs."""
    return np.asarray(logs + SEEN_SPREAD * np.random.default_rng([seed, 1]).standard_normal(logs.shape))
