"""Whether two policies can be told apart, and when a run may stop adding replications.

The rule of stopping, for one measure at one date (what a goal asks for): stop once every policy's difference to the baseline is
settled.  It is settled when the 90 % interval of the mean difference is narrower than the precision asked for, when the
difference is told from zero, or when every pair is exactly equal; and never before ``MINIMUM`` pairs, because the first few runs
may agree by chance.  Looking again and again would find a difference in the end where there is none.  So the k-th look judges
"told from zero" at an error of 10 % / 2^k: over all looks together a policy without effect is called different in at most one
experiment in ten, however often one looks.  The width needs no such care: it says nothing of the sign.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from wutong.experiments import intervals as of
from wutong.experiments.answers.line_up import line_up
from wutong.experiments.answers.series import goal_values
from wutong.experiments.defined import defined
from wutong.experiments.intervals import CONFIDENCE
from wutong.model.facts import Floats
from wutong.model.history import History
from wutong.model.scenario import Target

MINIMUM = 30  # pairs


class State(enum.StrEnum):
    """What is known of a difference."""

    SEPARATED = "separated"  # its interval excludes zero
    NARROW = "narrow"  # its interval is narrower than the precision asked for
    TIE = "tie"  # every pair is exactly equal
    OPEN = "open"
    UNKNOWN = "unknown"  # fewer than two pairs that are defined


@dataclass(frozen=True)
class Verdict:
    """A policy against another, on what a goal asks for; ``needed`` is None where no number of pairs would separate them."""

    policy: str
    state: State
    n_pairs: int
    needed: int | None

    @property
    def settled(self) -> bool:
        return self.state in (State.SEPARATED, State.NARROW, State.TIE)

    @property
    def more(self) -> int | None:
        """Pairs still to add; 0 once settled, None where none would do."""
        return 0 if self.settled else None if self.needed is None else max(self.needed - self.n_pairs, 1)


def separated(
    histories: Sequence[History],
    target: Target,
    baseline: str | None = None,
    *,
    precision: float | None = None,
    minimum: int = MINIMUM,
    look: int = 1,
) -> tuple[Verdict, ...]:
    """Whether each policy is settled against the baseline by the rule of this module; stop adding runs once all are.

    Parameters
    ----------
    target : what is compared: measure, segments, date and basis; the value that it asks for plays no part
    precision : width of the 90 % interval that suffices [unit of the measure]; None: none does
    look : how often the rule has been asked on this experiment, this time included
    """
    lined = line_up(histories, baseline)
    before = goal_values(lined.base, target)
    found = []
    for opponent in lined.opponents:
        differences = defined(opponent.difference(before, goal_values(opponent.history, target)))
        state = _stop(differences, precision, minimum, look)
        found.append(Verdict(opponent.name, state, differences.size, of.replications_needed(differences)))
    return tuple(found)


def _stop(differences: Floats, precision: float | None, minimum: int, look: int) -> State:
    state = judge(differences, 1.0 - (1.0 - CONFIDENCE) / 2**look)
    if differences.size < max(minimum, 2):
        return State.UNKNOWN if state is State.UNKNOWN else State.OPEN
    usual = of.mean_interval(differences)
    if state is State.OPEN and precision is not None and float(usual.high - usual.low) < precision:
        return State.NARROW
    return state


def judge(differences: Floats, confidence: float = CONFIDENCE) -> State:
    """What a number of paired differences, of shape (n_pairs,), says at a confidence; undefined ones say nothing."""
    known = defined(differences)
    if known.size < 2:
        return State.UNKNOWN
    if not known.any():
        return State.TIE
    return State.SEPARATED if of.mean_interval(known, confidence).told_apart else State.OPEN
