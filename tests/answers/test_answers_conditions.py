"""What would have to be true, and how late a lever may start: against closed forms and against the toy park."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import worlds
from hypothesis import given
from hypothesis import strategies as st

from wutong.experiments.answers import conditions, requirements
from wutong.experiments.answers.conditions import Level, Tried, anchor_dial, crossing, entry_dial, levels_of, monotone, needed
from wutong.experiments.answers.drawn import drawn
from wutong.experiments.answers.last_start import LateStarts, alone, last_starts, late_starts, later_policies
from wutong.experiments.goals import Difference, attainment, wilson
from wutong.experiments.runner import run_cases
from wutong.model.facts import Label
from wutong.model.scenario import Basis, Case, LeverSetting, Target
from wutong.model.units import NEVER, quarter

FIRST = worlds.FIRST


def target(measure="firms", at_least=30.0, by=worlds.START + 12, segments=(worlds.PARTS,)):
    return Target("goal", Label("目标", "Goal"), measure, segments, at_least, by, Basis.LEVEL, "made up")


def spread_scenario(*targets):
    park = worlds.toy_park()
    segments = tuple(
        dataclasses.replace(s, entry=worlds.between(1.0, 20.0)) if s.key == worlds.PARTS else s for s in park.segments
    )
    scenario = worlds.toy_scenario(dataclasses.replace(park, segments=segments))
    return dataclasses.replace(scenario, targets=targets)


def levels(*triples):
    return [Level(value, wilson(count, n)) for value, count, n in triples]


# ── Closed forms ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("prob", [0.5, 0.9])
def test_the_value_needed_is_found_and_its_interval_covers_it(prob):
    """A world reaches the goal where the value exceeds a threshold spread evenly over 0 to 10: the chance at v is v / 10."""
    draws, grid, covered, found = np.random.default_rng(7), np.arange(0.0, 11.0), 0, []
    for _ in range(200):
        thresholds = draws.uniform(0.0, 10.0, 100)  # the same worlds at every value, as runs with shared draws are
        at = needed(levels(*((v, int((v > thresholds).sum()), 100) for v in grid)), prob)
        covered += at.low <= 10 * prob <= at.high
        found.append(at.value)
    assert 0.85 <= covered / 200 <= 0.95
    assert np.mean(found) == pytest.approx(10 * prob, abs=0.15)


def test_a_chance_never_reached_or_always_there_is_said_so():
    never = needed(levels((1, 0, 50), (2, 0, 50), (3, 1, 50)), 0.5)
    assert (never.value, never.high) == (math.inf, math.inf)
    always = needed(levels((1, 50, 50), (2, 50, 50)), 0.5)
    assert (always.value, always.low, always.high) == (-math.inf, -math.inf, -math.inf)
    one_world = needed(levels((1, 0, 1), (2, 1, 1)), 0.5)
    assert (one_world.value, one_world.low, one_world.high) == (1.5, -math.inf, math.inf)
    assert math.isnan(needed([], 0.5).value)
    assert math.isnan(needed(levels((1, 0, 0)), 0.5).value)


def test_the_interval_of_a_value_is_open_where_the_runs_do_not_close_it():
    at = needed(levels((1, 5, 40), (2, 19, 40), (3, 21, 40)), 0.5)
    assert 2.0 < at.value <= 3.0
    assert 1.0 < at.low < at.value
    assert at.high == math.inf


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 50)), min_size=1, max_size=12))
def test_pooling_is_monotone_and_keeps_the_mean(pairs):
    values, weights = (np.array(column, float) for column in zip(*pairs, strict=True))
    out = monotone(values, weights)
    assert (np.diff(out) >= -1e-12).all()
    assert (out * weights).sum() == pytest.approx((values * weights).sum())
    assert monotone(np.sort(values), weights) == pytest.approx(np.sort(values))


def test_crossings_are_read_by_straight_lines():
    assert crossing([0, 10], [0.0, 1.0], 0.25) == 2.5
    assert crossing([0, 10, 20], [0.0, 0.5, 0.5], 0.5) == 10
    assert crossing([5], [0.7], 0.5) == -math.inf
    assert crossing([5], [0.3], 0.5) == math.inf


# ── On the toy park ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_dial_fixes_what_the_worlds_then_draw():
    scenario = spread_scenario(target())
    dial = entry_dial(scenario, target())
    assert (dial.low, dial.high) == (1.0, 20.0)
    assert [s.value for s in dial.steps] == pytest.approx([1.0, 5.75, 10.5, 15.25, 20.0, 30.0, 40.0, 60.0, 100.0])
    assert len({s.scenario.name for s in dial.steps}) == 9
    for step in dial.steps:
        entry = drawn(worlds.cases(step.scenario, 3)).entry((worlds.PARTS,))
        assert entry == pytest.approx(step.value)
    assert entry_dial(scenario, target(segments=(worlds.ASSEMBLY,))) is None


def test_more_entrants_bring_more_worlds_to_the_goal_and_the_value_lies_where_brute_force_finds_it():
    goal = target(at_least=32.0)
    scenario = spread_scenario(goal)
    dial = entry_dial(scenario, goal, beyond=(2.0,))
    runs = run_cases([c for step in dial.steps for c in worlds.cases(step.scenario, 24)])
    found = levels_of(dial, runs.histories, goal)
    by_name = {h.cases[0].scenario.name: h for h in runs.histories}
    for step, level in zip(dial.steps, found, strict=True):
        firms = by_name[step.scenario.name].total("firms", (worlds.PARTS,))[-1]
        assert level.share == wilson(int((firms >= 32.0).sum()), 24)
    at = needed(found, 0.5)
    below = max(level.value for level in found if level.share.value < 0.5)
    above = min(level.value for level in found if level.share.value >= 0.5)
    assert below <= at.value <= above
    base = worlds.run(scenario, 24)
    answer = requirements.conditions([base], [Tried(dial, goal, runs.histories)])
    row = next(r for r in (dict(zip(answer.columns, r, strict=True)) for r in answer.rows) if r["method"] == "runs")
    assert (row["value"], row["verdict"]) == (at.value, "within" if at.value <= 20.0 else "beyond")
    assert "一半把握" in answer.words.zh and "even chance" in answer.words.en


def test_space_binds_first_only_where_more_entry_in_the_space_there_is_never_suffices():
    goal = target()
    made = worlds.run(spread_scenario(goal), 20)

    def tried(key, *reached):
        steps, ran = [], []
        for value, firms in zip((10.0, 20.0, 40.0), reached, strict=True):
            scenario = dataclasses.replace(made.cases[0].scenario, name=f"{key}_{value}")
            cases = tuple(dataclasses.replace(c, scenario=scenario) for c in made.cases)
            steps.append(conditions.Step(value, scenario))
            ran.append(
                dataclasses.replace(made, cases=cases, values={**made.values, "firms": made.values["firms"] * 0.0 + firms})
            )
        return Tried(conditions.Dial(key, conditions.ENTRY, "firms/year", 1.0, 20.0, tuple(steps)), goal, tuple(ran))

    never, late, soon = (0.0, 0.0, 0.0), (0.0, 0.0, 100.0), (0.0, 100.0, 100.0)
    binds = requirements.conditions([], [tried("entry", *never), tried("entry_ample_space", *late)]).words
    assert "载体不增加时，试过的进入率（最高 40 家/年" in binds.zh and "为声明上限 20 家/年的 1.5 倍，可见" in binds.zh
    assert "1.5 times the upper end declared (20 firms/year): floor space binds first" in binds.en
    inside = requirements.conditions([], [tried("entry", *never), tried("entry_ample_space", *soon)]).words
    assert "在声明区间 1 至 20 家/年 之内" in inside.zh and "within the declared range" in inside.en
    for others in ((never, never), (late, soon)):
        words = requirements.conditions(
            [], [tried(k, *r) for k, r in zip(("entry", "entry_ample_space"), others, strict=True)]
        ).words
        assert "载体不增加" not in words.zh and "binds first" not in words.en


def test_extra_anchors_are_copies_of_one_that_the_park_has():
    goal = target("firms", 5.0, segments=(worlds.ASSEMBLY,))
    scenario = spread_scenario(goal)
    dial = anchor_dial(scenario, goal, (2, 4))
    assert [len(s.scenario.park.anchors) for s in dial.steps] == [2, 4, 6]
    assert dial.steps[0].scenario is scenario
    runs = run_cases([c for s in dial.steps for c in worlds.cases(s.scenario, 4)])
    assert not runs.failures
    anchors = [h.total("anchors")[-1].mean() for h in runs.histories]
    assert anchors[2] > anchors[1] > anchors[0]
    assert anchor_dial(scenario, target(segments=(worlds.METAL,))) is None


def test_ample_space_frees_the_zones_of_the_goal():
    scenario = conditions.with_ample_space(spread_scenario(), target())
    history = worlds.run(scenario, 3)
    assert (history.total("floor", ("works",))[0] > 100 * history.total("occupied", ("works",))[0]).all()
    assert entry_dial(scenario, target()).key == "entry_ample_space"


def test_bands_of_the_runs_are_brute_force():
    scenario = spread_scenario(target(at_least=28.0))
    history = worlds.run(scenario, 40)
    values = drawn(history.cases).entry((worlds.PARTS,))
    result = attainment(history, scenario.targets[0])
    found = conditions.levels_by_band(result, values, fewest=10)
    order = np.argsort(values)
    assert [level.share.count for level in found] == [int(result.attained[part].sum()) for part in np.array_split(order, 4)]
    assert conditions.levels_by_band(result, np.full(40, 3.0)) == ()
    assert conditions.levels_by_band(result, values, fewest=30) == ()


def test_too_few_runs_and_a_date_beyond_them_say_nothing():
    for history in (
        worlds.run(spread_scenario(target()), 1),
        worlds.run(spread_scenario(target(by=worlds.START + 50)), 30),
        worlds.run(spread_scenario(), 30),
    ):
        answer = requirements.conditions([history])
        assert answer.rows == ()
        assert answer.words.en == "No goal is judged, or the runs are too few to say what it needs."


# ── Late starts ──────────────────────────────────────────────────────────────────────────────────────────────────────
def settings():
    return (
        LeverSetting("seed_fund", 1.0, FIRST),
        LeverSetting("supplier_matching", 1.0, FIRST + 1, FIRST + 9),
        LeverSetting("space", 50.0, FIRST + 4, ready=FIRST + 4, zones=("works",)),
    )


def test_a_policy_is_put_off_as_a_whole_and_what_ends_on_a_date_still_ends():
    policy = worlds.policy(*settings(), name="mix")
    first, later, last = later_policies(policy, (FIRST, FIRST + 4, FIRST + 9))
    assert first.settings == policy.settings
    assert [(s.start, s.end, s.ready) for s in later.settings] == [
        (FIRST + 4, NEVER, None),
        (FIRST + 5, FIRST + 9, None),
        (FIRST + 8, NEVER, FIRST + 8),
    ]
    assert [s.lever for s in last.settings] == ["seed_fund", "space"]
    assert len({p.name for p in (policy, first, later, last)}) == 4
    with pytest.raises(ValueError, match="cannot be put off to 2022Q3"):
        later_policies(policy, (FIRST - 1,))


def test_levers_of_a_policy_by_themselves():
    found = alone(worlds.policy(*settings(), name="mix"))
    assert list(found) == ["seed_fund", "supplier_matching", "space"]
    assert all({s.lever for s in policy.settings} == {key} for key, policy in found.items())


def test_a_start_after_the_date_changes_nothing_and_an_earlier_one_more():
    goal = target("firms", 60.0, segments=worlds.SEGMENTS)
    scenario = worlds.toy_scenario()
    scenario = dataclasses.replace(scenario, targets=(goal,))
    policy = worlds.policy(LeverSetting("seed_fund", 5.0, FIRST), name="seed")
    starts = (FIRST, FIRST + 8, FIRST + 12)
    policies = later_policies(policy, starts)
    runs = run_cases([Case(scenario, p, r) for p in (worlds.NO_POLICY, *policies) for r in range(24)])
    base, *others = runs.histories
    found = late_starts(base, "seed_fund", dict(zip(starts, others, strict=True)), goal)
    sizes = [found.differences[s] for s in starts]
    assert sizes[0].mean > sizes[1].mean > 0.0
    assert (sizes[2].mean, sizes[2].low, sizes[2].high) == (0.0, 0.0, 0.0)
    assert found.last == starts[1]
    answer = last_starts([found])
    assert [row[-1] for row in answer.rows] == ["", "yes", ""]
    assert "2024 年四季度" in answer.words.zh and "2024Q4" in answer.words.en


@pytest.mark.parametrize(
    ("lows", "last"), [((1, 1, -1), 1), ((1, -1, 1), 0), ((-1, 1, 1), None), ((1, 1, 1), 2), ((0, 0, 0), None)]
)
def test_the_last_start_ends_an_unbroken_row(lows, last):
    history = worlds.run(spread_scenario(target()), 2)
    differences = {FIRST + i: Difference(low + 1.0, float(low), low + 2.0, 9) for i, low in enumerate(lows)}
    found = LateStarts("seed_fund", target(), history, differences)
    assert found.last == (None if last is None else FIRST + last)


def test_a_lever_that_harms_is_told_from_one_without_effect():
    history = worlds.run(spread_scenario(target()), 2)
    harm = LateStarts("space", target(), history, {FIRST: Difference(-2.0, -3.0, -1.0, 9)})
    none = LateStarts("seed_fund", target(), history, {FIRST: Difference(0.0, -1.0, 1.0, 9)})
    beyond = LateStarts("seed_fund", target(), history, {FIRST: Difference(math.nan, -math.inf, math.inf, 0)})
    assert "载体建设反而使之减少" in last_starts([harm, none]).words.zh
    assert "no gain from Seed fund" in last_starts([harm, none]).words.en
    assert last_starts([beyond]).words.en == "The date is beyond the runs, or there are no pairs."
    assert quarter("2022Q4") == FIRST
