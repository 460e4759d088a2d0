"""What a scenario can say: fates of anchors alone and together, joint goals, shocks, own policies, and a planner's short cuts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import worlds
from wutong.experiments.reading import ReadingError, read_scenario
from wutong.experiments.reading.checks import check_file
from wutong.model.facts import Shape
from wutong.model.scenario import Anchor, Scenario, Status
from wutong.model.simulate import simulate
from wutong.model.units import quarter

HEAD = "format: 1\ntitle: {zh: 试, en: Try}\nextends: baseline\n"
Read = Callable[..., Scenario]


@pytest.fixture
def own(tmp_path: Path) -> Read:
    """Reads a scenario of one's own that says a little and extends the baseline."""

    def reader(text: str, *sets: str) -> Scenario:
        (tmp_path / "try.yaml").write_text(HEAD + text, encoding="utf-8")
        return read_scenario(str(tmp_path / "try.yaml"), sets)

    return reader


def problems(own: Read, text: str) -> list[tuple[str, str]]:
    with pytest.raises(ReadingError) as caught:
        own(text)
    return [(p.code, p.path) for p in caught.value.problems]


def anchor(scenario: Scenario, key: str) -> Anchor:
    return next(a for a in scenario.park.anchors if a.key == key)


# ── Fates ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_fate_for_all_spares_those_that_operate_and_those_with_a_fate_of_their_own(own: Read) -> None:
    scenario, plain = own("anchor_fate: halved\nanchors: {cmvr: {fate: as_declared}}\n"), own("")
    for mine, theirs in zip(scenario.park.anchors, plain.park.anchors, strict=True):
        factor = 1.0 if mine.status is Status.OPERATING or mine.key == "cmvr" else 0.5
        assert mine.investment.default == pytest.approx(factor * theirs.investment.default)


def test_fates_add_up(own: Read) -> None:
    late = anchor(own("anchors: {isotope_base: {fate: [halved, {delayed: 1 year}, {closes: 2031Q1}]}}\n"), "isotope_base")
    plain = anchor(own(""), "isotope_base")
    assert (late.signed, late.closes) == (plain.signed + 4, quarter("2031Q1"))
    assert late.investment.default == 0.5 * plain.investment.default


def test_the_same_fate_twice_is_refused(own: Read) -> None:
    assert problems(own, "anchors: {isotope_base: {fate: [halved, halved]}}\n") == [("fate_twice", "anchors.isotope_base.fate.1")]


def test_on_time_means_the_declared_quarter() -> None:
    scenario = read_scenario("anchors_on_time", ("clock.end=2027Q4",))
    dated = [
        a for a in scenario.park.anchors if a.opens is not None and a.status is not Status.OPERATING and a.opens <= scenario.end
    ]
    assert dated
    history = simulate(worlds.cases(scenario, 3))
    opened = history.total("entrants_scheduled")
    for quarter_number in {a.opens for a in dated if a.opens is not None and a.opens > history.start}:
        due = sum(a.opens == quarter_number for a in dated)
        row = quarter_number - history.start
        assert (opened[row : row + 2].sum(axis=0) >= due).all()


# ── Goals ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_judged_goals_are_those_named_and_the_members_of_named_sets(own: Read) -> None:
    scenario = own("judged: [software_2025, life_health_2035]\n")
    assert [t.key for t in scenario.targets] == [
        "software_revenue_2025", "software_firms_2025", "software_employees_2025", "life_health_2035",
    ]  # fmt: skip
    assert [j.key for j in scenario.joint_targets] == ["software_2025"]
    assert own("judged: []\n").targets == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("judged: [software_205]\n", ("unknown_name", "judged.0")),
        ("joint_targets: {x: {label: 甲, targets: [life]}}\n", ("unknown_name", "joint_targets.x.targets.0")),
        ("joint_targets: {life_health_2035: {label: 甲, targets: []}}\n", ("duplicate_name", "joint_targets.life_health_2035")),
    ],
)
def test_goals_that_are_not_there(own: Read, text: str, found: tuple[str, str]) -> None:
    assert problems(own, text) == [found]


# ── Shocks, policies, parks ──────────────────────────────────────────────────────────────────────────────────────────
def test_a_shock_reaches_the_segments_of_its_scope(own: Read) -> None:
    shock = own(
        "shocks: {dip: {label: 下行, scope: [ic, vehicles.parts], years: [2024, 2025], demand: {normal: [-10%, 3%]}}}\n"
    ).shocks[0]
    assert shock.segments == ("ic.design", "ic.fab", "ic.packaging", "vehicles.parts")
    assert (shock.first, shock.last) == (2024, 2025)
    assert shock.demand.shape is Shape.NORMAL and shock.demand.default == pytest.approx(-0.1) and shock.entry.default == 0.0


