"""``compare``: which policy, how much, how sure; the shipped policies on the shipped park where nothing is named."""

from __future__ import annotations

from typing import Annotated

import typer

from wutong.experiments.commands.exits import Exit
from wutong.experiments.commands.language import told
from wutong.experiments.commands.shared import SCENARIO, Count, Policies, Shared, command
from wutong.experiments.commands.usage import whole

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
MOST = 2000  # replications that are added up to

Scenarios = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SCENARIO", help=told("情景名称或文件，默认 baseline", "name or file of a scenario; baseline by default")
    ),
]
Baseline = Annotated[
    str | None,
    typer.Option("--baseline", metavar="P", help=told("作为基准的政策方案，默认第一个", "policy to compare with; the first")),
]
Precision = Annotated[
    str | None,
    typer.Option(
        "--precision",
        metavar="WIDTH",
        help=told(
            "增加重复次数，直到每个方案都与基准分开，或首个目标的 90% 区间窄于此值（目标的单位）",
            "add replications until every policy is told from the baseline, or its 90% interval on the first goal is narrower",
        ),
    ),
]
Most = Annotated[
    int,
    typer.Option(
        "--most",
        metavar="N",
        parser=whole("--most", 1),
        help=told("--precision 的重复次数上限", "replications at which it stops"),
    ),
]


@command
def compare(
    shared: Shared,
    scenarios: Scenarios = None,
    policies: Policies = None,
    baseline: Baseline = None,
    n: Count = 100,
    precision: Precision = None,
    most: Most = MOST,
) -> Exit:
    from wutong.experiments.commands.experiment import Manner, compared, performed
    from wutong.experiments.plan import Request, plan_of
    from wutong.experiments.questions import Compare
    from wutong.experiments.reading.options import quantity_option
    from wutong.experiments.reading.quantities import Quantity

    named = tuple(dict.fromkeys((*([baseline] if baseline else []), *(policies or POLICIES))))
    ends = shared.until if scenarios else shared.ends(SCENARIO)
    request = Request(tuple(scenarios or (SCENARIO,)), named, tuple(range(n)), shared.seed, tuple(shared.sets or ()), ends)
    plan = plan_of(request, shared.language)
    question = Compare(plan.policies[0][0].name if baseline else None)
    width = quantity_option("--precision", precision, Quantity("1")) if precision else None
    shared.unused("--most", most != MOST and width is None, "--precision", without=True)
    if width is None or shared.dry_run:
        return performed(plan, Manner.of(shared), shared.out, question, dry_run=shared.dry_run)
    return compared(plan, Manner.of(shared), shared.out, question, width, most)
