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
from wutong.model.tables import Park, Table
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
def keep_accounts(
    t: int, given: Given, newcomers: Any, small_investment: float, levers: Levers, park: Park, record: Record
) -> None:
    """Note what the levers are charged on, and what is paid to anchors, labs and the firms that go back to them.

    Parameters
    ----------
    newcomers : their parameters
    small_investment : of a newcomer that rents an office [亿元]
    """
    for i in range(park.firms.n[0]):
        firm = park.firms.row[i]
        s = firm.segment
        record.segment[s].coached += firm.customer >= 0
        if firm.born > given.start:
            plants = given.n_zones - 1
            money = charge_firm(t - firm.born, firm, plants, given.segment[s], levers.segment[s], record.segment[s])
            if firm.leads >= 0:
                record.anchor[member_of(park.anchors.row[firm.leads], given.n_anchors)].anchor_support += money
            pay_line(firm, money, given.n_anchors, park.anchors, record.anchor, record.lab)
    for j in range(park.projects.n[0]):
        project = park.projects.row[j]
        money = charge_project(t, project, newcomers, levers.segment[project.segment], record.segment[project.segment])
        if project.leads >= 0:
            record.anchor[member_of(park.anchors.row[project.leads], given.n_anchors)].anchor_support += money
        elif project.anchor >= 0:
            record.anchor[member_of(park.anchors.row[project.anchor], given.n_anchors)].brought_support += money
    for k in range(park.arrivals.n[0]):
        who = park.arrivals.row[k]
        if given.segment[who.segment].office:
            record.segment[who.segment].opened_paid += small_investment
            money = landing_paid(levers.segment[who.segment], 0.0, small_investment)
            pay_line(who, money, given.n_anchors, park.anchors, record.anchor, record.lab)


@compiled
def pay_line(who: Any, money: float, named: int, anchors: Table, of_anchors: Any, of_labs: Any) -> None:
    """Money paid to a firm or newcomer counts for the anchor that brought it and the lab that it goes back to."""
    if who.anchor >= 0:
        of_anchors[member_of(anchors.row[who.anchor], named)].brought_support += money
    if who.lab >= 0:
        of_labs[who.lab].lab_brought_support += money


@compiled
def charge_firm(age: int, firm: Any, plants: int, segment: Any, lever: Any, cell: Any) -> float:
    """A firm that came since the start: its floor in the zones and its tax are noted.

    Returns what tax relief and rent subsidy pay it [亿元/year]; ``plants`` is the zone of the projects' own plants.
    """
    area = firm.employees * segment.floor_per_head if is_young(age) and firm.zone < plants else 0.0
    tax = firm.revenue * segment.tax_kept * rebate_share(age)
    cell.newcomers_area += area
    cell.newcomers_tax += tax
    return lever.tax_relief * tax + lever.rent_subsidy * 12.0 * segment.monthly_rent * area * YUAN


@compiled
def charge_project(t: int, project: Any, p: Any, lever: Any, cell: Any) -> float:
    """A project under way, and the investment that a landing subsidy counts when it starts and when it opens, are noted.

    Returns the subsidy [亿元/year].
    """
    cell.projects_served += project.signed <= t
    paid = min(project.investment * paid_in(project.channel, p), LANDING_CAP / max(lever.landing_subsidy, 1e-12))
    started = paid if project.started == t else 0.0
    opened = paid if project.fate == Fate.OPENED else 0.0
    cell.started_paid += started
    cell.opened_paid += opened
    return landing_paid(lever, started, opened)


@compiled
def landing_paid(lever: Any, started: float, opened: float) -> float:
    """Landing subsidy for investment that started and that opened this quarter [亿元/year]."""
    return lever.landing_subsidy * (LANDING_AT_START * started + LANDING_AT_OPENING * opened) * QUARTERS_PER_YEAR
