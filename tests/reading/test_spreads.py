"""The ways of writing an assumption."""

from __future__ import annotations

import pytest

from experiments.reading.quantities import Quantity, QuantityError
from experiments.reading.spreads import Spread, scaled
from model.facts import Assumption, Shape

MONEY = Spread(Quantity("亿元"))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("10 亿元", Assumption(10.0, 10.0, 10.0, Shape.FIXED)),
        ({"value": "10 亿元", "range": [3, "30 亿元"]}, Assumption(10.0, 3.0, 30.0, Shape.TRIANGULAR)),
        ({"value": 10, "range": [3, 30], "shape": "uniform", "source": "s"}, Assumption(10, 3, 30, Shape.UNIFORM, source="s")),
        ({"uniform": [2, 4]}, Assumption(3.0, 2.0, 4.0, Shape.UNIFORM)),
        ({"triangular": [2, 3, 5]}, Assumption(3.0, 2.0, 5.0, Shape.TRIANGULAR)),
        ({"log_uniform": [1, 4]}, Assumption(2.0, 1.0, 4.0, Shape.LOG_UNIFORM)),
        ({"log_uniform": [1, 4], "value": 3}, Assumption(3.0, 1.0, 4.0, Shape.LOG_UNIFORM)),
        ({"value": 1, "range": [0, 2], "null_prob": "20%"}, Assumption(1.0, 0.0, 2.0, Shape.TRIANGULAR, 0.2)),
    ],
)
def test_forms(raw: object, expected: Assumption) -> None:
    assert MONEY.read(raw) == expected


@pytest.mark.parametrize(
    ("raw", "code", "at"),
    [
        ([1, 2], "forms_mixed", ()),
        ({"source": "s"}, "forms_mixed", ()),
        ({"uniform": [1, 2], "triangular": [1, 2, 3]}, "forms_mixed", ()),
        ({"uniform": [1, 2], "range": [1, 2]}, "forms_mixed", ()),
        ({"unifrom": [1, 2]}, "unknown_key", ("unifrom",)),
        ({"uniform": [2, 1]}, "range_order", ("uniform",)),
        ({"uniform": [1, 2, 3]}, "range_length", ("uniform",)),
        ({"triangular": [1, 2]}, "range_length", ("triangular",)),
        ({"uniform": [1, "x"]}, "not_a_number", ("uniform", 1)),
        ({"log_uniform": [0, 1]}, "log_uniform_low", ("log_uniform",)),
        ({"value": 5, "range": [1, 2]}, "outside_range", ("value",)),
        ({"value": 1, "range": [0, 2], "shape": "normal"}, "not_allowed", ("shape",)),
        ({"value": 1, "null_prob": 20}, "bare_percent", ("null_prob",)),
    ],
)
def test_wrong_forms_say_where(raw: object, code: str, at: tuple[str | int, ...]) -> None:
    with pytest.raises(QuantityError) as caught:
        MONEY.read(raw)
    assert (caught.value.code, caught.value.at) == (code, at)


def test_scaled_keeps_shape() -> None:
    assert scaled(Assumption(2.0, 1.0, 4.0, Shape.LOG_UNIFORM), 0.5) == Assumption(1.0, 0.5, 2.0, Shape.LOG_UNIFORM)
