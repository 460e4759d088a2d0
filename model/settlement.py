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
    drop_projects(t, park.projects, record.segment)
    for k in range(park.arrivals.n[0]):
        who = park.arrivals.row[k]
        if needs_project(who.channel, given.segment[who.segment].through_funnel):
            segment = given.segment[who.segment]
            mean = mean_contract(who.channel, segment, newcomers)
            project = park.projects.row[sign_project(t, segment.lag_factor, newcomers, park.projects, who, mean)]
            count_signing(project, record.segment[project.segment])
            if project.channel == Channel.RECRUITED:
                project.leads = recruited_anchor(t, given, project, park.anchors, park.partners)
        else:
            ask_to_open(who, newcomers, park.cells[who.segment].head, park.births.row[new_row(park.births)])
    park.arrivals.n[0] = 0
    released, moved = remove(park.firms, park.left, record.segment)
    order = admit(t, given, park, record.segment)
    open_firms(t, order, park.births, park.firms, moved, record.segment)
    for b in range(park.births.n[0]):
        if park.births.row[b].admitted:
            released -= park.births.row[b].employees
    relink(t, park.firms, park.anchors, moved)
    park.world[0].released = released
    occupy(given.segment, park.firms, park.zones)


@compiled
def drop_projects(t: int, projects: Table, cells: Any) -> None:
    """Projects that opened or were cancelled leave the table; named anchors that signed this quarter are counted."""
    n = 0
    for j in range(projects.n[0]):
        project = projects.row[j]
        if project.signed == t:
            count_signing(project, cells[project.segment])
        if project.fate == Fate.PENDING:
            projects.row[n] = projects.row[j]
            n += 1
    projects.n[0] = n


@compiled
def count_signing(project: Any, cell: Any) -> None:
    cell.signed_projects += 1.0
    cell.signed_investment += project.investment


@compiled
def ask_to_open(who: Any, p: Any, head: float, birth: Any) -> None:
    """A newcomer asks to open as a small firm, in a segment with so much output a head."""
    birth.key, birth.segment, birth.channel, birth.leads = who.key, who.segment, who.channel, NONE
    birth.anchor, birth.lab, birth.generation = who.anchor, who.lab, who.generation
    birth.customer, birth.parent, birth.own_plant = who.customer, who.parent, False
    birth.employees = entrant_staff(who.key, p)
    birth.quality = quality_of(who.key, p) * who.inherited
    birth.outside_demand = birth.employees * birth.quality * head
    birth.ramp = 1.0


# ── Admission ────────────────────────────────────────────────────────────────────────────────────────────────────────
@compiled
def admit(t: int, given: Given, park: Park, cells: Any) -> Any:
    """Decide who finds room; returns the rows of those who ask in the order in which they are judged.

    A newcomer chooses among its zones in proportion to their free floor; within a zone the queue is by channel, then by a keyed
    tie-break, and each is judged by itself.  Areas are whole square metres, so that sums over queues are exact.
    """
    births, left = park.births, np.empty(given.n_zones)
    free = free_floor(given.segment, park.firms, park.zones)
    for b in range(births.n[0]):
        birth = births.row[b]
        u = keyed.uniform(birth.key, Purpose.ZONE, t)
        birth.zone = given.n_zones - 1 if birth.own_plant else choose_zone(free, given.houses[birth.segment], u)
        birth.tie = keyed.bits(birth.key, Purpose.TIE_BREAK, t)
    for z in range(given.n_zones):
        left[z] = np.floor(free[z])
    order = queue(births)
    for b in order:
        birth = births.row[b]
        area = np.ceil(birth.employees * given.segment[birth.segment].floor_per_head)
        birth.admitted = birth.zone >= 0 and area <= left[birth.zone]
        if birth.admitted:
            left[birth.zone] -= area
        else:
            cells[birth.segment].turned_away += 1.0
    return order


