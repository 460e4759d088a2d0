"""What would have to be true for a goal: the entry rate, the anchors, the revenue per head at which its chance reaches a level.

Two ways.  From the finished runs alone: the chance in bands of the worlds by what each drew.  From extra runs: the scenario with
the assumption fixed at rising values, on the same replications (:func:`entry_dial` and :func:`anchor_dial` say which to run).
Either way the chance is made monotone (pool adjacent violators) and read between neighbouring values; the interval holds the
values whose own score interval holds the level asked for, so it needs no draws and stays honest where no run succeeds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from wutong.experiments.answers.drawn import Drawn
from wutong.experiments.design import MARK, with_point
from wutong.experiments.factors import SIGNIFICANT_DIGITS, Point
from wutong.experiments.goals import Attainment, Share, attainment, wilson
from wutong.experiments.varying import with_values
from wutong.model.facts import Assumption, Floats, Label
from wutong.model.history import History
from wutong.model.scenario import Anchor, Scenario, Segment, Status, Target
from wutong.model.units import NEVER

LEVELS_OF_CHANCE = (0.5, 0.9)
RANGE_LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)  # quantiles of the declared range
BEYOND = (1.5, 2.0, 3.0, 5.0)  # times its upper end
ANCHORS = (2, 5, 10, 20, 40)
FEWEST_IN_BAND = 12

ENTRY = Label("进入率", "entry rate")
ENTRY_AND_SPACE = Label("载体充足时的进入率", "entry rate with ample floor space")
MORE_ANCHORS = Label("新增龙头", "number of added anchors")
PER_HEAD = Label("起点人均营收", "revenue per head at the start")
PEOPLE = Label("每年可招人数", "people available a year")
GROWTH = Label("外部需求增速", "growth of outside demand")


@dataclass(frozen=True)
class Level:
    """A value of a condition, and the chance of the goal there."""

    value: float
    share: Share


@dataclass(frozen=True)
class Needed:
    """Value of a condition at which the chance reaches ``prob``, with the interval of the value.

    −∞ means that the lowest value tried suffices already, ∞ that the highest does not.
    """

    prob: float
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Step:
    """A scenario to run: the condition at a value."""

    value: float
    scenario: Scenario


@dataclass(frozen=True)
class Dial:
    """A condition that can be set: what to run, and between which values the scenario itself draws it."""

    key: str
    label: Label
    unit: str
    low: float
    high: float
    steps: tuple[Step, ...]


# ── What to run ──────────────────────────────────────────────────────────────────────────────────────────────────────
def entry_dial(
    scenario: Scenario, target: Target, levels: Sequence[float] = RANGE_LEVELS, beyond: Sequence[float] = BEYOND
) -> Dial | None:
    """Scenarios with the entry of a goal's segments fixed together, along their declared ranges and beyond; None if none enter.

    All segments move together: each stands at the same quantile of its range, then at the same multiple of its upper end.
    """
    chosen = [s for s in scenario.park.segments if s.key in target.segments and s.entry.high > 0.0]
    if not chosen:
        return None
    at = [[_at(s.entry, level) for s in chosen] for level in levels] + [[s.entry.high * k for s in chosen] for k in beyond]
    paths = [f"segments.{s.key}.{'entry_share' if s.entry_per_firm else 'entry'}" for s in chosen]
    steps: dict[str, Step] = {}
    for row in at:
        values = [float(f"{value:.{SIGNIFICANT_DIGITS}g}") for value in row]
        changed = with_point(scenario, Point(dict(zip(paths, values, strict=True))))
        steps.setdefault(changed.name, Step(_entrants(chosen, values), changed))
    low, high = (_entrants(chosen, [getattr(s.entry, end) for s in chosen]) for end in ("low", "high"))
    ample = scenario.name.endswith(f"{MARK}ample_space")
    key, label = ("entry_ample_space", ENTRY_AND_SPACE) if ample else ("entry", ENTRY)
    return Dial(key, label, "firms/year", low, high, tuple(sorted(steps.values(), key=lambda s: s.value)))


def with_ample_space(scenario: Scenario, target: Target) -> Scenario:
    """The scenario with so much floor space for a goal's segments that none is turned away: is it entry, or is it space?"""
    plants = {s.plant for s in scenario.park.segments if s.key in target.segments}
    zones = [z for z in scenario.park.zones if plants & set(z.plants)]
    values = {f"zones.{z.key}.{'occupancy' if z.floor is None else 'floor'}": _AMPLE[z.floor is None] for z in zones}
    title = Label(f"{scenario.title.zh}，载体充足", f"{scenario.title.en}, ample floor space")
    return replace(with_values(scenario, values), name=f"{scenario.name}{MARK}ample_space", title=title)


_AMPLE = {True: 0.005, False: 1e9}  # share of the floor in use at the start, or m2


def _at(assumption: Assumption, level: float) -> float:
    return float(assumption.alone().quantile(np.array([level]))[0]) if level < 1.0 else assumption.high


def _entrants(segments: Sequence[Segment], values: Sequence[float]) -> float:
    return sum(v * (s.firms.default if s.entry_per_firm else 1.0) for s, v in zip(segments, values, strict=True))


