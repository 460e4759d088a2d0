"""``list``: what there is to choose from, with units, bounds and sources."""

from __future__ import annotations

import enum
import json
from collections.abc import Callable, Mapping
from typing import Annotated

import typer

from experiments.commands.columns import aligned
from experiments.commands.exits import exits
from experiments.commands.language import LOCALE, Language, told

Entry = dict[str, str]


class Topic(enum.StrEnum):
    SCENARIOS = "scenarios"
    POLICIES = "policies"
    LEVERS = "levers"
    MEASURES = "measures"
    PARAMETERS = "parameters"


class Format(enum.StrEnum):
    TEXT = "text"
    JSON = "json"


TopicArgument = Annotated[Topic | None, typer.Argument(help=told("种类,默认全部", "what to list; everything by default"))]
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
            print("\n\n".join(_shown(name, entries) for name, entries in found.items()))


def _shown(name: str, entries: list[Entry]) -> str:
    rows = [list(entry.values()) for entry in entries]
    return f"{name}\n{aligned(rows)}" if rows else name


def scenarios(language: Language) -> list[Entry]:
    from experiments.reading import list_scenarios, read_scenario

    return [{"name": name, "title": read_scenario(name).title.in_language(language)} for name in list_scenarios()]


def policies(language: Language) -> list[Entry]:
    from experiments.reading import list_policies, read_policy

    return [{"name": name, "title": read_policy(name).title.in_language(language)} for name in list_policies()]


def levers(language: Language) -> list[Entry]:
    from model.levers import LEVERS

    return [
        {
            "key": lever.key,
            "bounds": f"{lever.low:g}–{lever.high:g}",
            "unit": lever.unit,
            "label": lever.label.in_language(language),
        }
        for lever in LEVERS.values()
    ]


def measures(language: Language) -> list[Entry]:
    from model.measures import MEASURES

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
    from model.assumptions import parameter_facts

    return [
        {
            "name": fact.name,
            "default": f"{fact.assumption.default:g}",
            "bounds": f"{fact.assumption.low:g}–{fact.assumption.high:g}",
            "unit": fact.unit,
            "label": fact.label.in_language(language),
            "source": f"[{fact.tag}] {fact.assumption.source}",
        }
        for fact in parameter_facts().values()
    ]


ENTRIES: Mapping[Topic, Callable[[Language], list[Entry]]] = {
    Topic.SCENARIOS: scenarios,
    Topic.POLICIES: policies,
    Topic.LEVERS: levers,
    Topic.MEASURES: measures,
    Topic.PARAMETERS: parameters,
}
