"""An experiment from plan to results: reserve the folder, run, keep every run at once, write what they say.

What is interrupted is resumed from its folder alone: the inputs and the store stand in it.
"""

from __future__ import annotations

import dataclasses
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from wutong.experiments import manifest
from wutong.experiments.alone import suspects, tried_alone, written_down
from wutong.experiments.crew import STORED, Outcome
from wutong.experiments.errors import BadInputError
from wutong.experiments.identity import code_of_model, run_ids
from wutong.experiments.manifest import Manifest, Status
from wutong.experiments.outputs import Pictures, Written, written
from wutong.experiments.packing import packed
from wutong.experiments.plan import Plan
from wutong.experiments.questions import Goals, Question, planned_in, recorded
from wutong.experiments.reading.idle import UNREAD, Idle
from wutong.experiments.runner import Failure, Progress, Runs, Workers, silent, stream_cases
from wutong.experiments.store import FILE, Access, Failed, Store, opened
from wutong.model.facts import Label
from wutong.model.scenario import Case
from wutong.model.simulate import simulate

TRIED = 8  # runs from which time and disk are told


@dataclass(frozen=True)
class Experiment:
    """A folder with its plan and its record.

    Attributes
    ----------
    plan : with the runs that the question needs
    ids : of the runs, in the order of the plan's cases
    question : what is asked of the runs
    """

    folder: Path
    plan: Plan
    ids: tuple[str, ...]
    record: Manifest
    question: Question


@dataclass(frozen=True)
class Ended:
    """What came of an experiment; what was skipped was left because of an interruption or of too many failures."""

    n_complete: int
    failures: tuple[Failure, ...]
    n_skipped: int
    interrupted: bool
    answer: str


@dataclass(frozen=True)
class Estimate:
    """What a plan would take."""

    n_cases: int
    seconds: float
    n_bytes: float


def begun(plan: Plan, out: Path | None = None, jobs: int | None = None, question: Question | None = None) -> Experiment:
    """A new experiment, its inputs and its record written into an empty folder.

    Raises
    ------
    BadInputError
        If the plan has no files from which it could be resumed, or the question cannot be asked of it.
    FolderError
        If the folder is not empty, or cannot be made or written.
    """
    if not plan.texts:
        zh, en = "没有输入文件的计划无法续跑；可用 run_cases 在内存中运行", "a plan without files cannot be resumed"
        raise BadInputError(Label(zh, f"{en}; run_cases runs it in memory"))
    asked, given = question or Goals(), plan
    plan = asked.expanded(given)
    ids, started = run_ids(plan.cases), datetime.now(UTC)
    with manifest.new_folder(out, plan.name, started, manifest.fingerprint(ids, code_of_model())) as (folder, place):
        record = Manifest(
            experiment=plan.name,
            argv=sys.argv,
            status=Status.RUNNING,
            started=started.isoformat(timespec="seconds"),
            seed=plan.seed,
            replications=plan.replications,
            plan=given.pairs,
            jobs=jobs or available_cores(),
            counts={"cases": len(plan.cases)},
            inputs=manifest.write_inputs(place, plan.texts),
            code=manifest.code_version(),
            model=code_of_model(),
            packages=manifest.package_versions(),
            platform=manifest.this_platform(),
            design=plan.design is not None,
            question=recorded(asked),
            without_effect=[{"zh": idle.words.zh, "en": idle.words.en} for idle in idle_of(given, plan)],
        )
        manifest.write_manifest(place, record)
        with opened(place / FILE, Access.NEW):
            pass
    return Experiment(folder, plan, tuple(ids), record, asked)


def extended(experiment: Experiment, replications: Sequence[int]) -> Experiment:
    """The experiment with other replications, the old among them: what it holds stays, and its record asks for the rest."""
    record = dataclasses.replace(experiment.record, replications=tuple(replications), status=Status.RUNNING)
    plan = planned_in(experiment.folder, record)
    record = dataclasses.replace(record, counts={"cases": len(plan.cases)})
    with manifest.writing(experiment.folder):
        manifest.write_manifest(experiment.folder, record)
    return Experiment(experiment.folder, plan, tuple(run_ids(plan.cases)), record, experiment.question)


def idle_of(given: Plan, plan: Plan) -> list[Idle]:
    """What of the inputs moves nothing; the question may use levers that its inputs do not."""
    return [idle for idle in given.idle if idle.code != UNREAD or idle in plan.idle]


Then = Callable[[Experiment, Runs, Written], None]


def carried_out(
    experiment: Experiment,
    workers: Workers,
    pictures: Pictures,
    *,
    progress: Progress = silent,
    max_failures: int | None = None,
    retry_failed: bool = False,
    then: Then | None = None,
) -> Ended:
    """Run what the store lacks, then write tables, pictures and answer anew from all that it holds.

    Parameters
    ----------
    retry_failed : whether runs that failed before are tried again
    then : what is done with the runs and with what was written of them, while both are at hand

    Raises
    ------
    StoreError, FolderError
        If runs can no longer be kept, or the tables cannot be written; the runs that finished are kept.
    """
    path = experiment.folder / FILE
    began = time.monotonic()
    with opened(path, Access.WRITE if path.exists() else Access.NEW) as store:
        store.drop(store.damaged())
        if retry_failed:
            store.forget_failures()
        interrupted = _run(experiment, store, workers, progress, max_failures)
    seconds = {"runs": time.monotonic() - began}
    with opened(path, Access.READ) as store:
        runs = gathered(experiment, store, interrupted=interrupted)
        return _written_up(experiment, runs, pictures, seconds, then)