def anchor_dial(scenario: Scenario, target: Target, counts: Sequence[int] = ANCHORS) -> Dial | None:
    """Scenarios with more anchors of the kind that the goal's segments attract, all signing in the first quarter of the runs.

    None where the park has no anchor there to take as a pattern.
    """
    pattern = anchor_like(scenario, target)
    if pattern is None:
        return None
    first = scenario.park.start + 1
    new = replace(pattern, status=Status.PLANNED, signed=first, opens=None, punctual=False, closes=NEVER)
    new = replace(new, partners_came_before=False)
    steps = []
    for count in (0, *counts):
        more = tuple(replace(new, key=f"{pattern.key}_again_{i + 1}") for i in range(count))
        park = replace(scenario.park, anchors=scenario.park.anchors + more)
        name = f"{scenario.name}{MARK}{pattern.key}_again_{count}" if count else scenario.name
        steps.append(Step(float(count), replace(scenario, name=name, park=park) if count else scenario))
    return Dial("anchors", MORE_ANCHORS, "anchors", 0.0, math.inf, tuple(steps))


def anchor_like(scenario: Scenario, target: Target) -> Anchor | None:
    """An anchor of the park in the goal's segments: where most are recruited, not yet open before one that is."""
    weight = {s.key: s.recruit_weight for s in scenario.park.segments}
    there = [a for a in scenario.park.anchors if a.segment in target.segments]
    return max(there, key=lambda a: (weight[a.segment], a.status is not Status.OPERATING), default=None)


# ── What the runs say ────────────────────────────────────────────────────────────────────────────────────────────────
def levels_of(dial: Dial, histories: Sequence[History], target: Target) -> tuple[Level, ...]:
    """Chance of a goal at each step of a dial that was run, all under one policy; steps without runs are left out."""
    by_name = {h.cases[0].scenario.name: h for h in histories}
    found = [(s.value, attainment(by_name[s.scenario.name], target)) for s in dial.steps if s.scenario.name in by_name]
    return tuple(Level(value, result.share) for value, result in found if result.judged)


def levels_by_band(result: Attainment, values: Floats, fewest: int = FEWEST_IN_BAND) -> tuple[Level, ...]:
    """Chance of a judged goal in up to eight bands of equally many worlds by a drawn value, at the median of each band."""
    n_bands = min(8, values.size // fewest)
    if not result.judged or n_bands < 2 or float(np.ptp(values)) <= 1e-9 * float(np.abs(values).max()):
        return ()
    order = np.argsort(values, kind="stable")
    parts = np.array_split(order, n_bands)
    shares = [wilson(int(result.attained[p].sum()), int(result.defined[p].sum())) for p in parts]
    return tuple(Level(float(np.median(values[p])), share) for p, share in zip(parts, shares, strict=True))


@dataclass(frozen=True)
class Tried:
    """A dial for a goal, and what came of its steps under one policy."""

    dial: Dial
    target: Target
    histories: tuple[History, ...]


def conditions_drawn(draws: Drawn, target: Target) -> dict[str, tuple[Label, str, Floats]]:
    """What each world drew of what a goal may hang on: by key its label, unit and values of shape (n_worlds,).

    What is undefined in some world, as is the revenue per head of nobody, is left out.
    """
    found = {
        "entry": (ENTRY, "firms/year", draws.entry(target.segments)),
        "revenue_per_head": (PER_HEAD, "亿元/year", draws.revenue_per_head(target.segments)),
        "people": (PEOPLE, "persons/year", draws.parameter("growth.people")),
        "growth": (GROWTH, "share/year", draws.growth(target.segments)),
    }
    return {key: one for key, one in found.items() if not np.isnan(one[2]).any()}


def needed(levels: Sequence[Level], prob: float) -> Needed:
    """Value at which a chance that does not fall with the value reaches ``prob``, with its 90 % interval.

    Parameters
    ----------
    levels : by rising value; levels without worlds are left out
    """
    known = [level for level in levels if level.share.n]
    if not known:
        return Needed(prob, math.nan, -math.inf, math.inf)
    values = [level.value for level in known]
    counts = np.array([level.share.n for level in known], np.float64)
    chances = monotone(np.array([level.share.value for level in known]), counts)
    bounds = [wilson(round(p * n), int(n)) for p, n in zip(chances, counts, strict=True)]
    middle = crossing(values, list(chances), prob)
    low, high = crossing(values, [b.high for b in bounds], prob), crossing(values, [b.low for b in bounds], prob)
    return Needed(prob, middle, min(low, middle), max(high, middle))


def monotone(values: Floats, weights: Floats) -> Floats:
    """The never falling sequence nearest to values, of their shape (pool adjacent violators; Ayer et al. 1955)."""
    blocks: list[tuple[float, float, int]] = []  # mean, weight, length
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        blocks.append((value, weight, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (a, v, i), (b, w, j) = blocks[-2], blocks[-1]
            blocks[-2:] = [((a * v + b * w) / (v + w), v + w, i + j)]
    return np.concatenate([np.full(length, mean) for mean, _, length in blocks])


def crossing(values: Sequence[float], curve: Sequence[float], level: float) -> float:
    """Where a curve first reaches a level, by straight lines between values; −∞ at once, ∞ never."""
    reached = next((i for i, height in enumerate(curve) if height >= level), None)
    if reached is None:
        return math.inf
    if reached == 0:
        return -math.inf
    before, after = curve[reached - 1], curve[reached]
    part = (level - before) / (after - before)
    return values[reached - 1] + part * (values[reached] - values[reached - 1])
