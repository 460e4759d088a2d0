"""The mixes themselves: what every part of a policy that ran brings, and what it costs, beside none of its levers."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from wutong.experiments.answers.effect import Effect, Outcome, effect_of
from wutong.experiments.answers.mixes import worth_of
from wutong.experiments.answers.subsets import levers_of
from wutong.experiments.equal_cost import yearly_cost
from wutong.model.history import History
from wutong.model.scenario import Policy

ALL_UP_TO = 4  # levers, up to which every mix is shown


@dataclass(frozen=True)
class Mixed:
    """Some levers of a policy together.

    Attributes
    ----------
    cost : beyond none of them, a year, discounted [亿元/year]
    """

    levers: tuple[str, ...]
    effect: Effect
    cost: float


def mixed(policy: Policy, histories: Sequence[History], outcome: Outcome) -> tuple[Mixed, ...]:
    """Every mix that ran, the smallest first; none as :func:`wutong.experiments.answers.mixes.parts_of`."""
    worth = worth_of(policy, histories, outcome)
    if worth is None:
        return ()
    ran = {frozenset(h.cases[0].policy.settings): h for h in histories}
    by_subset = {s: ran[frozenset(one for one in policy.settings if one.lever in s)] for s in worth}
    nothing = frozenset[str]()
    before = yearly_cost(by_subset[nothing], outcome.quarter)
    found = []
    for subset, values in worth.items():
        if subset:
            cost = yearly_cost(by_subset[subset], outcome.quarter) - before
            found.append(Mixed(_in_order(policy, subset), effect_of(values - worth[nothing]), cost))
    return tuple(sorted(found, key=lambda one: len(one.levers)))


def _in_order(policy: Policy, subset: frozenset[str]) -> tuple[str, ...]:
    return tuple(lever for lever in levers_of(policy) if lever in subset)


def telling(found: Sequence[Mixed]) -> tuple[Mixed, ...]:
    """The mixes that are worth a line: all of few levers; else each lever alone, the best of every size, and the whole."""
    most = max((len(one.levers) for one in found), default=0)
    if most <= ALL_UP_TO:
        return tuple(found)
    chosen: list[Mixed] = []
    for size, group in itertools.groupby(found, key=lambda one: len(one.levers)):
        own = list(group)
        chosen += own if size == 1 else [max(own, key=lambda one: one.effect.mean)]
    return tuple(chosen)
