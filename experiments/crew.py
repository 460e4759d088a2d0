"""A crew of worker processes that runs chunks of cases: one numerical thread each, no process left behind, no world lost with
another.

A chunk that raises is run again by halves, down to the worlds that raise.  When a worker dies, what was under way is run again
by a new crew; a chunk during which workers keep dying is halved in the same way, a process for each part.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing.process import BaseProcess

from wutong.experiments.packing import Packed, packed
from wutong.model.history import History, merge
from wutong.model.scenario import Case
from wutong.model.simulate import IN_QUARTER

Simulate = Callable[[Sequence[Case]], History]

START_METHOD = "spawn"  # everywhere: importing Mesa sets the default, and a forked child inherits locks and buffers
CHUNKS_OF_A_WORKER = 400  # after which a new one takes its place, so that no library's leak grows without end
DIED = "the worker process ended without a word (out of memory?); --jobs 1 runs without workers"
NO_START = "worker processes end before their first run; a script keeps its calls below if __name__ == '__main__'"
TICK_SECONDS = 0.5
DEATHS = 2  # of workers, after which a chunk that was under way gets a process of its own
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")


@dataclass(frozen=True)
class Raised:
    """What a world raised, and in which quarter (empty if before the first)."""

    error: str
    traceback: str
    quarter: str = ""


@dataclass(frozen=True)
class Outcome:
    """What came of a chunk: the worlds that ran, packed if they are to be stored, and what the others raised, by position."""

    history: History | None
    raised: Mapping[int, Raised] = field(default_factory=dict)
    packed: Packed | None = None


def as_it_is(outcome: Outcome) -> Outcome:
    return outcome


def to_be_stored(outcome: Outcome) -> Outcome:
    """The outcome with its runs packed: a quarter of the size on its way to the store, and the work is the worker's."""
    return outcome if outcome.history is None else Outcome(None, outcome.raised, packed(outcome.history))


@dataclass(frozen=True)
class Task:
    """What is done with a chunk, by whichever process has it.

    Attributes
    ----------
    simulate : runs a batch; importable by name where another process does it
    finish : what becomes of the outcome before it is handed over
    """

    simulate: Simulate
    finish: Callable[[Outcome], Outcome] = as_it_is

    def __call__(self, chunk: Sequence[Case]) -> Outcome:
        return self.finish(run_chunk(self.simulate, chunk))


@dataclass(frozen=True)
class Crew:
    """Workers that do a task; ``start_method`` as ``multiprocessing`` names it."""

    task: Task
    workers: int
    start_method: str = START_METHOD


Stream = Generator[dict[int, Outcome], None, None]


def run_chunk(simulate: Simulate, chunk: Sequence[Case]) -> Outcome:
    """Run a batch; where it raises, its halves, and so on down to the worlds that raise by themselves."""
    try:
        return Outcome(_bare(simulate(chunk)))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a rule may raise anything, and no world may take others with it
        if len(chunk) == 1:
            told = "".join(traceback.format_exception(error))
            return Outcome(None, {0: Raised(_headline(error), told, quarter_of(error))})
    half = len(chunk) // 2
    return _joined(run_chunk(simulate, chunk[:half]), run_chunk(simulate, chunk[half:]), half)


def _joined(first: Outcome, second: Outcome, half: int) -> Outcome:
    """What came of a chunk, from its first ``half`` worlds and from the others."""
    ran = [outcome.history for outcome in (first, second) if outcome.history is not None]
    raised = {**first.raised, **{half + i: told for i, told in second.raised.items()}}
    return Outcome(merge(ran) if ran else None, raised)


def quarter_of(error: BaseException) -> str:
    """The quarter that the model noted on an error; empty if it came before the first."""
    notes = getattr(error, "__notes__", [])
    return next((note.removeprefix(IN_QUARTER) for note in notes if note.startswith(IN_QUARTER)), "")


def _bare(history: History) -> History:
    return replace(history, cases=())  # the caller has them, and they are large


