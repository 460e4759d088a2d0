"""Accounts: value added, tax, and what the levers cost.  ODD 7.9

Nothing in the park depends on them within a run; they are what a policy is judged by.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wutong.model.codes import Fate
from wutong.model.compiled import compiled
from wutong.model.facts import Floats, Tag, parameter
from wutong.model.given import Given, Levers, Record
from wutong.model.lever_costs import LANDING_AT_OPENING, LANDING_AT_START, LANDING_CAP, YUAN, is_young, rebate_share
from wutong.model.newcomers import member_of, paid_in
from wutong.model.tables import Park
from wutong.model.units import QUARTERS_PER_YEAR


# ── Parameters ───────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Accounts:
    tax_share: Floats = parameter(
        0.137, unit="share", low=0.12, high=0.155, en="Tax of all levels in value added", zh="全口径税收占增加值比重",
        source="66.95 亿元 of 487.45 亿元, Chongqing High-tech Zone 2020", tag=Tag.COMPUTED,
    )  # fmt: skip
    local_tax_share: Floats = parameter(
        0.34, unit="share", low=0.25, high=0.45, en="Part of it kept by the zone", zh="地方留成比例",
        source="23.0 of 66.95 亿元, Chongqing High-tech Zone 2020", tag=Tag.COMPUTED,
    )  # fmt: skip
    induced_jobs: Floats = parameter(
        0.34, unit="1", low=0.2, high=1.6, en="Induced jobs per manufacturing job", zh="每个制造岗位诱发的岗位",
        source="China 0.34; United States 1.0-1.6", tag=Tag.SEEN,
    )  # fmt: skip


# ── The rule ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@compiled
def keep_accounts(t: int, given: Given, newcomers: Any, small_investment: float, levers: Levers, park: Park, record: Record) -> None:
    """Note what the levers are charged on, and what is paid to anchors, labs and the firms that go back to them."""
    for i in range(park.firms.n[0]):
        charge_firm(t, given, levers, park, i, record)
    for j in range(park.projects.n[0]):
        charge_project(t, given, newcomers, levers, park, j, record)
    for k in range(park.arrivals.n[0]):
        who = park.arrivals.row[k]
        if given.segment[who.segment].office:
            record.segment[who.segment].opened_paid += small_investment
            money = landing_paid(levers, who.segment, 0.0, small_investment)
            if who.anchor >= 0:
                record.anchor[member_of(given, park, who.anchor)].brought_support += money
            if who.lab >= 0:
                record.lab[who.lab].lab_brought_support += money


@compiled
def charge_firm(t: int, given: Given, levers: Levers, park: Park, i: int, record: Record) -> None:
    """A firm that came since the start: its floor in the zones and its tax, and what tax relief and rent subsidy pay it."""
    firm = park.firms.row[i]
    s, age = firm.segment, t - firm.born
    cell, lever = record.segment[s], levers.segment[s]
    if firm.customer >= 0:
        cell.coached += 1.0
    if firm.born <= given.start:
        return
    housed = is_young(age) and firm.zone < given.n_zones - 1
    area = firm.employees * given.segment[s].floor_per_head if housed else 0.0
    tax = firm.revenue * given.segment[s].tax_kept * rebate_share(age)
    cell.newcomers_area += area
    cell.newcomers_tax += tax
    money = lever.tax_relief * tax + lever.rent_subsidy * 12.0 * given.segment[s].monthly_rent * area * YUAN
    if firm.leads >= 0:
        record.anchor[member_of(given, park, firm.leads)].anchor_support += money
    if firm.anchor >= 0:
        record.anchor[member_of(given, park, firm.anchor)].brought_support += money
    if firm.lab >= 0:
        record.lab[firm.lab].lab_brought_support += money


@compiled
def charge_project(t: int, given: Given, newcomers: Any, levers: Levers, park: Park, j: int, record: Record) -> None:
    """A project under way, and the investment on which a landing subsidy is paid when it starts and when it opens."""
    project = park.projects.row[j]
    s = project.segment
    if project.signed <= t:
        record.segment[s].projects_served += 1.0
    paid = project.investment * paid_in(project.channel, newcomers)
    counted = min(paid, LANDING_CAP / max(levers.segment[s].landing_subsidy, 1e-12))
    started = counted if project.started == t else 0.0
    opened = counted if project.fate == Fate.OPENED else 0.0
    record.segment[s].started_paid += started
    record.segment[s].opened_paid += opened
    money = landing_paid(levers, s, started, opened)
    if project.leads >= 0:
        record.anchor[member_of(given, park, project.leads)].anchor_support += money
    elif project.anchor >= 0:
        record.anchor[member_of(given, park, project.anchor)].brought_support += money


@compiled
def landing_paid(levers: Levers, s: int, started: float, opened: float) -> float:
    """Landing subsidy for investment that started and that opened this quarter [亿元/year]."""
    counted = LANDING_AT_START * started + LANDING_AT_OPENING * opened
    return levers.segment[s].landing_subsidy * counted * QUARTERS_PER_YEAR
