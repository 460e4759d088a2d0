"""Firms of the start: the real anchors first, the rest lognormal in size, so that totals of staff and revenue are met."""

from __future__ import annotations

from typing import Any

import numpy as np

from wutong.model import keyed
from wutong.model.codes import Channel, Stage
from wutong.model.compiled import compiled
from wutong.model.draws import Purpose
from wutong.model.given import Given
from wutong.model.maths import exp
from wutong.model.newcomers import buyers_in, named_buyer, pick, quality_of
from wutong.model.start.opening import Opening
from wutong.model.tables import NONE, Park, Table, new_row
from wutong.model.units import QUARTERS_PER_YEAR

AGE_SHARES = np.cumsum([0.494, 0.329, 0.177])  # under 5, 5 to 10, over 10 years (SAIC 2013)
AGE_LIMITS = np.array([0.0, 5.0, 10.0, 20.0])
NAMES_BUYER = 0.7  # of the initial parts firms


@compiled
def initial_firms(given: Given, newcomers: Any, opening: Opening, park: Park) -> None:
    """Anchors that operate and the other firms of every segment, as if their whole revenue came from outside."""
    for a in range(len(opening.anchor)):
        anchor = opening.anchor[a]
        if anchor.stage == Stage.OPERATING:
            i = new_firm(park, anchor.key, anchor.segment, given.n_zones - 1, anchor.opened)
            park.firms.row[i].leads = a
            park.firms.row[i].employees, park.firms.row[i].revenue = anchor.jobs, anchor.revenue
    for s in range(given.n_segments):
        fill_segment(given, newcomers, opening, park, s)
    for i in range(park.firms.n[0]):
        firm = park.firms.row[i]
        full = park.cells[firm.segment].head * firm.employees
        firm.quality = firm.revenue / full if firm.employees > 0.0 else 1.0
        firm.outside_demand = firm.revenue
    for s in range(given.n_segments):
        if given.segment[s].buyer_segment >= 0:
            name_buyers(given.n_zones, s, given.segment[s].buyer_segment, park.firms)


@compiled
def name_buyers(n_zones: int, s: int, buyers: int, firms: Table) -> None:
    """Firms of segment ``s`` of which each mainly serves one of the buyers' segment."""
    found, below = buyers_in(firms, n_zones, buyers)
    for i in range(firms.n[0]):
        firm = firms.row[i]
        if firm.segment == s and keyed.uniform(firm.key, Purpose.NAMES_BUYER, 0) < NAMES_BUYER:
            firm.customer = named_buyer(found, below, keyed.uniform(firm.key, Purpose.BUYER, 0))


@compiled
def new_firm(park: Park, key: np.uint64, segment: int, zone: int, born: int) -> int:
    """Row of a firm that operates at the start; its size is still to be set."""
    row = new_row(park.firms)
    firm = park.firms.row[row]
    firm.key, firm.segment, firm.zone, firm.leads, firm.anchor, firm.lab = key, segment, zone, NONE, NONE, NONE
    firm.generation, firm.channel, firm.born, firm.customer, firm.customer_lost = 0, Channel.INITIAL, born, NONE, 0
    firm.ramp, firm.momentum, firm.orders, firm.exit_rate, firm.spin_off_rate = 1.0, 1.0, 0.0, 0.0, 0.0
    firm.life, firm.spin_off_left = keyed.exponential(key, Purpose.LIFE, 0), keyed.exponential(key, Purpose.SPIN_OFF, 0)
    firm.closes = False
    return row


@compiled
def fill_segment(given: Given, newcomers: Any, opening: Opening, park: Park, s: int) -> None:
    """The firms of a segment apart from its anchors, scaled to what its totals leave for them."""
    total, first = opening.segment[s], park.firms.n[0]
    count, staff, revenue = total.firms, total.staff, total.revenue
    for i in range(first):
        if park.firms.row[i].segment == s:
            count -= 1.0
            staff -= park.firms.row[i].employees
            revenue -= park.firms.row[i].revenue
    sizes, outputs = 0.0, 0.0
    for k in range(np.int64(max(count, 0.0))):
        key = keyed.child(total.initial, k)
        zone = pick(opening.zone_share[s], keyed.uniform(key, Purpose.ZONE, 0))
        firm = park.firms.row[new_firm(park, key, s, zone, given.start - age(key))]
        firm.employees = exp(total.size_spread * keyed.normal(key, Purpose.SIZE, 0))
        sizes += firm.employees
    for i in range(first, park.firms.n[0]):
        firm = park.firms.row[i]
        firm.employees = max(firm.employees * (max(staff, 0.0) / sizes), 1.0)
        firm.revenue = firm.employees * quality_of(firm.key, newcomers)
        outputs += firm.revenue
    for i in range(first, park.firms.n[0]):
        park.firms.row[i].revenue *= max(revenue, 0.0) / outputs


@compiled
def age(key: np.uint64) -> int:
    """Age of a firm of the start [quarters]."""
    band = pick(AGE_SHARES, keyed.uniform(key, Purpose.AGE, 0))
    within = keyed.uniform(keyed.bits(key, Purpose.AGE, 0), Purpose.AGE, 1)
    years = AGE_LIMITS[band] + within * (AGE_LIMITS[band + 1] - AGE_LIMITS[band])
    return int(np.floor(years * QUARTERS_PER_YEAR))
