"""One quarter after the other (docs/ODD.md, section 3), from the start of a world to its record."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from tests.twin import anchors, attraction, growth, knowledge, leaving, observing, orders, outside, settlement, site, spin_off
from tests.twin.park import Park
from tests.twin.starting import copy_of_start
from wutong.model.given import Record
from wutong.model.world import World

RULES = (outside, anchors, attraction, spin_off, orders, growth, knowledge, leaving, site)


def run_quarter(park: Park, quarter: int) -> None:
    park.begin(quarter)
    for rule in RULES:
        rule.run(park)
    observing.before(park)
    settlement.run(park)
    observing.after(park)


def take_stock(park: Park) -> None:
    """Record the start: one pass of the orders, what stands, and nothing that happens."""
    for segment in park.segments:
        segment.policy = SimpleNamespace(localisable=1.0)
    orders.run(park)
    for firm in park.firms:
        observing.earned(park, firm)
    observing.note_largest_anchor(park)
    observing.after(park)


def run_twin(world: World, last: int) -> tuple[Park, Record]:
    """The twin of a world that stands at its start, and its record up to the end of a quarter."""
    record = Record(*map(np.zeros_like, world.record))
    with np.errstate(over="ignore"):
        park = copy_of_start(world)
        take_stock(park)
        write(park, record)
        for quarter in range(park.start + 1, last + 1):
            run_quarter(park, quarter)
            write(park, record)
    return park, record


def write(park: Park, record: Record) -> None:
    """The quarter's book as a row of the record."""
    step = park.quarter - park.start
    for table in record:
        for measure in table.dtype.names:
            for row, amount in park.book.amounts.get(measure, {}).items():
                table[measure][step, row] = amount
