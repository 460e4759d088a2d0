"""What a question is: which runs it needs beside those that were named, and what it says of them.

An experiment keeps its question in its record, so that what was interrupted is resumed with the same runs and ends in the same
answers.  A question is a frozen dataclass of plain values; what it needs beyond the inputs it makes from them anew.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Protocol

from wutong.experiments.answers import Answer
from wutong.experiments.errors import BadInputError
from wutong.experiments.pictures import Picture
from wutong.experiments.plan import Plan
from wutong.experiments.reading.options import key_option, quarter_option
from wutong.experiments.reading.understanding import names_of_park
from wutong.model.facts import Label
from wutong.model.history import History
from wutong.model.measures import MEASURES
from wutong.model.scenario import Scenario
from wutong.model.units import quarter_name

MEASURE, SCOPE = Label("指标", "measure"), Label("范围", "scope")
Plain = str | int | float | bool | None
Record = Mapping[str, Plain | Sequence[Plain]]


class Question(Protocol):
    """A question that an experiment answers."""

    name: ClassVar[str]

    def expanded(self, plan: Plan) -> Plan:
        """The plan with the runs that the question needs.

        Raises
        ------
        BadInputError
            If the question cannot be asked of these inputs.
        """
        ...

    def answers(self, histories: Sequence[History]) -> tuple[Answer, ...]:
        """What the runs say: one answer a table; histories by scenario and policy."""
        ...

    def told(self, histories: Sequence[History], answers: Sequence[Answer], language: str) -> list[str]:
        """The answer in words, paragraph by paragraph."""
        ...

    def draw(self, histories: Sequence[History], language: str) -> Iterator[Picture]:
        """The first pictures of the answers, one after the other; those of one of several scenarios are named after it."""
        ...


def without_repeats(paragraphs: Sequence[str], language: str) -> list[str]:
    """Paragraphs without the sentences that one before has said: each answer can stand alone, and says its caution."""
    seen: set[str] = set()
    found = []
    for paragraph in paragraphs:
        sentences = re.split(r"(?<=。)" if language == "zh" else r"(?<=\.) ", paragraph)
        found.append(("" if language == "zh" else " ").join(s for s in sentences if s not in seen))
        seen |= {s for s in sentences if s}
    return found


def by_scenario(histories: Sequence[History]) -> list[list[History]]:
    """The histories of each scenario, in their order."""
    names = dict.fromkeys(history.cases[0].scenario.name for history in histories)
    return [[history for history in histories if history.cases[0].scenario.name == name] for name in names]


def places(histories: Sequence[History]) -> list[tuple[list[History], str]]:
    """The histories of each scenario with what its pictures' names begin with: its own where there are several."""
    groups = by_scenario(histories)
    return [(group, f"{group[0].cases[0].scenario.name}/" if len(groups) > 1 else "") for group in groups]


def understood(scenario: Scenario, measure: str = "", scope: str = "", date: str = "") -> tuple[str, str, str]:
    """What a question asks of the runs of a scenario, in their own words, before the first run; empty words ask nothing.

    Raises
    ------
    ReadingError, BadInputError
        If there is no such measure or scope, or the runs do not cover the date.
    """
    park, last = scenario.park, scenario.end
    measures = {key: fact.label for key, fact in MEASURES.items()}
    measure = measure and key_option("--measure", measure, measures, MEASURE)
    scope = scope and key_option("--scope", scope, names_of_park(park)["scopes"], SCOPE)
    when = quarter_option("--date", date) if date else last
    if not park.start <= when <= last:
        span = f"{quarter_name(park.start)}–{quarter_name(last)}"
        raise BadInputError(Label(f"“{date}”不在模拟期 {span} 内", f"{date} is no quarter of the run, {span}"))
    return measure, scope, quarter_name(when) if date else ""


def recorded(question: Question) -> Record:
    """The question as plain values."""
    fields = dataclasses.fields(question)  # type: ignore[arg-type]
    return {"name": question.name, **{f.name: getattr(question, f.name) for f in fields}}
