"""A design together with files from which the same cases can be made again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path as FilePath

from wutong.experiments.design import Design
from wutong.experiments.reading.designs import FILE, resolve_design
from wutong.experiments.reading.inputs import policy_inputs, scenario_inputs, together
from wutong.experiments.reading.nodes import Mark, Node, plain, without
from wutong.experiments.reading.resolve import DESIGNS, POLICIES, find, resolved
from wutong.experiments.reading.writing import written

__all__ = ["FILE", "design_inputs"]


def design_inputs(path_or_name: str, language: str = "en") -> tuple[Design, Mapping[str, str]]:
    """A design, and the files that hold it with its scenarios and policies, by their place in a folder of inputs.

    Raises
    ------
    ReadingError
        With everything that is wrong in the design, its scenarios and its policies.
    """
    found = resolve_design(path_or_name)
    source = resolved(find(path_or_name, DESIGNS, FilePath(), Mark(path_or_name, 0, 0)), DESIGNS)
    texts: dict[str, str] = {}
    for given in found.given:
        texts = together(texts, scenario_inputs(given.name, given.sets, language)[1])
    names = plain(source.tree.members.get("policies") or Node((), source.tree.mark))
    for name in [names] if isinstance(names, str) else names if isinstance(names, list) else []:
        path = find(str(name), POLICIES, source.path.parent, source.tree.mark)
        texts |= policy_inputs(str(path), found.given[0].scenario.park)[1]
    files = {"scenarios": [f"{s.name}.yaml" for s in found.design.scenarios]}
    if names:
        files["policies"] = [f"policies/{policy.name}.yaml" for policy in found.design.policies[0]]
    texts[FILE] = written(_pointing(source.tree, files))
    return found.design, texts


def _pointing(tree: Node, files: Mapping[str, Sequence[str]]) -> Node:
    """The design with its scenarios and policies named by the files of the folder."""
    own = without(tree, ("name", "extends"))
    lists = {key: Node(tuple(Node(name, own.mark) for name in names), own.mark) for key, names in files.items()}
    return Node({**own.members, **lists}, own.mark, {**dict.fromkeys(lists, own.mark), **own.keys})
