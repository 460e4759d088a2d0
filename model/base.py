"""What does not change during a run: the park compiled into arrays, with the values that each world drew for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wutong.model.codes import Direction
from wutong.model.draws import Draws, Purpose, named_all
from wutong.model.facts import Assumption, Codes, Floats, Ints, Keys, Label, Mask, Spread, fixed
from wutong.model.lever_facts import LeverParameters
from wutong.model.newcomer_facts import Newcomers
from wutong.model.scenario import Park, Plant, Scenario, Segment, Shock, Status
from wutong.model.units import QUARTERS_PER_YEAR

LINKED_SHARE = 0.02  # of a buyer's revenue: from here on two segments are linked


@dataclass(frozen=True)
class Structure:
    """What all worlds of a batch share: the chain, its links and its houses.

    Arrays are of shape (n_segments,) unless said otherwise; an index of -1 means none.
    """

    n_segments: int
    n_zones: int  # the last is the projects' own plants
    n_anchors: int  # named in the park
    buys: Floats  # (buying segment, selling segment), share of the buyer's revenue
    supplied_by: Floats  # (n_segments, n_segments), 1 where the column supplies the row: at least LINKED_SHARE of its revenue
    direction: Codes  # (n_segments, n_segments), where the column stands to the row
    houses: Mask  # (n_segments, n_zones)
    plant: Ints  # index into Plant
    office: Mask
    through_funnel: Mask
    branch_plant: Mask
    entry_per_firm: Mask
    industry: Ints
    spin_off_segment: Ints
    buyer_segment: Ints
    partner_kind: Ints
    recruit_weight: Floats  # cumulative share
    size_spread: Floats
    lag_factor: Floats
    kind_shares: Floats  # (n_kinds, n_segments), cumulative share
    lab_fields: Floats  # (n_labs, n_segments)
    lab_university: Mask  # (n_labs,)
    zone_office: Mask  # (n_zones - 1,), houses offices only
    floor_under_way: tuple[tuple[int, int, float], ...]  # (quarter, zone, m2), whatever the policy

    def floor_ready(self, quarter: int) -> Floats:
        """Floor space that is ready in a quarter whatever the policy, of shape (n_zones - 1,) [m2]."""
        out = np.zeros(self.n_zones - 1)
        for when, zone, area in self.floor_under_way:
            out[zone] += area * (when == quarter)
        return out


@dataclass(frozen=True)
class Base(Structure):
    """The structure, and what each world drew: arrays of shape (n_worlds, n_segments) unless said otherwise."""

    start: int
    n_worlds: int
    newcomers: Newcomers
    lever_parameters: LeverParameters
    kind_partners: Floats  # (n_worlds, n_kinds)
    project_investment: Floats  # 亿元 a project, mean contract
    floor_per_head: Floats  # m2
    growth: Floats  # 1/year
    productivity: Floats  # 亿元/year a head at the start
    productivity_growth: Floats  # 1/year
    value_added_share: Floats
    localisable_share: Floats
    local_capacity_share: Floats
    entry: Floats  # gross entrants a year
    pool_trend: Floats  # 1/year
    demand_shift: Floats  # (n_years, n_worlds, n_segments), growth that shocks of the calendar year add [1/year]
    pool_factor: Floats  # (n_years, n_worlds, n_segments), firms looking for a site, relative to a year without shocks

    def year(self, quarter: int) -> int:
        """Position of a quarter's calendar year in the tables by year, whose last row is free of shocks."""
        return min(quarter // QUARTERS_PER_YEAR - self.start // QUARTERS_PER_YEAR, len(self.demand_shift) - 1)

    @property
    def entry_shares(self) -> Floats:
        """Share of each segment in generic entry."""
        return np.asarray(self.entry / np.maximum(self.entry.sum(axis=1, keepdims=True), 1e-12))


def structure_of(park: Park) -> Structure:
    """The shared structure of a park."""
    segments, names = park.segments, [s.key for s in park.segments]

    def index(pick: Callable[[Segment], str | None], among: Sequence[str]) -> Ints:
        return np.array([-1 if c is None else among.index(c) for c in map(pick, segments)])

    def mask(pick: Callable[[Segment], bool]) -> Mask:
        return np.array([pick(s) for s in segments], np.bool_)

    def shares(rows: Sequence[Mapping[str, float]]) -> Floats:
        return np.array([[row.get(n, 0.0) for n in names] for row in rows]).reshape(-1, len(names))

    buys = np.array(park.purchases)
    return Structure(
        n_segments=len(names),
        n_zones=len(park.zones) + 1,
        n_anchors=len(park.anchors),
        buys=buys,
        supplied_by=(buys >= LINKED_SHARE).astype(np.float64),
        direction=directions(buys),
        houses=np.array([[*(s.plant in z.plants for z in park.zones), True] for s in segments]),
        plant=index(lambda s: s.plant.value, [kind.value for kind in Plant]),
        office=mask(lambda s: s.plant is Plant.OFFICE),
        through_funnel=mask(lambda s: s.through_funnel),
        branch_plant=mask(lambda s: s.branch_plant),
        entry_per_firm=mask(lambda s: s.entry_per_firm),
        industry=index(lambda s: s.industry, [i.key for i in park.industries]),
        spin_off_segment=index(lambda s: s.spin_off_segment, names),
        buyer_segment=index(lambda s: s.buyer_segment, names),
        partner_kind=index(lambda s: s.partner_kind, [k.key for k in park.partner_kinds]),
        recruit_weight=cumulative_share([s.recruit_weight for s in segments]),
        size_spread=np.array([s.size_spread for s in segments]),
        lag_factor=np.array([s.lag_factor for s in segments]),
        kind_shares=np.cumsum(shares([k.shares for k in park.partner_kinds]), axis=1),
        lab_fields=shares([lab.fields for lab in park.labs]),
        lab_university=np.array([lab.university for lab in park.labs], np.bool_),
        zone_office=np.array([z.plants == (Plant.OFFICE,) for z in park.zones], np.bool_),
        floor_under_way=tuple((when, n, area) for n, z in enumerate(park.zones) for when, area in z.additions),
    )


def directions(buys: Floats) -> Codes:
    """Where the column's segment stands to the row's, of the shape of buys: the way of the greater flow that is worth a link.

    Parameters
    ----------
    buys : of shape (buying segment, selling segment) [share]
        Share of the buyer's revenue.
    """
    up = (buys >= LINKED_SHARE) & (buys >= buys.T)
    down = (buys.T >= LINKED_SHARE) & ~up
    found = np.where(up, Direction.UPSTREAM, np.where(down, Direction.DOWNSTREAM, Direction.NEITHER)).astype(np.int8)
    np.fill_diagonal(found, Direction.NEITHER)
    return found


def cumulative_share(weights: Sequence[float]) -> Floats:
    """Cumulative shares of weights, all 0 where the weights are."""
    return np.asarray(np.cumsum(weights) / max(sum(weights), 1e-12))


def signature(park: Park) -> tuple[object, ...]:
    """What parks must share to run in one batch: all but the assumptions, and the dates and fates of anchors to come."""

    def plain(value: object) -> tuple[object, ...]:
        fields = dataclasses.fields(value)  # type: ignore[arg-type]
        return tuple(str(v) for f in fields if not isinstance(v := getattr(value, f.name), Assumption | Label))

    return (
        tuple(map(plain, park.segments)),
        tuple(map(plain, park.zones)),
        tuple((k.key, str(k.shares), k.partners is None) for k in park.partner_kinds),
        tuple((a.key, a.segment, a.status is Status.OPERATING) for a in park.anchors),
        tuple(map(plain, park.labs)),
        park.pipeline.signed,
        park.constraints,
        park.purchases,
        park.start,
    )


# ── Drawn values ─────────────────────────────────────────────────────────────────────────────────────────────────────
def draw(assumptions: Sequence[Sequence[Assumption]], u: Floats) -> Floats:
    """Values at the quantiles u, of its shape (n_worlds, ..., n): one row of assumptions a world.

    Worlds whose assumptions are the same objects are drawn together.
    """
    values = np.empty(u.shape)
    alike: dict[tuple[int, ...], list[int]] = {}
    for world, given in enumerate(assumptions):
        alike.setdefault(tuple(map(id, given)), []).append(world)
    for worlds in alike.values():
        values[worlds] = Spread.of(assumptions[worlds[0]]).quantile(u[worlds])
    return values


def draw_one(assumptions: Sequence[Assumption], keys: Keys, name: str) -> Floats:
    """One value a world, of shape (n_worlds,)."""
    return draw([(a,) for a in assumptions], uniforms_of(keys, (name,)))[..., 0]


def uniforms_of(keys: Keys, names: Sequence[str]) -> Floats:
    """The uniforms behind assumptions, of shape (*keys.shape, n_names): the address is the name, so a new one moves no other."""
    return Draws(0).uniform(named_all(keys, names), Purpose.ASSUMPTION)


def by_segment(parks: Sequence[Park], keys: Keys, name: str, pick: Callable[[Segment], Assumption]) -> Floats:
    """A drawn value per world and segment, of shape (n_worlds, ..., n_segments); segments of an industry share the draw.

    Parameters
    ----------
    keys : of shape (n_worlds, ...)
    """
    names = [f"{name}.{s.industry}" for s in parks[0].segments]
    picked = {key: tuple(pick(s) for s in p.segments) for key, p in {id(p): p for p in parks}.items()}
    return draw([picked[id(p)] for p in parks], uniforms_of(keys, names))


def kind_partners(parks: Sequence[Park], keys: Keys, laptop_partners: Floats) -> Floats:
    """Partners of an anchor of each kind, of shape (n_worlds, n_kinds); ``laptop_partners`` where it declares none."""
    kinds = parks[0].partner_kinds
    given = [tuple(k.partners or fixed(0.0) for k in p.partner_kinds) for p in parks]
    declared = draw(given, uniforms_of(keys, [f"partners.{k.key}" for k in kinds]))
    return np.where([k.partners is None for k in kinds], laptop_partners[:, None], declared)


def pool_trend(parks: Sequence[Park], keys: Keys) -> Floats:
    """Trend of the outside pool, of shape (n_worlds, n_segments) [1/year]."""
    industries = parks[0].industries
    trend = draw(
        [tuple(i.pool_trend for i in p.industries) for p in parks], uniforms_of(keys, [f"pool_trend.{i.key}" for i in industries])
    )
    return trend[:, [[i.key for i in industries].index(s.industry) for s in parks[0].segments]]


def shock_tables(scenarios: Sequence[Scenario], keys: Keys) -> tuple[Floats, Floats]:
    """Growth that shocks add to outside demand [1/year], and their factor on the firms looking for a site.

    Both are of shape (n_years, n_worlds, n_segments), by calendar year from that of the start to a year without shocks.  A shock
    draws one value a world, by its name: scenarios that share a shock share the draw.
    """
    park = scenarios[0].park
    first = park.start // QUARTERS_PER_YEAR
    distinct = {id(s): s for s in scenarios}
    last = max((shock.last for s in distinct.values() for shock in s.shocks), default=first - 1)
    shape = (max(last - first, -1) + 2, len(scenarios), len(park.segments))
    growth, factor = np.zeros(shape), np.ones(shape)
    for scenario in distinct.values():
        worlds = np.flatnonzero([other is scenario for other in scenarios])
        for shock in scenario.shocks:
            demand, entry = (
                draw_one([given] * len(worlds), keys[worlds], f"shock.{kind}.{shock.key}")[:, None]
                for kind, given in (("demand", shock.demand), ("entry", shock.entry))
            )
            reach = _reach(shock, first, worlds, park)
            growth[reach] += np.log1p(demand)
            factor[reach] *= 1.0 + entry
    return growth, factor


def _reach(shock: Shock, first: int, worlds: Ints, park: Park) -> tuple[Ints, ...]:
    """Where in a table by year, world and segment a shock acts, as an open mesh."""
    years = np.arange(max(shock.first - first, 0), max(shock.last - first, -1) + 1)
    columns = np.flatnonzero([s.key in shock.segments for s in park.segments])
    return np.ix_(years, worlds, columns)
