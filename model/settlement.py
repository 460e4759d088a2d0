"""The settlement at the end of a quarter: deaths first, then births admitted to floor space, and the one compaction.  ODD 3.3

Owned here: which rows exist, every link to a firm, ``customer_lost``, the floor space in use, and the staff that was released.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wutong.model import keyed
from wutong.model.codes import Channel, Fate
from wutong.model.compiled import compiled
from wutong.model.draws import Purpose
from wutong.model.given import Given, Record
from wutong.model.newcomers import entrant_staff, mean_contract, needs_project, quality_of, recruited_anchor, sign_project
from wutong.model.tables import NONE, Park, Table, new_row

FOUNDERS = 3.0  # staff that leave the parent of a spin-off


@compiled
def settle(t: int, given: Given, newcomers: Any, park: Park, record: Record) -> None:
    """End the quarter; nothing is left waiting but the lists of those who asked to open and of those that left."""
    drop_projects(t, park, record)
    for k in range(park.arrivals.n[0]):
        welcome(t, given, newcomers, park, k, record)
    park.arrivals.n[0] = 0
    admit(t, given, park, record)
    released = close(park, record)
    moved = compact(park.firms, park.left)
    open_firms(t, park, moved, record)
    for b in range(park.births.n[0]):
        if park.births.row[b].admitted:
            released -= park.births.row[b].employees
    relink(t, park, moved)
    park.world[0].released = released
    occupy(given, park)


@compiled
def drop_projects(t: int, park: Park, record: Record) -> None:
    """Projects that opened or were cancelled leave the table; named anchors that signed this quarter are counted."""
    projects, n = park.projects, 0
    for j in range(projects.n[0]):
        project = projects.row[j]
        if project.signed == t:
            count_signing(project, record.segment[project.segment])
        if project.fate == Fate.PENDING:
            projects.row[n] = projects.row[j]
            n += 1
    projects.n[0] = n


@compiled
def count_signing(project: Any, cell: Any) -> None:
    cell.signed_projects += 1.0
    cell.signed_investment += project.investment


@compiled
def welcome(t: int, given: Given, p: Any, park: Park, k: int, record: Record) -> None:
    """A newcomer signs a project, and with it an anchor if it was recruited, or asks to open as a small firm."""
    who = park.arrivals.row[k]
    s = who.segment
    if needs_project(who.channel, given.segment[s].through_funnel):
        j = sign_project(t, given, p, park.projects, who, mean_contract(given, p, who.channel, s))
        count_signing(park.projects.row[j], record.segment[s])
        if who.channel == Channel.RECRUITED:
            park.projects.row[j].leads = recruited_anchor(t, given, park, j)
        return
    birth = park.births.row[new_row(park.births)]
    birth.key, birth.segment, birth.channel, birth.leads = who.key, s, who.channel, NONE
    birth.anchor, birth.lab, birth.generation = who.anchor, who.lab, who.generation
    birth.customer, birth.parent, birth.own_plant = who.customer, who.parent, False
    birth.employees = entrant_staff(who.key, p)
    birth.quality = quality_of(who.key, p) * who.inherited
    birth.outside_demand = birth.employees * birth.quality * park.cells[s].head
    birth.ramp = 1.0


# ── Admission ────────────────────────────────────────────────────────────────────────────────────────────────────────
@compiled
def admit(t: int, given: Given, park: Park, record: Record) -> None:
    """Decide who finds room.

    A newcomer chooses among its zones in proportion to their free floor; within a zone the queue is by channel, then by a keyed
    tie-break, and each is judged by itself.  Areas are whole square metres, so that sums over queues are exact.
    """
    births, free = park.births, free_floor(given, park)
    for b in range(births.n[0]):
        birth = births.row[b]
        last = given.n_zones - 1
        u = keyed.uniform(birth.key, Purpose.ZONE, t)
        birth.zone = last if birth.own_plant else choose_zone(free, given.houses[birth.segment], u)
        birth.tie = keyed.bits(birth.key, Purpose.TIE_BREAK, t)
    left = np.floor(free)
    for b in queue(births):
        birth = births.row[b]
        area = np.ceil(birth.employees * given.segment[birth.segment].floor_per_head)
        birth.admitted = birth.zone >= 0 and area <= left[birth.zone]
        if birth.admitted:
            left[birth.zone] -= area
        else:
            record.segment[birth.segment].turned_away += 1.0


@compiled
def free_floor(given: Given, park: Park) -> Any:
    """Floor space free after this quarter's deaths and hiring, of shape (n_zones,) [m2]."""
    free = np.empty(given.n_zones)
    for z in range(given.n_zones):
        free[z] = park.zones[z].floor
    for i in range(park.firms.n[0]):
        firm = park.firms.row[i]
        if not firm.closes:
            free[firm.zone] -= firm.employees * given.segment[firm.segment].floor_per_head
    return np.maximum(free, 0.0)


@compiled
def choose_zone(free: Any, houses: Any, u: float) -> int:
    """Zone by free floor among those that house the firm, without the own plants; NONE where nothing is free."""
    total, below = 0.0, 0.0
    for z in range(len(free) - 1):
        total += free[z] * houses[z]
    if total <= 0.0:
        return NONE
    for z in range(len(free) - 2):
        below += free[z] * houses[z]
        if below > u * total:
            return z
    return len(free) - 2


