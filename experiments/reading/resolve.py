"""From a name to one tree: where files are found, ``extends``, included files, and ``--set path=value``."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from pathlib import Path as FilePath

from wutong.experiments.reading.catalogue import declared
from wutong.experiments.reading.messages import Problem, ReadingError, choices, hint, problem
from wutong.experiments.reading.nodes import Mark, Node, merge, moved, plain, without
from wutong.experiments.reading.quantities import shown
from wutong.experiments.reading.schema import KEYED_BLOCKS, PARK_BLOCKS
from wutong.experiments.reading.tables import read_block
from wutong.experiments.reading.text import Text, is_dir, is_file, parse, read_tree
from wutong.experiments.reading.titled import SUFFIXES, titles_in
from wutong.experiments.reading.understanding import labels_in, meant, with_known_keys
from wutong.experiments.reading.wide import CONTROL, name_of
from wutong.experiments.reading.workbooks import WORKBOOKS
from wutong.model.facts import Label

SHIPPED = FilePath(__file__).resolve().parents[2] / "scenarios"
SCENARIOS, POLICIES, PARKS, DESIGNS = ".", "policies", "parks", "designs"  # folders of each kind of file
NAMED: Mapping[str, Mapping[str, str]] = {  # keys of a kind of file that name others, and of which kind those are
    SCENARIOS: {"park": PARKS, "policy": POLICIES},
    DESIGNS: {"scenarios": SCENARIOS, "policies": POLICIES},
}
OF_DESIGNS = frozenset({"scenarios", "factors", "points", "method", "replications"})  # keys that only designs have
OF_OTHERS = frozenset({"clock", "park", "settings", "segments"})

TABLES = (".csv", *WORKBOOKS)
FORMAT = 1
OWN = ("name", "extends", "format")  # keys that speak of a file alone and are not inherited


@dataclasses.dataclass(frozen=True)
class Source:
    """A resolved file: its tree after ``extends`` and includes, its name, and what is wrong with its writing.

    Attributes
    ----------
    folders : of the file and of those that it extends, where data files are looked for
    """

    tree: Node
    name: str
    path: FilePath
    problems: tuple[Problem, ...] = ()
    folders: tuple[FilePath, ...] = ()
    understood: tuple[Problem, ...] = ()  # what was taken for what


def names_in(folder: FilePath) -> tuple[str, ...]:
    """Names of the YAML files in a folder, in order."""
    return tuple(sorted({p.stem for p in folder.glob("*") if p.suffix in SUFFIXES and p.is_file()}))


def find(name: str, kind: str, near: FilePath, said: Mark) -> FilePath:
    """The file that a path or a name means: a name is looked for under ``near`` and among the shipped files.

    What stands in a folder called like those of policies, parks or designs looks beside that folder first.

    Raises
    ------
    ReadingError
        If there is no such file (it names the nearest), or there are two.
    """
    written = FilePath(name)
    if is_dir(written) and (len(written.parts) > 1 or name.endswith(("/", ".", *SUFFIXES))):
        raise ReadingError([problem("folder", said)])
    if name.endswith(SUFFIXES):
        found = [path for path in (written, near / name) if is_file(path)]
        if found:
            return found[0]
    elif written.suffix and is_file(written):
        raise ReadingError([problem("not_yaml_file", said, facts={"name": name})])
    home = near.parent if near.name in (POLICIES, PARKS, DESIGNS) else near
    hits = _called(name, (home / kind, SHIPPED / kind)) or _called(name, (near / kind,))
    titles = {} if hits else titles_in(dict.fromkeys((home / kind, near / kind, SHIPPED / kind)))
    hits = hits or [titles[key][0] for key in meant(name, {key: title for key, (_, title) in titles.items()})]
    if len(hits) > 1:
        facts = {"name": name, "one": shown_path(hits[0]), "other": shown_path(hits[1])}
        raise ReadingError([problem("ambiguous_name", said, facts=facts, hint=hint("path"))])
    if hits:
        return hits[0]
    called = {key: title.zh for key, (_, title) in titles.items()}
    raise ReadingError([problem("no_file", said, facts={"name": name}, hint=choices(name, called, called) if called else None)])


def _called(name: str, folders: Sequence[FilePath]) -> list[FilePath]:
    """The YAML files of that name, each once."""
    paths = (folder / (name + suffix) for folder in folders for suffix in SUFFIXES)
    return list({path.resolve(): path for path in paths if is_file(path)}.values())


def _refuse_name(path: FilePath) -> None:
    """Refuse a file whose name cannot be shown: tables and pictures are called by it."""
    found = re.search(r"[\t\n]|" + CONTROL.pattern, path.stem)
    if found is not None:
        raise ReadingError(
            [problem("file_name", Mark(shown_path(path), 0, 0), facts={"name": name_of(found[0])}, hint=hint("rename_file"))]
        )


def resolved(path: FilePath, kind: str, chain: tuple[FilePath, ...] = ()) -> Source:
    """A file merged upon the file that it extends, and so on.

    Raises
    ------
    ReadingError
        If a file is missing or cannot be read at all, or the files extend each other in a circle.
    """
    _refuse_name(path)
    text = _own_text(path, kind)
    parent = text.tree.get("extends")
    if parent is None or not isinstance(parent.value, str):
        return Source(text.tree, path.stem, path, text.problems, (path.parent,), text.notes)
    try:
        above = find(parent.value, kind, path.parent, parent.mark)
    except ReadingError as error:
        raise ReadingError([*text.problems, *error.problems]) from None
    line = (*chain, path.resolve())
    if above.resolve() in line:
        shown = " → ".join(p.stem for p in (*line, above))
        raise ReadingError([*text.problems, problem("cycle", parent.mark, ("extends",), {"chain": shown})])
    try:
        base = resolved(above, kind, line)
    except ReadingError as error:
        raise ReadingError([*text.problems, *error.problems]) from None
    own, understood = with_known_keys(base.tree, text.tree)
    tree = merge(without(base.tree, OWN), own)
    folders = tuple(dict.fromkeys((path.parent, *base.folders)))
    return Source(tree, path.stem, path, (*text.problems, *base.problems), folders, (*base.understood, *text.notes, *understood))


def _own_text(path: FilePath, kind: str) -> Text:
    """One file with its blocks, its format checked, and the files that it names made paths."""
    text = read_tree(path, shown_path(path))
    if not isinstance(text.tree.value, Mapping):
        given = {"given": shown(plain(text.tree))}
        raise ReadingError([*text.problems, problem("not_mapping", text.tree.mark, facts=given)])
    _refuse_other_kind(text.tree, kind)
    text = included(text, path.parent)
    value = dict(text.tree.members)
    for key, folder in NAMED.get(kind, {}).items():
        if key in value:
            value[key] = _as_path(value[key], folder, path.parent)
    return Text(dataclasses.replace(text.tree, value=value), (*text.problems, *_wrong_format(text.tree)), text.notes)


def _refuse_other_kind(tree: Node, kind: str) -> None:
    """Refuse a design where a scenario is meant, and another file where a design is: each has a command of its own."""
    keys = set(tree.members)
    if kind == SCENARIOS and keys >= {"scenarios"} and not keys & OF_OTHERS:
        raise ReadingError([problem("is_design", tree.keys["scenarios"], hint=hint("sweep"))])
    if kind == DESIGNS and keys & OF_OTHERS and not keys & OF_DESIGNS:
        key = next(key for key in tree.members if key in OF_OTHERS)
        raise ReadingError([problem("no_design", tree.keys[key], facts={"key": key}, hint=hint("run"))])


def _as_path(node: Node, kind: str, near: FilePath) -> Node:
    """A name as the path of its file, so that it means the same where the file is extended; as it is if there is no such file.

    Of a list every name.
    """
    if isinstance(node.value, tuple):
        return dataclasses.replace(node, value=tuple(_as_path(child, kind, near) for child in node.value))
    if not isinstance(node.value, str):
        return node
    try:
        return dataclasses.replace(node, value=str(find(node.value, kind, near, node.mark)))
    except ReadingError:
        return node


def _wrong_format(tree: Node) -> list[Problem]:
    """What is wrong with a file's format: none, another, or one that this program does not know yet."""
    node = tree.get("format")
    if node is None:
        return [problem("missing_key", tree.mark, facts={"key": "format"}, hint=hint("write", {"text": f"format: {FORMAT}"}))]
    given = node.value
    facts = {"given": shown(given), "known": str(FORMAT)}
    if not isinstance(given, int) or isinstance(given, bool) or given == FORMAT:
        return []  # what is no number is refused with the other keys
    code, mend = ("format_newer", hint("update")) if given > FORMAT else ("format", hint("write", {"text": f"format: {FORMAT}"}))
    return [problem(code, tree.keys["format"], ("format",), facts, mend)]


