"""What is recorded of a quarter besides what the rules count: stocks after the settlement, money before it.  ODD 4"""

from __future__ import annotations

from typing import Any

from wutong.model.codes import Channel, Direction, Stage
from wutong.model.compiled import compiled
from wutong.model.given import Given, Record
from wutong.model.newcomers import member_of
from wutong.model.tables import Park, Table

ABOVE_SCALE = 0.2  # 亿元/year: 20 million yuan
FIRST_ROUND = 1


@compiled
def record_money(given: Given, park: Park, record: Record) -> None:
    """Revenue of the quarter, in all and of those that go back to anchors and labs; firms that leave still earned it."""
    anchors, named = park.anchors, given.n_anchors
    for i in range(park.firms.n[0]):
        firm = park.firms.row[i]
        cell, added = record.segment[firm.segment], firm.revenue * given.segment[firm.segment].value_added_share
        cell.revenue += firm.revenue
        if firm.leads >= 0:
            member = record.anchor[member_of(anchors.row[firm.leads], named)]
            member.anchor_revenue += firm.revenue
            record.park[0].largest_anchor_revenue = max(record.park[0].largest_anchor_revenue, firm.revenue)
            member.anchor_value_added += added
        if firm.anchor >= 0:
            anchor = anchors.row[firm.anchor]
            cell.brought_revenue += firm.revenue
            brought_money(firm, added, given.direction[anchor.segment, firm.segment], record.anchor[member_of(anchor, named)])
        if firm.lab >= 0:
            lab = record.lab[firm.lab]
            lab.lab_value_added += added
            if firm.generation > FIRST_ROUND:
                lab.lab_later_rounds_revenue += firm.revenue
            else:
                lab.lab_first_round_revenue += firm.revenue


@compiled
def brought_money(firm: Any, added: float, direction: int, member: Any) -> None:
    """Revenue of a firm that goes back to an anchor: by round, and by direction of the chain."""
    member.brought_value_added += added
    if firm.generation > FIRST_ROUND:
        member.later_rounds_revenue += firm.revenue
    else:
        member.first_round_revenue += firm.revenue
    if direction == Direction.UPSTREAM:
        member.upstream_revenue += firm.revenue
    elif direction == Direction.DOWNSTREAM:
        member.downstream_revenue += firm.revenue


@compiled
def record_stocks(t: int, given: Given, park: Park, record: Record) -> None:
    """Everything that stands at the end of the quarter."""
    record_firms(t, given.direction, given.n_anchors, park.firms, park.anchors, record)
    record_anchors(given.n_anchors, park.firms, park.anchors, record)
    for j in range(park.projects.n[0]):
        if park.projects.row[j].signed <= t:
            record.segment[park.projects.row[j].segment].pipeline_projects += 1.0
    for r in range(park.research.n[0]):
        record_research(park.research.row[r].stage, record.lab[park.research.row[r].lab])
    for s in range(given.n_segments):
        cell, out = park.cells[s], record.segment[s]
        out.purchases, out.local_demand, out.local_orders = cell.purchases, cell.demand, cell.filled
        out.local_purchases, out.unmet_demand, out.knowledge = cell.placed, cell.unmet, cell.knowledge
    for z in range(given.n_zones - 1):
        record.zone[z].floor, record.zone[z].occupied = park.zones[z].floor, park.zones[z].occupied


@compiled
def record_firms(t: int, direction: Any, n_named: int, firms: Table, anchors: Table, record: Record) -> None:
    for i in range(firms.n[0]):
        firm = firms.row[i]
        cell = record.segment[firm.segment]
        cell.firms += 1.0
        cell.employees += firm.employees
        cell.above_scale_firms += firm.revenue >= ABOVE_SCALE
        if firm.anchor >= 0:
            anchor = anchors.row[firm.anchor]
            cell.brought_firms += 1.0
            cell.brought_employees += firm.employees
            brought(firm, t, direction[anchor.segment, firm.segment], record.anchor[member_of(anchor, n_named)])
        if firm.lab >= 0:
            spun_off(firm, t, record.lab[firm.lab])


@compiled
def brought(firm: Any, t: int, direction: int, member: Any) -> None:
    """A firm that goes back to an anchor: by round, by direction of the chain, and how it opened."""
    if firm.generation > FIRST_ROUND:
        member.later_rounds_firms += 1.0
        member.later_rounds_employees += firm.employees
    else:
        member.first_round_firms += 1.0
        member.first_round_employees += firm.employees
    if direction == Direction.UPSTREAM:
        member.upstream_firms += 1.0
        member.upstream_employees += firm.employees
    elif direction == Direction.DOWNSTREAM:
        member.downstream_firms += 1.0
        member.downstream_employees += firm.employees
    if firm.born == t:
        member.opened_followers += firm.channel == Channel.FOLLOWED
        member.opened_spin_offs += firm.channel in (Channel.FIRM_SPIN_OFF, Channel.LAB_SPIN_OFF)


@compiled
def spun_off(firm: Any, t: int, member: Any) -> None:
    """A firm that goes back to a lab: by round, and whether it has just opened."""
    if firm.generation > FIRST_ROUND:
        member.lab_later_rounds_firms += 1.0
        member.lab_later_rounds_employees += firm.employees
    else:
        member.lab_first_round_firms += 1.0
        member.lab_first_round_employees += firm.employees
    if firm.born == t:
        member.lab_opened_spin_offs += firm.channel in (Channel.FIRM_SPIN_OFF, Channel.LAB_SPIN_OFF)


@compiled
def record_anchors(n_named: int, firms: Table, anchors: Table, record: Record) -> None:
    """Anchors in their stages, their contracts and, once they operate, their firms."""
    for a in range(anchors.n[0]):
        anchor = anchors.row[a]
        cell, member = record.segment[anchor.segment], record.anchor[member_of(anchor, n_named)]
        if anchor.stage not in (Stage.PLANNED, Stage.CLOSED):
            cell.anchors += 1.0
            cell.operating_anchors += anchor.stage == Stage.OPERATING
            member.anchor_investment += anchor.investment
        if anchor.firm >= 0:
            member.anchor_firms += 1.0
            member.anchor_employees += firms.row[anchor.firm].employees


@compiled
def record_research(stage: int, lab: Any) -> None:
    if stage == 0:
        lab.research_basic += 1.0
    elif stage == 1:
        lab.research_core += 1.0
    elif stage == 2:
        lab.research_transfer += 1.0
    else:
        lab.research_scale += 1.0
