"""``check``: every problem of every file at once, without running anything; ``--explain``: what a run would really use."""

from __future__ import annotations

import enum
import json
from functools import partial
from typing import Annotated

import typer

from wutong.experiments.commands.exits import Exit, exits, say
from wutong.experiments.commands.language import LOCALE, told
from wutong.experiments.commands.listing import Format, FormatOption, LangOption
from wutong.experiments.commands.options import Sets
from wutong.experiments.errors import BadInputError
from wutong.model.facts import Label


class SchemaKind(enum.StrEnum):
    SCENARIO = "scenario"
    POLICY = "policy"
    PARK = "park"
    DESIGN = "design"


Files = Annotated[
    list[str] | None,
    typer.Argument(metavar="FILE", help=told("文件或名称，默认全部", "files or names; all shipped ones by default")),
]
Explain = Annotated[
    bool,
    typer.Option(
        "--explain", help=told("输出展开后的全部取值、出处和抽样范围", "print every value, where it came from and what is drawn")
    ),
]
Policy = Annotated[
    str | None, typer.Option("--policy", metavar="P", help=told("按该政策方案展开", "with --explain: under this policy"))
]
Schema = Annotated[
    SchemaKind | None,
    typer.Option("--schema", help=told("输出供编辑器使用的 JSON Schema", "print the JSON schema of a kind of file, for editors")),
]

ONE_FILE = Label("--explain 一次只能展开一个文件", "--explain takes one file at a time")
NO_SETS = Label(
    "试验设计不接受 --set 和 --policy，请写进文件", "a design takes neither --set nor --policy: write them in its file"
)


def check(
    context: typer.Context,
    files: Files = None,
    explain: Explain = False,
    policy: Policy = None,
    sets: Sets = None,
    schema: Schema = None,
    form: FormatOption = Format.TEXT,
    lang: LangOption = None,
) -> None:
    language = lang or context.obj or LOCALE
    with exits(language):
        if schema is not None:
            from wutong.experiments.reading.json_schema import json_schema

            print(json.dumps(json_schema(schema.value), ensure_ascii=False, indent=1))
            raise typer.Exit(Exit.WELL)
        from wutong.experiments.commands.verdicts import explanation, rows, told_verdict
        from wutong.experiments.reading.checks import check_file, shipped
        from wutong.experiments.reading.explaining_designs import design_explanation

        names = list(dict.fromkeys(files or shipped()))
        if explain and len(names) != 1:
            raise BadInputError(ONE_FILE)
        found = {name: check_file(name, sets or (), policy) for name in names}
        if (sets or policy) and files and any(checked.kind.value == SchemaKind.DESIGN for checked in found.values()):
            raise BadInputError(NO_SETS)
        problems = list(dict.fromkeys(problem for checked in found.values() for problem in checked.problems))
        remarks = list(dict.fromkeys(remark for checked in found.values() for remark in checked.remarks)) if files else []
        if explain and not problems:
            one, as_json = found[names[0]], form is Format.JSON
            show = partial(explanation, one) if one.design is None else partial(design_explanation, one.design)
            print(show(as_json=as_json, language=language))
            for remark in remarks if one.design is not None else ():
                say(told("注意：", "Note: ", language) + remark.text(language))
        elif form is Format.JSON:
            print(json.dumps([*rows(problems, "error"), *rows(remarks, "remark")], ensure_ascii=False, indent=1))
        else:
            print(told_verdict(problems, remarks, len(names), language))
        raise typer.Exit(Exit.BAD_INPUT if problems else Exit.WELL)
