"""Anchors: named ones sign when the scenario says, others are recruited, and all projects move through the funnel.  ODD 7.1

Funnel: signed -> started -> operating.  Who opens is decided by one keyed uniform a project; a better service lets it be
compared with a higher share, and shortens the way there.  Projects that do not open are cancelled after four years.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wutong.model.contract import Arrivals, Births, Change, Rule, arrivals, no_rows
from wutong.model.draws import Draws, Purpose
from wutong.model.entities import NONE, Channel, Fate, Projects, Stage, replaced
from wutong.model.facts import Codes, Floats, Ints, Keys, Mask, Shape, Slots, Tag, parameter
from wutong.model.newcomers import (
    FULL_PLANT_INVESTMENT,
    FUNNEL_LAG,
    by_world,
    named_buyers,
    on_ridge,
    pick,
    productivity,
)
from wutong.model.state import ParkState
from wutong.model.units import NEVER, STEP_YEARS


# ── Parameters ───────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class AnchorParameters:
    candidate_rate: Floats = parameter(
        30.0, unit="1/year", low=10.0, high=60.0, en="Candidates for new anchors", zh="候选龙头数",
        source="with the acceptance, about 3 a year as in 2018-22 (roster)", tag=Tag.COMPUTED,
    )  # fmt: skip
    acceptance_logit: Floats = parameter(
        -2.2, unit="1", low=-2.9, high=-1.7, en="Logit of a candidate's acceptance", zh="候选龙头接受意愿",
        source="10 % (5-15 %)",
    )  # fmt: skip
    support_weight: Floats = parameter(
        1.2, unit="1", low=0.2, high=7.5, shape=Shape.LOG_UNIFORM, null_prob=0.2,
        en="Weight of support for anchors", zh="龙头对扶持的敏感度", source="Slattery 2019; Bartik 2018", tag=Tag.COMPUTED,
    )  # fmt: skip
    start_share: Floats = parameter(
        0.73, unit="share", low=0.6, high=0.85, en="Projects that ever start", zh="最终开工率", tag=Tag.COMPUTED,
        source="Chongqing 2021: 54 % started within the year, 81 % of major projects",
    )  # fmt: skip
    start_point: Floats = parameter(
        0.3, unit="share", low=0.2, high=0.4, en="Part of the lag before the start", zh="开工前时间占比",
        source="roster of dated projects", tag=Tag.COMPUTED,
    )  # fmt: skip
    buyer_share: Floats = parameter(
        0.3, unit="share", low=0.1, high=0.5, en="New parts firms that name a buyer", zh="新零部件企业有主要客户的比例",
        source="design choice",
    )  # fmt: skip


CANCELLED_AFTER = 16  # quarters
WHOLE = 1.0 - 1e-9  # of the way: six steps of a sixth sum to a hair less than one
FIRST_OUTPUT = 0.1  # of full output when a plant opens


# ── Kernels ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def acceptance_prob(support: Floats, p: AnchorParameters) -> Floats:
    """Chance that a candidate signs, of shape (n_worlds, n_segments)."""
    return 1.0 / (1.0 + np.exp(-(p.acceptance_logit + p.support_weight * support)))


def progress_speed(lag_cut: Floats, position: Floats) -> Floats:
    """Speed through the funnel relative to the usual one, of shape (n_worlds, 1): mean lag / (mean lag - years saved)."""
    lag = on_ridge(position, FUNNEL_LAG)
    return np.asarray(lag / np.maximum(lag - lag_cut, 0.25 * lag))


def funnel(projects: Projects, quarter: int, step: Floats, u: Floats, opens: Floats, starts: Floats, point: Floats) -> Projects:
    """Projects one quarter on: progress, start and fate, all of shape (n_projects,).

    Parameters
    ----------
    step : of shape (n_projects,)
        Progress in a quarter.
    u, opens, starts : of shape (n_projects,)
        The project's keyed uniform, and the shares below which it opens and starts.
    point : of shape (n_projects,)
        Progress at which it starts.
    """
    signed = projects.signed < quarter
    progress = projects.progress + step * signed
    starting = (progress >= point) & (u < np.maximum(starts, opens)) & (projects.started == NEVER) & signed
    opened = (progress >= WHOLE) & (u < opens) & signed
    late = signed & (quarter - projects.signed >= CANCELLED_AFTER) & (u >= opens)
    fate = np.where(opened, Fate.OPENED, np.where(late, Fate.CANCELLED, Fate.PENDING)).astype(np.int8)
    started = np.where(starting, quarter, projects.started)
    return replaced(projects, {"progress": progress, "started": started, "fate": fate})


def stage_after(stage: Codes, moved: Ints, running: Mask, closing: Mask) -> Codes:
    """Stage of anchors, of shape (n_anchors,): where its project stands, unless it closes or its firm is gone."""
    gone = (stage == Stage.OPERATING) & ~running
    return np.where(gone | closing | (stage == Stage.CLOSED), Stage.CLOSED, np.maximum(stage, moved)).astype(np.int8)


# ── Wiring ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def apply(state: ParkState, p: AnchorParameters, draws: Draws) -> Change:
    base = state.base
    world = state.projects.cell // base.n_segments
    speed = progress_speed(state.levers.lag_cut, base.newcomers.funnel_position)
    step = STEP_YEARS * by_world(speed, world) / np.maximum(state.projects.lag, STEP_YEARS)
    u = state.projects.luck
    opens = np.minimum(state.projects.opening_share * by_world(state.levers.opening, world), 1.0)
    starts, point = by_world(p.start_share, world), by_world(p.start_point, world)
    projects = funnel(state.projects, draws.quarter, step, u, opens, starts, point)

    closing = (state.anchors.closes <= draws.quarter) & (state.anchors.stage != Stage.CLOSED)
    stage = _stages(state, projects, closing, draws.quarter)
    projects = _cancel(state, projects, closing)
    closed = state.anchors.firm[closing]
    return Change(
        columns={
            "projects.progress": projects.progress,
            "projects.started": projects.started,
            "projects.fate": projects.fate,
            "anchors.stage": stage,
        },
        openings=(_openings(state, projects, p, draws),),
        arrivals=(recruited(state, p, draws),),
        deaths=closed[closed >= 0] if closing.any() else None,
        flows=_flows(state, projects, draws.quarter),
    )


def _cancel(state: ParkState, projects: Projects, closing: Mask) -> Projects:
    if not closing.any():
        return projects
    row = state.anchor_rows(projects.cell // state.base.n_segments, np.maximum(projects.leads, 0))
    ends = (projects.leads >= 0) & closing[row]
    return replaced(projects, {"fate": np.where(ends, Fate.CANCELLED, projects.fate).astype(np.int8)})


def _stages(state: ParkState, projects: Projects, closing: Mask, quarter: int) -> Codes:
    anchors = state.anchors
    moved = np.where(anchors.signs <= quarter, Stage.SIGNED, Stage.PLANNED)
    own = np.flatnonzero(projects.leads >= 0)
    row = state.anchor_rows(projects.cell[own] // state.base.n_segments, projects.leads[own])
    started = projects.started[own] <= quarter
    moved[row] = np.where(started, Stage.STARTED, moved[row])
    moved[row] = np.where(projects.fate[own] == Fate.OPENED, Stage.OPERATING, moved[row])
    cancelled = closing.copy()
    cancelled[row] |= projects.fate[own] == Fate.CANCELLED
    return stage_after(anchors.stage, moved, anchors.firm >= 0, cancelled)


def _openings(state: ParkState, projects: Projects, p: AnchorParameters, draws: Draws) -> Births:
    """Births of the projects that open."""
    base = state.base
    done = np.flatnonzero(projects.fate == Fate.OPENED)
    cell, key, capacity, quality = (getattr(projects, n)[done] for n in ("cell", "key", "capacity", "quality"))
    anchor, leads = projects.anchor[done], projects.leads[done]
    head = productivity(base, draws.quarter).ravel().take(cell) * quality
    return Births(
        key=key,
        cell=cell,
        channel=projects.channel[done],
        leads=leads,
        anchor=anchor,
        lab=np.full(len(done), NONE, np.int16),
        round=projects.round[done],
        customer=_customers(state, key, cell, anchor, p),
        parent=no_rows(len(done)),
        own_plant=(projects.investment[done] >= FULL_PLANT_INVESTMENT) | (leads >= 0),
        employees=FIRST_OUTPUT * capacity / head,
        quality=quality,
        outside_demand=capacity,
        ramp=np.full(len(done), FIRST_OUTPUT),
    )


def _customers(state: ParkState, key: Keys, cell: Ints, anchor: Slots, p: AnchorParameters) -> Ints:
    """Firm that each new plant mainly serves, of shape (n,) [row]: its anchor, or a buyer that some parts firms name."""
    base = state.base
    world, segment = np.divmod(cell, base.n_segments)
    customer = no_rows(len(key))
    free = np.flatnonzero((base.buyer_segment.take(segment) >= 0) & (anchor < 0))
    named, which = Draws(0).pair(key[free], Purpose.NAMES_BUYER)
    chosen = np.flatnonzero(named < by_world(p.buyer_share, world[free]))
    names = free[chosen]
    buyers = world[names] * base.n_segments + base.buyer_segment[segment[names]]
    customer[names] = named_buyers(state.groups, state.firms.revenue, buyers, which[chosen])
    brought = np.flatnonzero(anchor >= 0)
    customer[brought] = state.anchors.firm[state.anchor_rows(world[brought], anchor[brought])]
    return customer


def recruited(state: ParkState, p: AnchorParameters, draws: Draws) -> Arrivals:
    """Candidates that sign this quarter."""
    base = state.base
    rate = np.broadcast_to(STEP_YEARS * p.candidate_rate * state.levers.candidates, state.worlds.key.shape)
    if base.recruit_weight[-1] <= 0.0:
        rate = np.zeros(rate.shape)
    counts = draws.poisson(state.worlds.key, Purpose.CANDIDATES, rate)
    key, world = draws.newborn_keys(state.worlds.key, Purpose.CANDIDATE, counts)
    cell = world * base.n_segments + pick(base.recruit_weight, Draws(0).uniform(key, Purpose.CANDIDATE_SEGMENT))
    prob = np.broadcast_to(acceptance_prob(state.levers.support_anchor, p), state.shape).ravel()
    signs = np.flatnonzero(Draws(0).uniform(key, Purpose.ACCEPTANCE) < prob.take(cell))
    return arrivals(key.take(signs), cell.take(signs), Channel.RECRUITED)


def _flows(state: ParkState, projects: Projects, quarter: int) -> dict[str, Floats]:
    count, investment = state.count_by_cell, projects.investment
    starting = np.flatnonzero(projects.started == quarter)
    opened = np.flatnonzero(projects.fate == Fate.OPENED)
    return {
        "started_projects": count(projects.cell[starting]),
        "started_investment": count(projects.cell[starting], investment[starting]),
        "opened_projects": count(projects.cell[opened]),
        "opened_investment": count(projects.cell[opened], investment[opened]),
    }


RULE = Rule(
    "anchors",
    AnchorParameters,
    frozenset({"projects.progress", "projects.started", "projects.fate", "anchors.stage"}),
    apply,
)
