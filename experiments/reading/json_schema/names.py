"""JSON Schema of what the model declares: parameters, levers and measures, each with its names, unit, bounds and source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wutong.experiments.reading.catalogue import quantity_of
from wutong.experiments.reading.json_schema.values import Schema, Values, described, named, one_of, unit_words
from wutong.experiments.reading.quantities import Quantity
from wutong.model.facts import Label, ParameterFact, Shape
from wutong.model.history import MeasureFact
from wutong.model.levers import Lever, Target

SHAPES: Mapping[Shape, Label] = {
    Shape.FIXED: Label("固定", "fixed"),
    Shape.UNIFORM: Label("均匀分布", "uniform"),
    Shape.TRIANGULAR: Label("三角分布", "triangular"),
    Shape.LOG_UNIFORM: Label("对数均匀分布", "log-uniform"),
}


def parameters(values: Values, facts: Mapping[str, ParameterFact]) -> Schema:
    """The mapping under ``assumptions``."""
    properties = {
        name: named(fact.label, unit_words(quantity_of(fact)), declared_words(fact)) | {"oneOf": values.spread(quantity_of(fact))}
        for name, fact in facts.items()
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}


def declared_words(fact: ParameterFact) -> Label:
    """Default, declared range and source of a parameter."""
    a = fact.assumption
    shape = SHAPES.get(a.shape, Label(a.shape.value, a.shape.value))
    null = Label(f"，{a.null_prob:.0%} 的可能无作用", f", absent with chance {a.null_prob:g}") if a.null_prob else Label("", "")
    return Label(
        f"默认 {a.default:g}，声明区间 {a.low:g} 至 {a.high:g}（{shape.zh}{null.zh}）。来源见下。",
        f"Default {a.default:g}, declared range {a.low:g} to {a.high:g} ({shape.en}{null.en}). Source [{fact.tag}]: {a.source}.",
    )


def measures(facts: Mapping[str, MeasureFact]) -> Schema:
    """The names of measures."""
    return one_of({
        key: named(fact.label, Label(f"{fact.definition.zh}。单位：{fact.unit}。", f"{fact.definition.en}; in {fact.unit}."))
        for key, fact in facts.items()
    })  # fmt: skip


def levers(facts: Mapping[str, Lever]) -> Schema:
    """The names of levers."""
    return one_of({key: named(lever.label, lever_words(lever)) for key, lever in facts.items()})


def lever_words(lever: Lever) -> Label:
    """Bounds, aim, cost and evidence of a lever."""
    bounds = f"{lever.low:g} … {lever.high:g} {lever.unit}"
    aims = {
        Target.PARK: Label("作用于全园", "for the whole park"),
        Target.SEGMENTS: Label("可指定环节", "may be aimed at segments"),
        Target.ZONES: Label("可指定片区", "may be aimed at zones"),
    }[lever.target]
    return Label(
        f"{bounds}，{aims.zh}。成本：{lever.cost.zh}。",
        f"{bounds}, {aims.en}. Cost: {lever.cost.en}. Evidence: {lever.evidence}.",
    )


def measured(values: Values, facts: Mapping[str, MeasureFact], key: str, entry: str) -> list[Schema]:
    """That a value is in the unit of the measure beside it, one rule a unit."""
    units = dict.fromkeys(fact.unit for fact in facts.values())
    return [
        _without("measure", key, entry),
        *(_when("measure", [name for name, fact in facts.items() if fact.unit == unit], {
            key: described(key, entry, unit_words(Quantity(unit))) | values.quantity(Quantity(unit))
        })
        for unit in units),
    ]  # fmt: skip


def set_to(values: Values, facts: Mapping[str, Lever]) -> Iterator[Schema]:
    """That a level is in the unit and bounds of its lever, and that the lever can be aimed so."""
    yield _without("lever", "level", "SettingEntry")
    for key, lever in facts.items():
        quantity = Quantity(lever.unit, lever.low, lever.high)
        level = described("level", "SettingEntry", Label(f"{lever.label.zh}：", f"{lever.label.en}:"), unit_words(quantity))
        then: dict[str, Schema | bool] = {"level": level | values.quantity(quantity)}
        if lever.target is not Target.SEGMENTS:
            then["segments"] = False
        if lever.target is not Target.ZONES:
            then |= {"zones": False, "ready": False}
        yield _when("lever", [key], then)


def summed(values: Values, units: Mapping[str, str]) -> Iterator[Schema]:
    """That a range is in the unit of the quantity beside it."""
    for name, unit in units.items():
        item = values.quantity(Quantity(unit))
        words = described("range", "ConstraintEntry", unit_words(Quantity(unit)))
        yield _when("quantity", [name], {"range": words | {"items": item}})


def _when(key: str, words: list[str], then: Mapping[str, object]) -> Schema:
    """A condition by pattern: editors would list all words of an ``enum`` in every hover text."""
    return {"if": {"required": [key], "properties": {key: {"pattern": f"^(?:{'|'.join(words)})$"}}}, "then": {"properties": then}}


def _without(key: str, other: str, entry: str) -> Schema:
    """What another key means as long as ``key`` is not there: the rules about both say more."""
    return {"if": {"not": {"required": [key]}}, "then": {"properties": {other: described(other, entry)}}}
