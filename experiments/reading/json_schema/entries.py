"""JSON Schema of the entries of a file, from their pydantic models: keys, kinds, units, what must be there."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, TypeGuard, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, BeforeValidator

from wutong.experiments.reading.entry import LabelEntry, WordsEntry
from wutong.experiments.reading.fates import read_fates
from wutong.experiments.reading.json_schema.values import QUARTER, Schema, Values, described, literal, unit_words
from wutong.experiments.reading.kinds import LONGEST_LINE, Reads, read_line
from wutong.experiments.reading.nodes import WHOLE
from wutong.experiments.reading.quantities import Quantity, read_count, read_quarter, read_years
from wutong.experiments.reading.spreads import Spread
from wutong.model.facts import Label

PLAIN: Mapping[object, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    type(None): {"type": "null"},
    object: {},
}
YEARS: list[Schema] = [{"type": "integer"}, {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "integer"}}]
Field = tuple[str, str]  # kind of entry, key


class Entries:
    """Writes the schema of entries.

    Parameters
    ----------
    own : what a field of an entry says in place of what its type does, or beside it
    rules : conditions on an entry as a whole
    """

    def __init__(self, values: Values, own: Mapping[Field, Schema], rules: Mapping[str, list[Schema]]) -> None:
        self.values, self.own, self.rules = values, own, rules

    def entry(self, kind: type[BaseModel], *, whole: bool) -> Schema:
        """A mapping of this kind; unless it is ``whole`` it may change one that stands elsewhere and say only a part."""
        out: Schema = {"type": "object", "properties": self.fields(kind), "additionalProperties": False}
        if kind.__name__ in self.rules:
            out["allOf"] = self.rules[kind.__name__]
        required = _required(kind)
        return {**out, "required": required} if whole and required else out

    def fields(self, kind: type[BaseModel]) -> dict[str, Schema]:
        hints = get_type_hints(kind, include_extras=True)
        return {key: self.field(kind, key, hints[key]) for key in kind.model_fields}

    def either(self, annotation: object, key: str) -> Schema:
        """Any of the alternatives of an annotation."""
        return _any(self.ways(annotation, key))

    def field(self, kind: type[BaseModel], key: str, annotation: object) -> Schema:
        own = self.own.get((kind.__name__, key), {})
        words = described(key, kind.__name__, _unit(annotation))
        ways = [] if own else self.ways(annotation, key)
        return words | (own or (ways[0] if len(ways) == 1 and "$ref" not in ways[0] else {"oneOf": ways}))

    def ways(self, annotation: object, key: str) -> list[Schema]:
        """The alternatives that an annotation allows."""
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            return self._read(annotation, key)
        if origin in (Union, types.UnionType):
            return [way for part in arguments for way in self.ways(part, key)]
        if origin is None:
            bare = [PLAIN[str]] if annotation in (LabelEntry, WordsEntry) else []
            return [*bare, self._merged(annotation) if _is_entry(annotation) else PLAIN[annotation]]
        return [self._made_of(origin, arguments, key)]

    def _merged(self, kind: type[BaseModel]) -> Schema:
        """An entry that merges with the one it changes, unless it is of those that replace it."""
        return self.entry(kind, whole=set(kind.model_fields) <= WHOLE)

    def _made_of(self, origin: object, arguments: tuple[Any, ...], key: str) -> Schema:
        """A choice of words, a mapping or a list."""
        if origin is Literal:
            return literal(key, arguments)
        if origin is dict:
            return {"type": "object", "additionalProperties": self.either(arguments[1], key)}
        item = arguments[0]
        return {"type": "array", "items": self.entry(item, whole=True) if _is_entry(item) else self.either(item, key)}

    def _read(self, annotation: object, key: str) -> list[Schema]:
        """The alternatives of a field that one function reads."""
        inner, *marks = get_args(annotation)
        if any(isinstance(mark, BeforeValidator) for mark in marks):  # one name or a list of them
            return [{"type": "string"}, *self.ways(inner, key)]
        if not any(isinstance(mark, Reads) for mark in marks):
            return self.ways(inner, key)
        read = next(mark.read for mark in marks if isinstance(mark, Reads))
        source = getattr(read, "__self__", read)
        if isinstance(source, Quantity):
            return [self.values.quantity(source)]
        if isinstance(source, Spread):
            return self.values.spread(source.quantity)
        made: dict[object, Callable[[], list[Schema]]] = {
            read_line: lambda: [{**PLAIN[str], "maxLength": LONGEST_LINE}],
            read_quarter: lambda: [QUARTER],
            read_years: lambda: YEARS,
            read_count: lambda: [self.values.count()],
            read_fates: self.values.fates,
        }
        return made[source]()

    def needs(self, kind: type[BaseModel]) -> Schema:
        """What an entry must say where it changes no other: in a file without a parent."""
        inner = {key: self._needs(hint) for key, hint in get_type_hints(kind, include_extras=True).items()}
        found = {key: need for key, need in inner.items() if need and key in kind.model_fields}
        required = _required(kind)
        return ({"required": required} if required else {}) | ({"properties": found} if found else {})

    def _needs(self, annotation: object) -> Schema:
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            marks = [getattr(mark.read, "__self__", None) for mark in arguments[1:] if isinstance(mark, Reads)]
            return self.values.some_form() if any(isinstance(mark, Spread) for mark in marks) else {}
        if origin in (Union, types.UnionType):
            return next((need for part in arguments if (need := self._needs(part))), {})
        if origin is dict:
            need = self._needs(arguments[1])
            return {"additionalProperties": need} if need else {}
        return self.needs(annotation) if _is_entry(annotation) else {}


def _required(kind: type[BaseModel]) -> list[str]:
    return [key for key, field in kind.model_fields.items() if field.is_required()]


def _is_entry(annotation: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _any(ways: list[Schema]) -> Schema:
    return ways[0] if len(ways) == 1 else {"oneOf": ways}


def _unit(annotation: object) -> Label | None:
    """What kind of number a field takes, if it takes one."""
    if get_origin(annotation) in (Union, types.UnionType):
        return next((words for part in get_args(annotation) if (words := _unit(part))), None)
    if get_origin(annotation) is not Annotated:
        return None
    for mark in get_args(annotation)[1:]:
        source = getattr(mark.read, "__self__", None) if isinstance(mark, Reads) else None
        if isinstance(source, Quantity | Spread):
            quantity = source if isinstance(source, Quantity) else source.quantity
            return unit_words(quantity, spread=isinstance(source, Spread))
    return None
