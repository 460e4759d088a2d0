"""What is wrong with a file, be it a scenario or a policy."""

from __future__ import annotations

from pathlib import Path

from experiments.reading import Problem, ReadingError, list_policies, list_scenarios, read_policy, read_scenario
from experiments.reading.text import read_tree


def shipped() -> tuple[str, ...]:
    """Names of everything that comes with the model."""
    return tuple(dict.fromkeys((*list_scenarios(), *list_policies())))


def problems_of(name: str) -> tuple[Problem, ...]:
    """Everything wrong with a scenario or policy, given by name or as a file."""
    try:
        if _is_policy(name):
            read_policy(name)
        else:
            read_scenario(name)
    except ReadingError as error:
        return error.problems
    return ()


def _is_policy(name: str) -> bool:
    """A policy stands in a folder of policies or has settings of levers; a name that both kinds bear means the scenario."""
    path = Path(name)
    if not path.is_file():
        return name in list_policies() and name not in list_scenarios()
    return path.resolve().parent.name == "policies" or read_tree(path, name).tree.get("settings") is not None