def test_a_policy_may_stand_in_the_scenario(own: Read) -> None:
    text = "policy: {title: 试, settings: [{lever: seed_fund, level: 1 亿元, segments: software}]}\n"
    policy = own(text).policy
    assert policy is not None and policy.name == "try"
    assert policy.settings[0].segments == ("software.products", "software.services")
    assert policy.settings[0].start == quarter("2022Q4")  # without a start from the first quarter on
    named = own(text.replace("seed_fund", "种子基金").replace("software", "软件信息")).policy
    assert named is not None and [s.lever for s in named.settings] == ["seed_fund"]
    assert problems(own, text.replace("seed_fund", "种子")) == [("unknown_name", "settings.0.lever")]
    assert problems(own, text.replace("title: 试, ", "")) == [("missing_key", "")]
    assert problems(own, text.replace("level", "start: 2024Q9, level")) == [("not_a_quarter", "settings.0.start")]
    assert problems(own, "policy: [none]\n") == [("name_or_mapping", "policy")]


def test_a_start_that_cannot_be_is_found_before_the_run(own: Read) -> None:
    text = "constraints: [{quantity: firms, scope: all, range: [1, 2], source: s}]\n"
    assert problems(own, text) == [("no_start_possible", "segments")]


# ── Short cuts ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_one_name_serves_in_both_languages(own: Read) -> None:
    label = anchor(own("anchors: {fab: {label: 新厂, segment: ic.fab, signed: 2025Q1, investment: 50 亿元}}\n"), "fab").label
    assert (label.zh, label.en) == ("新厂", "新厂")


def test_revenue_stands_for_revenue_a_head(own: Read) -> None:
    scenario = own(
        "segments: {vehicles.parts: {revenue: {value: 60 亿元, range: [50, 70]}, revenue_per_head: null, staff: 6000}}\n"
    )
    segment = next(s for s in scenario.park.segments if s.key == "vehicles.parts")
    assert (segment.revenue_per_head.low, segment.revenue_per_head.default) == pytest.approx((50 / 6000, 0.01))
    assert problems(own, "segments: {vehicles.parts: {revenue: 60 亿元}}\n") == [("one_of", "segments.vehicles.parts")]


@pytest.mark.parametrize(
    ("value", "code", "remedy"),
    [
        ("150", "bare_per_head", "150 万元/人"),
        ("50-70 万元", "a_range", "range: [50, 70]"),
    ],
)
def test_slips_of_someone_who_copies_from_a_sheet(own: Read, value: str, code: str, remedy: str) -> None:
    with pytest.raises(ReadingError) as caught:
        own(f"segments: {{ic.design: {{revenue_per_head: {value}}}}}\n")
    found = caught.value.problems[0]
    assert found.code == code and found.hint is not None and remedy in found.hint.zh and remedy in found.hint.en


def test_what_is_odd_is_remarked_and_runs(tmp_path: Path) -> None:
    file = tmp_path / "odd.yaml"
    text = (
        "clock: {end: 2026Q4}\nassumptions: {attraction.creation_share: 0.05, growth.people: 300}\n"
        "shocks: {old: {label: 旧, scope: ic, years: 2019, demand: -10%}}\n"
        "segments: {ic.design: {plant: plant, through_funnel: false}}\n"
    )
    file.write_text(HEAD + text, encoding="utf-8")
    checked = check_file(str(file))
    assert not checked.problems
    assert {r.code for r in checked.remarks} == {"outside_declared", "shock_outside", "no_funnel", "target_outside"}
    assert not any("growth.people" in r.path for r in checked.remarks)  # goes with the size of a park


@pytest.mark.parametrize(("value", "source", "odd"), [
    ("100%", "design: the park is the whole city", False), ("0%", "design: no partner lands", False),
    ("95%", "design: nearly all", True), ("100%", "a guess", True),
])  # fmt: skip
def test_all_or_none_of_a_share_by_design_is_not_odd(tmp_path: Path, value: str, source: str, odd: bool) -> None:
    file = tmp_path / "whole.yaml"
    text = f'clock: {{end: 2026Q4}}\nassumptions: {{attraction.landing_hardware: {{value: {value}, source: "{source}"}}}}\n'
    file.write_text(HEAD + text, encoding="utf-8")
    odd_ones = [r.path for r in check_file(str(file)).remarks if r.code == "outside_declared"]
    assert any("attraction.landing_hardware" in path for path in odd_ones) == odd


# ── What is counted ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_signings_add_up_from_before_the_start() -> None:
    scenario = read_scenario("baseline", ("clock.end=2024Q4",))
    history = simulate(worlds.cases(scenario, 2))
    total, flow = history.total("signed_projects_total"), history.total("signed_projects")
    assert total[0] == pytest.approx(sum(n for _, n in scenario.park.pipeline.signed))
    assert total[1:] - total[:-1] == pytest.approx(flow[1:])
    assert history.total("signed_investment_total")[0] == pytest.approx(3141.9, rel=0.05)
