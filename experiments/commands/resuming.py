"""``resume``: finish what an interrupted experiment lacks; ``rerun``: one run of an experiment again."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Annotated

import typer

from wutong.experiments.commands.exits import Exit, exits, say, show
from wutong.experiments.commands.language import LOCALE, Language, told
from wutong.experiments.commands.options import Cluster, Jobs, Lang, MaxFailures, Quiet
from wutong.experiments.errors import BadInputError
from wutong.model.facts import Label

Folder = Annotated[Path, typer.Argument(metavar="DIR", help=told("结果文件夹", "folder of results"))]
RunId = Annotated[str, typer.Argument(metavar="RUN", help=told("运行编号，见 runs.csv", "id of the run, from runs.csv"))]
Retry = Annotated[bool, typer.Option("--retry-failed", help=told("失败的运行也再试一次", "try the runs that failed again"))]
Repair = Annotated[
    bool, typer.Option("--repair", help=told("从损坏的结果库中读出可用部分", "save what can be read of a damaged store"))
]


def resume(
    context: typer.Context,
    folder: Folder,
    jobs: Jobs = None,
    retry_failed: Retry = False,
    repair: Repair = False,
    max_failures: MaxFailures = None,
    cluster: Cluster = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    chosen = lang or context.obj
    language: Language = chosen or LOCALE
    with exits(language):
        from wutong.experiments.commands.experiment import Manner, finish
        from wutong.experiments.evidence.outputs import EVIDENCE
        from wutong.experiments.manifest import read_manifest
        from wutong.experiments.reopening import mended, reopened

        if read_manifest(folder).question.get("name") == EVIDENCE:
            from wutong.experiments.commands.evidence import finish as finish_evidence

            raise typer.Exit(finish_evidence(folder, Manner(language, chosen is not None, jobs, quiet=quiet)))
        experiment = reopened(folder)
        if repair:
            n_kept = mended(experiment)
            say(told(f"结果库中读出 {n_kept} 次运行。", f"{n_kept} runs were saved from the store.", language))
        manner = Manner(language, chosen is not None, jobs, cluster, max_failures, retry_failed, quiet)
        raise typer.Exit(finish(experiment, manner))


def rerun(context: typer.Context, folder: Folder, run_id: RunId, lang: Lang = None) -> None:
    language: Language = lang or context.obj or LOCALE
    with exits(language):
        from wutong.experiments.reopening import reopened
        from wutong.experiments.store import FILE, Access, opened
        from wutong.model.simulate import simulate

        experiment = reopened(folder)
        if run_id not in experiment.ids:
            raise BadInputError(Label(f"“{folder}”中没有运行 {run_id}", f"{folder} has no run {run_id}"))
        case = experiment.plan.cases[experiment.ids.index(run_id)]
        try:
            history = simulate([case])
        except Exception as error:  # noqa: BLE001 - whatever the run raises is what is asked for
            print("".join(traceback.format_exception(error)).rstrip())
            raise typer.Exit(Exit.SOME_FAILED) from None
        with opened(folder / FILE, Access.READ) as store:
            same = run_id in store.complete() and store.same(run_id, history)
        zh, en = "运行成功；结果库中没有相同的结果。", "It runs; the store holds no such result."
        if same:
            zh, en = "与保存的结果完全相同。", "The same as what is kept."
        show(told(zh, en, language))
        raise typer.Exit(Exit.WELL)
