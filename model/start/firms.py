"""Firms of the start: the real anchors first, the rest lognormal in size, so that totals of staff and revenue are met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wutong.model.base import Base, draw, uniforms_of
from wutong.model.draws import Draws, Purpose, child, named, ranges
from wutong.model.entities import NONE, Channel, Firms, Groups, group
from wutong.model.facts import Floats, Ints, Keys
from wutong.model.newcomers import by_world, lognormal, named_buyers, pick, productivity
from wutong.model.scenario import Park, Status
from wutong.model.start.totals import Totals
from wutong.model.units import QUARTERS_PER_YEAR

AGE_SHARES = np.cumsum([0.494, 0.329, 0.177])  # under 5, 5 to 10, over 10 years (SAIC 2013)
AGE_LIMITS = np.array([0.0, 5.0, 10.0, 20.0])
NAMES_BUYER = 0.7  # of the initial parts firms
OLD_ANCHOR = 40  # quarters, where no date was seen


@dataclass(frozen=True)
class Draft:
    """Rows of initial firms before their orders are known, of shape (n_firms,)."""

    key: Keys
    cell: Ints
    zone: Ints
    leads: Ints
    born: Ints
    employees: Floats
    revenue: Floats


def initial_firms(parks: Sequence[Park], base: Base, keys: Keys, cell_keys: Keys, totals: Totals) -> Draft:
    """Anchors that operate and the other firms of every cell, in order of their site."""
    anchors = _anchor_rows(parks, base, keys, totals)
    others = _other_rows(base, cell_keys, totals, anchors, zone_shares(parks, keys, base))
    joined = [np.concatenate([getattr(anchors, n), getattr(others, n)]) for n in Draft.__dataclass_fields__]
    draft = Draft(*joined)
    order = np.argsort(draft.cell * base.n_zones + draft.zone, kind="stable")
    return Draft(*(getattr(draft, n)[order] for n in Draft.__dataclass_fields__))


def _anchor_rows(parks: Sequence[Park], base: Base, keys: Keys, totals: Totals) -> Draft:
    park = parks[0]
    names = [s.key for s in park.segments]
    slots = [n for n, a in enumerate(park.anchors) if a.status is Status.OPERATING]
    segment = np.array([names.index(park.anchors[n].segment) for n in slots], np.int64)
    opens = [park.anchors[n].opens or base.start - OLD_ANCHOR for n in slots]
    shape = (base.n_worlds, len(slots))
    world = np.repeat(np.arange(base.n_worlds), len(slots))
    anchor_keys = [named(keys, f"anchor.{park.anchors[n].key}") for n in slots]
    return Draft(
        key=np.stack(anchor_keys, axis=1).ravel() if slots else np.zeros(0, np.uint64),
        cell=world * base.n_segments + np.broadcast_to(segment, shape).ravel(),
        zone=np.full(len(world), base.n_zones - 1),
        leads=np.broadcast_to(np.array(slots, np.int64), shape).ravel(),
        born=np.broadcast_to(np.minimum(np.array(opens, np.int64), base.start), shape).ravel(),
        employees=totals.anchor_jobs.ravel(),
        revenue=totals.anchor_revenue.ravel(),
    )


def _other_rows(base: Base, cell_keys: Keys, totals: Totals, anchors: Draft, shares: Floats) -> Draft:
    shape = (base.n_worlds, base.n_segments)

    def per_cell(weight: Floats | None = None) -> Floats:
        return np.bincount(anchors.cell, weight, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)

    count = np.maximum(totals.firms - per_cell(), 0.0).astype(np.int64)
    staff = np.maximum(totals.staff - per_cell(anchors.employees), 0.0)
    revenue = np.maximum(totals.staff * totals.per_head - per_cell(anchors.revenue), 0.0)
    cell, position = ranges(count.ravel())
    key = child(named(cell_keys, "initial").ravel()[cell], position)
    world, segment = np.divmod(cell, base.n_segments)
    size = np.exp(base.size_spread[segment] * Draws(0).normal(key, Purpose.SIZE))
    employees = np.maximum(size * _per_firm(staff, size, cell), 1.0)
    spread = by_world(base.newcomers.quality_spread, world)
    output = employees * lognormal(Draws(0).normal(key, Purpose.QUALITY), np.ones(len(key)), spread)
    return Draft(
        key=key,
        cell=cell,
        zone=pick(np.cumsum(shares, axis=2)[world, segment], Draws(0).uniform(key, Purpose.ZONE)),
        leads=np.full(len(key), NONE),
        born=base.start - _ages(key),
        employees=employees,
        revenue=output * _per_firm(revenue, output, cell),
    )


def _per_firm(total: Floats, weight: Floats, cell: Ints) -> Floats:
    """Factor that makes the weights of a cell sum to its total, looked up by row."""
    summed = np.bincount(cell, weight, minlength=total.size)
    return np.divide(total.ravel(), summed, out=np.zeros(total.size), where=summed > 0.0).take(cell)


def _ages(key: Keys) -> Ints:
    """Ages of initial firms [quarters], of the shape of key."""
    bits = Draws(0).bits(key, Purpose.AGE)
    band = pick(AGE_SHARES, Draws(0).uniform(key, Purpose.AGE))
    within = Draws(1).uniform(bits, Purpose.AGE)
    years = AGE_LIMITS[band] + within * (AGE_LIMITS[band + 1] - AGE_LIMITS[band])
    return np.asarray(np.floor(years * QUARTERS_PER_YEAR).astype(np.int64))


def zone_shares(parks: Sequence[Park], keys: Keys, base: Base) -> Floats:
    """Share of each zone in the initial floor of its kinds of firm, of shape (n_worlds, n_segments, n_zones)."""
    shares = np.zeros((base.n_worlds, base.n_segments, base.n_zones))
    weight = draw(
        [tuple(z.share for z in p.zones) for p in parks], uniforms_of(keys, [f"zone_share.{z.key}" for z in parks[0].zones])
    )
    shares[:, :, :-1] = weight[:, None, :] * base.houses[None, :, :-1]
    return shares


def without_orders(base: Base, draft: Draft) -> tuple[Firms, Groups]:
    """Firms as if their whole revenue came from outside, and their groups."""
    n = len(draft.key)
    world = draft.cell // base.n_segments
    site = draft.cell * base.n_zones + draft.zone
    shape = (base.n_worlds, base.n_segments, base.n_zones)
    groups = group(np.bincount(site, minlength=base.n_worlds * base.n_segments * base.n_zones).reshape(shape))
    head = productivity(base, base.start).ravel().take(draft.cell)
    quality = np.divide(draft.revenue, head * draft.employees, out=np.ones(n), where=draft.employees > 0.0)
    buyer = base.buyer_segment[draft.cell % base.n_segments]
    names = (buyer >= 0) & (Draws(0).uniform(draft.key, Purpose.NAMES_BUYER) < NAMES_BUYER)
    buyer_cell = world * base.n_segments + np.maximum(buyer, 0)
    customer = named_buyers(groups, draft.revenue, buyer_cell, Draws(0).uniform(draft.key, Purpose.BUYER))
    firms = Firms(
        key=draft.key,
        site=site,
        anchor=np.full(n, NONE, np.int16),
        lab=np.full(n, NONE, np.int16),
        round=np.zeros(n, np.int8),
        channel=np.full(n, Channel.INITIAL, np.int8),
        born=draft.born.astype(np.int16),
        customer=np.where(names, customer, NONE),
        customer_lost=np.zeros(n, np.int16),
        employees=draft.employees,
        quality=quality,
        outside_demand=draft.revenue,
        ramp=np.ones(n),
        momentum=np.ones(n),
        orders=np.zeros(n),
        revenue=draft.revenue,
        exit_rate=np.zeros(n),
        life=Draws(0).exponential(draft.key, Purpose.LIFE),
        spin_off_rate=np.zeros(n),
        spin_off_left=Draws(0).exponential(draft.key, Purpose.SPIN_OFF),
    )
    return firms, groups
