"""The names that files may use: rule parameters, levers and measures, as the model declares them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from wutong.experiments.reading.quantities import Quantity
from wutong.experiments.reading.renames import GONE
from wutong.model.facts import Label, ParameterFact


class LeverBounds(Protocol):
    """What reading asks of a lever."""

    @property
    def label(self) -> Label: ...
    @property
    def target(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


class MeasureUnit(Protocol):
    """What reading asks of a measure."""

    @property
    def label(self) -> Label: ...
    @property
    def unit(self) -> str: ...


@dataclass(frozen=True)
class Catalogue:
    parameters: Mapping[str, ParameterFact]
    levers: Mapping[str, LeverBounds]
    measures: Mapping[str, MeasureUnit]
    forgiven: frozenset[str] = frozenset()  # parameters that are passed over: the model had them when a copy was kept


def quantity_of(fact: ParameterFact) -> Quantity:
    """What a file may write for a parameter: wider than its declared range, but of the same sign, and a share at most 1."""
    low = 0.0 if fact.assumption.low >= 0.0 else -math.inf
    return Quantity(fact.unit, low, 1.0 if fact.unit == "share" else math.inf)


def of_copies() -> Catalogue:
    """What the copies of inputs in a folder of results may name, which a model before this one may have written."""
    return dataclasses.replace(declared(), forgiven=GONE)


def declared() -> Catalogue:
    """Everything that the model declares; imported late, so that reading a plain file stays quick."""
    from wutong.model.assumptions import parameter_facts
    from wutong.model.levers import LEVERS
    from wutong.model.measures import MEASURES

    return Catalogue(parameter_facts(), LEVERS, MEASURES)
