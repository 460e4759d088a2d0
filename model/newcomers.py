"""Newcomers: how large an entrant is, and how a project is signed.  Shared by the rules that bring firms.  ODD 7.1, 7.2

Software and services entrants operate next quarter; hardware entrants are projects first and go through the funnel
signed -> started -> operating.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wutong.model import keyed
from wutong.model.codes import Channel, Fate, Stage
from wutong.model.compiled import compiled
from wutong.model.draws import Purpose
from wutong.model.given import Given
from wutong.model.maths import exp, log, power
from wutong.model.tables import NONE, Table, new_row
from wutong.model.units import NEVER, QUARTERS_PER_YEAR

FUNNEL_LAG = np.array([1.0, 1.5, 2.0, 2.5])
FUNNEL_SHARE = np.array([0.33, 0.40, 0.48, 0.58])
FULL_PLANT_INVESTMENT = 5.0  # 亿元, contract: from here on a project brings its own plant
USUAL_INVESTMENT = 5.0  # 亿元, contract: at which the lag is the usual one
LEAST_INVESTMENT = 0.1  # 亿元, in the lag


# ── Choices ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@compiled
def on_ridge(position: float, knots: Any) -> float:
    """Value on a ridge of equally spaced knots at a position in [0, 1]."""
    x = position * (len(knots) - 1)
    k = min(int(x), len(knots) - 2)
    return knots[k] + (knots[k + 1] - knots[k]) * (x - k)


@compiled
def pick(cumulative: Any, u: float) -> int:
    """Index chosen by a uniform from cumulative shares."""
    x, k = u * cumulative[-1], 0
    while k < len(cumulative) - 1 and cumulative[k] <= x:
        k += 1
    return k


@compiled
def buyers_in(firms: Table, n_zones: int, segment: int) -> Any:
    """The firms of a segment by zone, of shape (n,), and their revenue summed up to each [万元].

    Revenue is counted in whole 万元, so that sums over firms are exact.
    """
    first, n = np.zeros(n_zones + 1, np.int64), 0  # where the next firm of a zone stands
    for i in range(firms.n[0]):
        if firms.row[i].segment == segment:
            first[firms.row[i].zone + 1] += 1
            n += 1
    for z in range(n_zones):
        first[z + 1] += first[z]
    found, below, total = np.empty(n, np.int64), np.empty(n, np.int64), 0
    for i in range(firms.n[0]):
        if firms.row[i].segment == segment:
            found[first[firms.row[i].zone]] = i
            first[firms.row[i].zone] += 1
    for k in range(n):
        total += int(np.ceil(firms.row[found[k]].revenue * 1e4))
        below[k] = total
    return found, below


@compiled
def named_buyer(found: Any, below: Any, u: float) -> int:
    """One of the firms of a segment, chosen in proportion to revenue; NONE if there is none."""
    if len(found) == 0 or below[-1] <= 0:
        return NONE
    return found[np.searchsorted(below, int(np.floor(u * below[-1])), "right")]


@compiled
def member_of(anchor: Any, n_named: int) -> int:
    """Place of an anchor among the members that are recorded: those recruited during the run are the last, together."""
    return anchor.name if anchor.name >= 0 else n_named


# ── Shares that a number reaches ─────────────────────────────────────────────────────────────────────────────────────
@compiled
def share_reached(firms: Table, places: float, years: int, t: int) -> float:
    """Share of the firms under so many years that a number of places reaches."""
    if places == 0.0:
        return 0.0
    young = 0
    for i in range(firms.n[0]):
        young += firms.row[i].born >= t - QUARTERS_PER_YEAR * years
    return min(places / max(young, 1), 1.0)


@compiled
def lab_budget(t: int, labs: Table, k: int, extra: float) -> float:
    """Money of lab ``k`` [亿元/year], 0 unless it is open: what a lever adds is split by budget among all labs."""
    lab = labs.row[k]
    if not lab.opens <= t < lab.closes:
        return 0.0
    total = 0.0
    for other in range(labs.n[0]):
        total += labs.row[other].budget
    return lab.budget * (1.0 + extra / max(total, 1e-12))


# ── Who arrives ──────────────────────────────────────────────────────────────────────────────────────────────────────
@compiled
def arrive(arrivals: Table, key: np.uint64, segment: int, channel: int, anchor: int, lab: int, customer: int) -> int:
    """Row of a newcomer without a parent firm, brought by an anchor or a lab (in round 1) or by none."""
    row = new_row(arrivals)
    who = arrivals.row[row]
    who.key, who.segment, who.channel, who.anchor, who.lab = key, segment, channel, anchor, lab
    who.generation = 1 if anchor >= 0 or lab >= 0 else 0
    who.customer, who.parent, who.inherited = customer, NONE, 1.0
    return row


@compiled
def needs_project(channel: int, through_funnel: bool) -> bool:
    """Whether a newcomer signs a project first: anchors, and hardware firms that do not spin off from the park's own."""
    outside = channel in (Channel.FOLLOWED, Channel.ATTRACTED)
    return channel == Channel.RECRUITED or (through_funnel and outside)


