"""How firm a ranking is: the best policy's lead over the next one where an effect is absent, small or large.

Worlds draw the effects of levers from their ranges; here they are sorted by what they drew.  Values are averaged over scenarios
first, replication by replication, as scenarios share the draws; where a scenario sets an effect itself, that effect is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments.answers.drawn import Drawn, drawn
from wutong.experiments.answers.effects import Effect, EffectBand, bands_of, effects_of
from wutong.experiments.answers.robustness import Grid, ranks
from wutong.experiments.goals import Difference, mean_difference
from wutong.model.facts import Floats, Ints
from wutong.model.scenario import Case

ENOUGH = 10  # worlds of a band below which an interval that holds zero says nothing


@dataclass(frozen=True)
class InBand:
    """Policies in the worlds of one band of an effect.

    Attributes
    ----------
    differences : from the baseline policy, by policy
    places : of shape (n_policies,), 1 is the best
    lead : of the policy that is best over all worlds over the next one there
    """

    effect: Effect
    band: EffectBand
    differences: tuple[Difference, ...]
    places: Ints
    lead: Difference


@dataclass(frozen=True)
class Ranking:
    """The order of the policies over all worlds, and in the bands of every effect on which it may rest.

    Attributes
    ----------
    order : positions of the policies, the best first; equal means keep the order in which they are given
    lead : of the best over the next one; n = 0 where there is a single policy or world
    tied : whether best and next have the same value in every world
    """

    order: tuple[int, ...]
    lead: Difference
    tied: bool
    effects: tuple[Effect, ...]
    bands: tuple[InBand, ...]
    set_by_scenarios: tuple[Effect, ...]

    def overtaken(self) -> tuple[InBand, ...]:
        """Bands in which the next policy is certainly ahead of the one that is best over all worlds."""
        return tuple(b for b in self.bands if b.lead.n and b.lead.high < 0.0)

    def uncertain(self) -> tuple[InBand, ...]:
        """Bands with worlds enough to judge in which neither of the two is certainly ahead."""
        return tuple(b for b in self.bands if b.lead.n >= ENOUGH and not b.lead.told_apart)

    def too_small(self) -> tuple[InBand, ...]:
        """Bands with too few worlds to say whether the lead holds."""
        return tuple(b for b in self.bands if b.lead.n < ENOUGH and not b.lead.told_apart)


def ranking(table: Grid, baseline: int = 0) -> Ranking:
    """How the policies rank, overall and by what their worlds drew.

    Parameters
    ----------
    baseline : position of the policy that differences are taken from
    """
    together: Floats = table.values.mean(axis=0)
    order = tuple(int(i) for i in np.argsort(-together.mean(axis=1), kind="stable"))
    best, second = order[0], order[1] if len(order) > 1 else order[0]
    gap = together[best] - together[second]
    effects = effects_of(table.policies)
    draws = [drawn(_common_cases(table, s)) for s in range(len(table.scenarios))]
    bands: list[InBand] = []
    left_out: list[Effect] = []
    for effect in effects:
        found = _bands(draws, effect)
        if found is None:
            left_out.append(effect)
            continue
        bands += [_in_band(effect, band, together, baseline, gap) for band in found]
    lead = mean_difference(gap) if len(order) > 1 else mean_difference(np.empty(0))
    return Ranking(order, lead, len(order) > 1 and not gap.any(), effects, tuple(bands), tuple(left_out))


def _bands(draws: Sequence[Drawn], effect: Effect) -> tuple[EffectBand, ...] | None:
    """Bands of the common worlds by an effect; None where scenarios draw it differently."""
    first = draws[0].parameter(effect.name)
    if any(not np.array_equal(first, other.parameter(effect.name)) for other in draws[1:]):
        return None
    return bands_of(effect, draws[0])


def _common_cases(table: Grid, scenario: int) -> tuple[Case, ...]:
    return tuple(table.histories[scenario][0].cases[int(w)] for w in table.worlds[scenario][0])


def _in_band(effect: Effect, band: EffectBand, together: Floats, baseline: int, gap: Floats) -> InBand:
    inside = together[:, band.worlds]
    differences = tuple(mean_difference(row - inside[baseline]) for row in inside)
    return InBand(effect, band, differences, ranks(inside.mean(axis=1)), mean_difference(gap[band.worlds]))
