"""``check``: every problem of every file at once, without running anything."""

from __future__ import annotations

import dataclasses
import json
from typing import Annotated

import typer

from experiments.commands.exits import Exit, exits
from experiments.commands.language import LOCALE, told
from experiments.commands.listing import Format, FormatOption, LangOption

Files = Annotated[
    list[str] | None,
    typer.Argument(metavar="FILE", help=told("文件或名称，默认全部", "files or names; all shipped ones by default")),
]


def check(context: typer.Context, files: Files = None, form: FormatOption = Format.TEXT, lang: LangOption = None) -> None:
    language = lang or context.obj or LOCALE
    with exits(language):
        from experiments.commands.problems import problems_of, shipped

        names = list(dict.fromkeys(files or shipped()))
        problems = [problem for name in names for problem in problems_of(name)]
        if form is Format.JSON:
            print(json.dumps([dataclasses.asdict(problem) for problem in problems], ensure_ascii=False, indent=1))
        elif problems:
            print("\n".join(problem.text(language) for problem in problems))
        else:
            zh, en = f"已检查 {len(names)} 个文件，没有发现问题。", f"{len(names)} files checked; nothing is wrong."
            print(told(zh, en, language))
        raise typer.Exit(Exit.BAD_INPUT if problems else Exit.WELL)
