"""From bytes to a tree: strict YAML 1.2 without tags, aliases, duplicate keys or surprises."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path as FilePath

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from experiments.reading.messages import Problem, ReadingError, hint, problem
from experiments.reading.nodes import Mark, Node, Scalar

LARGEST = 1_000_000  # bytes; a park is under 50 kB
DEEPEST = 20
WIDE_COLON = re.compile(r"^\s*(?:- +)?([\w.]+)\s*\uff1a")
INTEGER = re.compile(r"[-+]?[0-9]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
SPECIAL: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **{sign + name: float(sign + "inf") for sign in ("", "+", "-") for name in (".inf", ".Inf", ".INF")},
}


def read_tree(path: FilePath, shown: str | None = None) -> Node:
    """The tree of a file, called ``shown`` in messages.

    Raises
    ------
    ReadingError
        If the file is absent, too large, not UTF-8 or not the plain YAML that is read here.
    """
    name = str(path) if shown is None else shown
    start = Mark(name, 0, 0)
    if not path.is_file():
        raise ReadingError([problem("no_file", start, facts={"name": str(path)})])
    size = path.stat().st_size
    if size > LARGEST:
        raise ReadingError([problem("too_large", start, facts={"size": str(size), "limit": str(LARGEST)})])
    return parse(decode(path.read_bytes(), start), name)


def decode(content: bytes, start: Mark) -> str:
    """The text of UTF-8 content, with or without a byte order mark."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        guess = "UTF-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "GBK"
        raise ReadingError([problem("encoding", start, facts={"guess": guess}, hint=hint("utf8"))]) from None
    if "\0" in text:
        raise ReadingError([problem("encoding", start, facts={"guess": "UTF-16"}, hint=hint("utf8"))])
    return text


@lru_cache(maxsize=32)
def parse(text: str, file: str) -> Node:
    """The tree of a YAML text; remembered, as scenarios share their park and parents."""
    try:
        return _Builder(file).build(YAML(typ="safe", pure=True).parse(text))
    except (YAMLError, ValueError) as error:
        raise ReadingError([_why(error, text, file)]) from None


def _why(error: Exception, text: str, file: str) -> Problem:
    for number, line in enumerate(text.splitlines(), 1):
        wide = WIDE_COLON.match(line)
        if wide is not None:
            where = Mark(file, number, wide.end())
            return problem("wide_colon", where, facts={"key": wide[1]}, hint=hint("half_colon"))
        if re.match(r" *\t", line):
            return problem("tab", Mark(file, number, line.index("\t") + 1), hint=hint("spaces"))
    place = error.problem_mark or error.context_mark if isinstance(error, MarkedYAMLError) else None
    where = Mark(file, 1, 1) if place is None else Mark(file, place.line + 1, place.column + 1)
    said = (error.problem if isinstance(error, MarkedYAMLError) else None) or str(error).splitlines()[0]
    return problem("syntax", where, facts={"problem": said})


class _Builder:
    """Builds the tree from YAML events and gathers what is wrong with it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def build(self, events: Iterator[Event]) -> Node:
        root: Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.refuse("documents", event)
                    break
            elif isinstance(event, NodeEvent):
                root = self.node(event, events, 0)
        if root is None:
            root = Node(None, Mark(self.file, 1, 1))
            self.problems.append(problem("empty", root.mark))
        if self.problems:
            raise ReadingError(self.problems)
        return root

    def mark(self, event: Event) -> Mark:
        return Mark(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def refuse(self, code: str, event: Event, facts: dict[str, str] | None = None) -> None:
        self.problems.append(problem(code, self.mark(event), facts=facts, hint=hint("write_out")))

    def node(self, event: Event, events: Iterator[Event], depth: int) -> Node:
        if depth > DEEPEST:
            raise ReadingError([problem("too_deep", self.mark(event), facts={"limit": str(DEEPEST)})])
        if not isinstance(event, ScalarEvent | MappingStartEvent | SequenceStartEvent):
            self.refuse("alias", event)
            return Node(None, self.mark(event))
        if event.anchor is not None:
            self.refuse("alias", event)
        if event.tag is not None and str(event.tag) != "!":
            self.refuse("tag", event, {"tag": str(event.tag).replace("tag:yaml.org,2002:", "!!")})
        if isinstance(event, MappingStartEvent):
            return self.mapping(event, events, depth)
        if isinstance(event, SequenceStartEvent):
            items = []
            for item in iter(lambda: next(events), None):
                if isinstance(item, SequenceEndEvent):
                    break
                items.append(self.node(item, events, depth + 1))
            return Node(tuple(items), self.mark(event))
        return Node(event.value if event.style else scalar(event.value), self.mark(event))

    def mapping(self, start: Event, events: Iterator[Event], depth: int) -> Node:
        value: dict[str, Node] = {}
        keys: dict[str, Mark] = {}
        for event in iter(lambda: next(events), None):
            if isinstance(event, MappingEndEvent):
                break
            key = event.value if isinstance(event, ScalarEvent) else ""
            if not key:
                self.node(event, events, depth + 1)
                self.problems.append(problem("key_type", self.mark(event)))
            elif "\uff1a" in key:
                name = key.partition("\uff1a")[0]
                self.problems.append(problem("wide_colon", self.mark(event), facts={"key": name}, hint=hint("half_colon")))
            child = self.node(next(events), events, depth + 1)
            if key in value:
                facts = {"key": key, "first": str(keys[key].line)}
                self.problems.append(problem("duplicate_key", self.mark(event), facts=facts))
            value[key], keys[key] = child, self.mark(event)
        return Node(value, self.mark(start), keys)


def scalar(text: str) -> Scalar:
    """What a plain scalar means in YAML 1.2: ``NO`` and dates are text, ``010`` is ten, ``1e3`` a thousand."""
    if text in SPECIAL:
        return SPECIAL[text]
    if not text.isascii():
        return unicodedata.normalize("NFC", text)
    if INTEGER.fullmatch(text) and len(text) <= 300:
        return int(text)
    return float(text) if FLOAT.fullmatch(text) else text
