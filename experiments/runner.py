"""Runs cases in chunks of worlds, in threads or on a cluster; what a world gives does not depend on its company."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from wutong.experiments.cluster import in_cluster
from wutong.experiments.crew import Begins, Outcome, Simulate, Stream, Task, in_threads, to_be_stored
from wutong.model.base import signature
from wutong.model.history import History, merge, only
from wutong.model.parting import one_start
from wutong.model.scenario import Case, Scenario
from wutong.model.simulate import attempted

Progress = Callable[[int, int, int], None]  # worlds done, worlds failed, worlds in all

BATCH_ROWS = 80_000  # firms at the start of all worlds of a batch, which is what a kill can lose
BATCH_WORLDS = 256
GIVE_UP_AFTER = 20  # failures without a single success


@dataclass(frozen=True)
class Failure:
    """A case that raised."""

    case: Case
    error: str
    traceback: str
    quarter: str = ""


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
class Workers:
    """Where chunks run: in threads of this process, or on the workers of a Dask scheduler.

    Attributes
    ----------
    jobs : number of threads
    cluster : address of a scheduler, such as ``tcp://host:8786``
    """

    jobs: int = 1
    cluster: str | None = None

    def stream(self, task: Task, chunks: Sequence[Sequence[Case]], begins: Begins = lambda *_: None) -> Stream:
        """Outcomes of the chunks as they finish.

        Parameters
        ----------
        begins : told by each thread of this process what it runs next
        """
        if self.cluster is not None:
            return in_cluster(task, chunks, self.cluster)
        return in_threads(task, chunks, min(self.jobs, len(chunks)), begins)


@dataclass(frozen=True)
class Ended:
    """How far the cases came; the rest was left because of an interruption or of too many failures."""

    n_run: int
    n_failed: int
    interrupted: bool = False


Sink = Callable[[Sequence[Case], Outcome], None]


def silent(done: int, failed: int, total: int) -> None:
    """Report nothing."""


def run_cases(cases: Sequence[Case], *, jobs: int = 1, progress: Progress = silent, simulate: Simulate = attempted) -> Runs:
    """Run all cases and hold whatever finishes in memory, also after Ctrl-C.

    Parameters
    ----------
    jobs : number of threads
    simulate : runs a batch

    Raises
    ------
    ValueError
        If two different scenarios or policies have one name, or a case stands twice.
    """
    kept: list[tuple[Sequence[Case], Outcome]] = []

    def keep(chunk: Sequence[Case], outcome: Outcome) -> None:
        kept.append((chunk, outcome))

    ended = _streamed(chunked(cases, jobs), keep, Workers(jobs).stream, Task(simulate), progress)
    histories, failures = _assembled(cases, kept)
    return Runs(histories, failures, len(cases) - ended.n_run, ended.interrupted)


def whole(runs: Runs) -> History:
    """The runs of one scenario and policy, every one of them.

    Raises
    ------
    KeyboardInterrupt
        If they were interrupted: what is there is not what was asked for.
    RuntimeError
        If one failed.
    """
    if runs.interrupted:
        raise KeyboardInterrupt
    if runs.failures or not runs.histories:
        raise RuntimeError(f"{len(runs.failures)} runs failed: {runs.failures[0].error if runs.failures else 'none was run'}")
    return merge(runs.histories)


def stream_cases(
    cases: Sequence[Case],
    sink: Sink,
    workers: Workers = Workers(),
    *,
    progress: Progress = silent,
    simulate: Simulate = attempted,
    max_failures: int | None = None,
    begins: Begins = lambda *_: None,
) -> Ended:
    """Run all cases and hand every chunk to ``sink`` as it finishes, packed; nothing is held here.

    Parameters
    ----------
    sink : is called in this thread, one chunk at a time
    begins : told by each thread of this process what it runs next
    max_failures : stop after so many; without it after twenty without a success

    Raises
    ------
    ValueError, ClusterError
        As :func:`run_cases`; if the cluster cannot be used.
    """
    chunks = chunked(cases, workers.jobs)
    stream = functools.partial(workers.stream, begins=begins)
    return _streamed(chunks, sink, stream, Task(simulate, to_be_stored), progress, max_failures)


def _streamed(
    chunks: Sequence[tuple[Case, ...]],
    sink: Sink,
    stream_of: Callable[[Task, Sequence[Sequence[Case]]], Stream],
    task: Task,
    progress: Progress,
    max_failures: int | None = None,
) -> Ended:
    total = sum(map(len, chunks))
    stream = stream_of(task, chunks)
    done, failed, interrupted = 0, 0, False
    try:
        for finished in stream:
            for i, outcome in finished.items():
                sink(chunks[i], outcome)
                done += len(chunks[i])
                failed += len(outcome.raised)
            progress(done, failed, total)
            if (failed == done and failed >= GIVE_UP_AFTER) or (max_failures is not None and failed >= max_failures):
                break
    except KeyboardInterrupt:
        interrupted = True
    finally:
        stream.close()
    return Ended(done, failed, interrupted)


def chunked(cases: Sequence[Case], jobs: int) -> list[tuple[Case, ...]]:
    """Cases in batches: those of one start together, enough batches for all threads, and none too large.

    Starts of the scenarios take turns, so that an experiment that stops early is balanced.

    Raises
    ------
    ValueError
        If two different scenarios or policies have one name, or a case stands twice.
    """
    _refuse_repeated(cases)
    scenarios: dict[str, list[Case]] = {}
    for case in cases:
        scenarios.setdefault(case.scenario.name, []).append(case)
    starts = [[[own[n] for n in start] for start in one_start(own)] for own in scenarios.values()]
    turns = [start for turn in itertools.zip_longest(*starts) for start in turn if start is not None]
    return _together(turns, min(math.ceil(len(cases) / jobs), BATCH_WORLDS) if cases else 1)


def _refuse_repeated(cases: Sequence[Case]) -> None:
    groups: dict[tuple[str, str], Case] = {}
    seen: set[tuple[str, str, int, int]] = set()
    for case in cases:
        scenario, policy = name = (case.scenario.name, case.policy.name)
        first = groups.setdefault(name, case)
        if first.scenario != case.scenario or first.policy != case.policy:
            raise ValueError(f"two different scenarios or policies are named {scenario}, {policy}")
        if (*name, case.seed, case.replication) in seen:
            raise ValueError(f"a replication of {scenario}, {policy} stands twice")
        seen.add((*name, case.seed, case.replication))


def batch_worlds(scenario: Scenario) -> int:
    """Worlds from which on no further start joins a batch of a scenario, by the firms that its park has at the start."""
    firms = sum(segment.firms.default for segment in scenario.park.segments)
    return max(int(BATCH_ROWS / max(firms, 1.0)), 1)


def _together(starts: Sequence[Sequence[Case]], most: int) -> list[tuple[Case, ...]]:
    """Batches of starts whose parks may share one: to prepare a batch of few worlds is slow.  Only too large a start is cut."""
    chunks: list[tuple[Case, ...]] = []
    open_chunk: dict[tuple[int, object], int] = {}  # what a batch shares → the chunk that still has room
    signatures: dict[int, object] = {}
    for piece in (start[n : n + most] for start in starts for n in range(0, len(start), most)):
        scenario = piece[0].scenario
        if id(scenario.park) not in signatures:
            signatures[id(scenario.park)] = signature(scenario.park)
        kind = (scenario.end, signatures[id(scenario.park)])
        room = open_chunk.get(kind)
        if room is not None and len(chunks[room]) + len(piece) <= min(batch_worlds(scenario), most):
            chunks[room] += tuple(piece)
        else:
            open_chunk[kind] = len(chunks)
            chunks.append(tuple(piece))
    return chunks


def _assembled(
    cases: Sequence[Case], kept: Sequence[tuple[Sequence[Case], Outcome]]
) -> tuple[tuple[History, ...], tuple[Failure, ...]]:
    """Histories by scenario and policy, and failures, both in the order of the cases."""
    place = {id(case): n for n, case in enumerate(cases)}
    groups: dict[tuple[str, str], list[History]] = {}
    failures: list[tuple[int, Failure]] = []
    for chunk, outcome in kept:
        failures += [(place[id(chunk[n])], Failure(chunk[n], r.error, r.traceback, r.quarter)) for n, r in outcome.raised.items()]
        ran = [case for n, case in enumerate(chunk) if n not in outcome.raised]
        for name in dict.fromkeys((case.scenario.name, case.policy.name) for case in ran):
            own = [n for n, case in enumerate(ran) if (case.scenario.name, case.policy.name) == name]
            if outcome.history is not None:
                whole = replace(outcome.history, cases=tuple(ran))
                groups.setdefault(name, []).append(only(whole, own))
    merged = [merge(parts) for parts in groups.values()]
    in_order = [only(history, sorted(range(len(history.cases)), key=lambda n: place[id(history.cases[n])])) for history in merged]
    in_order.sort(key=lambda history: place[id(history.cases[0])])
    return tuple(in_order), tuple(failure for _, failure in sorted(failures, key=itemgetter(0)))
