"""Histories with known numbers: a toy park whose one goal reads what a test wants it to read."""

from __future__ import annotations

import dataclasses

import numpy as np
import worlds

from wutong.model.facts import Floats, Label
from wutong.model.history import Axis, History, Kind, MeasureFact
from wutong.model.scenario import Basis, Case, LeverSetting, Policy, Target

QUARTERS = 5  # 2022Q4 to 2023Q4: one whole calendar year
SCENARIO = dataclasses.replace(worlds.toy_scenario(quarters=QUARTERS), title=Label("试验园区", "Toy park"))
GOAL = Target(
    "firms_2023", Label("企业数", "Firms"), "firms", worlds.SEGMENTS, 10.0, worlds.START + QUARTERS, Basis.LEVEL, "made up"
)
FACTS = {
    "firms": MeasureFact("firms", Label("企业", "Firms"), "firms", Kind.STOCK, Axis.SEGMENT, Label("", "")),
    "exits": MeasureFact("exits", Label("退出", "Exits"), "firms", Kind.FLOW, Axis.SEGMENT, Label("", "")),
}


def policy(name: str, *settings: LeverSetting) -> Policy:
    return Policy(name, Label(f"方案{name}", f"Policy {name}"), settings)


def history(name: str, last: Floats, replications: range | None = None, *settings: LeverSetting) -> History:
    """A policy whose firms, all in the first segment, grow from 0 at the start to ``last``, of shape (n_worlds,)."""
    scenario = dataclasses.replace(SCENARIO, targets=(GOAL,))
    cases = tuple(Case(scenario, policy(name, *settings), r) for r in replications or range(len(last)))
    firms = np.zeros((QUARTERS + 1, len(last), len(worlds.SEGMENTS)))
    firms[:, :, 0] = np.linspace(0.0, 1.0, QUARTERS + 1)[:, None] * last
    axes = {Axis.SEGMENT: worlds.SEGMENTS, Axis.PARK: ("park",)}
    return History(cases, SCENARIO.park.start, axes, FACTS, {"firms": firms, "exits": firms * 0.5})
