"""Numbers with units, in Chinese and English: ``5%``, ``800 亿元``, ``80 billion CNY``, ``6 万人``, ``2 years``.

A unit is written as in the declared facts (``亿元/year``); a number without a unit is in the declared one.  Where a unit is
per year, ``/year`` may be left out.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation, Overflow
from functools import lru_cache

from wutong.experiments.reading.messages import Facts, hint
from wutong.experiments.reading.wide import is_wide, narrow
from wutong.model.facts import Label
from wutong.model.units import FIRST_YEAR, LAST_YEAR, quarter, quarter_name

Dimensions = tuple[tuple[str, int], ...]


class QuantityError(ValueError):
    """A value that cannot be read, with the code and facts of its message; ``at`` leads to the part that is wrong."""

    def __init__(self, code: str, facts: Facts, mend: Label | None = None, at: tuple[str | int, ...] = ()) -> None:
        super().__init__(code)
        self.code, self.facts, self.mend, self.at = code, facts, mend, at


@dataclass(frozen=True)
class Unit:
    dimensions: Dimensions
    factor: Decimal  # of the base: 元, person, firm, year, m2


SCALES: Mapping[str, str] = {
    "万亿": "1e12", "千万": "1e7", "百万": "1e6", "亿": "1e8", "万": "1e4", "千": "1e3",
    "trillion": "1e12", "billion": "1e9", "million": "1e6", "thousand": "1e3", "bn": "1e9",
}  # fmt: skip
BASES: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("元", "人民币", "元人民币", "cny", "rmb", "yuan"), ("money", "1")),
    **dict.fromkeys(("人", "名", "person", "persons", "people", "head", "heads", "employees", "staff"), ("person", "1")),
    **dict.fromkeys(("家", "个", "项", "户", "席", "firm", "firms", "places", "count"), ("count", "1")),
    **dict.fromkeys(("project", "projects", "anchor", "anchors"), ("count", "1")),
    **dict.fromkeys(("年", "a year", "year", "years", "yr", "a"), ("year", "1")),
    **dict.fromkeys(("月", "个月", "month", "months"), ("year", "12")),
    **dict.fromkeys(("季", "季度", "个季度", "quarter", "quarters"), ("year", "4")),
    **dict.fromkeys(("m2", "平方米", "平米", "sqm"), ("area", "1")),
    **dict.fromkeys(("mu", "亩"), ("area", "666.67")),
    **dict.fromkeys(("1", "share", "index", "比重", "倍"), ("", "1")),
}  # fmt: skip
FRACTIONS = {"月", "个月", "month", "months", "季", "季度", "个季度", "quarter", "quarters"}
NUMBER = re.compile(r"\s*([-+]?[0-9]*(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?)\s*(.*)", re.IGNORECASE | re.DOTALL)
RANGE = re.compile(r"[-~–至到] *([0-9.]+).*")
SEASONS = {**dict(zip("一二三四", range(1, 5), strict=True)), **{str(n): n for n in range(1, 5)}}
QUARTER = r"([0-9]{4})\s*[-年./]?\s*(?:[Qq]\s*([1-4])|第?([1-4一二三四])季度?末?)|[Qq]([1-4])[-/\s]+([0-9]{4})"
COMMA = re.compile(r"(?<=\d),(?=\d)")
NAMES: Mapping[str, Label] = {
    "share": Label("比重（0 到 1，或百分数）", "a share (0 to 1, or per cent)"),
    "1": Label("数值", "a plain number"),
    "1/year": Label("年率（如 5%）", "a yearly rate (such as 5%)"),
    "亿元": Label("金额（亿元）", "an amount of money (亿元)"),
    "亿元/year": Label("年金额（亿元/年）", "an amount of money a year (亿元/year)"),
    "亿元/person/year": Label("人均年收入（如 80 万元/人）", "revenue a head and year (such as 800000 CNY/head)"),
    "persons": Label("人数", "a number of people"),
    "persons/year": Label("每年人数", "a number of people a year"),
    "firms": Label("家数", "a count"),
    "firms/year": Label("每年家数", "a count a year"),
    "year": Label("年数", "a number of years"),
    "m2": Label("面积（m²）", "floor space (m²)"),
    "万 m2/year": Label("每年面积（万 m²）", "floor space a year (万 m²)"),
}  # fmt: skip
EXAMPLES: Mapping[str, str] = {
    "share": "5%", "1": "0.5", "1/year": "5%", "亿元": "800 亿元", "亿元/year": "800 亿元",
    "persons": "6 万人", "firms": "2000", "year": "2 years", "m2": "50 万 m²", "万 m2/year": "50 万 m²",
    "亿元/person/year": "80 万元/人", "firms/year": "35", "persons/year": "2 万人",
}  # fmt: skip


def normalised(text: str) -> str:
    """Full-width digits, letters and signs as their ASCII forms; m² as m2."""
    return unicodedata.normalize("NFKC", text).replace("−", "-").strip()


def unit_of(text: str) -> Unit | None:
    """The unit that a text names, or None: ``亿元/year``, ``万 m²``, ``billion CNY``, ``%``."""
    dimensions: dict[str, int] = {}
    factor = Decimal(1)
    parts = re.split(r"/| per ", re.sub(r"\ba (head|year)\b", r"/\1", normalised(text).lower()))
    for position, part in enumerate(p.strip() for p in parts):
        piece = _simple(part)
        if piece is None:
            if position == 0 and not part and len(parts) > 1:
                continue
            return None
        name, size = piece
        power = -1 if position else 1
        factor *= size if power == 1 else 1 / size
        if name:
            dimensions[name] = dimensions.get(name, 0) + power
    return Unit(tuple(sorted((k, v) for k, v in dimensions.items() if v)), factor)


def _simple(text: str) -> tuple[str, Decimal] | None:
    if text == "%":
        return "", Decimal("0.01")
    if text in BASES:
        name, size = BASES[text]
        return name, 1 / Decimal(size) if text in FRACTIONS else Decimal(size)
    for word, scale in SCALES.items():
        if text.startswith(word):
            rest = text[len(word) :].strip()
            if rest in BASES:
                return BASES[rest][0], Decimal(scale) * Decimal(BASES[rest][1])
    return None


@dataclass(frozen=True)
class Quantity:
    """Reads a number in a declared unit, between hard bounds."""

    unit: str
    low: float = 0.0
    high: float = math.inf

    def names(self) -> Label:
        return NAMES.get(self.unit, Label(f"以 {self.unit} 计的数值", f"a number in {self.unit}"))

    def read(self, raw: object) -> float:
        """The number in the declared unit.

        Raises
        ------
        QuantityError
            If it is no number, has another unit, or lies outside the bounds.
        """
        return _read(self, raw) if isinstance(raw, str | float | int) else self.checked(raw)

    def checked(self, raw: object) -> float:
        """The number, read without remembering it."""
        value, bare = self._number(raw)
        facts = self._facts(raw)
        if not math.isfinite(value):
            raise QuantityError("not_finite", facts)
        if bare and (self.unit == "share" or self.high == 1.0) and 1.0 < value <= 100.0:
            mend = hint("percent", {"percent": f"{value:g}", "share": f"{float(Decimal(repr(value)) / 100):g}"})
            code = "bare_percent" if self.unit == "share" else "too_large_number"
            raise QuantityError(code, {**facts, "high": f"{self.high:g}"}, mend)
        if bare and self.unit == "亿元/person/year" and value > self.high:
            names = {"number": f"{value:g}"}
            raise QuantityError("bare_per_head", {**facts, "high": f"{self.high:g}"}, hint("per_head", names))
        if value < self.low:
            raise QuantityError("too_small", {**facts, "low": f"{self.low:g}"})
        if value > self.high:
            raise QuantityError("too_large_number", {**facts, "high": f"{self.high:g}"})
        return value

    def _facts(self, raw: object) -> dict[str, str]:
        names = self.names()
        return {"given": shown(raw), "unit_zh": names.zh, "unit_en": names.en}

    def _number(self, raw: object) -> tuple[float, bool]:
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            return float(raw), True
        facts = self._facts(raw)
        if isinstance(raw, str) and is_wide(raw):
            raise QuantityError("wide_text", facts, hint("write", {"text": narrow(raw)}))
        if isinstance(raw, str) and COMMA.search(raw):
            raise QuantityError("comma_number", facts, hint("write", {"text": COMMA.sub("", raw)}))
        match = NUMBER.fullmatch(normalised(raw)) if isinstance(raw, str) else None
        try:
            amount = Decimal(match[1]) if match else None
        except InvalidOperation:
            amount = None
        if match is None or amount is None:
            raise QuantityError("not_a_number", facts, self._example())
        if not match[2]:
            return float(amount), True
        try:
            return self._converted(amount, match[2].strip(), facts), False
        except Overflow:
            raise QuantityError("not_finite", facts) from None

    def _converted(self, amount: Decimal, text: str, facts: Facts) -> float:
        declared = unit_of(self.unit)
        if declared is None:
            if text == self.unit:
                return float(amount)
            raise QuantityError("wrong_unit", facts, self._example())
        if text.lower() in SCALES:
            return float(amount * Decimal(SCALES[text.lower()]) / declared.factor)
        given = unit_of(text)
        upper = RANGE.fullmatch(text)
        if given is None and upper is not None:
            raise QuantityError("a_range", facts, hint("write", {"text": f"{{value: …, range: [{amount:f}, {upper[1]}]}}"}))
        if given is None:
            raise QuantityError("unknown_unit", {**facts, "unit": text}, self._example())
        if given.dimensions not in (declared.dimensions, _without_year(declared.dimensions)):
            raise QuantityError("wrong_unit", facts, self._example())
        return float(amount * given.factor / declared.factor)

    def _example(self) -> Label:
        return hint("example", {"example": EXAMPLES.get(self.unit, f"5 {self.unit}")})


@lru_cache(maxsize=4096, typed=True)
def _read(quantity: Quantity, raw: str | float) -> float:
    """Numbers that were read before: scenarios share their park, and a library is read at one go."""
    return quantity.checked(raw)


def _without_year(dimensions: Dimensions) -> Dimensions:
    return tuple((name, power) for name, power in dimensions if (name, power) != ("year", -1))


def shown(raw: object) -> str:
    """A value as a message shows it, cut where it is long."""
    words = {None: "null", True: "true", False: "false"}
    if isinstance(raw, bool | None):
        return words[raw]
    if isinstance(raw, dict | list):
        return "{…}" if isinstance(raw, dict) else "[…]"
    text = f"{raw:g}" if isinstance(raw, float) else str(raw)
    return text if len(text) <= 60 else text[:57] + "…"


def read_quarter(raw: object) -> int:
    """The number of a quarter written like ``2022Q3``, ``2022-Q3``, ``2022年3季度``, ``2022年第三季度`` or ``Q3 2022``.

    Raises
    ------
    QuantityError
        If it is anything else, or far away.
    """
    if isinstance(raw, str) and is_wide(raw):
        raise QuantityError("wide_text", {"given": raw}, hint("write", {"text": narrow(raw)}))
    found = re.fullmatch(QUARTER, raw.strip()) if isinstance(raw, str) else None
    if found is None:
        raise QuantityError("not_a_quarter", {"given": shown(raw)}, _quarter_hint(raw))
    year, season = found[1] or found[5], SEASONS[found[2] or found[3] or found[4]]
    return within_reach(quarter(f"{year}Q{season}"))


def within_reach(number: int) -> int:
    """A quarter that is near enough for the model.

    Raises
    ------
    QuantityError
        If it is not.
    """
    first, last = quarter(f"{FIRST_YEAR}Q1"), quarter(f"{LAST_YEAR}Q4")
    if not first <= number <= last:
        raise QuantityError(
            "long_ago", {name: quarter_name(n) for name, n in (("given", number), ("first", first), ("last", last))}
        )
    return number


def _quarter_hint(raw: object) -> Label:
    """How to write a quarter; that of the year and month given, if they are in it."""
    found = re.search(r"(?<!\d)((?:19|20|21)\d\d)(?:[-/.年](1[0-2]|0?[1-9])(?!\d))?", str(raw))
    year, month = (found[1], int(found[2] or 12)) if found else ("2022", 12)
    return hint("quarter", {"example": f"{year}Q{(month + 2) // 3}"})


def read_years(raw: object) -> tuple[int, int]:
    """First and last calendar year of ``2024`` or ``[2023, 2025]``.

    Raises
    ------
    QuantityError
        If it is anything else, or the years are out of order.
    """
    given = raw if isinstance(raw, list) else [raw, raw]
    years = [year for year in given if type(year) is int and FIRST_YEAR <= year <= LAST_YEAR]
    if len(given) != 2 or len(years) != 2:
        raise QuantityError("shock_years", {})
    first, last = years
    if first > last:
        raise QuantityError("range_order", {"given": f"{first}, {last}"})
    return first, last


def read_count(raw: object) -> int:
    """A whole number of projects or firms, 0 or more."""
    value = Quantity("firms").read(raw)
    if value != int(value):
        raise QuantityError("not_whole", {"given": shown(raw)})
    return int(value)
