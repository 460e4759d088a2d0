"""The other parks: they read, start where the data say, hold nothing later than their cut-off, name every source, and run."""

from __future__ import annotations

import csv
import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from wutong.experiments.reading import read_policy, read_scenario
from wutong.experiments.runner import run_cases
from wutong.model.facts import Assumption
from wutong.model.history import History
from wutong.model.scenario import Case
from wutong.model.units import quarter, quarter_name, year_of

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
NAMES = {  # scenario and park: start, last year of any figure, observed points
    "sophia_antipolis": ("2003Q4", 2003, 13),
    "sophia_antipolis_1999": ("1999Q4", 2003, 13),
    "hsinchu": ("2005Q4", 2005, 22),
    "hsinchu_2001": ("2001Q4", 2005, 22),
    "research_triangle": ("1981Q4", 1981, 6),
    "laptop_episode": ("2009Q4", 2013, 7),
}
FIGURES = {  # of the start year: file, indicator, unit, year, measure, factor to the measure's unit
    "sophia_antipolis": [
        ("sophia_antipolis", "firms", "firms", "2003", "firms", 1.0),
        ("sophia_antipolis", "jobs", "jobs", "2003", "employees", 1.0),
    ],
    "sophia_antipolis_1999": [
        ("sophia_antipolis", "firms", "firms", "1999", "firms", 1.0),
        ("sophia_antipolis", "jobs", "jobs", "1999", "employees", 1.0),
    ],
    "hsinchu": [
        ("hsinchu_science_park", "revenue (turnover)", "1e9 NTD", "2005", "revenue", 2.5),
        ("hsinchu_science_park", "revenue: IC", "1e9 NTD", "2005", "hightech.ic", 2.5),
    ],
    "hsinchu_2001": [
        ("hsinchu_science_park", "firms", "firms", "2001", "firms", 1.0),
        ("hsinchu_science_park", "revenue (turnover) (from -28.7%)", "1e9 NTD", "2001", "revenue", 2.5),
    ],
    "research_triangle": [("research_triangle_park", "employees", "persons", "1981", "employees", 1.0)],
    "laptop_episode": [],
}
WITHIN = 0.03
N, QUARTERS, SEED = 8, 8, 1
names = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def runs() -> dict[str, History]:
    return {name: short_run(name) for name in NAMES}


def short_run(name: str) -> History:
    scenario = read_scenario(name)
    scenario = dataclasses.replace(scenario, end=scenario.park.start + QUARTERS)
    policy = read_policy("none", scenario.park)
    return run_cases([Case(scenario, policy, r, SEED) for r in range(N)], jobs=1).histories[0]


def figure(file: str, indicator: str, unit: str, year: str) -> float:
    with (SCENARIOS / "data" / f"{file}.csv").open(encoding="utf-8", newline="") as table:
        (row,) = (r for r in csv.DictReader(table) if (r["indicator"], r["unit"], r["year"]) == (indicator, unit, year))
    return float(row["value"])


def assumptions_in(value: object, path: str = "") -> Iterator[tuple[str, Assumption]]:
    """Every assumption of a declaration, with the way to it."""
    if isinstance(value, Assumption):
        yield path, value
    elif isinstance(value, tuple):
        for item in value:
            yield from assumptions_in(item, f"{path}.{getattr(item, 'key', '')}")
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from assumptions_in(getattr(value, field.name), f"{path}.{field.name}")


@names
def test_park_and_scenario_read(name: str) -> None:
    scenario = read_scenario(name)
    assert (scenario.name, scenario.park.name) == (name, name)
    assert scenario.targets == ()
    assert quarter_name(scenario.park.start) == NAMES[name][0]
    assert scenario.end > quarter(f"{NAMES[name][1]}Q3")
    assert 1 <= len(scenario.park.segments) <= 6


