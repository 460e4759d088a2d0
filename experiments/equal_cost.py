"""python -m wutong.experiments.equal_cost [POLICY ...] [-n 100] [--seed 1] [--jobs 2]: do the equal-cost policies cost the same?

A policy of equal cost spends 3 亿元 a year by the model's own accounts: the mean over worlds of its discounted lever cost, from
the first quarter to 2030Q4, is that of a constant 3 亿元 a year.  What its theme does not spend goes to the rest: landing subsidy
without an end.  The command prints what each policy costs, and the level of the rest at which the sum is met, to be written
into its file.  Costs are drawn anew in every world, so the mean over worlds counts, and not a run at the defaults.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from wutong.experiments.answers.money import discount_factors
from wutong.experiments.reading import list_policies, read_policy, read_scenario
from wutong.experiments.runner import run_cases
from wutong.model.facts import Floats
from wutong.model.history import History
from wutong.model.levers import LEVERS
from wutong.model.scenario import Case, LeverSetting, Policy, Scenario
from wutong.model.units import NEVER, QUARTERS_PER_YEAR, quarter

SUFFIX = "_equal_cost"
SCENARIO = "baseline"
UNTIL = quarter("2030Q4")
MONEY = 3.0  # 亿元/year: a tenth of the zone's own revenue of 2021, 30.6 亿元
DISCOUNT_RATE = 0.05  # 1/year, fixed: the drawn one is a matter of what support is worth to an entrant
REST = "landing_subsidy"
TOLERANCE = 0.002  # of the target
ROUNDS = 6
FIRST_STEP = 0.03  # level of the rest: about 3 亿元 a year in the shipped park


# ── What a policy costs ──────────────────────────────────────────────────────────────────────────────────────────────
def discounted_cost(history: History, until: int = UNTIL) -> Floats:
    """Discounted cost of all levers from the first quarter to ``until``, of shape (n_worlds,) [亿元].

    Raises
    ------
    ValueError
        If the history ends earlier.
    """
    n_quarters = until - history.start
    if n_quarters > history.n_quarters:
        raise ValueError(f"the history ends in {history.quarters[-1]}, before the costs that are asked for")
    yearly = history.total("lever_cost")[1 : n_quarters + 1]
    return np.asarray((yearly * discount_factors(n_quarters, DISCOUNT_RATE)[:, None]).sum(axis=0) / QUARTERS_PER_YEAR)


def constant_cost(money: float, n_quarters: int) -> float:
    """Discounted cost [亿元] of a constant amount of money [亿元/year]."""
    return money * float(discount_factors(n_quarters, DISCOUNT_RATE).sum()) / QUARTERS_PER_YEAR


def yearly_cost(history: History, until: int = UNTIL) -> float:
    """The constant amount a year that costs as much as the levers do on average over worlds [亿元/year]."""
    return float(discounted_cost(history, until).mean()) / constant_cost(1.0, until - history.start)


def relative_cost(history: History, until: int = UNTIL) -> float:
    """Mean over worlds of the discounted cost, relative to that of 3 亿元 a year [1]."""
    return yearly_cost(history, until) / MONEY


# ── The rest ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _is_rest(setting: LeverSetting) -> bool:
    return setting.lever == REST and setting.end >= NEVER


def rest_of(policy: Policy) -> float:
    """Level of the rest in a policy, 0 if it has none [share of realised investment]."""
    return max((s.level for s in policy.settings if _is_rest(s)), default=0.0)


def with_rest(policy: Policy, level: float) -> Policy:
    """The policy with its rest at this level; one that has none gets it for all segments, from its first quarter on."""
    if any(map(_is_rest, policy.settings)):
        settings = tuple(replace(s, level=level) if _is_rest(s) else s for s in policy.settings)
    else:
        first = min((s.start for s in policy.settings), default=quarter("2022Q4"))
        settings = (*policy.settings, LeverSetting(REST, level, first))
    return replace(policy, settings=settings)


@dataclass(frozen=True)
class Levelled:
    """A policy whose rest was sought so that it meets the target.

    Attributes
    ----------
    level : of the rest [share of realised investment]
    cost : at that level, relative to the target [1]
    theme : cost without the rest, relative to the target [1]
    """

    policy: Policy
    level: float
    cost: float
    theme: float

    @property
    def remark(self) -> str:
        """Why the target is not met; empty if it is."""
        if abs(self.cost - 1.0) <= TOLERANCE:
            return ""
        if self.level <= 0.0:
            return "the theme alone costs more"
        if self.level >= LEVERS[REST].high:
            return "the sum cannot be spent: the landing subsidy is at its bound"
        return "not met"


def levelled(policy: Policy, cost_of: Callable[[Policy], float], guess: float = FIRST_STEP) -> Levelled:
    """The policy with the level of its rest at which its cost is 1, found by secants within the lever's bounds.

    Parameters
    ----------
    cost_of : cost of a policy relative to the target, on the same draws at every call; it rises with the rest
    guess : level from which the search starts [share of realised investment]

    Returns
    -------
    Levelled
        With level 0 if the theme alone costs more than the target, and the bound if even that does not spend it.
    """
    theme = cost_of(with_rest(policy, 0.0))
    if theme >= 1.0:
        return Levelled(with_rest(policy, 0.0), 0.0, theme, theme)
    first = guess if guess > 0.0 else FIRST_STEP
    level, cost = sought_level(lambda level: cost_of(with_rest(policy, level)), LEVERS[REST].high, first, theme)
    return Levelled(with_rest(policy, level), level, cost, theme)


def sought_level(cost_at: Callable[[float], float], bound: float, guess: float, at_zero: float = 0.0) -> tuple[float, float]:
    """Level between 0 and ``bound`` at which a cost is 1, and the cost there; the bound if that is too little.

    Parameters
    ----------
    cost_at : cost relative to the target, rising with the level, and the same at every call for the same level
    guess : level from which the search starts
    at_zero : cost at level 0
    """
    search = seeking(bound, guess, at_zero)
    level = next(search)
    while True:
        cost = cost_at(level)
        try:
            level = search.send(cost)
        except StopIteration:
            return level, cost


def seeking(bound: float, guess: float, at_zero: float = 0.0) -> Generator[float, float, None]:
    """Levels to try, by secants, each answered with the cost there; the last one is the level that was sought.

    Parameters
    ----------
    bound, guess, at_zero : as :func:`sought_level`
    """
    last, last_cost = 0.0, at_zero
    level = min(guess, bound)
    cost = yield level
    for _ in range(ROUNDS):
        if abs(cost - 1.0) <= TOLERANCE or (level >= bound and cost < 1.0) or cost == last_cost:
            return
        ahead = level + (1.0 - cost) * (level - last) / (cost - last_cost)
        last, last_cost = level, cost
        level = min(max(ahead, 0.0), bound)
        cost = yield level


# ── The command ──────────────────────────────────────────────────────────────────────────────────────────────────────
def run_policies(scenario: Scenario, policies: Sequence[Policy], n: int, seed: int, jobs: int) -> tuple[History, ...]:
    """One history per policy, of n replications on the same draws, to 2030Q4.

    Raises
    ------
    RuntimeError
        If a run fails or is interrupted: a mean over fewer worlds would compare different worlds.
    """
    short = replace(scenario, end=UNTIL)
    runs = run_cases([Case(short, policy, i, seed) for policy in policies for i in range(n)], jobs=jobs)
    if runs.failures or runs.n_skipped:
        told = runs.failures[0].error if runs.failures else "interrupted"
        raise RuntimeError(f"not all worlds ran to their end: {told}")
    return runs.histories


def equal_cost_policies() -> tuple[str, ...]:
    """Names of the shipped policies of equal cost."""
    return tuple(name for name in list_policies() if name.endswith(SUFFIX))


def main(argv: list[str] | None = None) -> int:
    """Print one line per policy and return the exit code: 1 if one of them is more than 2 % off the target."""
    parser = argparse.ArgumentParser("python -m wutong.experiments.equal_cost", description=__doc__)
    parser.add_argument("policies", nargs="*", metavar="POLICY", help="names or files (default: all that end in _equal_cost)")
    parser.add_argument("-n", type=int, default=100, help="replications (default %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="threads (default %(default)s)")
    options = parser.parse_args(argv)
    scenario = read_scenario(SCENARIO)

    @cache
    def cost_of(policy: Policy) -> float:
        return relative_cost(run_policies(scenario, (policy,), options.n, options.seed, options.jobs)[0])

    worst = 0.0
    print(f"{'policy':<28}{'cost/target':>12}{'theme, 亿元/year':>18}{'landing subsidy':>17}{'met exactly at':>16}")
    for name in options.policies or equal_cost_policies():
        policy = read_policy(name, scenario.park)
        now = cost_of(policy)
        found = levelled(policy, cost_of, rest_of(policy))
        worst = max(worst, abs(now - 1.0))
        numbers = f"{now:>12.3f}{found.theme * MONEY:>16.2f}{rest_of(policy):>17.2%}{found.level:>16.2%}"
        print(f"{policy.name:<28}{numbers}  {found.remark}".rstrip(), flush=True)
    return int(worst > 0.02)


if __name__ == "__main__":
    sys.exit(main())
