"""What a kind of entry expects at a place, and what of a complaint about it is to be told."""

from __future__ import annotations

import copy
import types
from collections.abc import Mapping, Sequence
from typing import Annotated, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from wutong.experiments.reading.nodes import Path


def outside_unions(detail: ErrorDetails) -> ErrorDetails | None:
    """A complaint about what may be a name or a mapping, as one about the value; None if the mapping is checked elsewhere."""
    path = tuple(detail["loc"])
    if path[:1] not in (("park",), ("policy",)) or len(path) == 1:
        return detail
    if path[1] != "str" or isinstance(detail["input"], dict):
        return None
    return {**detail, "loc": path[:1], "type": "name_or_mapping"}


def stood_in(raw: object, detail: ErrorDetails, kind: type[BaseModel]) -> bool:
    """Whether something stands in for a top-level key that is missing, so that the other keys can be checked."""
    standins: Mapping[str, object] = getattr(kind, "standins", {})
    key = detail["loc"][0] if len(detail["loc"]) == 1 else ""
    if detail["type"] != "missing" or key not in standins or not isinstance(raw, dict):
        return False
    raw[key] = copy.deepcopy(standins[str(key)])
    return True


def wrong_part(detail: ErrorDetails) -> Path:
    """Path of what must go so that the rest is right: the entry that lacks a key, else the wrong value itself."""
    path = tuple(detail["loc"])
    return path[:-1] if detail["type"] == "missing" else path


def keys_at(kind: type[BaseModel], path: Sequence[str | int]) -> tuple[str, ...]:
    """Keys that an entry of ``kind`` allows at a path."""
    entry = entry_at(kind, path)
    return () if entry is None else tuple(entry.model_fields)


def entry_at(kind: type[BaseModel], path: Sequence[str | int]) -> type[BaseModel] | None:
    """The kind of entry that stands at a path of an entry of ``kind``; None if that is no entry."""
    place: object = kind
    for part in path:
        if isinstance(place, type) and issubclass(place, BaseModel):
            field = place.model_fields.get(str(part))
            place = None if field is None else field.annotation
        else:
            place = get_args(place)[-1] if get_args(place) else None
        place = _bare(place)
    return place if isinstance(place, type) and issubclass(place, BaseModel) else None


def _bare(place: object) -> object:
    """An annotation without its metadata and without None."""
    while get_origin(place) in (Annotated, Union, types.UnionType):
        place = next((a for a in get_args(place) if a is not type(None)), None)
    return place
