"""Runs cases in chunks of worlds, in this process or in several; what a world gives does not depend on its company.

A chunk that raises is run again world by world: the good worlds are kept, the others become failures.
"""

from __future__ import annotations

import itertools
import math
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

from model.history import History, merge
from model.scenario import Case
from model.simulate import simulate as simulate_cases

Simulate = Callable[[Sequence[Case]], History]
Progress = Callable[[int, int, int], None]  # worlds done, worlds failed, worlds in all

CHUNK_WORLDS = 32
GIVE_UP_AFTER = 20  # failures without a single success
TICK_SECONDS = 0.5
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")


@dataclass(frozen=True)
class Failure:
    """A case that raised."""

    case: Case
    error: str
    traceback: str


@dataclass(frozen=True)
class Runs:
    """What came of the cases: one history per scenario and policy, worlds in the order of the cases.

    ``n_skipped`` counts the cases that were not run, because of an interruption or of nothing but failures.
    """

    histories: tuple[History, ...]
    failures: tuple[Failure, ...]
    n_skipped: int = 0
    interrupted: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of a chunk: the worlds that ran, and error and traceback of the others by position."""

    history: History | None
    raised: Mapping[int, tuple[str, str]] = field(default_factory=dict)


Stream = Generator[dict[int, Outcome], None, None]


def silent(done: int, failed: int, total: int) -> None:
    """Report nothing."""


def run_cases(cases: Sequence[Case], *, jobs: int = 1, progress: Progress = silent, simulate: Simulate = simulate_cases) -> Runs:
    """Run all cases and keep whatever finishes, also after Ctrl-C.

    Parameters
    ----------
    jobs : number of processes; 1 runs in this one
    simulate : runs a batch; must be importable by name where jobs > 1

    Raises
    ------
    ValueError
        If two different scenarios or policies have one name, or a case stands twice.
    """
    chunks = chunked(cases, jobs)
    workers = min(jobs, len(chunks))
    stream = _in_processes(simulate, chunks, workers) if workers > 1 else _in_this_process(simulate, chunks)
    outcomes: dict[int, Outcome] = {}
    interrupted = False
    try:
        done, failed = 0, 0
        for finished in stream:
            outcomes |= finished
            failed = sum(len(o.raised) for o in outcomes.values())
            done = sum(len(chunks[i]) for i in outcomes)
            progress(done, failed, len(cases))
            if failed == done and failed >= GIVE_UP_AFTER:
                break
    except KeyboardInterrupt:
        interrupted = True
    finally:
        stream.close()
    n_run = sum(len(chunks[i]) for i in outcomes)
    histories, failures = _assembled(chunks, outcomes)
    return Runs(histories, failures, len(cases) - n_run, interrupted)


def chunked(cases: Sequence[Case], jobs: int) -> list[tuple[Case, ...]]:
    """Cases of one scenario and policy together, in equal pieces: enough for all processes, and none too large.

    Raises
    ------
    ValueError
        If two different scenarios or policies have one name, or a case stands twice.
    """
    groups: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        group = groups.setdefault((case.scenario.name, case.policy.name), [])
        if group and (group[0].scenario != case.scenario or group[0].policy != case.policy):
            raise ValueError(f"two different scenarios or policies are named {case.scenario.name}, {case.policy.name}")
        group.append(case)
    for (scenario, policy), group in groups.items():
        if len({(case.seed, case.replication) for case in group}) < len(group):
            raise ValueError(f"a replication of {scenario}, {policy} stands twice")
    largest = min(CHUNK_WORLDS, max(1, math.ceil(len(cases) / jobs)))
    return [piece for group in groups.values() for piece in _pieces(group, math.ceil(len(group) / largest))]


def _pieces(group: Sequence[Case], n: int) -> list[tuple[Case, ...]]:
    edges = [len(group) * i // n for i in range(n + 1)]
    return [tuple(group[a:b]) for a, b in itertools.pairwise(edges)]


def run_chunk(simulate: Simulate, chunk: Sequence[Case]) -> Outcome:
    """Run a batch; where it raises, each of its worlds by itself."""
    try:
        return Outcome(_bare(simulate(chunk)))
    except Exception as error:  # noqa: BLE001 - a rule may raise anything, and no world may take others with it
        if len(chunk) == 1:
            return Outcome(None, {0: (_headline(error), "".join(traceback.format_exception(error)))})
    alone = [run_chunk(simulate, (case,)) for case in chunk]
    ran = [outcome.history for outcome in alone if outcome.history is not None]
    raised = {i: outcome.raised[0] for i, outcome in enumerate(alone) if outcome.raised}
    return Outcome(merge(ran) if ran else None, raised)


def _bare(history: History) -> History:
    return replace(history, cases=())  # the caller has them, and they are large


def _headline(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _in_this_process(simulate: Simulate, chunks: Sequence[Sequence[Case]]) -> Stream:
    for i, chunk in enumerate(chunks):
        yield {i: run_chunk(simulate, chunk)}


def _in_processes(simulate: Simulate, chunks: Sequence[Sequence[Case]], workers: int) -> Stream:
    """Outcomes as they finish, an empty one at every tick; no process is left when it is closed early."""
    before = set(multiprocessing.active_children())
    # Spawn everywhere: importing Mesa sets the default, and a forked child would inherit locks and buffers.
    executor = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _start_worker)
    complete, crew = False, set[BaseProcess]()
    try:
        with _environment_of_workers():
            futures = {executor.submit(run_chunk, simulate, chunk): i for i, chunk in enumerate(chunks)}
        crew = set(multiprocessing.active_children()) - before
        pending = set(futures)
        while pending:
            done, pending = wait(pending, timeout=TICK_SECONDS, return_when=FIRST_COMPLETED)
            if pending and not all(worker.is_alive() for worker in crew):
                _dismiss(executor, crew)
            yield {futures[future]: _outcome(future, len(chunks[futures[future]])) for future in done}
        complete = True
    finally:
        if not complete:
            _dismiss(executor, crew | (set(multiprocessing.active_children()) - before))
        executor.shutdown(cancel_futures=True)


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


def _outcome(future: Future[Outcome], n_worlds: int) -> Outcome:
    try:
        return future.result()
    except BrokenProcessPool as error:
        message = "a worker process ended without a word (out of memory?); --jobs 1 runs without workers"
        return Outcome(None, dict.fromkeys(range(n_worlds), (message, _headline(error))))


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


def _assembled(
    chunks: Sequence[Sequence[Case]], outcomes: Mapping[int, Outcome]
) -> tuple[tuple[History, ...], tuple[Failure, ...]]:
    """Histories by scenario and policy, and failures, both in the order of the cases."""
    groups: dict[tuple[str, str], list[History]] = {}
    failures = []
    for i in sorted(outcomes):
        chunk, outcome = chunks[i], outcomes[i]
        failures += [Failure(chunk[position], *told) for position, told in sorted(outcome.raised.items())]
        if outcome.history is not None:
            ran = tuple(case for position, case in enumerate(chunk) if position not in outcome.raised)
            name = (chunk[0].scenario.name, chunk[0].policy.name)
            groups.setdefault(name, []).append(replace(outcome.history, cases=ran))
    return tuple(merge(histories) for histories in groups.values()), tuple(failures)
