"""Policies of one scenario lined up against a baseline, world by world on the same draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from wutong.experiments.defined import count, mean
from wutong.experiments.goals import pairs
from wutong.model.facts import Floats, Ints
from wutong.model.history import History
from wutong.model.ratios import ratio


@dataclass(frozen=True)
class Opponent:
    """A policy against the baseline.

    Attributes
    ----------
    here, there : worlds of the baseline and of the policy that share their draws, of shape (n_pairs,)
    unpaired : runs of either side that the other lacks, because it failed or was not run; they are left out
    """

    history: History
    here: Ints
    there: Ints
    unpaired: int

    @property
    def name(self) -> str:
        return self.history.cases[0].policy.name

    @property
    def n_pairs(self) -> int:
        return self.here.size

    def difference(self, before: Floats, after: Floats) -> Floats:
        """Policy minus baseline in each pair, of shape (..., n_pairs), from values of shape (..., n_worlds) of each side."""
        return np.asarray(after[..., self.there].astype(np.float64) - before[..., self.here])


@dataclass(frozen=True)
class LineUp:
    """The baseline and its opponents."""

    base: History
    opponents: tuple[Opponent, ...]

    @property
    def baseline(self) -> str:
        return self.base.cases[0].policy.name

    @property
    def histories(self) -> tuple[History, ...]:
        """All policies, the baseline first."""
        return (self.base, *(o.history for o in self.opponents))

    @cached_property
    def common(self) -> tuple[Ints, ...]:
        """Worlds that every policy ran, one index array of shape (n_common,) a history: what tells which policy is best."""
        keys = [{(c.seed, c.replication): i for i, c in enumerate(h.cases)} for h in self.histories]
        shared = sorted(set.intersection(*(set(k) for k in keys)))
        return tuple(np.array([k[key] for key in shared], np.int64) for k in keys)

    @cached_property
    def same(self) -> tuple[tuple[int, int], ...]:
        """Positions of policies whose every measure is exactly equal in every common world, as pairs in their order."""
        n = len(self.histories)
        return tuple((i, j) for i in range(n) for j in range(i + 1, n) if self._equal(i, j))

    def _equal(self, i: int, j: int) -> bool:
        one, other = self.histories[i], self.histories[j]
        here, there = self.common[i], self.common[j]
        return here.size > 0 and all(
            np.array_equal(values[:, here], other.values[key][:, there]) for key, values in one.values.items()
        )

    def ties_of(self, position: int) -> tuple[int, ...]:
        """Positions of the policies that equal the one at a position exactly."""
        return tuple(j if i == position else i for i, j in self.same if position in (i, j))

    def best_shares(self, values: Sequence[Floats], sign: int) -> tuple[Floats, Ints]:
        """Share of the common worlds in which each policy is best, of shape (n_policies, n_dates); ties are shared.

        And the number of those worlds, of shape (n_dates,): those in which all policies are defined.

        Parameters
        ----------
        values : of every policy, of shape (n_dates, n_worlds) each
        sign : 1 where more is better, -1 where less is
        """
        merit = sign * np.array([v[:, worlds] for v, worlds in zip(values, self.common, strict=True)])
        wins = merit == merit.max(axis=0)  # none where a policy is undefined
        shares = mean(ratio(wins, wins.sum(axis=0)))
        return shares, count(np.where(wins.any(axis=0), 0.0, np.nan))


def line_up(histories: Sequence[History], baseline: str | None = None) -> LineUp:
    """The policies of one scenario against a baseline, the first of them if None.

    Raises
    ------
    ValueError
        If there is no history, no such policy, a policy twice, or more than one scenario, span or set of measures.
    """
    if not histories:
        raise ValueError("there is no run to compare")
    if len({h.cases[0].scenario.name for h in histories}) > 1:
        raise ValueError("policies are compared within one scenario")
    names = [h.cases[0].policy.name for h in histories]
    if len(set(names)) < len(names):
        raise ValueError(f"a policy stands twice among {', '.join(names)}: merge its histories first")
    if baseline is not None and baseline not in names:
        raise ValueError(f"no run of policy {baseline!r}; there are {', '.join(names)}")
    if len({(h.start, h.n_quarters, tuple(h.values)) for h in histories}) > 1:
        raise ValueError("policies are compared over the same quarters and measures")
    first = 0 if baseline is None else names.index(baseline)
    base = histories[first]
    return LineUp(base, tuple(_against(base, h) for i, h in enumerate(histories) if i != first))


def _against(base: History, other: History) -> Opponent:
    here, there = pairs(base, other)
    return Opponent(other, here, there, len(base.cases) + len(other.cases) - 2 * here.size)
