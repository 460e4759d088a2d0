"""The settlement at the end of a quarter: deaths first, then births admitted to floor space, and the one compaction.

Owned here: every link to a firm (customer, anchors.firm), customer_lost, zones.occupied, worlds.released, cells.firms, and
which rows exist.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from model.contract import Births
from model.draws import Draws, Purpose
from model.entities import NONE, Anchors, Channel, Fate, Firms, Groups, Partners, Projects, group, look_up, read_only, rows, stacked
from model.facts import Floats, Ints, Mask
from model.state import ParkState

FOUNDERS = 3.0  # staff that leave the parent of a spin-off


@dataclass(frozen=True)
class Settled:
    """What the settlement did, of shape (n_worlds, n_segments) each: firms by channel, exits and turned away."""

    opened: dict[Channel, Floats]
    exits: Floats
    turned_away: Floats


def settle(state: ParkState, draws: Draws) -> tuple[ParkState, Settled]:
    """The state at the end of the quarter, with nothing left waiting, and what happened on the way."""
    births = stacked(state.births)
    births, site, admitted = admit(state, births, draws)
    exits = state.count_by_cell(state.firms.site.take(state.deaths) // state.base.n_zones)
    waiting = np.flatnonzero(~admitted)
    turned_away = state.count_by_cell(births.cell.take(waiting))
    chosen = np.flatnonzero(admitted)
    births, site = rows(births, chosen), site.take(chosen)
    opened = {c: state.count_by_cell(births.cell.take(np.flatnonzero(births.channel == c))) for c in Channel if c}
    released = _released(state, births)
    firms, groups, moved = _compact(state, births, site, draws)
    anchors, firms = _anchors(state, firms, moved, births, len(state.firms.key))
    new = dataclasses.replace(
        state,
        groups=groups,
        firms=read_only(firms),
        projects=read_only(_projects(state)),
        anchors=read_only(anchors),
        partners=read_only(_partners(state)),
        cells=dataclasses.replace(state.cells, firms=groups.by_cell),
        zones=dataclasses.replace(state.zones, occupied=occupied(state, groups, firms)),
        worlds=dataclasses.replace(state.worlds, released=released),
        births=(),
        signings=(),
        recruits=(),
        deaths=np.zeros(0, np.int64),
        flows={},
    )
    return new, Settled(opened, exits, turned_away)


def occupied(state: ParkState, groups: Groups, firms: Firms) -> Floats:
    """Floor space in use, of shape (n_worlds, n_zones) [m2]."""
    heads = groups.sum_by_site(firms.employees)
    return np.asarray((heads * state.base.floor_per_head[:, :, None]).sum(axis=1))


# ── Admission ────────────────────────────────────────────────────────────────────────────────────────────────────────
def admit(state: ParkState, births: Births, draws: Draws) -> tuple[Births, Ints, Mask]:
    """Births in order of admission, the site each would take, and who finds room.

    An entrant chooses among its zones in proportion to their free floor; within a zone the queue is by channel, then by a
    keyed tie-break.  Areas are whole square metres, so that sums over queues are exact whatever else is in the batch.
    """
    base = state.base
    world, segment = np.divmod(births.cell, base.n_segments)
    free = free_floor(state)
    tie = draws.bits(births.key, Purpose.TIE_BREAK)
    zone = choose_zone(free[world], base.houses[segment], births.own_plant, draws.uniform(births.key, Purpose.ZONE))
    order = np.lexsort((tie, births.channel, zone, world))
    births, zone, world, segment = rows(births, order), zone[order], world[order], segment[order]
    area = np.ceil(births.employees * base.floor_per_head[world, segment]).astype(np.int64) * (zone >= 0)
    place = world * base.n_zones + np.maximum(zone, 0)
    taken = np.cumsum(area)
    head = np.searchsorted(place, place)  # first of each queue
    within = taken - (taken[head] - area[head]) if len(area) else taken
    room = np.floor(free).astype(np.int64).ravel()
    admitted = (zone >= 0) & (within <= room[place])
    site = births.cell * base.n_zones + np.maximum(zone, 0)
    by_site = np.argsort(site, kind="stable")
    return rows(births, by_site), site[by_site], admitted[by_site]


def free_floor(state: ParkState) -> Floats:
    """Floor space free after this quarter's deaths and hiring, of shape (n_worlds, n_zones) [m2]."""
    firms, dead = state.firms, state.deaths
    in_use = occupied(state, state.groups, firms)
    site = firms.site.take(dead)
    cell, zone = np.divmod(site, state.base.n_zones)
    world, segment = np.divmod(cell, state.base.n_segments)
    area = firms.employees.take(dead) * state.base.floor_per_head[world, segment]
    freed = np.bincount(world * state.base.n_zones + zone, area, minlength=in_use.size).reshape(in_use.shape)
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
def _released(state: ParkState, births: Births) -> Floats:
    """Staff of closed firms less staff of newcomers, of shape (n_worlds, 1) [persons]."""
    base, firms = state.base, state.firms
    per_world = base.n_segments * base.n_zones
    left = np.bincount(
        firms.site.take(state.deaths) // per_world, firms.employees.take(state.deaths), minlength=base.n_worlds
    )
    came = np.bincount(births.cell // base.n_segments, births.employees, minlength=base.n_worlds)
    return (left - came)[:, None]


def _compact(state: ParkState, births: Births, site: Ints, draws: Draws) -> tuple[Firms, Groups, Ints]:
    """Survivors and newborns in order of their site, their groups, and the new row of every old row and newborn."""
    old, n_old, n_births = state.firms, len(state.firms.key), len(site)
    keep = np.ones(n_old, np.bool_)
    keep[state.deaths] = False
    survivors = np.flatnonzero(keep)
    kept_site = old.site.take(survivors)
    source = np.insert(survivors, np.searchsorted(kept_site, site, side="right"), n_old + np.arange(n_births))
    moved = np.full(n_old + n_births, NONE)
    moved[source] = np.arange(len(source))
    employees = old.employees
    if len(parents := births.parent[births.parent >= 0]):
        employees = employees.copy()
        employees[parents] -= np.minimum(FOUNDERS, 0.5 * employees[parents])
    newborn = _newborn(births, site, draws)
    columns = {}
    for f in dataclasses.fields(Firms):
        before = employees if f.name == "employees" else getattr(old, f.name)
        columns[f.name] = np.concatenate([before, newborn[f.name]]).take(source)
    customer = look_up(moved, columns["customer"])
    lost = np.flatnonzero((customer < 0) & (columns["customer"] >= 0))
    columns["customer"] = customer
    columns["customer_lost"][lost] = draws.quarter
    shape = (state.base.n_worlds, state.base.n_segments, state.base.n_zones)
    return Firms(**columns), group(columns["site"], shape), moved


def _newborn(births: Births, site: Ints, draws: Draws) -> dict[str, Floats | Ints]:
    """Firm columns of newborns; what the birth does not say takes the declared initial value."""
    n = len(site)
    given = {
        "site": site,
        "born": np.full(n, draws.quarter),
        "revenue": births.outside_demand * births.ramp,
        "life": Draws(0).exponential(births.key, Purpose.LIFE),
        "spin_off_left": Draws(0).exponential(births.key, Purpose.SPIN_OFF),
    }
    columns = {}
    for f in dataclasses.fields(Firms):
        value = given.get(f.name, getattr(births, f.name, None))
        if value is None:
            kind = np.int64 if f.name == "customer_lost" else np.float64
            value = np.full(n, f.metadata["initial"], kind)
        columns[f.name] = value
    return columns


def _anchors(state: ParkState, firms: Firms, moved: Ints, births: Births, n_old: int) -> tuple[Anchors, Firms]:
    """Anchors with their firms' new rows and this quarter's recruits; followers of one that opened become its suppliers."""
    table = state.anchors
    firm = look_up(moved, table.firm)
    opened = np.flatnonzero(births.leads >= 0)
    if len(opened):
        anchor = state.anchor_rows(births.cell[opened] // state.base.n_segments, births.leads[opened])
        firm[anchor] = moved[n_old + opened]
        firms = _tie_followers(state, firms, anchor, firm)
    table = dataclasses.replace(table, firm=firm)
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
    return dataclasses.replace(firms, customer=customer)


def _projects(state: ParkState) -> Projects:
    pending = np.flatnonzero(state.projects.fate == Fate.PENDING)
    if len(pending) == len(state.projects.key) and not state.signings:
        return state.projects
    joined = stacked((rows(state.projects, pending), *state.signings))
    return rows(joined, np.argsort(joined.cell, kind="stable"))


def _partners(state: ParkState) -> Partners:
    if not state.recruits:
        return state.partners
    joined = stacked((state.partners, *(r.partners for r in state.recruits)))
    return rows(joined, np.argsort(joined.cell // state.base.n_segments, kind="stable"))


