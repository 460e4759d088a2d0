"""``sweep``: run a design of many points: levers and assumptions varied together."""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.commands.exits import exits
from experiments.commands.language import LOCALE, told
from experiments.commands.running import Cluster, DryRun, Jobs, Lang, MaxFailures, Out, Quiet

DesignFile = Annotated[str, typer.Argument(metavar="DESIGN", help=told("试验设计文件", "file of a design"))]


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
        from experiments.commands.experiment import performed
        from experiments.commands.request import Request

        request = Request(
            scenarios=(),
            jobs=jobs,
            out=out,
            language=chosen or LOCALE,
            quiet=quiet,
            max_failures=max_failures,
            cluster=cluster,
            design=design,
        )
        raise typer.Exit(performed(request, dry_run=dry_run))
