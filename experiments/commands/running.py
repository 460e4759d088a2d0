"""``run``, and the main job: the shipped park without new policy and with what is announced."""

from __future__ import annotations

from typing import Annotated

import typer

from wutong.experiments.commands.exits import Exit, exits
from wutong.experiments.commands.language import LOCALE, Language, told
from wutong.experiments.commands.shared import SCENARIO, UNTIL, Count, Policies, Shared, command
from wutong.experiments.commands.usage import whole

MAIN_POLICIES = ("none", "as_announced")

Scenarios = Annotated[list[str], typer.Argument(metavar="SCENARIO", help=told("情景名称或文件", "name or file of a scenario"))]
Replications = Annotated[
    list[int] | None,
    typer.Option(
        "--replication",
        metavar="R",
        parser=whole("--replication", 0),
        help=told("只运行该编号，可重复", "run this replication alone; may be repeated"),
    ),
]


@command
def run(
    shared: Shared, scenarios: Scenarios, policies: Policies = None, n: Count = 100, replications: Replications = None
) -> Exit:
    from wutong.experiments.commands.experiment import Manner, performed
    from wutong.experiments.plan import Request, plan_of

    runs = tuple(replications or range(n))
    request = Request(tuple(scenarios), tuple(policies or ()), runs, shared.seed, tuple(shared.sets or ()), shared.until)
    return performed(plan_of(request, shared.language), Manner.of(shared), shared.out, dry_run=shared.dry_run)


def main_job(chosen: Language | None) -> None:
    """Run the shipped park under the policies that it is compared with."""
    language = chosen or LOCALE
    with exits(language):
        from wutong.experiments.commands.experiment import Manner, performed
        from wutong.experiments.plan import Request, plan_of

        request = Request((SCENARIO,), MAIN_POLICIES, until=UNTIL)
        raise typer.Exit(performed(plan_of(request, language), Manner(language, chosen is not None), None))
