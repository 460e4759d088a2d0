"""The settlement at the end of a quarter: deaths first, then births admitted to floor space, and the one compaction.

Owned here: every link to a firm (customer, anchors.firm), customer_lost, zones.occupied, worlds.released, cells.firms, and
which rows exist.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.base import Base
from model.contract import Arrivals, Births
from model.draws import Draws, Purpose
from model.entities import NONE, Anchors, Channel, Fate, Firms, Groups, Projects, columns_of, group, look_up
from model.entities import read_only, replaced, rows, stacked
from model.facts import Floats, Ints, Mask
from model.newcomers import by_world, entrants, signed_projects
from model.state import ParkState

FOUNDERS = 3.0  # staff that leave the parent of a spin-off
NOBODY = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Settled:
    """What the settlement did, of shape (n_worlds, n_segments) each."""

    opened: dict[Channel, Floats]  # firms by channel
    exits: Floats
    turned_away: Floats
    signed: Floats  # projects
    signed_investment: Floats  # 亿元


def settle(state: ParkState, draws: Draws) -> tuple[ParkState, Settled]:
    """The state at the end of the quarter, with nothing left waiting, and what happened on the way."""
    who = stacked(state.arrivals)
    direct = ~needs_project(state.base, who)
    signings = _signings(state, rows(who, np.flatnonzero(~direct)), draws.quarter)
    births = stacked((*state.openings, entrants(state.base, draws.quarter, rows(who, np.flatnonzero(direct)))))
    births, site, admitted = admit(state, births, draws)
    waiting, chosen = births.cell[~admitted], np.flatnonzero(admitted)
    births, site = rows(births, chosen), site.take(chosen)
    firms, groups, moved = _compact(state, births, site, draws)
    anchors, firms = _anchors(state, firms, moved, births)
    partners = state.partners
    if state.recruits:
        joined = stacked((partners, *(r.partners for r in state.recruits)))
        partners = rows(joined, np.argsort(joined.cell // state.base.n_segments, kind="stable"))
    changes = {
        "groups": groups,
        "firms": read_only(firms),
        "projects": read_only(_projects(state, signings)),
        "anchors": read_only(anchors),
        "partners": read_only(partners),
        "cells": replaced(state.cells, {"firms": groups.by_cell}),
        "zones": replaced(state.zones, {"occupied": occupied(state.base, groups, firms)}),
        "worlds": replaced(state.worlds, {"released": _released(state, births)}),
        "arrivals": (),
        "openings": (),
        "recruits": (),
        "deaths": NOBODY,
        "flows": {},
    }
    return replaced(state, changes), _settled(state, births, waiting, signings, draws.quarter)


def needs_project(base: Base, who: Arrivals) -> Mask:
    """Newcomers that sign a project first: hardware firms, unless they spin off from a firm or lab of the park."""
    outside = (who.channel == Channel.FOLLOWED) | (who.channel == Channel.ATTRACTED)
    return base.through_funnel[who.cell % base.n_segments] & outside


def _signings(state: ParkState, who: Arrivals, quarter: int) -> Projects:
    base = state.base
    world = who.cell // base.n_segments
    followed = by_world(base.newcomers.partner_investment, world)
    mean = np.where(who.channel == Channel.FOLLOWED, followed, by_world(base.project_investment, world))
    return signed_projects(base, np.full(len(world), quarter), who, mean)


def occupied(base: Base, groups: Groups, firms: Firms) -> Floats:
    """Floor space in use, of shape (n_worlds, n_zones) [m2]."""
    heads = groups.sum_by_site(firms.employees)
    return np.asarray((heads * base.floor_per_head[:, :, None]).sum(axis=1))


# ── Admission ────────────────────────────────────────────────────────────────────────────────────────────────────────
def admit(state: ParkState, births: Births, draws: Draws) -> tuple[Births, Ints, Mask]:
    """Births in order of their site, the site each would take, and who finds room.

    An entrant chooses among its zones in proportion to their free floor; within a zone the queue is by channel, then by a
    keyed tie-break.  Areas are whole square metres, so that sums over queues are exact whatever else is in the batch.
    """
    base = state.base
    world, segment = np.divmod(births.cell, base.n_segments)
    free = free_floor(state)
    tie = draws.bits(births.key, Purpose.TIE_BREAK)
    zone = choose_zone(free[world], base.houses[segment], births.own_plant, draws.uniform(births.key, Purpose.ZONE))
    order = np.lexsort((tie, births.channel, zone, world))
    world, segment, zone = world[order], segment[order], zone[order]
    heads = births.employees[order] * base.floor_per_head[world, segment]
    area = np.where(zone >= 0, np.ceil(heads), 0.0).astype(np.int64)
    place = world * base.n_zones + np.maximum(zone, 0)
    taken = np.cumsum(area)
    head = np.searchsorted(place, place)  # first of each queue
    within = taken - taken[head] + area[head]
    admitted = (zone >= 0) & (within <= np.floor(free).astype(np.int64).ravel()[place])
    site = births.cell[order] * base.n_zones + np.maximum(zone, 0)
    by_site = np.argsort(site, kind="stable")
    return rows(births, order[by_site]), site[by_site], admitted[by_site]


def free_floor(state: ParkState) -> Floats:
    """Floor space free after this quarter's deaths and hiring, of shape (n_worlds, n_zones) [m2]."""
    base, firms, dead = state.base, state.firms, state.deaths
    in_use = occupied(base, state.groups, firms)
    cell, zone = np.divmod(firms.site.take(dead), base.n_zones)
    world, segment = np.divmod(cell, base.n_segments)
    area = firms.employees.take(dead) * base.floor_per_head[world, segment]
    freed = np.bincount(world * base.n_zones + zone, area, minlength=in_use.size).reshape(in_use.shape)
    return np.maximum(state.zones.floor - in_use + freed, 0.0)


