"""Attraction: partners follow their anchor, others come for the place (docs/ODD.md, section 7.2)."""

from __future__ import annotations

from tests.twin.outside import shock
from tests.twin.park import STEP, Anchor, Arrival, Park, Partner, Segment
from wutong.model.codes import Channel, Stage
from wutong.model.draws import Purpose
from wutong.model.keyed import newborn, pair, poisson
from wutong.model.maths import exp, log, power


def run(park: Park) -> None:
    for anchor in park.anchors:
        follow(park, anchor)
    for segment in park.segments:
        attract(park, segment)


# ── Partners ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def follow(park: Park, anchor: Anchor) -> None:
    """Partners of an anchor whose resistance its pull has passed."""
    anyway = park.parameters["attraction"].anyway_rate
    anchor.pull = pull_of(park, anchor)
    anchor.exposure += STEP * (anyway + anchor.pull)
    signing = [partner for partner in anchor.outside if anchor.exposure >= partner.resistance]
    anchor.outside = [partner for partner in anchor.outside if anchor.exposure < partner.resistance]
    anchor.partners_signed += len(signing)
    for partner in signing:
        land(park, anchor, partner)


def pull_of(park: Park, anchor: Anchor) -> float:
    p, stage = park.parameters["attraction"], anchor.stage
    if stage not in (Stage.SIGNED, Stage.STARTED, Stage.OPERATING):
        return 0.0
    strength = p.signed_pull if stage == Stage.SIGNED else 1.0
    share = anchor.partners_signed / max(anchor.partners_in_all, 1)
    return float(p.lead_rate * park.policy.lead * strength + p.follow_rate * park.policy.follow * share)


def land(park: Park, anchor: Anchor, partner: Partner) -> None:
    """A partner that signs lands in this park or next door."""
    p, segment = park.parameters["attraction"], partner.segment
    landing = p.landing_software if segment.facts.office else p.landing_hardware
    lands, brought = pair(partner.key, Purpose.LANDING, 0)
    if lands >= min(1.0, landing * exp(p.support_weight * segment.policy.support)):
        park.book.note("landed_next_door", segment.number)
        return
    arrival = Arrival(partner.key, segment, Channel.FOLLOWED)
    if brought * (p.anyway_rate + anchor.pull) < anchor.pull:
        arrival.anchor, arrival.round, arrival.customer = anchor, 1, anchor.firm
    park.arrivals.append(arrival)


# ── Generic entry ────────────────────────────────────────────────────────────────────────────────────────────────────
def attract(park: Park, segment: Segment) -> None:
    """Entrants that come for what a segment offers, and those of the rivals."""
    p, t = park.parameters["attraction"], park.quarter
    promised = p.support_weight * segment.policy.support
    value = local_value(park, segment) - p.rent_elasticity * log(rent_of(park, segment)) + promised
    copied = p.copying * promised
    park_and_rivals = (1.0 - p.rival_share) * exp(copied) + p.rival_share * exp(value)
    common = (
        segment.entry_base
        * segment.pool
        * shock(park, park.given.pool_factor, segment)
        * power(park_and_rivals, p.creation_share - 1.0)
    )
    rate = common * segment.policy.entry * exp(value)
    rivals = common * (1.0 - p.rival_share) / p.rival_share * exp(copied)
    park.book.note("rivals_entrants", segment.number, STEP * rivals)
    for n in range(poisson(segment.key, Purpose.ENTRY, t, STEP * rate)):
        park.arrivals.append(Arrival(newborn(segment.key, Purpose.ENTRANT, t, n), segment, Channel.ATTRACTED))


def local_value(park: Park, segment: Segment) -> float:
    """What unmet demand, suppliers and knowledge make of a segment, compared with the start."""
    p, scale = park.parameters["attraction"], segment.demand_scale
    missing = log((segment.unmet + scale) / (segment.unmet_start + scale))
    suppliers = log((segment.inputs + 5.0) / (segment.inputs_start + 5.0))
    knowledge = log((segment.knowledge + 5.0) / (segment.knowledge_start + 5.0))
    local = p.local_weight * (p.demand_weight * missing + p.inputs_weight * suppliers)
    return float(local + p.knowledge_weight * knowledge)


def rent_of(park: Park, segment: Segment) -> float:
    """Mean rent over the zones that house a segment."""
    rents = [zone.rent for zone in park.zones if not zone.own_plants and park.given.houses[segment.number, zone.number]]
    return sum(rents) / len(rents) if rents else 1.0
