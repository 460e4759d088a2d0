"""Anchors, their partners, and the pipeline of signed projects at the start."""

from __future__ import annotations

from typing import Any

import numpy as np

from wutong.model import keyed
from wutong.model.codes import Channel, Stage
from wutong.model.compiled import compiled
from wutong.model.draws import Purpose
from wutong.model.given import Given
from wutong.model.newcomers import arrive, pick, sign_project, tie_partners
from wutong.model.rules.attraction import pull
from wutong.model.start.opening import Opening
from wutong.model.tables import NONE, Park, Table, new_row
from wutong.model.units import NEVER, QUARTERS_PER_YEAR, STEP_YEARS

ALMOST = 0.95  # progress at most of a named project that has not opened by the start


# ── Anchors ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@compiled
def initial_anchors(given: Given, attraction: Any, opening: Opening, park: Park) -> None:
    """A row a named anchor, and the partners of those whose partners had not all come before."""
    for a in range(len(opening.anchor)):
        drawn, anchor = opening.anchor[a], park.anchors.row[new_row(park.anchors)]
        anchor.key, anchor.segment, anchor.name, anchor.kind = drawn.key, drawn.segment, a, drawn.kind
        anchor.signs, anchor.closes, anchor.stage, anchor.firm = drawn.signs, drawn.closes, drawn.stage, NONE
        anchor.pull, anchor.exposure, anchor.investment = 0.0, 0.0, drawn.investment
        anchor.partners = int(np.rint(given.kind_partners[drawn.kind])) if drawn.kind >= 0 else 0
        anchor.partners_signed = anchor.partners if drawn.came_before else 0
        if anchor.partners > anchor.partners_signed:
            tie_partners(anchor, a, given.kind_shares[drawn.kind], park.partners)
    for i in range(park.firms.n[0]):
        if park.firms.row[i].leads >= 0:
            park.anchors.row[park.firms.row[i].leads].firm = i
    follow_until_start(given, attraction, park)


@compiled
def follow_until_start(given: Given, p: Any, park: Park) -> None:
    """Partners that signed by the end of the start quarter leave: pull is summed from each anchor's signing on."""
    waiting = np.zeros(park.anchors.n[0], np.bool_)
    for k in range(park.partners.n[0]):
        waiting[park.partners.row[k].anchor] = True
    first = given.start + 1
    for a in range(park.anchors.n[0]):
        if waiting[a]:
            first = min(first, park.anchors.row[a].signs)
    for quarter in range(first, given.start + 1):
        for a in range(park.anchors.n[0]):
            anchor = park.anchors.row[a]
            if waiting[a] and anchor.signs <= quarter and anchor.stage != Stage.PLANNED:
                anchor.exposure += STEP_YEARS * (p.anyway_rate + pull(anchor, p, 1.0, 1.0))
        count_signed(park, waiting)
    outside = 0
    for k in range(park.partners.n[0]):
        if park.partners.row[k].resistance > park.anchors.row[park.partners.row[k].anchor].exposure:
            park.partners.row[outside] = park.partners.row[k]
            outside += 1
    park.partners.n[0] = outside


@compiled
def count_signed(park: Park, waiting: Any) -> None:
    """Set the number of partners that have signed, of the anchors in ``waiting``."""
    for a in range(park.anchors.n[0]):
        if waiting[a]:
            park.anchors.row[a].partners_signed = 0
    for k in range(park.partners.n[0]):
        anchor = park.anchors.row[park.partners.row[k].anchor]
        anchor.partners_signed += park.partners.row[k].resistance <= anchor.exposure


# ── Projects ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@compiled
def initial_projects(given: Given, p: Any, newcomers: Any, opening: Opening, park: Park) -> None:
    """The signed projects that have not opened, and named anchors that do not operate yet."""
    sign_before_start(given, newcomers, opening, park.projects, park.arrivals)
    kept = 0
    for j in range(park.projects.n[0]):
        if not is_built(given.start, p, park.projects.row[j]):
            park.projects.row[kept] = park.projects.row[j]
            kept += 1
    park.projects.n[0] = kept
    for a in range(len(opening.anchor)):
        if opening.anchor[a].stage < Stage.OPERATING:
            named_project(given, newcomers, opening.anchor[a], park, a)


@compiled
def sign_before_start(given: Given, newcomers: Any, opening: Opening, projects: Table, arrivals: Table) -> None:
    """All ordinary projects that were signed before the start, as they were signed, whatever became of them since."""
    shares = np.zeros(given.n_segments)
    for s in range(given.n_segments):
        shares[s] = opening.segment[s].entry_share * given.segment[s].through_funnel
    shares = np.cumsum(shares)
    for n in range(len(opening.signing)):
        signing = opening.signing[n]
        for k in range(signing.count):
            key = keyed.child(signing.key, k)
            s = pick(shares, keyed.uniform(key, Purpose.CANDIDATE_SEGMENT, 0))
            who = arrivals.row[arrive(arrivals, key, s, Channel.ATTRACTED, NONE, NONE, NONE)]
            sign_project(
                signing.quarter, given.segment[s].lag_factor, newcomers, projects, who, given.segment[s].project_investment
            )
            arrivals.n[0] = 0


@compiled
def is_built(start: int, p: Any, project: Any) -> bool:
    """Bring an ordinary project to the start; whether it has opened by then, and is inside the counts of firms."""
    project.progress = (start - project.signed) * STEP_YEARS / max(project.lag, STEP_YEARS)
    if project.luck < project.opening_share and project.progress >= 1.0:
        return True
    if project.progress >= p.start_point and project.luck < max(p.start_share, project.opening_share):
        began = project.signed + np.int64(np.floor(p.start_point * project.lag * QUARTERS_PER_YEAR))
        project.started = min(began, start)
    return False


@compiled
def named_project(given: Given, newcomers: Any, drawn: Any, park: Park, a: int) -> None:
    """The project of a named anchor: what its file declares, and for the rest what an ordinary project of its size has."""
    who = park.arrivals.row[arrive(park.arrivals, drawn.key, drawn.segment, Channel.SCHEDULED, NONE, NONE, NONE)]
    factor = given.segment[drawn.segment].lag_factor
    project = park.projects.row[sign_project(drawn.signs, factor, newcomers, park.projects, who, drawn.investment)]
    park.arrivals.n[0] = 0
    head = park.cells[drawn.segment].head
    usual = drawn.investment / max(project.investment, 1e-12) * project.capacity
    capacity = usual if np.isnan(drawn.revenue) else drawn.revenue
    jobs = capacity / (head * project.quality) if np.isnan(drawn.jobs) else drawn.jobs
    if drawn.opens < NEVER:
        overrun = 0.0 if drawn.punctual else newcomers.overrun * keyed.exponential(drawn.key, Purpose.LAG, 0)
        project.lag = (drawn.opens - drawn.signs) * STEP_YEARS + overrun
    project.lag = max(project.lag, STEP_YEARS)
    project.leads, project.investment, project.capacity = a, drawn.investment, capacity
    project.quality = capacity / max(jobs * head, 1e-12)
    if not np.isnan(drawn.opening_share):
        project.opening_share = drawn.opening_share
    project.progress = min(max(given.start - drawn.signs, 0) * STEP_YEARS / project.lag, ALMOST)
    if drawn.stage == Stage.STARTED:
        project.started = min(drawn.signs, given.start)
