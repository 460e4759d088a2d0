"""From a tree to a checked entry, with every problem found at once and placed in its file."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from typing import Annotated, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from experiments.reading.messages import Facts, Problem, choices, problem
from experiments.reading.nodes import Node, Path, locate, plain
from experiments.reading.quantities import Quantity, QuantityError, shown
from model.facts import Label

E = TypeVar("E", bound=BaseModel)

CODES: Mapping[str, str] = {
    "string_type": "not_text",
    "dict_type": "not_mapping",
    "model_type": "not_mapping",
    "model_attributes_type": "not_mapping",
    "list_type": "not_list",
    "bool_type": "not_bool",
    "int_type": "not_whole",
    "literal_error": "not_allowed",
    "finite_number": "not_finite",
}


class Findings:
    """Gathers the problems of one tree."""

    def __init__(self, tree: Node) -> None:
        self.tree = tree
        self.problems: list[Problem] = []

    def add(self, code: str, path: Sequence[str | int], facts: Facts | None = None, mend: Label | None = None) -> None:
        self.problems.append(problem(code, locate(self.tree, path), path, facts, mend))

    def refused(self, error: QuantityError, path: Path) -> None:
        self.add(error.code, (*path, *error.at), error.facts, error.mend)

    def known(self, name: str, allowed: Sequence[str], path: Path, kind: Label) -> bool:
        """Whether a name is allowed; if not, a problem that names the nearest."""
        if name in allowed:
            return True
        self.add("unknown_name", path, {"name": name, "kind_zh": kind.zh, "kind_en": kind.en}, choices(name, allowed))
        return False

    def number(self, quantity: Quantity, raw: object, path: Path) -> float:
        """A number in the unit, 0 if it cannot be read."""
        try:
            return quantity.read(raw)
        except QuantityError as error:
            self.refused(error, path)
            return 0.0

    def validated(self, kind: type[E], beside: Sequence[str] = ()) -> E | None:
        """The tree as an entry of this kind, or None; ``beside`` are top-level keys that are read elsewhere."""
        if not isinstance(self.tree.value, Mapping):
            self.add("not_mapping", (), {"given": shown(plain(self.tree))})
            return None
        try:
            return kind.model_validate(plain(self.tree))
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                self._translate(detail, kind, beside)
            return None

    def _translate(self, detail: ErrorDetails, kind: type[BaseModel], beside: Sequence[str]) -> None:
        path = tuple(detail["loc"])
        given = {"given": shown(detail["input"])}
        if detail["type"] == "reading":
            context = detail["ctx"]
            self.add(context["code"], (*path, *context["at"]), context["facts"], context["mend"])
        elif detail["type"] == "missing":
            self.add("missing_key", path[:-1], {"key": str(path[-1])})
        elif detail["type"] == "extra_forbidden":
            key = str(path[-1])
            allowed = (*keys_at(kind, path[:-1]), *(beside if len(path) == 1 else ()))
            self.add("unknown_key", path, {"key": key}, choices(key, allowed))
        elif detail["type"] == "literal_error":
            words = detail["ctx"]["expected"].replace(" or ", ", ").replace("'", "").split(", ")
            self.add("not_allowed", path, given, choices(given["given"], words))
        elif detail["type"] in CODES:
            self.add(CODES[detail["type"]], path, given)
        else:
            self.add("invalid", path, {"problem": detail["msg"]})


def keys_at(kind: type[BaseModel], path: Sequence[str | int]) -> tuple[str, ...]:
    """Keys that an entry of ``kind`` allows at a path."""
    place: object = kind
    for part in path:
        if isinstance(place, type) and issubclass(place, BaseModel):
            field = place.model_fields.get(str(part))
            place = None if field is None else field.annotation
        else:
            place = get_args(place)[-1] if get_args(place) else None
        place = _bare(place)
    return tuple(place.model_fields) if isinstance(place, type) and issubclass(place, BaseModel) else ()


def _bare(place: object) -> object:
    """An annotation without its metadata and without None."""
    while get_origin(place) in (Annotated, Union, types.UnionType):
        place = next((a for a in get_args(place) if a is not type(None)), None)
    return place
