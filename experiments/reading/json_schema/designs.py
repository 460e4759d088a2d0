"""JSON Schema of designs: factors by name with their units and bounds, ways of giving their values, what each method takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from wutong.experiments.factors import SAMPLED, Method
from wutong.experiments.reading.catalogue import quantity_of
from wutong.experiments.reading.factors import FORMS, RANGES
from wutong.experiments.reading.json_schema.entries import Field
from wutong.experiments.reading.json_schema.names import declared_words, lever_words
from wutong.experiments.reading.json_schema.values import Schema, Values, described, named, unit_words
from wutong.experiments.reading.quantities import Quantity
from wutong.experiments.varying import ASSUMPTION, BLOCKS, LEVER
from wutong.model.facts import Label, ParameterFact
from wutong.model.levers import Lever

TITLE = Label("试验设计文件", "Design file")
ABOUT = Label(
    "同时变动多个假设、政策工具和园区数据：哪些情景和政策方案、哪些因素、怎样取点、各重复多少次。",
    "Assumptions, levers and numbers of the park varied together: scenarios, policies, factors, how points are made of them.",
)
ENTRY = "DesignFile"
OF_PARK = rf"^(?:{'|'.join(BLOCKS)})\..+\.[a-z_]+$"
SCALARS = ("number", "string", "boolean")
LONG = rf"^{re.escape(ASSUMPTION)}"


def own_fields(
    values: Values, parameters: Mapping[str, ParameterFact], levers: Mapping[str, Lever], scenarios: Sequence[str],
    policies: Sequence[str],
) -> dict[Field, Schema]:  # fmt: skip
    """Fields of a design about which the model says more than their type."""
    kinds = dict(_kinds(parameters, levers))
    points: Schema = {"type": "object", "minProperties": 1, **_by_name(values, kinds, whole=False)}
    return {
        (ENTRY, "scenarios"): _names(scenarios, 1),
        (ENTRY, "policies"): _names(policies, 0),
        (ENTRY, "replications"): {"type": "integer", "minimum": 1},
        (ENTRY, "seed"): {"type": "integer", "minimum": 0},
        (ENTRY, "n"): {"type": "integer", "minimum": 1},
        (ENTRY, "factors"): {"type": "object", **_by_name(values, kinds, whole=True)},
        (ENTRY, "points"): {"type": "array", "minItems": 1, "items": points},
    }


def method_rules() -> list[Schema]:
    """What each method takes and needs; where a file extends another, the other may say it."""
    needs: list[tuple[Sequence[str], list[str]]] = [
        (sorted(SAMPLED), ["n", "factors"]),
        ([Method.LIST], ["points"]),
        ([Method.ONE_AT_A_TIME], ["factors"]),
    ]
    alone: Schema = {"not": {"required": ["extends"]}}
    rules: list[Schema] = [{"if": _method(methods) | alone, "then": {"required": keys}} for methods, keys in needs]
    others = [method for method in Method if method not in SAMPLED]
    powers: Schema = {"enum": [1 << i for i in range(20)]}
    return [
        *rules,
        {"if": _method(others), "then": {"properties": {"n": False}}},
        {"if": _method([Method.LIST]), "then": {"properties": {"factors": False}}, "else": {"properties": {"points": False}}},
        {"if": _method([Method.SOBOL]), "then": {"properties": {"n": described("n", ENTRY) | powers}}},
    ]


def _method(methods: Sequence[str]) -> Schema:
    return {"required": ["method"], "properties": {"method": {"pattern": f"^(?:{'|'.join(methods)})$"}}}


def _names(shipped: Sequence[str], least: int) -> Schema:
    """One name or a list of them, the shipped ones as examples."""
    name: Schema = {"type": "string", "examples": list(shipped)}
    return {"oneOf": [name, {"type": "array", "minItems": least, "items": name}]}


def _kinds(parameters: Mapping[str, ParameterFact], levers: Mapping[str, Lever]) -> Iterator[tuple[str, tuple[Quantity, Schema]]]:
    """Name of each factor with its quantity and words."""
    for name, fact in parameters.items():
        quantity = quantity_of(fact)
        yield name, (quantity, named(fact.label, unit_words(quantity), declared_words(fact)))
    for key, lever in levers.items():
        quantity = Quantity(lever.unit, lever.low, lever.high)
        yield LEVER + key, (quantity, named(lever.label, unit_words(quantity), lever_words(lever)))


def _by_name(values: Values, kinds: Mapping[str, tuple[Quantity, Schema]], *, whole: bool) -> Schema:
    """Factors by their names, or (not ``whole``) the single value that a point gives each."""
    properties = {
        name: words | ({"oneOf": _factor(values, quantity)} if whole else {"allOf": [values.number(quantity)]})
        for name, (quantity, words) in kinds.items()
    }
    free: Schema = values.shared("factor", lambda: {"oneOf": _ways(values, {})}) if whole else {"type": [*SCALARS]}
    return {"properties": properties, "patternProperties": {LONG: free, OF_PARK: free}, "additionalProperties": False}


def _factor(values: Values, quantity: Quantity) -> list[Schema]:
    number = values.number(quantity)
    name = f"factor_{str(number['$ref']).rpartition('/')[2]}"
    return [values.shared(name, lambda: {"oneOf": _ways(values, number)})]


def _ways(values: Values, number: Schema) -> list[Schema]:
    """Nothing (the declared range), a list of values, or a mapping."""
    shared = values.shared("factor_forms", _forms)
    pairs: dict[str, Schema] = {form: {"items": number} for form in RANGES}
    either: Schema = {"oneOf": [{"type": "array", "items": number}, {"type": "object", "additionalProperties": number}]}
    properties = pairs | {"values": either, "levels": {}, "default": number}
    mapping: Schema = {"type": "object", "allOf": [shared], "properties": properties, "additionalProperties": False}
    return [{"type": "null"}, {"type": "array", "minItems": 1, "items": number}, mapping]


def _forms() -> Schema:
    """The ways of giving the values of a factor, which do not mix."""
    pair: Schema = {"type": "array", "minItems": 2, "maxItems": 2}
    ways: dict[str, Schema] = {
        **dict.fromkeys(RANGES, pair),
        "values": {"type": ["array", "object"], "minItems": 1, "minProperties": 1},
        "levels": {"type": "integer", "minimum": 2},
        "default": {},
    }
    apart = {form: [*(other for other in FORMS if other != form), *(["levels"] if form == "values" else [])] for form in FORMS}
    return {
        "properties": {key: described(key, "Factor") | way for key, way in ways.items()},
        "dependencies": {form: {"properties": dict.fromkeys(others, False)} for form, others in apart.items()},
    }
