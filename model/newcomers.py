"""Newcomers: how large an entrant is, and how a project is signed.  Shared by the rules that bring firms.  ODD 7.1, 7.2

Software and services entrants operate next quarter; hardware entrants are projects first and go through the funnel
signed -> started -> operating.
"""

from __future__ import annotations

import numpy as np

from wutong.model.base import Base
from wutong.model.contract import Arrivals, Births, no_rows
from wutong.model.draws import Draws, Purpose
from wutong.model.entities import NONE, Anchors, Channel, Groups, Partners, Projects, Stage
from wutong.model.facts import Codes, Floats, Ints, Keys
from wutong.model.units import NEVER, STEP_YEARS

FUNNEL_LAG = np.array([1.0, 1.5, 2.0, 2.5])
FUNNEL_SHARE = np.array([0.33, 0.40, 0.48, 0.58])
FULL_PLANT_INVESTMENT = 5.0  # 亿元, contract: from here on a project brings its own plant


# ── Kernels ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def on_ridge(position: Floats, knots: Floats) -> Floats:
    """Values on a ridge of equally spaced knots at a position in [0, 1], of the shape of position."""
    return np.interp(position * (len(knots) - 1), np.arange(len(knots)), knots)


def lognormal(normal: Floats, mean: Floats, spread: Floats) -> Floats:
    """Lognormal with the given mean and sd of the logarithm, of the shape of normal."""
    return mean * np.exp(spread * normal - 0.5 * spread * spread)


def mean_lag(investment: Floats, usual: Floats, exponent: Floats) -> Floats:
    """Mean time from signing to opening [year], of the shape of investment [亿元, contract]; ``usual`` at 5 亿元."""
    return usual * (np.maximum(investment, 0.1) / 5.0) ** exponent


def by_world(values: Floats, world: Ints) -> Floats:
    """A parameter of shape (n_worlds or 1, 1) for rows of the given worlds, of shape (n_rows,), or (1,) for all alike."""
    column = values[:, 0]
    return column.take(world) if len(column) > 1 else column


# ── Makers ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def productivity(base: Base, quarter: int) -> Floats:
    """Revenue a head at mean quality [亿元/year], of shape (n_worlds, n_segments)."""
    years = (quarter - base.start) * STEP_YEARS
    return base.productivity * np.exp(years * np.log1p(base.productivity_growth))


def quality_of(base: Base, key: Keys, world: Ints) -> Floats:
    """Productivity relative to the segment, lognormal with mean 1, of the shape of key."""
    normal = Draws(0).normal(key, Purpose.QUALITY)
    return lognormal(normal, np.ones(1), by_world(base.newcomers.quality_spread, world))


def entrants(base: Base, quarter: int, who: Arrivals) -> Births:
    """Small firms that ask to open at the end of the quarter, of shape (n,), with the size of an entrant."""
    n, p = len(who.key), base.newcomers
    world = who.cell // base.n_segments
    median, mean = by_world(p.entrant_staff_median, world), by_world(p.entrant_staff_mean, world)
    spread = np.sqrt(2.0 * np.log(np.maximum(mean / median, 1.0)))
    employees = np.maximum(median * np.exp(spread * Draws(0).normal(who.key, Purpose.SIZE)), 1.0)
    quality = quality_of(base, who.key, world) * who.inherited
    return Births(
        key=who.key,
        cell=who.cell,
        channel=who.channel,
        leads=no_rows(n),
        anchor=who.anchor,
        lab=who.lab,
        round=who.round,
        customer=who.customer,
        parent=who.parent,
        own_plant=np.zeros(n, np.bool_),
        employees=employees,
        quality=quality,
        outside_demand=employees * quality * productivity(base, quarter).ravel().take(who.cell),
        ramp=np.ones(n),
    )


