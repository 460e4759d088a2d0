"""``export``: every run of an experiment as tables for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wutong.experiments.commands.exits import exits, say, show
from wutong.experiments.commands.language import LOCALE, Language, told
from wutong.experiments.commands.options import Lang, Quiet
from wutong.experiments.commands.resuming import Folder
from wutong.experiments.errors import BadInputError
from wutong.experiments.forms import Detail, Form

To = Annotated[Form, typer.Option("--to", help=told("格式", "form of the files"))]
Measures = Annotated[
    list[str] | None,
    typer.Option(
        "--measure", metavar="M", help=told("指标，可重复；默认取常用的几项", "measure; may be repeated; by default a few")
    ),
]
By = Annotated[Detail, typer.Option("--by", help=told("按产业或按环节", "rows by industry or by segment"))]
Scenarios = Annotated[
    list[str] | None, typer.Option("--scenario", metavar="S", help=told("只导出该情景，可重复", "this alone; may be repeated"))
]
Policies = Annotated[
    list[str] | None, typer.Option("--policy", metavar="P", help=told("只导出该政策方案，可重复", "this alone; may be repeated"))
]
Quarters = Annotated[
    list[str] | None,
    typer.Option(
        "--quarter", metavar="Q", help=told("只导出该季度，如 2025Q4，可重复", "this alone, such as 2025Q4; may be repeated")
    ),
]
Scopes = Annotated[
    list[str] | None,
    typer.Option(
        "--scope", metavar="K", help=told("只导出该产业、环节、片区、政策工具或 all，可重复", "this alone; may be repeated")
    ),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="PATH", help=told("文件或文件夹，默认 DIR/exports", "file or folder; DIR/exports by default")),
]


def export(
    context: typer.Context,
    folder: Folder,
    to: To,
    measures: Measures = None,
    by: By = Detail.INDUSTRY,
    scenarios: Scenarios = None,
    policies: Policies = None,
    quarters: Quarters = None,
    scopes: Scopes = None,
    out: Out = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    language: Language = lang or context.obj or LOCALE
    with exits(language):
        from wutong.experiments import exports, tables
        from wutong.experiments.errors import ResultsError
        from wutong.experiments.kept import kept_in
        from wutong.experiments.questions.question import MEASURE
        from wutong.experiments.reading.options import canonical, key_option
        from wutong.model.measures import MEASURES

        dates = [canonical("--quarter", text) for text in quarters or ()]
        labels = {key: fact.label for key, fact in MEASURES.items()}
        named = [key_option("--measure", name, labels, MEASURE) for name in measures or ()]
        chosen = (tuple(names or ()) for names in (scenarios, policies, dates, scopes))
        wanted = tables.Wanted(tuple(named or tables.MEASURES_BY_DEFAULT), by, *chosen)
        try:
            kept = kept_in(folder)
            written = exports.export(kept, to, wanted, out or folder / "exports")
        except ResultsError as error:
            raise BadInputError(error.message) from error
        if not quiet:
            show("\n".join(map(str, written)))
        if kept.n_failed or kept.n_missing:
            zh = f"未导出：失败 {kept.n_failed} 次，尚未运行 {kept.n_missing} 次。"
            say(told(zh, f"Not in it: {kept.n_failed} runs that failed, {kept.n_missing} not run yet.", language))
