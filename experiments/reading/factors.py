"""What a design file may say of a factor: a range, whole numbers, or values with or without names, in the factor's unit."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, get_args, get_origin, get_type_hints

from wutong.experiments.factors import Factor, Spacing, Value
from wutong.experiments.reading.catalogue import Catalogue, quantity_of
from wutong.experiments.reading.kinds import Reads
from wutong.experiments.reading.messages import choices, hint
from wutong.experiments.reading.quantities import Quantity, QuantityError, shown
from wutong.experiments.reading.schema import ParkFile, ScenarioFile
from wutong.experiments.reading.shape import entry_at
from wutong.experiments.reading.spreads import Spread
from wutong.experiments.reading.titles import title_of
from wutong.experiments.varying import ASSUMPTION, BLOCKS, LEVER, paths_of, place_of
from wutong.model.facts import Assumption, Label, Shape
from wutong.model.scenario import Scenario

FORMS = ("uniform", "log_uniform", "integers", "values")
KEYS = (*FORMS, "levels", "default")
RANGES = ("uniform", "log_uniform", "integers")


@dataclass(frozen=True)
class Kind:
    """A factor before anything is said of its values.

    Attributes
    ----------
    declared : range where the file gives none; None if nothing is declared
    usual : bounds beyond which a value is odd though allowed
    """

    name: str
    label: Label
    unit: str
    read: Callable[[object], Value]
    declared: Assumption | None = None
    usual: tuple[float, float] = (-math.inf, math.inf)
    yes_or_no: bool = False


def kind_of(name: str, scenarios: Sequence[Scenario], known: Catalogue) -> Kind | None:
    """What a name means: a parameter (with or without ``assumptions.``), a lever, or a number of every scenario's park."""
    bare = name.removeprefix(ASSUMPTION)
    if bare in known.parameters:
        fact = known.parameters[bare]
        usual = (fact.assumption.low, fact.assumption.high) if fact.unit != "persons/year" else (-math.inf, math.inf)
        return Kind(ASSUMPTION + bare, fact.label, fact.unit, quantity_of(fact).read, fact.assumption, usual)
    if name.startswith(LEVER) and name.removeprefix(LEVER) in known.levers:
        lever = known.levers[name.removeprefix(LEVER)]
        whole = Assumption(lever.low, lever.low, lever.high, Shape.UNIFORM)
        return Kind(name, lever.label, lever.unit, Quantity(lever.unit, lever.low, lever.high).read, whole)
    if not scenarios or any(place_of(scenario, name) is None for scenario in scenarios):
        return None
    block, _, rest = name.partition(".")
    return _kind_of_field(name, block, *rest.rpartition(".")[::2])


def _kind_of_field(name: str, block: str, key: str, field: str) -> Kind | None:
    """A field of the park or the shocks, read as the file of the park reads it; None if such a file does not give it."""
    entry = entry_at(ScenarioFile if block == "shocks" else ParkFile, (block, key))
    annotation = None if entry is None else get_type_hints(entry, include_extras=True).get(field)
    label = title_of(field, "" if entry is None else entry.__name__)
    if annotation is bool:
        return Kind(name, label, "", _yes_or_no, yes_or_no=True)
    quantity = _quantity_within(annotation)
    return None if quantity is None else Kind(name, label, quantity.unit, quantity.read)


def _quantity_within(annotation: object) -> Quantity | None:
    if get_origin(annotation) is Annotated:
        sources = [getattr(mark.read, "__self__", None) for mark in get_args(annotation) if isinstance(mark, Reads)]
        found = (source.quantity if isinstance(source, Spread) else source for source in sources)
        return next((source for source in found if isinstance(source, Quantity)), None)
    return next((q for part in get_args(annotation) if (q := _quantity_within(part)) is not None), None)


