"""What every entry of a file has: strict keys, sources, names and words in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, model_validator

from wutong.experiments.reading.kinds import Line


class Entry(BaseModel):
    """A mapping in a file; ``standins`` stand in for keys that are missing, so that all others can be checked."""

    standins: ClassVar[Mapping[str, object]] = {}

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False, arbitrary_types_allowed=True)


class Sourced(Entry):
    """An entry whose numbers come from ``source`` unless they name their own."""

    source: str = ""
    note: str = ""


class WordsEntry(Entry):
    """Words in both languages; a bare text stands for both."""

    zh: str
    en: str

    @model_validator(mode="before")
    @classmethod
    def _in_both(cls, raw: object) -> object:
        return {"zh": raw, "en": raw} if isinstance(raw, str) else raw


class LabelEntry(WordsEntry):
    """A name in both languages, on one line: tables and pictures show it."""

    zh: Line
    en: Line