def shown_path(path: FilePath) -> str:
    """A shipped file by its place in the project, any other as it was given."""
    inside = path.resolve()
    return inside.relative_to(SHIPPED.parent).as_posix() if inside.is_relative_to(SHIPPED) else str(path)


def included(text: Text, folder: FilePath) -> Text:
    """The text with every block of a park that names a YAML or CSV file replaced by that file's.

    Raises
    ------
    ReadingError
        If one of them cannot be read.
    """
    value = dict(text.tree.members)
    problems, notes, broken = list(text.problems), list(text.notes), False
    for key, child in text.tree.members.items():
        if key not in PARK_BLOCKS or not isinstance(child.value, str):
            continue
        file = folder / child.value
        if not is_file(file):
            there = [p.relative_to(folder).as_posix() for p in folder.glob("*/*") if p.suffix in (*SUFFIXES, *TABLES)]
            problems.append(problem("no_file", child.mark, (key,), {"name": child.value}, choices(child.value, there)))
            broken = True
            continue
        read = read_tree if file.suffix in SUFFIXES else read_block
        try:
            block = read(file, shown_path(file))
        except ReadingError as error:
            problems.extend(error.problems)
            broken = True
        else:
            value[key] = block.tree
            problems.extend(block.problems)
            notes.extend(block.notes)
    if broken:
        raise ReadingError(problems)
    return Text(dataclasses.replace(text.tree, value=value), tuple(problems), tuple(notes)) if value else text


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
        given = parse(text, mark.file)
    except ReadingError as error:
        raise ReadingError(dataclasses.replace(p, line=0, column=0) for p in error.problems) from None
    if given.problems:
        raise ReadingError(dataclasses.replace(p, line=0, column=0) for p in given.problems)
    value = moved(given.tree, mark)
    known = tree if park is None else merge(park, tree)
    for key in reversed(_parts(known, path, mark)):
        value = Node({key: value}, mark, {key: mark})
    return value


def _parts(tree: Node, path: str, mark: Mark) -> list[str]:
    """Keys along a dotted path; keys may hold dots themselves (``segments.software.products.entry``)."""
    parts: list[str] = []
    place: Node | None = tree
    if path.partition(".")[0] not in tree.members and path in declared().parameters:  # as designs name them too
        return ["assumptions", path]
    rest = path
    while rest:
        if parts == ["assumptions"]:
            return [*parts, rest]
        members = {} if place is None else place.members
        key = max((k for k in members if rest == k or rest.startswith(k + ".")), key=len, default="")
        if not key and len(parts) == 1:
            called = meant(rest.partition(".")[0], labels_in(tree, parts[0]))
            rest = rest if len(called) != 1 else ".".join([called[0], *rest.split(".")[1:]])
            key = called[0] if len(called) == 1 else ""
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
