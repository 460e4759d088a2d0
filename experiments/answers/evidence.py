"""What is known of each lever's effect, read from the declared facts of the model: sources, and what is assumed.

A parameter belongs to a lever if moving it moves what the lever does; so nothing is listed by hand that the model says already.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from wutong.model.assumptions import parameter_facts
from wutong.model.facts import Floats, Label, ParameterFact, Tag
from wutong.model.lever_effects import Entrant, LeverInputs
from wutong.model.lever_facts import LeverParameters
from wutong.model.levers import LEVERS, Lever
from wutong.model.scenario import Policy

YARDSTICKS = ("levers.discount_rate", "levers.anchor_investment")  # what support is measured against, not what it does
THROUGH = {  # effects that work through the parameter of a rule
    "support": ("attraction.support_weight",),
    "support_anchor": ("anchors.support_weight",),
    "lab_budget": ("spin_off.lab_rate", "knowledge.project_cost", "attraction.knowledge_weight"),
}
ASSUMED = (Tag.DESIGN, Tag.MEMORY)  # chosen, or remembered without a look at the source


class Basis(enum.StrEnum):
    """What the size of a lever's effect rests on."""

    SOURCED = "sourced"  # every size is seen in a source or computed from what was seen
    PARTLY = "partly_assumed"
    ASSUMED = "assumed"
    RULES = "rules"  # no size of its own: it adds something that the rules of the model use


BASIS_WORDS = {
    Basis.SOURCED: Label("有文献依据，换算到本园", "from studies, carried over to this park"),
    Basis.PARTLY: Label("部分为假设", "partly assumed"),
    Basis.ASSUMED: Label("假设", "assumed"),
    Basis.RULES: Label("由模型规则决定", "from the model's rules"),
}


@dataclass(frozen=True)
class Known:
    """Parameters that set the size of a lever's effect, and what they rest on."""

    lever: str
    parameters: tuple[ParameterFact, ...]

    @property
    def assumed(self) -> tuple[ParameterFact, ...]:
        return tuple(fact for fact in self.parameters if fact.tag in ASSUMED)

    @property
    def basis(self) -> Basis:
        if not self.parameters:
            return Basis.RULES
        if not self.assumed:
            return Basis.SOURCED
        return Basis.ASSUMED if len(self.assumed) == len(self.parameters) else Basis.PARTLY

    @property
    def rests_on_assumption(self) -> bool:
        return self.basis in (Basis.ASSUMED, Basis.PARTLY)

    @property
    def sources(self) -> str:
        """Sources of the sizes that are not assumed, as the model declares them."""
        return "; ".join(dict.fromkeys(f.assumption.source for f in self.parameters if f.tag not in ASSUMED))

    def assumed_names(self, language: str) -> str:
        return ("、" if language == "zh" else "; ").join(f.label.in_language(language) for f in self.assumed)


@cache
def known_of(lever: str) -> Known:
    """What is known of a lever's effect.

    Raises
    ------
    KeyError
        If there is no such lever.
    """
    found = LEVERS[lever]
    facts = parameter_facts()
    usual = _effects(found, LeverParameters())
    own = [name for name in _own_names() if name not in YARDSTICKS and _moves(found, name, usual)]
    through = [name for effect in usual for name in THROUGH.get(effect, ())]
    return Known(lever, tuple(facts[name] for name in dict.fromkeys([*own, *through])))


def _own_names() -> list[str]:
    return [f"levers.{f.name}" for f in dataclasses.fields(LeverParameters)]


def _effects(lever: Lever, p: LeverParameters) -> dict[str, Floats]:
    """What the lever does at its upper bound over four years, in one world with a typical entrant."""
    one = np.ones((1, 1))
    level = np.full((16, 1, 1), lever.high)
    return dict(lever.effects(LeverInputs(level, p, Entrant(one, one, 0.1 * one, 0.1 * one))))


def _moves(lever: Lever, name: str, usual: dict[str, Floats]) -> bool:
    assumption = parameter_facts()[name].assumption
    field = name.removeprefix("levers.")
    ends = [dataclasses.replace(LeverParameters(), **{field: np.full((1, 1), v)}) for v in (assumption.low, assumption.high)]
    return any(not np.array_equal(usual[key], value) for p in ends for key, value in _effects(lever, p).items())


def assumed_levers(policies: Sequence[Policy]) -> tuple[Lever, ...]:
    """Levers that policies set away from 2022 and whose effect is assumed, at least in part, in declared order."""
    used = {s.lever for policy in policies for s in policy.settings if s.level != 0.0}
    return tuple(lever for key, lever in LEVERS.items() if key in used and known_of(key).rests_on_assumption)


@cache
def pays_entrants(lever: str) -> bool:
    """Whether a lever promises money to those who come, and so works through their support."""
    return "support" in _effects(LEVERS[lever], LeverParameters())