def choose_zone(free: Floats, houses: Mask, own_plant: Mask, u: Floats) -> Ints:
    """Zone of each birth, of shape (n_births,): its own plant (the last), or by free floor; NONE where nothing is free."""
    weight = free * houses
    weight[:, -1] = 0.0
    total = weight.cumsum(axis=1)
    zone = np.minimum((total <= (u * total[:, -1])[:, None]).sum(axis=1), free.shape[1] - 2)
    zone = np.where(total[:, -1] > 0.0, zone, NONE)
    return np.where(own_plant, free.shape[1] - 1, zone)


# ── Rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _compact(state: ParkState, births: Births, site: Ints, draws: Draws) -> tuple[Firms, Groups, Ints]:
    """Survivors and newborns in order of their site, their groups, and the new row of every old row and newborn."""
    old, n_old, n_births = state.firms, len(state.firms.key), len(site)
    survivors = np.delete(np.arange(n_old), state.deaths)
    kept_site = old.site.take(survivors)
    source = np.insert(survivors, np.searchsorted(kept_site, site, side="right"), n_old + np.arange(n_births))
    moved = np.full(n_old + n_births, NONE)
    moved[source] = np.arange(len(source))
    old = replaced(old, {"employees": _without_founders(old.employees, births.parent)})
    newborn = _newborn(births, site, draws.quarter)
    columns = {
        name: np.concatenate([old.__dict__[name], newborn[name]]).take(source) for name in columns_of(Firms)
    }
    before = columns["customer"]
    columns["customer"] = look_up(moved, before)
    columns["customer_lost"][np.flatnonzero((columns["customer"] < 0) & (before >= 0))] = draws.quarter
    shape = (state.base.n_worlds, state.base.n_segments, state.base.n_zones)
    return Firms(**columns), group(columns["site"], shape), moved


def _without_founders(employees: Floats, parent: Ints) -> Floats:
    parents = parent[parent >= 0]
    if not len(parents):
        return employees
    left = employees.copy()
    left[parents] -= np.minimum(FOUNDERS, 0.5 * left[parents])
    return left


