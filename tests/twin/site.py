"""Floor space and rent (docs/ODD.md, section 7.8)."""

from __future__ import annotations

from tests.twin.park import STEP, Park, Zone
from wutong.model.maths import exp

TIGHT, SLACK = 0.85, 0.75


def run(park: Park) -> None:
    for zone in park.zones:
        if not zone.own_plants:
            build(park, zone)


def build(park: Park, zone: Zone) -> None:
    """Rent by how full a zone is, and new floor."""
    p, given, occupancy = park.parameters["site"], park.given, zone.occupancy
    zone.rent = (1.0 + p.rent_slope * max(occupancy - TIGHT, 0.0)) / zone.rent_start
    pace = min(max((occupancy - SLACK) / (TIGHT - SLACK), 0.0), 1.0)
    zone.floor += zone.floor * (exp(p.building_rate * STEP) - 1.0) * pace + park.lever_floor[zone.number]
    for when, where, area in zip(given.floor_when, given.floor_zone, given.floor_area, strict=True):
        if when == park.quarter and where == zone.number:
            zone.floor += float(area)
