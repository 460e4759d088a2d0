"""``compare``: which policy, how much, how sure; the shipped policies on the shipped park where nothing is named."""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.commands.exits import exits
from experiments.commands.language import LOCALE, Language, told
from experiments.commands.options import Sets
from experiments.commands.running import Cluster, Count, DryRun, Jobs, Lang, MaxFailures, Out, Policies, Quiet, Seed, Until

SCENARIO = "baseline"
POLICIES = (
    "none",
    "as_announced",
    "balanced",
    "anchors_first",
    "suppliers_first",
    "spin_offs_first",
    "labs_first",
    "talent_first",
    "delivery_first",
    "space_first",
)
UNTIL = "2030Q4"
MOST = 2000  # replications that are added up to

Scenarios = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SCENARIO]", help=told("情景名称或文件，默认 baseline", "name or file of a scenario; baseline by default")
    ),
]
Baseline = Annotated[
    str | None,
    typer.Option("--baseline", metavar="P", help=told("作为基准的政策方案，默认第一个", "policy to compare with; the first")),
]
Precision = Annotated[
    float | None,
    typer.Option(
        "--precision",
        metavar="WIDTH",
        min=0.0,
        help=told(
            "增加重复次数，直到每个方案都与基准分开，或首个目标的 90% 区间窄于此值（目标的单位）",
            "add replications until every policy is told from the baseline, or its 90% interval on the first goal is narrower",
        ),
    ),
]
Most = Annotated[
    int, typer.Option("--most", metavar="N", min=1, help=told("--precision 的重复次数上限", "replications at which it stops"))
]


def compare(
    context: typer.Context,
    scenarios: Scenarios = None,
    policies: Policies = None,
    baseline: Baseline = None,
    n: Count = 100,
    precision: Precision = None,
    most: Most = MOST,
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
    language: Language = chosen or LOCALE
    with exits(language):
        from experiments.commands.experiment import Manner, compared, performed
        from experiments.plan import Request, plan_of
        from experiments.questions import Compare

        named = tuple(dict.fromkeys((*([baseline] if baseline else []), *(policies or POLICIES))))
        ends = until or (None if scenarios or sets else UNTIL)
        request = Request(tuple(scenarios or (SCENARIO,)), named, tuple(range(n)), seed, tuple(sets or ()), ends)
        manner = Manner(language, chosen is not None, jobs, cluster, max_failures, quiet=quiet)
        plan, question = plan_of(request, language), Compare(baseline)
        if precision is None or dry_run:
            raise typer.Exit(performed(plan, manner, out, question, dry_run=dry_run))
        raise typer.Exit(compared(plan, manner, out, question, precision, most))