def _newborn(births: Births, site: Ints, quarter: int) -> dict[str, Floats | Ints]:
    """Firm columns of newborns; what the birth does not say takes the declared initial value."""
    n = len(site)
    given = {
        **births.__dict__,
        "site": site,
        "born": np.full(n, quarter),
        "revenue": births.outside_demand * births.ramp,
        "life": Draws(0).exponential(births.key, Purpose.LIFE),
        "spin_off_left": Draws(0).exponential(births.key, Purpose.SPIN_OFF),
    }
    return {name: given[name] if name in given else np.full(n, Firms.initial(name)) for name in columns_of(Firms)}


def _anchors(state: ParkState, firms: Firms, moved: Ints, births: Births) -> tuple[Anchors, Firms]:
    """Anchors with their firms' new rows and this quarter's recruits; followers of one that opened become its suppliers."""
    table = state.anchors
    firm = look_up(moved, table.firm)
    opened = np.flatnonzero(births.leads >= 0)
    if len(opened):
        anchor = state.anchor_rows(births.cell[opened] // state.base.n_segments, births.leads[opened])
        firm[anchor] = moved[len(state.firms.key) + opened]
        firms = _tie_followers(state, firms, anchor, firm)
    table = replaced(table, {"firm": firm})
    if not state.recruits:
        return table, firms
    joined = stacked((table, *(r.anchors for r in state.recruits)))
    return rows(joined, np.argsort(joined.world, kind="stable")), firms


def _tie_followers(state: ParkState, firms: Firms, anchor: Ints, firm: Ints) -> Firms:
    waiting = np.flatnonzero((firms.round == 1) & (firms.customer < 0) & (firms.anchor >= 0))
    world = firms.site[waiting] // (state.base.n_segments * state.base.n_zones)
    row = state.anchor_rows(world, firms.anchor[waiting])
    follows = np.isin(row, anchor)
    customer = firms.customer.copy()
    customer[waiting[follows]] = firm[row[follows]]
    return replaced(firms, {"customer": customer})


def _projects(state: ParkState, signings: Projects) -> Projects:
    """Projects still under way and those signed this quarter, in order of their cell."""
    pending = rows(state.projects, np.flatnonzero(state.projects.fate == Fate.PENDING))
    new = stacked((signings, *(r.projects for r in state.recruits)))
    new = rows(new, np.argsort(new.cell, kind="stable"))
    place = np.searchsorted(pending.cell, new.cell, side="right")
    source = np.insert(np.arange(len(pending.cell)), place, len(pending.cell) + np.arange(len(new.cell)))
    return rows(stacked((pending, new)), source)


def _released(state: ParkState, births: Births) -> Floats:
    """Staff of closed firms less staff of newcomers, of shape (n_worlds, 1) [persons]."""
    base, firms, dead = state.base, state.firms, state.deaths
    per_world = base.n_segments * base.n_zones
    left = np.bincount(firms.site.take(dead) // per_world, firms.employees.take(dead), minlength=base.n_worlds)
    came = np.bincount(births.cell // base.n_segments, births.employees, minlength=base.n_worlds)
    return (left - came)[:, None]


# ── Counts ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def _settled(state: ParkState, births: Births, waiting: Ints, signings: Projects, quarter: int) -> Settled:
    count = state.count_by_cell
    by_channel = np.bincount(births.channel.astype(np.int64) * state.n_cells + births.cell, minlength=len(Channel) * state.n_cells)
    grid = by_channel.astype(np.float64).reshape(len(Channel), *state.shape)
    named = np.flatnonzero(state.projects.signed == quarter)
    new = stacked((signings, *(r.projects for r in state.recruits), rows(state.projects, named)))
    return Settled(
        opened={channel: grid[channel] for channel in Channel},
        exits=count(state.firms.site.take(state.deaths) // state.base.n_zones),
        turned_away=count(waiting),
        signed=count(new.cell),
        signed_investment=count(new.cell, new.investment),
    )
