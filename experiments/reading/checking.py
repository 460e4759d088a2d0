"""From a tree to a checked entry, with every problem found at once and placed in its file."""

from __future__ import annotations

import copy
import difflib
import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from wutong.experiments.reading.messages import Facts, Problem, choices, hint, problem, unknown
from wutong.experiments.reading.nodes import Mark, Node, Path, locate, node_at, plain, scalar_at
from wutong.experiments.reading.quantities import Quantity, QuantityError, shown
from wutong.experiments.reading.renames import new_key
from wutong.experiments.reading.shape import entry_at, keys_at, outside_unions, stood_in, wrong_part
from wutong.experiments.reading.text import mended
from wutong.experiments.reading.titles import title_of, word_of
from wutong.experiments.reading.wide import COLON, is_wide, narrow
from wutong.model.facts import Label

E = TypeVar("E", bound=BaseModel)
ROUNDS = 20
MOST_TOLD = 200  # problems of one tree that are told one by one
MOST_COMPARED = 20  # unknown keys among which a missing one is looked for

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
    "name_or_mapping": "name_or_mapping",
}
TIGHT = re.compile(r"([A-Za-z]\w*):(\S.*)")
STRUCTURE = frozenset({"not_mapping", "not_list", "range_length", "forms_mixed", "not_whole", "not_allowed", "not_bool"})


class Findings:
    """Gathers the problems of one tree."""

    def __init__(self, tree: Node) -> None:
        self.tree = tree
        self.problems: list[Problem] = []
        self.remarks: list[Problem] = []  # on what is allowed but odd
        self.understood: list[Problem] = []  # how tables were read that it names
        self._removed: dict[Path, list[int]] = {}  # list -> positions of its wrong items, which checks do not see

    def add(self, code: str, path: Sequence[str | int], facts: Facts | None = None, mend: Label | None = None) -> None:
        """Note a problem at a path; positions in lists count the items that :meth:`validated` left."""
        if self.full:
            return
        path = self.original(path)
        mark = locate(self.tree, path)
        if len(self.problems) == MOST_TOLD:
            self.problems.append(problem("more", mark))
            return
        node = node_at(self.tree, path)
        if node is not None and code in STRUCTURE:
            code, facts, mend, mark = _slip_of_writing(node) or (code, facts, mend, mark)
        self.problems.append(problem(code, mark, path, facts, mend))

    @property
    def full(self) -> bool:
        """Whether there are more problems than anybody reads: what else is wrong is looked for no longer."""
        return len(self.problems) > MOST_TOLD

    def remark(self, code: str, path: Sequence[str | int], facts: Facts) -> None:
        """Note something odd that stops nothing."""
        path = self.original(path)
        self.remarks.append(problem(code, locate(self.tree, path), path, facts))

    def line(self, path: Sequence[str | int]) -> int:
        """The line of what stands at a path."""
        return locate(self.tree, self.original(path)).line

    def refused(self, error: QuantityError, path: Path) -> None:
        self.add(error.code, (*path, *error.at), error.facts, error.mend)

    def known(self, name: str, allowed: Sequence[str], path: Path, kind: Label, labels: Mapping[str, str] | None = None) -> bool:
        """Whether a name is allowed; if not, a problem that names the nearest."""
        if name in allowed or self.full:
            return name in allowed
        code, facts, mend = unknown(name, allowed, kind, labels)
        several = [key for key in allowed if (labels or {}).get(key) == name]
        if len(several) > 1:
            told = {"name": name, "kind_zh": kind.zh, "kind_en": kind.en, "names": ", ".join(several)}
            self.add("several_meant", path, told, hint("one_key"))
            return False
        parts = [part.strip() for part in narrow(name).split(",")]
        if is_wide(name) and all(part in allowed for part in parts):
            self.add("wide_text", path, {"given": name}, mended(name))
        else:
            self.add(code, path, facts, mend)
        return False

    def number(self, quantity: Quantity, raw: object, path: Path) -> float:
        """A number in the unit, 0 if it cannot be read."""
        try:
            return quantity.read(raw)
        except QuantityError as error:
            self.refused(error, path)
            return 0.0

    def says(self, path: Sequence[str | int]) -> bool:
        """Whether the file says anything at a path, right or wrong."""
        node = node_at(self.tree, path)
        return node is not None and node.value is not None

    def keys(self, block: str) -> list[str]:
        """Keys of a top-level block as the file has them, those of wrong entries among them."""
        node = self.tree.get(block)
        return [] if node is None else list(node.members)

    def labels(self, block: str) -> dict[str, str]:
        """Chinese label of each key of a top-level block, where it has one."""
        node = self.tree.get(block)
        members = {} if node is None else node.members
        found = {key: scalar_at(child, ("label", "zh")) or scalar_at(child, ("label",)) for key, child in members.items()}
        return {key: text for key, text in found.items() if isinstance(text, str)}

    def validated(self, kind: type[E], beside: Sequence[str] = ()) -> E | None:
        """The tree as an entry of this kind, with wrong parts left out so that the rest can be checked too.

        None if what is left is no entry at all.

        Parameters
        ----------
        beside : top-level keys that are read elsewhere
        """
        if not isinstance(self.tree.value, Mapping):
            self.add("not_mapping", (), {"given": shown(plain(self.tree))})
            return None
        raw = copy.deepcopy(plain(self.tree))
        for attempt in range(ROUNDS):
            try:
                return kind.model_validate(raw)
            except ValidationError as error:
                details = [detail for detail in map(outside_unions, error.errors(include_url=False)) if detail is not None]
                if attempt == 0:  # what later rounds find missing is what this one takes out
                    self._translate_all(details, kind, beside)
                parts = [wrong_part(detail) for detail in details if not stood_in(raw, detail, kind)]
                if not self._without(raw, parts):
                    break
        if not self.problems:  # nothing is refused without a word
            self.add("forms_mixed", ())
        return None

    def _translate_all(self, details: Sequence[ErrorDetails], kind: type[BaseModel], beside: Sequence[str]) -> None:
        """Every complaint as a problem; a key that is missing because it is misspelt is not named twice."""
        unknown: dict[Path, list[str]] = {}
        for d in details:
            if d["type"] == "extra_forbidden":
                unknown.setdefault(tuple(d["loc"][:-1]), []).append(str(d["loc"][-1]))
        for detail in details:
            if self.full:
                break
            path = tuple(detail["loc"])
            beside_it = unknown.get(path[:-1], ())[:MOST_COMPARED]
            if detail["type"] != "missing" or not any(_stands_for(str(path[-1]), k, kind, path) for k in beside_it):
                self._translate(detail, kind, beside)

    def _without(self, raw: object, paths: Sequence[Path]) -> bool:
        """Take the parts at the paths out of ``raw``, the last of a list first; False if one of them is the whole."""
        for path in sorted(set(paths), key=lambda path: [str(part).zfill(9) for part in path], reverse=True):
            if not path:
                return False
            place = raw
            for part in path[:-1]:
                place = place[part] if _holds(place, part) else None  # type: ignore[index]
            if isinstance(place, list) and isinstance(path[-1], int) and path[-1] < len(place):
                original = self.original(path)
                self._removed.setdefault(original[:-1], []).append(int(original[-1]))
                del place[path[-1]]
            elif isinstance(place, dict):
                place.pop(path[-1], None)
        return True

    def original(self, path: Sequence[str | int]) -> Path:
        """A path with its positions in lists as the file has them."""
        original: Path = ()
        for part in path:
            original = (*original, part if isinstance(part, str) else self._position(original, part))
        return original

    def _position(self, within: Path, position: int) -> int:
        """The position that an item of a list had before wrong ones were taken out."""
        for gone in sorted(self._removed.get(within, ())):
            position += gone <= position
        return position

    def _translate(self, detail: ErrorDetails, kind: type[BaseModel], beside: Sequence[str]) -> None:
        path = tuple(detail["loc"])
        given = {"given": shown(detail["input"])}
        if detail["type"] == "reading":
            context = detail["ctx"]
            self.add(context["code"], (*path, *context["at"]), context["facts"], context["mend"])
        elif detail["type"] == "missing":
            self.add("missing_key", path[:-1], {"key": str(path[-1])})
        elif detail["type"] == "extra_forbidden":
            self._unknown_key(path, kind, beside)
        elif detail["type"] == "literal_error":
            words = detail["ctx"]["expected"].replace(" or ", ", ").replace("'", "").split(", ")
            fields = [part for part in path if isinstance(part, str)]
            labels = {word: word_of(fields[-1] if fields else "", word).zh for word in words}
            self.add("not_allowed", path, given, choices(given["given"], words, labels))
        elif detail["type"] in CODES:
            self.add(CODES[detail["type"]], path, given)
        else:
            self.add("invalid", path, {"problem": detail["msg"]})

    def _unknown_key(self, path: Path, kind: type[BaseModel], beside: Sequence[str]) -> None:
        key = str(path[-1])
        new = _renamed(key, kind, path)
        if new is not None:
            self.add("renamed", path, {"old": key, "new": new}, hint("rename"))
            return
        allowed = (*keys_at(kind, path[:-1]), *(beside if len(path) == 1 else ()))
        labels = {name: title_of(name).zh for name in allowed}
        self.add("unknown_key", path, {"key": key}, choices(key, allowed, labels))


