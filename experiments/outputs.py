"""What an experiment leaves in its folder: tables, pictures and the answer in words."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from experiments import answer, results
from experiments.design import describe, table
from experiments.figures import write_figures
from experiments.launcher import launcher
from experiments.plan import Plan
from experiments.runner import Failure, Runs

SHOWN_GROUPS = 15  # scenarios and policies up to which pictures, trajectories and sentences are made
TABLED_AT_ONCE = 256  # runs of which tables are written also after Ctrl-C: those of more take longer than anybody waits
FAILURE_COLUMNS = ("run", "scenario", "policy", "replication", "seed", "quarter", "error", "traceback", "command")


@dataclass(frozen=True)
class Pictures:
    """In which language the answer is written, and in which the pictures are drawn."""

    language: str = "en"
    languages: tuple[str, ...] = ("zh", "en")


def written(folder: Path, plan: Plan, runs: Runs, ids: Mapping[int, str], pictures: Pictures) -> tuple[str, dict[str, float]]:
    """Write tables and pictures of what finished; the answer in words, and the seconds that each took.

    After an interruption of many runs there are only the failures: the store has the runs, and resumed it writes all.

    Parameters
    ----------
    ids : of the runs, by the identity of their case object
    """
    began = time.monotonic()
    few = len(runs.histories) <= SHOWN_GROUPS
    at_once = not runs.interrupted or sum(len(history.cases) for history in runs.histories) <= TABLED_AT_ONCE
    if at_once and (runs.histories or runs.failures):
        results.write_tables(folder, runs.histories, ids, [failure.case for failure in runs.failures], trajectories=few)
    if plan.design is not None:
        results.write_csv(folder / "points.csv", *table(plan.design), exact=True)
    if runs.failures:
        rows = (_failure_row(failure, ids[id(failure.case)], folder) for failure in runs.failures)
        results.write_csv(folder / "failures.csv", FAILURE_COLUMNS, rows)
    else:
        (folder / "failures.csv").unlink(missing_ok=True)
    tables, words = time.monotonic(), ""
    if runs.histories and not runs.interrupted:
        if few and pictures.languages:
            write_figures(folder / "figures", runs.histories, pictures.languages)
        words = in_words(plan, runs, pictures.language)
        (folder / "answer.txt").write_text(words + "\n", encoding="utf-8")
    return words, {"tables": tables - began, "figures": time.monotonic() - tables}


def in_words(plan: Plan, runs: Runs, language: str) -> str:
    """What the runs say; of a design with many points only what it is, as a sentence for each would not be read."""
    if plan.design is not None and len(runs.histories) > SHOWN_GROUPS:
        return describe(plan.design, language)
    words = answer.answer(runs.histories, language)
    goals = any(history.cases[0].scenario.targets for history in runs.histories)
    return f"{words}\n\n{answer.terminal_table(runs.histories, language)}" if goals else words


def _failure_row(failure: Failure, run_id: str, folder: Path) -> results.Row:
    case = failure.case
    identity = (run_id, case.scenario.name, case.policy.name, case.replication, case.seed, failure.quarter)
    return (*identity, failure.error, failure.traceback, command("rerun", str(folder), run_id))


def command(*words: str) -> str:
    """A command as the user would type it."""
    return shlex.join([*launcher(), *words])
