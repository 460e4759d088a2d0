"""A batch of cases, and its worlds: each by itself, quarter by quarter.  What a world gives does not depend on its company."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import numpy as np

from wutong.model.assumptions import Parameters as Sampled
from wutong.model.assumptions import records_of, sample, world_keys
from wutong.model.base import Base, signature
from wutong.model.compiled import EngineMissingError, engine
from wutong.model.given import Given, Levers, Parameters, Record, record_at
from wutong.model.lever_table import LeverTable, compile_levers, levers_of
from wutong.model.measures import RECORDED_AXES, RECORDS
from wutong.model.scenario import Case, Park
from wutong.model.schedule import run
from wutong.model.start.build import begin
from wutong.model.start.drawn import compile_base, given_of, mean_entrant
from wutong.model.start.opening import Opening, openings
from wutong.model.start.projects import sign_before_start
from wutong.model.tables import GROWING, FullTableError, copied, in_use, new_table
from wutong.model.tables import Park as Tables
from wutong.model.units import quarter_name

LARGEST = float(np.finfo(np.float32).max)  # in single precision, as runs are kept
IN_QUARTER = "in quarter "  # begins the note on an error that says when it was raised
FIRMS_AT_LEAST = 1024
FIRMS_TO_A_ROOM = 4096
ROOM = {"projects": 512, "anchors": 128, "partners": 4096, "research": 2048, "arrivals": 512, "births": 512, "left": 512}
"""Rows to begin with, for every FIRMS_TO_A_ROOM firms of the start."""
STRETCH = 400_000  # firms times quarters that are run without a stop, a tenth of a second: then the run can be ended


@dataclass(frozen=True)
class Watch:
    """What whoever runs worlds is told meanwhile, in the thread in which they run.

    Attributes
    ----------
    begins : told the cases that are run next, those of one start together
    goes_on : called between stretches of quarters; what it raises ends the run
    """

    begins: Callable[[Sequence[Case]], object] = lambda _: None
    goes_on: Callable[[], object] = lambda: None


UNWATCHED = Watch()
_READY: set[object] = set()
WATCH: ContextVar[Watch] = ContextVar("watch", default=UNWATCHED)


# ── A batch, and its worlds ──────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Batch:
    """Everything about some cases that does not change while they run: one park structure, one clock.

    Attributes
    ----------
    records : parameters by rule, of shape (n_worlds,)
    """

    cases: tuple[Case, ...]
    parameters: Sampled
    records: Mapping[str, Any]
    base: Base
    openings: list[Opening]
    levers: LeverTable
    n_quarters: int

    @property
    def park(self) -> Park:
        return self.cases[0].scenario.park


def prepare(cases: Sequence[Case]) -> Batch:
    """What the cases draw and what their policies do.

    Raises
    ------
    ValueError
        If the cases cannot share a batch, or a scenario or policy says what it may not.
    """
    check_batch(cases)
    keys = world_keys(cases)
    parameters = sample(cases, keys)
    base, totals = compile_base([case.scenario for case in cases], keys, parameters)
    n_quarters = cases[0].scenario.end - base.start
    parks = [case.scenario.park for case in cases]
    entrant = mean_entrant(base, parameters["accounts"])
    table = compile_levers([c.policy for c in cases], parks[0], base, base.lever_parameters, entrant, n_quarters)
    opened = openings(parks, base, keys, totals)
    return Batch(tuple(cases), parameters, records_of(parameters), base, opened, table, n_quarters)


def check_batch(cases: Sequence[Case]) -> None:
    if not cases:
        raise ValueError("a batch needs at least one case")
    first = cases[0].scenario
    for scenario in {id(c.scenario): c.scenario for c in cases}.values():
        if scenario.end <= scenario.park.start:
            raise ValueError(f"scenario {scenario.name}: it ends before its first quarter")
        if scenario.end != first.end or (scenario.park is not first.park and signature(scenario.park) != signature(first.park)):
            raise ValueError(f"scenarios {first.name} and {scenario.name} cannot share a batch: parks or clocks differ")


class World:
    """One world on its way: it knows what it is given, where it stands, and what it has recorded.

    Attributes
    ----------
    quarter : the last one that was run
    park : its tables as they stand
    record : what was recorded, row 0 the start
    """

    def __init__(self, batch: Batch, position: int, *, plain: bool | None = None) -> None:
        base = batch.base
        self.given: Given = given_of(base, batch.parameters["accounts"], position)
        self.parameters = Parameters(*(batch.records[name][position : position + 1] for name in Parameters._fields))
        self.opening = batch.openings[position]
        self.levers: Levers = levers_of(batch.levers, base, position)
        self.record = new_record(batch)
        self.park = empty_park(self.given, self.opening)
        self._begin, self._run = engine(begin, plain=plain), engine(run, plain=plain)
        self._run.prepare(*self._between(0, 0), beside=[(self._begin, self._at_start())])
        self._advance(base.start, base.start)
        self.quarter = base.start

    def advance(self, last: int) -> None:
        """Run up to the end of a quarter."""
        self._advance(self.quarter + 1, last)
        self.quarter = last

    def branch(self, levers: Levers) -> World:
        """A world of its own that stands where this one does, to go on under another policy.

        Where the two policies are the same up to this quarter, it is the world of the other policy, bit for bit.
        """
        other = copy.copy(self)
        other.park, other.record = copied(self.park), Record(*(table.copy() for table in self.record))
        other.levers = levers
        return other

    def _advance(self, first: int, last: int) -> None:
        """Set up the start, or run quarters; where a table lacks room, again with more: draws are keyed, so nothing changes."""
        before, room, todo = copied(self.park), 1, first
        while todo <= last:
            WATCH.get().goes_on()
            until = min(last, todo + STRETCH // max(int(self.park.firms.n[0]), 1))
            try:
                todo = self._run(*self._between(todo, until)) if todo > self.given.start else self._set_up()
                if todo <= until:
                    self.park = copied(self.park, room=2)
            except FullTableError:  # before all others: it is no fault
                room, todo = 2 * room, first
                self.park = copied(before, room)
                for table in self.record:
                    table[first - self.given.start : last - self.given.start + 1] = 0.0
            except Exception as error:
                error.add_note(f"{IN_QUARTER}{quarter_name(int(self.park.world[0].quarter) or self.given.start)}")
                raise

    def _set_up(self) -> int:
        self._begin(*self._at_start())
        return self.given.start + 1

    def _at_start(self) -> tuple[object, ...]:
        return self.given, self.parameters, self.opening, self.park, record_at(self.record, 0)

    def _between(self, first: int, last: int) -> tuple[object, ...]:
        return first, last, self.given, self.parameters, self.levers, self.park, self.record


def made_ready(case: Case) -> None:
    """Make the engine, once in a process, in the thread that calls this: Ctrl-C reaches only one.

    Raises
    ------
    EngineMissingError
        Where the compiler cannot be imported.
    """
    entry = engine(run)
    if entry not in _READY:
        try:
            World(prepare((case,)), 0)
        except EngineMissingError:
            raise
        except Exception:  # noqa: BLE001 - what is wrong with the case is told where it is run
            return
        _READY.add(entry)


def signed_before_start(batch: Batch, position: int) -> Any:
    """Ordinary projects of a world that were signed before the start, as they were signed: records of shape (n_projects,)."""
    given, opening = given_of(batch.base, batch.parameters["accounts"], position), batch.openings[position]
    projects, arrivals = new_table("projects", int(opening.signing["count"].sum())), new_table("arrivals", 1)
    newcomers = batch.records["newcomers"][position : position + 1]
    engine(sign_before_start)(given, newcomers[0], opening, projects, arrivals)
    return in_use(projects)


def empty_park(given: Given, opening: Opening) -> Tables:
    """Tables without content, with room for the start and some growth."""
    firms = int(opening.segment["firms"].sum())
    room = {name: rows * (1 + firms // FIRMS_TO_A_ROOM) for name, rows in ROOM.items()}
    room |= {"firms": 2 * firms + FIRMS_AT_LEAST, "labs": len(opening.lab)}
    room["projects"] += 2 * int(opening.signing["count"].sum())
    fixed = {"labs": len(opening.lab)}
    growing = (new_table(name, room[name], fixed.get(name, 0)) for name in GROWING)
    rest = {"cells": given.n_segments, "zones": given.n_zones, "world": 1}
    return Tables(*growing, *(new_table(name, n).row for name, n in rest.items()))


def new_record(batch: Batch) -> Record:
    """Room for the record of one world."""
    base = batch.base
    lengths = (base.n_segments, base.n_zones - 1, base.n_anchors + 1, len(base.lab_university), 1)
    shapes = zip(RECORDED_AXES, lengths, strict=True)
    return Record(*(np.zeros((batch.n_quarters + 1, n), RECORDS[axis]).view(np.recarray) for axis, n in shapes))


def refuse_endless(world: World) -> None:
    """Make sure that all measures are numbers that can be kept: values that are allowed one by one can be too much together.

    Raises
    ------
    FloatingPointError
        With the first measure that is infinite, no number, or larger than what is kept, and a note of its quarter.
    """
    for table in world.record:
        if np.abs(np.asarray(table).view(np.float64)).max(initial=0.0) <= LARGEST:
            continue
        for name in table.dtype.names:
            if not np.abs(table[name]).max(initial=0.0) <= LARGEST:
                row = int(np.flatnonzero(~(np.abs(table[name]) <= LARGEST).all(axis=1))[0])
                error = FloatingPointError(f"{name} is no finite number: the assumptions lead beyond all bounds")
                error.add_note(f"{IN_QUARTER}{quarter_name(world.given.start + row)}")
                raise error
