"""Designs: the points of each method against theory, ids from content, the order of cases, and that additions change nothing."""

from __future__ import annotations

import dataclasses
import itertools
import math
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tests.worlds import FIRST, NAME, PARTS, START, plain, policy, toy_scenario
from wutong.experiments import factors as factors_module
from wutong.experiments.design import Design, cases, describe, groups, points, table
from wutong.experiments.errors import MissingLibraryError
from wutong.experiments.factors import Factor, Method, Point, Spacing, n_points, nearest_powers, points_of
from wutong.experiments.varying import default_of, paths_of, place_of, with_values
from wutong.model.assumptions import parameter_facts
from wutong.model.facts import fixed
from wutong.model.levers import LEVERS
from wutong.model.scenario import LeverSetting
from wutong.model.simulate import simulate
from wutong.model.units import NEVER

ROOT = Path(__file__).resolve().parents[1]
PEOPLE = Factor("assumptions.growth.people", Spacing.LOG_UNIFORM, 1_000.0, 100_000.0, levels=3, default=20_000.0)
SHARE = Factor("assumptions.attraction.creation_share", Spacing.UNIFORM, 0.2, 1.0, levels=5, default=0.6)
ENTRY = Factor(f"segments.{PARTS}.entry", Spacing.UNIFORM, 2.0, 12.0, levels=2, default=4.0)
PLACES = Factor("levers.incubator_places", Spacing.INTEGERS, 0.0, 4.0, default=0.0)
SUBSIDY = Factor("levers.landing_subsidy", Spacing.VALUES, values=(0.0, 0.05, 0.1), names=("none", "half", "full"), default=0.0)
FUNNEL = Factor(f"segments.{PARTS}.branch_plant", Spacing.VALUES, values=(False, True), default=False)
ALL = (PEOPLE, SHARE, ENTRY, PLACES, SUBSIDY, FUNNEL)
SAMPLES = (Method.LATIN_HYPERCUBE, Method.SOBOL, Method.RANDOM)


def design(*varied: Factor, method: Method = Method.FACTORIAL, n: int = 0, seed: int = 1, **changes) -> Design:
    scenario = plain(quarters=3)
    made = Design(NAME, (scenario,), ((policy(name="none"),),), (0, 1), seed, varied, method, n)
    return dataclasses.replace(made, **changes)


def column(found: tuple[Point, ...], factor: Factor) -> list:
    return [point.values[factor.name] for point in found for _ in range(point.drawn)]


# ── Points ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_factorial_holds_every_combination_once():
    found = points_of((PEOPLE, PLACES, SUBSIDY, FUNNEL), Method.FACTORIAL)
    expected = itertools.product([1e3, 1e4, 1e5], range(5), (0.0, 0.05, 0.1), (False, True))
    assert [tuple(p.values.values()) for p in found] == list(expected)
    assert len({p.id for p in found}) == len(found) == 90 == n_points((PEOPLE, PLACES, SUBSIDY, FUNNEL), Method.FACTORIAL)


def test_levels_of_a_range_and_of_integers():
    assert SHARE.grid() == pytest.approx((0.2, 0.4, 0.6, 0.8, 1.0))
    assert Factor("x", Spacing.INTEGERS, 0.0, 10.0, levels=3).grid() == (0, 5, 10)
    with pytest.raises(ValueError, match="at least two levels"):
        Factor("x", Spacing.UNIFORM, 0.0, 1.0).grid()


def test_one_at_a_time_goes_to_both_ends_of_each_factor():
    found = points_of(ALL[:5], Method.ONE_AT_A_TIME)
    base = {f.name: f.default for f in ALL[:5]}
    assert dict(found[0].values) == base
    assert len(found) == 1 + 2 * 3 + 1 + 1  # the low of the levers is their default
    for point in found[1:]:
        assert sum(point.values[name] != base[name] for name in base) == 1
    assert {p.values[PEOPLE.name] for p in found} == {1_000.0, 20_000.0, 100_000.0}


def test_a_list_gives_its_points_and_no_others():
    listed = ({PEOPLE.name: 9.0, SHARE.name: 0.5}, {PEOPLE.name: 7.0, SHARE.name: 0.4})
    assert [dict(p.values) for p in points_of((PEOPLE, SHARE), Method.LIST, listed=listed)] == list(listed)
    with pytest.raises(ValueError, match="a listed point must give"):
        points_of((PEOPLE, SHARE), Method.LIST, listed=({PEOPLE.name: 9.0},))


