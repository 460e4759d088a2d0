"""A crew of threads that runs chunks of cases in this process; no world is lost with another.

The engine lets go of the interpreter while it runs, so threads use all cores.  Ctrl-C reaches the thread that waits for them:
it tells them to end, which they do at the end of a stretch of quarters, and does not wait longer than a moment.
"""

from __future__ import annotations

import queue
import threading
import time
import traceback
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from wutong.experiments.packing import Packed, packed
from wutong.model.history import History, merge, only
from wutong.model.scenario import Case
from wutong.model.simulate import Attempt, attempted
from wutong.model.world import IN_QUARTER, WATCH, Watch, made_ready

Simulate = Callable[[Sequence[Case]], History | Attempt]
Begins = Callable[[int, Sequence[Case]], object]  # told the number of a thread and the cases that it runs next

TICK_SECONDS = 0.1  # after which a waiting thread looks whether it is to end: a lock is not given up for Ctrl-C everywhere
PATIENCE_SECONDS = 0.5  # for threads that are to end; one in a long quarter ends at the end of that
FEW = 4  # runs of a scenario and policy from which they are packed by themselves: they are read by themselves


@dataclass(frozen=True)
class Raised:
    """What a world raised, and in which quarter (empty if before the first)."""

    error: str
    traceback: str
    quarter: str = ""


@dataclass(frozen=True)
class Piece:
    """Some runs of a chunk, by position, packed together."""

    positions: tuple[int, ...]
    packed: Packed


@dataclass(frozen=True)
class Outcome:
    """What came of a chunk: the worlds that ran, in pieces if they are to be stored, and what the others raised, by position."""

    history: History | None
    raised: Mapping[int, Raised] = field(default_factory=dict)
    pieces: tuple[Piece, ...] = ()


def as_it_is(_: Sequence[Case], outcome: Outcome) -> Outcome:
    return outcome


def to_be_stored(chunk: Sequence[Case], outcome: Outcome) -> Outcome:
    """The outcome with its runs packed, those of one scenario and policy together unless they are few."""
    if outcome.history is None:
        return outcome
    ran = [n for n in range(len(chunk)) if n not in outcome.raised]
    whole = replace(outcome.history, cases=tuple(chunk[n] for n in ran))
    groups: dict[tuple[str, str], list[int]] = {}
    for world, case in enumerate(whole.cases):
        groups.setdefault((case.scenario.name, case.policy.name), []).append(world)
    own = [group for group in groups.values() if len(group) >= FEW]
    rest = sorted(world for group in groups.values() if len(group) < FEW for world in group)
    pieces = (Piece(tuple(ran[world] for world in group), packed(only(whole, group))) for group in (*own, rest) if group)
    return Outcome(None, outcome.raised, tuple(pieces))


@dataclass(frozen=True)
class Task:
    """What is done with a chunk, by whichever thread or machine has it.

    Attributes
    ----------
    simulate : runs a batch; importable by name where another process does it
    finish : what becomes of the outcome before it is handed over
    """

    simulate: Simulate = attempted
    finish: Callable[[Sequence[Case], Outcome], Outcome] = as_it_is

    def __call__(self, chunk: Sequence[Case]) -> Outcome:
        WATCH.get().begins(chunk)
        return self.finish(chunk, run_chunk(self.simulate, chunk))


STORED = Task(finish=to_be_stored)
Stream = Generator[dict[int, Outcome], None, None]


def run_chunk(simulate: Simulate, chunk: Sequence[Case]) -> Outcome:
    """Run a batch; where it raises as a whole, before its first run, each of its cases alone."""
    try:
        found = simulate(chunk)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a rule may raise anything, and no world may take others with it
        if len(chunk) == 1:
            return Outcome(None, {0: _told(error)})
        return _joined([run_chunk(simulate, [case]) for case in chunk])
    came = found if isinstance(found, Attempt) else Attempt(found)
    bare = None if came.history is None else replace(came.history, cases=())  # the caller has them, and they are large
    return Outcome(bare, {n: _told(error) for n, error in came.raised.items()})


def _joined(alone: Sequence[Outcome]) -> Outcome:
    """What came of a chunk, from what came of its cases one by one."""
    ran = [outcome.history for outcome in alone if outcome.history is not None]
    return Outcome(merge(ran) if ran else None, {n: told for n, outcome in enumerate(alone) for told in outcome.raised.values()})


def _told(error: BaseException) -> Raised:
    return Raised(f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)), quarter_of(error))


def quarter_of(error: BaseException) -> str:
    """The quarter that the model noted on an error; empty if it came before the first."""
    notes = getattr(error, "__notes__", [])
    return next((note.removeprefix(IN_QUARTER) for note in notes if note.startswith(IN_QUARTER)), "")


# ── Threads ──────────────────────────────────────────────────────────────────────────────────────────────────────────
class Ended(BaseException):
    """A thread is to end."""


@dataclass
class Crew:
    """Chunks that wait for a thread, what came of those that are done, and whether the threads are to end."""

    task: Task
    chunks: Sequence[Sequence[Case]]
    begins: Begins
    done: queue.Queue[tuple[int, Outcome | BaseException]]
    ended: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._waiting = iter(enumerate(self.chunks))
        self._lock = threading.Lock()

    def work(self, place: int) -> None:
        """Do chunk after chunk, as one thread of the crew."""
        WATCH.set(Watch(lambda cases: self.begins(place, cases), self.goes_on))
        try:
            while (taken := self._next()) is not None:
                number, chunk = taken
                self._hand_over(number, self.task(chunk))
        except Ended:
            pass
        except BaseException as error:  # noqa: BLE001 - a fault of the program, which the waiting thread raises
            self._hand_over(-1, error)

    def goes_on(self) -> None:
        if self.ended.is_set():
            raise Ended

    def _next(self) -> tuple[int, Sequence[Case]] | None:
        self.goes_on()
        with self._lock:
            return next(self._waiting, None)

    def _hand_over(self, number: int, came: Outcome | BaseException) -> None:
        handed = False
        while not handed and not self.ended.is_set():
            with suppress(queue.Full):
                self.done.put((number, came), timeout=TICK_SECONDS)
                handed = True


def in_threads(task: Task, chunks: Sequence[Sequence[Case]], workers: int, begins: Begins) -> Stream:
    """Outcomes as they finish; closed early, it ends its threads.

    A thread runs one chunk, and at most as many outcomes wait as there are threads.
    """
    if task.simulate is attempted:
        made_ready(chunks[0][0])
    crew = Crew(task, chunks, begins, queue.Queue(workers))
    threads = [threading.Thread(target=crew.work, args=(place,), daemon=True) for place in range(workers)]
    try:
        for thread in threads:
            thread.start()
        left = len(chunks)
        while left:
            try:
                number, came = crew.done.get(timeout=TICK_SECONDS)
            except queue.Empty:
                continue
            if isinstance(came, BaseException):
                raise came
            left -= 1
            yield {number: came}
            del came  # an outcome that is kept would keep its runs
    finally:
        crew.ended.set()
        until = time.monotonic() + PATIENCE_SECONDS
        for thread in threads:
            if thread.ident is not None:
                thread.join(max(until - time.monotonic(), 0.0))
