"""The state of a batch, and the only two ways it changes: ``after`` a rule, and the settlement in model.settlement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from wutong.model.base import Base
from wutong.model.contract import Arrivals, Births, Change, Rule
from wutong.model.entities import (
    NONE,
    Anchors,
    Cells,
    Firms,
    Groups,
    Labs,
    Partners,
    Projects,
    Research,
    Worlds,
    Zones,
    read_only,
    replaced,
)
from wutong.model.facts import Floats, Ints, Mask, Slots
from wutong.model.lever_effects import Effects
from wutong.model.units import QUARTERS_PER_YEAR


@dataclass(frozen=True)
class ParkState:
    """All worlds of a batch at one moment.  ``arrivals`` to ``flows`` wait for the settlement."""

    quarter: int
    base: Base
    levers: Effects
    levels: Mapping[str, Floats]  # of the levers in use, (n_worlds, n) each
    floor_added: Floats  # by levers so far, (n_worlds, n_zones or 1) [m2]
    groups: Groups
    firms: Firms
    projects: Projects
    anchors: Anchors
    partners: Partners
    labs: Labs
    research: Research
    cells: Cells
    zones: Zones
    worlds: Worlds
    arrivals: tuple[Arrivals, ...] = ()
    openings: tuple[Births, ...] = ()
    deaths: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    flows: Mapping[str, Floats] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, int]:
        """(n_worlds, n_segments)."""
        return self.base.n_worlds, self.base.n_segments

    @property
    def n_cells(self) -> int:
        return self.base.n_worlds * self.base.n_segments

    def count_by_cell(self, cell: Ints, weight: Floats | None = None) -> Floats:
        """Number (or summed weight) of the rows of each cell, of shape (n_worlds, n_segments)."""
        return np.bincount(cell, weight, minlength=self.n_cells).astype(np.float64).reshape(self.shape)

    def anchor_rows(self, world: Ints, slot: Ints | Slots) -> Ints:
        """Rows of the anchors table for anchors given by world and slot."""
        return np.asarray(self._first_anchors().take(world) + slot)

    def led_slots(self, row: Ints) -> Ints:
        """Slot of the anchor that each firm in the given rows is, of shape (n,); NONE for other firms."""
        running = np.flatnonzero(self.anchors.firm >= 0)
        order = running[np.argsort(self.anchors.firm[running])]
        if not len(order):
            return np.full(len(row), NONE)
        firm = self.anchors.firm[order]
        place = np.minimum(firm.searchsorted(row), len(firm) - 1)
        return np.where(firm[place] == row, self.anchor_slots()[order[place]], NONE)

    def anchor_slots(self) -> Ints:
        """Slot of every anchor within its world, of shape (n_anchors,)."""
        return np.asarray(np.arange(len(self.anchors.world)) - self._first_anchors().take(self.anchors.world))

    def _first_anchors(self) -> Ints:
        """First row of each world in the anchors table, of shape (n_worlds,)."""
        return self.anchors.world.searchsorted(np.arange(self.base.n_worlds))

    def share_reached(self, places: Floats, years: int) -> Floats:
        """Share of the firms under so many years that a number of places a world reaches, of shape (n_worlds, 1)."""
        if not places.any():
            return np.zeros((self.base.n_worlds, 1))
        young = (self.firms.born >= self.quarter - QUARTERS_PER_YEAR * years).astype(np.float64)
        return np.asarray(np.minimum(places / np.maximum(self.groups.sum_by_cell(young).sum(axis=1, keepdims=True), 1.0), 1.0))

    def lab_is_open(self, quarter: int) -> Mask:
        """Whether each lab works in a quarter, of shape (n_labs,)."""
        return np.asarray((self.labs.opens <= quarter) & (quarter < self.labs.closes))

    def lab_budgets(self) -> Floats:
        """Money of each lab, of shape (n_labs,) [亿元/year]: what a lever adds is split by budget."""
        n_worlds = self.base.n_worlds
        total = np.bincount(self.labs.world, self.labs.budget, minlength=n_worlds)
        extra = np.broadcast_to(self.levers.lab_budget, (n_worlds, 1))[:, 0]
        return np.asarray(self.labs.budget * (1.0 + extra / np.maximum(total, 1e-12))[self.labs.world])


P = TypeVar("P")


def after(state: ParkState, rule: Rule[ParkState, P], change: Change) -> ParkState:
    """The state with a rule's columns replaced and its births, signings, recruits, deaths and flows waiting.

    Raises
    ------
    ValueError
        If the rule changed what it does not own, or a column's type or shape.
    """
    written = change.columns.keys() | change.tables.keys()
    if not written <= rule.writes:
        raise ValueError(f"{rule.name} changed {sorted(written - rule.writes)} but owns {sorted(rule.writes)}")
    tables: dict[str, dict[str, NDArray[Any]]] = {}
    for path, value in change.columns.items():
        table, name = path.split(".")
        old = state.__dict__[table].__dict__[name]
        if value.dtype != old.dtype or value.shape != old.shape:
            raise ValueError(f"{rule.name}: {path} changed from {old.dtype}{old.shape} to {value.dtype}{value.shape}")
        value.flags.writeable = False
        tables.setdefault(table, {})[name] = value
    changes: dict[str, object] = {name: replaced(state.__dict__[name], columns) for name, columns in tables.items()}
    changes.update({name: read_only(table) for name, table in change.tables.items()})
    changes["arrivals"] = state.arrivals + change.arrivals
    changes["openings"] = state.openings + change.openings
    if change.deaths is not None:
        changes["deaths"] = np.union1d(state.deaths, change.deaths) if len(state.deaths) else change.deaths
    if change.flows:
        changes["flows"] = {**state.flows, **change.flows}
    return replaced(state, changes)
