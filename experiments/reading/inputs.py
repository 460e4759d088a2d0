"""Scenarios and policies together with files from which the same runs can be made again."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path as FilePath

from wutong.experiments.errors import BadInputError
from wutong.experiments.reading.catalogue import declared
from wutong.experiments.reading.explaining import explained, explained_tree
from wutong.experiments.reading.files import Resolved, resolve_scenario
from wutong.experiments.reading.nodes import Mark, Node
from wutong.experiments.reading.policies import policy_of, policy_source
from wutong.experiments.reading.posteriors import FOLDER, posterior_file
from wutong.experiments.reading.text import is_file
from wutong.experiments.reading.workbooks import WORKBOOKS, table_text
from wutong.model.facts import Label
from wutong.model.scenario import Park, Policy, Scenario

NAMES_A_TABLE = ("coefficients", "value_added", "file")  # keys of a park
Texts = Mapping[str, str]  # place in a folder of inputs -> content


def scenario_inputs(path_or_name: str, sets: Sequence[str] = (), language: str = "en") -> tuple[Scenario, Texts]:
    """A scenario, and the files that hold it after all changes: one YAML file, and the tables that it names.

    Raises
    ------
    ReadingError
        With everything that is wrong in the scenario.
    """
    resolved = _with_text_tables(resolve_scenario(path_or_name, sets))
    own = {f"{resolved.scenario.name}.yaml": explained(resolved, language)}
    if resolved.policy is not None and resolved.scenario.policy is not None:
        own[f"policies/{resolved.scenario.policy.name}.yaml"] = explained_tree(resolved.policy)
    return resolved.scenario, own | dict(_tables(resolved))


def policy_inputs(path_or_name: str, park: Park | None) -> tuple[Policy, Texts]:
    """A policy of a park, and the file that holds it after all changes.

    Raises
    ------
    ReadingError
        With everything that is wrong in the policy.
    """
    source = policy_source(path_or_name, FilePath())
    return policy_of(source, park, declared()), {f"policies/{source.name}.yaml": explained_tree(source.tree)}


def together(texts: Texts, own: Texts) -> dict[str, str]:
    """The files of several scenarios in one folder of inputs.

    Raises
    ------
    BadInputError
        If two posteriors of one name differ: the folder can hold only one of them.
    """
    for name in own.keys() & texts.keys():
        if name.startswith(f"{FOLDER}/") and texts[name] != own[name]:
            zh, en = f"两个情景的 {name} 同名而内容不同，请改名", f"two scenarios have different files {name}: rename one of them"
            raise BadInputError(Label(zh, en))
    return {**texts, **own}


def _tables(resolved: Resolved) -> Iterator[tuple[str, str]]:
    """The files that a scenario names, by the path that names them: posteriors, and data that do not come with the model."""
    entry, own = resolved.park_entry, resolved.folders[0]
    named = [] if entry.trade is None else [entry.trade.coefficients, entry.trade.value_added]
    named += [o.series.file for o in entry.observed if o.series is not None]
    for name in dict.fromkeys(named):
        inside = ".." not in FilePath(name).parts and not FilePath(name).is_absolute()
        if inside and is_file(own / name):
            yield kept_name(name), table_text(own / name, Mark(name, 0, 0))[0]
    for name in resolved.file.posteriors:
        path = posterior_file(name, resolved.scenario_folders)
        if path is not None:
            yield f"{FOLDER}/{name}.csv", table_text(path, Mark(name, 0, 0))[0]


def kept_name(name: str) -> str:
    """What a table is called among the inputs, where all are text."""
    return f"{name}.csv" if FilePath(name).suffix.lower() in WORKBOOKS else name


def _with_text_tables(resolved: Resolved) -> Resolved:
    """A scenario whose park names the tables as they are kept."""
    return dataclasses.replace(resolved, park=_renamed(resolved.park))


def _renamed(node: Node) -> Node:
    if isinstance(node.value, tuple):
        return dataclasses.replace(node, value=tuple(map(_renamed, node.value)))
    value = {key: _named(child) if key in NAMES_A_TABLE else _renamed(child) for key, child in node.members.items()}
    return dataclasses.replace(node, value=value) if value else node


def _named(node: Node) -> Node:
    return dataclasses.replace(node, value=kept_name(node.value)) if isinstance(node.value, str) else _renamed(node)
