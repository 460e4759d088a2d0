"""Scenario and policy files: inheritance, --set, fates of anchors, and messages."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from wutong.experiments.reading import Catalogue, ReadingError, list_policies, list_scenarios, read_policy, read_scenario
from wutong.model.facts import Shape
from wutong.model.scenario import Anchor, Scenario, Status
from wutong.model.units import NEVER, quarter

Refused = Callable[..., ReadingError]
Reader = Callable[..., Scenario]


def anchor(scenario: Scenario, key: str) -> Anchor:
    return next(a for a in scenario.park.anchors if a.key == key)


def test_a_child_changes_only_what_it_says(read: Reader, catalogue: Catalogue) -> None:
    parent = read_scenario("baseline", ["posteriors=[]"], catalogue)
    child = read("clock: {end: 2030Q4}\nassumptions: {attraction.creation_share: {uniform: [0.2, 1.0]}}\n")
    assert child.name == "try" and child.title.en == "Try" and child.end == quarter("2030Q4")
    assert child.park == parent.park and child.targets == parent.targets
    assert child.assumptions["attraction.creation_share"].shape is Shape.UNIFORM


def test_set_is_one_more_line(read: Reader) -> None:
    sets = ("clock.end=2030Q4", "segments.software.products.entry=500", "assumptions.growth.adjustment={uniform: [1, 2]}")
    by_set = read("", *sets)
    by_file = read(
        "clock: {end: 2030Q4}\nsegments: {software.products: {entry: 500}}\nassumptions: {growth.adjustment: {uniform: [1, 2]}}\n"
    )
    assert by_set == by_file
    assert by_set.park.segments[0].entry.default == by_set.park.segments[0].entry.high == 500.0


@pytest.mark.parametrize(
    ("argument", "nearest"),
    [
        ("clok.end=2030Q4", "clock"),
        ("clock.ende=2030Q4", "end"),
        ("segments.software.product.entry=5", "segments.software.products.entry"),
        ("segments.software.products.entri=5", "entry"),
        ("anchors.isotope.fate=cancelled", "anchors.isotope_base.fate"),
        ("assumptions.attraction.demand_weigth=0.1", "attraction.demand_weight"),
        ("policy=as_anounced", "as_announced"),
        ("park=science_ctiy", "science_city"),
    ],
)
def test_a_misspelt_path_names_the_nearest(refused: Refused, argument: str, nearest: str) -> None:
    error = refused("", argument)
    assert f"did you mean {nearest!r}?" in error.text("en") and f"是否指“{nearest}”" in error.text("zh")
    assert "--set " + argument in error.text("en")


@pytest.mark.parametrize("argument", ["foo", "clock.end=", "clock.end=[1", "targets.x=3", "clock.end=soon"])
def test_a_broken_set_is_refused(refused: Refused, argument: str) -> None:
    assert len(refused("", argument).problems) == 1


def test_all_problems_at_once_each_in_its_line(refused: Refused) -> None:
    error = refused(
        "clokc: {end: 2030Q4}\n"
        "targets:\n"
        "  software_revenue_2025: {measure: revenu}\n"
        "  software_firms_2025: {at_least: 5 亿元}\n"
        "anchors:\n"
        "  isotope_base: {opening_share: 5, investment: -3 亿元}\n"
        "policy: as_anounced\n"
        "policy: none\n"
    )
    assert [(p.line, p.code) for p in error.problems] == [
        (5, "unknown_key"), (7, "unknown_name"), (8, "wrong_unit"),
        (10, "bare_percent"), (10, "too_small"), (12, "duplicate_key"),
    ]  # fmt: skip


def test_fates(read: Reader) -> None:
    scenario = read(
        "anchors:\n  isotope_base: {fate: {delayed: 2 years}}\n  quanta: {fate: {closes: 2026Q1}}\n"
        "  cmvr: {fate: cancelled}\n  pingan: {fate: halved}\n  crmicro_12: {fate: {delayed: 6 months}}\n"
    )
    late, closing = anchor(scenario, "isotope_base"), anchor(scenario, "quanta")
    assert (late.status, late.signed) == (Status.PLANNED, quarter("2024Q3"))
    assert closing.closes == quarter("2026Q1")
    gone = anchor(scenario, "cmvr")
    assert (gone.status, gone.signed, gone.opens) == (Status.PLANNED, NEVER, None)
    assert anchor(scenario, "pingan").investment.default == 100.0
    assert anchor(scenario, "crmicro_12").opens == quarter("2023Q2")


def test_a_cancelled_anchor_changes_nothing_else(read: Reader, catalogue: Catalogue) -> None:
    parent, child = read_scenario("baseline", ["posteriors=[]"], catalogue), read("", "anchors.isotope_base.fate=cancelled")
    assert [a.key for a in parent.park.anchors] == [a.key for a in child.park.anchors]
    assert parent.park.pipeline == child.park.pipeline
    assert [a for a in child.park.anchors if a not in parent.park.anchors] == [anchor(child, "isotope_base")]


@pytest.mark.parametrize("fate", ["cancelled", "{delayed: 1 year}", "{closes: 2020Q1}", "on_time"])
def test_impossible_fates_of_an_operating_anchor(refused: Refused, fate: str) -> None:
    assert refused("", f"anchors.quanta.fate={fate}").problems[0].path == "anchors.quanta.fate"


def test_a_new_anchor_signed_later_is_planned(read: Reader) -> None:
    text = "anchors:\n  fab: {label: {zh: 新, en: New}, segment: ic.fab, signed: 2025Q1, investment: 50 亿元}\n"
    assert anchor(read(text), "fab").status is Status.PLANNED


def test_extends_in_a_circle(refused: Refused) -> None:
    error = refused(raw=b"format: 1\ntitle: {zh: a, en: a}\nextends: try\n")
    assert error.problems[0].code == "cycle" and error.problems[0].line == 3


def test_year_goals_need_a_fourth_quarter_and_clocks_run_forward(refused: Refused) -> None:
    assert refused("", "targets.software_revenue_2025.by=2025Q3").problems[0].code == "year_needs_q4"
    assert refused("", "clock.end=2022Q3").problems[0].code == "order"


def test_splits_must_sum_to_one(refused: Refused) -> None:
    assert refused("trade: {splits: {PHARMA: {health.drugs: 0.9}}}\n").problems[0].code == "sum_not_one"


def policy_error(tmp_path: Path, settings: str, catalogue: Catalogue, scenario: Scenario) -> list[str]:
    file = tmp_path / "p.yaml"
    file.write_text(f"format: 1\ntitle: {{zh: 试, en: Try}}\nsettings:\n{settings}", encoding="utf-8")
    with pytest.raises(ReadingError) as caught:
        read_policy(str(file), scenario.park, catalogue)
    return [p.code for p in caught.value.problems]


@pytest.mark.parametrize(
    ("settings", "codes"),
    [
        ("  - {lever: seed_fnd, level: 1, start: 2023Q1}\n", ["unknown_name"]),
        ("  - {lever: landing_subsidy, level: 15, start: 2023Q1}\n", ["bare_percent"]),
        ("  - {lever: landing_subsidy, level: -1%, start: 2023Q1}\n", ["too_small"]),
        ("  - {lever: space, level: 60 万 m², ready: 2023Q1}\n", ["too_large_number"]),
        ("  - {lever: seed_fund, level: 1, ready: 2023Q1}\n", ["no_aim"]),
        ("  - {lever: space, level: 6 万 m², ready: 2023Q1, start: 2023Q1}\n", ["ready_alone"]),
        ("  - {lever: anchor_recruitment, level: 9, segments: ic}\n", ["no_aim"]),
        ("  - {lever: space, level: 6 万 m², ready: 2023Q1, zones: [xiyon]}\n", ["unknown_name"]),
        ("  - {lever: seed_fund, level: 1, start: 2023Q1, end: 2022Q4}\n", ["order"]),
        (
            "  - {lever: seed_fund, level: 1, start: 2023Q1}\n  - {lever: seed_fund, level: 2, start: 2024Q1, segments: ic}\n",
            ["overlap"],
        ),
    ],
)
def test_wrong_settings(tmp_path: Path, catalogue: Catalogue, settings: str, codes: list[str]) -> None:
    scenario = read_scenario("baseline", ["posteriors=[]"], catalogue)
    assert policy_error(tmp_path, settings, catalogue, scenario) == codes


def test_industries_stand_for_their_segments(tmp_path: Path, catalogue: Catalogue) -> None:
    file = tmp_path / "p.yaml"
    text = "format: 1\ntitle: {zh: a, en: a}\nsettings: [{lever: seed_fund, level: 1 亿元, start: 2023Q1, segments: software}]\n"
    file.write_text(text, encoding="utf-8")
    park = read_scenario("baseline", ["posteriors=[]"], catalogue).park
    assert read_policy(str(file), park, catalogue).settings[0].segments == ("software.products", "software.services")


def test_lists() -> None:
    assert "baseline" in list_scenarios() and {"none", "as_announced"} <= set(list_policies())


def test_errors_cross_process_borders(refused: Refused) -> None:
    error = refused("x: 1\n")
    assert pickle.loads(pickle.dumps(error)).problems == error.problems


def test_reading_loads_nothing_heavy() -> None:
    heavy = "{'mesa', 'matplotlib', 'scipy', 'pandas', 'xarray'}"
    code = f"import sys, experiments.reading; print(sorted({heavy} & set(sys.modules)))"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
