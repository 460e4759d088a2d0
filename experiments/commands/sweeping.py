"""``sweep``: run a design of many points: levers and assumptions varied together."""

from __future__ import annotations

from typing import Annotated

import typer

from wutong.experiments.commands.exits import exits
from wutong.experiments.commands.language import LOCALE, told
from wutong.experiments.commands.options import Cluster, DryRun, Jobs, Lang, MaxFailures, Out, Quiet

DesignFile = Annotated[str, typer.Argument(metavar="DESIGN", help=told("试验设计名称或文件", "name or file of a design"))]


def sweep(
    context: typer.Context,
    design: DesignFile,
    jobs: Jobs = None,
    out: Out = None,
    max_failures: MaxFailures = None,
    cluster: Cluster = None,
    dry_run: DryRun = False,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    chosen = lang or context.obj
    with exits(chosen or LOCALE):
        from wutong.experiments.commands.experiment import Manner, performed
        from wutong.experiments.plan import plan_of_design

        language = chosen or LOCALE
        manner = Manner(language, chosen is not None, jobs, cluster, max_failures, quiet=quiet)
        raise typer.Exit(performed(plan_of_design(design, language), manner, out, dry_run=dry_run))
