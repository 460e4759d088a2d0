"""Which effects of levers are assumed, read from the declared facts of their parameters.

An effect size is a parameter whose range holds "no effect": some admissible value of it makes an effect of its lever neutral.
Its tag says where the size comes from.  Prices, rents and wages have no such value and do not count.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from model.facts import Assumption, Floats, ParameterFact, Tag, parameters_of
from model.lever_effects import Entrant, LeverInputs
from model.lever_facts import LeverParameters
from model.levers import LEVERS, Lever
from model.scenario import Policy

QUARTERS = 12  # long enough for every delay
ASSUMED = frozenset({Tag.DESIGN, Tag.MEMORY})


@cache
def effect_sizes(lever: str) -> tuple[ParameterFact, ...]:
    """Parameters that say how large the effects of a lever are."""
    return tuple(fact for fact in parameters_of("levers", LeverParameters) if _is_size(LEVERS[lever], fact))


def assumed_sizes(lever: str) -> tuple[ParameterFact, ...]:
    """Effect sizes of a lever that are a design choice or quoted from memory; empty where all come from a study that was read."""
    return tuple(fact for fact in effect_sizes(lever) if fact.tag in ASSUMED)


def assumed_levers(policies: Sequence[Policy]) -> tuple[Lever, ...]:
    """Levers that policies set away from 2022 and whose effect sizes are assumed, at least one of them, in declared order."""
    used = {s.lever for policy in policies for s in policy.settings if s.level != 0.0}
    return tuple(lever for key, lever in LEVERS.items() if key in used and assumed_sizes(key))


@cache
def pays_entrants(lever: str) -> bool:
    """Whether a lever promises money to those who come, and so works through their support."""
    return "support" in _effects(LEVERS[lever], 1.0, {})


def _effects(lever: Lever, level: float, changes: Mapping[str, float]) -> Mapping[str, Floats]:
    ones = np.ones((1, 1))
    p = dataclasses.replace(LeverParameters(), **{name: value * ones for name, value in changes.items()})
    levels = np.full((QUARTERS, 1, 1), level)
    return lever.effects(LeverInputs(levels, p, Entrant(ones, ones, ones, ones)))


def _is_size(lever: Lever, fact: ParameterFact) -> bool:
    name, neutral = fact.name.removeprefix("levers."), _effects(lever, 0.0, {})
    found = [_effects(lever, lever.high, {name: value}) for value in _values(fact.assumption)]
    return any(
        any(not np.array_equal(one[key], found[0][key]) for one in found)
        and any(np.array_equal(one[key], np.broadcast_to(none, one[key].shape)) for one in found)
        for key, none in neutral.items()
    )


def _values(a: Assumption) -> tuple[float, ...]:
    """Ends of a range, and what might mean "no effect" inside it."""
    nulls = [0.0] if a.null_prob > 0.0 else []
    return (a.low, a.high, *nulls, *(v for v in (0.0, 1.0) if a.low < v < a.high))
