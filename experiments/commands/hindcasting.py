"""``hindcast``: a park from a past date on, scored against what was seen later."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from wutong.experiments.commands.exits import Exit, exits, show
from wutong.experiments.commands.language import LOCALE, Language, told
from wutong.experiments.commands.options import Jobs, Lang, Out, Quiet
from wutong.experiments.commands.shared import Seed
from wutong.experiments.commands.usage import whole
from wutong.model.units import FIRST_YEAR, LAST_YEAR

Park = Annotated[
    str, typer.Argument(metavar="PARK", help=told("园区或情景的名称或文件", "name or file of a park, or of a scenario"))
]
Observed = Annotated[
    Path | None,
    typer.Option(
        "--observed",
        metavar="FILE",
        help=told(
            "观测值 CSV：measure、scope、year 或 quarter、value；默认用园区文件中的",
            "CSV of observed values: measure, scope, year or quarter, value; by default those of the park's file",
        ),
    ),
]
Until = Annotated[
    int,
    typer.Option(
        "--until",
        metavar="YEAR",
        parser=whole("--until", FIRST_YEAR, LAST_YEAR),
        help=told("使用观测值的最后一年", "last year whose observed values are used"),
    ),
]
Count = Annotated[
    int,
    typer.Option(
        "-n",
        metavar="N",
        parser=whole("-n", 2),
        help=told("推演的世界数：历史运行中最接近观测的", "worlds that are projected: the nearest runs of the past"),
    ),
]
Past = Annotated[
    int, typer.Option("--past", metavar="N", parser=whole("--past", 50), help=told("历史运行数", "runs of the past"))
]


def hindcast(
    context: typer.Context,
    park: Park,
    until: Until,
    observed: Observed = None,
    n: Count = 200,
    past: Past = 2000,
    seed: Seed = 1,
    jobs: Jobs = None,
    out: Out = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    chosen = lang or context.obj
    language: Language = chosen or LOCALE
    with exits(language):
        from wutong.experiments.commands.progress import Progress
        from wutong.experiments.experiment import available_cores
        from wutong.experiments.hindcast.outputs import Asked, carried_out
        from wutong.experiments.runner import silent

        progress = Progress(sys.stderr, language)
        languages = (language.value,) if chosen else tuple(one.value for one in Language)
        asked = Asked(park, until, observed, n, past, seed, jobs or available_cores(), languages)
        try:
            folder, words = carried_out(asked, out, silent if quiet else progress)
        finally:
            progress.close()
        if not quiet:
            show(words.in_language(language))
            show(told(f"\n结果：{folder}", f"\nResults: {folder}", language))
        raise typer.Exit(Exit.WELL)
