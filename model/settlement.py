"""The settlement at the end of a quarter: deaths first, then births admitted to floor space, and the one compaction.

Owned here: every link to a firm (customer, anchors.firm), customer_lost, zones.occupied, worlds.released, cells.firms, and
which rows exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wutong.model.base import Base
from wutong.model.contract import Arrivals, Births
from wutong.model.draws import Draws, Purpose
from wutong.model.entities import (
    NONE,
    Anchors,
    Channel,
    Fate,
    Firms,
    Groups,
    Partners,
    Projects,
    columns_of,
    group,
    read_only,
    replaced,
    rows,
    stacked,
)
from wutong.model.facts import Floats, Ints, Mask
from wutong.model.newcomers import by_world, entrants, new_anchors, signed_projects
from wutong.model.state import ParkState

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

    @classmethod
    def nothing(cls, shape: tuple[int, int]) -> Settled:
        """What the start counts as."""
        zero = np.zeros(shape)
        return cls(dict.fromkeys(Channel, zero), zero, zero, zero, zero)


def settle(state: ParkState, draws: Draws) -> tuple[ParkState, Settled]:
    """The state at the end of the quarter, with nothing left waiting, and what happened on the way."""
    who = stacked(state.arrivals)
    direct = ~needs_project(state.base, who)
    signings = _signings(state, rows(who, np.flatnonzero(~direct)), draws.quarter)
    births = stacked((*state.openings, entrants(state.base, draws.quarter, rows(who, np.flatnonzero(direct)))))
    site, order, n_admitted = admit(state, births, draws)
    waiting = births.cell.take(order[n_admitted:])
    births, site = rows(births, order[:n_admitted]), site[:n_admitted]
    firms, groups, moved = _compact(state, births, site, draws)
    anchors, firms = _opened_anchors(state, firms, moved, births)
    anchors, partners, signings = _recruited_anchors(state, anchors, signings)
    changes = {
        "groups": groups,
        "firms": read_only(firms),
        "projects": read_only(_projects(state, signings)),
        "anchors": read_only(anchors),
        "partners": read_only(partners),
        "cells": read_only(replaced(state.cells, {"firms": groups.by_cell})),
        "zones": read_only(replaced(state.zones, {"occupied": occupied(state.base, groups, firms)})),
        "worlds": read_only(replaced(state.worlds, {"released": _released(state, births)})),
        "arrivals": (),
        "openings": (),
        "deaths": NOBODY,
        "flows": {},
    }
    return replaced(state, changes), _settled(state, births, waiting, signings, draws.quarter)


def needs_project(base: Base, who: Arrivals) -> Mask:
    """Newcomers that sign a project first: anchors, and hardware firms that do not spin off from the park's own."""
    outside = (who.channel == Channel.FOLLOWED) | (who.channel == Channel.ATTRACTED)
    return np.asarray((base.through_funnel.take(who.cell % base.n_segments) & outside) | (who.channel == Channel.RECRUITED))


def _signings(state: ParkState, who: Arrivals, quarter: int) -> Projects:
    base, p = state.base, state.base.newcomers
    world = who.cell // base.n_segments
    anchor = p.anchor_investment * np.exp(0.5 * p.project_spread * p.project_spread)
    followed, recruited = who.channel == Channel.FOLLOWED, who.channel == Channel.RECRUITED
    mean = np.where(followed, by_world(p.partner_investment, world), base.project_investment.ravel().take(who.cell))
    mean = np.where(recruited, by_world(anchor, world), mean)
    return signed_projects(base, np.full(len(world), quarter), who, mean)


def occupied(base: Base, groups: Groups, firms: Firms) -> Floats:
    """Floor space in use, of shape (n_worlds, n_zones) [m2]."""
    heads = groups.sum_by_site(firms.employees)
    return np.asarray((heads * base.floor_per_head[:, :, None]).sum(axis=1))


