"""From bytes to a tree: strict YAML 1.2 without tags, aliases, duplicate keys or surprises."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path as FilePath

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
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

from wutong.experiments.errors import said_by_system
from wutong.experiments.reading.messages import Problem, ReadingError, hint, problem
from wutong.experiments.reading.nodes import Mark, Node, Scalar
from wutong.experiments.reading.slips import why_not_yaml
from wutong.experiments.reading.wide import BRACKETS, COLON, CONTROL, HIDDEN, QUOTES, SPACES, meant, name_of, narrow
from wutong.model.facts import Label

LARGEST = 1_000_000  # bytes; a park is under 50 kB
DEEPEST = 20
MOST_KEYS = 2_000  # of one mapping
LONGEST_KEY = 80  # characters: keys become names of tables and pictures
CHINESE = re.compile("[\u4e00-\u9fff]")
INTEGER = re.compile(r"[-+]?[0-9]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
SPECIAL: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **{sign + name: float(sign + "inf") for sign in ("", "+", "-") for name in (".inf", ".Inf", ".INF")},
}


@dataclass(frozen=True)
class Text:
    """The tree of a file, and what is wrong with its writing though it could be read."""

    tree: Node
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()  # on how it was read


def read_tree(path: FilePath, shown: str | None = None) -> Text:
    """The tree of a file, called ``shown`` in messages.

    Raises
    ------
    ReadingError
        If the file is absent, too large, not UTF-8 or not YAML at all.
    """
    name = str(path) if shown is None else shown
    return parse(read_text(path, Mark(name, 0, 0)), name)


def read_text(path: FilePath, start: Mark) -> str:
    """The text of a UTF-8 file of bearable size.

    Raises
    ------
    ReadingError
        If the file is absent, cannot be opened, is too large or not UTF-8.
    """
    return decode(read_bytes(path, start), start)


def read_bytes(path: FilePath, start: Mark) -> bytes:
    """The content of a file of bearable size.

    Raises
    ------
    ReadingError
        If the file is absent, cannot be opened or is too large.
    """
    if is_dir(path):
        raise ReadingError([problem("folder", start)])
    if not is_file(path):
        raise ReadingError([problem("no_file", start, facts={"name": str(path)})])
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise ReadingError([problem("too_large", start, facts={"size": str(size), "limit": str(LARGEST)})])
        return path.read_bytes()
    except OSError as error:
        said = said_by_system(OSError(error.errno, error.strerror))
        facts = {"problem_zh": said.zh, "problem_en": said.en}
        raise ReadingError([problem("unreadable", start, facts=facts)]) from None


def is_file(path: FilePath) -> bool:
    """Whether there is such a file; a name that no system takes, as it is too long, is that of none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_dir(path: FilePath) -> bool:
    """Whether there is such a folder, as :func:`is_file`."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def decode(content: bytes, start: Mark) -> str:
    """The text of UTF-8 content, with or without a byte order mark."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content:
        raise _encoding(start, "UTF-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _encoding(start, "GBK") from None


def _encoding(start: Mark, guess: str) -> ReadingError:
    return ReadingError([problem("encoding", start, facts={"guess": guess}, hint=hint("utf8"))])


@lru_cache(maxsize=256)
def parse(text: str, file: str) -> Text:
    """The tree of a YAML text; remembered, as scenarios share their park and parents.

    Raises
    ------
    ReadingError
        If it is not YAML at all, or holds nothing.
    """
    try:
        return _Builder(file).build(YAML(typ="safe", pure=True).parse(text))
    except (YAMLError, ValueError) as error:
        raise ReadingError(why_not_yaml(error, text, file)) from None


class _Builder:
    """Builds the tree from YAML events and gathers what is wrong with it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.lines: set[int] = set()  # that have a problem
        self.misplaced = False  # a line is indented with odd spaces: what stands where is anybody's guess

    def build(self, events: Iterator[Event]) -> Text:
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
            raise ReadingError([problem("empty", Mark(self.file, 1, 1))])
        if self.misplaced:
            raise ReadingError(self.problems)
        return Text(root, tuple(self.problems))

    def mark(self, event: Event) -> Mark:
        return Mark(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def refuse(self, code: str, event: Event, facts: dict[str, str] | None = None) -> None:
        self.note(code, self.mark(event), facts, hint("write_out"))

    def note(self, code: str, mark: Mark, facts: dict[str, str] | None = None, mend: Label | None = None) -> None:
        self.lines.add(mark.line)
        self.problems.append(problem(code, mark, facts=facts, hint=mend))

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
        if event.style:
            self.shown(event)
            return Node(event.value, self.mark(event))
        return Node(scalar(self.meant(event)), self.mark(event))

    def slip(self, code: str, event: Event, facts: dict[str, str], mend: Label) -> None:
        """Note a slip of the keyboard, the first of its line."""
        mark = self.mark(event)
        if mark.line not in self.lines:
            self.note(code, mark, facts, mend)

    def shown(self, event: ScalarEvent) -> None:
        """Note a character of a text in quotes or of a block that cannot be shown."""
        control = CONTROL.search(event.value)
        if control is not None:
            self.slip("hidden", event, {"name": name_of(control[0])}, hint("delete"))

    def meant(self, event: ScalarEvent) -> str:
        """A plain scalar or key as it was meant; what a keyboard or a paste slipped into it is noted."""
        text = event.value
        hidden = HIDDEN.search(text)
        if hidden is not None:
            self.slip("hidden", event, {"name": name_of(hidden[0])}, hint("plain_space"))
        elif text and text[0] in QUOTES:
            self.slip("smart_quote", event, {"given": text}, hint("write", {"text": f'"{meant(text)}"'}))
        elif text and (text[0] in BRACKETS or text[-1] in BRACKETS):
            bracket = text[0] if text[0] in BRACKETS else text[-1]
            self.slip("wide_text", event, {"given": bracket}, hint("write", {"text": narrow(bracket)}))
        return meant(text) if hidden is not None or (text and text[0] in QUOTES) else text

    def mapping(self, start: Event, events: Iterator[Event], depth: int) -> Node:
        value: dict[str, Node] = {}
        keys: dict[str, Mark] = {}
        for event in iter(lambda: next(events), None):
            if isinstance(event, MappingEndEvent):
                break
            if not isinstance(event, ScalarEvent) or not event.value:
                self.node(event, events, depth + 1)
                self.note("key_type", self.mark(event))
                self.node(next(events), events, depth + 1)
                continue
            key, rest = self.key(event)
            child = self.node(next(events), events, depth + 1)
            if rest and child.value is None:
                child = Node(scalar(rest), child.mark)
            if key in value:
                self.note("duplicate_key", self.mark(event), {"key": key, "first": str(keys[key].line)})
            value[key], keys[key] = child, self.mark(event)
            if len(value) > MOST_KEYS:
                raise ReadingError([*self.problems, problem("too_many_keys", self.mark(start), facts={"limit": str(MOST_KEYS)})])
        return Node(value, self.mark(start), keys)

    def key(self, event: ScalarEvent) -> tuple[str, str]:
        """A key as it was meant, and the value that a full-width colon has kept with it."""
        text = event.value
        if len(text) > LONGEST_KEY or "\n" in text:
            self.slip("long_key", event, {"key": text, "limit": str(LONGEST_KEY)}, hint("shorten"))
        if event.style:
            self.shown(event)
            return text, ""
        self.misplaced |= text[0] in SPACES
        if COLON in text:
            name, _, rest = text.partition(COLON)
            self.slip("wide_colon", event, {"key": name}, hint("half_colon"))
            return name.strip() or text, rest.strip()
        key = self.meant(event)
        if CHINESE.search(key) is not None:  # a title in place of a key: its signs are its own
            return key, ""
        if narrow(key) != key:
            self.slip("wide_text", event, {"given": key}, mended(key))
        return narrow(key) or text, ""


def mended(text: str) -> Label:
    """Hint to write a text with ASCII digits and punctuation."""
    return hint("write", {"text": narrow(text)})


def scalar(text: str) -> Scalar:
    """What a plain scalar means in YAML 1.2: ``NO`` and dates are text, ``010`` is ten, ``1e3`` a thousand."""
    if text in SPECIAL:
        return SPECIAL[text]
    if not text.isascii():
        return unicodedata.normalize("NFC", text)
    if INTEGER.fullmatch(text) and len(text) <= 300:
        return int(text)
    return float(text) if FLOAT.fullmatch(text) else text
