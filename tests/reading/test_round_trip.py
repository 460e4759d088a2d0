"""A resolved scenario written out as a file reads as the same scenario and runs to the same bits."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wutong.experiments.reading import list_scenarios, read_policy, read_scenario, resolve_scenario
from wutong.experiments.reading.checks import Kind, check_file
from wutong.experiments.reading.explaining import drawn, explained, explained_values
from wutong.experiments.reading.inputs import policy_inputs, scenario_inputs
from wutong.experiments.reading.nodes import Mark, Node, plain
from wutong.experiments.reading.text import parse
from wutong.experiments.reading.writing import written
from wutong.model.scenario import Case, Policy, Scenario
from wutong.model.simulate import simulate
from wutong.model.units import quarter

HERE = Mark("f", 1, 1)
NUMBERS = st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False)
CHARACTERS = st.characters(exclude_categories=["Cs"])  # all that UTF-8 holds, without trying it on each of a million
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(CHARACTERS)
KEYS = st.text(CHARACTERS, min_size=1)
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20
)  # fmt: skip


def node(value: object) -> Node:
    if isinstance(value, dict):
        return Node({key: node(child) for key, child in value.items()}, HERE, dict.fromkeys(value, HERE))
    if isinstance(value, list):
        return Node(tuple(map(node, value)), HERE)
    return Node(value, HERE)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(KEYS, TREES, min_size=1, max_size=4))
def test_what_is_written_reads_as_it_was(value):
    assert plain(parse(written(node(value)), "f").tree) == value


def same_but_for_its_own_words(one: Scenario, other: Scenario) -> bool:
    """Whether two scenarios say the same; the other may spell out what the first leaves to the model."""
    assumed = {name: other.assumptions[name] for name in one.assumptions}
    return dataclasses.replace(other, assumptions=assumed, name=one.name) == one and assumed == dict(one.assumptions)


@pytest.mark.parametrize("name", list_scenarios())
def test_every_shipped_scenario_survives_being_written_out(tmp_path: Path, name: str) -> None:
    resolved = resolve_scenario(name)
    file = tmp_path / f"{name}.yaml"
    file.write_text(explained(resolved, "zh"), encoding="utf-8")
    assert same_but_for_its_own_words(resolved.scenario, read_scenario(str(file)))


def bits(scenario: Scenario, policy: Policy) -> dict[str, bytes]:
    history = simulate([Case(scenario, policy, replication) for replication in range(2)])
    return {name: np.ascontiguousarray(values).tobytes() for name, values in history.values.items()}


@pytest.mark.parametrize(
    ("name", "policy"), [("isotope_drug_anchors", "as_announced"), ("chip_downturn", "balanced"), ("hsinchu", None)]
)
def test_a_scenario_and_its_policy_in_one_file_give_the_same_bits(tmp_path: Path, name: str, policy: str | None) -> None:
    end = quarter("2024Q4") if policy else quarter("2007Q4")
    sets = (f"clock.end={'2024Q4' if policy else '2007Q4'}",)
    resolved = resolve_scenario(name, sets, policy=policy)
    file = tmp_path / "one.yaml"
    file.write_text(explained(resolved, "en"), encoding="utf-8")
    one = read_scenario(str(file))
    assert one.end == end and one.policy is not None
    chosen = read_policy(policy or "none", resolved.scenario.park)
    assert one.policy.settings == chosen.settings and one.policy.name == chosen.name
    assert bits(one, one.policy) == bits(resolved.scenario, chosen)


def test_the_inputs_of_a_run_can_be_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, texts = scenario_inputs("great_anchor_lost", ("anchors.quanta.fate.closes=2025Q1",))
    policy, more = policy_inputs("as_announced", scenario.park)
    for place, text in {**texts, **more}.items():
        file = tmp_path / place
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    again = read_scenario("great_anchor_lost.yaml")
    assert same_but_for_its_own_words(scenario, again)
    assert read_policy("policies/as_announced.yaml", again.park) == policy


def test_own_tables_go_with_the_inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "indicator,unit,year,value,source_title\nfirms,firms,2021,250,yearbook\nfirms,firms,2021-07,230,yearbook\n"
    (tmp_path / "seen").mkdir()
    (tmp_path / "seen" / "own.csv").write_text("\ufeff" + rows, encoding="utf-8")
    text = (
        "format: 1\ntitle: {zh: 试, en: Try}\nextends: baseline\n"
        "observed: [{measure: firms, scope: software, series: {file: seen/own.csv, indicator: firms}}]\n"
    )
    (tmp_path / "try.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    # a park named by a scenario finds its tables beside the park: here the scenario writes the park out
    (tmp_path / "one.yaml").write_text(explained(resolve_scenario("baseline"), "en"), encoding="utf-8")
    lines = (tmp_path / "one.yaml").read_text(encoding="utf-8")
    series = "  observed:\n    - {measure: firms, scope: software, series: {file: seen/own.csv, indicator: firms}}\n"
    start = lines.index("  observed:\n")
    end = lines.index("\n", lines.rindex("ART (to August)")) + 1
    (tmp_path / "one.yaml").write_text(lines[:start] + series + lines[end:], encoding="utf-8")
    scenario, texts = scenario_inputs("one.yaml")
    assert [(o.quarter, o.value) for o in scenario.park.observed] == [(quarter("2021Q4"), 250.0), (quarter("2021Q2"), 230.0)]
    assert texts["seen/own.csv"] == rows


def test_every_value_names_its_place(tmp_path: Path) -> None:
    file = tmp_path / "late.yaml"
    file.write_text("format: 1\ntitle: {zh: 晚, en: Late}\nextends: anchors_late\nclock: {end: 2026Q4}\n", encoding="utf-8")
    values = {v.path: v for v in explained_values(resolve_scenario(str(file)))}
    assert (values["clock", "end"].mark.file, values["clock", "end"].mark.line) == (str(file), 4)
    assert values["anchor_fate",].mark.file == "scenarios/anchors_late.yaml"
    assert values["park", "start"].mark.file == "scenarios/parks/science_city.yaml"
    declared = values["assumptions", "growth.people"]
    assert declared.mark.file == "model" and declared.drawn is not None


def test_what_is_drawn_is_said_in_declared_units() -> None:
    resolved = resolve_scenario("baseline", ("assumptions.growth.adjustment={uniform: [0.2, 0.4]}",))
    points = drawn(resolved)
    assert points["assumptions", "growth.adjustment"] == pytest.approx((0.21, 0.3, 0.39))
    assert ("park", "segments", "ic.fab", "firms") not in points  # a fixed number is not drawn
    low, _, high = points["park", "segments", "software.products", "growth"]
    assert 0.05 < low < high < 0.14


@pytest.mark.parametrize(
    ("name", "kind"), [("baseline", Kind.SCENARIO), ("as_announced", Kind.POLICY), ("science_city", Kind.PARK)]
)
def test_each_kind_of_file_is_known_by_name_and_by_content(tmp_path: Path, name: str, kind: Kind) -> None:
    checked = check_file(name)
    assert checked.kind is kind and not checked.problems
    if checked.tree is not None:
        file = tmp_path / "anything.yaml"
        file.write_text(written(checked.tree), encoding="utf-8")
        assert check_file(str(file)).kind is kind and not check_file(str(file)).problems
