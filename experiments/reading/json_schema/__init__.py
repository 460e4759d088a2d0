"""JSON Schema of scenario, policy, park and design files, for editors: completion, hover texts and errors while one types.

Generated from the pydantic models and from what the model declares.  It is laxer than reading: names that a park defines,
sums and order of dates are checked there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import get_type_hints

from pydantic import BaseModel

from wutong.experiments.reading.designs import DesignFile
from wutong.experiments.reading.files import list_designs, list_parks, list_policies, list_scenarios
from wutong.experiments.reading.json_schema import designs, names
from wutong.experiments.reading.json_schema.entries import Entries, Field
from wutong.experiments.reading.json_schema.values import QUARTER, Schema, Values, said
from wutong.experiments.reading.parks import UNITS
from wutong.experiments.reading.posteriors import list_posteriors
from wutong.experiments.reading.resolve import FORMAT
from wutong.experiments.reading.schema import PARK_BLOCKS, ParkFile, PolicyFile, ScenarioFile
from wutong.model.assumptions import parameter_facts
from wutong.model.facts import Label
from wutong.model.levers import LEVERS
from wutong.model.measures import MEASURES

DRAFT = "http://json-schema.org/draft-07/schema#"
SHIPPED: Mapping[str, Callable[[], Sequence[str]]] = {
    "scenario": list_scenarios,
    "policy": list_policies,
    "park": list_parks,
    "design": list_designs,
}
KINDS: Mapping[str, type[BaseModel]] = {"scenario": ScenarioFile, "policy": PolicyFile, "park": ParkFile, "design": DesignFile}
TITLES: Mapping[str, Label] = {
    "scenario": Label("情景文件", "Scenario file"),
    "policy": Label("政策方案文件", "Policy file"),
    "park": Label("园区文件", "Park file"),
    "design": designs.TITLE,
}
ABOUT: Mapping[str, Label] = {
    "scenario": Label(
        "一个园区、模拟时段、参数假设、目标和默认政策方案；也可改写园区的任何一块。",
        "A park, the time of the run, assumptions, goals and a policy; it may change any block of the park too.",
    ),
    "policy": Label("一组有起止时间的政策工具设置。", "Dated settings of levers."),
    "park": Label("园区在起点的状况：产业、环节、片区、龙头和实际数据。", "A park at its start: segments, zones, anchors."),
    "design": designs.ABOUT,
}
SAID_BY_RULES: Schema = {"description": ""}  # what stands beside it decides about unit and bounds
FILE: Schema = {
    "type": "string",
    "pattern": r"\.(ya?ml|csv|xlsx)$",
    "patternErrorMessage": "应为 CSV、Excel 或 YAML 文件名 / the name of a CSV, Excel or YAML file is expected",
}


def json_schema(kind: str) -> dict[str, object]:
    """The schema of a file of this kind: ``scenario``, ``policy``, ``park`` or ``design``.

    Raises
    ------
    KeyError
        If there is no such kind.
    """
    model, values = KINDS[kind], Values()
    entries = _entries(values)
    root = entries.entry(model, whole=False)
    if kind == "scenario":
        hints = get_type_hints(ParkFile, include_extras=True)
        blocks = {block: entries.field(ParkFile, block, hints[block]) for block in PARK_BLOCKS}
        root["properties"] = {**entries.fields(ScenarioFile), **blocks}
    root |= {"required": ["format"], "if": {"required": ["extends"]}, "else": entries.needs(model)}
    return {"$schema": DRAFT, **said(TITLES[kind], ABOUT[kind]), **root, "definitions": values.used(root)}


def dumped(schema: Mapping[str, object]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def _entries(values: Values) -> Entries:
    rules = {
        "SettingEntry": list(names.set_to(values, LEVERS)),
        "TargetEntry": names.measured(values, MEASURES, "at_least", "TargetEntry"),
        "ObservedEntry": names.measured(values, MEASURES, "value", "ObservedEntry"),
        "ConstraintEntry": list(names.summed(values, UNITS)),
        "DesignFile": designs.method_rules(),
    }
    own = _own(values)
    entries = Entries(values, own, rules)
    for block, hint in get_type_hints(ParkFile, include_extras=True).items():
        if block in PARK_BLOCKS:
            own["ParkFile", block] = {"oneOf": [FILE, values.shared(f"block_{block}", partial(entries.either, hint, block))]}
    park = values.shared("park", lambda: entries.entry(ParkFile, whole=False))
    policy = entries.entry(PolicyFile, whole=False)
    own["ScenarioFile", "park"] = {"oneOf": [_name(list_parks()), park]}
    own["ScenarioFile", "policy"] = {"oneOf": [_name(list_policies(), "null"), policy]}
    return entries


def _own(values: Values) -> dict[Field, Schema]:
    """Fields about which the model says more than their type."""
    measure: Schema = {"anyOf": [values.shared("measure", lambda: names.measures(MEASURES))]}
    return {
        **{(kind.__name__, "format"): {"type": "integer", "const": FORMAT} for kind in KINDS.values()},
        **{(KINDS[kind].__name__, "extends"): _name(of(), "null") for kind, of in SHIPPED.items()},
        **designs.own_fields(values, parameter_facts(), LEVERS, list_scenarios(), list_policies()),
        ("ScenarioFile", "posteriors"): {"type": "array", "items": _name(list_posteriors())},
        ("ScenarioFile", "assumptions"): names.parameters(values, parameter_facts()),
        ("TargetEntry", "measure"): measure,
        ("ObservedEntry", "measure"): measure,
        ("SettingEntry", "lever"): {"anyOf": [values.shared("lever", lambda: names.levers(LEVERS))]},
        **dict.fromkeys((("SettingEntry", "level"), ("TargetEntry", "at_least"), ("ObservedEntry", "value")), SAID_BY_RULES),
        ("PipelineEntry", "signed"): {
            "type": "object",
            "propertyNames": QUARTER,
            "additionalProperties": values.count(),
        },
        ("ConstraintEntry", "range"): {"type": "array", "minItems": 2, "maxItems": 2},
    }


def _name(shipped: Sequence[str], *others: str) -> Schema:
    """The name of a file, the shipped ones as examples."""
    return {"type": ["string", *others], "examples": list(shipped)}
