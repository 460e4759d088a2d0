"""Settlement: who opens, who signs, who leaves (docs/ODD.md, section 3.3)."""

from __future__ import annotations

from math import ceil, floor

from tests.twin.drawing import choice, entrant, opened_plant, signed_project
from tests.twin.park import Anchor, Arrival, Newcomer, Park, Partner, Zone
from wutong.model.codes import Channel, Fate, Stage
from wutong.model.draws import Purpose
from wutong.model.keyed import bits, newborn, pair, uniform
from wutong.model.maths import log
from wutong.model.units import NEVER

OWN_PLANT = 5.0  # contract from which a project builds for itself
FOUNDERS = 3.0
MEASURE_OF = {
    Channel.SCHEDULED: "entrants_scheduled",
    Channel.RECRUITED: "entrants_recruited",
    Channel.FOLLOWED: "entrants_followed",
    Channel.LAB_SPIN_OFF: "entrants_lab_spin_off",
    Channel.FIRM_SPIN_OFF: "entrants_firm_spin_off",
    Channel.ATTRACTED: "entrants_attracted",
}


def run(park: Park) -> None:
    asking = who_asks(park)
    admitted = admit(park, asking)
    leave(park)
    open_firms(park, admitted)
    park.projects = [project for project in park.projects if project.fate == Fate.PENDING]
    for arrival in park.arrivals:
        if signs(arrival):
            sign(park, arrival)
    for zone in park.zones:
        zone.occupied = sum(firm.floor for firm in park.firms if firm.zone is zone)


def signs(arrival: Arrival) -> bool:
    """Whether an arrival signs a project; the others open at once."""
    if arrival.channel in (Channel.FOLLOWED, Channel.ATTRACTED):
        return bool(arrival.segment.facts.through_funnel)
    return arrival.channel == Channel.RECRUITED


def who_asks(park: Park) -> list[Newcomer]:
    """Plants that open, then entrants."""
    asking = []
    for project, customer in park.openings:
        if project.fate == Fate.OPENED:
            own = project.leads is not None or project.investment >= OWN_PLANT
            asking.append(Newcomer(opened_plant(park, project, customer), own))
    entrants = [arrival for arrival in park.arrivals if not signs(arrival)]
    return asking + [Newcomer(entrant(park, arrival), False, arrival.parent) for arrival in entrants]


# ── Floor space ──────────────────────────────────────────────────────────────────────────────────────────────────────
def admit(park: Park, asking: list[Newcomer]) -> list[Newcomer]:
    """Those who find room, in the order of their queues."""
    free = {zone: free_floor(park, zone) for zone in park.zones}
    for newcomer in asking:
        newcomer.firm.zone = park.zones[-1] if newcomer.own_plant else chosen_zone(park, newcomer, free)
    left = {zone: floor(amount) for zone, amount in free.items()}
    admitted = []
    for newcomer in sorted(asking, key=lambda one: (one.firm.channel, bits(one.firm.key, Purpose.TIE_BREAK, park.quarter))):
        firm, area = newcomer.firm, ceil(newcomer.firm.floor)
        if firm.zone is None or (not newcomer.own_plant and area > left[firm.zone]):
            park.book.note("turned_away", firm.segment.number)
            continue
        if not newcomer.own_plant:
            left[firm.zone] -= area
        admitted.append(newcomer)
    return admitted


def free_floor(park: Park, zone: Zone) -> float:
    """Floor of a zone that nobody uses once the dead have left."""
    return max(zone.floor - sum(firm.floor for firm in park.firms if firm.zone is zone and not firm.dies), 0.0)


def chosen_zone(park: Park, newcomer: Newcomer, free: dict[Zone, float]) -> Zone | None:
    """A zone that houses the newcomer, in proportion to its free floor; none where there is none."""
    houses = park.given.houses[newcomer.firm.segment.number]
    zones = [zone for zone in park.zones if houses[zone.number] and not zone.own_plants]
    weights = [free[zone] for zone in zones]
    if sum(weights) <= 0.0:
        return None
    return zones[choice(uniform(newcomer.firm.key, Purpose.ZONE, park.quarter), weights)]


# ── Rows and links ───────────────────────────────────────────────────────────────────────────────────────────────────
def leave(park: Park) -> None:
    """The dead leave, and their customers' links with them."""
    park.released = sum(firm.employees for firm in park.firms if firm.dies)
    for firm in park.firms:
        if firm.dies:
            park.book.note("exits", firm.segment.number)
            if firm.leads is not None:
                firm.leads.firm = None
    park.firms = [firm for firm in park.firms if not firm.dies]


def open_firms(park: Park, admitted: list[Newcomer]) -> None:
    """The admitted open; an anchor that opens becomes the customer of its first round."""
    for newcomer in admitted:
        firm = newcomer.firm
        park.firms.append(firm)
        park.released -= firm.employees
        park.book.note(MEASURE_OF[Channel(firm.channel)], firm.segment.number)
        if newcomer.parent is not None:
            newcomer.parent.employees -= min(FOUNDERS, 0.5 * newcomer.parent.employees)
        note_lineage(park, newcomer)
        if firm.leads is not None:
            firm.leads.firm, firm.leads.project = firm, None
    for firm in park.firms:
        if firm.customer is not None and firm.customer.dies:
            firm.customer, firm.customer_lost = None, park.quarter
    for newcomer in admitted:
        if newcomer.firm.leads is not None:
            for firm in park.firms:
                if firm.anchor is newcomer.firm.leads and firm.round == 1 and firm.customer is None:
                    firm.customer = newcomer.firm


def note_lineage(park: Park, newcomer: Newcomer) -> None:
    """By whom an opening was brought."""
    firm = newcomer.firm
    if firm.anchor is not None:
        measure = "opened_followers" if firm.channel == Channel.FOLLOWED else "opened_spin_offs"
        park.book.note(measure, row_of(park, firm.anchor))
    if firm.lab is not None:
        park.book.note("lab_opened_spin_offs", firm.lab.number)


def row_of(park: Park, anchor: Anchor) -> int:
    """Row of an anchor in the measures: its name, or the last for those without one."""
    return anchor.name if anchor.name >= 0 else park.given.n_anchors


# ── Signatures ───────────────────────────────────────────────────────────────────────────────────────────────────────
def sign(park: Park, arrival: Arrival) -> None:
    """An arrival signs its project; a recruited anchor ties its partners."""
    project = signed_project(park, arrival)
    if arrival.channel == Channel.RECRUITED:
        project.leads = new_anchor(park, arrival, project.investment)
        project.leads.project = project
    park.projects.append(project)
    park.book.note("signed_projects", project.segment.number)
    park.book.note("signed_investment", project.segment.number, project.investment)


def new_anchor(park: Park, arrival: Arrival, investment: float) -> Anchor:
    kind = arrival.segment.facts.partner_kind
    count = round(float(park.given.kind_partners[kind])) if kind >= 0 else 0
    place = len(park.anchors), arrival.key, arrival.segment
    anchor = Anchor(*place, -1, kind, park.quarter, NEVER, Stage.SIGNED, 0.0, count, 0, investment)
    for n in range(count):
        key = newborn(arrival.key, Purpose.PARTNERS, 0, n)
        which, resists = pair(key, Purpose.RESISTANCE, 0)
        summed = park.given.kind_shares[kind]
        segment = park.segments[next(i for i, share in enumerate(summed) if share > which * summed[-1])]
        anchor.outside.append(Partner(key, segment, -log(1.0 - resists)))
    park.anchors.append(anchor)
    return anchor
