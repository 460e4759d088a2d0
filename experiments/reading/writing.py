"""A tree written out as a file again: the same values when it is read back, each line with where it came from."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping

from wutong.experiments.reading.nodes import Node, Path, Scalar
from wutong.experiments.reading.text import scalar
from wutong.experiments.reading.wide import CONTROL

PLAIN = re.compile(r"[\w./+][\w./+%²~() -]*(?<! )|-[\d.][\w./+%² ]*(?<! )")
KEY = re.compile(r"[\w][\w.+/-]*")
WIDEST = 110  # characters of a mapping on one line
STEP = "  "

Comment = Callable[[Path, Node], str]


def silent(path: Path, node: Node) -> str:  # noqa: ARG001 - a comment that says nothing
    return ""


def written(tree: Node, comment: Comment = silent) -> str:
    """The tree as YAML text.

    Parameters
    ----------
    comment : of a path and its node, put behind the line that writes it; empty for none
    """
    return "\n".join(_lines(tree, (), "", comment)) + "\n"


def _lines(node: Node, path: Path, indent: str, comment: Comment) -> Iterator[str]:
    if isinstance(node.value, Mapping):
        for key, child in node.value.items():
            yield from _entry(f"{indent}{_key(key)}:", child, (*path, key), indent + STEP, comment)
    elif isinstance(node.value, tuple):
        for position, child in enumerate(node.value):
            yield from _entry(f"{indent}-", child, (*path, position), indent + STEP, comment)


def _entry(head: str, node: Node, path: Path, indent: str, comment: Comment) -> Iterator[str]:
    """A key or a dash and what follows it: on one line where it came from one line and is short, else below it."""
    text = inline(node)
    if not isinstance(node.value, Mapping | tuple) or not node.value or (one_place(node) and len(head) + len(text) <= WIDEST):
        said = comment(path, node)
        yield f"{head} {text}" + (f"  # {said}" if said else "")
    else:
        yield head
        yield from _lines(node, path, indent, comment)


def one_place(node: Node) -> bool:
    """Whether a node and all within it came from one line of one file."""
    if isinstance(node.value, Mapping):
        children: Iterator[Node] = iter(node.value.values())
    elif isinstance(node.value, tuple):
        children = iter(node.value)
    else:
        return True
    where = (node.mark.file, node.mark.line)
    return all((child.mark.file, child.mark.line) == where and one_place(child) for child in children)


def inline(node: Node) -> str:
    """A node on one line."""
    if isinstance(node.value, Mapping):
        return "{" + ", ".join(f"{_key(key)}: {inline(child)}" for key, child in node.value.items()) + "}"
    if isinstance(node.value, tuple):
        return "[" + ", ".join(inline(child) for child in node.value) + "]"
    return _scalar(node.value)


def _key(key: str) -> str:
    return key if KEY.fullmatch(key) else _quoted(key)


def _scalar(value: Scalar) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, int):
        return str(value)
    return value if PLAIN.fullmatch(value) and scalar(value) == value else _quoted(value)


def _quoted(text: str) -> str:
    """A text in double quotes, with every sign escaped that YAML does not read raw."""
    return CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))