def _written_up(experiment: Experiment, runs: Runs, pictures: Pictures, seconds: dict[str, float], then: Then | None) -> Ended:
    """Write all that the runs say, and the record."""
    ids, made, interrupted = _ids_of(experiment), Written("", (), {}, {}), runs.interrupted
    with manifest.writing(experiment.folder):
        try:
            made = written(experiment.folder, experiment.plan, runs, ids, pictures, experiment.question)
        except KeyboardInterrupt:
            interrupted = True  # resumed, it writes them anew
        n_complete = sum(len(history.cases) for history in runs.histories)
        ended = Ended(n_complete, runs.failures, runs.n_skipped, interrupted, made.words)
        closed = _closed(experiment.record, ended, {**seconds, **made.seconds})
        manifest.write_manifest(experiment.folder, closed)
    if then is not None and made.words and not interrupted:
        then(replace(experiment, record=closed), runs, made)
    return ended


def estimated(plan: Plan, jobs: int | None = None) -> Estimate:
    """Runs, time and disk that a plan would take, from a few runs that are thrown away."""
    few = plan.first(TRIED)
    began = time.monotonic()
    history = simulate(few)
    seconds = (time.monotonic() - began) / len(few)
    size = sum(map(len, packed(history).parts)) / len(few)
    n, workers = plan.n_cases, min(jobs or available_cores(), plan.n_cases)
    return Estimate(n, seconds * n / workers, size * n)


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def gathered(experiment: Experiment, store: Store, *, interrupted: bool = False) -> Runs:
    """What the store holds of the experiment, by scenario and policy, runs in the order of the cases."""
    complete, failed = store.only(experiment.ids), store.failures()
    groups: dict[tuple[str, str], list[tuple[Case, str]]] = {}
    failures = []
    for case, run_id in zip(experiment.plan.cases, experiment.ids, strict=True):
        if run_id in complete:
            groups.setdefault((case.scenario.name, case.policy.name), []).append((case, run_id))
        elif run_id in failed:
            told = failed[run_id]
            failures.append(Failure(case, told.error, told.traceback, told.quarter))
    histories = tuple(store.history([c for c, _ in group], [i for _, i in group]) for group in groups.values())
    n_skipped = len(experiment.plan.cases) - sum(len(group) for group in groups.values()) - len(failures)
    return Runs(histories, tuple(failures), n_skipped, interrupted)


def _ids_of(experiment: Experiment) -> dict[int, str]:
    """Ids by the identity of the case object: two policies of one content share an id, and a case is slow to hash."""
    return dict(zip(map(id, experiment.plan.cases), experiment.ids, strict=True))


def _run(experiment: Experiment, store: Store, workers: Workers, progress: Progress, max_failures: int | None) -> bool:
    """Run the cases that the store neither holds nor knows to fail; whether that was interrupted."""
    ids = _ids_of(experiment)
    known = store.only(experiment.ids) | store.failures().keys()
    missing = {ids[id(case)]: case for case in experiment.plan.cases if ids[id(case)] not in known}

    def sink(chunk: Sequence[Case], outcome: Outcome) -> None:
        chunk_ids = [ids[id(case)] for case in chunk]
        for piece in outcome.pieces:
            store.add([chunk_ids[n] for n in piece.positions], piece.packed, {})
        if outcome.raised:
            failed = {chunk_ids[n]: Failed(r.quarter, r.error, r.traceback) for n, r in outcome.raised.items()}
            store.add((), None, failed)

    try:
        for case, outcome in tried_alone(STORED, [missing[i] for i in suspects(experiment.folder) if i in missing]):
            sink((case,), outcome)
            del missing[ids[id(case)]]
        with written_down(experiment.folder, ids) as begins:
            cases = list(missing.values())
            return (
                bool(cases)
                and stream_cases(cases, sink, workers, progress=progress, max_failures=max_failures, begins=begins).interrupted
            )
    except KeyboardInterrupt:  # before the first chunk, or again while the threads were told to end
        return True


def _closed(record: Manifest, ended: Ended, seconds: dict[str, float]) -> Manifest:
    counts = {
        "cases": ended.n_complete + len(ended.failures) + ended.n_skipped,
        "complete": ended.n_complete,
        "failed": len(ended.failures),
        "skipped": ended.n_skipped,
    }
    status = Status.INTERRUPTED if ended.interrupted else Status.COMPLETE
    when = datetime.now(UTC).isoformat(timespec="seconds")
    rounded = {stage: round(value, 3) for stage, value in seconds.items()}
    return dataclasses.replace(record, status=status, counts=counts, seconds=rounded, ended=when)