def signed_projects(base: Base, signed: Ints, who: Arrivals, mean_investment: Floats) -> Projects:
    """Signed projects, of shape (n,): investment, full output, lag and opening share drawn by their keys.

    Parameters
    ----------
    signed : of shape (n,)
        Quarter of signing.
    mean_investment : of shape (n,) [亿元]
        Mean contract investment.
    """
    n, key, p = len(who.key), who.key, base.newcomers
    world, segment = np.divmod(who.cell, base.n_segments)
    normal = Draws(0).normal(key, Purpose.INVESTMENT)
    investment = lognormal(normal, mean_investment, by_world(p.project_spread, world))
    usual_lag = by_world(on_ridge(p.funnel_position, FUNNEL_LAG), world) * base.lag_factor.take(segment)
    share = by_world(on_ridge(p.funnel_position, FUNNEL_SHARE) * p.park_factor, world)
    return Projects(
        key=key,
        cell=who.cell,
        leads=no_rows(n),
        anchor=who.anchor,
        round=who.round,
        channel=who.channel,
        signed=signed,
        investment=investment,
        luck=Draws(0).uniform(key, Purpose.OPENING),
        capacity=investment * paid_in(base, who.channel, world) * by_world(p.output_per_investment * p.plan_realised, world),
        quality=quality_of(base, key, world),
        opening_share=share + np.zeros(n),
        lag=Draws(0).gamma_two(key, Purpose.LAG, mean_lag(investment, usual_lag, by_world(p.size_exponent, world))),
        progress=np.zeros(n),
        started=np.full(n, NEVER),
        fate=np.zeros(n, np.int8),
    )


def paid_in(base: Base, channel: Codes, world: Ints) -> Floats:
    """Share of its investment that a project pays in once it opens, of the shape of channel.

    Figures of partners are what they invested; figures of all others are contracts.
    """
    return np.where(channel == Channel.FOLLOWED, 1.0, by_world(base.newcomers.realised_share, world))


def partners_of(base: Base, key: Keys, world: Ints, slot: Ints, kind: Ints) -> tuple[Partners, Ints]:
    """Tied partners of new anchors, in order of their anchor, and how many each has, of shape (n_anchors,)."""
    mean = base.kind_partners[world, kind] if base.kind_partners.size else np.zeros(len(key))
    counts = np.where(kind >= 0, np.rint(mean), 0.0).astype(np.int64)
    keys, row = Draws(0).newborn_keys(key, Purpose.PARTNERS, counts)
    works, resists = Draws(0).pair(keys, Purpose.RESISTANCE)
    segment = pick(base.kind_shares[kind[row]], works) if len(row) else row
    return Partners(keys, world[row] * base.n_segments + segment, slot[row], -np.log(1.0 - resists)), counts


def new_anchors(base: Base, projects: Projects, slot: Ints) -> tuple[Anchors, Partners]:
    """Recruited anchors of the given projects and slots, in order of their world, and their partners."""
    n = len(slot)
    world, segment = np.divmod(projects.cell, base.n_segments)
    kind = base.partner_kind.take(segment)
    partners, counts = partners_of(base, projects.key, world, slot, kind)
    anchors = Anchors(
        key=projects.key,
        world=world,
        segment=segment,
        name=no_rows(n),
        kind=kind,
        signs=projects.signed,
        closes=np.full(n, NEVER),
        stage=np.full(n, Stage.SIGNED, np.int8),
        exposure=np.zeros(n),
        partners=counts,
        partners_signed=np.zeros(n, np.int64),
        firm=no_rows(n),
        investment=projects.investment,
    )
    return anchors, partners


def pick(cumulative: Floats, u: Floats) -> Ints:
    """Index chosen by a uniform from cumulative shares of shape (n, n_choices) or (n_choices,), of shape (n,)."""
    if cumulative.ndim == 1:
        return np.asarray(np.minimum(cumulative.searchsorted(u * cumulative[-1], side="right"), len(cumulative) - 1))
    table = cumulative.T
    return np.asarray(np.minimum((table <= u * table[-1]).sum(axis=0), len(table) - 1))


def named_buyers(groups: Groups, revenue: Floats, cell: Ints, u: Floats) -> Ints:
    """A buyer in each given cell, chosen in proportion to revenue, of shape (n,) [row]; NONE where the cell is empty.

    Revenue is counted in whole 万元, so that sums over firms are exact whatever else is in the batch.
    """
    if not len(cell) or not len(revenue):
        return np.full(len(cell), NONE)
    counts = groups.by_cell.ravel()
    last = counts.cumsum().take(cell) - 1
    first = last - counts.take(cell) + 1
    summed = np.append(0, np.ceil(revenue * 1e4).astype(np.int64).cumsum())
    below, total = summed.take(first), summed.take(last + 1) - summed.take(first)
    row = summed.searchsorted(below + np.floor(u * total).astype(np.int64), side="right") - 1
    return np.where((counts.take(cell) > 0) & (total > 0), np.minimum(row, last), NONE)
