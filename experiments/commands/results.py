"""What an experiment leaves in its folder and says on the screen."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping
from pathlib import Path

from experiments import answer, results
from experiments.commands.exits import Exit, say
from experiments.commands.figures import write_figures
from experiments.commands.language import told
from experiments.commands.launcher import launcher
from experiments.commands.request import Request
from experiments.design import Design, describe, table
from experiments.runner import Failure, Runs

SHOWN_GROUPS = 15  # scenarios and policies up to which pictures, trajectories and sentences are made
FAILURE_COLUMNS = ("run", "scenario", "policy", "replication", "seed", "quarter", "error", "traceback", "command")


def keep(folder: Path, request: Request, runs: Runs, ids: Mapping[int, str], design: Design | None = None) -> dict[str, float]:
    """Write tables and pictures of what finished, and return the seconds that each took.

    Parameters
    ----------
    ids : of the runs, by the identity of their case object
    """
    began = time.monotonic()
    few = len(runs.histories) <= SHOWN_GROUPS
    if runs.histories or runs.failures:
        results.write_tables(folder, runs.histories, [failure.case for failure in runs.failures], trajectories=few)
    if design is not None:
        results.write_csv(folder / "points.csv", *table(design), exact=True)
    if runs.failures:
        rows = (_failure_row(failure, ids[id(failure.case)], folder) for failure in runs.failures)
        results.write_csv(folder / "failures.csv", FAILURE_COLUMNS, rows)
    else:
        (folder / "failures.csv").unlink(missing_ok=True)
    tables = time.monotonic()
    if runs.histories and not runs.interrupted and few:
        write_figures(folder / "figures", runs.histories, request.picture_languages)
    if runs.histories and not runs.interrupted:
        (folder / "answer.txt").write_text(_answer(runs, request, design) + "\n", encoding="utf-8")
    return {"tables": tables - began, "figures": time.monotonic() - tables}


def _failure_row(failure: Failure, run_id: str, folder: Path) -> results.Row:
    case = failure.case
    identity = (run_id, case.scenario.name, case.policy.name, case.replication, case.seed, failure.quarter)
    return (*identity, failure.error, failure.traceback, command("rerun", str(folder), run_id))


def command(*words: str) -> str:
    """A command as the user would type it."""
    return shlex.join([*launcher(), *words])


def tell(folder: Path, request: Request, runs: Runs, total: int, design: Design | None = None) -> Exit:
    """Print the answer, and on standard error what failed or was left; return the exit code."""
    language = request.language
    complete = sum(len(history.cases) for history in runs.histories)
    if runs.histories and not request.quiet and not runs.interrupted:
        print(_answer(runs, request, design))
    if runs.failures:
        say(_failed(runs, total, folder, request))
    if runs.interrupted:
        go_on = command("resume", str(folder))
        zh = f"已中断：{total} 次运行中已完成 {complete} 次，结果保存在 {folder}\n继续运行：{go_on}"
        en = f"Interrupted: {complete} of {total} runs finished; they are kept in {folder}\nTo go on: {go_on}"
        say(told(zh, en, language))
        return Exit.INTERRUPTED
    if not request.quiet:
        print(told(f"\n结果：{folder}", f"\nResults: {folder}", language))
    return Exit.SOME_FAILED if runs.failures else Exit.WELL


def _answer(runs: Runs, request: Request, design: Design | None) -> str:
    """What the runs say; of a design with many points only what it is, as a sentence for each would not be read."""
    language = request.language.value
    if design is not None and len(runs.histories) > SHOWN_GROUPS:
        return describe(design, language)
    words = answer.answer(runs.histories, language)
    goals = any(history.cases[0].scenario.targets for history in runs.histories)
    return f"{words}\n\n{answer.terminal_table(runs.histories, language)}" if goals else words


def _failed(runs: Runs, total: int, folder: Path, request: Request) -> str:
    n, error = len(runs.failures), runs.failures[0].error
    zh = f"{total} 次运行中有 {n} 次失败，详见 {folder / 'failures.csv'}，其中有重现每次失败的命令。第一个错误：{error}"
    en = f"{n} of {total} runs failed; {folder / 'failures.csv'} has the command that repeats each. The first error: {error}"
    if runs.n_skipped and not runs.interrupted:
        zh = f"失败过多，其余 {runs.n_skipped} 次未再运行。{zh}"
        en = f"Too many failures: the other {runs.n_skipped} runs were not started. {en}"
    return told(zh, en, request.language)
