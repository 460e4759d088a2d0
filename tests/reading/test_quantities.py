"""Numbers with units in both languages."""

from __future__ import annotations

import pytest

from wutong.experiments.reading.quantities import Quantity, QuantityError, read_quarter, unit_of
from wutong.model.units import quarter

SHARE = Quantity("share", 0.0, 1.0)


@pytest.mark.parametrize(
    ("unit", "text", "value"),
    [
        ("share", "5%", 0.05),
        ("share", 0.3, 0.3),
        ("亿元", "800 亿元", 800.0),
        ("亿元", "800亿", 800.0),
        ("亿元", "80 billion CNY", 800.0),
        ("亿元", "1e8 CNY", 1.0),
        ("亿元/year", "800 亿元", 800.0),
        ("亿元/year", "100 million yuan a year", 1.0),
        ("亿元/person/year", "80 万元/人", 0.008),
        ("persons", "6 万人", 60000.0),
        ("persons", "6 万", 60000.0),
        ("persons/year", "2 thousand people per year", 2000.0),
        ("firms", "2000 家", 2000.0),
        ("year", "2 years", 2.0),
        ("year", "6 个月", 0.5),
        ("year", "2 quarters", 0.5),
        ("m2", "50 万 m²", 500000.0),
        ("万 m2/year", "500000 平方米", 50.0),
        ("1/year", "5%/年", 0.05),
        ("1/year", "2.4", 2.4),
    ],
)
def test_reads_what_a_planner_writes(unit: str, text: object, value: float) -> None:
    assert Quantity(unit).read(text) == value


@pytest.mark.parametrize(
    ("quantity", "raw", "code"),
    [
        (SHARE, 5, "bare_percent"),
        (SHARE, 500, "too_large_number"),
        (SHARE, "120%", "too_large_number"),
        (SHARE, "-1%", "too_small"),
        (SHARE, True, "not_a_number"),
        (SHARE, None, "not_a_number"),
        (SHARE, "NO", "not_a_number"),
        (SHARE, "", "not_a_number"),
        (Quantity("亿元"), "6 万人", "wrong_unit"),
        (Quantity("亿元"), "5%", "wrong_unit"),
        (Quantity("亿元"), "5 bananas", "unknown_unit"),
        (Quantity("亿元"), -1, "too_small"),
        (Quantity("亿元"), "1/2", "unknown_unit"),
        (Quantity("亿元"), float("nan"), "not_finite"),
        (Quantity("亿元"), "1e999999999 元", "not_finite"),
        (Quantity("persons"), "6 万人/年", "wrong_unit"),
        (Quantity("year"), "2 m2", "wrong_unit"),
        (SHARE, "\uff15\uff05", "wide_text"),
        (Quantity("亿元"), "800\u00a0亿元", "wide_text"),
        (Quantity("亿元"), "\u22123 亿元", "wide_text"),
        (Quantity("亿元"), "3,141.9 亿元", "comma_number"),
        (Quantity("亿元"), "3,141", "comma_number"),
        (Quantity("亿元"), "3,5", "comma_number"),
    ],
)
def test_refuses_what_it_cannot_mean(quantity: Quantity, raw: object, code: str) -> None:
    with pytest.raises(QuantityError) as caught:
        quantity.read(raw)
    assert caught.value.code == code


def test_bare_five_for_a_share_is_answered_with_five_per_cent() -> None:
    with pytest.raises(QuantityError) as caught:
        SHARE.read(5)
    assert caught.value.mend is not None
    assert caught.value.mend.en == "did you mean 5% (0.05)?"


@pytest.mark.parametrize("text", ["亿元/year", "share", "1", "1/year", "persons", "firms", "m2", "year", "万 m2/year"])
def test_units_of_declared_facts_are_known(text: str) -> None:
    assert unit_of(text) is not None


def test_quarters() -> None:
    assert read_quarter("2022Q3") == read_quarter("2022q3") == quarter("2022Q3")
    for raw in ("2022年3季度", "2022年第三季度", "2022年第3季度末", "2022-Q3", "2022 q3", "Q3 2022"):
        assert read_quarter(raw) == quarter("2022Q3")
    for raw in ("2022Q5", "2022年5季度", "1899Q4", "2201Q1", "9999Q4", 2022, None, "\uff12\uff10\uff12\uff12Q3"):
        with pytest.raises(QuantityError):
            read_quarter(raw)
