"""The shipped policies: readable, in two languages, every number sourced, and those of equal cost as dear as each other."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

from wutong.experiments.equal_cost import (
    FIRST_STEP,
    MONEY,
    SUFFIX,
    constant_cost,
    discount_factors,
    discounted_cost,
    equal_cost_policies,
    levelled,
    relative_cost,
    rest_of,
    run_policies,
    with_rest,
)
from wutong.experiments.reading import list_policies, read_policy, read_scenario
from wutong.model.facts import Label
from wutong.model.history import Axis, History, Kind, MeasureFact
from wutong.model.levers import LEVERS
from wutong.model.scenario import LeverSetting, Policy, Scenario
from wutong.model.units import NEVER, QUARTERS_PER_YEAR, quarter, quarter_name

POLICIES = Path(__file__).resolve().parents[2] / "scenarios" / "policies"
THEMES = (
    "none", "as_announced", "anchors_first", "suppliers_first", "labs_first", "spin_offs_first", "talent_first",
    "delivery_first", "space_first", "balanced",
)  # fmt: skip
START = quarter("2022Q3")
BARRED = quarter("2024Q3")  # tax rebates, from this quarter on
OWN_WORDS = ("as_announced", "as_announced_equal_cost")  # speak of the Science City's segments and zones
N = 60


@pytest.fixture(scope="module")
def baseline() -> Scenario:
    return read_scenario("baseline")


def levers_of(policy: Policy) -> set[str]:
    return {s.lever for s in policy.settings if s.level != 0.0}


# ── The files ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_every_theme_has_a_version_of_equal_cost() -> None:
    assert set(THEMES) | {name + SUFFIX for name in THEMES} <= set(list_policies())
    assert {name.removesuffix(SUFFIX) for name in equal_cost_policies()} == set(THEMES)


@pytest.mark.parametrize("name", list_policies())
def test_a_policy_reads_and_has_its_names_in_both_languages(name: str, baseline: Scenario) -> None:
    policy = read_policy(name, baseline.park)
    assert re.search(r"[\u4e00-\u9fff]", policy.title.zh) and policy.title.en.isascii()
    if policy.settings:
        assert re.search(r"[\u4e00-\u9fff]", policy.note.zh) and policy.note.en
        assert not re.search(r"[,;:()?!]", policy.title.zh + policy.note.zh), "Chinese text takes full-width punctuation"


@pytest.mark.parametrize("name", list_policies())
def test_every_setting_names_a_source_or_a_range(name: str) -> None:
    _, *settings = (POLICIES / f"{name}.yaml").read_text(encoding="utf-8").split("- lever: ")
    for setting in settings:
        source = re.search(r'source: "(.+)"', setting)
        assert source, setting
        assert not source[1].startswith("assumption") or re.search(r"range \[.+, .+\]", source[1]), setting


@pytest.mark.parametrize("name", list_policies())
def test_policies_start_together_and_keep_the_law(name: str, baseline: Scenario) -> None:
    for setting in read_policy(name, baseline.park).settings:
        assert setting.ready is not None or setting.start == START + 1 or name == "as_announced_equal_cost"
        assert setting.lever != "tax_relief" or setting.end < BARRED


@pytest.mark.parametrize("name", [name for name in list_policies() if name not in OWN_WORDS])
def test_policies_serve_other_parks_too(name: str) -> None:
    assert all(not s.segments and not s.zones and s.end == NEVER for s in read_policy(name).settings)


@pytest.mark.parametrize("name", THEMES)
def test_the_version_of_equal_cost_keeps_the_theme(name: str, baseline: Scenario) -> None:
    plain, equal = (read_policy(n, baseline.park) for n in (name, name + SUFFIX))
    assert levers_of(equal) - {"landing_subsidy"} == levers_of(plain) - {"landing_subsidy"}
    assert 0.0 < rest_of(equal) < LEVERS["landing_subsidy"].high
    levels = {s.lever: s.level for s in equal.settings}
    assert all(abs(levels[s.lever]) >= abs(s.level) for s in plain.settings if s.lever != "landing_subsidy")


def test_themes_stay_apart_and_the_balanced_policy_joins_them() -> None:
    apart = ("delivery_first", "space_first")  # which takes from recruitment; which would swamp any mix
    themes = [name for name in THEMES if name.endswith("_first") and name not in apart]
    own = {name: levers_of(read_policy(name)) - {"landing_subsidy"} for name in themes}
    for name, levers in own.items():
        assert levers and not any(levers & other for n, other in own.items() if n != name)
    balanced = levers_of(read_policy("balanced"))
    assert len(balanced) >= 6
    assert all(levers & balanced for levers in own.values())


# ── The rest ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def history_of(*yearly: float) -> History:
    """One world in which a single lever costs the given amounts, quarter by quarter [亿元/year]."""
    label = Label("", "")
    fact = MeasureFact("lever_cost", label, "亿元/year", Kind.RATE, Axis.LEVER, label)
    cost = np.array([0.0, *yearly])[:, None, None]
    return History((), START, {Axis.LEVER: ("lever",)}, {"lever_cost": fact}, {"lever_cost": cost})


def test_money_is_discounted_from_the_middle_of_its_quarter() -> None:
    assert discount_factors(9)[[0, 4, 8]] == pytest.approx([1.05**-0.125, 1.05**-1.125, 1.05**-2.125])
    until = START + QUARTERS_PER_YEAR
    assert discounted_cost(history_of(0.0, 4.0, 0.0, 0.0, 100.0), until) == pytest.approx(1.05**-0.375)
    assert relative_cost(history_of(*[MONEY] * 5), until) == pytest.approx(1.0)
    assert constant_cost(2.0, QUARTERS_PER_YEAR) == pytest.approx(2.0 * 1.05**-0.5, rel=1e-3)
    with pytest.raises(ValueError, match="ends in 2023Q2"):
        discounted_cost(history_of(1.0, 1.0, 1.0), until)


def test_the_rest_is_what_has_no_end() -> None:
    ends = LeverSetting("landing_subsidy", 0.14, START + 1, START + 8, ("a",))
    first, later = (LeverSetting("landing_subsidy", 0.01, q, segments=s) for q, s in ((START + 1, ("b",)), (START + 9, ("a",))))
    policy = Policy("policy", Label("", ""), (ends, first, later))
    assert rest_of(policy) == 0.01
    assert [s.level for s in with_rest(policy, 0.02).settings] == [0.14, 0.02, 0.02]
    theme = Policy("theme", Label("", ""), (LeverSetting("lab_funding", 1.0, START + 3),))
    assert rest_of(theme) == 0.0
    assert with_rest(theme, 0.02).settings[1:] == (LeverSetting("landing_subsidy", 0.02, START + 3),)


@pytest.mark.parametrize("guess", [0.0, FIRST_STEP, 0.2])
@pytest.mark.parametrize(
    ("theme", "slope", "bend", "level", "said"),
    [
        (0.4, 30.0, 0.0, 0.02, ""),
        (0.0, 30.0, 60.0, (1140**0.5 - 30.0) / 120.0, ""),
        (1.2, 30.0, 0.0, 0.0, "the theme alone costs more"),
        (0.1, 1.0, 0.0, 0.2, "the sum cannot be spent: the landing subsidy is at its bound"),
    ],
)
def test_the_rest_is_found(theme: float, slope: float, bend: float, level: float, said: str, guess: float) -> None:
    def cost_of(policy: Policy) -> float:
        return theme + slope * rest_of(policy) + bend * rest_of(policy) ** 2

    found = levelled(Policy("policy", Label("", ""), ()), cost_of, guess)
    assert found.theme == theme
    assert found.level == rest_of(found.policy) == pytest.approx(level, abs=2e-4)
    assert found.cost == pytest.approx(cost_of(found.policy))
    assert found.remark == said


# ── The runs ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_policies_of_equal_cost_cost_the_same(baseline: Scenario) -> None:
    policies = [read_policy(name, baseline.park) for name in equal_cost_policies()]
    histories = run_policies(baseline, policies, N, seed=1, jobs=2)
    costs = {h.cases[0].policy.name: relative_cost(h) for h in histories}
    assert set(costs) == set(equal_cost_policies())
    assert all(abs(cost - 1.0) <= 0.05 for cost in costs.values()), costs
    assert max(costs.values()) <= 1.05 * min(costs.values()), costs


def test_delivery_first_signs_less_and_opens_more(baseline: Scenario) -> None:
    policies = [read_policy(name, baseline.park) for name in ("none", "delivery_first")]
    none, delivery = run_policies(baseline, policies, N, seed=1, jobs=2)
    assert quarter_name(none.start + none.n_quarters) == "2030Q4"
    signed, opened = ([h.total(m)[1:].sum(axis=0) for h in (none, delivery)] for m in ("signed_projects", "opened_projects"))
    assert signed[1].mean() < signed[0].mean()
    assert (opened[1] / signed[1]).mean() > (opened[0] / signed[0]).mean()
    assert 0.0 < relative_cost(delivery) < 0.1


def test_a_failed_world_is_told(baseline: Scenario) -> None:
    broken = dataclasses.replace(read_policy("none"), settings=(LeverSetting("no_such_lever", 1.0, START + 1),))
    with pytest.raises(RuntimeError, match="no_such_lever"):
        run_policies(baseline, (broken,), 1, seed=1, jobs=1)
