"""Mixes of levers as subsets: which must be run, and fair shares of what the whole brings (Shapley 1953).

A mix of up to six levers is divided exactly: all subsets are run.  Beyond that, orders of the levers are drawn by key, each
with its reverse, and only the subsets that these orders pass through are run; the shares then carry the error of the draw.
Either way the shares of a replication add up to its whole effect.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from wutong.experiments import wording
from wutong.experiments.answers.effect import both, listed
from wutong.model.facts import Floats
from wutong.model.levers import LEVERS
from wutong.model.scenario import Policy

Subset = frozenset[str]

EXACT_UP_TO = 6  # levers: 64 policies
ORDERS = 20  # drawn beyond that, half of them the reverse of the other half


def levers_of(policy: Policy) -> tuple[str, ...]:
    """Levers that a policy moves, each once, in the order of the table of levers."""
    moved = {s.lever for s in policy.settings}
    return tuple(lever for lever in LEVERS if lever in moved)


def is_exact(policy: Policy) -> bool:
    return len(levers_of(policy)) <= EXACT_UP_TO


def orders_of(levers: Sequence[str], n_orders: int = ORDERS) -> tuple[tuple[str, ...], ...]:
    """Orders drawn by key, in pairs of an order and its reverse; the same levers give the same orders everywhere."""

    def key(number: int, lever: str) -> bytes:
        return hashlib.sha256(f"{number}:{lever}".encode()).digest()

    drawn = (tuple(sorted(levers, key=partial(key, i))) for i in range(max(n_orders // 2, 1)))
    return tuple(order for one in drawn for order in (one, one[::-1]))


def subsets_of(policy: Policy) -> tuple[Subset, ...]:
    """Subsets that must be run: all of them, or those of the drawn orders with every lever and every pair alone."""
    levers = levers_of(policy)
    if is_exact(policy):
        sizes = range(len(levers) + 1)
        return tuple(frozenset(c) for size in sizes for c in itertools.combinations(levers, size))
    passed = [frozenset(order[:i]) for order in orders_of(levers) for i in range(len(levers) + 1)]
    small = [frozenset(c) for size in (0, 1, 2) for c in itertools.combinations(levers, size)]
    return tuple(sorted({*passed, *small}, key=lambda s: (len(s), sorted(s))))


def subset_policies(policy: Policy) -> tuple[Policy, ...]:
    """The policies that a mix's shares need; the whole mix keeps its name, so that its runs serve again."""
    whole = frozenset(levers_of(policy))
    return tuple(policy if subset == whole else _restricted(policy, subset) for subset in subsets_of(policy))


def _restricted(policy: Policy, subset: Subset) -> Policy:
    kept = [lever for lever in levers_of(policy) if lever in subset]

    def title(language: str) -> str:
        names = listed([LEVERS[lever].label.in_language(language) for lever in kept], language)
        nothing = "不用任何工具" if language == "zh" else "nothing"
        of = policy.title.in_language(language) or policy.name
        return f"{of}：{names or nothing}" if language == "zh" else f"{of}: {wording.lower_first(names or nothing)}"

    settings = tuple(s for s in policy.settings if s.lever in subset)
    return Policy(f"{policy.name}__{'__'.join(kept) or 'nothing'}", both(title), settings)


# ── Shares ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def exact_shares(levers: Sequence[str], worth: Mapping[Subset, Floats]) -> Floats:
    """Shapley share of each lever in every pair, of shape (n_levers, n_pairs).

    Parameters
    ----------
    worth : what every subset reads, of shape (n_pairs,) each
    """
    n = len(levers)
    found = []
    for lever in levers:
        others = [other for other in levers if other != lever]
        share = np.zeros_like(worth[frozenset()])
        for size in range(n):
            weight = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
            for rest in itertools.combinations(others, size):
                share = share + weight * (worth[frozenset((*rest, lever))] - worth[frozenset(rest)])
        found.append(share)
    return np.array(found).reshape(n, -1)


def sampled_shares(levers: Sequence[str], worth: Mapping[Subset, Floats], orders: Sequence[Sequence[str]]) -> Floats:
    """What each lever adds where an order comes to it, averaged over an order and its reverse.

    Returns
    -------
    shares : of shape (n_orders / 2, n_levers, n_pairs); their mean over the first axis estimates the Shapley shares
    """
    added = np.array(
        [
            [worth[frozenset(o[: o.index(lever) + 1])] - worth[frozenset(o[: o.index(lever)])] for lever in levers]
            for o in map(tuple, orders)
        ]
    )
    return np.asarray(0.5 * (added[0::2] + added[1::2]))


def second_difference(one: str, other: str, worth: Mapping[Subset, Floats], rest: Subset = frozenset()) -> Floats:
    """What two levers bring together beyond the sum of each alone, on top of ``rest``, of shape (n_pairs,)."""
    return np.asarray(worth[rest | {one, other}] - worth[rest | {one}] - worth[rest | {other}] + worth[rest])
