"""An experiment at the command line: begun or only estimated, shown while it runs, told when it ends."""

from __future__ import annotations

import itertools
import sys
from dataclasses import dataclass
from pathlib import Path

from wutong.experiments.answers.verdicts import MINIMUM, Verdict
from wutong.experiments.commands.exits import Exit, say, show
from wutong.experiments.commands.language import Language, told
from wutong.experiments.commands.progress import Progress
from wutong.experiments.commands.shared import Shared
from wutong.experiments.experiment import (
    Ended,
    Experiment,
    Then,
    available_cores,
    begun,
    carried_out,
    estimated,
    extended,
    gathered,
)
from wutong.experiments.outputs import Pictures, command
from wutong.experiments.plan import Plan, Request, plan_of
from wutong.experiments.questions import Compare, Question, verdicts
from wutong.experiments.runner import Workers, silent
from wutong.experiments.store import FILE, Access, opened


@dataclass(frozen=True)
class Manner:
    """How an experiment is carried out and told.

    Attributes
    ----------
    chosen : the language that the user named; the locale's where none is, and pictures in both
    """

    language: Language
    chosen: bool = False
    jobs: int | None = None
    cluster: str | None = None
    max_failures: int | None = None
    retry_failed: bool = False
    quiet: bool = False

    @classmethod
    def of(cls, shared: Shared) -> Manner:
        """What the shared options say."""
        chosen = shared.lang is not None
        return cls(shared.language, chosen, shared.jobs, shared.cluster, shared.max_failures, quiet=shared.quiet)

    @property
    def pictures(self) -> Pictures:
        languages = (self.language,) if self.chosen else tuple(Language)
        return Pictures(self.language.value, tuple(language.value for language in languages))


def plan_under(shared: Shared, scenario: str, policy: str | None, n: int) -> Plan:
    """One scenario under one policy, its own if none is named, with n replications."""
    policies, sets = (policy,) if policy else (), tuple(shared.sets or ())
    request = Request((scenario,), policies, tuple(range(n)), shared.seed, sets, shared.ends(scenario))
    return plan_of(request, shared.language)


def ask(shared: Shared, plan: Plan, question: Question) -> Exit:
    """Perform a plan for a question, as the shared options say."""
    return performed(plan, Manner.of(shared), shared.out, question, dry_run=shared.dry_run)


def performed(plan: Plan, manner: Manner, out: Path | None, question: Question | None = None, *, dry_run: bool = False) -> Exit:
    """Perform a plan, or only tell what it would take.

    Raises
    ------
    FolderError
        If the place for the results cannot be used.
    StoreError
        If runs can no longer be kept; those that finished are.
    """
    if dry_run:
        print(_estimate(plan if question is None else question.expanded(plan), manner))
        return Exit.WELL
    return finish(begun(plan, out, manner.jobs, question), manner)


def compared(plan: Plan, manner: Manner, out: Path | None, question: Compare, precision: float, most: int) -> Exit:
    """Compare policies with more and more replications until all are settled, or there are ``most`` of them."""
    experiment = begun(plan, out, manner.jobs, question)
    for look in itertools.count(1):
        ended = _carried_out(experiment, manner, Pictures(manner.language.value, ()))
        n, open_ones = len(experiment.plan.replications), _unsettled(experiment, question, precision, look)
        if ended.interrupted or ended.n_skipped or not open_ones or n >= most:
            break
        more = min(max([v.needed or most for v in open_ones] + [n + n // 2, MINIMUM]), max(2 * n, MINIMUM), most)
        if not manner.quiet:
            names = ", ".join(verdict.policy for verdict in open_ones)
            zh, en = f"{n} 次重复后还没有分开：{names}；增加到 {more} 次", f"not settled after {n}: {names}; going on to {more}"
            say(told(zh, en, manner.language))
        experiment = extended(experiment, range(more))
    return _tell(experiment, ended, manner) if ended.interrupted else finish(experiment, manner)


def _unsettled(experiment: Experiment, question: Compare, precision: float, look: int) -> list[Verdict]:
    with opened(experiment.folder / FILE, Access.READ) as store:
        histories = gathered(experiment, store).histories
        return [v for v in verdicts(histories, question.baseline, precision, look) if not v.settled]


def finish(experiment: Experiment, manner: Manner) -> Exit:
    """Run what an experiment lacks, and tell what came of it."""
    then = _report_in(manner.language) if isinstance(experiment.question, Compare) and not manner.chosen else None
    return _tell(experiment, _carried_out(experiment, manner, manner.pictures, then), manner)


def _report_in(language: Language) -> Then:
    """Writes the report of a comparison: its pictures are drawn in both languages, so that little is left to do."""
    from wutong.experiments.report import report_beside

    return lambda experiment, runs, made: report_beside(experiment, runs, made, language.value)


def _carried_out(experiment: Experiment, manner: Manner, pictures: Pictures, then: Then | None = None) -> Ended:
    progress = Progress(sys.stderr, manner.language)
    try:
        return carried_out(
            experiment,
            Workers(manner.jobs or experiment.record.jobs, cluster=manner.cluster),
            pictures,
            progress=silent if manner.quiet else progress,
            max_failures=manner.max_failures,
            retry_failed=manner.retry_failed,
            then=then,
        )
    finally:
        progress.close()


def _tell(experiment: Experiment, ended: Ended, manner: Manner) -> Exit:
    """Print the answer, and on standard error what failed or was left; return the exit code."""
    folder, total, language = experiment.folder, len(experiment.plan.cases), manner.language
    if ended.answer and not manner.quiet:
        show(ended.answer)
    if ended.failures:
        say(_failed(ended, total, folder, language))
    if ended.interrupted:
        go_on = command("resume", str(folder))
        zh = f"已中断：{total} 次运行中已完成 {ended.n_complete} 次，结果保存在 {folder}\n继续运行：{go_on}"
        en = f"Interrupted: {ended.n_complete} of {total} runs finished; they are kept in {folder}\nTo go on: {go_on}"
        say(told(zh, en, language))
        return Exit.INTERRUPTED
    if not manner.quiet:
        show(told(f"\n结果：{folder}", f"\nResults: {folder}", language))
    return Exit.SOME_FAILED if ended.failures else Exit.WELL


def _failed(ended: Ended, total: int, folder: Path, language: Language) -> str:
    n, error = len(ended.failures), ended.failures[0].error
    zh = f"{total} 次运行中有 {n} 次失败，详见 {folder / 'failures.csv'}，其中有重现每次失败的命令。第一个错误：{error}"
    en = f"{n} of {total} runs failed; {folder / 'failures.csv'} has the command that repeats each. The first error: {error}"
    if ended.n_skipped and not ended.interrupted:
        zh = f"失败过多，其余 {ended.n_skipped} 次未再运行。{zh}"
        en = f"Too many failures: the other {ended.n_skipped} runs were not started. {en}"
    return told(zh, en, language)


def _estimate(plan: Plan, manner: Manner) -> str:
    jobs = min(manner.jobs or available_cores(), plan.n_cases)
    found = estimated(plan, jobs)
    minutes, size = found.seconds / 60.0, found.n_bytes / 1e6
    zh = f"共 {found.n_cases} 次运行；用 {jobs} 个线程约 {minutes:.1f} 分钟，结果库约 {size:.0f} MB。没有写入任何文件。"
    en = f"{found.n_cases} runs: about {minutes:.1f} minutes with {jobs} threads, {size:.0f} MB of store. Nothing was written."
    return told(zh, en, manner.language)
