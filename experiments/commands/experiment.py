"""An experiment from request to results: read, reserve the folder, run, keep every run at once, answer.

What is interrupted is resumed from its folder alone: the inputs and the store stand in it.
"""

from __future__ import annotations

import dataclasses
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from experiments import manifest
from experiments.commands.exits import Exit
from experiments.commands.language import told
from experiments.commands.progress import Progress
from experiments.commands.request import Plan, Request, available_cores, planned
from experiments.commands.results import keep, tell
from experiments.crew import Outcome
from experiments.identity import code_of_model, run_ids
from experiments.manifest import Manifest, Planned, Status
from experiments.packing import packed
from experiments.runner import Failure, Runs, silent, stream_cases
from experiments.store import FILE, Failed, Store, opened
from model.scenario import Case
from model.simulate import simulate

TRIED = 8  # runs from which time and disk are told


@dataclass(frozen=True)
class Experiment:
    """A folder with its plan; ``ids`` of the runs in the order of the plan's cases."""

    folder: Path
    plan: Plan
    ids: tuple[str, ...]


def performed(request: Request, *, dry_run: bool) -> Exit:
    """Perform a request, or only tell what it would take."""
    if not dry_run:
        return perform(request)
    print(estimated(request))
    return Exit.WELL


def perform(request: Request) -> Exit:
    """Run an experiment, keep its results and print its answer.

    Raises
    ------
    ReadingError, BadInputError, FolderError
        Before the first run, if an input or the place for the results cannot be used.
    StoreError
        If runs can no longer be kept; those that finished are.
    """
    plan = planned(request)
    ids = run_ids(plan.cases)
    started = datetime.now(UTC)
    name = Path(request.design).stem if request.design else "-".join(scenario.name for scenario in plan.scenarios[:3])
    folder = manifest.results_folder(request.out, name, started, manifest.fingerprint(ids, code_of_model()))
    record = _opened(request, plan, name, started, manifest.write_inputs(folder, plan.texts))
    manifest.write_manifest(folder, record)
    with opened(folder / FILE, new=True) as store:
        return carried_out(Experiment(folder, plan, tuple(ids)), request, record, store)


def estimated(request: Request) -> str:
    """Runs, time and disk that a request would take, from a few runs that are thrown away.

    Raises
    ------
    ReadingError, BadInputError
        If an input cannot be used.
    """
    cases = planned(request).cases
    few = [case for case in cases if case.policy is cases[0].policy][:TRIED]
    began = time.monotonic()
    history = simulate(few)
    seconds = (time.monotonic() - began) / len(few)
    jobs = min(request.jobs or available_cores(), len(cases))
    size = len(packed([values[:, 0].T for values in history.values.values()])[1]) * len(cases) / 1e6
    minutes = seconds * len(cases) / jobs / 60.0
    zh = f"共 {len(cases)} 次运行；用 {jobs} 个进程约 {minutes:.1f} 分钟，结果库约 {size:.0f} MB。没有写入任何文件。"
    en = f"{len(cases)} runs: about {minutes:.1f} minutes with {jobs} processes, {size:.0f} MB of store. Nothing was written."
    return told(zh, en, request.language)


def carried_out(experiment: Experiment, request: Request, record: Manifest, store: Store) -> Exit:
    """Run what the store lacks, then write tables, pictures and answer anew from all that it holds."""
    began = time.monotonic()
    interrupted = _run(experiment, request, record.jobs, store)
    seconds = {"runs": time.monotonic() - began}
    runs = _gathered(experiment, store, interrupted=interrupted)
    ids = dict(zip(map(id, experiment.plan.cases), experiment.ids, strict=True))
    seconds |= keep(experiment.folder, request, runs, ids, experiment.plan.design)
    manifest.write_manifest(experiment.folder, _closed(record, runs, seconds))
    return tell(experiment.folder, request, runs, len(experiment.plan.cases), experiment.plan.design)


def _opened(request: Request, plan: Plan, name: str, started: datetime, inputs: dict[str, str]) -> Manifest:
    return Manifest(
        experiment=name,
        argv=sys.argv,
        status=Status.RUNNING,
        started=started.isoformat(timespec="seconds"),
        seed=request.seed if plan.design is None else plan.design.seed,
        replications=request.replications if plan.design is None else plan.design.replications,
        plan=[Planned(s.name, [p.name for p in own]) for s, own in zip(plan.scenarios, plan.policies, strict=True)],
        jobs=request.jobs or available_cores(),
        counts={"cases": len(plan.cases)},
        inputs=inputs,
        code=manifest.code_version(),
        model=code_of_model(),
        packages=manifest.package_versions(),
        platform=manifest.this_platform(),
        design=plan.design is not None,
    )


def _closed(record: Manifest, runs: Runs, seconds: dict[str, float]) -> Manifest:
    n_cases, n_complete = record.counts["cases"], sum(len(history.cases) for history in runs.histories)
    counts = {"cases": n_cases, "complete": n_complete, "failed": len(runs.failures), "skipped": runs.n_skipped}
    status = Status.INTERRUPTED if runs.interrupted else Status.COMPLETE
    ended = datetime.now(UTC).isoformat(timespec="seconds")
    rounded = {stage: round(value, 3) for stage, value in seconds.items()}
    return dataclasses.replace(record, status=status, counts=counts, seconds=rounded, ended=ended)


def _run(experiment: Experiment, request: Request, jobs: int, store: Store) -> bool:
    """Run the cases that the store neither holds nor knows to fail; whether that was interrupted."""
    ids = {id(case): run_id for case, run_id in zip(experiment.plan.cases, experiment.ids, strict=True)}
    known = store.complete() | store.failures().keys()
    missing = list({ids[id(case)]: case for case in experiment.plan.cases if ids[id(case)] not in known}.values())

    def sink(chunk: Sequence[Case], outcome: Outcome) -> None:
        chunk_ids = [ids[id(case)] for case in chunk]
        ran = [run_id for n, run_id in enumerate(chunk_ids) if n not in outcome.raised]
        failed = {chunk_ids[n]: Failed(r.quarter, r.error, r.traceback) for n, r in outcome.raised.items()}
        store.add(ran, outcome.history, failed)

    if not missing:
        return False
    progress = Progress(sys.stderr, request.language)
    shown = silent if request.quiet else progress
    try:
        ended = stream_cases(missing, sink, jobs=jobs, progress=shown, max_failures=request.max_failures, cluster=request.cluster)
    finally:
        progress.close()
    return ended.interrupted


def _gathered(experiment: Experiment, store: Store, *, interrupted: bool) -> Runs:
    """What the store holds of the experiment, by scenario and policy, runs in the order of the cases."""
    complete, failed = store.complete(), store.failures()
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
