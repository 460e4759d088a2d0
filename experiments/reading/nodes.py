"""The tree of a file: every value knows the file, line and column it came from, also after files were merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Scalar = str | int | float | bool | None
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Mark:
    """A place in a file; lines and columns count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True)
class Node:
    """A scalar, a list or a mapping; ``keys`` says where each key of a mapping stands."""

    value: Scalar | tuple[Node, ...] | Mapping[str, Node]
    mark: Mark
    keys: Mapping[str, Mark] = field(default_factory=dict)

    @property
    def members(self) -> Mapping[str, Node]:
        """Entries of a mapping, none for anything else."""
        return self.value if isinstance(self.value, Mapping) else {}

    def get(self, key: str) -> Node | None:
        return self.members.get(key)


def plain(node: Node) -> object:
    """The tree as dicts, lists and scalars."""
    if isinstance(node.value, Mapping):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, tuple):
        return [plain(child) for child in node.value]
    return node.value


def locate(node: Node, path: Sequence[str | int]) -> Mark:
    """Place of the last part of ``path`` that exists: its key, else its value."""
    mark = node.mark
    for part in path:
        if isinstance(node.value, Mapping) and part in node.value:
            mark, node = node.keys[str(part)], node.value[str(part)]
        elif isinstance(node.value, tuple) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            mark = node.mark
        else:
            break
    return mark


def node_at(node: Node, path: Sequence[str | int]) -> Node | None:
    """The node at a path, or None if there is no such place."""
    for part in path:
        if isinstance(node.value, Mapping) and part in node.value:
            node = node.value[str(part)]
        elif isinstance(node.value, tuple) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
        else:
            return None
    return node


def scalar_at(node: Node, path: Sequence[str | int]) -> object:
    """The scalar at a path, or None if there is no such place or it is no scalar."""
    found = node_at(node, path)
    return None if found is None or isinstance(found.value, Mapping | tuple) else found.value


def moved(node: Node, mark: Mark) -> Node:
    """The node with every place replaced by ``mark``: a command line has no lines, a cell of a table only one."""
    if isinstance(node.value, tuple):
        return Node(tuple(moved(child, mark) for child in node.value), mark)
    if isinstance(node.value, Mapping):
        return Node({key: moved(child, mark) for key, child in node.value.items()}, mark, dict.fromkeys(node.value, mark))
    return Node(node.value, mark)


WHOLE = frozenset({
    "value", "uniform", "triangular", "log_uniform", "normal", "lognormal", "choice", "integers", "values", "delayed", "closes",
    "zh", "en",
})  # fmt: skip


def merge(base: Node, over: Node) -> Node:
    """``over`` laid upon ``base``: mappings merge, scalars and lists replace.

    A way of giving one value (``{uniform: [a, b]}``) and a label replace as a whole: half of one would mix two.
    """
    if not (isinstance(base.value, Mapping) and isinstance(over.value, Mapping)) or WHOLE & set(over.value):
        return over
    value = dict(base.value)
    for key, child in over.value.items():
        value[key] = merge(value[key], child) if key in value else child
    return Node(value, over.mark, {**base.keys, **over.keys})


def without(node: Node, dropped: Sequence[str]) -> Node:
    """A mapping less some of its keys."""
    value = {key: child for key, child in node.members.items() if key not in dropped}
    return Node(value, node.mark, {key: node.keys[key] for key in value})


def only(node: Node, kept: Sequence[str]) -> Node:
    """Those of the given keys that a mapping has."""
    return without(node, [key for key in node.members if key not in kept])
