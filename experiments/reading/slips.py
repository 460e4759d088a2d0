"""Why a text is not YAML, for people who do not know YAML: the slips of a Chinese keyboard first, then the parser's word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ruamel.yaml.error import MarkedYAMLError

from experiments.reading.messages import Problem, hint, problem
from experiments.reading.nodes import Mark
from experiments.reading.wide import narrow
from model.facts import Label

WIDE_COLON = re.compile(r"^\s*(?:- +)?([\w.]+)\s*\uff1a")
ASIDE = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'|(?:^|\s)#.*$")  # what the parser does not read as structure
WIDE_BRACKET = re.compile(r"[\uff3b\uff3d\uff5b\uff5d\u3010\u3011]")

INDENT = Label("检查本行和上一行的缩进：同一级的键要左对齐", "check the indentation here and above: keys of one level line up")
COLON = Label("每个键后面要有半角冒号和空格，如 end: 2030Q4", "every key is followed by a colon and a space, as in end: 2030Q4")
QUOTE = Label("含有冒号等符号的文字要放在半角双引号里", "put a text that holds a colon or another sign in double quotes")
BRACKET = Label("检查方括号、花括号是否成对，各项之间用半角逗号", "close every [ and {, and put commas between the items")
CLOSE = Label("检查引号是否成对", "close the quotation mark")
ESCAPE = Label("反斜杠请写成两个，或改用单引号", "write the backslash twice, or use single quotes")

SAID: tuple[tuple[str, Label, Label], ...] = (
    ("mapping values are not allowed", Label("这里不能再有冒号", "a colon is not expected here"), QUOTE),
    ("could not find expected ':'", Label("缺少冒号", "a colon is missing"), COLON),
    ("while scanning a simple key", Label("缺少冒号", "a colon is missing"), COLON),
    ("expected ',' or", Label("括号没有写完", "a bracket is not complete"), BRACKET),
    ("expected the node content, but found", Label("这里缺少内容或多了符号", "something is missing here, or too much"), BRACKET),
    ("unexpected end of stream", Label("引号没有成对", "a quotation mark is not closed"), CLOSE),
    ("expected <block end>", Label("缩进不对", "the indentation is wrong"), INDENT),
    ("block sequence entries are not allowed", Label("这里不能出现列表项“- ”", "a list item is not expected here"), INDENT),
    ("expected <document start>", Label("缩进不对或括号没有写完", "the indentation is wrong, or a bracket not complete"), INDENT),
    ("unknown escape character", Label("引号内的反斜杠写法不对", "a backslash in quotes is wrong"), ESCAPE),
    ("cannot start any token", Label("不能以这个符号开头", "a value cannot start with this sign"), QUOTE),
    ("special characters are not allowed", Label("文件里有控制字符", "the file holds a control character"), QUOTE),
)  # fmt: skip


def why_not_yaml(error: Exception, text: str, file: str) -> list[Problem]:
    """Every slip that explains why a text cannot be parsed; the parser's own complaint if there is none."""
    return list(_slips(text, file)) or [_complaint(error, file)]


def _slips(text: str, file: str) -> Iterator[Problem]:
    for number, line in enumerate(text.splitlines(), 1):
        bare = ASIDE.sub(lambda found: " " * len(found[0]), line)
        colon, bracket = WIDE_COLON.match(bare), WIDE_BRACKET.search(bare)
        if colon is not None:
            yield problem("wide_colon", Mark(file, number, colon.end()), facts={"key": colon[1]}, hint=hint("half_colon"))
        elif bracket is not None:
            mend = hint("write", {"text": narrow(bracket[0])})
            yield problem("wide_text", Mark(file, number, bracket.start() + 1), facts={"given": bracket[0]}, hint=mend)
        elif re.match(r" *\t\s*\S", bare):
            yield problem("tab", Mark(file, number, line.index("\t") + 1), hint=hint("spaces"))


def _complaint(error: Exception, file: str) -> Problem:
    marked = isinstance(error, MarkedYAMLError)
    place = error.problem_mark or error.context_mark if isinstance(error, MarkedYAMLError) else None
    where = Mark(file, 1, 1) if place is None else Mark(file, place.line + 1, place.column + 1)
    said = " ".join(str(part) for part in (error.context, error.problem) if part) if isinstance(error, MarkedYAMLError) else ""
    said = said if marked and said else str(error).splitlines()[0]
    for words, meaning, mend in SAID:
        if words in said:
            return problem("syntax", where, facts={"problem_zh": meaning.zh, "problem_en": meaning.en}, hint=mend)
    return problem("syntax", where, facts={"problem_zh": said, "problem_en": said})
