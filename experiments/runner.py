"""Runs cases in chunks of worlds, in this process or in several; what a world gives does not depend on its company."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from wutong.experiments.cluster import in_cluster
from wutong.experiments.crew import (
    START_METHOD,
    Outcome,
    Simulate,
    Stream,
    Task,
    in_processes,
    in_this_process,
    to_be_stored,
)
from wutong.model.base import signature
from wutong.model.history import History, merge
from wutong.model.scenario import Case, Scenario
from wutong.model.simulate import simulate as simulate_cases

Progress = Callable[[int, int, int], None]  # worlds done, worlds failed, worlds in all

BATCH_ROWS = 80_000  # firms at the start of all worlds of a batch: beyond it a run gains little and memory fills
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
    """Where chunks run: in this process, in several, or on the workers of a Dask scheduler.

    Attributes
    ----------
    start_method : of processes: spawn, fork or forkserver
    cluster : address of a scheduler, such as ``tcp://host:8786``
    """

    jobs: int = 1
    start_method: str = START_METHOD
    cluster: str | None = None

    def stream(self, task: Task, chunks: Sequence[Sequence[Case]]) -> Stream:
        """Outcomes of the chunks as they finish."""
        if self.cluster is not None:
            return in_cluster(task, chunks, self.cluster)
        workers = min(self.jobs, len(chunks))
        return in_processes(task, chunks, workers, self.start_method) if workers > 1 else in_this_process(task, chunks)


@dataclass(frozen=True)
class Ended:
    """How far the cases came; the rest was left because of an interruption or of too many failures."""

    n_run: int
    n_failed: int
    interrupted: bool = False


Sink = Callable[[Sequence[Case], Outcome], None]


def silent(done: int, failed: int, total: int) -> None:
    """Report nothing."""


def run_cases(cases: Sequence[Case], *, jobs: int = 1, progress: Progress = silent, simulate: Simulate = simulate_cases) -> Runs:
    """Run all cases and hold whatever finishes in memory, also after Ctrl-C.

    Parameters
    ----------
    jobs : number of processes; 1 runs in this one
    simulate : runs a batch; must be importable by name where jobs > 1

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
    simulate: Simulate = simulate_cases,
    max_failures: int | None = None,
) -> Ended:
    """Run all cases and hand every chunk to ``sink`` as it finishes, packed; nothing is held here.

    Parameters
    ----------
    sink : is called in this process, one chunk at a time
    max_failures : stop after so many; without it after twenty without a success

    Raises
    ------
    ValueError, ClusterError
        As :func:`run_cases`; if the cluster cannot be used.
    """
    chunks = chunked(cases, workers.jobs)
    return _streamed(chunks, sink, workers.stream, Task(simulate, to_be_stored), progress, max_failures)


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
    """Cases in batches: those of one scenario and policy together, enough batches for all processes, and none too large.

    Pieces of the scenarios and policies take turns, so that a batch that stops early is balanced.

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
    share = max(1, math.ceil(len(cases) / jobs))
    pieces = [_pieces(group, math.ceil(len(group) / min(batch_worlds(group[0].scenario), share))) for group in groups.values()]
    return _together([piece for turn in itertools.zip_longest(*pieces) for piece in turn if piece is not None], share)


def batch_worlds(scenario: Scenario) -> int:
    """Worlds that a batch of a scenario holds at most, from the firms that its park has at the start."""
    firms = sum(segment.firms.default for segment in scenario.park.segments)
    return min(max(int(BATCH_ROWS / max(firms, 1.0)), 1), BATCH_WORLDS)


def _together(pieces: Sequence[tuple[Case, ...]], share: int) -> list[tuple[Case, ...]]:
    """The pieces, small ones put together where their parks may share a batch: a batch of few worlds is slow."""
    chunks: list[tuple[Case, ...]] = []
    open_chunk: dict[tuple[int, object], int] = {}  # what a batch shares → the chunk that still has room
    signatures: dict[int, object] = {}
    for piece in pieces:
        park = piece[0].scenario.park
        if id(park) not in signatures:
            signatures[id(park)] = signature(park)
        kind = (piece[0].scenario.end, signatures[id(park)])
        room, largest = open_chunk.get(kind), min(batch_worlds(piece[0].scenario), share)
        if room is not None and len(chunks[room]) + len(piece) <= largest:
            chunks[room] += piece
        else:
            open_chunk[kind] = len(chunks)
            chunks.append(piece)
    return chunks


def _pieces(group: Sequence[Case], n: int) -> list[tuple[Case, ...]]:
    edges = [len(group) * i // n for i in range(n + 1)]
    return [tuple(group[a:b]) for a, b in itertools.pairwise(edges)]


def _assembled(
    cases: Sequence[Case], kept: Sequence[tuple[Sequence[Case], Outcome]]
) -> tuple[tuple[History, ...], tuple[Failure, ...]]:
    """Histories by scenario and policy, and failures, both in the order of the cases."""
    place = {id(case): n for n, case in enumerate(cases)}
    groups: dict[tuple[str, str], list[tuple[int, History]]] = {}
    failures: list[tuple[int, Failure]] = []
    for chunk, outcome in kept:
        failures += [(place[id(chunk[n])], Failure(chunk[n], r.error, r.traceback, r.quarter)) for n, r in outcome.raised.items()]
        ran = [case for n, case in enumerate(chunk) if n not in outcome.raised]
        for name in dict.fromkeys((case.scenario.name, case.policy.name) for case in ran):
            own = [n for n, case in enumerate(ran) if (case.scenario.name, case.policy.name) == name]
            if outcome.history is not None:
                values = {key: value[:, own] for key, value in outcome.history.values.items()}
                part = replace(outcome.history, cases=tuple(ran[n] for n in own), values=values)
                groups.setdefault(name, []).append((place[id(ran[own[0]])], part))
    order = sorted(groups, key=lambda name: min(n for n, _ in groups[name]))
    histories = tuple(merge([part for _, part in sorted(groups[name], key=itemgetter(0))]) for name in order)
    return histories, tuple(failure for _, failure in sorted(failures, key=itemgetter(0)))
