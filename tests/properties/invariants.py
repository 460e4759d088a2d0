"""What must hold in every park at the end of every quarter, whatever was assumed, decided or drawn."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from wutong.model.codes import Channel, Fate, Stage
from wutong.model.given import Given, record_at
from wutong.model.scenario import Case
from wutong.model.tables import NONE, TABLES, Park, Table, copied, in_use
from wutong.model.units import NEVER
from wutong.model.world import World, prepare

OPENED = tuple(f"entrants_{c.name.lower()}" for c in Channel if c is not Channel.INITIAL)


def watched_run(cases: tuple[Case, ...]) -> list[World]:
    """The worlds of some cases at their end; every invariant was checked every quarter."""
    batch = prepare(cases)
    worlds = [World(batch, position) for position in range(len(cases))]
    for world in worlds:
        check_start(world)
        for quarter in range(batch.base.start + 1, batch.base.start + batch.n_quarters + 1):
            last = copied(world.park)
            world.advance(quarter)
            check_quarter(last, world)
    return worlds


def check_start(world: World) -> None:
    check_columns(world)
    check_rows_and_links(world.given, world.park)
    check_lineage(world.park)
    check_record(world)
    check_money(world)
    check_floor(world.given, world.park)


def check_quarter(last: Park, world: World) -> None:
    """Everything that ties a quarter's end to its beginning."""
    check_start(world)
    check_counts(last, world)


def rows_of(table: Any) -> Any:
    return in_use(table) if isinstance(table, Table) else table


def check_columns(world: World) -> None:
    """No NaN, nothing beyond its declared bounds; nothing recorded is negative or no number."""
    for name, declared in TABLES.items():
        rows = rows_of(getattr(world.park, name))
        for field in dataclasses.fields(declared):
            column, where = rows[field.name], f"{name}.{field.name} in quarter {world.quarter}"
            assert np.isfinite(column.astype(np.float64)).all(), where
            if column.dtype != np.uint64 and column.size:
                low, high = field.metadata["low"], field.metadata["high"]
                assert column.min() >= low and column.max() <= high, f"{where}: {column.min()} to {column.max()}"
    for table in record_at(world.record, world.quarter - world.given.start):
        for name in table.dtype.names:
            assert np.isfinite(table[name]).all() and (table[name] >= 0.0).all(), f"{name} in quarter {world.quarter}"


# ── Rows and links ───────────────────────────────────────────────────────────────────────────────────────────────────
def check_rows_and_links(given: Given, park: Park) -> None:
    """Identities are unique, indices exist, and every link points to a living row of the right kind or to none."""
    firms, projects = in_use(park.firms), in_use(park.projects)
    for name in ("firms", "projects", "anchors", "partners", "labs", "research"):
        key = in_use(getattr(park, name)).key
        assert len(np.unique(key)) == len(key), name
    for rows in (firms, projects, in_use(park.anchors), in_use(park.partners), park.births.row[: park.births.n[0]]):
        assert (rows.segment < given.n_segments).all()
    assert (firms.zone < given.n_zones).all() and given.houses[firms.segment, firms.zone].all()
    assert (firms.customer < len(firms)).all() and (firms.customer != np.arange(len(firms))).all()
    assert not firms.closes.any() and park.arrivals.n[0] == 0, "nothing is left waiting"
    assert (np.diff(firms.born[firms.born > given.start]) >= 0).all(), "those that opened last stand last"
    assert (firms.customer_lost[firms.customer >= 0] < NEVER).all()
    for rows in (firms, projects):
        assert (rows.anchor < park.anchors.n[0]).all() and (rows.leads < park.anchors.n[0]).all()
    assert (firms.lab < park.labs.n[0]).all() and (in_use(park.research).lab < park.labs.n[0]).all()
    assert (projects.fate == Fate.PENDING).all()
    check_anchors(park)


def check_anchors(park: Park) -> None:
    """An anchor and its firm or project are one; partners outside and signed are all of them, each with its own threshold."""
    firms, projects, anchors, partners = (in_use(t) for t in (park.firms, park.projects, park.anchors, park.partners))
    running = np.flatnonzero(anchors.firm >= 0)
    own = firms[anchors.firm[running]] if len(running) else firms[:0]
    assert len(np.unique(own.key)) == len(own) and (own.leads == running).all()
    assert (own.segment == anchors.segment[running]).all() and (own.key == anchors.key[running]).all()
    assert (anchors.stage[running] == Stage.OPERATING).all()
    assert set(np.flatnonzero(firms.leads >= 0)) == set(anchors.firm[running])
    led = projects[projects.leads >= 0]
    assert (led.key == anchors.key[led.leads]).all() and (led.segment == anchors.segment[led.leads]).all()
    assert (anchors.stage[led.leads] < Stage.OPERATING).all(), "an anchor is a project or a firm"
    assert (partners.anchor < len(anchors)).all()
    outside = np.bincount(partners.anchor, minlength=len(anchors))
    assert (outside + anchors.partners_signed == anchors.partners).all()
    assert (partners.resistance > anchors.exposure[partners.anchor]).all()


