"""The ways of writing an assumption: a number, or a value with its range, or a distribution."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from experiments.reading.messages import choices, hint
from experiments.reading.quantities import Quantity, QuantityError, shown
from model.facts import Assumption, Shape

FORMS: Mapping[str, int] = {"uniform": 2, "triangular": 3, "log_uniform": 2}
RANGED = ("value", "range", "shape", "source", "note", "null_prob", "tag")
ALLOWED = (*FORMS, *RANGED)


@dataclass(frozen=True)
class Spread:
    """Reads an assumption whose numbers are in a declared unit."""

    quantity: Quantity

    def read(self, raw: object) -> Assumption:
        """The assumption behind any of its forms.

        Raises
        ------
        QuantityError
            If the form or one of its numbers is wrong.
        """
        if not isinstance(raw, dict):
            if isinstance(raw, list):
                raise QuantityError("forms_mixed", {}, hint("forms"))
            value = self.quantity.read(raw)
            return Assumption(value, value, value, Shape.FIXED)
        for key in raw:
            if key not in ALLOWED:
                raise QuantityError("unknown_key", {"key": str(key)}, choices(str(key), ALLOWED), (str(key),))
        forms = [key for key in FORMS if key in raw]
        if len(forms) > 1 or (forms and ("range" in raw or "shape" in raw)) or not (forms or "value" in raw):
            raise QuantityError("forms_mixed", {}, hint("forms"))
        return self._distribution(raw, forms[0]) if forms else self._ranged(raw)

    def _distribution(self, raw: Mapping[str, object], form: str) -> Assumption:
        numbers = self._numbers(raw[form], form, FORMS[form])
        low, high = numbers[0], numbers[-1]
        middle = {"uniform": (low + high) / 2, "log_uniform": math.sqrt(max(low * high, 0.0))}.get(form, numbers[1])
        if "value" in raw:
            middle = self._inner(raw["value"], ("value",))
        return self._made(raw, (middle, low, high), Shape(form), form)

    def _ranged(self, raw: Mapping[str, object]) -> Assumption:
        value = self._inner(raw["value"], ("value",))
        if "range" not in raw:
            return self._made(raw, (value, value, value), Shape.FIXED, "value")
        low, high = self._numbers(raw["range"], "range", 2)
        return self._made(raw, (value, low, high), self._shape(raw), "value")

    def _shape(self, raw: Mapping[str, object]) -> Shape:
        given = raw.get("shape", Shape.TRIANGULAR.value)
        names = [shape.value for shape in Shape]
        if given not in names:
            raise QuantityError("not_allowed", {"given": shown(given)}, choices(str(given), names), ("shape",))
        return Shape(str(given))

    def _made(self, raw: Mapping[str, object], numbers: tuple[float, float, float], shape: Shape, form: str) -> Assumption:
        value, low, high = numbers
        facts = {"given": f"{value:g}", "low": f"{low:g}", "high": f"{high:g}"}
        if not low <= value <= high:
            raise QuantityError("outside_range", facts, at=("value",) if "value" in raw else (form,))
        if shape is Shape.LOG_UNIFORM and low <= 0.0:
            raise QuantityError("log_uniform_low", facts, at=(form if form in raw else "range",))
        null = self._null(raw)
        source = raw.get("source", "")
        if not isinstance(source, str):
            raise QuantityError("not_text", {"given": shown(source)}, at=("source",))
        return Assumption(value, low, high, Shape.FIXED if low == high else shape, null, source)

    def _null(self, raw: Mapping[str, object]) -> float:
        try:
            return Quantity("share", 0.0, 1.0).read(raw.get("null_prob", 0.0))
        except QuantityError as error:
            raise QuantityError(error.code, error.facts, error.mend, ("null_prob",)) from None

    def _inner(self, raw: object, at: tuple[str | int, ...]) -> float:
        try:
            return self.quantity.read(raw)
        except QuantityError as error:
            raise QuantityError(error.code, error.facts, error.mend, at) from None

    def _numbers(self, raw: object, form: str, count: int) -> Sequence[float]:
        if not isinstance(raw, list) or len(raw) != count:
            raise QuantityError("range_length", {"form": form, "count": str(count)}, hint("forms"), (form,))
        numbers = [self._inner(part, (form, position)) for position, part in enumerate(raw)]
        if numbers != sorted(numbers):
            raise QuantityError("range_order", {"given": ", ".join(f"{n:g}" for n in numbers)}, at=(form,))
        return numbers


def scaled(assumption: Assumption, factor: float, source: str = "") -> Assumption:
    """The assumption with its values times a positive factor."""
    return Assumption(
        assumption.default * factor,
        assumption.low * factor,
        assumption.high * factor,
        assumption.shape,
        assumption.null_prob,
        source or assumption.source,
    )
