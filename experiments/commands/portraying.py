"""``portrait``: one world looked at firm by firm."""

from __future__ import annotations

from typing import Annotated

import typer

from wutong.experiments.commands.asking import PolicyName, Scenario
from wutong.experiments.commands.exits import Exit, exits, show
from wutong.experiments.commands.language import LOCALE, Language, told
from wutong.experiments.commands.options import Lang, Out, Quiet, Sets
from wutong.experiments.commands.shared import SCENARIO, Seed, Shared, Until
from wutong.experiments.commands.usage import whole

Replication = Annotated[
    int | None,
    typer.Option(
        "--replication",
        metavar="R",
        parser=whole("--replication", 0),
        help=told("看哪一次模拟（编号）；默认最接近中位数的一次", "its number; the most usual world by default"),
    ),
]
Of = Annotated[
    list[str] | None,
    typer.Option(
        "--of",
        metavar="KEY",
        help=told("谁的家族：龙头或实验室，可重复；默认最大的几个", "family of an anchor or lab; the largest by default"),
    ),
]
Count = Annotated[
    int,
    typer.Option(
        "-n",
        metavar="N",
        parser=whole("-n", 0),
        help=told("与另外多少次模拟相比，0 为不比", "other worlds to place it among; 0: none"),
    ),
]


def portrait(
    context: typer.Context,
    scenario: Scenario = SCENARIO,
    policy: PolicyName = None,
    replication: Replication = None,
    of: Of = None,
    n: Count = 20,
    seed: Seed = 1,
    sets: Sets = None,
    until: Until = None,
    out: Out = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    chosen = lang or context.obj
    language: Language = chosen or LOCALE
    with exits(language):
        from wutong.experiments.portrait.outputs import Asked, carried_out

        others = tuple(one.value for one in Language if one is not language)
        languages = (language.value,) if chosen else (language.value, *others)
        end = Shared(sets=sets, until=until).ends(scenario)
        asked = Asked(scenario, policy, replication, seed, tuple(of or ()), end, tuple(sets or ()), n, languages)
        folder, words = carried_out(asked, out)
        if not quiet:
            show(words.in_language(language))
            show(told(f"\n结果：{folder}", f"\nResults: {folder}", language))
        raise typer.Exit(Exit.WELL)
