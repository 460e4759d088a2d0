"""Site: floor space is added, and rent rises where it runs short.  ODD 7.8

Who finds room is settled at the end of the quarter (model.settlement); growth asks for room in its own rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wutong.model.compiled import compiled
from wutong.model.facts import Floats, Tag, parameter
from wutong.model.given import Given, Levers
from wutong.model.maths import exp
from wutong.model.tables import Park
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


# ── The rule ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@compiled
def build_floor(t: int, given: Given, p: Any, levers: Levers, park: Park) -> None:
    """Builders follow occupancy, and what levers and the park's file add becomes ready; rent follows occupancy, too.

    Both look at last quarter's use and floor.
    """
    for z in range(given.n_zones):
        zone = park.zones[z]
        used = zone.occupied / zone.floor if zone.floor > 0.0 else 0.0
        zone.rent = rent_index(used, p) / zone.rent_start
        eager = min(max((used - SLACK) / (TIGHT - SLACK), 0.0), 1.0)
        zone.floor += zone.floor * (exp(p.building_rate * STEP_YEARS) - 1.0) * eager
    for z in range(given.n_zones - 1):
        park.zones[z].floor += levers.floor[z]
    for k in range(len(given.floor_when)):
        if given.floor_when[k] == t:
            park.zones[given.floor_zone[k]].floor += given.floor_area[k]


@compiled
def rent_index(used: float, p: Any) -> float:
    """Rent relative to a zone with room to spare, by the share of its floor in use [1]."""
    return 1.0 + p.rent_slope * max(used - TIGHT, 0.0)
