"""What people call things, put into the words of a file: titles in either language, 是 and 否, 厂房, 2024年2季度.

A name is taken where it is the whole title of one thing alone; what is near a title, or the title of several, is asked back.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import types
import unicodedata
from collections.abc import Callable, Mapping
from typing import Annotated, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from wutong.experiments.reading.catalogue import Catalogue
from wutong.experiments.reading.kinds import Called, Reads
from wutong.experiments.reading.messages import Problem, problem
from wutong.experiments.reading.nodes import Mark, Node, Scalar
from wutong.experiments.reading.quantities import QuantityError, read_quarter
from wutong.experiments.reading.titles import word_of
from wutong.experiments.reading.wide import is_wide, narrow
from wutong.model.facts import Label
from wutong.model.scenario import Park
from wutong.model.units import quarter_name

Labels = Mapping[str, Label]  # key → what it is called
TRUTHS: Mapping[str, bool] = {"是": True, "否": False, "yes": True, "no": False}
WHOLE_PARK = Label("全部", "all")
AROUND = re.compile(r"[\s“”‘’\"'「」《》]")
BLOCKS = ("industries", "segments", "zones", "partner_kinds", "anchors", "labs", "targets", "joint_targets", "shocks")


def plainly(text: str) -> str:
    """A title without what people leave out or write otherwise: case, spaces, quotes, full width."""
    return AROUND.sub("", unicodedata.normalize("NFKC", text)).casefold()


def meant(name: str, labels: Labels) -> tuple[str, ...]:
    """The keys that a name may mean: the one that is it, else all that have it as their title."""
    if name in labels:
        return (name,)
    said = "" if is_wide(name) and narrow(name).isascii() else plainly(name)  # a key in full width is a slip of the keyboard
    return tuple(key for key, label in labels.items() if said and said in (plainly(label.zh), plainly(label.en)))


def labels_in(tree: Node, block: str) -> dict[str, Label]:
    """What the entries of a block are called, those without a name by their key."""
    node = tree.get(block)
    return {} if node is None else {key: label_of(key, child.get("label")) for key, child in node.members.items()}


def label_of(key: str, node: Node | None) -> Label:
    """What a title or a label says; the key where it says nothing."""
    if node is None:
        return Label(key, key)
    if isinstance(node.value, str):
        return Label(node.value, node.value)
    zh, en = (part.value if (part := node.get(language)) is not None else node.value for language in ("zh", "en"))
    return Label(*(text if isinstance(text, str) else key for text in (zh, en)))


def declared_names(known: Catalogue) -> dict[str, Labels]:
    """What the model's own things are called, by the kind of :class:`~kinds.Called`."""
    facts = {"levers": known.levers, "measures": known.measures, "parameters": known.parameters}
    return {kind: {key: fact.label for key, fact in own.items()} for kind, own in facts.items()}


def factor_names(known: Catalogue) -> dict[str, Labels]:
    """What the factors of a design are called: parameters, and levers."""
    names = declared_names(known)
    return {"factors": {**names["parameters"], **{f"levers.{key}": label for key, label in names["levers"].items()}}}


def names_in_tree(*trees: Node) -> dict[str, Labels]:
    """What the things of a park, and the goals of a scenario, are called."""
    own = {block: {key: label for tree in trees for key, label in labels_in(tree, block).items()} for block in BLOCKS}
    together = {"scopes": {"all": WHOLE_PARK, **own["industries"], **own["segments"]}}
    return {**own, **together, "judged": {**own["targets"], **own["joint_targets"]}}


def names_of_park(park: Park) -> dict[str, Labels]:
    """As :func:`names_in_tree`, of a park that was read."""
    own = {
        block: {one.key: one.label for one in getattr(park, block)}
        for block in ("industries", "segments", "zones", "partner_kinds", "anchors", "labs")
    }
    return {**own, "scopes": {"all": WHOLE_PARK, **own["industries"], **own["segments"]}}


def with_known_keys(base: Node, over: Node) -> tuple[Node, list[Problem]]:
    """A tree that is to be laid upon another, its entries by the keys that they have there."""
    value, notes = dict(over.members), list[Problem]()
    for block in BLOCKS:
        child, labels = over.get(block), labels_in(base, block)
        if child is not None and labels:
            value[block], said = _renamed(child, labels)
            notes += said
    return (dataclasses.replace(over, value=value), notes) if notes else (over, notes)


