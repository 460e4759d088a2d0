"""What must be run to compare levers: policies of one lever each, at a level or at a cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wutong.experiments import wording
from wutong.experiments.answers.effect import both
from wutong.experiments.equal_cost import seeking
from wutong.model.levers import LEVERS
from wutong.model.scenario import LeverSetting, Policy

CLOSE = 0.02  # of the sum: so near counts as spent
FIRST_SHARE = 0.25  # of a lever's bound, from which its level is sought


@dataclass(frozen=True)
class EqualCost:
    """The policy with which one lever costs a stated sum a year, or its bound where that is too little."""

    lever: str
    policy: Policy
    cost: float  # 亿元/year
    money: float  # 亿元/year, asked for

    @property
    def spent(self) -> bool:
        return abs(self.cost / self.money - 1.0) <= CLOSE


def lever_policy(lever: str, level: float, start: int, name: str = "") -> Policy:
    """The policy that sets one lever, for all that it can be aimed at, from a quarter on."""
    label = LEVERS[lever].label
    title = both(lambda lang: f"{label.in_language(lang)} {level_text(lever, level, lang)}")
    return Policy(name or f"only_{lever}", title, (LeverSetting(lever, level, start),))


def equal_cost_policies(
    costs_of: Callable[[Sequence[Policy]], Sequence[float]], money: float, start: int, levers: Sequence[str] = tuple(LEVERS)
) -> tuple[EqualCost, ...]:
    """For every lever the policy that costs ``money`` a year, or its bound; all levers are sought side by side.

    Parameters
    ----------
    costs_of : what policies cost [亿元/year], such as :func:`wutong.experiments.equal_cost.yearly_cost` of their runs; on the
        same draws at every call
    money : [亿元/year]
    start : first quarter of every policy
    """
    bounds = {lever: LEVERS[lever].high for lever in levers}
    searches = {lever: seeking(bound, FIRST_SHARE * bound) for lever, bound in bounds.items()}
    levels = {lever: next(search) for lever, search in searches.items()}
    costs = dict.fromkeys(levers, 0.0)
    while searches:
        tried = list(searches)
        found = costs_of([lever_policy(lever, levels[lever], start) for lever in tried])
        for lever, cost in zip(tried, found, strict=True):
            costs[lever] = cost
            try:
                levels[lever] = searches[lever].send(cost / money)
            except StopIteration:
                del searches[lever]
    return tuple(EqualCost(lever, lever_policy(lever, levels[lever], start), costs[lever], money) for lever in levers)


def dose_policies(lever: str, levels: Sequence[float], start: int) -> tuple[Policy, ...]:
    """One policy a level of one lever, the lowest first; level 0 is the baseline and is left out.

    Raises
    ------
    ValueError
        If a level lies outside the lever's bounds.
    """
    low, high = LEVERS[lever].low, LEVERS[lever].high
    wanted = sorted({level for level in levels if level != 0.0})
    if wanted and not low <= wanted[0] <= wanted[-1] <= high:
        raise ValueError(f"a level of {lever} lies outside {low:g} to {high:g} {LEVERS[lever].unit}")
    return tuple(lever_policy(lever, level, start, f"{lever}_at_{level:g}") for level in wanted)


def level_text(lever: str, level: float, language: str) -> str:
    """A lever's level with its unit; floor space is counted in ten thousand square metres."""
    unit = LEVERS[lever].unit
    if unit.startswith("万 m2"):
        return wording.amount(level * 1e4, unit.replace("万 m2", "m2"), language)
    return wording.amount(level, unit, language)


def lever_of(policy: Policy) -> str:
    """The one lever that a policy moves.

    Raises
    ------
    ValueError
        If it moves none or several.
    """
    levers = {s.lever for s in policy.settings}
    if len(levers) != 1:
        raise ValueError(f"policy {policy.name} moves {len(levers)} levers; one lever at a time is asked for")
    return levers.pop()


def level_of(policy: Policy) -> float:
    """The level at which a policy of one lever sets it."""
    return max(s.level for s in policy.settings)
