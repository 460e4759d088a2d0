"""Anchors, their partners, and the pipeline of signed projects at the start."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from wutong.model.base import Base, Structure, draw, draw_one, uniforms_of
from wutong.model.contract import arrivals, no_rows
from wutong.model.draws import Draws, Purpose, child, named
from wutong.model.entities import Anchors, Channel, Partners, Projects, Stage, rows, stacked
from wutong.model.facts import Assumption, Floats, Ints, Keys
from wutong.model.newcomers import by_world, partners_of, pick, productivity, signed_projects
from wutong.model.rules.anchors import AnchorParameters
from wutong.model.rules.attraction import Attraction, pull
from wutong.model.scenario import Anchor, Park, Status
from wutong.model.start.firms import Draft
from wutong.model.start.totals import Totals
from wutong.model.state import ParkState
from wutong.model.units import NEVER, QUARTERS_PER_YEAR, STEP_YEARS

STAGES = {
    Status.PLANNED: Stage.PLANNED,
    Status.SIGNED: Stage.SIGNED,
    Status.STARTED: Stage.STARTED,
    Status.OPERATING: Stage.OPERATING,
}
SIZE_LIMIT = 4.0  # of a segment's projects relative to the mean
ALMOST = 0.95  # progress at most of a project that has not opened by the start


# ── Anchors ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def initial_anchors(parks: Sequence[Park], base: Base, keys: Keys, draft: Draft) -> tuple[Anchors, Partners]:
    """One row a named anchor and world, and the partners of those whose partners had not all come before."""
    park, n_anchors = parks[0], len(parks[0].anchors)
    segments, kinds = [s.key for s in park.segments], [k.key for k in park.partner_kinds]
    world, slot = np.divmod(np.arange(base.n_worlds * n_anchors), max(n_anchors, 1))

    def each(pick_value: Callable[[Anchor], int]) -> Ints:
        return np.array([pick_value(a) for p in parks for a in p.anchors], np.int64)

    kind = each(lambda a: -1 if a.partner_kind is None else kinds.index(a.partner_kind))
    before = each(lambda a: int(a.partners_came_before)).astype(np.bool_)
    key = np.stack([named(keys, f"anchor.{a.key}") for a in park.anchors], axis=1).ravel() if n_anchors else keys[:0]
    partners, counts = partners_of(base, key, world, slot, kind)
    anchors = Anchors(
        key=key,
        world=world,
        segment=each(lambda a: segments.index(a.segment)),
        name=slot,
        kind=kind,
        signs=each(lambda a: a.signed),
        closes=each(lambda a: a.closes),
        stage=each(lambda a: STAGES[a.status]).astype(np.int8),
        exposure=np.zeros(len(key)),
        partners=counts,
        partners_signed=np.where(before, counts, 0),
        firm=_own_firms(base, draft, world, slot),
        investment=_per_anchor(parks, keys, "investment", lambda a: a.investment),
    )
    owner = world_rows(base, anchors, partners)
    return anchors, rows(partners, np.flatnonzero(~before[owner]))


def world_rows(base: Base, anchors: Anchors, partners: Partners) -> Ints:
    """Row of the anchor of every partner."""
    first = np.searchsorted(anchors.world, np.arange(base.n_worlds))
    return np.asarray(first[partners.cell // base.n_segments] + partners.anchor)


def _own_firms(base: Base, draft: Draft, world: Ints, slot: Ints) -> Ints:
    own = np.flatnonzero(draft.leads >= 0)
    row = no_rows(len(world))
    n_anchors = int(slot.max()) + 1 if len(slot) else 0
    row[draft.cell[own] // base.n_segments * n_anchors + draft.leads[own]] = own
    return row


def _per_anchor(parks: Sequence[Park], keys: Keys, name: str, choose: Callable[[Anchor], Assumption]) -> Floats:
    """A drawn value of every named anchor, world by world, of shape (n_worlds * n_anchors,)."""
    names = [f"{name}.{a.key}" for a in parks[0].anchors]
    return draw([tuple(choose(a) for a in p.anchors) for p in parks], uniforms_of(keys, names)).ravel()


def integrated(base: Base, anchors: Anchors, partners: Partners, p: Attraction) -> tuple[Anchors, Partners]:
    """Anchors that signed by the start with the pull summed up to its end, and the partners still outside."""
    lead, follow, signed_pull, anyway = (
        by_world(values, anchors.world) for values in (p.lead_rate, p.follow_rate, p.signed_pull, p.anyway_rate)
    )
    owner = world_rows(base, anchors, partners)
    waiting = np.bincount(owner, minlength=len(anchors.key))
    past = anchors.signs[(anchors.signs <= base.start) & (waiting > 0)]
    for quarter in range(int(past.min()) if len(past) else base.start + 1, base.start + 1):
        running = (anchors.signs <= quarter) & (anchors.stage > Stage.PLANNED) & (waiting > 0)
        hazard = anyway + pull(anchors, lead, follow, signed_pull)
        exposure = anchors.exposure + STEP_YEARS * hazard * running
        signed = np.bincount(owner, partners.resistance <= exposure[owner], minlength=len(anchors.key)).astype(np.int64)
        anchors = dataclasses.replace(
            anchors, exposure=exposure, partners_signed=np.where(waiting > 0, signed, anchors.partners_signed)
        )
    outside = np.flatnonzero(partners.resistance > anchors.exposure[owner])
    return anchors, rows(partners, outside)


# ── Projects ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def project_investment(parks: Sequence[Park], keys: Keys, structure: Structure, totals: Totals, entry: Floats) -> Floats:
    """Mean contract of an ordinary project by segment, of shape (n_worlds, n_segments) [亿元].

    Projects go with the size of the firms that are there already, within a factor of four of the mean; the mean over all
    signings is the park's.
    """
    mean = draw_one([p.pipeline.investment_mean for p in parks], keys, "project_investment")[:, None]
    signings = entry * structure.through_funnel
    share = signings / np.maximum(signings.sum(axis=1, keepdims=True), 1e-12)
    size = totals.staff * totals.per_head / np.maximum(totals.firms, 1.0)
    usual = np.maximum((share * size).sum(axis=1, keepdims=True), 1e-12)
    scale = np.clip(size / usual, 1.0 / SIZE_LIMIT, SIZE_LIMIT)
    return np.asarray(mean * scale / np.maximum((share * scale).sum(axis=1, keepdims=True), 1.0 / SIZE_LIMIT))


def initial_projects(parks: Sequence[Park], base: Base, keys: Keys, anchors: Anchors, p: AnchorParameters) -> Projects:
    """Named anchors that do not operate yet, and the other signed projects that neither opened nor were cancelled."""
    table = stacked((_named(parks, base, anchors), _aged(signed_before_start(parks, base, keys), base, p)))
    return rows(table, np.argsort(table.cell, kind="stable"))


def _named(parks: Sequence[Park], base: Base, anchors: Anchors) -> Projects:
    pending = np.flatnonzero(anchors.stage < Stage.OPERATING)
    everyone = [a for park in parks for a in park.anchors]
    chosen = [everyone[i] for i in pending]
    world, segment = anchors.world[pending], anchors.segment[pending]
    cell, key, signs = world * base.n_segments + segment, anchors.key[pending], anchors.signs[pending]
    investment = anchors.investment[pending]
    drafted = signed_projects(base, signs, arrivals(key, cell, Channel.SCHEDULED), investment)
    usual = investment / np.maximum(drafted.investment, 1e-12) * drafted.capacity
    capacity = _declared(chosen, anchors.key[pending], "revenue", lambda a: a.revenue, usual)
    head = productivity(base, base.start).ravel().take(cell)
    jobs = _declared(chosen, key, "jobs", lambda a: a.jobs, capacity / (head * drafted.quality))
    opens = np.array([a.opens if a.opens is not None else NEVER for a in chosen], np.int64)
    late = np.array([not a.punctual for a in chosen])
    overrun = late * by_world(base.newcomers.overrun, world) * Draws(0).exponential(key, Purpose.LAG)
    lag = np.where(opens < NEVER, (opens - signs) * STEP_YEARS + overrun, drafted.lag)
    lag = np.maximum(lag, STEP_YEARS)
    gone = np.where(signs <= base.start, (base.start - signs) * STEP_YEARS, 0.0)
    started = anchors.stage[pending] == Stage.STARTED
    table = dataclasses.replace(
        drafted,
        leads=anchors.name[pending],
        investment=investment,
        capacity=capacity,
        quality=capacity / np.maximum(jobs * head, 1e-12),
        opening_share=_declared(chosen, key, "opening_share", lambda a: a.opening_share, drafted.opening_share),
        lag=lag,
        progress=np.minimum(gone / lag, ALMOST),
        started=np.where(started, np.minimum(signs, base.start), NEVER),
    )
    return rows(table, np.argsort(table.cell, kind="stable"))


def _declared(
    chosen: Sequence[Anchor], key: Keys, name: str, choose: Callable[[Anchor], Assumption | None], otherwise: Floats
) -> Floats:
    """What the park file declares of each anchor, drawn by its key; ``otherwise`` where it is silent."""
    values = otherwise.copy()
    given = [choose(a) for a in chosen]
    known = np.flatnonzero([g is not None for g in given])
    if len(known):
        u = uniforms_of(key[known], (name,))
        values[known] = draw([(g,) for g in given if g is not None], u)[:, 0]
    return values


def signed_before_start(parks: Sequence[Park], base: Base, keys: Keys) -> Projects:
    """All ordinary projects that were signed before the start, as they were signed, whatever became of them since."""
    park = parks[0]
    shares = np.cumsum(base.entry_shares * base.through_funnel, axis=1)
    tables = []
    for quarter, signed in park.pipeline.signed:
        own = sum(1 for a in park.anchors if a.signed == quarter and a.status is not Status.PLANNED)
        count = max(signed - own, 0)
        key = child(named(keys, f"pipeline.{quarter}")[:, None], np.arange(count)[None, :]).ravel()
        world = np.repeat(np.arange(base.n_worlds), count)
        segment = pick(shares[world], Draws(0).uniform(key, Purpose.CANDIDATE_SEGMENT)) if len(key) else world
        who = arrivals(key, world * base.n_segments + segment, Channel.ATTRACTED)
        mean = base.project_investment.ravel().take(who.cell)
        tables.append(signed_projects(base, np.full(len(key), quarter), who, mean))
    if not tables:
        return signed_projects(base, no_rows(0), arrivals(keys[:0], no_rows(0), Channel.ATTRACTED), np.zeros(0))
    return stacked(tuple(tables))


def _aged(projects: Projects, base: Base, p: AnchorParameters) -> Projects:
    """Projects signed before the start, as they stand at the start; those that opened are inside the counts of firms."""
    world = projects.cell // base.n_segments
    age = (base.start - projects.signed) * STEP_YEARS
    progress = age / np.maximum(projects.lag, STEP_YEARS)
    u = projects.luck
    point = by_world(p.start_point, world)
    opens = u < projects.opening_share
    begun = (progress >= point) & (u < np.maximum(by_world(p.start_share, world), projects.opening_share))
    when = projects.signed + np.floor(point * projects.lag * QUARTERS_PER_YEAR).astype(np.int64)
    table = dataclasses.replace(projects, progress=progress, started=np.where(begun, np.minimum(when, base.start), NEVER))
    return rows(table, np.flatnonzero(~(opens & (progress >= 1.0))))


def signed_before(park: Park, state: ParkState) -> dict[str, Floats]:
    """What had been signed before the start, by flow: projects, and their contracts [亿元], of shape (n_worlds, n_segments) each.

    Of the park's signings only those of named anchors are known by segment; the others are split as generic projects enter.
    """
    base, anchors = state.base, state.anchors
    quarters = [quarter for quarter, _ in park.pipeline.signed]
    named = np.flatnonzero((anchors.stage > Stage.PLANNED) & np.isin(anchors.signs, quarters))
    cell = anchors.world[named] * base.n_segments + anchors.segment[named]
    shape = (base.n_worlds, base.n_segments)
    counts, contracts = (
        np.bincount(cell, weights, minlength=shape[0] * shape[1]).reshape(shape)
        for weights in (np.ones(len(named)), anchors.investment[named])
    )
    others = np.maximum(sum(count for _, count in park.pipeline.signed) - counts.sum(axis=1, keepdims=True), 0.0)
    funnel = base.entry_shares * base.through_funnel
    split = others * funnel / np.maximum(funnel.sum(axis=1, keepdims=True), 1e-12)
    return {"signed_projects": counts + split, "signed_investment": contracts + split * base.project_investment}
