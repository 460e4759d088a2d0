"""The ways of writing an assumption."""

from __future__ import annotations

import pytest

from wutong.experiments.reading.quantities import Quantity, QuantityError
from wutong.experiments.reading.spreads import Spread
from wutong.model.facts import Assumption, Shape

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
        ({"value": 10, "low": 3, "high": "30 亿元"}, Assumption(10.0, 3.0, 30.0, Shape.TRIANGULAR)),
        ({"normal": [10, "1 亿元"]}, Assumption(10.0, 6.0, 14.0, Shape.NORMAL, deviation=1.0)),
        ({"normal": [1, 1]}, Assumption(1.0, 0.0, 5.0, Shape.NORMAL, deviation=1.0)),
        ({"normal": [10, 1], "range": [9, 30]}, Assumption(10.0, 9.0, 30.0, Shape.NORMAL, deviation=1.0)),
        ({"lognormal": [2, 0.5], "range": [1, 8]}, Assumption(2.0, 1.0, 8.0, Shape.LOGNORMAL, deviation=0.5)),
        ({"choice": [3, "1 亿元", 1]}, Assumption(1.0, 1.0, 3.0, Shape.CHOICE, options=(3.0, 1.0, 1.0))),
        ({"choice": [2, 2]}, Assumption(2.0, 2.0, 2.0, Shape.FIXED)),
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
        ({"value": 1, "null_prob": 1}, "too_large_number", ("null_prob",)),
        ({"value": 1, "low": 0}, "missing_key", ()),
        ({"value": 1, "low": 2, "high": 0}, "range_order", ("low",)),
        ({"value": 1, "low": 0, "high": 2, "range": [0, 2]}, "forms_mixed", ()),
        ({"normal": [1]}, "range_length", ("normal",)),
        ({"normal": [1, 0]}, "deviation", ("normal", 1)),
        ({"normal": [1, 1], "range": [2, 3]}, "outside_range", ("normal",)),
        ({"normal": [1, 1], "shape": "uniform"}, "forms_mixed", ()),
        ({"lognormal": [2, 0.5], "range": [0, 8]}, "log_uniform_low", ("lognormal",)),
        ({"choice": []}, "range_length", ("choice",)),
        ({"choice": [1, 2], "range": [1, 2]}, "forms_mixed", ()),
        ({"choice": [1, 2], "value": 5}, "outside_range", ("value",)),
    ],
)
def test_wrong_forms_say_where(raw: object, code: str, at: tuple[str | int, ...]) -> None:
    with pytest.raises(QuantityError) as caught:
        MONEY.read(raw)
    assert (caught.value.code, caught.value.at) == (code, at)
