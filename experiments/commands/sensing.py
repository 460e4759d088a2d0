"""``sensitivity``: how much of the goals and of the ranking hangs on what every run draws; the shipped policies by default."""

from __future__ import annotations

from typing import Annotated

import typer

from wutong.experiments.commands.comparing import POLICIES
from wutong.experiments.commands.exits import Exit
from wutong.experiments.commands.language import told
from wutong.experiments.commands.shared import SCENARIO, Policies, Shared, command
from wutong.experiments.commands.usage import whole

Scenario = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO", help=told("情景名称或文件，默认 baseline", "name or file of a scenario; baseline by default")
    ),
]
Count = Annotated[
    int,
    typer.Option(
        "-n",
        metavar="N",
        parser=whole("-n", 1),
        help=told("每个方案的重复次数，越多越能看出较弱的影响", "replications of each policy; more show weaker effects"),
    ),
]


@command
def sensitivity(shared: Shared, scenario: Scenario = SCENARIO, policies: Policies = None, n: Count = 300) -> Exit:
    from wutong.experiments.commands.experiment import ask
    from wutong.experiments.plan import Request, plan_of
    from wutong.experiments.questions import Sensitivity

    named, sets = tuple(dict.fromkeys(policies or POLICIES)), tuple(shared.sets or ())
    request = Request((scenario,), named, tuple(range(n)), shared.seed, sets, shared.ends(scenario))
    return ask(shared, plan_of(request, shared.language), Sensitivity())
