"""From a name to one tree: where files are found, ``extends``, included files, and ``--set path=value``."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path as FilePath

from experiments.reading.messages import Problem, ReadingError, choices, hint, problem
from experiments.reading.nodes import Mark, Node, merge, without
from experiments.reading.schema import KEYED_BLOCKS, PARK_BLOCKS
from experiments.reading.text import parse, read_tree
from model.facts import Label

SHIPPED = FilePath(__file__).resolve().parents[2] / "scenarios"
SUFFIXES = (".yaml", ".yml")


@dataclasses.dataclass(frozen=True)
class Source:
    """A resolved file: its tree after ``extends`` and includes, its name, and where it stands."""

    tree: Node
    name: str
    path: FilePath


def names_in(folder: FilePath) -> tuple[str, ...]:
    """Names of the YAML files in a folder, in order."""
    return tuple(sorted(p.stem for p in folder.glob("*") if p.suffix in SUFFIXES and p.is_file()))


def find(name: str, kind: str, near: FilePath, said: Mark) -> FilePath:
    """The file that a path or a name means: a name is looked for under ``near`` first, then among the shipped files.

    Raises
    ------
    ReadingError
        If there is no such file; it names the nearest.
    """
    if name.endswith(SUFFIXES):
        for path in (FilePath(name), near / name):
            if path.is_file():
                return path
    folders = [f for f in dict.fromkeys((near / kind, SHIPPED / kind)) if f.is_dir()]
    for folder in folders:
        for suffix in SUFFIXES:
            if (folder / (name + suffix)).is_file():
                return folder / (name + suffix)
    known = [known for folder in folders for known in names_in(folder)]
    raise ReadingError([problem("no_file", said, facts={"name": name}, hint=choices(name, known) if known else None)])


def resolved(path: FilePath, kind: str, chain: tuple[FilePath, ...] = ()) -> Source:
    """A file merged upon the file that it extends, and so on.

    Raises
    ------
    ReadingError
        If a file is missing or cannot be read, or the files extend each other in a circle.
    """
    tree = included(read_tree(path, _shown(path)), path.parent)
    parent = tree.get("extends")
    source = Source(tree, path.stem, path)
    if parent is None or not isinstance(parent.value, str):
        return source
    above = find(parent.value, kind, path.parent, parent.mark)
    line = (*chain, path.resolve())
    if above.resolve() in line:
        shown = " → ".join(p.stem for p in (*line, above))
        raise ReadingError([problem("cycle", parent.mark, ("extends",), {"chain": shown})])
    base = without(resolved(above, kind, line).tree, ("name", "extends"))
    return Source(merge(base, tree), path.stem, path)


def _shown(path: FilePath) -> str:
    """A shipped file by its place in the project, any other as it was given."""
    inside = path.resolve()
    return inside.relative_to(SHIPPED.parent).as_posix() if inside.is_relative_to(SHIPPED) else str(path)


def included(tree: Node, folder: FilePath) -> Node:
    """The tree with every block of a park that names a YAML file replaced by that file."""
    value = dict(tree.members)
    problems: list[Problem] = []
    for key, child in tree.members.items():
        if key in PARK_BLOCKS and isinstance(child.value, str) and child.value.endswith(SUFFIXES):
            file = folder / child.value
            try:
                value[key] = read_tree(file, _shown(file))
            except ReadingError as error:
                problems.extend(error.problems)
    if problems:
        raise ReadingError(problems)
    return dataclasses.replace(tree, value=value) if value else tree


def with_sets(tree: Node, sets: Sequence[str], park: Node | None = None) -> Node:
    """The tree with each ``path=value`` laid upon it; paths may also lead into the ``park``.

    Raises
    ------
    ReadingError
        If an argument has no ``=``, its value is not YAML, or its path leads nowhere.
    """
    problems: list[Problem] = []
    for argument in sets:
        try:
            tree = merge(tree, _set(tree, argument, park))
        except ReadingError as error:
            problems.extend(error.problems)
    if problems:
        raise ReadingError(problems)
    return tree


def _set(tree: Node, argument: str, park: Node | None) -> Node:
    path, equals, text = (part.strip() for part in argument.partition("="))
    mark = Mark(f"--set {argument}", 0, 0)
    if not (equals and path and text):
        raise ReadingError([problem("no_value", mark, hint=hint("example", {"example": "clock.end=2030Q4"}))])
    try:
        value = _marked(parse(text, mark.file), mark)
    except ReadingError as error:
        raise ReadingError(dataclasses.replace(p, line=0, column=0) for p in error.problems) from None
    known = tree if park is None else merge(park, tree)
    for key in reversed(_parts(known, path, mark)):
        value = Node({key: value}, mark, {key: mark})
    return value


def _marked(node: Node, mark: Mark) -> Node:
    """The node with every place replaced by ``mark``: a command line has no lines."""
    if isinstance(node.value, tuple):
        return Node(tuple(_marked(child, mark) for child in node.value), mark)
    if isinstance(node.value, str | int | float | None):
        return Node(node.value, mark)
    return Node({k: _marked(v, mark) for k, v in node.value.items()}, mark, dict.fromkeys(node.value, mark))


def _parts(tree: Node, path: str, mark: Mark) -> list[str]:
    """Keys along a dotted path; keys may hold dots themselves (``segments.software.products.entry``)."""
    parts: list[str] = []
    place: Node | None = tree
    rest = path
    while rest:
        if parts == ["assumptions"]:
            return [*parts, rest]
        members = {} if place is None else place.members
        key = max((k for k in members if rest == k or rest.startswith(k + ".")), key=len, default="")
        if not key and len(parts) == 1 and parts[0] in KEYED_BLOCKS:
            raise ReadingError([problem("unknown_path", mark, facts={"path": path}, hint=_nearest(path, parts[0], members))])
        key = key or rest.partition(".")[0]
        place = members.get(key)
        parts.append(key)
        rest = rest[len(key) + 1 :]
    return parts


def _nearest(path: str, block: str, members: Mapping[str, Node]) -> Label:
    """Known paths of the block, each with the field that the path asks for, so that the nearest one can be pasted."""
    field = "." + path.rpartition(".")[2] if path.count(".") > 1 else ""
    return choices(path, [f"{block}.{name}{field}" for name in members])
