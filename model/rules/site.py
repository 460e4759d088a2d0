"""Site: floor space is added, and rent rises where it runs short.  ODD 7.8

Who finds room is settled at the end of the quarter (model.settlement); growth asks for room in its own rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wutong.model.contract import Change, Rule
from wutong.model.draws import Draws
from wutong.model.facts import Floats, Ints, Tag, parameter
from wutong.model.scenario import Plant
from wutong.model.state import ParkState
from wutong.model.units import STEP_YEARS


# ── Parameters ───────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Site:
    office_area: Floats = parameter(
        14.0, unit="m2", low=10.0, high=18.0, en="Office floor a head", zh="办公人均面积", tag=Tag.COMPUTED,
        source="Chongqing Software Park: 50 万 m2 for 30,000 staff, part of it empty",
    )  # fmt: skip
    plant_area: Floats = parameter(
        30.0, unit="m2", low=15.0, high=60.0, en="Plant floor a head", zh="厂房人均面积", source="design choice"
    )
    fab_area: Floats = parameter(
        80.0, unit="m2", low=40.0, high=150.0, en="Fab and packaging floor a head", zh="晶圆与封装人均面积",
        source="design choice",
    )  # fmt: skip
    rent_slope: Floats = parameter(
        2.0, unit="1", low=1.0, high=3.0, en="Rise of rent with occupancy above 85 %", zh="租金随入住率上升斜率",
        source="design choice",
    )  # fmt: skip
    building_rate: Floats = parameter(
        0.08, unit="1/year", low=0.0, high=0.15, en="Floor space added a year where it is tight", zh="紧张片区载体年增长",
        source="design: levers are changes from 2022, when building did not stand still; else 2022's floor caps the park",
    )  # fmt: skip


TIGHT = 0.85  # occupancy from which rent rises and builders build at full pace
SLACK = 0.75  # occupancy up to which nobody builds


# ── Kernels ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def floor_per_head(p: Site, plant: Ints, n_worlds: int) -> Floats:
    """Floor a head by segment, of shape (n_worlds, n_segments) [m2]."""
    by_kind = {Plant.OFFICE: p.office_area, Plant.PLANT: p.plant_area, Plant.FAB: p.fab_area}
    table = np.concatenate([np.broadcast_to(by_kind[kind], (n_worlds, 1)) for kind in Plant], axis=1)
    return table[:, plant]


def rent_index(occupied: Floats, floor: Floats, slope: Floats) -> Floats:
    """Rent relative to a zone with room to spare, of shape (n_worlds, n_zones) [1]."""
    occupancy = np.divide(occupied, floor, out=np.zeros(occupied.shape), where=floor > 0.0)
    return 1.0 + slope * np.maximum(occupancy - TIGHT, 0.0)


def building(occupied: Floats, floor: Floats, rate: Floats) -> Floats:
    """Share of its floor that a zone adds in a quarter, of shape (n_worlds, n_zones): builders follow occupancy."""
    occupancy = np.divide(occupied, floor, out=np.zeros(occupied.shape), where=floor > 0.0)
    eager = np.clip((occupancy - SLACK) / (TIGHT - SLACK), 0.0, 1.0)
    return np.asarray(np.expm1(rate * STEP_YEARS) * eager)


# ── Wiring ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def apply(state: ParkState, p: Site, draws: Draws) -> Change:
    zones = state.zones
    built = zones.floor * building(zones.occupied, zones.floor, p.building_rate)
    built[:, :-1] += state.levers.floor + state.base.floor_ready(draws.quarter)
    rent = rent_index(zones.occupied, zones.floor, p.rent_slope) / zones.rent_start  # as last quarter left both
    return Change(columns={"zones.floor": zones.floor + built, "zones.rent": rent})


RULE = Rule("site", Site, frozenset({"zones.floor", "zones.rent"}), apply)
