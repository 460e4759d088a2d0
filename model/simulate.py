"""simulate(cases) -> History: a world for each case, and what all of them recorded.

Worlds that differ in their policy alone are one world up to the quarter in which their levers first differ: it is run once and
then copied.  Nothing that a policy does later is known to the quarters before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from wutong.model.derived import Context, derived
from wutong.model.given import Levers, Record
from wutong.model.history import Axis, History, only
from wutong.model.lever_table import levers_of
from wutong.model.levers import LEVERS
from wutong.model.measures import MEASURES, RECORDED, RECORDED_AXES
from wutong.model.parting import Parting, one_start, parting
from wutong.model.scenario import RECRUITED, Case, Park
from wutong.model.start.opening import signed_before
from wutong.model.world import WATCH, Batch, World, new_record, prepare, refuse_endless


@dataclass(frozen=True)
class Attempt:
    """What came of some cases: the history of those that ran, None if none did, and what the others raised, by position."""

    history: History | None
    raised: Mapping[int, BaseException] = field(default_factory=dict)


def simulate(cases: Sequence[Case]) -> History:
    """Run cases: one world each, all of one park structure and one clock.

    Raises
    ------
    ValueError
        If the cases cannot share a batch, or a scenario or policy says what it may not.
    """
    found = attempted(cases)
    for error in found.raised.values():
        raise error
    assert found.history is not None
    return found.history


def attempted(cases: Sequence[Case]) -> Attempt:
    """Run cases as :func:`simulate` does, each for itself: what a world raises takes no other with it.

    Raises
    ------
    ValueError
        As :func:`simulate`, before the first run.
    """
    batch = prepare(cases)
    records, raised = dict[int, Record](), dict[int, BaseException]()
    for positions in one_start(cases):
        WATCH.get().begins([cases[position] for position in positions])
        for position, came in _grown(batch, positions):
            if isinstance(came, BaseException):
                raised[position] = came
            else:
                records[position] = came
    if len(raised) == len(cases):
        return Attempt(None, raised)
    empty = new_record(batch)
    history = history_of(batch, [records.get(n, empty) for n in range(len(cases))])
    ran = [n for n in range(len(cases)) if n not in raised]
    return Attempt(only(history, ran) if raised else history, dict(sorted(raised.items())))


def _grown(batch: Batch, positions: Sequence[int]) -> Iterator[tuple[int, Record | BaseException]]:
    """What the cases of one start recorded, or raised."""
    try:
        world = World(batch, positions[0])
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a rule may raise anything, and no world may take others with it
        yield from ((position, error) for position in positions)
        return
    levers = [world.levers, *(levers_of(batch.levers, batch.base, position) for position in positions[1:])]
    for n, came in _parted(world, parting(levers), levers):
        yield positions[n], came


def _parted(world: World, tree: Parting, levers: Sequence[Levers]) -> Iterator[tuple[int, Record | BaseException]]:
    """A world run to where its policies part, and on under each of them; copies are made one at a time."""
    try:
        world.advance(world.given.start + tree.quarters)
        if not tree.then:
            refuse_endless(world)
    except (Exception, SystemExit) as error:  # noqa: BLE001
        yield from ((n, error) for n in tree.together)
        return
    if not tree.then:
        yield from ((n, world.record) for n in tree.together)
    for group in tree.then:
        own = levers[group.together[0]]
        if group is tree.then[-1]:
            world.levers = own
            yield from _parted(world, group, levers)
        else:
            yield from _parted(world.branch(own), group, levers)


def history_of(batch: Batch, records: Sequence[Record]) -> History:
    """The measures of some worlds, one record each: what was recorded, and what follows from it."""
    recorded = {
        name: np.stack([record[n][name] for record in records], axis=1)
        for n, axis in enumerate(RECORDED_AXES)
        for name in RECORDED[axis]
    }
    values = {**recorded, **derived(recorded, _context(batch))}
    values = {name: value for name, value in values.items() if name in MEASURES}
    for value in values.values():
        value.flags.writeable = False
    return History(batch.cases, batch.base.start, axes_of(batch.park), MEASURES, values)


def axes_of(park: Park) -> dict[Axis, tuple[str, ...]]:
    """Members of every axis of the measures."""
    return {
        Axis.SEGMENT: tuple(s.key for s in park.segments),
        Axis.ZONE: tuple(z.key for z in park.zones),
        Axis.LEVER: tuple(LEVERS),
        Axis.ANCHOR: (*(anchor.key for anchor in park.anchors), RECRUITED),
        Axis.LAB: tuple(lab.key for lab in park.labs),
        Axis.PARK: ("park",),
    }


def _context(batch: Batch) -> Context:
    budgets = np.stack([opening.lab["budget"] for opening in batch.openings])
    before = signed_before(batch.park, batch.base, batch.openings)
    return Context(batch.base, batch.parameters["accounts"], batch.levers, budgets, before)