@pytest.mark.parametrize("method", [Method.LATIN_HYPERCUBE, Method.SOBOL])
@pytest.mark.parametrize("n", [8, 64, 1024])
def test_every_equal_part_of_a_range_is_hit_once(method, n):
    found = points_of((PEOPLE, SHARE, ENTRY), method, n)
    logs = (np.log(column(found, PEOPLE)) - math.log(1e3)) / math.log(100.0)
    assert sorted((logs * n).astype(int)) == list(range(n))  # even in the logarithm
    for factor in (SHARE, ENTRY):
        place = (np.array(column(found, factor)) - factor.low) / (factor.high - factor.low)
        assert sorted((place * n).astype(int)) == list(range(n))


def test_sobol_points_are_even_in_two_dimensions_too():
    found = points_of((SHARE, ENTRY), Method.SOBOL, 64)
    places = [np.array(column(found, f)) - f.low for f in (SHARE, ENTRY)]
    squares = Counter(zip((places[0] * 10).astype(int), (places[1] * 0.8).astype(int), strict=True))
    assert squares == dict.fromkeys(itertools.product(range(8), range(8)), 1)


def test_whole_numbers_booleans_and_choices_are_equally_likely():
    found = points_of(ALL, Method.LATIN_HYPERCUBE, 300)
    assert Counter(column(found, PLACES)) == dict.fromkeys(range(5), 60)
    assert Counter(column(found, SUBSIDY)) == dict.fromkeys(SUBSIDY.values, 100)
    assert Counter(column(found, FUNNEL)) == {False: 150, True: 150}
    for method, tolerance in ((Method.SOBOL, 2), (Method.RANDOM, 120)):
        many = points_of(ALL, method, 4096)
        for factor, k in ((PLACES, 5), (SUBSIDY, 3), (FUNNEL, 2)):
            assert all(abs(count - 4096 / k) < tolerance for count in Counter(column(many, factor)).values())


def test_values_stay_within_their_bounds_and_columns_are_independent():
    for method in SAMPLES:
        found = points_of(ALL, method, 512, seed=3)
        table = np.array([column(found, f) for f in (SHARE, ENTRY)])
        assert abs(np.corrcoef(table)[0, 1]) < 0.15
        for factor in (PEOPLE, SHARE, ENTRY, PLACES):
            assert all(factor.low <= v <= factor.high for v in column(found, factor))
    assert SHARE.at(1.0 - 2**-53) <= 1.0 and PLACES.at(1.0 - 2**-53) == 4.0 and SUBSIDY.at(1.0 - 2**-53) == 0.1


def test_points_that_a_sample_draws_again_are_one_and_counted():
    found = points_of((FUNNEL,), Method.LATIN_HYPERCUBE, 10)
    assert {p.values[FUNNEL.name]: p.drawn for p in found} == {False: 5, True: 5}


def test_sobol_sizes_are_powers_of_two():
    assert [nearest_powers(n) for n in (1, 2, 3, 64, 100)] == [None, None, (2, 4), None, (64, 128)]
    with pytest.raises(ValueError, match="64 or 128"):
        points_of((SHARE,), Method.SOBOL, 100)


def test_without_scipy_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(MissingLibraryError, match=r"wutong\[design\]"):
        points_of((SHARE,), Method.SOBOL, 4)
    assert len(points_of((SHARE,), Method.LATIN_HYPERCUBE, 4)) == 4


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Factor("x", Spacing.UNIFORM, 1.0, 1.0),
        lambda: Factor("x", Spacing.UNIFORM, 0.0, math.inf),
        lambda: Factor("x", Spacing.LOG_UNIFORM, 0.0, 1.0),
        lambda: Factor("x", Spacing.INTEGERS, 0.0, 1.5),
        lambda: Factor("x", Spacing.VALUES, values=(1.0, 1.0)),
        lambda: Factor("x", Spacing.VALUES),
        lambda: Factor("x", Spacing.VALUES, values=(1.0,), names=("a", "b")),
        lambda: points_of((SHARE, SHARE), Method.RANDOM, 4),
        lambda: points_of((SHARE,), Method.RANDOM, 0),
        lambda: points_of((dataclasses.replace(SHARE, default=None),), Method.ONE_AT_A_TIME),
        lambda: design(Factor("growth.people", Spacing.UNIFORM, 0.0, 1.0)),
        lambda: design(scenarios=(toy_scenario(), toy_scenario()), policies=((), ())),
        lambda: design(policies=((policy(name="a"), policy(name="a")),)),
        lambda: design(replications=(0, 0)),
    ],
)
def test_what_makes_no_design_is_refused(wrong):
    with pytest.raises(ValueError, match=r"factor|scenario|polic|replications|sample|number of points|default"):
        wrong()


