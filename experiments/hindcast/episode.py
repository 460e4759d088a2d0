"""An anchor episode: a park that names its anchors, run from its start, its worlds weighed by what was seen up to the cut-off.

Such a park cannot be begun elsewhere, as its anchors have dates.  All that its file leaves open is drawn world by world, how
partners follow their anchor among it; a world counts the more the nearer it is to the figures between the start and the cut-off.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments.calibration.weighing import log_weights, n_effective, reached, weights_of
from wutong.experiments.errors import BadInputError
from wutong.experiments.hindcast.levels import Extent, generator
from wutong.experiments.hindcast.series import Series, Subject, reading
from wutong.experiments.runner import Progress, run_cases, silent
from wutong.model.assumptions import sample, world_keys
from wutong.model.facts import Floats, Label
from wutong.model.history import History
from wutong.model.scenario import NO_NEW_POLICY, Case, Park, Scenario

USUAL_PARTNERS = "laptop_partners"  # of anchors whose kind declares no number of its own
FOLLOW = (USUAL_PARTNERS, "lead_rate", "follow_rate", "signed_pull", "anyway_rate")  # parameters of the rule that is tested
SEEN_SPREAD = 0.15  # sd of the log of a figure whose definition may change from date to date (design choice, as in laptop_wave)
FEWEST = 20.0  # worlds that count, below which nothing is said
PART = 250  # worlds in memory at a time


@dataclass(frozen=True)
class Episode:
    """Worlds of an episode.

    Attributes
    ----------
    values : by subject, of shape (n_quarters + 1, n_worlds) from the cut-off on, as they would be seen; NaN where not covered
    weights : of shape (n_worlds,), summing to 1
    parameters : by full name, those of the rule that act in this park, of shape (n_worlds,)
    """

    values: Mapping[Subject, Floats]
    weights: Floats
    parameters: Mapping[str, Floats]
    n_failed: int

    @property
    def n_effective(self) -> float:
        return n_effective(self.weights)


def episode(
    scenario: Scenario,
    series: Mapping[Subject, Series],
    subjects: Sequence[Subject],
    cutoff: int,
    extent: Extent,
    progress: Progress = silent,
) -> Episode:
    """The worlds of an episode and how much each counts.

    Parameters
    ----------
    series : observed up to the cut-off
    subjects : measures and scopes that are read off the worlds

    Raises
    ------
    BadInputError
        If every run fails, or too few worlds come near to what was seen.
    """
    run = dataclasses.replace(scenario, end=extent.end, targets=(), joint_targets=())
    dates = [(s, q, v) for s, one in series.items() for q, v in zip(one.quarters, one.values, strict=True)]
    dates = [(s, q, v) for s, q, v in dates if scenario.park.start < q <= cutoff]
    said, values, drawn, n_failed = list[Floats](), list[dict[Subject, Floats]](), list[dict[str, Floats]](), 0
    for history in _in_parts(run, extent, progress):
        if history is None:
            n_failed += 1
            continue
        said.append(_at(history, [(s, q) for s, q, _ in dates]))
        values.append({s: _from(history, s, cutoff, extent.end) for s in subjects})
        drawn.append(_drawn(history.cases))
    if not said:
        raise BadInputError(Label("所有运行都失败了", "every run failed"))
    everything, seen = np.concatenate(said), np.array([v for _, _, v in dates])
    covered = ~np.isnan(everything).any(axis=0)  # a flow of the first, incomplete year is not
    weights = _weights(everything[:, covered], seen[covered])
    joined = {s: _as_seen(np.concatenate([v[s] for v in values], axis=1), s, cutoff, extent.seed) for s in subjects}
    return Episode(joined, weights, {name: np.concatenate([d[name] for d in drawn]) for name in drawn[0]}, n_failed)


def _weights(said: Floats, seen: Floats) -> Floats:
    """How much each world counts, from what it says of the dates, of shape (n_worlds, n_dates)."""
    logs = log_weights(said, seen, np.full(len(seen), SEEN_SPREAD))
    if not reached(logs, len(seen)):
        zh = "没有一个世界接近截止前的观测值；请检查龙头的日期和关联企业数，或放宽区间"
        en = "no world comes near to what was seen up to the cut-off: check the anchors' dates and partners, or widen the ranges"
        raise BadInputError(Label(zh, en))
    weights = weights_of(logs)
    if not n_effective(weights) >= FEWEST:
        n, worth = len(weights), f"{n_effective(weights):.0f}"
        zh = f"{n} 个世界中只有约 {worth} 个接近截止前的观测值；请增大 --past，或放宽园区文件中的区间"
        en = f"of {n} worlds only some {worth} come near to what was seen up to the cut-off: raise --past, or widen the ranges"
        raise BadInputError(Label(zh, en))
    return weights


def _in_parts(scenario: Scenario, extent: Extent, progress: Progress) -> Iterator[History | None]:
    """Worlds part by part; None for every one that fails."""
    policy = scenario.policy or NO_NEW_POLICY
    for first in range(0, extent.n_past, PART):
        last = min(first + PART, extent.n_past)
        runs = run_cases([Case(scenario, policy, r, extent.seed) for r in range(first, last)], jobs=extent.jobs)
        if runs.interrupted:
            raise KeyboardInterrupt
        yield from runs.histories
        yield from [None] * len(runs.failures)
        progress(last, len(runs.failures), extent.n_past)


def _at(history: History, dates: Sequence[tuple[Subject, int]]) -> Floats:
    """What the worlds say at some dates, of shape (n_worlds, n_dates)."""
    found = [reading(history, subject, quarter) for subject, quarter in dates]
    columns = [np.full(len(history.cases), np.nan) if value is None else value for value in found]
    return np.stack(columns, axis=1) if columns else np.zeros((len(history.cases), 0))


def _from(history: History, subject: Subject, cutoff: int, end: int) -> Floats:
    rows = [reading(history, subject, quarter) for quarter in range(cutoff, end + 1)]
    return np.array([np.full(len(history.cases), np.nan) if row is None else row for row in rows])


def _as_seen(values: Floats, subject: Subject, cutoff: int, seed: int) -> Floats:
    """Values with the error with which a figure is seen, a quarter by itself; at the cut-off as they are."""
    name, n = "/".join(subject), values.shape[1]
    noise = np.stack([generator(seed, name, cutoff + row).standard_normal(n) for row in range(len(values))])
    noise[0] = 0.0
    return np.asarray(values * np.exp(SEEN_SPREAD * noise))


def _drawn(cases: Sequence[Case]) -> dict[str, Floats]:
    attraction = sample(cases, world_keys(cases))["attraction"]
    names = following(cases[0].scenario.park)
    return {f"attraction.{name}": np.broadcast_to(getattr(attraction, name)[:, 0], len(cases)).copy() for name in names}


def following(park: Park) -> tuple[str, ...]:
    """Parameters by which the partners of its anchors follow: how many a laptop maker has only where an anchor takes that."""
    drawing = {anchor.partner_kind for anchor in park.anchors}
    usual = any(kind.partners is None for kind in park.partner_kinds if kind.key in drawing)
    return tuple(name for name in FOLLOW if usual or name != USUAL_PARTNERS)