@names
def test_labels_stand_in_both_languages(name: str) -> None:
    scenario = read_scenario(name)
    park = scenario.park
    named = (*park.industries, *park.segments, *park.zones, *park.partner_kinds, *park.anchors)
    for label in (scenario.title, park.label, *(item.label for item in named)):
        assert re.search("[\u4e00-\u9fff]", label.zh)
        assert not re.search("[(),:]", label.zh)
        assert label.en.isascii()


@names
def test_the_start_meets_the_figures_of_its_year(name: str, runs: dict[str, History]) -> None:
    for file, indicator, unit, year, measure, factor in FIGURES[name]:
        seen = figure(file, indicator, unit, year) * factor
        start = runs[name].total("revenue", [measure])[0] if "." in measure else runs[name].total(measure)[0]
        near = WITHIN if "." not in measure else 5 * WITHIN  # a group's share is assumed
        assert np.abs(start / seen - 1.0).max() < near, (indicator, seen, start)


@names
def test_eight_quarters_run(name: str, runs: dict[str, History]) -> None:
    history = runs[name]
    assert (history.n_quarters, len(history.cases)) == (QUARTERS, N)
    assert all(np.isfinite(values).all() for values in history.values.values())
    assert history.total("firms")[-1].min() > 0.0


@names
def test_no_observed_point_and_no_date_after_the_cut_off(name: str) -> None:
    park = read_scenario(name).park
    _, last, n_points = NAMES[name]
    assert len(park.observed) == n_points
    assert all(year_of(o.quarter) <= last and o.source for o in park.observed)
    assert all(year_of(a.signed) <= last for a in park.anchors)


@names
def test_no_later_year_is_cited(name: str) -> None:
    """A park that starts earlier must not rest on what was seen afterwards; its comments may speak of the comparison."""
    start, last, _ = NAMES[name]
    known = last if name == "laptop_episode" else int(start[:4])
    for path in (SCENARIOS / f"{name}.yaml", SCENARIOS / "parks" / f"{name}.yaml"):
        for line in path.read_text(encoding="utf-8").replace("io_china_2020", "").splitlines():
            quoted = " ".join(re.findall(r'"([^"]*)"', line)) if not line.startswith(("#", "title")) else ""
            later = [y for y in re.findall(r"(?<![\d.,])(?:19|20)\d\d(?![\d,])", quoted) if int(y) > known]
            assert later == [], f"{path.name}: {line}"


@names
def test_every_number_has_a_source_or_is_an_assumption_with_a_range(name: str) -> None:
    scenario = read_scenario(name)
    given = [*assumptions_in(scenario.park), *scenario.assumptions.items()]
    stated = [(path, a) for path, a in given if a.high > a.low or a.default not in (0.0, 1.0)]
    derived = ("pipeline", "value_added_share")  # from the table of trade, or no number of the file
    assert [path for path, a in stated if not a.source and not any(d in path for d in derived)] == []
    assert [path for path, a in given if a.source.startswith("assumption") and a.low == a.high] == []


def test_the_nine_anchors_pull_from_2010_on() -> None:
    anchors = read_scenario("laptop_episode").park.anchors
    assert len(anchors) == 9
    assert {a.partner_kind for a in anchors} == {"laptop_maker"}
    assert min(a.signed for a in anchors) == quarter("2010Q1")
    assert max(a.signed for a in anchors) == quarter("2011Q2")


def test_every_partner_lands_in_a_park_as_large_as_the_city(runs: dict[str, History]) -> None:
    history = runs["laptop_episode"]
    assert history.total("landed_next_door").sum() == 0.0
    assert history.total("entrants_attracted").sum() == 0.0
    assert history.total("signed_projects").sum(axis=0).min() > 0.0


@pytest.mark.parametrize("name", [n for n in NAMES if n != "laptop_episode"])
def test_parks_of_the_hindcast_have_neither_anchors_nor_trade(name: str) -> None:
    park = read_scenario(name).park
    assert park.anchors == park.labs == park.partner_kinds == ()
    assert not np.any(park.purchases)
