"""The park at the start: firms, anchors, projects, labs; then floor, orders, first reviews, and the entry that stays generic."""

from __future__ import annotations

from typing import Any

import numpy as np

from wutong.model.compiled import compiled
from wutong.model.given import Given, Parameters, Record
from wutong.model.maths import exp
from wutong.model.newcomers import lab_budget
from wutong.model.recording import record_money, record_stocks
from wutong.model.rules.anchors import acceptance_prob
from wutong.model.rules.attraction import landing_prob, pull
from wutong.model.rules.exit import hazard
from wutong.model.rules.growth import momentum
from wutong.model.rules.orders import place_orders
from wutong.model.rules.site import rent_index
from wutong.model.rules.spin_off import exposure, lab_rate, yearly_rate
from wutong.model.settlement import occupy
from wutong.model.start.firms import initial_firms
from wutong.model.start.labs import initial_labs
from wutong.model.start.opening import Opening
from wutong.model.start.projects import initial_anchors, initial_projects
from wutong.model.tables import Park

UNLIMITED = 1e12  # m2 of the projects' own plants
DEMAND_SCALE = 5.0  # mean initial revenues


@compiled
def begin(given: Given, p: Parameters, opening: Opening, park: Park, record: Record) -> None:
    """Fill empty tables with the park at the end of the start quarter.  No policy acts before the first quarter."""
    park.world[0].key, park.world[0].quarter, park.world[0].released = opening.key[0], given.start, 0.0
    for s in range(given.n_segments):
        cell = park.cells[s]
        cell.key, cell.head, cell.pool, cell.drift = opening.segment[s].key, given.segment[s].productivity, 1.0, 1.0
    initial_firms(given, p.newcomers[0], opening, park)
    initial_anchors(given, p.attraction[0], opening, park)
    initial_projects(given, p.anchors[0], p.newcomers[0], opening, park)
    initial_labs(given, p.knowledge[0], opening, park)
    initial_floor(given, p.site[0], opening, park)
    first_orders(given, p, park)
    first_reviews(given, p, park)
    generic_entry(given, p, opening, park)
    record_money(given, park, record)
    record_stocks(given.start, given, park, record)


@compiled
def initial_floor(given: Given, p: Any, opening: Opening, park: Park) -> None:
    """Floor space is what is in use by occupancy, or what is known, and never less than what is in use."""
    occupy(given.segment, park.firms, park.zones)
    for z in range(given.n_zones):
        zone = park.zones[z]
        zone.floor = UNLIMITED
        if z < given.n_zones - 1:
            known = opening.zone[z].floor
            zone.floor = zone.occupied / opening.zone[z].occupancy if np.isnan(known) else max(known, zone.occupied)
        used = zone.occupied / zone.floor if zone.floor > 0.0 else 0.0
        zone.rent, zone.rent_start = 1.0, rent_index(used, p)


@compiled
def first_orders(given: Given, p: Parameters, park: Park) -> None:
    """Outside demand is revenue less the orders of one pass of the orders rule, which also gives the local gap."""
    n = given.n_segments
    place_orders(given, p.orders[0], np.ones(n), park)
    revenue, count = np.zeros(n), np.zeros(n)
    for i in range(park.firms.n[0]):
        firm = park.firms.row[i]
        firm.orders = min(firm.orders, firm.revenue)
        firm.outside_demand = firm.revenue - firm.orders
        revenue[firm.segment] += firm.revenue
        count[firm.segment] += 1.0
    for s in range(n):
        cell = park.cells[s]
        usual = given.segment[s].productivity * p.newcomers[0].entrant_staff_mean
        cell.unmet_start, cell.inputs_start, cell.knowledge_start = cell.unmet, cell.inputs, cell.knowledge
        cell.demand_scale = DEMAND_SCALE * max(revenue[s] / max(count[s], 1.0), usual)


@compiled
def first_reviews(given: Given, p: Parameters, park: Park) -> None:
    """Rates by age and size that firms review once a year, drawn up for all of them."""
    for i in range(park.firms.n[0]):
        firm = park.firms.row[i]
        firm.momentum = momentum(given.start, firm, p.growth[0], 0.0)
        firm.exit_rate = hazard(given.start, firm, p.exit[0])
        firm.spin_off_rate = yearly_rate(firm, p.spin_off[0])


@compiled
def generic_entry(given: Given, p: Parameters, opening: Opening, park: Park) -> None:
    """Generic entry at the start: entrants seen a year, less those that follow, are recruited or spun off: else counted twice."""
    own = expected_followers(given, p.attraction[0], park)
    spun_off = expected_spin_offs(given, p.spin_off[0], park)
    accepted = p.anchors[0].candidate_rate * acceptance_prob(0.0, p.anchors[0])
    before = 0.0
    for s in range(given.n_segments):
        own[s] += accepted * (given.recruit_weight[s] - before)
        before = given.recruit_weight[s]
        if not given.segment[s].through_funnel:
            own[s] += spun_off[s]
        park.cells[s].entry_base = max(opening.segment[s].entry - own[s], 0.0)


@compiled
def expected_followers(given: Given, p: Any, park: Park) -> Any:
    """Partners expected to land in the first year, of shape (n_segments,) [firms/year]."""
    expected = np.zeros(given.n_segments)
    for k in range(park.partners.n[0]):
        partner = park.partners.row[k]
        rate = p.anyway_rate + pull(park.anchors.row[partner.anchor], p, 1.0, 1.0)
        expected[partner.segment] += (1.0 - exp(-rate)) * landing_prob(given.segment[partner.segment].office, 0.0, p)
    return expected


@compiled
def expected_spin_offs(given: Given, p: Any, park: Park) -> Any:
    """Spin-offs of firms and labs expected to stay, by the child's segment, of shape (n_segments,) [firms/year]."""
    expected = np.zeros(given.n_segments)
    for i in range(park.firms.n[0]):
        firm, segment = park.firms.row[i], given.segment[park.firms.row[i].segment]
        expected[segment.spin_off_segment] += exposure(firm, segment.branch_plant, p) * p.stay_share
    for k in range(park.labs.n[0]):
        rate = lab_rate(park.labs.row[k], lab_budget(given.start, park.labs, k, 0.0), given.lab_university[k], p)
        for s in range(given.n_segments):
            expected[s] += rate * given.lab_fields[k, s]
    return expected
