"""Attraction: partners follow their anchor, other firms enter where a segment draws them.  ODD 7.2

Follow-the-anchor: a tied partner has a fixed resistance and signs, somewhere in the city, once its anchor's summed pull
exceeds it; whether it lands in this park is a second, keyed question, which money can move.  Generic entry: a Poisson number
of entrants per world and segment, with the mean of a nested logit normalised on the entries seen at the start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from wutong.model import keyed
from wutong.model.codes import Channel, Stage
from wutong.model.compiled import compiled
from wutong.model.draws import Purpose
from wutong.model.facts import Floats, Mask, Shape, Tag, parameter
from wutong.model.given import Given, Levers, Record, calendar_row
from wutong.model.maths import exp, log, power
from wutong.model.newcomers import arrive
from wutong.model.tables import NONE, Park, Table
from wutong.model.units import STEP_YEARS


# ── Parameters ───────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Attraction:
    laptop_partners: Floats = parameter(
        110.0, unit="firms", low=60.0, high=220.0, shape=Shape.LOG_UNIFORM, tag=Tag.COMPUTED,
        en="Tied partners of a laptop maker, in the whole city", zh="每家笔电龙头的关联配套企业数（全市）",
        source="768 signed with nine laptop makers by June 2013, others still to come",
    )  # fmt: skip
    lead_rate: Floats = parameter(
        0.1, unit="1/year", low=0.02, high=0.5, shape=Shape.LOG_UNIFORM, tag=Tag.COMPUTED,
        en="Rate at which partners sign of their own accord", zh="配套企业自主跟进率",
        source="calibrated to the laptop episode 2010-13; bounds: design choice",
    )  # fmt: skip
    follow_rate: Floats = parameter(
        1.0, unit="1/year", low=0.0, high=4.0, shape=Shape.UNIFORM, tag=Tag.COMPUTED,
        en="Rate at which partners follow those that signed", zh="配套企业相互跟随率",
        source="calibrated to the laptop episode 2010-13; bounds: design choice",
    )  # fmt: skip
    signed_pull: Floats = parameter(
        0.7, unit="1", low=0.3, high=1.0, en="Pull of a signed anchor relative to a started one", zh="签约龙头的牵引力",
        source="suppliers sign on announced capacity; size assumed",
    )  # fmt: skip
    anyway_rate: Floats = parameter(
        0.01, unit="1/year", low=0.0, high=0.04, en="Partners that would come anyway", zh="自发到来率", source="design choice"
    )
    landing_hardware: Floats = parameter(
        0.20, unit="share", low=0.1, high=0.4, en="Partners that land in this park, hardware", zh="硬件配套落园比例",
        source="160 firms in Xiyong of about 768 signed in the city", tag=Tag.COMPUTED,
    )  # fmt: skip
    landing_software: Floats = parameter(
        0.6, unit="share", low=0.3, high=0.9, en="Partners that land in this park, software and services",
        zh="软件与服务落园比例", source="design choice",
    )  # fmt: skip
    support_weight: Floats = parameter(
        0.9, unit="1", low=0.2, high=2.9, null_prob=0.2, en="Weight of support", zh="对扶持的敏感度", tag=Tag.COMPUTED,
        source="Bartik 2018 (but-for 2-25 %), Criscuolo et al. 2019 (0.68-0.95)",
    )  # fmt: skip
    demand_weight: Floats = parameter(
        0.15, unit="1", low=0.0, high=0.3, en="Weight of unmet local demand", zh="本地缺口权重", source="design choice"
    )
    inputs_weight: Floats = parameter(
        0.10, unit="1", low=0.0, high=0.2, en="Weight of local suppliers", zh="本地配套权重", source="design choice"
    )
    knowledge_weight: Floats = parameter(
        0.05, unit="1", low=0.0, high=0.1, en="Weight of knowledge", zh="知识权重", source="design choice"
    )
    local_weight: Floats = parameter(
        1.0, unit="1", low=0.3, high=1.0, en="Weight of local conditions together", zh="本地条件总权重", source="design choice"
    )
    rent_elasticity: Floats = parameter(
        0.0, unit="1", low=0.0, high=0.8, null_prob=0.2, en="Elasticity of entry to rent", zh="租金弹性",
        source="0 under county fixed effects, 0.81 without (Figueiredo et al. 2002)", tag=Tag.MEMORY,
    )  # fmt: skip
    rival_share: Floats = parameter(
        0.04, unit="share", low=0.01, high=0.15, en="This park's share of its rivals' entries", zh="本园在竞争园区中的份额",
        source="design choice",
    )  # fmt: skip
    creation_share: Floats = parameter(
        0.6, unit="share", low=0.2, high=1.0, en="Entrants not taken from elsewhere", zh="净新增份额", source="design choice"
    )
    copying: Floats = parameter(
        0.5, unit="share", low=0.0, high=1.0, en="How far rivals copy a policy", zh="竞争园区跟进程度",
        source="Head, Ries & Swenson: subsidies largely cancel; size assumed",
    )  # fmt: skip


INPUTS_SCALE = 5.0
KNOWLEDGE_SCALE = 5.0
MULTIPLIER_LIMIT = 0.4


# ── The rule ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def admissible(p: Any) -> Mask:
    """Draws whose feedback from entry to entry stays away from explosion, of shape (n_worlds,).

    The long-run multiplier is 1 / (1 - feedback).
    """
    feedback = p.local_weight * (p.demand_weight + p.inputs_weight) + p.knowledge_weight
    return np.asarray(feedback[:, 0] <= MULTIPLIER_LIMIT)


@compiled
def attract(t: int, given: Given, p: Any, levers: Levers, park: Park, record: Record) -> None:
    """Tied partners follow their anchors, and of other firms a Poisson number enters every segment."""
    for a in range(park.anchors.n[0]):
        anchor = park.anchors.row[a]
        anchor.pull = pull(anchor, p, levers.park[0].lead, levers.park[0].follow)
        anchor.exposure += STEP_YEARS * (p.anyway_rate + anchor.pull)
    follow(given.segment, p, levers.segment, park.anchors, park.partners, park.arrivals, record.segment)
    year = calendar_row(given, t)
    for s in range(given.n_segments):
        cell = park.cells[s]
        pool, rent = cell.pool * given.pool_factor[year, s], rent_of(given.houses[s], park.zones)
        here, rivals = entry_rates(cell, pool, rent, levers.segment[s], p)
        record.segment[s].rivals_entrants += STEP_YEARS * rivals
        for k in range(keyed.poisson(cell.key, Purpose.ENTRY, t, STEP_YEARS * here)):
            arrive(park.arrivals, keyed.newborn(cell.key, Purpose.ENTRANT, t, k), s, Channel.ATTRACTED, NONE, NONE, NONE)


@compiled
def pull(anchor: Any, p: Any, lead: float, follow: float) -> float:
    """Hazard of signing that an anchor adds for its partners still outside [1/year]; 0 before it signs and after it closes."""
    if anchor.stage in (Stage.PLANNED, Stage.CLOSED):
        return 0.0
    reach = p.signed_pull if anchor.stage == Stage.SIGNED else 1.0
    signed_share = anchor.partners_signed / max(anchor.partners, 1)
    return p.lead_rate * lead * reach + p.follow_rate * follow * signed_share


@compiled
def follow(segments: Any, p: Any, levers: Any, anchors: Table, partners: Table, arrivals: Table, cells: Any) -> None:
    """A partner signs, somewhere in the city, once its anchor's summed pull exceeds its resistance.

    Resistance is drawn once, from Exp(1): a partner that signs when its exposure, the hazard summed over time, passes it has
    exactly that hazard, and a stronger pull can only bring the same partners earlier.
    """
    outside = 0
    for k in range(partners.n[0]):
        partner = partners.row[k]
        anchor = anchors.row[partner.anchor]
        if partner.resistance > anchor.exposure:
            if outside < k:
                partners.row[outside] = partners.row[k]
            outside += 1
            continue
        anchor.partners_signed += 1
        s, support = partner.segment, levers[partner.segment].support
        lands, comes = keyed.pair(partner.key, Purpose.LANDING, 0)
        if lands >= landing_prob(segments[s].office, support, p):
            cells[s].landed_next_door += 1.0
        elif comes * (p.anyway_rate + anchor.pull) < anchor.pull:
            arrive(arrivals, partner.key, s, Channel.FOLLOWED, partner.anchor, NONE, anchor.firm)
        else:  # it would have come anyway, and nobody brought it
            arrive(arrivals, partner.key, s, Channel.FOLLOWED, NONE, NONE, NONE)
    partners.n[0] = outside


@compiled
def landing_prob(office: bool, support: float, p: Any) -> float:
    """Chance that a signing partner lands in this park."""
    usual = p.landing_software if office else p.landing_hardware
    return min(1.0, usual * exp(p.support_weight * support))


@compiled
def entry_rates(cell: Any, pool: float, rent: float, lever: Any, p: Any) -> tuple[float, float]:
    """Generic entrants expected here, and in the rival parks by those that are taken from them [firms/year].

    The mean of a nested logit, normalised on the entrants of the start: at creation share 1 every entrant is new; near 0 the
    parks share a fixed number of them.
    """
    value = exp(value_of_entry(cell, rent, lever.support, p))
    copied = exp(p.copying * p.support_weight * lever.support)
    together = (1.0 - p.rival_share) * copied + p.rival_share * value  # value of all parks together
    taken = power(together, p.creation_share - 1.0)
    here = cell.entry_base * lever.entry * pool * value * taken
    return here, cell.entry_base * pool * ((1.0 - p.rival_share) / p.rival_share) * copied * taken


@compiled
def rent_of(houses: Any, zones: Any) -> float:
    """Rent that an entrant meets: the mean over the zones that house it, that of the start where none does [1]."""
    rent, n = 0.0, 0
    for z in range(len(zones) - 1):
        if houses[z]:
            rent += zones[z].rent
            n += 1
    return rent / n if n > 0 else 1.0


@compiled
def value_of_entry(cell: Any, rent: float, support: float, p: Any) -> float:
    """Value of a site here to an entrant relative to the start [1]."""
    unmet = log((cell.unmet + cell.demand_scale) / (cell.unmet_start + cell.demand_scale))
    inputs = log((cell.inputs + INPUTS_SCALE) / (cell.inputs_start + INPUTS_SCALE))
    knowledge = log((cell.knowledge + KNOWLEDGE_SCALE) / (cell.knowledge_start + KNOWLEDGE_SCALE))
    local = p.local_weight * (p.demand_weight * unmet + p.inputs_weight * inputs) + p.knowledge_weight * knowledge
    return local - p.rent_elasticity * log(rent) + p.support_weight * support
