"""Kinds of value that a field of a file may hold: one number in its unit, one that is not known exactly, a date, a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from wutong.experiments.reading.fates import Fates, read_fates
from wutong.experiments.reading.messages import hint
from wutong.experiments.reading.quantities import Quantity, QuantityError, read_count, read_quarter, read_years, shown
from wutong.experiments.reading.spreads import Spread
from wutong.model.facts import Assumption, Shape


@dataclass(frozen=True)
class Reads:
    """A field read by one function; what the function refuses keeps its code, facts and hint."""

    read: Callable[[object], object]

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.guarded)

    def guarded(self, raw: object) -> object:
        try:
            return self.read(raw)
        except QuantityError as error:
            context = {"facts": error.facts, "mend": error.mend, "at": error.at}
            raise PydanticCustomError("reading", "{code}", {"code": error.code, **context}) from None


@dataclass(frozen=True)
class Called:
    """Marks a field that names one thing of a kind, or several; of a mapping, that its keys do."""

    kind: str


SHARE = Quantity("share", 0.0, 1.0)
RATE = Quantity("1/year", -1.0, 1.0)
LONGEST_LINE = 200  # characters of a name that is shown


def read_line(raw: object) -> str:
    """A name on one line.

    Raises
    ------
    QuantityError
        If it is no text, or too long to be shown.
    """
    if not isinstance(raw, str):
        raise QuantityError("not_text", {"given": shown(raw)})
    line = " ".join(raw.split())
    if len(line) > LONGEST_LINE:
        facts = {"given": shown(line), "length": str(len(line)), "limit": str(LONGEST_LINE)}
        raise QuantityError("long_text", facts, hint("to_remark"))
    return line


Line = Annotated[str, Reads(read_line)]
Share = Annotated[float, Reads(SHARE.read)]
Number = Annotated[float, Reads(Quantity("1").read)]
Money = Annotated[float, Reads(Quantity("亿元").read)]
Area = Annotated[float, Reads(Quantity("m2").read)]
Quarter = Annotated[int, Reads(read_quarter)]
Count = Annotated[int, Reads(read_count)]
SpreadShare = Annotated[Assumption, Reads(Spread(SHARE).read)]
SpreadRate = Annotated[Assumption, Reads(Spread(RATE).read)]
SpreadNumber = Annotated[Assumption, Reads(Spread(Quantity("1")).read)]
SpreadFirms = Annotated[Assumption, Reads(Spread(Quantity("firms")).read)]
SpreadEntry = Annotated[Assumption, Reads(Spread(Quantity("firms/year")).read)]
SpreadPersons = Annotated[Assumption, Reads(Spread(Quantity("persons")).read)]
SpreadMoney = Annotated[Assumption, Reads(Spread(Quantity("亿元")).read)]
SpreadOutput = Annotated[Assumption, Reads(Spread(Quantity("亿元/year")).read)]
SpreadOutputPerHead = Annotated[Assumption, Reads(Spread(Quantity("亿元/person/year", 0.0, 0.5)).read)]
SpreadOccupancy = Annotated[Assumption, Reads(Spread(Quantity("share", 0.01, 1.0)).read)]
SpreadArea = Annotated[Assumption, Reads(Spread(Quantity("m2")).read)]
SpreadInvestment = Annotated[Assumption, Reads(Spread(Quantity("亿元", 1e-4)).read)]
SpreadCapacity = Annotated[Assumption, Reads(Spread(Quantity("亿元/year", 1e-4)).read)]
SpreadJobs = Annotated[Assumption, Reads(Spread(Quantity("persons", 1.0)).read)]
SpreadChange = Annotated[Assumption, Reads(Spread(Quantity("share", -0.95, 5.0)).read)]
Years = Annotated[tuple[int, int], Reads(read_years)]
FateList = Annotated[Fates, Reads(read_fates)]
Scope = Annotated[list[str], BeforeValidator(lambda raw: [raw] if isinstance(raw, str) else raw)]
Scopes = Annotated[Scope, Called("scopes")]
Zones = Annotated[Scope, Called("zones")]
OneScope = Annotated[str, Called("scopes")]
Measure = Annotated[str, Called("measures")]
Lever = Annotated[str, Called("levers")]
OneSegment = Annotated[str, Called("segments")]
OneIndustry = Annotated[str, Called("industries")]
PartnerKey = Annotated[str, Called("partner_kinds")]
SharesBySegment = Annotated[dict[str, Share], Called("segments")]
ByParameter = Annotated[dict[str, object], Called("parameters")]
Factors = Annotated[dict[str, object], Called("factors")]
Points = Annotated[list[dict[str, object]], Called("factors")]
Goals = Annotated[list[str], Called("targets")]
Judged = Annotated[list[str], Called("judged")]
NO_CHANGE = Assumption(0.0, 0.0, 0.0, Shape.FIXED)
NONE_LOCAL = Assumption(0.0, 0.0, 0.0, Shape.FIXED)
