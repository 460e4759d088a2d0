"""What a design really runs: how many points and runs, and every factor with its range and where that came from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath

from wutong.experiments.design import describe, points
from wutong.experiments.factors import Factor, Method, Spacing, Value
from wutong.experiments.reading.designs import ResolvedDesign
from wutong.experiments.reading.drawing import path_of
from wutong.experiments.reading.explaining import DECLARED, DEFAULT, leaves, place
from wutong.experiments.reading.nodes import Mark, Node, Scalar, locate, node_at, without
from wutong.experiments.reading.resolve import SHIPPED
from wutong.experiments.reading.writing import written
from wutong.experiments.varying import ASSUMPTION, is_lever
from wutong.model.facts import Label

HEAD = Label(
    "每个值后面注明出处（文件:行）；model 表示模型声明的区间，default 表示未写时的默认值。本文件可以直接运行（sweep）。",
    "Behind each value: the file and line it came from; “model”: the declared range; “default”: what holds where nothing is "
    "said. This file can be run by sweep.",
)


def design_explanation(found: ResolvedDesign, *, as_json: bool, language: str) -> str:
    """What a sweep of the design would run: as a file that can be run, or value by value as JSON."""
    if as_json:
        return json.dumps(design_facts(found), ensure_ascii=False, indent=1)
    return explained_design(found, language).rstrip()


def explained_design(found: ResolvedDesign, language: str) -> str:
    """The resolved design as a file that can be run, each line with its place, under a head that counts points and runs."""
    head = [HEAD.in_language(language), *describe(found.design, language).splitlines(), *_pairs(found, language)]
    return "".join(f"# {line}\n" for line in head) + written(whole_design(found), place)


def design_facts(found: ResolvedDesign) -> dict[str, object]:
    """What :func:`explained_design` says, value by value, for other programs."""
    design = found.design
    n_points, n_pairs = len(points(design)), sum(map(len, design.policies))
    values = [
        {"path": ".".join(map(str, path)), "value": value, "file": mark.file, "line": mark.line}
        for path, value, mark in leaves(whole_design(found))
    ]
    return {
        "points": n_points,
        "pairs": {s.name: [p.name for p in own] for s, own in zip(design.scenarios, design.policies, strict=True)},
        "replications": len(design.replications),
        "runs": n_points * n_pairs * len(design.replications),
        "values": values,
    }


def _pairs(found: ResolvedDesign, language: str) -> Iterator[str]:
    """Policies of each scenario."""
    colon, comma = ("：", "、") if language == "zh" else (": ", ", ")
    for scenario, own in zip(found.design.scenarios, found.design.policies, strict=True):
        yield f"  {scenario.name}{colon}{comma.join(policy.name for policy in own)}"


def whole_design(found: ResolvedDesign) -> Node:
    """The resolved design as one tree that reads as the same design: defaults filled in, every factor with its values."""
    own, design = without(found.tree, ("extends", "name", "factors", "points")), found.design
    value = {key: _named(node) if key in ("scenarios", "policies") else node for key, node in own.members.items()}
    silent: dict[str, Scalar] = {"replications": len(design.replications), "seed": design.seed, "method": design.method.value}
    value |= {key: Node(said, DEFAULT) for key, said in silent.items() if key not in value}
    if design.method is Method.LIST:
        value["points"] = _points(found)
    elif design.factors:
        value["factors"] = _mapping({factor.name: _factor(found, factor) for factor in design.factors})
    return Node(value, own.mark, {key: own.keys.get(key, node.mark) for key, node in value.items()})


def _named(node: Node) -> Node:
    """Files by their names where they are shipped."""
    if isinstance(node.value, tuple):
        return Node(tuple(map(_named, node.value)), node.mark)
    path = FilePath(str(node.value))
    return Node(path.stem if path.is_file() and path.resolve().is_relative_to(SHIPPED) else node.value, node.mark)


def _mapping(members: Mapping[str, Node]) -> Node:
    mark = next(iter(members.values())).mark
    return Node(members, mark, {key: node.mark for key, node in members.items()})


def _leaf(value: Value, mark: Mark) -> Node:
    """A value in the declared unit; whole numbers without a point."""
    return Node(int(value) if not isinstance(value, bool) and value.is_integer() and abs(value) < 1e15 else value, mark)


def _factor(found: ResolvedDesign, factor: Factor) -> Node:
    """A factor as a file would write it in full, each part with its own place."""
    path = path_of(found.file, factor)
    said = node_at(found.tree, path)
    members = {} if said is None else said.members
    mark = locate(found.tree, path)

    def place_of(key: str) -> Mark:
        return locate(found.tree, (*path, key)) if key in members else mark

    form = factor.spacing.value
    if factor.spacing is Spacing.VALUES:
        at = place_of(form) if said is not None and said.value else DEFAULT
        values = [_leaf(value, at) for value in factor.values]
        node = Node(tuple(values), at) if not factor.names else _mapping(dict(zip(factor.names, values, strict=True)))
    else:
        at = place_of(form) if form in members else Mark(DECLARED, 0, 0)
        node = Node((_leaf(factor.low, at), _leaf(factor.high, at)), at)
    parts = {form: node}
    if factor.levels:
        parts["levels"] = Node(factor.levels, place_of("levels"))
    if factor.default is not None:
        parts["default"] = _leaf(factor.default, place_of("default") if "default" in members else _origin(found, factor.name))
    return _mapping(parts)


def _origin(found: ResolvedDesign, name: str) -> Mark:
    """Where the value stands that a factor keeps while others vary: that of the first scenario, or what the model declares."""
    if is_lever(name):
        return DEFAULT
    first = found.scenarios[0]
    if name.startswith(ASSUMPTION):
        path: tuple[str, ...] = ("assumptions", name.removeprefix(ASSUMPTION))
        return locate(first.tree, path) if node_at(first.tree, path) is not None else Mark(DECLARED, 0, 0)
    block, _, rest = name.partition(".")
    key, _, field = rest.rpartition(".")
    tree = first.tree if block == "shocks" else first.park
    return locate(tree, (block, key, field)) if node_at(tree, (block, key, field)) is not None else DEFAULT


def _points(found: ResolvedDesign) -> Node:
    """Points given one by one, each factor by its full name."""
    given = node_at(found.tree, ("points",))
    marks = [] if given is None or not isinstance(given.value, tuple) else [node.mark for node in given.value]
    listed = [
        _mapping({name: _leaf(value, mark) for name, value in values.items()})
        for values, mark in zip(found.design.listed, marks, strict=True)
    ]
    return Node(tuple(listed), marks[0])
