"""``list``: what there is to choose from, with units, bounds and sources."""

from __future__ import annotations

import enum
import json
from collections.abc import Callable, Mapping
from typing import Annotated

import typer

from wutong.experiments.commands.columns import aligned
from wutong.experiments.commands.exits import exits
from wutong.experiments.commands.language import LOCALE, Language, told

Entry = dict[str, str | float]

TITLES = {
    "scenarios": "情景",
    "policies": "政策方案",
    "designs": "试验设计",
    "levers": "政策工具",
    "measures": "指标",
    "parameters": "参数",
    "key": "键",
    "title": "名称",
    "label": "名称",
    "low": "下限",
    "high": "上限",
    "default": "默认",
    "unit": "单位",
    "definition": "口径",
    "source": "来源",
}  # in English the words themselves


class Topic(enum.StrEnum):
    SCENARIOS = "scenarios"
    POLICIES = "policies"
    DESIGNS = "designs"
    LEVERS = "levers"
    MEASURES = "measures"
    PARAMETERS = "parameters"


class Format(enum.StrEnum):
    TEXT = "text"
    JSON = "json"


TopicArgument = Annotated[Topic | None, typer.Argument(help=told("种类，默认全部", "what to list; everything by default"))]
FormatOption = Annotated[Format, typer.Option("--format", help=told("输出格式", "form of the output"))]
LangOption = Annotated[Language | None, typer.Option("--lang", help=told("语言", "language"))]


def list_entries(
    context: typer.Context, topic: TopicArgument = None, form: FormatOption = Format.TEXT, lang: LangOption = None
) -> None:
    language = lang or context.obj or LOCALE
    with exits(language):
        found = {t.value: ENTRIES[t](language) for t in ((topic,) if topic else Topic)}
        if form is Format.JSON:
            print(json.dumps(found, ensure_ascii=False, indent=1))
        else:
            print("\n\n".join(_shown(name, entries, language) for name, entries in found.items()))


def _shown(name: str, entries: list[Entry], language: Language) -> str:
    """A topic's name, then its entries in columns under their titles."""
    titles = [told(TITLES[column], column, language) for column in entries[0]] if entries else []
    rows = [[value if isinstance(value, str) else f"{value:g}" for value in entry.values()] for entry in entries]
    lines = aligned([titles, *rows]) if rows else ""
    return f"{told(TITLES[name], name, language).upper()}\n{lines}"


def scenarios(language: Language) -> list[Entry]:
    from wutong.experiments.reading import list_scenarios, read_scenario

    return [{"key": name, "title": read_scenario(name).title.in_language(language)} for name in list_scenarios()]


def policies(language: Language) -> list[Entry]:
    from wutong.experiments.reading import list_policies, read_policy

    return [{"key": name, "title": read_policy(name).title.in_language(language)} for name in list_policies()]


def designs(language: Language) -> list[Entry]:
    from wutong.experiments.reading import list_designs
    from wutong.experiments.reading.designs import title_of

    return [{"key": name, "title": title_of(name).in_language(language)} for name in list_designs()]


def levers(language: Language) -> list[Entry]:
    from wutong.model.levers import LEVERS

    return [
        {
            "key": lever.key,
            "low": lever.low,
            "high": lever.high,
            "unit": lever.unit,
            "label": lever.label.in_language(language),
        }
        for lever in LEVERS.values()
    ]


def measures(language: Language) -> list[Entry]:
    from wutong.model.measures import MEASURES

    return [
        {
            "key": fact.key,
            "unit": fact.unit,
            "label": fact.label.in_language(language),
            "definition": fact.definition.in_language(language),
        }
        for fact in MEASURES.values()
    ]


def parameters(language: Language) -> list[Entry]:
    from wutong.model.assumptions import parameter_facts

    return [
        {
            "key": fact.name,
            "default": fact.assumption.default,
            "low": fact.assumption.low,
            "high": fact.assumption.high,
            "unit": fact.unit,
            "label": fact.label.in_language(language),
            "source": f"[{fact.tag}] {fact.assumption.source}",
        }
        for fact in parameter_facts().values()
    ]


ENTRIES: Mapping[Topic, Callable[[Language], list[Entry]]] = {
    Topic.SCENARIOS: scenarios,
    Topic.POLICIES: policies,
    Topic.DESIGNS: designs,
    Topic.LEVERS: levers,
    Topic.MEASURES: measures,
    Topic.PARAMETERS: parameters,
}
