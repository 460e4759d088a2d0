"""``evidence``: the scorecard of stylised facts."""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.commands.exits import Exit, exits
from experiments.commands.language import LOCALE, Language, told
from experiments.commands.options import Jobs, Lang, Out, Quiet
from experiments.commands.shared import Seed

Count = Annotated[int, typer.Option("-n", metavar="N", min=2, help=told("每个情景的世界数", "worlds of each scenario"))]


def evidence(
    context: typer.Context,
    n: Count = 100,
    seed: Seed = 1,
    jobs: Jobs = None,
    out: Out = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    language: Language = lang or context.obj or LOCALE
    with exits(language):
        from experiments.evidence.outputs import carried_out
        from experiments.experiment import available_cores

        folder, words = carried_out(n, seed, jobs or available_cores(), out, language.value)
        if not quiet:
            print(words.in_language(language))
            print(told(f"\n结果：{folder}", f"\nResults: {folder}", language))
        raise typer.Exit(Exit.WELL)
