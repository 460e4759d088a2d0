"""What is wrong with an input, where, and how to mend it, in the two languages of the product."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from wutong.experiments.errors import ToldError
from wutong.experiments.reading.nodes import Mark
from wutong.experiments.reading.renames import new_name
from wutong.experiments.reading.texts import HINTS, TEXTS
from wutong.experiments.reading.wide import visible
from wutong.model.facts import Label

MANY = 20  # names that a hint lists
MOST = 40  # problems that are said one by one
LONGEST = 60  # characters of a name that a hint lists
LONGEST_FACT = 200  # of what a message quotes
LONGEST_HINT = 1500
Facts = Mapping[str, str]
Unknown = tuple[str, Facts, Label]  # code of a problem, its facts, and how to mend it


def brief(text: str, most: int = LONGEST) -> str:
    """A text as a message shows it: on one line, nothing unseen in it, cut where it is long."""
    return visible(text if len(text) <= most else text[: most - 1] + "…")


def fill(label: Label, facts: Facts, most: int = LONGEST_HINT) -> Label:
    """The label with its blanks filled from ``facts``, which may differ by language: ``unit_zh``, ``unit_en``."""
    shown = {name: brief(fact, most) for name, fact in facts.items()}
    return Label(label.zh.format_map(shown), label.en.format_map(shown))


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input."""

    code: str
    file: str
    line: int
    column: int
    path: str
    message: Label
    hint: Label | None = None

    def text(self, language: str) -> str:
        """The problem on one line: place, key, what is wrong and how to mend it."""
        colon, bar = ("：", "；") if language == "zh" else (": ", "; ")
        file = visible(self.file)
        place = f"{file}:{self.line}:{self.column}" if self.line else file
        hint = "" if self.hint is None else bar + self.hint.in_language(language)
        path = f"{self.path}{colon}" if self.path else ""
        return f"{place}: {path}{self.message.in_language(language)}{hint}"


class ReadingError(ToldError):
    """Everything wrong with the inputs, found in one go."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.file, p.line, p.column)))
        super().__init__(self.text("en"))

    def __reduce__(self) -> tuple[type[ReadingError], tuple[tuple[Problem, ...]]]:
        return ReadingError, (self.problems,)

    def text(self, language: str) -> str:
        return told_all(self.problems, language)


def told_all(problems: Sequence[Problem], language: str) -> str:
    """Problems line by line, the first of them where there are many, and how many there are."""
    lines = [p.text(language) for p in problems[:MOST]]
    if len(problems) > 1:
        more = len(problems) - len(lines)
        rest = Label(f"，这里列出前 {MOST} 处" if more else "", f"; these are the first {MOST}" if more else "")
        lines.append(
            Label(f"共 {len(problems)} 处问题{rest.zh}。", f"{len(problems)} problems in all{rest.en}.").in_language(language)
        )
    return "\n".join(lines)


def without_follow_ons(writing: Sequence[Problem], content: Sequence[Problem]) -> list[Problem]:
    """Problems of writing and of content, each once; of content only where the writing of the line is in order."""
    spoilt = {(p.file, p.line) for p in writing}
    found = dict.fromkeys([*writing, *(p for p in content if not p.line or (p.file, p.line) not in spoilt)])
    columns: dict[tuple[str, int, Label], Problem] = {}  # an unknown column of a table is one problem, not one a row
    for p in found:
        columns.setdefault((p.file, p.column, p.message), p)
    return [
        p for p in found if p.code != "unknown_key" or not p.file.endswith(".csv") or columns[p.file, p.column, p.message] is p
    ]


def problem(
    code: str, mark: Mark, path: Iterable[str | int] = (), facts: Facts | None = None, hint: Label | None = None
) -> Problem:
    """A problem whose message is the text of its code, filled with ``facts``."""
    shown = ".".join(brief(str(part)) for part in path)
    return Problem(code, mark.file, mark.line, mark.column, shown, fill(TEXTS[code], facts or {}, LONGEST_FACT), hint)


def hint(code: str, facts: Facts | None = None) -> Label:
    return fill(HINTS[code], facts or {})


def unknown(name: str, allowed: Collection[str], kind: Label, labels: Mapping[str, str] | None = None) -> Unknown:
    """What is said of a name that is none of the allowed: its new one where it was renamed, else the nearest.

    Parameters
    ----------
    labels : as of :func:`choices`
    """
    if (new := new_name(name, allowed)) is not None:
        return "renamed", {"old": name, "new": new}, hint("rename")
    return "unknown_name", {"name": name, "kind_zh": kind.zh, "kind_en": kind.en}, choices(name, allowed, labels)


def choices(name: str, allowed: Iterable[str], labels: Mapping[str, str] | None = None) -> Label:
    """The nearest of the allowed names, if any is near, and the names themselves (some of them if many).

    Parameters
    ----------
    labels : name -> what it is called in Chinese, so that a Chinese word finds its name
    """
    names = sorted(allowed)
    near = difflib.get_close_matches(name, names, n=4, cutoff=0.6) or _called(name, labels or {})
    shown = names if len(names) <= MANY else (near or names[:MANY])
    more = " …" if len(shown) < len(names) else ""
    listed = hint("allowed", {"allowed": ", ".join(map(brief, shown)) + more})
    if not near:
        return listed
    first = hint("nearest", {"nearest": near[0]})
    return Label(f"{first.zh}{listed.zh}", f"{first.en} {listed.en}")


def _called(name: str, labels: Mapping[str, str]) -> list[str]:
    """Names whose Chinese label is near to a word, or holds it."""
    if name.isascii():
        return []
    near = difflib.get_close_matches(name, list(labels.values()), n=4, cutoff=0.5)
    near += [text for text in labels.values() if name in text or (text and text in name)]
    return [key for text in dict.fromkeys(near) for key, own in labels.items() if own == text][:4]
