"""Answers to planners' questions: each a table that can be opened and a few sentences that can be read aloud.

A module here takes finished runs and returns what they say.  It runs nothing and draws nothing: what must be run for a question
it names as scenarios and policies, and its picture stands in ``wutong.experiments.plots``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from wutong.experiments.results import Row
from wutong.model.facts import Label


@dataclass(frozen=True)
class Column:
    """What a column holds; the unit is empty where the column is no number, ``see unit`` where the row names it."""

    label: Label
    unit: str = ""


@dataclass(frozen=True)
class Answer:
    """A question answered.

    Attributes
    ----------
    key : stem of the file that its table is written to
    columns : by name, in the order of the cells of each row
    words : two or three sentences; they never claim more than the intervals of the table
    """

    key: str
    columns: Mapping[str, Column]
    rows: tuple[Row, ...]
    words: Label


def together(answers: Sequence[Answer], *, silent: bool = False) -> Answer:
    """Answers to one question about several scenarios or goals as one; without words if they would only repeat themselves.

    Raises
    ------
    ValueError
        If there is none.
    """
    if not answers:
        raise ValueError("there is no answer")
    rows = tuple(row for answer in answers for row in answer.rows)
    zh, en = ("\n\n".join(getattr(answer.words, language) for answer in answers) for language in ("zh", "en"))
    return replace(answers[0], rows=rows, words=Label("", "") if silent else Label(zh, en))


def words_of(answers: Sequence[Answer], language: str) -> list[str]:
    """What the answers say in words, those that say nothing left out."""
    return [words for answer in answers if (words := answer.words.in_language(language))]
