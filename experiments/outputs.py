"""What an experiment leaves in its folder: tables, pictures and the answer in words."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wutong.experiments import results
from wutong.experiments.answers import Answer
from wutong.experiments.design import describe, table
from wutong.experiments.launcher import launcher
from wutong.experiments.pictures import write
from wutong.experiments.plan import Plan
from wutong.experiments.questions import Question
from wutong.experiments.reading.idle import in_words as idle_words
from wutong.experiments.results import Columns
from wutong.experiments.runner import Failure, Runs
from wutong.experiments.unfinished import replacing

SHOWN_GROUPS = 15  # scenarios and policies up to which trajectories and sentences are made
TABLED_AT_ONCE = 256  # runs of which tables are written also after Ctrl-C: those of more take longer than anybody waits
FAILURE_COLUMNS = ("run", "scenario", "policy", "replication", "seed", "quarter", "error", "traceback", "command")
Ids = Mapping[int, str]  # of the runs, by the identity of their case object


@dataclass(frozen=True)
class Pictures:
    """In which language the answer is written, and in which the pictures are drawn."""

    language: str = "en"
    languages: tuple[str, ...] = ("zh", "en")


@dataclass(frozen=True)
class Written:
    """What was written: the answers, in words too, the SVG of every picture by language and name, and how long it took [s]."""

    words: str
    answers: Sequence[Answer]
    drawn: Mapping[str, Mapping[str, str]]
    seconds: Mapping[str, float]


def written(folder: Path, plan: Plan, runs: Runs, ids: Ids, pictures: Pictures, question: Question) -> Written:
    """Write tables and pictures of what finished.

    After an interruption of many runs there are only the failures: the store has the runs, and resumed it writes all.
    """
    began = time.monotonic()
    columns = _write_tables(folder, plan, runs, ids)
    tables, words, answers = time.monotonic(), "", tuple[Answer, ...]()
    drawn = dict[str, Mapping[str, str]]()
    if runs.histories and not runs.interrupted:
        answers = question.answers(runs.histories)
        write_answers(folder, answers, columns)
        words = in_words(plan, runs, pictures.language, question, answers)
        write_words(folder, words)
    told = time.monotonic()
    if words and plan.design is None:  # each point would fill a folder
        for language in pictures.languages:
            place = folder / "figures" / language if len(pictures.languages) > 1 else folder / "figures"
            place.mkdir(parents=True, exist_ok=True)
            drawn[language] = write(question.draw(runs.histories, language), place)
    seconds = {"tables": tables - began, "answers": told - tables, "figures": time.monotonic() - told}
    return Written(words, answers, drawn, seconds)


def in_words(plan: Plan, runs: Runs, language: str, question: Question, answers: Sequence[Answer] = ()) -> str:
    """What the runs say; of a design with many points only what it is, as a sentence for each would not be read."""
    if plan.design is not None and len(runs.histories) > SHOWN_GROUPS:
        return describe(plan.design, language)
    told = question.told(runs.histories, answers or question.answers(runs.histories), language)
    idle = idle_words([one for one in plan.idle if one.path[0] != "targets"])  # the answer tells of goals itself
    return "\n\n".join([*told, *([] if idle is None else [idle.in_language(language)])])


def write_words(folder: Path, words: str) -> None:
    """Write the answer in words into ``answer.txt``."""
    with replacing(folder / "answer.txt") as unfinished:
        unfinished.write_text(words + "\n", encoding="utf-8")


def write_answers(folder: Path, answers: Sequence[Answer], others: Columns | None = None) -> None:
    """Write the table of every answer, and what its columns mean into ``columns.json``, after those of other tables."""
    told = dict(others or {})
    for given in answers:
        results.write_csv(folder / f"{given.key}.csv", list(given.columns), given.rows)
        told[f"{given.key}.csv"] = {
            name: {"zh": column.label.zh, "en": column.label.en, "unit": column.unit} for name, column in given.columns.items()
        }
    if told:
        results.write_columns(folder, told)


def _write_tables(folder: Path, plan: Plan, runs: Runs, ids: Ids) -> Columns:
    """Write the tables of the runs; what their columns mean."""
    columns: Columns = {}
    at_once = not runs.interrupted or sum(len(history.cases) for history in runs.histories) <= TABLED_AT_ONCE
    if at_once and (runs.histories or runs.failures):
        failed = [failure.case for failure in runs.failures]
        columns = results.write_tables(folder, runs.histories, ids, failed, trajectories=len(runs.histories) <= SHOWN_GROUPS)
    if plan.design is not None:
        results.write_csv(folder / "points.csv", *table(plan.design), exact=True)
    if runs.failures:
        results.write_csv(folder / "failures.csv", FAILURE_COLUMNS, _failure_rows(runs.failures, ids, folder))
    else:
        (folder / "failures.csv").unlink(missing_ok=True)
    return columns


def _failure_rows(failures: Sequence[Failure], ids: Ids, folder: Path) -> Iterator[results.Row]:
    for failure in failures:
        run_id = ids[id(failure.case)]
        told = (failure.quarter, failure.error, failure.traceback, command("rerun", str(folder), run_id))
        yield (run_id, *results.identity(failure.case), *told)


def command(*words: str) -> str:
    """A command as the user would type it."""
    return shlex.join([*launcher(), *words])
