"""Where a goal is reached: the runs of it by two things at once, such as the entry rate and the people available.

Read off finished runs alone.  The sides are bands of what the worlds drew, with equally many worlds in each, or values that
were set: the steps of a dial, the levels of a lever.  Which drawn conditions stand at the sides follows from how closely the
goal's measure went with each, which is known also where no run reaches the goal.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments.answers.conditions import Tried, conditions_drawn
from wutong.experiments.answers.drawn import drawn
from wutong.experiments.answers.lever_policies import level_of, lever_of
from wutong.experiments.defined import defined
from wutong.experiments.goals import attainment
from wutong.model.facts import Floats, Ints, Label, Mask
from wutong.model.history import History
from wutong.model.levers import LEVERS
from wutong.model.scenario import Target

IN_A_CELL = 6.5  # worlds on average, from which the number of bands follows
MOST_BANDS = 5
FEWEST = 4  # worlds below which a cell says nothing
Drawable = Mapping[str, tuple[Label, str, Floats]]


@dataclass(frozen=True)
class Side:
    """One side of a map: its bands from the lowest on, and the band of each world, of shape (n_worlds,).

    Attributes
    ----------
    bands : lowest and highest value of each; equal where the value was set
    drawn_to : of values that were set, the highest that the scenario itself draws
    """

    key: str
    label: Label
    unit: str
    bands: tuple[tuple[float, float], ...]
    of: Ints
    drawn_to: float = math.inf

    @property
    def is_set(self) -> bool:
        return all(low == high for low, high in self.bands)

    @property
    def n_within(self) -> int:
        """Bands up to the highest value that the scenario itself draws."""
        return sum(high <= self.drawn_to for _, high in self.bands)


@dataclass(frozen=True)
class GoalMap:
    """The runs of one goal by two sides; tables of shape (n_up, n_across).

    Attributes
    ----------
    history : whose scenario and policy are looked at
    counts, attained : runs of each cell in which the goal's measure is defined, and those that reach the goal
    medians : median of what the goal is compared with, NaN in empty cells
    """

    history: History
    target: Target
    across: Side
    up: Side
    counts: Ints
    attained: Ints
    medians: Floats

    @property
    def n(self) -> int:
        return int(self.counts.sum())

    @property
    def n_attained(self) -> int:
        return int(self.attained.sum())

    @property
    def shown(self) -> Floats:
        """Share of the runs that reach the goal; where none does, the median as a share of it; NaN where runs are too few."""
        with np.errstate(invalid="ignore", divide="ignore"):
            share = self.attained / self.counts if self.n_attained else self.medians / self.target.at_least
        return np.where(self.counts >= FEWEST, share, np.nan)


def drawn_map(history: History, target: Target, across: str = "", up: str = "") -> GoalMap | None:
    """A goal by two drawn conditions; None where it is not judged, or the runs are too few or too alike for two bands each.

    Parameters
    ----------
    across, up : keys of :func:`wutong.experiments.answers.conditions.conditions_drawn`; the two that matter most if empty

    Raises
    ------
    ValueError
        If there is no such condition, or both are the same.
    """
    result = attainment(history, target)
    if not result.judged:
        return None
    found = varying(_where(result.defined, conditions_drawn(drawn(history.cases), target)))
    values = defined(result.values)
    chosen = [key for key in (across, up) if key]
    if unknown := [key for key in chosen if key not in found]:
        raise ValueError(f"no condition that differs between the runs is named {unknown[0]!r}; there are {', '.join(found)}")
    if len(set(chosen)) < len(chosen):
        raise ValueError(f"{across!r} cannot stand at both sides")
    rest = iter([key for key in ranked(found, values) if key not in chosen])
    keys = [key or next(rest, "") for key in (across, up)]
    n_bands = min(math.isqrt(int(values.size / IN_A_CELL)), MOST_BANDS)
    if n_bands < 2 or not all(keys):
        return None
    sides = [_drawn_side(key, found[key], n_bands) for key in keys]
    return _map(history, target, (sides[0], sides[1]), values)


@dataclass(frozen=True)
class SetSide:
    """A value that was set: its key, name and unit, and the highest that the scenario itself draws."""

    key: str
    label: Label
    unit: str
    drawn_to: float = math.inf


def set_map(rows: Sequence[tuple[float, History]], side: SetSide, target: Target, across: str = "") -> GoalMap | None:
    """A goal by a value that was set, from the lowest up, and by what the worlds drew; None as :func:`drawn_map`.

    Parameters
    ----------
    rows : value and its runs; runs that do not cover the goal's date are left out
    across : key of a drawn condition; of those that do not follow from the value, the one that matters most if empty

    Raises
    ------
    ValueError
        If there is no such condition.
    """
    judged = sorted((row for row in rows if attainment(row[1], target).judged), key=lambda row: row[0])
    if len(judged) < 2:
        return None
    results = [attainment(history, target) for _, history in judged]
    values = [defined(result.values) for result in results]
    kept = [
        varying(_where(result.defined, conditions_drawn(drawn(history.cases), target)))
        for result, (_, history) in zip(results, judged, strict=True)
    ]
    common = [key for key in kept[0] if all(key in own for own in kept)]
    if across and across not in common:
        raise ValueError(f"no condition that differs between the runs is named {across!r}; there are {', '.join(common)}")
    found = {key: (*kept[0][key][:2], np.concatenate([own[key][2] for own in kept])) for key in common}
    n_bands = min(int(min(map(len, values)) / IN_A_CELL), MOST_BANDS)
    key = across or next(iter(ranked(found, np.concatenate([_ranks(v) for v in values]))), "")
    if n_bands < 2 or not key:
        return None
    of = np.repeat(np.arange(len(values)), [len(v) for v in values])
    up = Side(side.key, side.label, side.unit, tuple((value, value) for value, _ in judged), of, side.drawn_to)
    return _map(judged[0][1], target, (_drawn_side(key, found[key], n_bands), up), np.concatenate(values))


def dose_map(base: History, others: Sequence[History], target: Target) -> GoalMap | None:
    """The map of a lever's levels, nothing at the foot; None as :func:`drawn_map`.

    Parameters
    ----------
    base : without the lever
    others : one level each, all of one lever
    """
    if not others:
        return None
    lever = lever_of(others[0].cases[0].policy)
    rows = [(0.0, base), *((level_of(history.cases[0].policy), history) for history in others)]
    label, unit, factor = LEVERS[lever].label, LEVERS[lever].unit, 1.0
    if unit.startswith("万 m2"):  # as level_text writes it
        unit, factor = unit.replace("万 m2", "m2"), 1e4
    return set_map([(level * factor, history) for level, history in rows], SetSide(lever, label, unit), target)


def tried_map(tried: Sequence[Tried]) -> GoalMap | None:
    """The map of the dial along which most runs reach its goal; None where none does."""
    maps = []
    for one in tried:
        by_name = {history.cases[0].scenario.name: history for history in one.histories}
        rows = [(s.value, by_name[s.scenario.name]) for s in one.dial.steps if s.scenario.name in by_name]
        found = set_map(rows, SetSide(one.dial.key, one.dial.label, one.dial.unit, one.dial.high), one.target)
        maps += [found] if found is not None and found.n_attained else []
    return max(maps, key=lambda found: found.n_attained, default=None)


def ranked(conditions: Drawable, values: Floats) -> list[str]:
    """Keys of conditions, first the one with which values of shape (n_worlds,) go most closely, up or down (rank correlation)."""
    wanted = _ranks(values)

    def closeness(key: str) -> float:
        ranks = _ranks(conditions[key][2])
        size = math.sqrt(float((ranks**2).sum() * (wanted**2).sum()))
        return abs(float((ranks * wanted).sum())) / size if size > 0.0 else 0.0

    return sorted(conditions, key=closeness, reverse=True)


def varying(conditions: Drawable) -> Drawable:
    """The conditions that differ between worlds."""
    return {k: c for k, c in conditions.items() if float(np.ptp(c[2])) > 1e-9 * float(np.abs(c[2]).max())}


def _where(worlds: Mask, conditions: Drawable) -> Drawable:
    """Conditions of some worlds alone."""
    return {key: (label, unit, values[worlds]) for key, (label, unit, values) in conditions.items()}


def _ranks(values: Floats) -> Floats:
    """Ranks about their mean, ties at theirs, of the shape of values."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2.0)[place]
    return np.asarray(ranks - ranks.mean())


def _drawn_side(key: str, condition: tuple[Label, str, Floats], n_bands: int) -> Side:
    """Bands of equally many worlds, as far as equal values allow."""
    label, unit, values = condition
    inner = np.unique(np.quantile(values, np.arange(1, n_bands) / n_bands))
    place = np.unique(np.searchsorted(inner, values, side="left"), return_inverse=True)[1]
    bands = tuple((float(values[place == i].min()), float(values[place == i].max())) for i in range(int(place.max()) + 1))
    return Side(key, label, unit, bands, place)


def _map(history: History, target: Target, sides: tuple[Side, Side], values: Floats) -> GoalMap:
    across, up = sides
    shape = (len(up.bands), len(across.bands))
    cell = up.of * shape[1] + across.of
    counts = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    reached = np.bincount(cell[values >= target.at_least], minlength=shape[0] * shape[1]).reshape(shape)
    medians = [float(np.median(values[cell == i])) if (cell == i).any() else math.nan for i in range(shape[0] * shape[1])]
    return GoalMap(history, target, across, up, counts, reached, np.array(medians).reshape(shape))
