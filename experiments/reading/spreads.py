"""The ways of writing an assumption: a number, or a value with its range, or a distribution."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wutong.experiments.reading.messages import choices, hint
from wutong.experiments.reading.quantities import Quantity, QuantityError, shown
from wutong.experiments.reading.titles import title_of
from wutong.model.facts import Assumption, Shape

BOUNDED: Mapping[str, int] = {"uniform": 2, "triangular": 3, "log_uniform": 2}  # form -> how many numbers
CENTRED = ("normal", "lognormal")  # middle and deviation, cut off at a range
FORMS = (*BOUNDED, *CENTRED, "choice")
LIMITS = ("range", "low", "high")
ALLOWED = (*FORMS, "value", *LIMITS, "shape", "null_prob", "source", "note")
WIDEST = 4.0  # deviations to either side, where no range cuts a normal off
RANGED_SHAPES = ("uniform", "log_uniform", "triangular")

Raw = Mapping[str, object]
Numbers = Sequence[float]


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
                labels = {name: title_of(name).zh for name in ALLOWED}
                raise QuantityError("unknown_key", {"key": str(key)}, choices(str(key), ALLOWED, labels), (str(key),))
        forms = [key for key in FORMS if key in raw]
        if len(forms) > 1 or not (forms or "value" in raw):
            raise QuantityError("forms_mixed", {}, hint("forms"))
        form = forms[0] if forms else "value"
        if form != "value" and ("shape" in raw or (form not in CENTRED and any(key in raw for key in LIMITS))):
            raise QuantityError("forms_mixed", {}, hint("forms"))
        if form in BOUNDED:
            return self._bounded(raw, form)
        if form in CENTRED:
            return self._centred(raw, form)
        return self._choice(raw) if form == "choice" else self._ranged(raw)

    def _bounded(self, raw: Raw, form: str) -> Assumption:
        numbers = self._rising(raw[form], form, BOUNDED[form])
        low, high = numbers[0], numbers[-1]
        middle = {"uniform": (low + high) / 2, "log_uniform": math.sqrt(max(low * high, 0.0))}.get(form, numbers[1])
        if "value" in raw:
            middle = self._inner(raw["value"], ("value",))
        return self._made(raw, (middle, low, high), Shape(form), form)

    def _centred(self, raw: Raw, form: str) -> Assumption:
        """A normal or lognormal of ``[middle, deviation]``, cut off at its range and at what the unit allows."""
        if "value" in raw:
            raise QuantityError("forms_mixed", {}, hint("forms"))
        pair = raw[form]
        if not isinstance(pair, list) or len(pair) != 2:
            raise QuantityError("range_length", {"form": form, "count": "2"}, hint("forms"), (form,))
        middle = self._inner(pair[0], (form, 0))
        unit = Quantity(self.quantity.unit) if form == "normal" else Quantity("1")
        deviation = self._inner(pair[1], (form, 1), unit)
        if not deviation > 0.0:
            raise QuantityError("deviation", {"given": shown(pair[1])}, at=(form, 1))
        limits = self._limits(raw)
        if limits is None:
            wide = WIDEST * deviation
            free = (middle - wide, middle + wide) if form == "normal" else (middle * math.exp(-wide), middle * math.exp(wide))
            limits = max(free[0], self.quantity.low), min(free[1], self.quantity.high)
        return self._made(raw, (middle, *limits), Shape(form), form, deviation=deviation)

    def _choice(self, raw: Raw) -> Assumption:
        given = raw["choice"]
        if not isinstance(given, list) or not given:
            raise QuantityError("range_length", {"form": "choice", "count": "1…"}, hint("forms"), ("choice",))
        options = tuple(self._inner(option, ("choice", i)) for i, option in enumerate(given))
        middle = sorted(options)[(len(options) - 1) // 2]
        if "value" in raw:
            middle = self._inner(raw["value"], ("value",))
        return self._made(raw, (middle, min(options), max(options)), Shape.CHOICE, "choice", options=options)

    def _ranged(self, raw: Raw) -> Assumption:
        value = self._inner(raw["value"], ("value",))
        limits = self._limits(raw)
        if limits is None:
            return self._made(raw, (value, value, value), Shape.FIXED, "value")
        return self._made(raw, (value, *limits), self._shape(raw), "value")

    def _limits(self, raw: Raw) -> tuple[float, float] | None:
        """Bounds given as ``range: [low, high]`` or, as a table must, as ``low`` and ``high``."""
        if "range" in raw:
            if "low" in raw or "high" in raw:
                raise QuantityError("forms_mixed", {}, hint("forms"))
            low, high = self._rising(raw["range"], "range", 2)
            return low, high
        if "low" not in raw and "high" not in raw:
            return None
        for key in ("low", "high"):
            if key not in raw:
                raise QuantityError("missing_key", {"key": key})
        bounds = self._inner(raw["low"], ("low",)), self._inner(raw["high"], ("high",))
        if bounds[0] > bounds[1]:
            raise QuantityError("range_order", {"given": f"{bounds[0]:g}, {bounds[1]:g}"}, at=("low",))
        return bounds

    def _shape(self, raw: Raw) -> Shape:
        given = raw.get("shape", Shape.TRIANGULAR.value)
        if given not in RANGED_SHAPES:
            raise QuantityError("not_allowed", {"given": shown(given)}, choices(str(given), RANGED_SHAPES), ("shape",))
        return Shape(str(given))

    def _made(
        self, raw: Raw, numbers: tuple[float, float, float], shape: Shape, form: str, *,
        deviation: float = 0.0, options: tuple[float, ...] = (),
    ) -> Assumption:  # fmt: skip
        value, low, high = numbers
        if not low <= value <= high:
            facts = {"given": f"{value:g}", "low": f"{low:g}", "high": f"{high:g}"}
            raise QuantityError("outside_range", facts, at=("value",) if "value" in raw else (form,))
        if shape in (Shape.LOG_UNIFORM, Shape.LOGNORMAL) and low <= 0.0:
            at = "range" if "range" in raw and form == "value" else form
            raise QuantityError("log_uniform_low", {"form": shape.value}, at=(at,))
        source = raw.get("source", "")
        if not isinstance(source, str):
            raise QuantityError("not_text", {"given": shown(source)}, at=("source",))
        drawn = Shape.FIXED if low == high else shape
        return Assumption(
            value, low, high, drawn, self._null(raw), source,
            deviation if drawn in (Shape.NORMAL, Shape.LOGNORMAL) else 0.0, options if drawn is Shape.CHOICE else (),
        )  # fmt: skip

    def _null(self, raw: Raw) -> float:
        null = self._inner(raw.get("null_prob", 0.0), ("null_prob",), Quantity("share", 0.0, 1.0))
        if null == 1.0:
            raise QuantityError("too_large_number", {"given": "1", "high": "1", "unit_zh": "", "unit_en": ""}, at=("null_prob",))
        return null

    def _inner(self, raw: object, at: tuple[str | int, ...], quantity: Quantity | None = None) -> float:
        try:
            return (quantity or self.quantity).read(raw)
        except QuantityError as error:
            raise QuantityError(error.code, error.facts, error.mend, at) from None

    def _rising(self, raw: object, form: str, count: int) -> Numbers:
        if not isinstance(raw, list) or len(raw) != count:
            raise QuantityError("range_length", {"form": form, "count": str(count)}, hint("forms"), (form,))
        numbers = [self._inner(part, (form, position)) for position, part in enumerate(raw)]
        if numbers != sorted(numbers):
            raise QuantityError("range_order", {"given": ", ".join(f"{n:g}" for n in numbers)}, at=(form,))
        return numbers
