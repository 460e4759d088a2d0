"""What must hold in every park at the end of every quarter, whatever was assumed, decided or drawn."""

from __future__ import annotations

import dataclasses

import numpy as np

from wutong.model.contract import Births
from wutong.model.entities import Stage
from wutong.model.scenario import Case
from wutong.model.settlement import Settled, occupied
from wutong.model.simulate import step
from wutong.model.start.build import begin
from wutong.model.state import ParkState

TABLES = ("firms", "projects", "anchors", "partners", "labs", "research", "cells", "zones", "worlds")


def watched_run(cases: tuple[Case, ...]) -> ParkState:
    """The last state of a run in which every invariant was checked every quarter."""
    batch, state = begin(cases)
    check_start(state)
    for _ in range(batch.n_quarters):
        last = state
        before, state, settled = step(batch, last)
        check_quarter(last, before, state, settled)
    return state


def check_start(state: ParkState) -> None:
    check_columns(state)
    check_rows_and_links(state)
    check_money(state)
    check_floor(state)


def check_quarter(last: ParkState, before: ParkState, now: ParkState, settled: Settled) -> None:
    """Everything that ties a quarter's end to its beginning; ``before`` is the moment before the settlement."""
    check_columns(now)
    check_rows_and_links(now)
    check_counts(last, before, now, settled)
    check_money(before)
    check_floor(now)


def check_columns(state: ParkState) -> None:
    """No NaN, nothing beyond its declared bounds."""
    for name in TABLES:
        table = getattr(state, name)
        for field in dataclasses.fields(table):
            column = getattr(table, field.name)
            where = f"{name}.{field.name} in quarter {state.quarter}"
            assert np.isfinite(column.astype(np.float64)).all(), where
            if column.dtype != np.uint64 and column.size:
                low, high = field.metadata["low"], field.metadata["high"]
                assert column.min() >= low and column.max() <= high, f"{where}: {column.min()} to {column.max()}"


def check_rows_and_links(state: ParkState) -> None:
    """Rows stand in their order, identities are unique, and every link points to a living firm of its world or to none."""
    firms, anchors, base = state.firms, state.anchors, state.base
    assert (np.diff(firms.site) >= 0).all()
    counts = np.bincount(firms.site, minlength=state.groups.by_site.size)
    assert (counts == state.groups.by_site.ravel()).all()
    assert (state.groups.by_site.sum(axis=2) == state.cells.firms).all()
    for name in ("firms", "projects", "anchors", "partners", "labs", "research"):
        key = getattr(state, name).key
        assert len(np.unique(key)) == len(key), name
    for order in (anchors.world, state.labs.world):
        assert (np.diff(order) >= 0).all()
    world = firms.site // (base.n_segments * base.n_zones)
    serving = np.flatnonzero(firms.customer >= 0)
    assert (firms.customer < len(firms.key)).all()
    assert (world[firms.customer[serving]] == world[serving]).all()
    brought = np.flatnonzero(firms.anchor >= 0)
    assert (firms.anchor[brought] < np.bincount(anchors.world, minlength=base.n_worlds)[world[brought]]).all()
    check_anchors(state, world)


def check_anchors(state: ParkState, world: np.ndarray) -> None:
    firms, anchors, base = state.firms, state.anchors, state.base
    running = np.flatnonzero(anchors.firm >= 0)
    own = anchors.firm[running]
    assert len(np.unique(own)) == len(own) and (own < len(firms.key)).all()
    assert (world[own] == anchors.world[running]).all()
    assert (firms.site[own] // base.n_zones % base.n_segments == anchors.segment[running]).all()
    assert (firms.key[own] == anchors.key[running]).all()
    assert (anchors.stage[running] == Stage.OPERATING).all()
    row = state.anchor_rows(state.partners.cell // base.n_segments, state.partners.anchor)
    outside = np.bincount(row, minlength=len(anchors.key))
    assert (outside + anchors.partners_signed == anchors.partners).all()
    assert (state.partners.resistance > anchors.exposure[row]).all()


def asked(before: ParkState) -> int:
    """Firms that ask to open with a project of their own."""
    return sum(len(o.key) for o in before.openings if isinstance(o, Births))


def check_counts(last: ParkState, before: ParkState, now: ParkState, settled: Settled) -> None:
    """Firms now = firms then + births - deaths, cell by cell; projects likewise."""
    births = sum(settled.opened.values())
    assert (now.cells.firms == last.cells.firms + births - settled.exits).all()
    assert settled.exits.sum() == len(before.deaths) == len(np.unique(before.deaths))
    gone = before.firms.key[before.deaths]
    assert not np.isin(now.firms.key, gone).any()
    newborn = ~np.isin(now.firms.key, last.firms.key)
    assert newborn.sum() == births.sum()
    assert (now.firms.born[newborn] == now.quarter).all()
    finished = before.projects.fate != 0
    named_later = ((last.projects.signed == now.quarter) & (last.projects.leads >= 0)).sum()
    signed = settled.signed.sum() - named_later
    assert len(now.projects.key) == len(last.projects.key) - finished.sum() + signed
    assert asked(before) == (before.projects.fate == 1).sum()


def check_money(state: ParkState) -> None:
    """Orders received are orders placed; what a firm sells beyond its local orders is sold outside, and never negative."""
    received = state.groups.sum_by_cell(state.firms.orders)
    cells = state.cells
    scale = 1.0 + cells.demand.sum(axis=1)
    assert (np.abs(received - cells.filled).max(axis=1) <= 1e-9 * scale).all()
    assert (np.abs(cells.filled.sum(axis=1) - cells.placed.sum(axis=1)) <= 1e-9 * scale).all()
    assert (np.abs(cells.filled + cells.unmet - cells.demand).max(axis=1) <= 1e-9 * scale).all()
    outside = state.firms.revenue - state.firms.orders
    assert (outside >= -1e-9 * (1.0 + state.firms.revenue)).all()


def check_floor(state: ParkState) -> None:
    used = occupied(state.base, state.groups, state.firms)
    assert np.allclose(used, state.zones.occupied, rtol=1e-12, atol=1e-6)
    assert (state.zones.occupied <= state.zones.floor * (1.0 + 1e-12) + 1e-6).all()
