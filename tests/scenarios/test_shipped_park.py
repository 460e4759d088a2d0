"""The shipped park says what its sources say: sums, splits, goals, and a source for every number."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from wutong.experiments.reading import read_policy, read_scenario
from wutong.experiments.reading.nodes import Node
from wutong.experiments.reading.posteriors import list_posteriors
from wutong.experiments.reading.text import read_tree
from wutong.model.facts import Assumption
from wutong.model.scenario import Basis, Plant, Scenario, Segment, Status
from wutong.model.units import quarter, quarter_name

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
YAML_FILES = sorted(p for p in SCENARIOS.rglob("*.yaml") if "design" not in p.as_posix())  # a design says what is tried
SEGMENTS = (
    "software.products", "software.services", "ic.design", "ic.fab", "ic.packaging", "laptops.assembly", "laptops.parts",
    "vehicles.assembly", "vehicles.parts", "vehicles.connected", "health.inputs", "health.drugs", "health.devices",
    "green.equipment", "green.materials", "services.hightech",
)  # fmt: skip
GROUPS = {  # segments: firms, staff, 10^4 yuan a head
    ("software",): ((285, 305), (2400, 5000), (85, 120)),
    ("laptops.assembly",): ((6, 12), (35000, 80000), (240, 400)),
    ("laptops.parts",): ((40, 160), (8000, 30000), (90, 140)),
    ("ic",): ((20, 45), (8000, 20000), (120, 180)),
    ("vehicles.assembly",): ((1, 4), (3000, 10000), (150, 250)),
    ("vehicles.parts",): ((25, 45), (4000, 12000), (70, 100)),
    ("vehicles.connected",): ((10, 20), (600, 2500), (75, 85)),
    ("health.drugs", "health.devices"): ((30, 100), (3000, 10000), (80, 140)),
    ("green",): ((100, 300), (10000, 40000), (80, 120)),
    ("services",): ((300, 800), (6000, 10000), (35, 60)),
}


@pytest.fixture(scope="module")
def baseline() -> Scenario:
    return read_scenario("baseline")


def members(scenario: Scenario, scopes: tuple[str, ...]) -> list[Segment]:
    keys = {key for scope in scopes for key in scenario.park.segments_of(scope)}
    return [s for s in scenario.park.segments if s.key in keys]


def test_segments_in_their_order(baseline: Scenario) -> None:
    assert tuple(s.key for s in baseline.park.segments) == SEGMENTS
    assert [i.key for i in baseline.park.industries] == ["software", "ic", "laptops", "vehicles", "health", "green", "services"]
    assert baseline.park.start == quarter("2022Q3")
    assert baseline.end == quarter("2035Q4")


@pytest.mark.parametrize("scopes", GROUPS)
def test_segments_of_a_group_sum_to_its_range(baseline: Scenario, scopes: tuple[str, ...]) -> None:
    group = members(baseline, scopes)
    firms, staff, head = GROUPS[scopes]
    assert (sum(s.firms.low for s in group), sum(s.firms.high for s in group)) == firms
    assert (sum(s.staff.low for s in group), sum(s.staff.high for s in group)) == staff
    low = sum(s.staff.low * s.revenue_per_head.low for s in group) / staff[0] * 1e4
    high = sum(s.staff.high * s.revenue_per_head.high for s in group) / staff[1] * 1e4
    assert (low, high) == pytest.approx(head, rel=0.01)


def test_nothing_operates_in_isotopes(baseline: Scenario) -> None:
    inputs = next(s for s in baseline.park.segments if s.key == "health.inputs")
    assert inputs.firms.high == inputs.staff.high == 0.0
    assert inputs.revenue_per_head.low > 0.0


def test_entry_adds_up_to_what_is_observed(baseline: Scenario) -> None:
    def bounds(found: list[Segment]) -> tuple[float, ...]:
        return tuple(round(sum(getattr(s.entry, end) for s in found), 6) for end in ("low", "default", "high"))

    assert bounds(members(baseline, ("software",))) == (35, 140, 540)
    assert bounds([s for s in baseline.park.segments if s.through_funnel]) == (60, 85, 110)
    assert [s.key for s in baseline.park.segments if s.entry_per_firm] == ["services.hightech"]
    closed = {s.key for s in baseline.park.segments if s.entry.high == 0.0}
    assert closed == {"ic.fab", "laptops.assembly", "vehicles.assembly", "health.inputs"}


def test_value_added_is_the_national_ratio_less_in_electronics(baseline: Scenario) -> None:
    share = {s.key: s.value_added_share for s in baseline.park.segments}
    assert share["laptops.assembly"].default == pytest.approx(0.11549 * 0.5)
    assert (share["ic.fab"].low, share["ic.fab"].high) == pytest.approx((0.16743 * 0.4, 0.16743 * 0.6))
    assert share["software.products"].low == share["software.products"].high == 0.44609


def test_purchases_follow_the_national_table(baseline: Scenario) -> None:
    position = {key: n for n, key in enumerate(SEGMENTS)}
    buys = baseline.park.purchases

    def share(buyer: str, seller: str) -> float:
        return buys[position[buyer]][position[seller]]

    chips = [share("laptops.assembly", s) for s in ("ic.design", "ic.fab", "ic.packaging")]
    assert share("laptops.assembly", "laptops.parts") == pytest.approx(0.6 * 0.521586)
    assert sum(chips) == pytest.approx(0.4 * 0.521586)
    assert share("laptops.assembly", "laptops.assembly") == pytest.approx(0.0961831 / 2)
    assert share("health.drugs", "health.inputs") == 0.05
    assert all(0.0 <= cell < 1.0 for row in buys for cell in row)
    assert max(sum(row) for row in buys) < 0.75


def test_317_projects_for_3141_9(baseline: Scenario) -> None:
    pipeline, start = baseline.park.pipeline, baseline.park.start
    by_quarter = {quarter_name(q): n for q, n in pipeline.signed}
    named = [a.investment.default for a in baseline.park.anchors if quarter("2020Q2") <= a.signed <= start]
    assert sum(by_quarter.values()) == 317
    assert by_quarter["2022Q1"] == 20
    assert by_quarter["2022Q1"] + by_quarter["2022Q2"] == 45
    assert sum(n for q, n in by_quarter.items() if q.startswith("2022")) == 59
    assert (317 - len(named)) * pipeline.investment_mean.default + sum(named) == pytest.approx(3141.9)


def test_labs_share_nine(baseline: Scenario) -> None:
    budgets = [lab.budget for lab in baseline.park.labs]
    assert sum(b.default for b in budgets) == pytest.approx(9.0, abs=0.02)
    assert (sum(b.low for b in budgets), sum(b.high for b in budgets)) == pytest.approx((6.0, 12.0), abs=0.02)
    assert all(lab.opened <= baseline.park.start for lab in baseline.park.labs if lab.status is Status.OPERATING)


def test_operating_anchors_fit_into_their_segments(baseline: Scenario) -> None:
    for segment in baseline.park.segments:
        anchors = [a for a in baseline.park.anchors if a.segment == segment.key and a.status is Status.OPERATING]
        assert len(anchors) <= segment.firms.low or not anchors, segment.key
        assert sum(a.jobs.default for a in anchors if a.jobs) <= segment.staff.default, segment.key
        revenue = segment.staff.default * segment.revenue_per_head.default
        assert sum(a.revenue.default for a in anchors if a.revenue) <= revenue, segment.key


def test_the_start_can_meet_its_constraints_at_the_defaults(baseline: Scenario) -> None:
    for constraint in baseline.park.constraints:
        found = members(baseline, constraint.segments)
        total = {
            "firms": sum(s.firms.default for s in found),
            "staff": sum(s.staff.default for s in found),
            "revenue": sum(s.staff.default * s.revenue_per_head.default for s in found),
            "value_added": sum(s.staff.default * s.revenue_per_head.default * s.value_added_share.default for s in found),
        }[constraint.quantity]
        assert constraint.low <= total <= constraint.high, constraint


def test_each_kind_of_firm_is_housed(baseline: Scenario) -> None:
    housed = {plant for zone in baseline.park.zones for plant in zone.plants}
    assert housed == set(Plant)
    for plant in (Plant.OFFICE, Plant.PLANT):
        assert sum(z.share.default for z in baseline.park.zones if plant in z.plants) == pytest.approx(1.0)


def test_goals(baseline: Scenario) -> None:
    goals = {t.key: (t.measure, t.at_least, quarter_name(t.by), t.basis) for t in baseline.targets}
    assert goals == {
        "software_revenue_2025": ("revenue", 800.0, "2025Q4", Basis.YEAR),
        "software_firms_2025": ("firms", 2000.0, "2025Q4", Basis.LEVEL),
        "software_employees_2025": ("employees", 60000.0, "2025Q4", Basis.LEVEL),
        "connected_vehicles_2027": ("revenue", 100.0, "2027Q1", Basis.LEVEL),
        "isotope_drugs_2035": ("revenue", 1000.0, "2035Q4", Basis.YEAR),
        "life_health_2035": ("revenue", 1000.0, "2035Q4", Basis.YEAR),
        "leading_industries_2035": ("revenue", 5000.0, "2035Q4", Basis.YEAR),
    }
    assert all(t.note.zh and t.note.en for t in baseline.targets)
    assert {a.source for a in baseline.assumptions.values()} == {f"posteriors/{name}.csv" for name in list_posteriors()}


def test_policies(baseline: Scenario) -> None:
    announced = {s.lever: s for s in read_policy("as_announced", baseline.park).settings}
    assert read_policy("none", baseline.park).settings == ()
    assert announced["seed_fund"].level == 0.5
    assert announced["landing_subsidy"].level * 0.01 * 140 == pytest.approx(0.2, rel=0.05)
    assert quarter_name(announced["landing_subsidy"].end) == "2025Q4"
    assert (announced["space"].level, announced["space"].ready) == (50.0, quarter("2023Q4"))


SPREADS = frozenset({"range", "low", "uniform", "log_uniform", "triangular", "normal", "lognormal", "choice"})


def unsourced(node: Node, source: str, spread: bool) -> Iterator[str]:
    """Numbers without a source, and assumed ones without a range."""
    own = node.get("source")
    source = str(own.value) if own is not None else source
    spread = spread or bool(SPREADS & set(node.members)) or "range [" in source
    if isinstance(node.value, tuple):
        for child in node.value:
            yield from unsourced(child, source, spread)
    for key, child in node.members.items():
        if key not in ("format", "label", "title", "remark", "note", "scope_note", "signed", "opens", "start", "end", "since"):
            yield from unsourced(child, source, spread if own is None or key in ("value", "range", "level") else False)
    text = str(node.value)
    if isinstance(node.value, bool) or not re.fullmatch(r"-?[\d.,]+ ?(%|[千万亿]*(元|人|家| ?m²).*)?", text):
        return
    if not source or (source.startswith("assumption") and not spread):
        yield f"{node.mark.file}:{node.mark.line}: {text}"


@pytest.mark.parametrize("path", YAML_FILES, ids=lambda p: p.relative_to(SCENARIOS).as_posix())
def test_every_number_has_a_source_or_is_an_assumption_with_a_range(path: Path) -> None:
    assert list(unsourced(read_tree(path).tree, "", spread=False)) == []


def test_cited_roster_ids_exist() -> None:
    with (SCENARIOS / "data" / "roster" / "sources.csv").open(encoding="utf-8", newline="") as file:
        known = {row["id"] for row in csv.DictReader(file)}
    for name in ("anchors", "labs"):
        text = (SCENARIOS / "parks" / "science_city" / f"{name}.yaml").read_text(encoding="utf-8")
        cited = set(re.findall(r"\b(?:[A-Z]{2,4}\d{2}[ab]?|Q\d{2,3}a?|I\d{2}|ART|CAS|IMIC|ICQ21)\b", text))
        assert cited - known == set()


def test_data_files_are_utf_8_tables_that_the_readme_names() -> None:
    readme = (SCENARIOS / "data" / "README.md").read_text(encoding="utf-8")
    for path in sorted((SCENARIOS / "data").rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        assert len({len(row) for row in rows}) == 1, path.name
        assert path.stem in readme or path.parent.name == "roster"


def test_ranges_are_not_empty_where_they_are_assumed(baseline: Scenario) -> None:
    assumed = [
        (s.key, name)
        for s in baseline.park.segments
        for name, value in vars(s).items()
        if isinstance(value, Assumption) and value.source.startswith("assumption") and value.low == value.high
    ]
    assert assumed == []