# ── Ids, seeds and additions ─────────────────────────────────────────────────────────────────────────────────────────
def test_ids_come_from_names_and_values_alone():
    assert Point({"a": 1.0, "b": 2.5}).id == Point({"b": 2.5, "a": 1}).id
    assert len({Point(v).id for v in ({"a": 1.0}, {"a": 2.0}, {"b": 1.0}, {"a": True}, {"a": 1.0, "b": 1.0})}) == 5
    assert Point({"a": 0.0}).id == Point({"a": -0.0}).id
    assert Point({}).id == ""
    assert Point({"assumptions.growth.people": 8000.0}).id == "c45ee20bc212"  # never changes: it stands in results


def test_different_points_with_one_id_are_refused(monkeypatch):
    monkeypatch.setattr(factors_module, "ID_DIGITS", 1)
    with pytest.raises(ValueError, match="two points have the id"):
        points_of((SHARE,), Method.RANDOM, 64)


@pytest.mark.parametrize("method", SAMPLES)
def test_samples_depend_on_the_seed(method):
    first, again, other = (points_of(ALL, method, 16, seed) for seed in (1, 1, 2))
    assert first == again
    assert not {p.id for p in first} & {p.id for p in other}


PRINTED = """
from tests.test_design import ALL, SAMPLES, design
from wutong.experiments.design import cases
for method in SAMPLES:
    for case in cases(design(*ALL, method=method, n=16)):
        print(case)
"""


def test_other_processes_and_hash_seeds_make_the_same_cases():
    said = set()
    for hash_seed in ("0", "1", "4711"):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, "-c", PRINTED], env=environment, cwd=ROOT, capture_output=True, check=True)
        said.add(done.stdout)
    assert len(said) == 1


@pytest.mark.parametrize(("method", "n", "more"), [(Method.RANDOM, 9, 20), (Method.SOBOL, 8, 32)])
def test_more_points_change_no_earlier_one(method, n, more):
    assert points_of(ALL, method, more)[:n] == points_of(ALL, method, n)


@pytest.mark.parametrize("method", SAMPLES)
def test_one_more_factor_leaves_the_values_of_the_others(method):
    few, many = points_of((PEOPLE, SHARE), method, 16), points_of((PEOPLE, SHARE, ENTRY), method, 16)
    for factor in (PEOPLE, SHARE):
        assert column(few, factor) == column(many, factor)


def test_additions_change_no_other_case_and_no_result():
    base = design(SHARE, SUBSIDY, method=Method.RANDOM, n=3)
    scenario = base.scenarios[0]
    other = dataclasses.replace(scenario, name="other", end=scenario.end + 1)
    added = policy(LeverSetting("seed_fund", 1.0, FIRST), name="funded")
    before = {identity(case): case for case in cases(base)}
    results = run_all(base)
    for grown in (
        dataclasses.replace(base, scenarios=(other, scenario), policies=(base.policies[0], base.policies[0])),
        dataclasses.replace(base, policies=((added, *base.policies[0]),)),
        dataclasses.replace(base, n=5),
        dataclasses.replace(base, replications=(0, 1, 2)),
    ):
        after = {identity(case): case for case in cases(grown)}
        assert len(after) > len(before)
        assert {key: after[key] for key in before} == before
        again = run_all(grown)
        assert all(again[key] == results[key] for key in results)


def identity(case) -> tuple[str, str, int]:
    return case.scenario.name, case.policy.name, case.replication


def run_all(design: Design) -> dict[tuple[str, str, int], bytes]:
    return {identity(case): b"".join(value.tobytes() for value in simulate((case,)).values.values()) for case in cases(design)}


# ── Cases ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_cases_come_replication_by_replication_and_share_their_scenarios():
    made = design(SHARE, SUBSIDY)
    found = list(cases(made))
    assert len(found) == made.n_cases == 2 * 15
    assert [case.replication for case in found] == [0] * 15 + [1] * 15
    assert [identity(c)[:2] for c in found[:15]] == [identity(c)[:2] for c in found[15:]]
    assert len({id(case.scenario) for case in found}) == len({case.scenario.name for case in found}) == 15
    assert all(g.scenario.name == f"toy@{g.point.id}" and g.policy.name == f"none@{g.point.id}" for g in groups(made))