@compiled
def quality_of(key: np.uint64, p: Any) -> float:
    """Productivity relative to the segment, lognormal with mean 1."""
    return lognormal(keyed.normal(key, Purpose.QUALITY, 0), 1.0, p.quality_spread)


@compiled
def lognormal(normal: float, mean: float, spread: float) -> float:
    """Lognormal with the given mean and sd of the logarithm."""
    return mean * exp(spread * normal - 0.5 * spread * spread)


@compiled
def entrant_staff(key: np.uint64, p: Any) -> float:
    """Staff of a software or services entrant: lognormal by its median and mean, at least one [persons]."""
    spread = np.sqrt(2.0 * log(max(p.entrant_staff_mean / p.entrant_staff_median, 1.0)))
    return max(p.entrant_staff_median * exp(spread * keyed.normal(key, Purpose.SIZE, 0)), 1.0)


@compiled
def paid_in(channel: int, p: Any) -> float:
    """Share of its investment that a project pays in once it opens.

    Figures of partners are what they invested; figures of all others are contracts.
    """
    return 1.0 if channel == Channel.FOLLOWED else p.realised_share


@compiled
def mean_contract(channel: int, segment: Any, p: Any) -> float:
    """Mean contract investment of a project [亿元]."""
    if channel == Channel.FOLLOWED:
        return p.partner_investment
    if channel == Channel.RECRUITED:
        return p.anchor_investment * exp(0.5 * p.project_spread * p.project_spread)
    return segment.project_investment


@compiled
def sign_project(t: int, lag_factor: float, p: Any, projects: Table, who: Any, mean: float) -> int:
    """Row of a project signed in t: contract around a mean [亿元], full output, lag and opening share are drawn by its key."""
    row = new_row(projects)
    project, key, channel = projects.row[row], who.key, who.channel
    investment = lognormal(keyed.normal(key, Purpose.INVESTMENT, 0), mean, p.project_spread)
    usual = on_ridge(p.funnel_position, FUNNEL_LAG) * lag_factor
    lag = usual * power(max(investment, LEAST_INVESTMENT) / USUAL_INVESTMENT, p.size_exponent)
    project.key, project.segment, project.leads, project.anchor = key, who.segment, NONE, who.anchor
    project.generation, project.channel, project.signed, project.investment = who.generation, channel, t, investment
    project.luck = keyed.uniform(key, Purpose.OPENING, 0)
    project.capacity = investment * paid_in(channel, p) * p.output_per_investment * p.plan_realised
    project.quality = quality_of(key, p)
    project.opening_share = on_ridge(p.funnel_position, FUNNEL_SHARE) * p.park_factor
    project.lag = keyed.gamma_two(key, Purpose.LAG, 0, lag)
    project.progress, project.started, project.fate = 0.0, NEVER, Fate.PENDING
    return row


@compiled
def tie_partners(anchor: Any, a: int, shares: Any, partners: Table) -> None:
    """The partners that an anchor in row ``a`` ties, over the segments of its kind, each with a resistance of its own."""
    for c in range(anchor.partners):
        key = keyed.newborn(anchor.key, Purpose.PARTNERS, 0, c)
        works, resists = keyed.pair(key, Purpose.RESISTANCE, 0)
        partner = partners.row[new_row(partners)]
        partner.key, partner.anchor = key, a
        partner.segment, partner.resistance = pick(shares, works), -log(1.0 - resists)


@compiled
def recruited_anchor(t: int, given: Given, project: Any, anchors: Table, partners: Table) -> int:
    """Slot of the anchor that a project will be, with its partners; it signs in t."""
    a, kind = new_row(anchors), given.segment[project.segment].partner_kind
    anchor = anchors.row[a]
    anchor.key, anchor.segment, anchor.name, anchor.kind = project.key, project.segment, NONE, kind
    anchor.signs, anchor.closes, anchor.stage, anchor.pull, anchor.exposure = t, NEVER, Stage.SIGNED, 0.0, 0.0
    anchor.partners, anchor.partners_signed, anchor.firm = 0, 0, NONE
    anchor.investment = project.investment
    if kind >= 0:
        anchor.partners = int(np.rint(given.kind_partners[kind]))
        tie_partners(anchor, a, given.kind_shares[kind], partners)
    return a