def _yes_or_no(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise QuantityError("not_bool", {"given": shown(raw)}, hint("write", {"text": "true / false"}))
    return raw


def nearest_names(name: str, scenarios: Sequence[Scenario], known: Catalogue) -> Label:
    """The names of factors nearest to one: of its block where it leads into one, else with parameters first."""
    block = name.partition(".")[0] + "."
    labels = {**{n: f.label.zh for n, f in known.parameters.items()}, **{LEVER + n: v.label.zh for n, v in known.levers.items()}}
    levers = [*(LEVER + lever for lever in known.levers), *(name for name in known.parameters if name.startswith(LEVER))]
    of_park = [path for scenario in scenarios for path in paths_of(scenario)]
    if block == ASSUMPTION:
        return choices(name, [ASSUMPTION + parameter for parameter in known.parameters])
    if block == LEVER:
        return choices(name, levers)
    if block.removesuffix(".") in BLOCKS:
        return choices(name, [path for path in of_park if path.startswith(block)])
    return choices(name, [*known.parameters, *levers, *of_park], labels)


def read_factor(kind: Kind, raw: object) -> Factor:
    """The factor that a file describes: a mapping, a list of values, or nothing for the declared range.

    Raises
    ------
    QuantityError
        If its values cannot be read, or are none that it may have.
    """
    if isinstance(raw, list):
        raw = {"values": raw}
    if raw is None:
        raw = {}
    if not isinstance(raw, dict):
        raise QuantityError("factor_forms", {"given": shown(raw)}, hint("factor_forms"))
    for key in raw:
        if key not in KEYS:
            raise QuantityError("unknown_key", {"key": str(key)}, choices(str(key), KEYS), (str(key),))
    forms = [form for form in FORMS if form in raw]
    if len(forms) > 1:
        raise QuantityError("forms_mixed", {}, hint("factor_forms"))
    default = _read(kind, raw["default"], ("default",)) if "default" in raw else None
    levels = _whole(raw["levels"], 2, ("levels",)) if "levels" in raw else 0
    form = forms[0] if forms else "values" if kind.yes_or_no else ""
    if form == "values":
        values, names = _values(kind, raw.get("values", [False, True]))
        if levels:
            raise QuantityError("levels_of_values", {}, at=("levels",))
        return Factor(kind.name, Spacing.VALUES, 0.0, 0.0, values, names, 0, default, kind.unit, kind.label)
    if kind.yes_or_no:
        raise QuantityError("not_bool", {"given": shown(raw[form])}, hint("write", {"text": "{values: [false, true]}"}), (form,))
    low, high, spacing = _range(kind, raw, form)
    return Factor(kind.name, spacing, low, high, (), (), levels, default, kind.unit, kind.label)


def _range(kind: Kind, raw: Mapping[str, object], form: str) -> tuple[float, float, Spacing]:
    if not form:
        declared = kind.declared
        if declared is None or not declared.low < declared.high:
            raise QuantityError("no_declared_range", {"name": kind.name}, hint("factor_forms"))
        logarithmic = declared.shape in (Shape.LOG_UNIFORM, Shape.LOGNORMAL)
        return declared.low, declared.high, Spacing.LOG_UNIFORM if logarithmic else Spacing.UNIFORM
    pair = raw[form]
    if not isinstance(pair, list) or len(pair) != 2:
        raise QuantityError("range_length", {"form": form, "count": "2"}, hint("factor_forms"), (form,))
    low, high = (float(_read(kind, part, (form, i))) for i, part in enumerate(pair))
    if not low < high:
        raise QuantityError("range_order", {"given": f"{low:g}, {high:g}"}, _turned(form, low, high), (form,))
    if form == "log_uniform" and low <= 0.0:
        raise QuantityError("log_uniform_low", {"form": form}, hint("write", {"text": f"uniform: [{low:g}, {high:g}]"}), (form,))
    for i, bound in enumerate((low, high)):
        if form == "integers" and not bound.is_integer():
            text = f"integers: [{math.floor(low)}, {math.ceil(high)}]"
            raise QuantityError("not_whole", {"given": shown(pair[i])}, hint("write", {"text": text}), (form, i))
    return low, high, Spacing(form)


def _turned(form: str, low: float, high: float) -> Label:
    """How to write bounds that are out of order; one value where they are the same."""
    return hint("write", {"text": f"{form}: [{high:g}, {low:g}]" if high < low else f"values: [{low:g}]"})


def _values(kind: Kind, raw: object) -> tuple[tuple[Value, ...], tuple[str, ...]]:
    """Values, and their names where a mapping gives them."""
    if not isinstance(raw, list | dict) or not raw:
        raise QuantityError("no_values", {"given": shown(raw)}, hint("factor_forms"), ("values",))
    items: list[tuple[str | int, object]] = list(raw.items() if isinstance(raw, dict) else enumerate(raw))
    values = tuple(_read(kind, item, ("values", key)) for key, item in items)
    for i, (key, item) in enumerate(items):
        if values[i] in values[:i]:
            raise QuantityError("value_twice", {"given": shown(item)}, at=("values", key))
    return values, tuple(map(str, raw)) if isinstance(raw, dict) else ()


def _read(kind: Kind, raw: object, at: tuple[str | int, ...]) -> Value:
    if isinstance(raw, list | dict):
        raise QuantityError("factor_forms", {"given": shown(raw)}, hint("factor_forms"), at)
    try:
        return kind.read(raw)
    except QuantityError as error:
        raise QuantityError(error.code, error.facts, error.mend, at) from None


def read_whole(least: int) -> Callable[[object], int]:
    """Reads a whole number that is not below ``least``."""
    return lambda raw: _whole(raw, least, ())


def _whole(raw: object, least: int, at: tuple[str | int, ...]) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool):
        raise QuantityError("not_whole", {"given": shown(raw)}, hint("example", {"example": str(max(least, 64))}), at)
    if raw < least:
        facts = {"given": str(raw), "low": str(least)}
        raise QuantityError("too_small", facts, hint("write", {"text": str(least)}), at)
    return raw
