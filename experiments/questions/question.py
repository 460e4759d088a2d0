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
from wutong.experiments.reading.messages import choices
from wutong.model.facts import Label
from wutong.model.history import History
from wutong.model.measures import MEASURES
from wutong.model.scenario import Scenario
from wutong.model.units import quarter, quarter_name

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


def refuse_unknown(scenario: Scenario, measure: str = "", scope: str = "", date: str = "") -> None:
    """Make sure that a question can be read off the runs of a scenario, before the first run; empty words ask nothing.

    Raises
    ------
    BadInputError
        If there is no such measure or scope, or the runs do not cover the date.
    """
    park, last = scenario.park, scenario.end
    if measure and measure not in MEASURES:
        near = choices(measure, list(MEASURES), {name: MEASURES[name].label.zh for name in MEASURES})
        raise BadInputError(Label(f"没有指标“{measure}”。{near.zh}", f"there is no measure {measure!r}; {near.en}"))
    scopes = ["all", *(i.key for i in park.industries), *(s.key for s in park.segments)]
    if scope and scope not in scopes:
        near = choices(scope, scopes)
        raise BadInputError(Label(f"没有范围“{scope}”。{near.zh}", f"there is no scope {scope!r}; {near.en}"))
    try:
        when = quarter(date) if date else last
    except ValueError:
        when = -1
    if not park.start <= when <= last:
        span = f"{quarter_name(park.start)}–{quarter_name(last)}"
        raise BadInputError(Label(f"“{date}”不在模拟期 {span} 内", f"{date} is no quarter of the run, {span}"))


def recorded(question: Question) -> Record:
    """The question as plain values."""
    fields = dataclasses.fields(question)  # type: ignore[arg-type]
    return {"name": question.name, **{f.name: getattr(question, f.name) for f in fields}}