def _renamed(node: Node, labels: Labels) -> tuple[Node, list[Problem]]:
    """A mapping whose keys are titles by the keys that are meant."""
    if not isinstance(node.value, Mapping):
        return node, []
    keys = {said: found[0] for said in node.members if len(found := meant(said, labels)) == 1 and found[0] != said}
    keys = {said: key for said, key in keys.items() if key not in node.members and list(keys.values()).count(key) == 1}
    notes = [_note(node.keys[said], said, key) for said, key in keys.items()]
    value = {keys.get(said, said): child for said, child in node.members.items()}
    return Node(value, node.mark, {keys.get(said, said): mark for said, mark in node.keys.items()}), notes


def _note(mark: Mark, given: str, key: str) -> Problem:
    return problem("understood", mark, facts={"given": given, "meant": key})


@functools.cache
def _hints(kind: type[BaseModel]) -> Mapping[str, object]:
    return get_type_hints(kind, include_extras=True)


class Understanding:
    """Puts what a tree says into the words of its kind of file; ``notes`` tell what was taken for what.

    Parameters
    ----------
    names : by kind of thing
    """

    def __init__(self, names: Mapping[str, Labels]) -> None:
        self.names = names
        self.notes: list[Problem] = []

    def entry(self, node: Node, kind: type[BaseModel]) -> Node:
        """The tree of an entry of this kind."""
        if not isinstance(node.value, Mapping):
            return node
        hints = _hints(kind)
        value = {key: self._value(child, hints[key], key) if key in hints else child for key, child in node.value.items()}
        return dataclasses.replace(node, value=value)

    def _value(self, node: Node, annotation: object, key: str) -> Node:
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            return self._marked(node, arguments, key)
        if origin in (Union, types.UnionType):
            for part in arguments:
                node = self._value(node, part, key)
        elif origin is dict and isinstance(node.value, Mapping):
            children = {name: self._value(child, arguments[1], key) for name, child in node.value.items()}
            node = dataclasses.replace(node, value=children)
        elif origin is list and isinstance(node.value, tuple):
            node = dataclasses.replace(node, value=tuple(self._value(child, arguments[0], key) for child in node.value))
        elif origin is Literal:
            node = self._said(node, lambda text: _word(text, key, arguments))
        elif annotation is bool:
            node = self._said(node, lambda text: TRUTHS.get(text.lower()))
        elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
            node = self.entry(node, annotation)
        return node

    def _marked(self, node: Node, arguments: tuple[object, ...], key: str) -> Node:
        inner, *marks = arguments
        for mark in marks:
            if isinstance(mark, Called):
                node = self._named(node, self.names.get(mark.kind, {}))
            elif isinstance(mark, Reads) and mark.read is read_quarter:
                node = self._said(node, _quarter)
        return self._value(node, inner, key)

    def _named(self, node: Node, labels: Labels) -> Node:
        """A name, a list of them, or a mapping by them."""
        if isinstance(node.value, tuple):
            return dataclasses.replace(node, value=tuple(self._named(child, labels) for child in node.value))
        if isinstance(node.value, Mapping):
            node, notes = _renamed(node, labels)
            self.notes += notes
            return node
        return self._said(node, lambda text: _only(meant(text, labels)))

    def _said(self, node: Node, understand: Callable[[str], Scalar]) -> Node:
        """A text as what it stands for; as it is if that is nothing."""
        if not isinstance(node.value, str):
            return node
        value = understand(node.value)
        if value is None or value == node.value:
            return node
        self.notes.append(_note(node.mark, node.value, str(value).lower() if isinstance(value, bool) else str(value)))
        return dataclasses.replace(node, value=value)


def _only(keys: tuple[str, ...]) -> str | None:
    return keys[0] if len(keys) == 1 else None


def _word(text: str, field: str, words: tuple[object, ...]) -> str | None:
    return _only(meant(text, {str(word): word_of(field, str(word)) for word in words}))


def _quarter(text: str) -> str | None:
    try:
        return quarter_name(read_quarter(text))
    except QuantityError:
        return None
