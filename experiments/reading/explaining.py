"""What a scenario really uses: every value with the file and line that it came from, defaults included, and what is drawn."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel

from wutong.experiments.reading.catalogue import Catalogue, declared
from wutong.experiments.reading.files import Resolved
from wutong.experiments.reading.nodes import WHOLE, Mark, Node, Path, Scalar, plain, without
from wutong.experiments.reading.wide import visible
from wutong.experiments.reading.writing import one_place, written
from wutong.model.facts import Assumption, Label, Shape

DEFAULT = Mark("default", 0, 0)
DECLARED = "model"  # file of a parameter that the scenario leaves as the model declares it
HEADS = ("name", "extends", "policy", "park")  # written by whole(), or meaningless there
GRID = np.array([0.05, 0.5, 0.95])
HEAD = Label(
    "每个值后面注明出处（文件:行）；“抽样”给出各次模拟所用数值的 5%、50%、95% 分位。本文件可以直接运行。",
    "Behind each value: the file and line it came from; “drawn” gives 5, 50 and 95 % points. This file can be run.",
)


@dataclass(frozen=True)
class Explained:
    """A value of the resolved scenario; ``drawn`` are the 5, 50 and 95 % points of an assumption, in the declared unit."""

    path: Path
    value: object
    mark: Mark
    drawn: tuple[float, float, float] | None


def whole(resolved: Resolved, catalogue: Catalogue | None = None) -> Node:
    """The resolved scenario as one tree that reads as the same scenario: its own keys, its park and its policy written out."""
    known = declared() if catalogue is None else catalogue
    own = without(resolved.tree, ("extends", "name", "park", "policy", "assumptions"))
    park = _completed(_named(without(resolved.park, ("extends",)), resolved.scenario.park.name), resolved.park_entry)
    value = dict(_completed(own, resolved.file).members)
    value["park"] = park
    value["assumptions"] = _all_assumptions(resolved, known)
    if resolved.policy is not None and resolved.scenario.policy is not None:
        value["policy"] = _named(without(resolved.policy, ("extends",)), resolved.scenario.policy.name)
    keys = {key: own.keys.get(key, node.mark) for key, node in value.items()}
    return Node(value, own.mark, keys)


def _named(tree: Node, name: str) -> Node:
    """A mapping that says its own name first."""
    mark = next(iter(tree.keys.values()), tree.mark)
    return Node({"name": Node(name, mark), **tree.members}, mark, {"name": mark, **tree.keys})


def _all_assumptions(resolved: Resolved, known: Catalogue) -> Node:
    """Every parameter of the rules but those of a posterior: as the scenario sets it, or else as the model declares it."""
    given = resolved.tree.get("assumptions")
    set_here = {} if given is None else given.members
    calibrated = {name for name, a in resolved.scenario.assumptions.items() if a.drawn_with}
    value = {
        name: set_here.get(name) or _as_node(fact.assumption, Mark(DECLARED, 0, 0))
        for name, fact in known.parameters.items()
        if name not in calibrated
    }
    mark = resolved.tree.mark if given is None else given.mark
    return Node(value, mark, {name: node.mark for name, node in value.items()})


def _completed(node: Node, entry: object) -> Node:
    """The tree with the defaults that its entry fills in, where they say something."""
    if isinstance(node.value, tuple) and isinstance(entry, list) and len(node.value) == len(entry):
        return dataclasses.replace(node, value=tuple(_completed(child, e) for child, e in zip(node.value, entry, strict=True)))
    if not isinstance(node.value, Mapping):
        return node
    if isinstance(entry, dict):
        value = {key: _completed(child, entry.get(key)) for key, child in node.value.items()}
        return dataclasses.replace(node, value=value)
    if not isinstance(entry, BaseModel):
        return node
    value = {key: _completed(child, getattr(entry, key, None)) for key, child in node.value.items()}
    silent = [key for key in type(entry).model_fields if key not in value and key not in HEADS]
    filled = {key: _default(getattr(entry, key)) for key in silent}
    added = {key: child for key, child in filled.items() if child is not None}
    return Node({**value, **added}, node.mark, {**node.keys, **dict.fromkeys(added, DEFAULT)})


def _default(value: object) -> Node | None:
    """A default as a node; None where it says nothing."""
    if isinstance(value, Assumption):
        return _as_node(value, DEFAULT)
    if isinstance(value, bool) or (isinstance(value, int | float | str) and value != ""):
        return Node(value, DEFAULT)
    return None


def _as_node(a: Assumption, mark: Mark) -> Node:
    """An assumption as the file would write it."""

    def leaf(value: Scalar) -> Node:
        return Node(value, mark)

    def numbers(*values: float) -> Node:
        return Node(tuple(map(leaf, values)), mark)

    if a.shape is Shape.FIXED:
        parts = {"value": leaf(a.default)}
    elif a.shape is Shape.CHOICE:
        parts = {"choice": numbers(*a.options), "value": leaf(a.default)}
    elif a.shape in (Shape.NORMAL, Shape.LOGNORMAL):
        parts = {a.shape.value: numbers(a.default, a.deviation), "range": numbers(a.low, a.high)}
    else:
        parts = {"value": leaf(a.default), "range": numbers(a.low, a.high), "shape": leaf(a.shape.value)}
    if a.null_prob:
        parts["null_prob"] = leaf(a.null_prob)
    return Node(parts, mark, dict.fromkeys(parts, mark))


def assumptions_in(entry: object, path: Path = ()) -> Iterator[tuple[Path, Assumption]]:
    """Every assumption within a checked entry, with its path."""
    if isinstance(entry, Assumption):
        yield path, entry
    elif isinstance(entry, BaseModel):
        for key in type(entry).model_fields:
            yield from assumptions_in(getattr(entry, key), (*path, key))
    elif isinstance(entry, dict):
        for key, child in entry.items():
            yield from assumptions_in(child, (*path, key))
    elif isinstance(entry, list):
        for position, child in enumerate(entry):
            yield from assumptions_in(child, (*path, position))


def drawn(resolved: Resolved, catalogue: Catalogue | None = None) -> dict[Path, tuple[float, float, float]]:
    """The 5, 50 and 95 % points of everything that is drawn, by its path in :func:`whole`, in the declared units."""
    known = declared() if catalogue is None else catalogue
    given = resolved.scenario.assumptions
    found: dict[Path, Assumption] = {
        **{("assumptions", name): given.get(name, fact.assumption) for name, fact in known.parameters.items()},
        **dict(assumptions_in(resolved.file)),
        **{("park", *path): a for path, a in assumptions_in(resolved.park_entry)},
    }
    points = {path: a.alone().quantile(GRID) for path, a in found.items() if a.low < a.high or a.null_prob > 0.0}
    return {path: (float(low), float(middle), float(high)) for path, (low, middle, high) in points.items()}


def explained(resolved: Resolved, language: str) -> str:
    """The resolved scenario as a file that can be run, each line with its place, and with what is drawn."""
    points = drawn(resolved)
    word = "抽样" if language == "zh" else "drawn"

    def comment(path: Path, node: Node) -> str:
        said = place(path, node)
        numbers = points.get(path, points.get(path[:-1]) if path and path[-1] in WHOLE else None)
        return said if numbers is None else f"{said}  {word} {' … '.join(f'{n:.4g}' for n in numbers)}"

    taken = "".join(f"# {note.text(language)}\n" for note in resolved.understood)
    return f"# {HEAD.in_language(language)}\n{taken}{written(whole(resolved), comment)}{_calibrated(resolved, word)}"


def _calibrated(resolved: Resolved, word: str) -> str:
    """What a world takes from posteriors, as remarks behind the file."""
    found = {name: a for name, a in resolved.scenario.assumptions.items() if a.drawn_with}
    lines = (
        f"# {name}: {a.source}  {word} {' … '.join(f'{n:.4g}' for n in a.alone().quantile(GRID))}\n" for name, a in found.items()
    )
    return "".join(lines)


def explained_tree(tree: Node) -> str:
    """A policy or a park after ``extends``, each line with its place."""
    return written(without(tree, ("extends",)), place)


def place(path: Path, node: Node) -> str:  # noqa: ARG001 - a comment may hang on the path
    """Where a value came from, as the remark behind its line."""
    file = visible(node.mark.file)
    return f"{file}:{node.mark.line}" if node.mark.line else file


def explained_values(resolved: Resolved) -> list[Explained]:
    """The resolved scenario value by value, as :func:`explained` has its lines."""
    points = drawn(resolved)
    found = [Explained(path, value, mark, points.get(path)) for path, value, mark in leaves(whole(resolved))]
    calibrated = {name: a for name, a in resolved.scenario.assumptions.items() if a.drawn_with}
    taken = [(("assumptions", name), a.default, Mark(a.source, 0, 0)) for name, a in calibrated.items()]
    return found + [Explained(path, value, mark, points.get(path)) for path, value, mark in taken]


def leaves(node: Node, path: Path = ()) -> Iterator[tuple[Path, object, Mark]]:
    """Path, value and place of every line of a tree."""
    if isinstance(node.value, Mapping) and not one_place(node):
        for key, child in node.value.items():
            yield from leaves(child, (*path, key))
    elif isinstance(node.value, tuple) and not one_place(node):
        for position, child in enumerate(node.value):
            yield from leaves(child, (*path, position))
    else:
        yield path, plain(node), node.mark