# ── Admission ────────────────────────────────────────────────────────────────────────────────────────────────────────
def admit(state: ParkState, births: Births, draws: Draws) -> tuple[Ints, Ints, int]:
    """Site of each birth and the order in which they stand: those admitted first, by site; and how many they are.

    An entrant chooses among its zones in proportion to their free floor; within a zone the queue is by channel, then by a
    keyed tie-break, and each is judged by itself.  Areas are whole square metres, so that sums over queues are exact whatever
    else is in the batch.
    """
    base = state.base
    world, segment = np.divmod(births.cell, base.n_segments)
    free = free_floor(state)
    u = draws.uniform(births.key, Purpose.ZONE)
    zone = choose_zone(free.T.take(world, axis=1), base.houses.T.take(segment, axis=1), births.own_plant, u)
    nowhere = zone < 0
    place = world * base.n_zones + np.where(nowhere, 0, zone)
    queue = np.lexsort((draws.bits(births.key, Purpose.TIE_BREAK), place * len(Channel) + births.channel))
    heads = births.employees * base.floor_per_head.ravel().take(births.cell)
    area = np.where(nowhere, 0.0, np.ceil(heads)).astype(np.int64).take(queue)
    place = place.take(queue)
    admitted = fits(area, place, np.floor(free).astype(np.int64).ravel()) & ~nowhere.take(queue)
    site = births.cell.take(queue) * base.n_zones + place % base.n_zones
    order = np.lexsort((site, ~admitted))
    return site.take(order), queue.take(order), int(np.count_nonzero(admitted))


def fits(area: Ints, place: Ints, free: Ints) -> Mask:
    """Who finds room where each in turn takes what it needs and one that does not fit keeps nobody out, of shape (n_births,).

    Parameters
    ----------
    area, place : of shape (n_births,), in order of the queue
    free : of shape (n_places,) [m2]
    """
    left = free.copy()
    admitted = np.zeros(len(area), np.bool_)
    for i, (needed, where) in enumerate(zip(area, place, strict=True)):
        if needed <= left[where]:
            left[where] -= needed
            admitted[i] = True
    return admitted


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
    """Zone of each birth, of shape (n_births,): its own plant (the last), or by free floor; NONE where nothing is free.

    Parameters
    ----------
    free, houses : of shape (n_zones, n_births)
        Free floor [m2] and whether the zone houses this kind of firm.
    """
    total = (free * houses)[:-1].cumsum(axis=0)
    zone = np.minimum((total <= u * total[-1]).sum(axis=0), len(total) - 1)
    zone[total[-1] <= 0.0] = NONE
    zone[own_plant] = len(free) - 1
    return np.asarray(zone)


# ── Rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _compact(state: ParkState, births: Births, site: Ints, draws: Draws) -> tuple[Firms, Groups, Ints]:
    """Survivors and newborns in order of their site, their groups, and the new row of every old row and newborn.

    Within a site survivors keep their order and newborns follow them.  The last entry of the new rows is NONE, so that a link
    to nothing stays one.
    """
    old, dead = state.firms, state.deaths
    n_old, n_births = len(old.key), len(site)
    shape = state.groups.by_site.shape
    n_sites = state.groups.by_site.size
    kept = state.groups.by_site.ravel() - np.bincount(old.site.take(dead), minlength=n_sites)
    born = np.bincount(site, minlength=n_sites)
    alive = np.ones(n_old, np.bool_)
    alive[dead] = False
    survivors = alive.nonzero()[0]
    row = np.arange(len(survivors))
    row += (born.cumsum() - born).repeat(kept)
    new_row = kept.cumsum().take(site) + np.arange(n_births)
    source = np.zeros(len(survivors) + n_births, np.int64)
    source[row] = survivors
    moved = np.full(n_old + n_births + 1, NONE)
    moved[survivors] = row
    moved[n_old:-1] = new_row
    newborn = _newborn(births, site, draws.quarter)
    changed = {"employees": _without_founders(old.employees, births.parent)}
    columns: dict[str, NDArray[Any]] = {"site": np.arange(n_sites).repeat(kept + born)}
    for name in columns_of(Firms):
        if name != "site":
            before = changed.get(name, old.__dict__[name])
            columns[name] = before.take(source) if n_old else np.zeros(n_births, before.dtype)
            columns[name][new_row] = newborn[name]
    before = columns["customer"]
    columns["customer"] = moved.take(before)
    columns["customer_lost"][((columns["customer"] < 0) & (before >= 0)).nonzero()[0]] = draws.quarter
    return Firms(**columns), group((kept + born).reshape(shape)), moved


def _without_founders(employees: Floats, parent: Ints) -> Floats:
    parents = parent[parent >= 0]
    if not len(parents):
        return employees
    left = employees.copy()
    left[parents] -= np.minimum(FOUNDERS, 0.5 * left[parents])
    return left


