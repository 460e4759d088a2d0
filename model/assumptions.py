"""Assumptions: the parameters of all rules, and what each world draws for them.

A sampled value comes from a keyed uniform per (seed, replication, name): more replications or one more assumption change no
earlier run.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from wutong.model.base import draw, uniforms_of
from wutong.model.draws import child, world_key
from wutong.model.facts import Assumption, Floats, Keys, ParameterFact, fixed, parameters_of
from wutong.model.lever_facts import LeverParameters
from wutong.model.newcomer_facts import Newcomers
from wutong.model.scenario import Case, Scenario
from wutong.model.schedule import SCHEDULE

ATTEMPTS = 200
Parameters = Mapping[str, Any]


@cache
def owners() -> Mapping[str, type]:
    """Parameter classes by the name of their rule; newcomers and levers are shared by several."""
    return {**{rule.name: rule.parameters for rule in SCHEDULE}, "newcomers": Newcomers, "levers": LeverParameters}


@cache
def parameter_facts() -> Mapping[str, ParameterFact]:
    """Every declared parameter by its full name, such as ``attraction.demand_weight``."""
    return {fact.name: fact for owner, kind in owners().items() for fact in parameters_of(owner, kind)}


def at_defaults(scenario: Scenario) -> Scenario:
    """The scenario with every assumption of the park and every rule parameter that it does not set fixed at its default.

    What a calibration found is no setting of the scenario: it is fixed at its default as well.
    """
    facts = parameter_facts()
    found = {name: a for name, a in scenario.assumptions.items() if a.drawn_with}
    given = {name: fixed(found.get(name, fact.assumption).default) for name, fact in facts.items()}
    set_here = {name: a for name, a in scenario.assumptions.items() if not a.drawn_with}
    return dataclasses.replace(scenario, park=_at_default(scenario.park), assumptions={**given, **set_here})


def _at_default(value: Any) -> Any:
    """A declaration with every assumption in it fixed at its default."""
    if isinstance(value, Assumption):
        return fixed(value.default, value.source)
    if isinstance(value, tuple):
        return tuple(_at_default(item) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changes = {f.name: _at_default(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return dataclasses.replace(value, **changes)
    return value


def world_keys(cases: Sequence[Case]) -> Keys:
    """Key of every world, of shape (n_worlds,)."""
    return np.array([world_key(case.seed, case.replication) for case in cases], np.uint64)


def sample(cases: Sequence[Case], keys: Keys) -> Parameters:
    """Parameters of all rules by owner, each field of shape (n_worlds, 1).

    Draws that assumptions share belong to the world: they stay when a rule's own draws are inadmissible and made anew.

    Raises
    ------
    ValueError
        If a scenario names an unknown parameter, or no draw is admissible in 200 attempts.
    """
    facts = parameter_facts()
    for scenario in {id(c.scenario): c.scenario for c in cases}.values():
        if unknown := [name for name in scenario.assumptions if name not in facts]:
            raise ValueError(f"scenario {scenario.name}: unknown assumptions {', '.join(unknown)}")
    rules = {rule.name: rule.admissible for rule in SCHEDULE}
    sampled = {}
    for owner, kind in owners().items():
        record = _draw_record(owner, kind, cases, keys, keys)
        admissible = rules.get(owner)
        if admissible is not None:
            record = _redrawn(owner, kind, record, admissible, cases, keys)
        sampled[owner] = record
    return sampled


def records_of(parameters: Parameters) -> Mapping[str, Any]:
    """Parameters as the loops read them: by rule, records of shape (n_worlds,)."""
    out = {}
    for owner, kind in owners().items():
        fields = dataclasses.fields(kind)
        table = np.zeros(len(getattr(parameters[owner], fields[0].name)), np.dtype([(f.name, float) for f in fields], align=True))
        for f in fields:
            table[f.name] = getattr(parameters[owner], f.name)[:, 0]
        out[owner] = table.view(np.recarray)
    return out


def _draw_record(owner: str, kind: type, cases: Sequence[Case], keys: Keys, shared: Keys) -> Any:
    """One draw of a rule's parameters.

    Parameters
    ----------
    keys, shared : of the worlds, of shape (n_worlds,): for draws of an assumption's own, and for those that several share
    """
    facts = tuple(parameters_of(owner, kind))
    scenarios = {id(c.scenario): c.scenario for c in cases}
    given = {i: tuple(s.assumptions.get(fact.name, fact.assumption) for fact in facts) for i, s in scenarios.items()}
    u = uniforms_of(keys, [fact.name for fact in facts])
    for i, own in given.items():
        if joint := [n for n, a in enumerate(own) if a.drawn_with]:
            worlds = np.flatnonzero([id(case.scenario) == i for case in cases])
            u[np.ix_(worlds, np.array(joint))] = uniforms_of(shared[worlds], [own[n].drawn_with for n in joint])
    return kind(*draw([given[id(case.scenario)] for case in cases], u).T[..., None])


def _redrawn(owner: str, kind: type, record: Any, admissible: Any, cases: Sequence[Case], keys: Keys) -> Any:
    """The record with its inadmissible worlds drawn again, each with the next attempt of its own."""
    for attempt in range(1, ATTEMPTS):
        bad = np.flatnonzero(~admissible(record))
        if not len(bad):
            return record
        anew = child(keys[bad], np.full(len(bad), attempt))
        again = _draw_record(owner, kind, [cases[int(i)] for i in bad], anew, keys[bad])
        record = kind(**{f.name: _put(getattr(record, f.name), bad, getattr(again, f.name)) for f in dataclasses.fields(kind)})
    case = cases[int(np.flatnonzero(~admissible(record))[0])]
    raise ValueError(f"scenario {case.scenario.name}: no admissible draw of the {owner} parameters in {ATTEMPTS} attempts")


def _put(values: Floats, rows: Any, new: Floats) -> Floats:
    out = values.copy()
    out[rows] = new
    return out
