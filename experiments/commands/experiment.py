"""An experiment from request to results: read, reserve the folder, run, keep what finished, answer."""

from __future__ import annotations

import dataclasses
import shlex
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from experiments import answer, manifest, results
from experiments.commands.exits import Exit, say
from experiments.commands.figures import write_figures
from experiments.commands.language import told
from experiments.commands.launcher import launcher
from experiments.commands.progress import Progress
from experiments.commands.request import Plan, Request, available_cores, planned
from experiments.manifest import Manifest, Status
from experiments.runner import Failure, Runs, run_cases, silent
from model.scenario import Case

FAILURE_COLUMNS = ("scenario", "policy", "replication", "seed", "error", "traceback", "command")


def perform(request: Request) -> Exit:
    """Run an experiment, keep its results and print its answer.

    Raises
    ------
    ReadingError, BadInputError, FolderError
        Before the first run, if an input or the place for the results cannot be used.
    """
    plan = planned(request)
    identity = [manifest.identity_of(scenario) for scenario in plan.scenarios]
    identity += [manifest.identity_of(policy) for own in plan.policies for policy in own]
    version = manifest.code_version()
    started = datetime.now(UTC)
    name = "-".join(scenario.name for scenario in plan.scenarios[:3])
    short_hash = manifest.fingerprint(identity, request.seed, request.replications, version)
    folder = manifest.results_folder(request.out, name, started, short_hash)
    record = _opened(request, plan, name, started, version, manifest.write_inputs(folder, plan.texts))
    manifest.write_manifest(folder, record)
    runs, seconds = _run(request, plan, record.jobs)
    seconds |= _kept(folder, request, plan, runs)
    manifest.write_manifest(folder, _closed(record, runs, seconds))
    return _told(request, plan, runs, folder)


def _opened(
    request: Request, plan: Plan, name: str, started: datetime, version: manifest.CodeVersion, inputs: dict[str, str]
) -> Manifest:
    return Manifest(
        experiment=name,
        argv=sys.argv,
        status=Status.RUNNING,
        started=started.isoformat(timespec="seconds"),
        seed=request.seed,
        replications=request.replications,
        jobs=request.jobs or available_cores(),
        counts={"cases": len(plan.cases)},
        inputs=inputs,
        code=version,
        packages=manifest.package_versions(),
        platform=manifest.this_platform(),
    )


def _closed(record: Manifest, runs: Runs, seconds: dict[str, float]) -> Manifest:
    n_cases = record.counts["cases"]
    counts = {"cases": n_cases, "complete": _n_complete(runs), "failed": len(runs.failures), "skipped": runs.n_skipped}
    status = Status.INTERRUPTED if runs.interrupted else Status.COMPLETE
    ended = datetime.now(UTC).isoformat(timespec="seconds")
    rounded = {stage: round(value, 3) for stage, value in seconds.items()}
    return dataclasses.replace(record, status=status, counts=counts, seconds=rounded, ended=ended)


def _n_complete(runs: Runs) -> int:
    return sum(len(history.cases) for history in runs.histories)


def _run(request: Request, plan: Plan, jobs: int) -> tuple[Runs, dict[str, float]]:
    began = time.monotonic()
    progress = Progress(sys.stderr, request.language)
    runs = run_cases(plan.cases, jobs=jobs, progress=silent if request.quiet else progress)
    progress.close()
    return runs, {"runs": time.monotonic() - began}


def _kept(folder: Path, request: Request, plan: Plan, runs: Runs) -> dict[str, float]:
    """Write tables and pictures of what finished, and return the seconds that each took."""
    began = time.monotonic()
    if runs.histories or runs.failures:
        results.write_tables(folder, runs.histories, [failure.case for failure in runs.failures])
    if runs.failures:
        rows = (_failure_row(failure, repeating(failure.case, request, plan)) for failure in runs.failures)
        results.write_csv(folder / "failures.csv", FAILURE_COLUMNS, rows)
    tables = time.monotonic()
    if runs.histories and not runs.interrupted:
        write_figures(folder / "figures", runs.histories, request.picture_languages)
        (folder / "answer.txt").write_text(_answer(runs, request) + "\n", encoding="utf-8")
    return {"tables": tables - began, "figures": time.monotonic() - tables}


def _failure_row(failure: Failure, command: str) -> results.Row:
    case = failure.case
    identity = (case.scenario.name, case.policy.name, case.replication, case.seed)
    return (*identity, failure.error, failure.traceback, command)


def repeating(case: Case, request: Request, plan: Plan) -> str:
    """The command that runs one case again."""
    words = ["run", plan.given[case.scenario.name]]
    words += ["--policy", plan.given[case.policy.name]] if request.policies else []
    words += ["--seed", str(case.seed), "--replication", str(case.replication), "--jobs", "1"]
    words += ["--until", request.until] if request.until is not None else []
    words += [word for path in request.sets for word in ("--set", path)]
    return shlex.join([*launcher(), *words])


def _told(request: Request, plan: Plan, runs: Runs, folder: Path) -> Exit:
    """Print the answer, and on standard error what failed or was left; return the exit code."""
    language = request.language
    complete, total = _n_complete(runs), len(plan.cases)
    if runs.histories and not request.quiet and not runs.interrupted:
        print(_answer(runs, request))
    if runs.failures:
        say(_failed(runs, total, repeating(runs.failures[0].case, request, plan), request))
    if runs.interrupted:
        zh = f"已中断：{total} 次运行中已完成 {complete} 次，结果保存在 {folder}"
        say(told(zh, f"Interrupted: {complete} of {total} runs finished; their results are kept in {folder}", language))
        return Exit.INTERRUPTED
    if not request.quiet:
        print(told(f"\n结果：{folder}", f"\nResults: {folder}", language))
    return Exit.SOME_FAILED if runs.failures else Exit.WELL


def _answer(runs: Runs, request: Request) -> str:
    language = request.language.value
    words = answer.answer(runs.histories, language)
    goals = any(history.cases[0].scenario.targets for history in runs.histories)
    return f"{words}\n\n{answer.terminal_table(runs.histories, language)}" if goals else words


def _failed(runs: Runs, total: int, command: str, request: Request) -> str:
    n, error = len(runs.failures), runs.failures[0].error
    zh = f"{total} 次运行中有 {n} 次失败，详见 failures.csv。第一个错误：{error}\n重现：{command}"
    en = f"{n} of {total} runs failed; see failures.csv. The first error: {error}\nTo repeat it: {command}"
    if runs.n_skipped and not runs.interrupted:
        zh = f"无一成功，其余 {runs.n_skipped} 次未再运行。{zh}"
        en = f"None succeeded, and the other {runs.n_skipped} were not started. {en}"
    return told(zh, en, request.language)
