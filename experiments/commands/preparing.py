"""``prepare``: make the engine before it is needed, and say where it is kept."""

from __future__ import annotations

import typer

from wutong.experiments.commands.exits import exits
from wutong.experiments.commands.language import LOCALE, Language, told
from wutong.experiments.commands.options import Lang
from wutong.experiments.commands.shared import SCENARIO, UNTIL


def prepare(context: typer.Context, lang: Lang = None) -> None:
    language: Language = lang or context.obj or LOCALE
    with exits(language):
        from wutong.experiments.plan import Request, plan_of
        from wutong.model.compiled import folders, uncompiled
        from wutong.model.simulate import simulate

        simulate(plan_of(Request((SCENARIO,), ("none",), (0,), until=UNTIL), language).cases)  # what any run needs, and no more
        kept = sorted({str(folder.parent) for folder in folders()})
        if uncompiled():
            print(told("已设为不编译运行，无须准备。", "Set to run uncompiled: there is nothing to prepare.", language))
        elif kept:
            print(told("引擎已准备好，存放在：", "The engine is ready and kept in: ", language) + ", ".join(kept))
        else:
            print(told("引擎已准备好，但没有存放，下次要重新准备。", "The engine is ready, but kept nowhere.", language))
