"""Anchors and the funnel (docs/ODD.md, sections 3.2 and 7.1)."""

from __future__ import annotations

from math import ceil

from tests.twin.drawing import RIDGE_LAGS, choice, first_above, on_ridge
from tests.twin.park import STEP, Anchor, Arrival, Firm, Park, Project
from wutong.model.codes import Channel, Fate, Stage
from wutong.model.draws import Purpose
from wutong.model.keyed import newborn, pair, poisson, uniform
from wutong.model.maths import exp

CANCELLED_AFTER = 16
WHOLE = 0.999999999


def run(park: Park) -> None:
    for project in park.projects:
        move(park, project)
    for anchor in park.anchors:
        renew(park, anchor)
    for project in park.projects:
        if project.fate == Fate.OPENED:
            park.openings.append((project, customer_of(park, project)))
    recruit(park)


def move(park: Park, project: Project) -> None:
    """A project on its way through the funnel."""
    p, t = park.parameters["anchors"], park.quarter
    if project.signed >= t:
        return
    lag = on_ridge(park.parameters["newcomers"].funnel_position, RIDGE_LAGS)
    speed = lag / max(lag - park.policy.lag_cut, lag / 4.0)
    project.progress += STEP * speed / max(project.lag, STEP)
    opens_below = min(project.opening_share * park.policy.opening, 1.0)
    ever_starts = project.luck < max(p.start_share, opens_below)
    if project.started is None and project.progress >= p.start_point and ever_starts:
        project.started = t
    if project.progress >= WHOLE and project.luck < opens_below:
        project.fate = Fate.OPENED
    elif t - project.signed >= CANCELLED_AFTER and project.luck >= opens_below:
        project.fate = Fate.CANCELLED


def renew(park: Park, anchor: Anchor) -> None:
    """The stage of an anchor this quarter."""
    t, project = park.quarter, anchor.project
    if anchor.closes <= t:
        close(anchor)
    if anchor.stage == Stage.CLOSED:
        return
    if anchor.firm is not None or (project is not None and project.fate == Fate.OPENED):
        anchor.stage = Stage.OPERATING
    elif project is None or project.fate == Fate.CANCELLED:
        anchor.stage = Stage.CLOSED
    elif project.started is not None:
        anchor.stage = Stage.STARTED
    else:
        anchor.stage = Stage.SIGNED if anchor.signs <= t else Stage.PLANNED


def close(anchor: Anchor) -> None:
    """The scenario closes an anchor: its firm dies, or its project is cancelled."""
    anchor.stage = Stage.CLOSED
    if anchor.firm is not None:
        anchor.firm.dies = True
    if anchor.project is not None:
        anchor.project.fate = Fate.CANCELLED


def customer_of(park: Park, project: Project) -> Firm | None:
    """Whom a plant that opens will mainly serve."""
    if project.anchor is not None:
        return project.anchor.firm
    buyers = project.segment.facts.buyer_segment
    if buyers < 0:
        return None
    names, which = pair(project.key, Purpose.NAMES_BUYER, 0)
    firms = [firm for zone in park.zones for firm in park.firms if firm.segment.number == buyers and firm.zone is zone]
    if not firms or names >= park.parameters["anchors"].buyer_share:
        return None
    return firms[choice(which, [ceil(firm.revenue * 10_000.0) for firm in firms])]


def recruit(park: Park) -> None:
    """Candidates for new anchors, and those of them that sign."""
    p, t = park.parameters["anchors"], park.quarter
    if park.given.recruit_weight[-1] <= 0.0:
        return
    count = poisson(park.key, Purpose.CANDIDATES, t, STEP * p.candidate_rate * park.policy.candidates)
    for n in range(count):
        key = newborn(park.key, Purpose.CANDIDATE, t, n)
        number = first_above(uniform(key, Purpose.CANDIDATE_SEGMENT, 0), park.given.recruit_weight)
        segment = park.segments[number]
        chance = 1.0 / (1.0 + exp(-(p.acceptance_logit + p.support_weight * segment.policy.support_anchor)))
        if uniform(key, Purpose.ACCEPTANCE, 0) < chance:
            park.arrivals.append(Arrival(key, segment, Channel.RECRUITED))