def test_a_hundred_thousand_cases_are_made_as_they_are_asked_for():
    many = cases(design(SHARE, SUBSIDY, replications=tuple(range(100_000))))
    assert len({id(case.scenario) for case in itertools.islice(many, 1_000)}) == 15


def test_only_what_a_point_changes_carries_its_id():
    assert {g.policy.name for g in groups(design(SHARE))} == {"none"}
    assert {g.scenario.name for g in groups(design(SUBSIDY))} == {"toy"}
    assert [(g.scenario.name, g.policy.name) for g in groups(design())] == [("toy", "none")]
    made = design()
    assert next(cases(made)).scenario is made.scenarios[0]


def test_a_point_fixes_parameters_and_numbers_of_the_park():
    scenario = toy_scenario()
    changed = with_values(scenario, {PEOPLE.name: 5_000.0, ENTRY.name: 9.0, FUNNEL.name: True, "zones.works.share": 0.5})
    parts = next(s for s in changed.park.segments if s.key == PARTS)
    assert changed.assumptions["growth.people"] == fixed(5_000.0, "design")
    assert (parts.entry, parts.branch_plant) == (fixed(9.0, "design"), True)
    assert changed.park.zones[0].share.default == 0.5
    assert [s for s in changed.park.segments if s.key != PARTS] == [s for s in scenario.park.segments if s.key != PARTS]
    assert (changed.name, scenario.assumptions) == (scenario.name, {})


def test_every_path_of_a_park_leads_somewhere_and_dates_do_not():
    scenario = toy_scenario()
    assert f"segments.{PARTS}.entry" in set(paths_of(scenario))
    for path in paths_of(scenario):
        assert place_of(scenario, path) is not None
        value = default_of(scenario, path)
        assert value is None or default_of(with_values(scenario, {path: value}), path) == value
    for path in ("anchors.new_maker.signed", "segments.nowhere.entry", "growth.people", f"segments.{PARTS}", "x", ""):
        assert place_of(scenario, path) is None
    assert default_of(scenario, PEOPLE.name) == default_of(scenario, "assumptions.growth.people") is not None


def test_a_lever_replaces_what_the_policy_said_of_it():
    dated = policy(LeverSetting("landing_subsidy", 0.2, FIRST, FIRST + 2), LeverSetting("seed_fund", 1.0, FIRST), name="dated")
    found = list(groups(design(SUBSIDY, policies=((dated,),))))
    assert len(found) == 3
    for group in found:
        level = group.point.values[SUBSIDY.name]
        assert group.policy.settings == (dated.settings[1], LeverSetting("landing_subsidy", level, START + 1, NEVER))


def test_names_of_levers_are_not_names_of_parameters():
    assert not {f"levers.{key}" for key in LEVERS} & set(parameter_facts())


# ── In words ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_design_says_what_it_is():
    made = design(*ALL, method=Method.SOBOL, n=8)
    english, chinese = describe(made, "en"), describe(made, "zh")
    assert english.startswith("1 scenario (1 pair with policies) × 8 points × 2 replications = 16 runs; Sobol sample, seed 1")
    assert chinese.startswith("1 个情景（与政策方案组成 1 对） × 8 个点 × 2 次重复 = 16 次运行；Sobol 抽样，种子 1")
    assert "even on a log scale" in english and "none, half, full" in english and "false, true" in english
    assert english.count("\n") == chinese.count("\n") == len(ALL)
    assert "(10 drawn)" in describe(design(FUNNEL, method=Method.RANDOM, n=10), "en")
    assert describe(design(), "en") == "1 scenario (1 pair with policies) × 2 replications = 2 runs"


def test_the_table_has_a_row_a_point_that_gives_the_point_again():
    made = design(*ALL, method=Method.LATIN_HYPERCUBE, n=6)
    columns, rows = table(made)
    assert columns[:2] == ("point", "drawn") and "levers.landing_subsidy.name" in columns
    for row, point in zip(rows, points(made), strict=True):
        cells = dict(zip(columns, row, strict=True))
        values = {f.name: cells[f.name] for f in ALL} | {FUNNEL.name: cells[FUNNEL.name] == "true"}
        assert Point(values).id == point.id == cells["point"]
        assert cells["levers.landing_subsidy.name"] == SUBSIDY.names[SUBSIDY.values.index(cells[SUBSIDY.name])]
