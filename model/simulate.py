"""simulate(cases) -> History: all worlds of a batch, quarter by quarter.  A single run is a batch of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from wutong.model.draws import Draws
from wutong.model.entities import replaced
from wutong.model.facts import Floats
from wutong.model.history import Axis, History
from wutong.model.levers import LEVERS
from wutong.model.lineage import anchor_names
from wutong.model.measures import MEASURES, derived, measure
from wutong.model.scenario import Case
from wutong.model.schedule import SCHEDULE
from wutong.model.settlement import Settled, settle
from wutong.model.start.build import Batch, begin
from wutong.model.start.projects import signed_before
from wutong.model.state import ParkState, after
from wutong.model.units import quarter_name

LARGEST = float(np.finfo(np.float32).max)  # in single precision, as runs are kept
IN_QUARTER = "in quarter "  # begins the note on an error that says when it was raised


def next_quarter(batch: Batch, state: ParkState) -> ParkState:
    """The same park at the beginning of the next quarter, under that quarter's levers."""
    number = state.quarter + 1 - state.base.start
    changes = {
        "quarter": state.quarter + 1,
        "levers": batch.levers.at(number),
        "levels": batch.levers.levels_at(number),
        "floor_added": batch.levers.floor_added[number - 1],
    }
    return replaced(state, changes)


def step(batch: Batch, state: ParkState) -> tuple[ParkState, ParkState, Settled]:
    """One quarter: the park before and after its settlement, and what the settlement did."""
    state = next_quarter(batch, state)
    draws = Draws(state.quarter)
    for rule in SCHEDULE:
        state = after(state, rule, rule.apply(state, batch.parameters[rule.name], draws))
    settled_state, settled = settle(state, draws)
    return state, settled_state, settled


class Observer(Protocol):
    """Whoever watches a run from outside: it is shown every state and changes none."""

    def begin(self, state: ParkState) -> None:
        """See the start."""

    def add(self, before: ParkState, now: ParkState, settled: Settled) -> None:
        """See a quarter: the park before and after its settlement, and what the settlement did."""


def refuse_endless(name: str, values: Floats) -> None:
    """Make sure that a measure is a number that can be kept in every world: values that are allowed one by one can be too much.

    Raises
    ------
    FloatingPointError
        If it is infinite, no number, or larger than what is kept.
    """
    if not np.abs(values).max(initial=0.0) <= LARGEST:
        raise FloatingPointError(f"{name} is no finite number: the assumptions lead beyond all bounds")


class Recorder:
    """Measures of a run as they come, of shape (n_quarters + 1, n_worlds, n) each."""

    def __init__(self, batch: Batch, state: ParkState) -> None:
        self._batch, self._start = batch, state.quarter
        self._before = signed_before(batch.cases[0].scenario.park, state)
        first = measure(state, state, Settled.nothing(state.shape))
        self._values = {name: np.zeros((batch.n_quarters + 1, *value.shape)) for name, value in first.items()}
        self._put(0, first)

    def _put(self, row: int, values: dict[str, Floats]) -> None:
        for name, value in values.items():
            refuse_endless(name, value)
            self._values[name][row] = value

    def add(self, before: ParkState, now: ParkState, settled: Settled) -> None:
        self._put(now.quarter - self._start, measure(before, now, settled))

    def history(self) -> History:
        """Everything recorded so far, copied and read-only: what is handed out never changes."""
        park = self._batch.cases[0].scenario.park
        values = {**{name: value.copy() for name, value in self._values.items()}, **derived(self._values, self._before)}
        for name, value in values.items():
            refuse_endless(name, value)
            value.flags.writeable = False
        axes = {
            Axis.SEGMENT: tuple(s.key for s in park.segments),
            Axis.ZONE: tuple(z.key for z in park.zones),
            Axis.LEVER: tuple(LEVERS),
            Axis.ANCHOR: anchor_names(park),
            Axis.LAB: tuple(lab.key for lab in park.labs),
            Axis.PARK: ("park",),
        }
        return History(self._batch.cases, self._start, axes, MEASURES, values)


def simulate(cases: Sequence[Case], observers: Sequence[Observer] = ()) -> History:
    """Run a batch: one world a case, all of one park structure and one clock, watched by observers.

    Raises
    ------
    ValueError
        If the cases cannot share a batch, or a scenario or policy says what it may not.
    """
    batch, state = begin(cases)
    recorder = Recorder(batch, state)
    for observer in observers:
        observer.begin(state)
    for number in range(state.quarter + 1, state.quarter + 1 + batch.n_quarters):
        try:
            before, state, settled = step(batch, state)
            recorder.add(before, state, settled)
            for observer in observers:
                observer.add(before, state, settled)
        except Exception as error:
            error.add_note(f"{IN_QUARTER}{quarter_name(number)}")
            raise
    return recorder.history()