def _renamed(key: str, kind: type[BaseModel], path: Path) -> str | None:
    """What an old key of the entry that holds a path is called now."""
    entry = entry_at(kind, path[:-1])
    return None if entry is None else new_key(entry.__name__, key)


def _stands_for(missing: str, unknown: str, kind: type[BaseModel], path: Path) -> bool:
    """Whether an unknown key is a missing one under an old or a misspelt name."""
    return _renamed(unknown, kind, path) == missing or bool(difflib.get_close_matches(unknown, [missing], cutoff=0.6))


def _slip_of_writing(node: Node) -> tuple[str, Facts, Label, Mark] | None:
    """What a text in place of a list or mapping was meant to be: full-width signs, or a colon without a space."""
    parts = node.value if isinstance(node.value, tuple) else (node,)
    for part in parts:
        raw = part.value
        if not isinstance(raw, str):
            continue
        key, colon, _ = raw.partition(COLON)
        if colon and key.isascii():
            return "wide_colon", {"key": key}, hint("half_colon"), part.mark
        if is_wide(raw):
            return "wide_text", {"given": shown(raw)}, mended(raw), part.mark
        tight = TIGHT.match(raw)
        if tight is not None and not isinstance(node.value, tuple):
            return "no_space", {"key": tight[1]}, hint("write", {"text": f"{tight[1]}: {tight[2]}"}), part.mark
    return None


def _holds(place: object, part: str | int) -> bool:
    if isinstance(place, list):
        return isinstance(part, int) and part < len(place)
    return isinstance(place, dict) and part in place
