"""JSON Schema of single values: numbers with units, assumptions, quarters, years, fates.  Each pattern is written once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import permutations

from wutong.experiments.reading.fates import DATED, PLAIN
from wutong.experiments.reading.meanings import hint_of
from wutong.experiments.reading.quantities import BASES, EXAMPLES, SCALES, Quantity, QuantityError, unit_of
from wutong.experiments.reading.quantities import QUARTER as READ_QUARTER
from wutong.experiments.reading.spreads import ALLOWED, BOUNDED, CENTRED, FORMS, LIMITS, RANGED_SHAPES
from wutong.experiments.reading.titles import title_of, word_of
from wutong.model.facts import Label

Schema = dict[str, object]
QUARTER: Schema = {
    "type": "string",
    "pattern": rf"^\s*(?:{READ_QUARTER})\s*$",
    "patternErrorMessage": "应为季度，例如 2025Q4 / a quarter such as 2025Q4 is expected",
}
WRONG_TEXT = "应为数值，可带这里的单位（半角数字，不加逗号） / a number is expected here, without a unit or with one of this kind"
NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"


def said(title: Label, *sentences: Label | None) -> Schema:
    """Title and description in both languages, Chinese first, each on its own line."""
    found = [s for s in sentences if s is not None and (s.zh or s.en)]
    words: Schema = {"title": both(title)}
    if found:
        words["description"] = "".join(s.zh for s in found) + "\n" + " ".join(s.en for s in found)
    return words


def named(label: Label, *sentences: Label) -> Schema:
    """As :func:`said`, the description led by the name: lists of what can be completed show no titles."""
    return said(label, Label(f"{label.zh}：", f"{label.en}:"), *sentences)


def described(key: str, entry: str = "", *more: Label | None) -> Schema:
    """Title and description of a key."""
    return said(title_of(key, entry), hint_of(key, entry), *more)


def one_of(words: Mapping[str, Schema]) -> Schema:
    """A choice of words, each with its title and description."""
    return {"oneOf": [{"const": word, **text} for word, text in words.items()]}


def literal(field: str, words: Sequence[str]) -> Schema:
    return {"oneOf": [{"const": word, "description": both(word_of(field, word))} for word in words]}


def both(label: Label) -> str:
    return label.zh if label.zh == label.en else f"{label.zh} / {label.en}"


def unit_words(quantity: Quantity, *, spread: bool = False) -> Label:
    """What kind of number is expected: unit, bounds, an example if one lies within them."""
    names, bounds = quantity.names(), _bounds(quantity)
    try:
        quantity.read(example := EXAMPLES.get(quantity.unit, ""))
        shown = Label(f"，例如 {example}", f", for example {example}")
    except QuantityError:
        shown = Label("", "")
    forms = Label("；可写区间或分布", "; may have a range or a distribution") if spread else Label("", "")
    english = f"{names.en}{bounds.en}{shown.en}{forms.en}."
    return Label(f"{names.zh}{bounds.zh}{shown.zh}{forms.zh}。", english[0].upper() + english[1:])


def _bounds(quantity: Quantity) -> Label:
    low, high = quantity.low, quantity.high
    if quantity.unit == "share" and (low, high) == (0.0, 1.0):
        return Label("", "")  # said by its name
    if math.isfinite(low) and math.isfinite(high):
        return Label(f"，{low:g} 至 {high:g}", f", {low:g} to {high:g}")
    return Label(f"，不小于 {low:g}", f", {low:g} or more") if math.isfinite(low) else Label("", "")


class Values:
    """Schemas of values; what several places share is gathered under ``definitions``."""

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}

    def shared(self, name: str, make: Callable[[], Schema]) -> Schema:
        """A reference to a definition, made at its first use."""
        if name not in self.definitions:
            self.definitions[name] = {}
            self.definitions[name] = make()
        return {"$ref": f"#/definitions/{name}"}

    def used(self, part: object) -> dict[str, Schema]:
        """The definitions that a part of the schema refers to, and those that they refer to, by name."""
        found: dict[str, Schema] = {}
        waiting = [part]
        while waiting:
            node = waiting.pop()
            if isinstance(node, list):
                waiting += node
            elif isinstance(node, dict):
                waiting += node.values()
                name = str(node.get("$ref", "")).removeprefix("#/definitions/")
                if name and name not in found:
                    found[name] = self.definitions[name]
                    waiting.append(found[name])
        return dict(sorted(found.items()))

    def quantity(self, quantity: Quantity) -> Schema:
        """A number in a unit: bare between its bounds, or a text with a unit of its dimension."""
        bounds = {"minimum": quantity.low, "maximum": quantity.high}
        finite = {key: bound for key, bound in bounds.items() if math.isfinite(bound)}
        text = self.shared(f"text_{_kind(quantity)}", lambda: _text(quantity))
        return {"type": ["number", "string"], **finite, "allOf": [text]}

    def count(self) -> Schema:
        return {**self.quantity(Quantity("firms")), "type": ["integer", "string"]}

    def spread(self, quantity: Quantity) -> list[Schema]:
        """The ways of writing an assumption: a number, or a mapping."""
        name = f"distribution_{_kind(quantity)}_{quantity.low:g}_{quantity.high:g}"
        return [self.number(quantity), self.shared(name, lambda: self._spread(quantity))]

    def _spread(self, quantity: Quantity) -> Schema:
        """The forms with their numbers in a unit; what the forms are called and mean is the same for all units."""
        number = self.number(quantity)
        deviations = {"normal": Quantity(quantity.unit), "lognormal": Quantity("1")}
        ways: dict[str, Schema] = dict.fromkeys(("value", "low", "high"), number)
        ways |= {key: {"items": number} for key in ("range", *BOUNDED, "choice")}
        ways |= {form: {"items": [number, self.number(deviations[form])]} for form in CENTRED}
        return {
            "type": "object",
            "allOf": [self.shared("forms", self._forms)],
            "properties": {key: ways.get(key, {}) for key in ALLOWED},
            "additionalProperties": False,
        }

    def number(self, quantity: Quantity) -> Schema:
        name = f"{_kind(quantity)}_{quantity.low:g}_{quantity.high:g}"
        return self.shared(name, lambda: self.quantity(quantity))

    def _forms(self) -> Schema:
        """The ways of giving a number that is not known exactly, which do not mix."""
        lengths = {"range": 2, **BOUNDED, **dict.fromkeys(CENTRED, 2)}
        ways: dict[str, Schema] = {
            **{key: {"type": "array", "minItems": count, "maxItems": count} for key, count in lengths.items()},
            "choice": {"type": "array", "minItems": 1},
            "null_prob": self.quantity(Quantity("share", 0.0, 1.0)),
            "shape": literal("shape", RANGED_SHAPES),
            **{key: {"type": "string"} for key in ("source", "note")},
        }
        return {"properties": {key: described(key) | ways.get(key, {}) for key in ALLOWED}, **_one_form()}

    def some_form(self) -> Schema:
        """That a mapping which stands for a number gives one: not needed where it changes part of another."""
        return self.shared("some_form", lambda: {"anyOf": [{"required": [key]} for key in ("value", *FORMS)]})

    def fates(self) -> list[Schema]:
        fate = self.shared("fate", self._fate)
        return [fate, {"type": "array", "items": fate}]

    def _fate(self) -> Schema:
        dated: dict[str, Schema] = {"delayed": self.quantity(Quantity("year")), "closes": QUARTER}
        properties = {key: described(key) | dated[key] for key in DATED}
        one: Schema = {"minProperties": 1, "maxProperties": 1}
        mapping: Schema = {"type": "object", "properties": properties, "additionalProperties": False, **one}
        return {"anyOf": [one_of({word: described(word) for word in PLAIN}), mapping]}


def _one_form() -> Schema:
    """That ways of giving a number do not mix."""
    apart = {form: [*(other for other in FORMS if other != form), "shape"] for form in FORMS}
    apart |= {form: [*apart[form], *LIMITS] for form in FORMS if form not in CENTRED}
    apart["range"] = ["low", "high"]
    return {"dependencies": {key: {"properties": dict.fromkeys(others, False)} for key, others in apart.items()}}


def _kind(quantity: Quantity) -> str:
    """Dimensions of a unit as a name: ``money_per_year``."""
    unit = unit_of(quantity.unit)
    dimensions = () if unit is None else unit.dimensions
    above, below = ([name for name, power in dimensions if (power > 0) is up] for up in (True, False))
    return "_per_".join(["_".join(above) or "number", *below]) if dimensions else "number"


def _text(quantity: Quantity) -> Schema:
    """A number followed by a unit of the same dimensions; ``/year`` may be left out, and so may all of it."""
    unit = unit_of(quantity.unit)
    dimensions = () if unit is None else unit.dimensions
    above = [name for name, power in dimensions if power > 0]
    below = [name for name, power in dimensions if power < 0]
    without_year = [name for name in below if name != "year"]
    tails = {"".join(map(_divided, order)) for names in (below, without_year) for order in permutations(names)}
    head = _measured(above[0]) if above else f"(?:{_measured('')})?"
    whole = f"{head}(?:{'|'.join(sorted(tails))})"
    return {
        "pattern": rf"^\s*{NUMBER}\s*(?:{_scales()}|{whole})?\s*$",
        "patternErrorMessage": WRONG_TEXT,
    }


def _divided(name: str) -> str:
    spoken = {"year": "[yY][eE][aA][rR]", "person": "[hH][eE][aA][dD]"}
    article = rf"|\s+a\s+{spoken[name]}" if name in spoken else ""
    return rf"(?:\s*(?:/|\bper\b)\s*{_measured(name)}{article})"


def _measured(name: str) -> str:
    """A unit of a dimension, or of none, with or without a word such as ``million`` before it."""
    words = [word for word, (base, _) in BASES.items() if base == name]
    squares = [word.replace("m2", sign) for word in words if word == "m2" for sign in ("m²", "㎡")]
    spelt = "|".join(map(_any_case, (*words, *squares, *(() if name else ("%",)))))
    return rf"(?:(?:{_scales()})?\s*(?:{spelt}))"


def _scales() -> str:
    return "|".join(map(_any_case, SCALES))


def _any_case(word: str) -> str:
    return "".join(f"[{c}{c.upper()}]" if c.isascii() and c.isalpha() else c for c in word)
