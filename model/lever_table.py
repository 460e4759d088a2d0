"""Policies compiled once, from the frozen base, into (quarter, world, ...) tables."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wutong.model.base import Base
from wutong.model.facts import Floats
from wutong.model.given import Levers
from wutong.model.lever_effects import Effects, Entrant, LeverInputs
from wutong.model.lever_facts import LeverParameters
from wutong.model.levers import LEVERS, SUPPORT_LIMIT, Lever, Target
from wutong.model.scenario import LeverSetting, Park, Policy
from wutong.model.units import NEVER, QUARTERS_PER_YEAR


@dataclass(frozen=True)
class LeverTable:
    """Levels by lever, effects by name, and floor added so far: arrays of shape (n_quarters, n_worlds, n)."""

    levels: Mapping[str, Floats]
    effects: Mapping[str, Floats]
    floor_added: Floats
    in_use: frozenset[str]  # levers that some policy of the batch sets at all


PAID_TO_FIRMS = ("landing_subsidy", "tax_relief", "rent_subsidy")  # levers whose level a firm's account needs
BY: Mapping[str, tuple[str, ...]] = {
    by: tuple(f.name for f in dataclasses.fields(Effects) if f.metadata["by"] == by) for by in ("park", "segment", "zone")
}
OF_PARK: np.dtype[Any] = np.dtype([(name, np.float64) for name in BY["park"]], align=True)
OF_SEGMENT: np.dtype[Any] = np.dtype([(name, np.float64) for name in (*BY["segment"], *PAID_TO_FIRMS)], align=True)


def levers_of(table: LeverTable, base: Base, world: int) -> Levers:
    """What the policy of one world does, quarter by quarter."""
    n_quarters = len(table.floor_added)
    park = np.zeros(n_quarters, OF_PARK)
    segment = np.zeros((n_quarters, base.n_segments), OF_SEGMENT)
    for name in BY["park"]:
        park[name] = table.effects[name][:, world, 0]
    for name in BY["segment"]:
        segment[name] = table.effects[name][:, world]
    for name in PAID_TO_FIRMS:
        segment[name] = table.levels[name][:, world]
    floor = np.broadcast_to(table.effects["floor"][:, world], (n_quarters, base.n_zones - 1))
    return Levers(park.view(np.recarray), segment.view(np.recarray), floor.copy())


def columns_of(lever: Lever, park: Park) -> tuple[str, ...]:
    """What the last axis of a lever's level stands for; plants that projects bring are no zone of the park."""
    if lever.target is Target.SEGMENTS:
        return tuple(s.key for s in park.segments)
    if lever.target is Target.ZONES:
        return tuple(z.key for z in park.zones)
    return ("",)


def check_policy(policy: Policy, park: Park) -> None:
    """Refuse what a policy may not say.

    Raises
    ------
    ValueError
        With one sentence that names the policy, the lever and what is allowed.
    """
    for i, setting in enumerate(policy.settings):
        where = f"policy {policy.name}, lever {setting.lever}"
        lever = LEVERS.get(setting.lever)
        if lever is None:
            raise ValueError(f"{where}: unknown lever; known are {', '.join(LEVERS)}")
        if not lever.low <= setting.level <= lever.high:
            raise ValueError(f"{where}: level {setting.level:g} lies outside {lever.low:g} to {lever.high:g} {lever.unit}")
        if setting.end < setting.start:
            raise ValueError(f"{where}: it ends before it starts")
        aims = setting.segments + setting.zones
        if aims and lever.target is Target.PARK:
            raise ValueError(f"{where}: this lever works on the whole park and cannot be aimed")
        if unknown := [a for a in aims if a not in columns_of(lever, park)]:
            raise ValueError(f"{where}: unknown {lever.target}: {', '.join(unknown)}")
        if any(setting.overlaps(other) for other in policy.settings[:i]):
            raise ValueError(f"{where}: two of its settings overlap in time")


def compile_levers(
    policies: Sequence[Policy], park: Park, base: Base, p: LeverParameters, entrant: Entrant, n_quarters: int
) -> LeverTable:
    """Tables of all levers of a batch, one policy a world.

    Raises
    ------
    ValueError
        If a policy fails :func:`check_policy`.
    """
    levels = {key: np.zeros((n_quarters, base.n_worlds, len(columns_of(lever, park)))) for key, lever in LEVERS.items()}
    for policy in {id(policy): policy for policy in policies}.values():
        check_policy(policy, park)
        worlds = np.flatnonzero([other is policy for other in policies])
        for setting in policy.settings:
            lever = LEVERS[setting.lever]
            first, last = _span(setting, lever, base.start, n_quarters)
            levels[lever.key][first:last, worlds] += _level(setting, lever, park, base)[worlds]
    effects = neutral_effects(n_quarters, base.n_worlds)
    in_use = frozenset(key for key, level in levels.items() if level.any())
    for key, lever in LEVERS.items():
        if key in in_use:
            _combine(effects, lever.effects(LeverInputs(levels[key], p, entrant)))
    for name in ("support", "support_anchor"):
        effects[name] = np.minimum(effects[name], SUPPORT_LIMIT)
    return LeverTable(levels, effects, np.cumsum(effects["floor"], axis=0), in_use)


def neutral_effects(n_quarters: int, n_worlds: int) -> dict[str, Floats]:
    """Every effect at its neutral value, of shape (n_quarters, n_worlds, 1)."""
    return {f.name: np.full((n_quarters, n_worlds, 1), f.metadata["neutral"]) for f in dataclasses.fields(Effects)}


def _combine(effects: dict[str, Floats], contribution: Mapping[str, Floats]) -> None:
    neutral = {f.name: f.metadata["neutral"] for f in dataclasses.fields(Effects)}
    for name, value in contribution.items():
        effects[name] = effects[name] * value if neutral[name] == 1.0 else effects[name] + value


def _span(setting: LeverSetting, lever: Lever, start: int, n_quarters: int) -> tuple[int, int]:
    """First and one past the last quarter, counted from 0, in which a setting works."""
    if setting.ready is not None:
        step = setting.ready - start - 1
        return (step, step + 1) if 0 <= step < n_quarters else (0, 0)
    end = NEVER if setting.end >= NEVER else setting.end + lever.delay
    first = min(max(setting.start + lever.delay - start - 1, 0), n_quarters)
    return first, max(min(end - start, n_quarters), first)


def _level(setting: LeverSetting, lever: Lever, park: Park, base: Base) -> Floats:
    """Level by world and column, of shape (n_worlds, n)."""
    columns = columns_of(lever, park)
    aims = setting.segments + setting.zones
    aimed = np.array([1.0 if not aims or c in aims else 0.0 for c in columns])
    amount = setting.level * (QUARTERS_PER_YEAR if setting.ready is not None else 1)
    if not lever.extensive:
        return np.broadcast_to(amount * aimed, (base.n_worlds, len(columns)))
    weight = aimed * (base.entry_shares if lever.target is Target.SEGMENTS else np.ones((base.n_worlds, len(columns))))
    total = weight.sum(axis=1, keepdims=True)
    return np.asarray(amount * np.divide(weight, total, out=np.zeros_like(weight), where=total > 0.0))
