"""What the levers cost: yearly money [亿元/year] from a lever's level and from what happens in the park.

Every function takes the level of shape (n_worlds, n), the activity of the quarter and the parameters, and gives (n_worlds, 1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wutong.model.facts import Floats, Ints, Mask
from wutong.model.lever_facts import LeverParameters
from wutong.model.units import QUARTERS_PER_YEAR

CHAINS = 13  # chains with a leader in 2021
PROJECTS_PER_MANAGER = 8
FUND_FEE = 0.02  # a year of the money invested
TRANSFER_OFFICE = 0.13  # 亿元/year, 20 staff
YUAN = 1e-8  # 亿元


@dataclass(frozen=True)
class Activity:
    """What the levers are charged on: (n_worlds, n_segments) unless said otherwise."""

    pipeline: Floats  # (n_worlds, 1), unfinished projects
    coached: Floats  # (n_worlds, 1), firms with a named customer
    newcomers_area: Floats  # m2 in the zones, of firms that came since the start, under three years
    newcomers_tax: Floats  # 亿元/year kept locally from them, halved in years four and five
    started_investment: Floats  # 亿元 paid in, projects started this quarter, at most the cap each
    opened_investment: Floats  # 亿元 paid in, projects and firms opened this quarter
    entering_transfer: Floats  # research projects this quarter
    floor_added: Floats  # (n_worlds, n_zones - 1 or 1), m2
    occupancy: Floats  # (n_worlds, n_zones - 1)
    zone_office: Mask  # (n_zones - 1,)
    office: Mask  # (n_segments,)


def _sum(values: Floats) -> Floats:
    return np.asarray(values.sum(axis=1, keepdims=True))


# ── What a single firm gets ──────────────────────────────────────────────────────────────────────────────────────────
def rent_paid(level: Floats, monthly: Floats, area: Floats) -> Floats:
    """Rent that the zone pays, of the common shape [亿元/year]; ``monthly`` in yuan a m2, ``area`` in m2."""
    return level * 12.0 * monthly * area * YUAN


def landing_paid(started: Floats, opened: Floats) -> Floats:
    """Investment on which a landing subsidy is paid, of the common shape [亿元]: part at start, the rest at opening."""
    return 0.3 * started + 0.7 * opened


def lab_paid(level: Floats, p: LeverParameters) -> Floats:
    """Public money for labs, of the shape of level [亿元/year]: the rest comes from outside."""
    return level * (1.0 - p.lab_outside_share)


def is_young(age: Ints) -> Mask:
    """Whether a newcomer still gets rent subsidy, and tax relief in full, of the shape of age [quarters]."""
    return np.asarray(age <= 3 * QUARTERS_PER_YEAR)


def rebate_share(age: Ints) -> Floats:
    """Part of a newcomer's tax that full tax relief returns, of the shape of age [quarters]: 1, then half, then nothing."""
    return np.where(is_young(age), 1.0, np.where(age <= 5 * QUARTERS_PER_YEAR, 0.5, 0.0))


# ── Levers ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def recruitment(level: Floats, a: Activity, p: LeverParameters) -> Floats:
    return p.recruiter_cost * level


def matching(level: Floats, a: Activity, p: LeverParameters) -> Floats:
    return level * (CHAINS * p.matching_chain_cost + p.coaching_cost * a.coached)


def delivery(level: Floats, a: Activity, p: LeverParameters) -> Floats:
    return p.recruiter_cost * level * a.pipeline / PROJECTS_PER_MANAGER


def rent(level: Floats, a: Activity, p: LeverParameters) -> Floats:
    monthly = np.where(a.office, p.office_rent, p.plant_rent)
    return _sum(rent_paid(level, monthly, a.newcomers_area))


def space(level: Floats, a: Activity, p: LeverParameters) -> Floats:
    building = np.where(a.zone_office, p.office_cost, p.plant_cost) * p.building_charge
    received = 12.0 * np.where(a.zone_office, p.office_rent, p.plant_rent) * a.occupancy
    return _sum(a.floor_added * (building - received) * YUAN)


def seed(level: Floats, a: Activity, p: LeverParameters) -> Floats:
    return _sum(level) * (1.0 - p.seed_recovery + FUND_FEE)


def lab(level: Floats, a: Activity, p: LeverParameters) -> Floats:
    return lab_paid(level, p)


def landing(level: Floats, a: Activity, p: LeverParameters) -> Floats:
    return _sum(level * landing_paid(a.started_investment, a.opened_investment)) * QUARTERS_PER_YEAR


def tax(level: Floats, a: Activity, p: LeverParameters) -> Floats:
    return _sum(level * a.newcomers_tax)


def talent(level: Floats, a: Activity, p: LeverParameters) -> Floats:
    return p.talent_cost * level


def transfer(level: Floats, a: Activity, p: LeverParameters) -> Floats:
    return level * (p.transfer_cost * _sum(a.entering_transfer) * QUARTERS_PER_YEAR + TRANSFER_OFFICE)


def incubator(level: Floats, a: Activity, p: LeverParameters) -> Floats:
    return p.incubator_cost * _sum(level)
