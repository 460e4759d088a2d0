"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wutong.experiments.commands.language import Language, told
from wutong.experiments.commands.usage import whole

Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="PATH=VALUE", help=told("改动情景中的一项，可重复", "change an entry of the scenario; may be repeated")
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", metavar="J", parser=whole("--jobs", 1), help=told("线程数，默认用全部核心", "threads; all cores by default")
    ),
]
MaxFailures = Annotated[
    int | None,
    typer.Option(
        "--max-failures",
        metavar="F",
        parser=whole("--max-failures", 1),
        help=told("失败到这么多次就停止", "stop after so many failures"),
    ),
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
