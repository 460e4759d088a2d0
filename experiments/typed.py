"""Whether plain values read from a file are what a declaration asks for: its fields, and the type of each."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Mapping, Sequence


def misfit(told: object, kind: type, known: Sequence[str] = ()) -> str | None:
    """The first field of a dataclass that plain values lack, have of another type, or have beyond it; None if there is none.

    Parameters
    ----------
    known : names that may stand in it besides
    """
    if not isinstance(told, Mapping):
        return kind.__name__
    hints, fields = typing.get_type_hints(kind), {f.name: f for f in dataclasses.fields(kind)}
    for name, field in fields.items():
        needed = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if name not in told and needed:
            return name
        if name in told and not fits(told[name], hints[name]):
            return name
    return next((str(name) for name in told if name not in fields and name not in known), None)


def fits(value: object, kind: object) -> bool:
    """Whether a value as JSON knows it is of a type."""
    origin, of = typing.get_origin(kind), typing.get_args(kind)
    if origin in {types.UnionType, typing.Union}:
        return any(fits(value, one) for one in of)
    if origin in {Sequence, tuple}:
        return isinstance(value, list | tuple) and all(fits(part, of[0]) for part in value)
    if origin is Mapping:
        return isinstance(value, dict) and all(fits(part, of[1]) for part in value.values())
    return isinstance(kind, type) and _is(value, kind)


def _is(value: object, kind: type) -> bool:
    if dataclasses.is_dataclass(kind):
        return misfit(value, kind) is None
    if issubclass(kind, enum.Enum):
        return value in {member.value for member in kind}
    if kind in {int, float}:
        return isinstance(value, int if kind is int else int | float) and not isinstance(value, bool)
    return isinstance(value, kind)
