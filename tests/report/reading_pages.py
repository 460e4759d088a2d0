"""Reads the page of a report the way a browser does, as far as the tests need it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "col", "img", "input"}
SPOKEN = ("zh", "en")


@dataclass
class Node:
    name: str
    attributes: dict[str, str | None]
    children: list[Node | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def all(self, *names: str) -> list[Node]:
        found = [self] if self.name in names or not names else []
        return found + [node for child in self.children if isinstance(child, Node) for node in child.all(*names)]

    def by_id(self, wanted: str) -> Node:
        return next(node for node in self.all() if node.attributes.get("id") == wanted)


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self.open = [self.root]

    def handle_starttag(self, tag, attrs):
        node = Node(tag, dict(attrs))
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag, attrs):
        self.open[-1].children.append(Node(tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open[-1].name == tag, f"{tag} closes {self.open[-1].name}"
        self.open.pop()

    def handle_data(self, data):
        self.open[-1].children.append(data)


def tree(text: str) -> Node:
    builder = _Builder()
    builder.feed(text)
    builder.close()
    assert builder.open == [builder.root], "everything that opens closes"
    return builder.root


def table_rows(table: Node) -> list[dict[str, Node]]:
    """Cells of each row by the text of their heading."""
    headings = [cell.text for cell in table.all("thead")[0].all("th")]
    return [dict(zip(headings, row.all("th", "td"), strict=True)) for row in table.all("tbody")[0].all("tr")]
