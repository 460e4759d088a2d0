"""Where the twin first leaves the model, row by row: ``python -m tests.twin.narrowing scenario[:policy] [replication]``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.twin.compare import cases_of
from tests.twin.park import Park
from tests.twin.running import run_quarter
from tests.twin.starting import copy_of_start
from wutong.model.tables import in_use
from wutong.model.units import quarter_name
from wutong.model.world import World, prepare

CLOSE = 1e-9
FIRM = (
    "employees", "quality", "outside_demand", "ramp", "momentum", "orders", "revenue", "exit_rate", "life", "spin_off_rate",
    "spin_off_left", "born", "channel", "customer_lost",
)  # fmt: skip
PROJECT = ("signed", "channel", "investment", "luck", "capacity", "quality", "opening_share", "lag", "progress")
ANCHOR = ("name", "kind", "signs", "closes", "stage", "exposure", "partners_signed", "investment")
SEGMENT = ("unmet", "inputs", "knowledge", "swing", "pool_swing", "drift", "pool")
ZONE = ("floor", "occupied", "rent")
LAB = ("opens", "closes", "budget", "maturity")


def differing_rows(world: World, park: Park) -> list[str]:
    """What differs between a world and its twin, a sentence a row."""
    tables = world.park
    firms, projects = in_use(tables.firms), in_use(tables.projects)
    found = [
        *by_key("firm", firms, park.firms, FIRM),
        *by_key("project", projects, park.projects, PROJECT),
        *in_order("anchor", in_use(tables.anchors), park.anchors, ANCHOR),
        *in_order("lab", in_use(tables.labs), park.labs, LAB),
        *in_order("segment", tables.cells, park.segments, SEGMENT),
        *in_order("zone", tables.zones, park.zones, ZONE),
    ]
    return found + list(differing_links(firms, park))


def differing_links(rows: Any, park: Park) -> Iterator[str]:
    firms = {firm.key: firm for firm in park.firms}
    for row in rows:
        if row.key in firms and (theirs := links_of_row(row, rows)) != (ours := links_of_firm(firms[row.key])):
            yield f"firm {row.key}: links {theirs} in the model, {ours} in the twin"


def by_key(what: str, rows: Any, objects: list[Any], columns: tuple[str, ...]) -> Iterator[str]:
    """Rows that only one of the two has, and those that differ."""
    ours, theirs = {one.key: one for one in objects}, {row.key: row for row in rows}
    for key in theirs.keys() - ours.keys():
        yield f"{what} {key} of segment {theirs[key].segment} stands in the model alone"
    for key in ours.keys() - theirs.keys():
        yield f"{what} {key} of segment {ours[key].segment.number} stands in the twin alone"
    for key in sorted(ours.keys() & theirs.keys()):
        yield from unlike(f"{what} {key}", theirs[key], ours[key], columns)


def in_order(what: str, rows: Any, objects: list[Any], columns: tuple[str, ...]) -> Iterator[str]:
    for number, (row, one) in enumerate(zip(rows, objects, strict=True)):
        yield from unlike(f"{what} {number}", row, one, columns)


def unlike(what: str, row: Any, one: Any, columns: tuple[str, ...]) -> Iterator[str]:
    for column in columns:
        a, b = float(row[column]), float(getattr(one, column))
        if not abs(a - b) <= CLOSE * max(abs(a), 1e-3):
            yield f"{what}: {column} is {a!r} in the model, {b!r} in the twin"


def links_of_row(row: Any, firms: Any) -> tuple[Any, ...]:
    customer = firms[row.customer].key if row.customer >= 0 else None
    return int(row.segment), int(row.zone), int(row.leads), int(row.anchor), int(row.lab), int(row.generation), customer


def links_of_firm(firm: Any) -> tuple[Any, ...]:
    slots = [one.slot if one is not None else -1 for one in (firm.leads, firm.anchor)]
    lab, customer = firm.lab.number if firm.lab else -1, firm.customer.key if firm.customer else None
    return firm.segment.number, firm.zone.number, *slots, lab, firm.round, customer


def first_difference(world: World, last: int) -> tuple[int, list[str]] | None:
    """The first quarter in which a world and its twin differ, and how; none if they agree to the end."""
    with np.errstate(over="ignore"):
        park = copy_of_start(world)
        for quarter in range(world.quarter + 1, last + 1):
            run_quarter(park, quarter)
            world.advance(quarter)
            if found := differing_rows(world, park):
                return quarter, found
    return None


def main(name: str, replication: int = 0) -> None:
    title, cases = cases_of(name, replication + 1)[0]
    batch = prepare(cases[-1:])
    found = first_difference(World(batch, 0), batch.base.start + batch.n_quarters)
    if found is None:
        print(f"{title} {replication}: the same rows in every quarter")
        return
    print(f"{title} {replication}: {quarter_name(found[0])}, {len(found[1])} differ", *found[1][:20], sep="\n    ")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]))
