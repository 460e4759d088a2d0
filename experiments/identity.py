"""What a run is, told from its content: the same id for the same numbers, whatever it is called and wherever it runs."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from wutong.model.assumptions import parameter_facts
from wutong.model.scenario import Case, Policy, Scenario

MODEL = Path(__file__).resolve().parent.parent / "model"
WORDS = frozenset(
    {"name", "label", "title", "note", "source", "observed", "targets", "joint_targets", "policy", "place", "sites"}
)  # move no number


def run_ids(cases: Sequence[Case]) -> list[str]:
    """Id of every case: sixteen hexadecimal digits over all that moves its numbers."""
    known: dict[int, str] = {}

    def of(value: Scenario | Policy) -> str:
        if id(value) not in known:
            known[id(value)] = content_of(value)
        return known[id(value)]

    return [_sha(of(c.scenario), of(c.policy), str(c.seed), str(c.replication))[:16] for c in cases]


def content_of(value: Scenario | Policy) -> str:
    """SHA-256 over all that a scenario or policy says to the runs; names, titles, sources, goals and remarks left out."""
    if isinstance(value, Scenario):
        given = {name: value.assumptions.get(name, fact.assumption) for name, fact in parameter_facts().items()}
        value = dataclasses.replace(value, assumptions=given)
    return _sha(json.dumps(_moving(value), ensure_ascii=False))


def _moving(value: object) -> object:
    """A declaration as plain data, without the words in it."""
    if dataclasses.is_dataclass(value):
        return {f.name: _moving(getattr(value, f.name)) for f in dataclasses.fields(value) if f.name not in WORDS}
    if isinstance(value, Mapping):
        return {key: _moving(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [_moving(part) for part in value]
    return value


def _sha(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@cache
def code_of_model(numpy: str = np.__version__) -> str:
    """SHA-256 over the source of the model and numpy's minor version: results of different ones must not be mixed."""
    sources = [
        f"{path.relative_to(MODEL).as_posix()}\n{path.read_text(encoding='utf-8')}" for path in sorted(MODEL.rglob("*.py"))
    ]
    return _sha(".".join(numpy.split(".")[:2]), *sources)