def check_lineage(park: Park) -> None:
    """A round is what goes back to an anchor or a lab; nobody goes back to itself, and those of the start to nobody."""
    firms, projects = in_use(park.firms), in_use(park.projects)
    assert ((firms.generation > 0) == ((firms.anchor >= 0) | (firms.lab >= 0))).all()
    assert ((projects.generation > 0) == (projects.anchor >= 0)).all()
    assert ((firms.anchor != firms.leads) | (firms.leads < 0)).all()
    assert (firms.generation[(firms.channel == Channel.INITIAL) | (firms.leads >= 0)] == 0).all()
    followed = (firms.channel == Channel.FOLLOWED) & (firms.anchor >= 0)
    assert (firms.generation[followed] == 1).all() and (firms.lab[followed] == NONE).all()
    assert (firms.lab[firms.channel == Channel.LAB_SPIN_OFF] >= 0).all()
    assert not ((firms.anchor >= 0) & (firms.lab >= 0)).any()


# ── Counts and sums ──────────────────────────────────────────────────────────────────────────────────────────────────
def check_counts(last: Park, world: World) -> None:
    """Firms now = firms then + births - deaths by segment; projects likewise; who asked has opened or was turned away."""
    record = record_at(world.record, world.quarter - world.given.start)
    cells, n = record.segment, world.given.n_segments
    births, asked = sum(cells[name] for name in OPENED), in_use(world.park.births)
    then, now = in_use(last.firms), in_use(world.park.firms)
    count_then, count_now = (np.bincount(firms.segment, minlength=n) for firms in (then, now))
    assert (count_now == count_then + births - cells.exits).all()
    left = in_use(world.park.left)
    assert (np.bincount(left.segment, minlength=n) == cells.exits).all() and left.closes.all()
    assert set(then.key) - set(now.key) == set(left.key)
    newborn = ~np.isin(now.key, then.key)
    assert newborn.sum() == births.sum() == asked.admitted.sum()
    assert (now.born[newborn] == world.quarter).all() and (now.born[~newborn] < world.quarter).all()
    assert set(now.key[newborn]) == set(asked.key[asked.admitted])
    assert (cells.turned_away == np.bincount(asked.segment[~asked.admitted], minlength=n)).all()
    old, new = in_use(last.projects), in_use(world.park.projects)
    gone = ~np.isin(old.key, new.key)
    assert gone.sum() >= cells.opened_projects.sum() == np.isin(asked.key, old.key).sum()
    came = new[~np.isin(new.key, old.key)]
    due = old[(old.signed == world.quarter)]
    assert (np.bincount(np.append(came.segment, due.segment), minlength=n) == cells.signed_projects).all()
    assert (in_use(world.park.anchors).stage[: last.anchors.n[0]] >= in_use(last.anchors).stage).all(), "stages only move on"


def check_record(world: World) -> None:
    """What was recorded of the stocks is what the tables hold."""
    given, park = world.given, world.park
    record, firms = record_at(world.record, world.quarter - given.start), in_use(park.firms)
    n = given.n_segments
    assert (record.segment.firms == np.bincount(firms.segment, minlength=n)).all()
    assert np.allclose(record.segment.employees, np.bincount(firms.segment, firms.employees, n), rtol=1e-12, atol=1e-9)
    brought = np.bincount(firms.segment[firms.anchor >= 0], minlength=n)
    assert (record.segment.brought_firms == brought).all()
    rounds = record.anchor.first_round_firms.sum() + record.anchor.later_rounds_firms.sum()
    assert rounds == brought.sum()
    assert record.lab.lab_first_round_firms.sum() + record.lab.lab_later_rounds_firms.sum() == (firms.lab >= 0).sum()
    assert record.anchor.anchor_firms.sum() == (firms.leads >= 0).sum()
    signed = in_use(park.projects)[in_use(park.projects).signed <= world.quarter]
    assert (record.segment.pipeline_projects == np.bincount(signed.segment, minlength=n)).all()
    assert (record.zone.floor == park.zones.floor[:-1]).all() and (record.zone.occupied == park.zones.occupied[:-1]).all()


def check_money(world: World) -> None:
    """Orders received are orders placed; what a firm sells beyond its local orders is sold outside, and never negative."""
    firms, cells = np.concatenate([in_use(world.park.firms), in_use(world.park.left)]).view(np.recarray), world.park.cells
    received = np.bincount(firms.segment, firms.orders, len(cells))
    close = 1e-9 * (1.0 + cells.demand.sum())
    if world.quarter > world.given.start:  # at the start orders are cut to what firms sell
        assert (np.abs(received - cells.filled) <= close).all()
    assert (received <= cells.filled + close).all()
    assert abs(cells.filled.sum() - cells.placed.sum()) <= close
    assert (np.abs(cells.filled + cells.unmet - cells.demand) <= close).all()
    assert (cells.placed <= cells.purchases + close).all()
    assert (firms.revenue - firms.orders >= -1e-9 * (1.0 + firms.revenue)).all()


def check_floor(given: Given, park: Park) -> None:
    """Floor in use is that of the firms, and no zone houses more than it holds."""
    firms = in_use(park.firms)
    used = np.bincount(firms.zone, firms.employees * given.segment.floor_per_head[firms.segment], given.n_zones)
    assert np.allclose(used, park.zones.occupied, rtol=1e-12, atol=1e-6)
    assert (park.zones.occupied <= park.zones.floor * (1.0 + 1e-12) + 1e-6).all()
