"""Why a text is not YAML, for people who do not know YAML: the slips of a Chinese keyboard first, then the parser's word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from wutong.experiments.reading.messages import Problem, hint, problem
from wutong.experiments.reading.nodes import Mark
from wutong.experiments.reading.wide import BRACKETS, QUOTES, SPACES, meant, name_of, narrow
from wutong.model.facts import Label

KEY = r"^\s*(?:- +)?([\w.]+)"
WIDE_COLON = re.compile(KEY + r"\s*\uff1a")
ODD_SPACE = re.compile(rf"^[ \t]*([{SPACES}])|{KEY}:([{SPACES}])")
CURLY = re.compile(rf"(?:^|[:\-,{{\[]) *([{QUOTES}])([^{QUOTES}]*)")
IN_FLOW = re.compile(rf"[\[{{].*?([\uff0c\u3001{BRACKETS}])")
ASIDE = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'|(?:^|\s)#.*$")  # what the parser does not read as structure

INDENT = Label("检查本行和上一行的缩进：同一级的键要左对齐", "check the indentation here and above: keys of one level line up")
COLON = Label("每个键后面要有半角冒号和空格，如 end: 2030Q4", "every key is followed by a colon and a space, as in end: 2030Q4")
QUOTE = Label("含有冒号等符号的文字要放在半角双引号里", "put a text that holds a colon or another sign in double quotes")
QUOTE_OR_INDENT = Label(f"{QUOTE.zh}；如果本行是新的键，{INDENT.zh}", f"{QUOTE.en}; if a new key starts here, {INDENT.en}")
BRACKET = Label("检查方括号、花括号是否成对，各项之间用半角逗号", "close every [ and {, and put commas between the items")
CLOSE = Label("检查引号是否成对", "close the quotation mark")
ESCAPE = Label("反斜杠请写成两个，或改用单引号", "write the backslash twice, or use single quotes")
DELETE = Label("请删去它", "delete it")


class Said(NamedTuple):
    """Words of the parser, what they mean, and how to mend it; ``opening``: the fault is where the construct begins."""

    words: str
    meaning: Label
    mend: Label
    opening: bool = False


SAID = (
    Said("found unexpected end of stream", Label("引号没有成对", "a quotation mark is not closed"), CLOSE, opening=True),
    Said("mapping values are not allowed", Label("这里不能再有冒号", "a colon is not expected here"), QUOTE_OR_INDENT),
    Said("could not find expected ':'", Label("缺少冒号", "a colon is missing"), COLON, opening=True),
    Said("while scanning a simple key", Label("缺少冒号", "a colon is missing"), COLON, opening=True),
    Said("while parsing a flow", Label("括号没有写完", "a bracket is not complete"), BRACKET, opening=True),
    Said("expected the node content, but found", Label("这里缺少内容或多了符号", "something is missing or too much"), BRACKET),
    Said("expected <block end>", Label("缩进不对", "the indentation is wrong"), INDENT),
    Said("block sequence entries are not allowed", Label("这里不能出现列表项“- ”", "a list item is not expected here"), INDENT),
    Said("expected <document start>", Label("缩进不对或括号没有写完", "the indentation is wrong or a bracket open"), INDENT),
    Said("unknown escape character", Label("引号内的反斜杠写法不对", "a backslash in quotes is wrong"), ESCAPE),
    Said("cannot start any token", Label("不能以这个符号开头", "a value cannot start with this sign"), QUOTE),
)


def why_not_yaml(error: Exception, text: str, file: str) -> list[Problem]:
    """Every slip that explains why a text cannot be parsed; the parser's own complaint if there is none."""
    if isinstance(error, ReaderError):
        before = text[: error.position]
        where = Mark(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        return [problem("control", where, facts={"name": name_of(text[error.position])}, hint=DELETE)]
    return list(slips(text, file)) or [_complaint(error, file)]


def slips(text: str, file: str) -> Iterator[Problem]:
    """Lines whose structure holds characters that only look like YAML's, one problem a line."""
    for number, line in enumerate(text.splitlines(), 1):
        bare = ASIDE.sub(lambda found: " " * len(found[0]), line)
        found = _slip(bare)
        if found is not None:
            code, column, facts, mend = found
            yield problem(code, Mark(file, number, column), facts=facts, hint=mend)


def _slip(line: str) -> tuple[str, int, dict[str, str], Label] | None:
    """The first slip of a line: code, column, facts and remedy."""
    if (colon := WIDE_COLON.match(line)) is not None:
        return "wide_colon", colon.end(), {"key": colon[1]}, hint("half_colon")
    if (space := ODD_SPACE.search(line)) is not None:
        odd = space[1] or space[3]
        return "hidden", line.index(odd) + 1, {"name": name_of(odd)}, hint("plain_space")
    if (quote := CURLY.search(line)) is not None:
        mend = hint("write", {"text": f'"{meant(quote[2])}"'})
        return "smart_quote", quote.start(1) + 1, {"given": quote[1] + quote[2]}, mend
    if (sign := IN_FLOW.search(line) or re.search(f"([{BRACKETS}])", line)) is not None:
        return "wide_text", sign.start(1) + 1, {"given": sign[1]}, hint("write", {"text": narrow(sign[1])})
    if re.match(r" *\t\s*\S", line):
        return "tab", line.index("\t") + 1, {}, hint("spaces")
    return None


def _complaint(error: Exception, file: str) -> Problem:
    if not isinstance(error, MarkedYAMLError):
        said = str(error).splitlines()[0]
        return problem("syntax", Mark(file, 1, 1), facts={"problem_zh": said, "problem_en": said})
    said = " ".join(str(part) for part in (error.context, error.problem) if part)
    meaning = next((m for m in SAID if m.words in said), Said("", Label(said, said), INDENT))
    place = (error.context_mark if meaning.opening else None) or error.problem_mark or error.context_mark
    where = Mark(file, 1, 1) if place is None else Mark(file, place.line + 1, place.column + 1)
    facts = {"problem_zh": meaning.meaning.zh, "problem_en": meaning.meaning.en}
    return problem("syntax", where, facts=facts, hint=meaning.mend)
