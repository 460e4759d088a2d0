"""``report``: the results of a folder as one HTML file that can be read anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wutong.experiments.commands.exits import exits, show
from wutong.experiments.commands.language import LOCALE, Language, told
from wutong.experiments.commands.options import Lang, Quiet
from wutong.experiments.commands.resuming import Folder

Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help=told("新文件，默认 DIR/report.html", "a new file; DIR/report.html by default")),
]


def report(context: typer.Context, folder: Folder, out: Out = None, lang: Lang = None, quiet: Quiet = False) -> None:
    language: Language = lang or context.obj or LOCALE
    with exits(language):
        from wutong.experiments.report import write_report

        path = write_report(folder, out, language.value)
        if not quiet:
            show(told(f"报告：{path}", f"Report: {path}", language))