def _newborn(births: Births, site: Ints, quarter: int) -> dict[str, NDArray[Any]]:
    """Firm columns of newborns; what the birth does not say takes the declared initial value."""
    n = len(site)
    given: dict[str, NDArray[Any]] = {
        **births.__dict__,
        "site": site,
        "born": np.full(n, quarter, np.int16),
        "customer_lost": np.zeros(n, np.int16),
        "revenue": births.outside_demand * births.ramp,
        "life": Draws(0).exponential(births.key, Purpose.LIFE),
        "spin_off_left": Draws(0).exponential(births.key, Purpose.SPIN_OFF),
    }
    return {name: given[name] if name in given else np.full(n, Firms.initial(name)) for name in columns_of(Firms)}


def _opened_anchors(state: ParkState, firms: Firms, moved: Ints, births: Births) -> tuple[Anchors, Firms]:
    """Anchors with their firms' new rows; followers of one that opened become its suppliers."""
    table = state.anchors
    firm = moved.take(table.firm)
    opened = np.flatnonzero(births.leads >= 0)
    if len(opened):
        anchor = state.anchor_rows(births.cell[opened] // state.base.n_segments, births.leads[opened])
        firm[anchor] = moved[len(state.firms.key) + opened]
        firms = _tie_followers(state, firms, anchor, firm)
    return replaced(table, {"firm": firm}), firms


def _recruited_anchors(state: ParkState, anchors: Anchors, signings: Projects) -> tuple[Anchors, Partners, Projects]:
    """Anchors and partners with this quarter's recruits, and the signings, whose recruits now lead them."""
    recruits = np.flatnonzero(signings.channel == Channel.RECRUITED)
    if not len(recruits):
        return anchors, state.partners, signings
    recruits = recruits[np.argsort(signings.cell[recruits] // state.base.n_segments, kind="stable")]
    projects = rows(signings, recruits)
    world = projects.cell // state.base.n_segments
    known = np.bincount(anchors.world, minlength=state.base.n_worlds)
    slot = known[world] + np.arange(len(world)) - world.searchsorted(world)
    new, tied = new_anchors(state.base, projects, slot)
    leads = signings.leads.copy()
    leads[recruits] = slot
    table, partners = stacked((anchors, new)), stacked((state.partners, tied))
    table = rows(table, np.argsort(table.world, kind="stable"))
    return table, partners, replaced(signings, {"leads": leads})


def _tie_followers(state: ParkState, firms: Firms, anchor: Ints, firm: Ints) -> Firms:
    waiting = np.flatnonzero((firms.round == 1) & (firms.customer < 0) & (firms.anchor >= 0))
    world = firms.site[waiting] // (state.base.n_segments * state.base.n_zones)
    row = state.anchor_rows(world, firms.anchor[waiting])
    follows = np.isin(row, anchor)
    customer = firms.customer.copy()
    customer[waiting[follows]] = firm[row[follows]]
    return replaced(firms, {"customer": customer})


def _projects(state: ParkState, signings: Projects) -> Projects:
    """Projects still under way, then those signed this quarter."""
    pending = np.flatnonzero(state.projects.fate == Fate.PENDING)
    return stacked((rows(state.projects, pending), signings))


def _released(state: ParkState, births: Births) -> Floats:
    """Staff of closed firms less staff of newcomers, of shape (n_worlds, 1) [persons]."""
    base, firms, dead = state.base, state.firms, state.deaths
    per_world = base.n_segments * base.n_zones
    left = np.bincount(firms.site.take(dead) // per_world, firms.employees.take(dead), minlength=base.n_worlds)
    came = np.bincount(births.cell // base.n_segments, births.employees, minlength=base.n_worlds)
    return np.asarray(left - came, np.float64)[:, None]


# ── Counts ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def _settled(state: ParkState, births: Births, waiting: Ints, signings: Projects, quarter: int) -> Settled:
    count = state.count_by_cell
    by_channel = np.bincount(
        births.channel.astype(np.int64) * state.n_cells + births.cell, minlength=len(Channel) * state.n_cells
    )
    grid = by_channel.astype(np.float64).reshape(len(Channel), *state.shape)
    named = np.flatnonzero(state.projects.signed == quarter)
    cell = np.concatenate([signings.cell, state.projects.cell.take(named)])
    investment = np.concatenate([signings.investment, state.projects.investment.take(named)])
    return Settled(
        opened={channel: grid[channel] for channel in Channel},
        exits=count(state.firms.site.take(state.deaths) // state.base.n_zones),
        turned_away=count(waiting),
        signed=count(cell),
        signed_investment=count(cell, investment),
    )
