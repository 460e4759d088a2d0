"""Histories in which some worlds want no hires at all, so that the share of hires met is undefined in them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import worlds

from wutong.model.facts import Label
from wutong.model.history import Axis, History
from wutong.model.measures import MEASURES
from wutong.model.scenario import Basis, Case, Policy, Target

QUARTERS = 5  # 2022Q4 to 2023Q4: one whole calendar year
UNDEFINED = float("nan")
GOAL = Target(
    "hires_met",
    Label("招工满足率", "Hires met"),
    "hiring_share",
    (worlds.PARTS,),
    0.9,
    worlds.START + QUARTERS,
    Basis.LEVEL,
    "made up",
)
FACTS = {key: MEASURES[key] for key in ("firms", "employees", "revenue", "hires", "hires_wanted", "hiring_share")}


def history(met: Sequence[float], name: str = "none", goals: Sequence[Target] = (GOAL,), first: int = 1) -> History:
    """A hundred hires wanted in the last quarters, from the row ``first`` on, of which a share is met; none where it is NaN."""
    share = np.asarray(met, np.float64)
    scenario = dataclasses.replace(
        worlds.toy_scenario(quarters=QUARTERS), targets=tuple(goals), title=Label("试验园区", "Toy park")
    )
    chosen = Policy(name, Label(f"方案{name}", f"Policy {name}"), ())
    cases = tuple(Case(scenario, chosen, r) for r in range(len(share)))
    wanted = np.zeros((QUARTERS + 1, len(share), len(worlds.SEGMENTS)))
    wanted[first:, :, worlds.SEGMENTS.index(worlds.PARTS)] = np.where(np.isnan(share), 0.0, 100.0)
    plain = {key: np.ones(wanted.shape) for key in ("firms", "employees", "revenue")}
    values = {**plain, "hires_wanted": wanted, "hires": wanted * np.nan_to_num(share)[:, None]}
    return History(cases, scenario.park.start, {Axis.SEGMENT: worlds.SEGMENTS, Axis.PARK: ("park",)}, FACTS, values)
