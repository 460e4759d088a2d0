"""Anchors: named ones sign when the scenario says, others are recruited, and all projects move through the funnel.  ODD 7.1

Funnel: signed -> started -> operating.  Who opens is decided by one keyed uniform a project; a better service lets it be
compared with a higher share, and shortens the way there.  Projects that do not open are cancelled after four years.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from wutong.model import keyed
from wutong.model.codes import Channel, Fate, Stage
from wutong.model.compiled import compiled
from wutong.model.draws import Purpose
from wutong.model.facts import Floats, Shape, Tag, parameter
from wutong.model.given import Given, Levers, Record
from wutong.model.maths import exp
from wutong.model.newcomers import FULL_PLANT_INVESTMENT, FUNNEL_LAG, arrive, buyers_in, named_buyer, on_ridge, pick
from wutong.model.tables import NONE, Park, Table, new_row
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


# ── The rule ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@compiled
def advance_anchors(t: int, given: Given, p: Any, newcomers: Any, levers: Levers, park: Park, record: Record) -> None:
    """Projects move through the funnel, anchors with them, and candidates for new anchors sign."""
    moved = np.empty(park.anchors.n[0], np.int64)  # where each anchor's project stands
    closing = np.empty(park.anchors.n[0], np.bool_)
    for a in range(park.anchors.n[0]):
        anchor = park.anchors.row[a]
        closing[a] = anchor.closes <= t and anchor.stage != Stage.CLOSED
        moved[a] = Stage.SIGNED if anchor.signs <= t else Stage.PLANNED
    speed = progress_speed(levers.park[0].lag_cut, newcomers.funnel_position)
    for j in range(park.projects.n[0]):
        project = park.projects.row[j]
        advance(t, project, p, levers.park[0].opening, speed)
        if project.leads >= 0:
            moved[project.leads] = stage_of(t, project, moved[project.leads])
            if closing[project.leads]:
                project.fate = Fate.CANCELLED
        count_project(t, project, record.segment[project.segment])
        if project.fate == Fate.OPENED:
            ask_to_open(project, park.cells[project.segment].head, park.births.row[new_row(park.births)])
    for s in range(given.n_segments):
        choose_customers(given.n_zones, s, given.segment[s].buyer_segment, p.buyer_share, park)
    for a in range(park.anchors.n[0]):
        anchor = park.anchors.row[a]
        anchor.stage = next_stage(anchor, moved[a], closing[a])
        if closing[a] and anchor.firm >= 0:
            park.firms.row[anchor.firm].closes = True
    recruit(t, given.recruit_weight, p, levers.park[0].candidates, levers.segment, park.world[0].key, park.arrivals)


@compiled
def progress_speed(lag_cut: float, position: float) -> float:
    """Speed through the funnel relative to the usual one: mean lag / (mean lag - years saved)."""
    lag = on_ridge(position, FUNNEL_LAG)
    return lag / max(lag - lag_cut, 0.25 * lag)


@compiled
def advance(t: int, project: Any, p: Any, opening: float, speed: float) -> None:
    """A project one quarter on: progress, start and fate.  Who opens hangs on one uniform, its luck."""
    project.fate = Fate.PENDING
    if project.signed >= t:
        return
    opens = min(project.opening_share * opening, 1.0)
    project.progress += STEP_YEARS * speed / max(project.lag, STEP_YEARS)
    if project.started == NEVER and project.progress >= p.start_point and project.luck < max(p.start_share, opens):
        project.started = t
    if project.progress >= WHOLE and project.luck < opens:
        project.fate = Fate.OPENED
    elif t - project.signed >= CANCELLED_AFTER and project.luck >= opens:
        project.fate = Fate.CANCELLED


@compiled
def stage_of(t: int, project: Any, before: np.int64) -> np.int64:
    """Stage of the anchor that a project is, ``before`` it was looked at."""
    if project.fate == Fate.OPENED:
        return np.int64(Stage.OPERATING)
    if project.fate == Fate.CANCELLED:
        return np.int64(Stage.CLOSED)
    return np.int64(Stage.STARTED) if project.started <= t else before


@compiled
def count_project(t: int, project: Any, cell: Any) -> None:
    if project.started == t:
        cell.started_projects += 1.0
        cell.started_investment += project.investment
    if project.fate == Fate.OPENED:
        cell.opened_projects += 1.0
        cell.opened_investment += project.investment


@compiled
def next_stage(anchor: Any, moved: np.int64, closing: bool) -> np.int64:
    """Stage of an anchor: where its project stands, unless it closes or its firm is gone."""
    gone = anchor.stage == Stage.OPERATING and anchor.firm < 0
    if gone or closing:
        return np.int64(Stage.CLOSED)
    return max(anchor.stage, moved)


@compiled
def ask_to_open(project: Any, head: float, birth: Any) -> None:
    """A project that is built asks to open as a firm, at a tenth of its capacity."""
    birth.key, birth.segment, birth.channel, birth.leads = project.key, project.segment, project.channel, project.leads
    birth.anchor, birth.lab, birth.generation, birth.parent = project.anchor, NONE, project.generation, NONE
    birth.own_plant = project.investment >= FULL_PLANT_INVESTMENT or project.leads >= 0
    birth.quality, birth.outside_demand, birth.ramp = project.quality, project.capacity, FIRST_OUTPUT
    birth.employees = FIRST_OUTPUT * project.capacity / (head * project.quality)


@compiled
def choose_customers(n_zones: int, s: int, buyers: int, share: float, park: Park) -> None:
    """Firm that each new plant of segment ``s`` mainly serves: its anchor's, or a buyer that a share of parts firms name."""
    births, counted = park.births, False
    found, below = np.empty(0, np.int64), np.empty(0, np.int64)
    for b in range(births.n[0]):
        birth = births.row[b]
        if birth.segment != s:
            continue
        birth.customer = park.anchors.row[birth.anchor].firm if birth.anchor >= 0 else NONE
        names, which = keyed.pair(birth.key, Purpose.NAMES_BUYER, 0)
        if birth.anchor < 0 and buyers >= 0 and names < share:
            if not counted:
                found, below = buyers_in(park.firms, n_zones, buyers)
                counted = True
            birth.customer = named_buyer(found, below, which)


@compiled
def recruit(t: int, weight: Any, p: Any, candidates: float, levers: Any, key: np.uint64, arrivals: Table) -> None:
    """Candidates for new anchors; some sign.

    Parameters
    ----------
    weight : of each segment among candidates, cumulative
    candidates : relative to the usual number [1]
    levers : by segment
    key : of the world
    """
    if weight[-1] <= 0.0:
        return
    for k in range(keyed.poisson(key, Purpose.CANDIDATES, t, STEP_YEARS * p.candidate_rate * candidates)):
        who = keyed.newborn(key, Purpose.CANDIDATE, t, k)
        s = pick(weight, keyed.uniform(who, Purpose.CANDIDATE_SEGMENT, 0))
        if keyed.uniform(who, Purpose.ACCEPTANCE, 0) < acceptance_prob(levers[s].support_anchor, p):
            arrive(arrivals, who, s, Channel.RECRUITED, NONE, NONE, NONE)


@compiled
def acceptance_prob(support: float, p: Any) -> float:
    """Chance that a candidate signs."""
    return 1.0 / (1.0 + exp(-(p.acceptance_logit + p.support_weight * support)))
