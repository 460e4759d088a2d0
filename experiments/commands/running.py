"""``run``, and the main job: the shipped park without new policy and with what is announced."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.exits import exits
from experiments.commands.language import LOCALE, Language, told
from experiments.commands.options import Sets

MAIN_SCENARIO = "baseline"
MAIN_POLICIES = ("none", "as_announced")
MAIN_UNTIL = "2030Q4"

Scenarios = Annotated[list[str], typer.Argument(metavar="SCENARIO", help=told("情景名称或文件", "name or file of a scenario"))]
Policies = Annotated[
    list[str] | None,
    typer.Option("--policy", metavar="P", help=told("政策方案名称或文件，可重复", "name or file of a policy; may be repeated")),
]
Count = Annotated[int, typer.Option("-n", metavar="N", min=1, help=told("每个方案的重复次数", "replications of each policy"))]
Replications = Annotated[
    list[int] | None,
    typer.Option(
        "--replication", metavar="R", min=0, help=told("只运行该编号，可重复", "run this replication alone; may be repeated")
    ),
]
Seed = Annotated[int, typer.Option("--seed", metavar="S", min=0, help=told("随机种子", "seed of all random numbers"))]
Jobs = Annotated[
    int | None, typer.Option("--jobs", metavar="J", min=1, help=told("进程数，默认用全部核心", "processes; all cores by default"))
]
Until = Annotated[
    str | None, typer.Option("--until", metavar="QUARTER", help=told("模拟到该季度为止", "last quarter, such as 2030Q4"))
]
MaxFailures = Annotated[
    int | None,
    typer.Option("--max-failures", metavar="F", min=1, help=told("失败到这么多次就停止", "stop after so many failures")),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster", metavar="ADDRESS", help=told("Dask 调度器地址，如 tcp://host:8786", "a Dask scheduler, as tcp://host:8786")
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help=told("只估计次数、时间和磁盘，不运行", "tell runs, time and disk, run nothing"))
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help=told("结果文件夹，须为空", "folder for the results; must be empty"))
]
Lang = Annotated[Language | None, typer.Option("--lang", help=told("文字和图的语言", "language of words and pictures"))]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help=told("只报告错误", "say nothing but errors"))]


def run(
    context: typer.Context,
    scenarios: Scenarios,
    policies: Policies = None,
    n: Count = 100,
    replications: Replications = None,
    seed: Seed = 1,
    jobs: Jobs = None,
    sets: Sets = None,
    until: Until = None,
    out: Out = None,
    lang: Lang = None,
    max_failures: MaxFailures = None,
    cluster: Cluster = None,
    dry_run: DryRun = False,
    quiet: Quiet = False,
) -> None:
    chosen = lang or context.obj
    with exits(chosen or LOCALE):
        from experiments.commands.experiment import Manner, performed
        from experiments.plan import Request, plan_of

        language = chosen or LOCALE
        request = Request(
            tuple(scenarios), tuple(policies or ()), tuple(replications or range(n)), seed, tuple(sets or ()), until
        )
        manner = Manner(language, chosen is not None, jobs, cluster, max_failures, quiet=quiet)
        raise typer.Exit(performed(plan_of(request, language), manner, out, dry_run=dry_run))


def main_job(chosen: Language | None) -> None:
    """Run the shipped park under the policies that it is compared with."""
    language = chosen or LOCALE
    with exits(language):
        from experiments.commands.experiment import Manner, performed
        from experiments.plan import Request, plan_of

        request = Request((MAIN_SCENARIO,), MAIN_POLICIES, until=MAIN_UNTIL)
        raise typer.Exit(performed(plan_of(request, language), Manner(language, chosen is not None), None))
