"""``goals``, ``levers``, ``attribute``, ``chain``: what it would take, which lever, what an anchor brought, which link lacks."""

from __future__ import annotations

from typing import Annotated

import typer

from wutong.experiments.commands.exits import Exit
from wutong.experiments.commands.language import told
from wutong.experiments.commands.shared import SCENARIO, Count, Shared, command
from wutong.experiments.errors import BadInputError
from wutong.model.facts import Label

NOTHING = "none"
BOUNDS = 0.001, 1000.0  # of --money [亿元/year]

Scenario = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO", help=told("情景名称或文件，默认 baseline", "name or file of a scenario; baseline by default")
    ),
]
PolicyName = Annotated[
    str | None,
    typer.Option("--policy", metavar="P", help=told("政策方案名称或文件，默认为情景自带的", "name or file; the scenario's own")),
]
Money = Annotated[
    str | None,
    typer.Option(
        "--money", metavar="X", help=told("每个工具每年花费，默认 3 亿元", "yearly cost of every lever; 3 亿元 by default")
    ),
]
DoseOf = Annotated[
    str | None,
    typer.Option("--dose", metavar="LEVER", help=told("改为：一个工具，力度由低到高", "instead: one lever at rising levels")),
]
Levels = Annotated[
    list[str] | None,
    typer.Option("--level", metavar="X", help=told("--dose 的力度，可重复", "a level of --dose; may be repeated")),
]
MixOf = Annotated[
    str | None,
    typer.Option(
        "--mix", metavar="POLICY", help=told("改为：一个方案中各工具的份额与相互作用", "instead: shares of a policy's levers")
    ),
]
Goal = Annotated[str, typer.Option("--goal", metavar="KEY", help=told("目标，默认第一个", "key of a goal; the first by default"))]
LatePolicy = Annotated[
    str | None,
    typer.Option("--late", metavar="POLICY", help=told("改为：各工具最晚何时启动仍有用", "instead: how long levers can wait")),
]
Of = Annotated[
    list[str] | None,
    typer.Option("--of", metavar="KEY", help=told("龙头或实验室，可重复；默认全部龙头", "anchor or lab; all anchors by default")),
]
Together = Annotated[
    list[str] | None,
    typer.Option("--together", metavar="A+B", help=told("两者同在时多带来的，可重复", "what a pair brings together")),
]
MeasureName = Annotated[
    str,
    typer.Option("--measure", metavar="M", help=told("看哪个指标，默认为第一个目标的", "measure; that of the first goal")),
]
Scope = Annotated[str, typer.Option("--scope", metavar="K", help=told("范围：all、产业或环节", "all, an industry or a segment"))]
Date = Annotated[str, typer.Option("--date", metavar="QUARTER", help=told("看哪个季度，如 2030Q4", "quarter, such as 2030Q4"))]


@command
def levers(
    shared: Shared,
    scenario: Scenario = SCENARIO,
    money: Money = None,
    dose: DoseOf = None,
    level: Levels = None,
    mix: MixOf = None,
    measure: MeasureName = "",
    scope: Scope = "",
    date: Date = "",
    n: Count = 100,
) -> Exit:
    from wutong.experiments.commands.experiment import ask, plan_under
    from wutong.experiments.experiment import available_cores
    from wutong.experiments.questions import Dose, Levers, Mix, Question, equal_levels, understood
    from wutong.experiments.questions.levers import MONEY, level_of, lever_called
    from wutong.experiments.reading.options import quantity_option
    from wutong.experiments.reading.quantities import Quantity

    if dose and mix:
        raise BadInputError(Label("--dose 与 --mix 只能用一个", "--dose and --mix exclude each other"))
    shared.unused("--money", money and (dose or mix), "--dose" if dose else "--mix")
    shared.unused("--level", level and not dose, "--dose", without=True)
    lever = lever_called(dose) if dose else ""
    levels = tuple(level_of(lever, text) for text in level or ()) if lever else ()
    spent = quantity_option("--money", money, Quantity("亿元/year", *BOUNDS)) if money else MONEY
    plan = plan_under(shared, scenario, mix or NOTHING, n)
    asked = understood(plan.scenarios[0], measure, scope, date)
    question: Question
    if mix:
        question = Mix(*asked)
    elif dose:
        question = Dose(*asked, lever=lever, levels=levels)
    else:
        found = equal_levels(plan, spent, shared.jobs or available_cores())
        question = Levers(*asked, money=spent, levels=tuple(e.policy.settings[0].level for e in found))
    return ask(shared, plan, question)


@command
def goals(
    shared: Shared,
    scenario: Scenario = SCENARIO,
    policy: PolicyName = None,
    goal: Goal = "",
    late: LatePolicy = None,
    n: Count = 60,
) -> Exit:
    from wutong.experiments.commands.experiment import ask, plan_under
    from wutong.experiments.questions import Conditions, Late

    shared.unused("--policy", policy and late, "--late")
    plan = plan_under(shared, scenario, late or policy or NOTHING, n)
    return ask(shared, plan, Late(goal) if late else Conditions(goal))


@command
def attribute(
    shared: Shared,
    scenario: Scenario = SCENARIO,
    policy: PolicyName = None,
    of: Of = None,
    together: Together = None,
    date: Date = "",
    n: Count = 50,
) -> Exit:
    from wutong.experiments.commands.experiment import ask, plan_under
    from wutong.experiments.questions import Attribute, understood

    plan = plan_under(shared, scenario, policy, n)
    _, _, date = understood(plan.scenarios[0], date=date)
    return ask(shared, plan, Attribute(tuple(of or ()), tuple(together or ()), date))


@command
def chain(shared: Shared, scenario: Scenario = SCENARIO, policy: PolicyName = None, date: Date = "", n: Count = 100) -> Exit:
    from wutong.experiments.commands.experiment import ask, plan_under
    from wutong.experiments.questions import Chain, understood

    plan = plan_under(shared, scenario, policy, n)
    _, _, date = understood(plan.scenarios[0], date=date)
    return ask(shared, plan, Chain(date))
