"""A small catalogue in place of the model's, and a scenario written to a temporary folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from wutong.experiments.reading import Catalogue, ReadingError, read_scenario
from wutong.model.facts import Assumption, Label, ParameterFact, Tag
from wutong.model.scenario import Scenario

HEAD = "format: 1\ntitle: {zh: 试, en: Try}\nextends: baseline\nposteriors: []\n"


@dataclass(frozen=True)
class Declared:
    unit: str
    low: float = 0.0
    high: float = 1e9
    target: str = "segments"
    label: Label = Label("", "")


def _parameter(name: str, unit: str, default: float, low: float, high: float) -> ParameterFact:
    return ParameterFact(name, unit, Label("", ""), Tag.DESIGN, Assumption(default, low, high))


@pytest.fixture
def catalogue() -> Catalogue:
    parameters = [
        _parameter("attraction.demand_weight", "1", 0.15, 0.0, 0.3),
        _parameter("attraction.creation_share", "share", 0.6, 0.2, 1.0),
        _parameter("growth.adjustment", "1/year", 1.2, 0.6, 2.4),
    ]
    units = {
        "firms": "firms", "employees": "persons", "revenue": "亿元/year",
        "signed_projects_total": "firms", "signed_investment_total": "亿元",
    }  # fmt: skip
    levers = {
        "seed_fund": Declared("亿元/year", 0.0, 5.0), "landing_subsidy": Declared("share", 0.0, 0.2),
        "space": Declared("万 m2/year", 0.0, 50.0, "zones"), "anchor_recruitment": Declared("persons", -75.0, 225.0, "park"),
    }  # fmt: skip
    return Catalogue({p.name: p for p in parameters}, levers, {key: Declared(unit) for key, unit in units.items()})


Reader = Callable[..., Scenario]


@pytest.fixture
def read(tmp_path: Path, catalogue: Catalogue) -> Reader:
    """Reads a scenario whose text follows the usual head, or the raw bytes given."""

    def reader(text: str = "", *sets: str, raw: bytes | None = None) -> Scenario:
        file = tmp_path / "try.yaml"
        file.write_bytes((HEAD + text).encode() if raw is None else raw)
        return read_scenario(str(file), sets, catalogue)

    return reader


@pytest.fixture
def refused(read: Reader) -> Callable[..., ReadingError]:
    """The error with which a scenario is refused."""

    def refuse(text: str = "", *sets: str, raw: bytes | None = None) -> ReadingError:
        with pytest.raises(ReadingError) as caught:
            read(text, *sets, raw=raw)
        return caught.value

    return refuse