@compiled
def free_floor(segments: Any, firms: Table, zones: Any) -> Any:
    """Floor space free after this quarter's deaths and hiring, of shape (n_zones,) [m2]."""
    free = np.empty(len(zones))
    for z in range(len(zones)):
        free[z] = zones[z].floor
    for i in range(firms.n[0]):
        firm = firms.row[i]
        free[firm.zone] -= firm.employees * segments[firm.segment].floor_per_head
    for z in range(len(zones)):
        free[z] = max(free[z], 0.0)
    return free


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
    """Rows of those who ask, of shape (n_births,), in the order in which they are judged: longer and longer runs are merged."""
    n, run = births.n[0], 1
    order, merged = np.arange(n), np.empty(n, np.int64)
    while run < n:
        for low in range(0, n, 2 * run):
            merge(births, order, merged, low, min(low + run, n), min(low + 2 * run, n))
        order, merged = merged, order
        run *= 2
    return order


@compiled
def merge(births: Table, order: Any, merged: Any, low: int, middle: int, high: int) -> None:
    """Two neighbouring runs of the order, each sorted, as one; of equals the first stays first."""
    i, j = low, middle
    for k in range(low, high):
        if j == high or (i < middle and not stands_before(births.row[order[j]], births.row[order[i]])):
            merged[k] = order[i]
            i += 1
        else:
            merged[k] = order[j]
            j += 1


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
def remove(firms: Table, left: Table, cells: Any) -> Any:
    """Firms that close leave and are listed, and the others move up in their order.

    Returns the staff of those that left, and the new row of every old one, of shape (n_firms,), NONE for those that left.
    """
    n, staff, moved = 0, 0.0, np.empty(firms.n[0], np.int64)
    for i in range(firms.n[0]):
        firm = firms.row[i]
        if firm.closes:
            cells[firm.segment].exits += 1.0
            left.row[new_row(left)] = firms.row[i]
            staff += firm.employees
            moved[i] = NONE
            continue
        if n < i:
            firms.row[n] = firms.row[i]
        moved[i] = n
        n += 1
    firms.n[0] = n
    return staff, moved


@compiled
def open_firms(t: int, order: Any, births: Table, firms: Table, moved: Any, cells: Any) -> None:
    """Those admitted become the last rows of the firms, in order of their queue; their customers are still old rows."""
    for b in order:
        birth = births.row[b]
        if birth.admitted:
            open_firm(t, birth, firms.row[new_row(firms)])
            count_opening(birth, cells[birth.segment])
            if birth.parent >= 0 and moved[birth.parent] >= 0:
                parent = firms.row[moved[birth.parent]]
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
def relink(t: int, firms: Table, anchors: Table, moved: Any) -> None:
    """Links lead to new rows; an anchor that opened finds its firm, and those that followed it become its suppliers."""
    for i in range(firms.n[0]):
        firm = firms.row[i]
        if firm.customer >= 0:
            firm.customer = moved[firm.customer]
            if firm.customer < 0:
                firm.customer_lost = t
    for a in range(anchors.n[0]):
        if anchors.row[a].firm >= 0:
            anchors.row[a].firm = moved[anchors.row[a].firm]
    opened = False
    for i in range(firms.n[0] - 1, -1, -1):
        if firms.row[i].born < t:
            break  # those that opened stand last
        if firms.row[i].leads >= 0:
            anchors.row[firms.row[i].leads].firm = i
            opened = True
    if opened:
        adopt(t, firms, anchors)


@compiled
def adopt(t: int, firms: Table, anchors: Table) -> None:
    """Firms that followed an anchor before it opened become suppliers of the firm that it has opened now."""
    for i in range(firms.n[0]):
        firm = firms.row[i]
        if firm.generation == 1 and firm.customer < 0 and firm.anchor >= 0:
            leader = anchors.row[firm.anchor].firm
            if leader >= 0 and firms.row[leader].born == t:
                firm.customer = leader


@compiled
def occupy(segments: Any, firms: Table, zones: Any) -> None:
    """Floor space in use, zone by zone."""
    for z in range(len(zones)):
        zones[z].occupied = 0.0
    for i in range(firms.n[0]):
        firm = firms.row[i]
        zones[firm.zone].occupied += firm.employees * segments[firm.segment].floor_per_head
