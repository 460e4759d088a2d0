"""``evidence``: calibrations, scorecard, hindcasts and goals in one folder; ``calibrate``: posteriors alone."""

from __future__ import annotations

from typing import Annotated

import typer

from wutong.experiments.commands.exits import exits
from wutong.experiments.commands.language import LOCALE, Language, told
from wutong.experiments.commands.options import Jobs, Lang, Out, Quiet
from wutong.experiments.commands.shared import Seed
from wutong.experiments.commands.usage import whole
from wutong.model.facts import Label

Count = Annotated[
    int,
    typer.Option("-n", metavar="N", parser=whole("-n", 2), help=told("记分卡和目标的世界数", "worlds of scorecard and goals")),
]
Worlds = Annotated[
    int | None,
    typer.Option(
        "--worlds", metavar="N", parser=whole("--worlds", 100), help=told("每项校准的世界数", "worlds of each calibration")
    ),
]
CalibrationWorlds = Annotated[
    int | None,
    typer.Option("-n", metavar="N", parser=whole("-n", 100), help=told("每项校准的世界数", "worlds of each calibration")),
]
Past = Annotated[
    int,
    typer.Option(
        "--past", metavar="N", parser=whole("--past", 50), help=told("回推的历史运行数", "runs of the past of a hindcast")
    ),
]
Steps = Annotated[
    list[str] | None,
    typer.Option("--step", metavar="NAME", help=told("只做某一步，可重复", "one step only; may be repeated")),
]
Names = Annotated[
    list[str] | None, typer.Argument(metavar="NAME…", help=told("校准名称，默认全部", "names of calibrations; all by default"))
]


def evidence(
    context: typer.Context,
    n: Count = 100,
    worlds: Worlds = None,
    past: Past = 2000,
    step: Steps = None,
    seed: Seed = 1,
    jobs: Jobs = None,
    out: Out = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    language: Language = lang or context.obj or LOCALE
    with exits(language):
        from wutong.experiments.commands.evidence import begin
        from wutong.experiments.commands.experiment import Manner
        from wutong.experiments.evidence.outputs import Asked, chosen

        asked = Asked(chosen(step or ()), n, worlds, past, seed)
        raise typer.Exit(begin(asked, out, Manner(language, jobs=jobs, quiet=quiet)))


def calibrate(
    context: typer.Context,
    names: Names = None,
    n: CalibrationWorlds = None,
    seed: Seed = 1,
    jobs: Jobs = None,
    out: Out = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    language: Language = lang or context.obj or LOCALE
    with exits(language):
        from wutong.experiments.calibration.calibrations import CALIBRATIONS
        from wutong.experiments.commands.evidence import begin
        from wutong.experiments.commands.experiment import Manner
        from wutong.experiments.errors import BadInputError
        from wutong.experiments.evidence.outputs import Asked
        from wutong.experiments.reading.messages import choices

        for name in names or ():
            if name not in CALIBRATIONS:
                near = choices(name, list(CALIBRATIONS), {key: c.label.zh for key, c in CALIBRATIONS.items()})
                raise BadInputError(Label(f"没有校准“{name}”。{near.zh}", f"there is no calibration {name!r}; {near.en}"))
        steps = tuple(key for key in CALIBRATIONS if not names or key in names)
        raise typer.Exit(begin(Asked(steps, 2, n, 50, seed), out, Manner(language, jobs=jobs, quiet=quiet)))