@compiled
def queue(births: Table) -> Any:
    """Rows of those who ask, of shape (n_births,), in the order in which they are judged: queues are short, so by insertion."""
    order = np.empty(births.n[0], np.int64)
    for b in range(births.n[0]):
        k = b
        while k > 0 and stands_before(births.row[b], births.row[order[k - 1]]):
            order[k] = order[k - 1]
            k -= 1
        order[k] = b
    return order


@compiled
def stands_before(one: Any, other: Any) -> bool:
    """Whether one stands before another in the queue of a zone."""
    if one.zone != other.zone:
        return one.zone < other.zone
    if one.channel != other.channel:
        return one.channel < other.channel
    return one.tie < other.tie


# ── Rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
@compiled
def close(park: Park, record: Record) -> float:
    """Count the firms that leave; returns their staff."""
    staff = 0.0
    for i in range(park.firms.n[0]):
        firm = park.firms.row[i]
        if firm.closes:
            record.segment[firm.segment].exits += 1.0
            staff += firm.employees
    return staff


@compiled
def compact(firms: Table, left: Table) -> Any:
    """Survivors move up, in their order, and the others are listed.

    Returns the new row of every old one, of shape (n_firms,), NONE for those that left.
    """
    n, moved = 0, np.full(firms.n[0], NONE)
    for i in range(firms.n[0]):
        if firms.row[i].closes:
            left.row[new_row(left)] = firms.row[i]
        else:
            firms.row[n] = firms.row[i]
            moved[i] = n
            n += 1
    firms.n[0] = n
    return moved


@compiled
def open_firms(t: int, park: Park, moved: Any, record: Record) -> None:
    """Those admitted become the last rows of the firms, in order of their queue; their customers are still old rows."""
    for b in queue(park.births):
        birth = park.births.row[b]
        if birth.admitted:
            open_firm(t, birth, park.firms.row[new_row(park.firms)])
            count_opening(birth, record.segment[birth.segment])
            if birth.parent >= 0 and moved[birth.parent] >= 0:
                parent = park.firms.row[moved[birth.parent]]
                parent.employees -= min(FOUNDERS, 0.5 * parent.employees)


@compiled
def open_firm(t: int, birth: Any, firm: Any) -> None:
    firm.key, firm.segment, firm.zone, firm.leads = birth.key, birth.segment, birth.zone, birth.leads
    firm.anchor, firm.lab, firm.generation = birth.anchor, birth.lab, birth.generation
    firm.channel, firm.born, firm.closes = birth.channel, t, False
    firm.customer, firm.customer_lost = birth.customer, 0
    firm.employees, firm.quality, firm.ramp, firm.momentum = birth.employees, birth.quality, birth.ramp, 1.0
    firm.outside_demand, firm.orders, firm.revenue = birth.outside_demand, 0.0, birth.outside_demand * birth.ramp
    firm.exit_rate, firm.life = 0.0, keyed.exponential(birth.key, Purpose.LIFE, 0)
    firm.spin_off_rate, firm.spin_off_left = 0.0, keyed.exponential(birth.key, Purpose.SPIN_OFF, 0)


@compiled
def count_opening(birth: Any, cell: Any) -> None:
    if birth.channel == Channel.SCHEDULED:
        cell.entrants_scheduled += 1.0
    elif birth.channel == Channel.RECRUITED:
        cell.entrants_recruited += 1.0
    elif birth.channel == Channel.FOLLOWED:
        cell.entrants_followed += 1.0
    elif birth.channel == Channel.LAB_SPIN_OFF:
        cell.entrants_lab_spin_off += 1.0
    elif birth.channel == Channel.FIRM_SPIN_OFF:
        cell.entrants_firm_spin_off += 1.0
    else:
        cell.entrants_attracted += 1.0


@compiled
def relink(t: int, park: Park, moved: Any) -> None:
    """Links lead to new rows; an anchor that opened finds its firm, and those that followed it become its suppliers."""
    firms, anchors = park.firms, park.anchors
    for i in range(firms.n[0]):
        firm = firms.row[i]
        if firm.customer >= 0:
            firm.customer = moved[firm.customer]
            if firm.customer < 0:
                firm.customer_lost = t
    for a in range(anchors.n[0]):
        if anchors.row[a].firm >= 0:
            anchors.row[a].firm = moved[anchors.row[a].firm]
    for i in range(firms.n[0] - 1, -1, -1):
        if firms.row[i].born < t:
            break  # those that opened stand last
        if firms.row[i].leads >= 0:
            anchors.row[firms.row[i].leads].firm = i
            adopt(firms, i)


@compiled
def adopt(firms: Table, i: int) -> None:
    """Firms that followed an anchor before it opened become suppliers of its firm ``i``."""
    for k in range(firms.n[0]):
        firm = firms.row[k]
        if firm.generation == 1 and firm.customer < 0 and firm.anchor == firms.row[i].leads:
            firm.customer = i


@compiled
def occupy(given: Given, park: Park) -> None:
    """Floor space in use, zone by zone."""
    for z in range(given.n_zones):
        park.zones[z].occupied = 0.0
    for i in range(park.firms.n[0]):
        firm = park.firms.row[i]
        park.zones[firm.zone].occupied += firm.employees * given.segment[firm.segment].floor_per_head
