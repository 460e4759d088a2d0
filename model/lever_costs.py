"""What the levers cost: yearly money [亿元/year] from a lever's level and from what was recorded of the park.

Every function takes the level of shape (n_quarters, n_worlds, n), what was recorded and the parameters, and gives
(n_quarters, n_worlds, 1).  Costs are drawn up when a run is over: nothing in the park depends on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from wutong.model.compiled import compiled
from wutong.model.facts import Floats, Mask
from wutong.model.lever_facts import LeverParameters
from wutong.model.units import QUARTERS_PER_YEAR

CHAINS = 13  # chains with a leader in 2021
PROJECTS_PER_MANAGER = 8
FUND_FEE = 0.02  # a year of the money invested
TRANSFER_OFFICE = 0.13  # 亿元/year, 20 staff
YUAN = 1e-8  # 亿元


LANDING_AT_START, LANDING_AT_OPENING = 0.3, 0.7  # of a landing subsidy
LANDING_CAP = 1.5  # 亿元 a project


@dataclass(frozen=True)
class Activity:
    """What the levers are charged on: (n_quarters, n_worlds, n_segments) unless said otherwise."""

    recorded: Mapping[str, Floats]
    floor_added: Floats  # (n_quarters, n_worlds, n_zones - 1 or 1), m2 so far
    occupancy: Floats  # (n_quarters, n_worlds, n_zones - 1)
    zone_office: Mask  # (n_zones - 1,)
    office: Mask  # (n_segments,)

    def of(self, name: str) -> Floats:
        """What was recorded under a name, by segment."""
        return self.recorded[name]

    def total(self, name: str) -> Floats:
        """The same summed over segments, of shape (n_quarters, n_worlds, 1)."""
        return _sum(self.recorded[name])


def _sum(values: Floats) -> Floats:
    return np.asarray(values.sum(axis=2, keepdims=True))


def lab_paid(level: Floats, p: LeverParameters) -> Floats:
    """Public money for labs, of the shape of level [亿元/year]: the rest comes from outside."""
    return level * (1.0 - p.lab_outside_share)


# ── What a single firm gets ──────────────────────────────────────────────────────────────────────────────────────────
@compiled
def is_young(age: int) -> bool:
    """Whether a newcomer of an age [quarters] still gets rent subsidy, and tax relief in full."""
    return age <= 3 * QUARTERS_PER_YEAR


@compiled
def rebate_share(age: int) -> float:
    """Part of a newcomer's tax that full tax relief returns, by age [quarters]: 1, then half, then nothing."""
    if is_young(age):
        return 1.0
    return 0.5 if age <= 5 * QUARTERS_PER_YEAR else 0.0


# ── Levers ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def recruitment(level: Floats, a: Activity, p: LeverParameters) -> Floats:
    return p.recruiter_cost * level


def matching(level: Floats, a: Activity, p: LeverParameters) -> Floats:
    return level * (CHAINS * p.matching_chain_cost + p.coaching_cost * a.total("coached"))


def delivery(level: Floats, a: Activity, p: LeverParameters) -> Floats:
    return p.recruiter_cost * level * a.total("projects_served") / PROJECTS_PER_MANAGER


def rent(level: Floats, a: Activity, p: LeverParameters) -> Floats:
    monthly = np.where(a.office, p.office_rent, p.plant_rent)
    return _sum(level * 12.0 * monthly * a.of("newcomers_area") * YUAN)


def space(level: Floats, a: Activity, p: LeverParameters) -> Floats:
    building = np.where(a.zone_office, p.office_cost, p.plant_cost) * p.building_charge
    received = 12.0 * np.where(a.zone_office, p.office_rent, p.plant_rent) * a.occupancy
    return _sum(a.floor_added * (building - received) * YUAN)


def seed(level: Floats, a: Activity, p: LeverParameters) -> Floats:
    return _sum(level) * (1.0 - p.seed_recovery + FUND_FEE)


def lab(level: Floats, a: Activity, p: LeverParameters) -> Floats:
    return lab_paid(level, p)


def landing(level: Floats, a: Activity, p: LeverParameters) -> Floats:
    counted = LANDING_AT_START * a.of("started_paid") + LANDING_AT_OPENING * a.of("opened_paid")
    return _sum(level * counted) * QUARTERS_PER_YEAR


def tax(level: Floats, a: Activity, p: LeverParameters) -> Floats:
    return _sum(level * a.of("newcomers_tax"))


def talent(level: Floats, a: Activity, p: LeverParameters) -> Floats:
    return p.talent_cost * level


def transfer(level: Floats, a: Activity, p: LeverParameters) -> Floats:
    return level * (p.transfer_cost * a.total("entering_transfer") * QUARTERS_PER_YEAR + TRANSFER_OFFICE)


def incubator(level: Floats, a: Activity, p: LeverParameters) -> Floats:
    return p.incubator_cost * _sum(level)
