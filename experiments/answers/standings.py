"""Who leads on what a goal asks for, who cannot be told from the leader, and who equals whom."""

from __future__ import annotations

from dataclasses import dataclass

from wutong.experiments import intervals as of
from wutong.experiments.answers.line_up import LineUp
from wutong.experiments.answers.series import Series, goal_series, goal_values
from wutong.experiments.answers.verdicts import State, Verdict, judge
from wutong.experiments.defined import defined
from wutong.experiments.goals import pairs
from wutong.model.facts import Floats
from wutong.model.scenario import Target


@dataclass(frozen=True)
class Standing:
    """The policies on what one goal asks for.

    Attributes
    ----------
    leader : position of the policy with the highest mean difference to the baseline, None where none is told to be better
    differences : of each opponent to the baseline, of shape (n_pairs,), where both are defined
    better, worse : positions of the opponents that are told to be better or worse than the baseline
    rivals : the other opponents told to be better or not told from the baseline, each against the leader
    open : opponents that cannot be told from the baseline, each against it
    best : share of the common worlds in which each policy, the baseline first, is best; empty without a common world
    common : number of those worlds, all policies being defined in them
    """

    target: Target
    series: Series
    leader: int | None
    differences: tuple[Floats, ...]
    better: tuple[int, ...]
    worse: tuple[int, ...]
    rivals: tuple[tuple[int, Verdict], ...]
    open: tuple[tuple[int, Verdict], ...]
    best: tuple[float, ...]
    common: int

    def difference(self, position: int) -> Floats:
        return self.differences[position - 1]


def standing(lined: LineUp, target: Target) -> Standing:
    """How the policies stand to each other on what a goal asks for."""
    values = [goal_values(h, target) for h in lined.histories]
    differences = tuple(defined(o.difference(values[0], after)) for o, after in zip(lined.opponents, values[1:], strict=True))
    states = [judge(d) for d in differences]
    apart = [i for i, s in enumerate(states, 1) if s is State.SEPARATED]
    better = tuple(i for i in apart if differences[i - 1].mean() > 0.0)
    worse = tuple(i for i in apart if i not in better)
    leader = max(better, key=lambda i: float(differences[i - 1].mean()), default=None)
    undecided = tuple(
        (i, Verdict(o.name, s, d.size, of.replications_needed(d)))
        for i, (o, s, d) in enumerate(zip(lined.opponents, states, differences, strict=True), 1)
        if s is State.OPEN
    )
    rivals = () if leader is None else _rivals(lined, target, leader, worse)
    shares, (common,) = lined.best_shares([v[None] for v in values], 1)
    best = tuple(shares[:, 0].tolist()) if common else ()
    series = goal_series(lined.base, target)
    return Standing(target, series, leader, differences, better, worse, rivals, undecided, best, int(common))


def _rivals(lined: LineUp, target: Target, leader: int, worse: tuple[int, ...]) -> tuple[tuple[int, Verdict], ...]:
    found = []
    for i, opponent in enumerate(lined.opponents, 1):
        if i == leader or i in worse:
            continue
        first, other = lined.histories[leader], opponent.history
        here, there = pairs(first, other)
        differences = defined(goal_values(other, target)[there] - goal_values(first, target)[here])
        state = judge(differences)
        if state in (State.OPEN, State.TIE):
            found.append((i, Verdict(opponent.name, state, differences.size, of.replications_needed(differences))))
    return tuple(found)
