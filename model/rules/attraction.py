"""Attraction: partners follow their anchor, other firms enter where a segment draws them.  ODD 7.2

Follow-the-anchor: a tied partner has a fixed resistance and signs, somewhere in the city, once its anchor's summed pull
exceeds it; whether it lands in this park is a second, keyed question, which money can move.  Generic entry: a Poisson number
of entrants per world and segment, with the mean of a nested logit normalised on the entries seen at the start.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from wutong.model.base import Base
from wutong.model.contract import Arrivals, Change, Rule, arrivals
from wutong.model.draws import Draws, Purpose
from wutong.model.entities import NONE, Anchors, Cells, Channel, Partners, Stage, rows
from wutong.model.facts import Floats, Ints, Mask, Shape, Tag, parameter
from wutong.model.newcomers import by_world
from wutong.model.state import ParkState
from wutong.model.units import QUARTERS_PER_YEAR, STEP_YEARS


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
    pool_spread: Floats = parameter(
        0.25, unit="1", low=0.1, high=0.4, en="Yearly spread of the outside pool (sd of log)", zh="外部企业池波动",
        source="design choice",
    )  # fmt: skip


INPUTS_SCALE = 5.0
KNOWLEDGE_SCALE = 5.0
MULTIPLIER_LIMIT = 0.4
TREND_YEARS = 5


# ── Kernels ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def admissible(p: Attraction) -> Mask:
    """Worlds whose feedback from entry to entry stays away from explosion, of shape (n_worlds,).

    The long-run multiplier is 1 / (1 - feedback).
    """
    feedback = p.local_weight * (p.demand_weight + p.inputs_weight) + p.knowledge_weight
    return np.asarray(feedback[:, 0] <= MULTIPLIER_LIMIT)


def pull(anchors: Anchors, lead: Floats, follow: Floats, signed_pull: Floats) -> Floats:
    """Hazard of signing that an anchor adds for its partners still outside, of shape (n_anchors,) [1/year].

    Zero before it signs and after it closes.

    Parameters
    ----------
    lead, follow, signed_pull : of shape (n_anchors,)
        Rate of partners that decide alone [1/year], that follow others [1/year], and the pull of a signed anchor [1].
    """
    active = (anchors.stage > Stage.PLANNED) & (anchors.stage < Stage.CLOSED)
    reach = np.where(anchors.stage == Stage.SIGNED, signed_pull, 1.0)
    signed_share = anchors.partners_signed / np.maximum(anchors.partners, 1)
    return active * (lead * reach + follow * signed_share)


def signing(resistance: Floats, exposure: Floats) -> Mask:
    """Partners that sign this quarter, of shape (n_partners,).

    Resistance is drawn once, from Exp(1).  A partner that signs when its exposure, the hazard summed over time, passes it has
    exactly that hazard: one draw serves its whole life, and a stronger pull can only bring the same partners earlier.
    """
    return resistance <= exposure


def landing_prob(office: Mask, support: Floats, p: Attraction) -> Floats:
    """Chance that a signing partner lands in this park, of shape (n_worlds, n_segments)."""
    usual = np.where(office, p.landing_software, p.landing_hardware)
    return np.asarray(np.minimum(1.0, usual * np.exp(p.support_weight * support)))


def value_of_entry(cells: Cells, rent: Floats, support: Floats, p: Attraction) -> Floats:
    """Value of a site here to an entrant relative to the start, of shape (n_worlds, n_segments) [1]."""
    unmet = np.log((cells.unmet + cells.demand_scale) / (cells.unmet_start + cells.demand_scale))
    inputs = np.log((cells.inputs + INPUTS_SCALE) / (cells.inputs_start + INPUTS_SCALE))
    knowledge = np.log((cells.knowledge + KNOWLEDGE_SCALE) / (cells.knowledge_start + KNOWLEDGE_SCALE))
    return (
        p.local_weight * (p.demand_weight * unmet + p.inputs_weight * inputs)
        + p.knowledge_weight * knowledge
        - p.rent_elasticity * np.log(rent)
        + p.support_weight * support
    )


def rivals_value(value: Floats, support: Floats, p: Attraction) -> Floats:
    """Value of all parks together to an entrant, relative to the start, of shape (n_worlds, n_segments) [1]."""
    copied = np.exp(p.copying * p.support_weight * support)
    return (1.0 - p.rival_share) * copied + p.rival_share * np.exp(value)


def entry_rate(cells: Cells, value: Floats, together: Floats, factor: Floats, p: Attraction) -> Floats:
    """Expected generic entrants, of shape (n_worlds, n_segments) [firms/year].

    Nested logit: at creation share 1 every entrant is new; near 0 the parks share a fixed number of them.
    """
    return cells.entry_base * factor * cells.pool * np.exp(value) * together ** (p.creation_share - 1.0)


def rivals_entry_rate(cells: Cells, support: Floats, together: Floats, p: Attraction) -> Floats:
    """Expected entrants of the rival parks, of shape (n_worlds, n_segments) [firms/year]: for the displaced entrants."""
    copied = np.exp(p.copying * p.support_weight * support)
    scale = (1.0 - p.rival_share) / p.rival_share
    return cells.entry_base * cells.pool * scale * copied * together ** (p.creation_share - 1.0)


def outside_pool(base: Base, normal: Floats, spread: Floats, quarter: int) -> Floats:
    """Firms looking for a site relative to the start, of shape (n_worlds, n_segments) [1]: a trend, and a shock for a year."""
    years = min((quarter - base.start) / QUARTERS_PER_YEAR, TREND_YEARS)
    return np.exp(base.pool_trend * years + spread * normal - 0.5 * spread * spread)


# ── Wiring ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def apply(state: ParkState, p: Attraction, draws: Draws) -> Change:
    base, levers, anchors = state.base, state.levers, state.anchors
    lead = by_world(p.lead_rate * levers.lead, anchors.world)
    follow = by_world(p.follow_rate * levers.follow, anchors.world)
    pulled = pull(anchors, lead, follow, by_world(p.signed_pull, anchors.world))
    anyway = by_world(p.anyway_rate, anchors.world)
    exposure = anchors.exposure + STEP_YEARS * (anyway + pulled)

    row = state.anchor_rows(state.partners.cell // base.n_segments, state.partners.anchor)
    signs = signing(state.partners.resistance, exposure.take(row))
    signed = np.flatnonzero(signs)
    partners_signed = anchors.partners_signed + np.bincount(row[signed], minlength=len(anchors.key))
    outside = state.partners if not len(signed) else rows(state.partners, np.flatnonzero(~signs))
    brought_share = np.divide(pulled, anyway + pulled, out=np.zeros(len(pulled)), where=anyway + pulled > 0.0)
    followers = _landed(state, rows(state.partners, signed), brought_share[row[signed]], p)

    pool = _pool(state, p, draws)
    cells = dataclasses.replace(state.cells, pool=pool * base.pool_factor[base.year(draws.quarter)])
    rent = _rent(state)
    value = value_of_entry(cells, rent, levers.support, p)
    together = rivals_value(value, levers.support, p)
    rate = entry_rate(cells, value, together, levers.entry, p)
    counts = draws.poisson(cells.key, Purpose.ENTRY, STEP_YEARS * rate)
    entrants = arrivals(*draws.newborn_keys(cells.key, Purpose.ENTRANT, counts), Channel.ATTRACTED)
    return Change(
        columns={"anchors.exposure": exposure, "anchors.partners_signed": partners_signed, "cells.pool": pool},
        tables={"partners": outside},
        arrivals=(followers, entrants),
        flows={
            "landed_next_door": state.count_by_cell(state.partners.cell[signed]) - state.count_by_cell(followers.cell),
            "rivals_entrants": STEP_YEARS * rivals_entry_rate(cells, levers.support, together, p),
        },
    )


def _landed(state: ParkState, signed: Partners, brought_share: Floats, p: Attraction) -> Arrivals:
    """Partners that sign and land here; those that would have come anyway are brought by nobody."""
    prob = np.broadcast_to(landing_prob(state.base.office, state.levers.support, p), state.shape).ravel()
    lands, comes = Draws(0).pair(signed.key, Purpose.LANDING)
    landed = np.flatnonzero(lands < prob[signed.cell])
    signed = rows(signed, landed)
    brought = comes[landed] < brought_share[landed]
    row = state.anchor_rows(signed.cell // state.base.n_segments, signed.anchor)
    customer = np.where(brought, state.anchors.firm[row], NONE)
    return arrivals(signed.key, signed.cell, Channel.FOLLOWED, np.where(brought, signed.anchor, NONE), customer)


def _rent(state: ParkState) -> Floats:
    """Rent that an entrant of each segment meets: the mean over its zones, of shape (n_worlds, n_segments)."""
    houses = state.base.houses[:, :-1].astype(np.float64)
    share = houses / np.maximum(houses.sum(axis=1, keepdims=True), 1.0)
    return np.asarray((state.zones.rent[:, None, :-1] * share[None]).sum(axis=2))


def _pool(state: ParkState, p: Attraction, draws: Draws) -> Floats:
    """The pool of this quarter: its trend moves every quarter, its shock is drawn every fourth and holds until the next."""
    drawn = draws.quarter - (draws.quarter - state.base.start - 1) % QUARTERS_PER_YEAR
    by_industry = state.cells.key[:, _first_of_industry(state.base)]
    return outside_pool(state.base, Draws(drawn).normal(by_industry, Purpose.POOL_SHOCK), p.pool_spread, draws.quarter)


def _first_of_industry(base: Base) -> Ints:
    """First segment of each segment's industry, of shape (n_segments,): the industry's address."""
    return np.array([int(np.flatnonzero(base.industry == i)[0]) for i in base.industry])


RULE = Rule(
    "attraction",
    Attraction,
    frozenset({"anchors.exposure", "anchors.partners_signed", "cells.pool", "partners"}),
    apply,
    admissible,
)