def _headline(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def in_this_process(task: Task, chunks: Sequence[Sequence[Case]]) -> Stream:
    for i, chunk in enumerate(chunks):
        yield {i: task(chunk)}


def in_processes(task: Task, chunks: Sequence[Sequence[Case]], workers: int, start_method: str = START_METHOD) -> Stream:
    """Outcomes as they finish, an empty one at every tick; no process is left when it is closed early.

    When a worker dies, what it and its fellows had not finished is run again by new ones.  A chunk during which workers keep
    dying gets a process of its own, so that the world that kills them is found and the others are kept.
    """
    waiting = set(range(len(chunks)))
    deaths = dict.fromkeys(waiting, 0)
    while waiting:
        if suspects := sorted(i for i in waiting if deaths[i] >= DEATHS):
            startable = _can_start(start_method)
            for i in suspects:
                yield {i: _alone(Crew(task, 1, start_method), chunks[i]) if startable else _all_raised(chunks[i], NO_START)}
            waiting -= set(suspects)
            continue
        now = sorted(waiting)[: workers * CHUNKS_OF_A_WORKER]
        for finished in _with_one_crew(Crew(task, workers, start_method), {i: chunks[i] for i in now}):
            waiting -= finished.keys()
            yield finished
        left = [i for i in now if i in waiting]  # none, unless a worker died
        for i in left[:workers]:  # they take chunks in this order, so what was under way stands first
            deaths[i] += 1


def _with_one_crew(of: Crew, chunks: Mapping[int, Sequence[Case]]) -> Stream:
    """Outcomes of some chunks until they are done or a worker dies."""
    before = set(multiprocessing.active_children())
    executor = ProcessPoolExecutor(of.workers, multiprocessing.get_context(of.start_method), _start_worker)
    complete, crew = False, set[BaseProcess]()
    try:
        with _environment_of_workers():
            futures = {executor.submit(of.task, chunk): i for i, chunk in chunks.items()}
        crew = set(multiprocessing.active_children()) - before
        pending = set(futures)
        while pending:
            done, pending = wait(pending, timeout=TICK_SECONDS, return_when=FIRST_COMPLETED)
            broken = {future for future in done if isinstance(future.exception(), BrokenProcessPool)}
            yield {i: _outcome(f, chunks[i]) for f in done - broken for i in [futures.pop(f)]}
            del done  # a future kept would keep its runs
            if broken or (pending and not all(worker.is_alive() for worker in crew)):
                complete = bool(broken)  # then the executor has ended its workers itself
                return
        complete = True
    finally:
        if not complete:
            _dismiss(executor, crew | (set(multiprocessing.active_children()) - before))
        executor.shutdown(cancel_futures=True)


def _outcome(future: Future[Outcome], chunk: Sequence[Case]) -> Outcome:
    """What came of a chunk; a failure of all its worlds where it could not be sent, or not be sent back."""
    error = future.exception()
    return future.result() if error is None else _all_raised(chunk, _headline(error))


def _alone(of: Crew, chunk: Sequence[Case]) -> Outcome:
    """A chunk in a process of its own; where that dies, its halves, and so on down to the worlds that end their process."""
    return of.task.finish(_halved(replace(of, task=Task(of.task.simulate)), chunk))


def _halved(of: Crew, chunk: Sequence[Case]) -> Outcome:
    found = [outcome for finished in _with_one_crew(of, {0: chunk}) for outcome in finished.values()]
    if found:
        return found[0]
    if len(chunk) == 1:
        return _all_raised(chunk, DIED)
    half = len(chunk) // 2
    return _joined(_halved(of, chunk[:half]), _halved(of, chunk[half:]), half)


def _all_raised(chunk: Sequence[Case], error: str) -> Outcome:
    return Outcome(None, dict.fromkeys(range(len(chunk)), Raised(error, "")))


def _can_start(start_method: str) -> bool:
    """Whether a worker lives long enough to do anything."""
    context = multiprocessing.get_context(start_method)
    with _environment_of_workers(), ProcessPoolExecutor(1, context, _start_worker) as executor:
        try:
            return executor.submit(os.getpid).result() > 0
        except BrokenProcessPool:
            return False


def _dismiss(executor: ProcessPoolExecutor, crew: Collection[BaseProcess]) -> None:
    """End the workers, and close this process's own ends of their pipes.

    A worker that dies in the middle of a message leaves the executor's threads waiting for the rest of it, and they wait
    for ever as long as somebody could still write or read: the executor itself keeps both ends open.
    """
    for worker in crew:
        worker.kill()
    for worker in crew:
        worker.join(1.0)
    for queue, end in (("_result_queue", "_writer"), ("_call_queue", "_reader")):
        connection = getattr(getattr(executor, queue, None), end, None)
        if connection is not None and not connection.closed:
            connection.close()


@contextmanager
def _environment_of_workers() -> Iterator[None]:
    """One numerical thread each, and Ctrl-C for the parent alone: workers inherit both when they start."""
    kept = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    masked = hasattr(signal, "pthread_sigmask")
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masked else set()
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        if masked:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
