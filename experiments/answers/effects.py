"""On which numbers the effect of a policy rests, which of them are assumed, and what each world drew for them.

What a lever's effect rests on is found by moving each declared number between its bounds and looking whether the effect moves,
so that there is no second list beside the levers.  Assumed is what is declared as a design choice, without a source for its size.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from wutong.experiments.answers.drawn import Drawn
from wutong.model.assumptions import parameter_facts
from wutong.model.facts import Floats, Ints, Label, Tag, parameters_of
from wutong.model.lever_effects import Entrant, LeverInputs
from wutong.model.lever_facts import LeverParameters
from wutong.model.levers import LEVERS
from wutong.model.scenario import Policy

WEIGHTS = {  # money works through a number of the rule that reads it
    "support": "attraction.support_weight",
    "support_anchor": "anchors.support_weight",
    "lab_budget": "spin_off.lab_rate",
}
QUARTERS = 24
BANDS: dict[str, Label] = {
    "none": Label("没有作用", "absent"),
    "low": Label("偏小三分之一", "lowest third"),
    "middle": Label("中间三分之一", "middle third"),
    "high": Label("偏大三分之一", "highest third"),
}


@dataclass(frozen=True)
class Effect:
    """A declared number on which the effects of some levers rest."""

    name: str
    label: Label
    levers: tuple[str, ...]
    assumed: bool


@dataclass(frozen=True)
class EffectBand:
    """Worlds whose draw of an effect lies between two values; ``worlds`` are their positions, of shape (n,)."""

    key: str
    low: float
    high: float
    worlds: Ints


@cache
def rests_on(lever: str) -> tuple[str, ...]:
    """Full names of the declared numbers that move an effect of a lever, in the order of their declaration."""
    usual = _effects(lever, LeverParameters())
    found = []
    for fact in parameters_of("levers", LeverParameters):
        field = fact.name.partition(".")[2]
        ends = (fact.assumption.low, fact.assumption.high)
        moved = [_effects(lever, dataclasses.replace(LeverParameters(), **{field: np.full((1, 1), end)})) for end in ends]
        if any(not np.array_equal(one[name], usual[name]) for one in moved for name in usual):
            found.append(fact.name)
    return (*found, *(weight for name, weight in WEIGHTS.items() if name in usual and usual[name].any()))


def _effects(lever: str, p: LeverParameters) -> dict[str, Floats]:
    one = np.ones((1, 1))
    level = np.full((QUARTERS, 1, 1), LEVERS[lever].high)
    return dict(LEVERS[lever].effects(LeverInputs(level, p, Entrant(one, one, one, one))))


def effects_of(policies: Sequence[Policy]) -> tuple[Effect, ...]:
    """Every declared number on which the effects of some policies rest, each once."""
    levers = dict.fromkeys(setting.lever for policy in policies for setting in policy.settings)
    users: dict[str, list[str]] = {}
    for lever in levers:
        for name in rests_on(lever):
            users.setdefault(name, []).append(lever)
    facts = parameter_facts()
    return tuple(Effect(n, facts[n].label, tuple(u), facts[n].tag is Tag.DESIGN) for n, u in users.items())


def bands_of(effect: Effect, draws: Drawn) -> tuple[EffectBand, ...]:
    """Worlds by what they drew of an effect: exactly none where that is possible, then thirds of the others; no empty band."""
    values = draws.parameter(effect.name)
    absent = (values == 0.0) & (parameter_facts()[effect.name].assumption.null_prob > 0.0)
    there = np.flatnonzero(~absent)
    order = there[np.argsort(values[there], kind="stable")]
    thirds = np.array_split(order, 3) if there.size and np.ptp(values[there]) > 0.0 else []
    found = [("none", np.flatnonzero(absent)), *zip(("low", "middle", "high"), thirds, strict=False)]
    return tuple(EffectBand(k, float(values[w].min()), float(values[w].max()), np.sort(w)) for k, w in found if w.size)
