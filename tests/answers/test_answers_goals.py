"""Goals in depth on made-up histories whose chances are known, and on the toy park."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import worlds
from hypothesis import given
from hypothesis import strategies as st

from wutong.experiments import goals
from wutong.experiments.answers import attainment, depth, reaching, shortfall
from wutong.experiments.answers.drawn import drawn
from wutong.experiments.goals import definitions, wilson
from wutong.model.assumptions import sample, world_keys
from wutong.model.facts import Label
from wutong.model.measures import MEASURES
from wutong.model.scenario import Basis, JointTarget, Target
from wutong.model.units import NEVER
from wutong.model.world import prepare


def target(measure="firms", at_least=100.0, by=worlds.START + 12, segments=(worlds.PARTS,), basis=Basis.LEVEL, key="goal"):
    return Target(key, Label("目标", "Goal"), measure, segments, at_least, by, basis, "made up")


def with_targets(history, *targets, joint=()):
    scenario = dataclasses.replace(history.cases[0].scenario, targets=targets, joint_targets=joint)
    cases = tuple(dataclasses.replace(c, scenario=scenario) for c in history.cases)
    return dataclasses.replace(history, cases=cases)


@pytest.fixture(scope="module")
def toy():
    """Sixty worlds of the toy park in which the entry of parts makers is spread widely."""
    park = worlds.toy_park()
    segments = tuple(
        dataclasses.replace(s, entry=worlds.between(1.0, 40.0)) if s.key == worlds.PARTS else s for s in park.segments
    )
    return worlds.run(worlds.toy_scenario(dataclasses.replace(park, segments=segments)), 60)


# ── What worlds drew ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_draws_read_back_are_the_models_own_bits(toy):
    draws, batch = drawn(toy.cases), prepare(toy.cases)
    assert np.array_equal(draws.base.entry, batch.base.entry)
    assert np.array_equal(draws.base.growth, batch.base.growth)
    assert np.array_equal(draws.totals.per_head, batch.base.productivity)
    for owner, record in batch.parameters.items():
        for field in dataclasses.fields(record):
            wanted = np.broadcast_to(getattr(record, field.name)[:, 0], len(toy.cases))
            assert np.array_equal(draws.parameter(f"{owner}.{field.name}"), wanted), (owner, field.name)
    assert np.array_equal(draws.entry((worlds.PARTS,)), batch.base.entry[:, 1])


def test_one_world_draws_what_it_draws_among_others(toy):
    alone = drawn(toy.cases[7:8])
    assert alone.entry((worlds.PARTS,))[0] == drawn(toy.cases).entry((worlds.PARTS,))[7]
    assert alone.parameter("growth.people")[0] == sample(toy.cases, world_keys(toy.cases))["growth"].people[7, 0]
    with pytest.raises(KeyError, match="no parameter is named growth"):
        alone.parameter("growth.nothing")


# ── Chances ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("prob", [0.05, 0.5, 0.9])
def test_ninety_percent_intervals_cover_a_known_chance(prob):
    """Values are uniform, so that a goal at quantile 1 − prob is reached with exactly that chance."""
    draws, covered = np.random.default_rng(int(prob * 100)), 0
    base = worlds.run(worlds.toy_scenario(quarters=4), 2)
    for _ in range(200):
        values = np.zeros((5, 80, 5))
        values[-1, :, 1] = draws.uniform(size=80)
        cases = tuple(dataclasses.replace(base.cases[0], replication=i) for i in range(80))
        history = dataclasses.replace(base, cases=cases, values={"firms": values})
        share = goals.attainment(history, target(at_least=1.0 - prob, by=worlds.START + 4)).share
        covered += share.low <= prob <= share.high
    assert 0.85 <= covered / 200 <= 0.95


def test_bands_are_brute_force(toy):
    goal = target(at_least=35.0)
    (found, *_) = depth.in_depth(with_targets(toy, goal))
    entry = drawn(toy.cases).entry((worlds.PARTS,))
    reached = toy.total("firms", (worlds.PARTS,))[-1] >= 35.0
    assert 10 < reached.sum() < 50
    order = np.argsort(entry)
    counts = [int(reached[part].sum()) for part in np.array_split(order, 3)]
    assert [band.share.count for band in found.bands] == counts
    assert counts[0] < counts[2], "more entrants, more firms"
    assert found.bands[0].low == entry.min() and found.bands[-1].high == entry.max()
    medians = [float(np.median(toy.total("firms", (worlds.PARTS,))[-1][part])) for part in np.array_split(order, 3)]
    assert list(found.medians) == medians


def test_goals_reached_together_are_counted_in_one_world(toy):
    asked = (target(at_least=45.0, key="firms"), target("employees", 3500.0, key="people"))
    history = with_targets(toy, *asked, joint=(JointTarget("both", Label("两项", "Both"), ("firms", "people")),))
    both = next(g for g in depth.in_depth(history) if g.is_set)
    firms, people = (toy.total(m, (worlds.PARTS,))[-1] for m in ("firms", "employees"))
    count = int(((firms >= 45.0) & (people >= 3500.0)).sum())
    assert both.share == wilson(count, 60)
    assert sum(band.share.count for band in both.bands) == count
    registered = next(share for reading, share in both.read_otherwise if reading.measure == "registered_firms")
    books = toy.total("registered_firms", (worlds.PARTS,))[-1]
    assert registered == wilson(int(((books >= 45.0) & (people >= 3500.0)).sum()), 60)


def test_a_set_with_a_date_beyond_the_runs_is_not_judged(toy):
    asked = (target(at_least=1.0, key="now"), target(at_least=1.0, by=NEVER, key="later"))
    history = with_targets(toy, *asked, joint=(JointTarget("both", Label("两项", "Both"), ("now", "later")),))
    both = next(g for g in depth.in_depth(history) if g.is_set)
    assert (both.share.n, both.bands) == (0, ())
    answer = attainment.goals_in_depth([history])
    row = next(r for r in answer.rows if r[2] == "both")
    assert dict(zip(answer.columns, row, strict=True))["prob"] is None


def test_readings_of_one_target_are_declared_once():
    firms = definitions(target(), MEASURES)
    assert [t.measure for t in firms] == ["firms", "registered_firms", "above_scale_firms"]
    revenue = definitions(target("revenue", basis=Basis.YEAR), MEASURES)
    assert [(t.measure, t.basis) for t in revenue] == [("revenue", Basis.YEAR), ("revenue", Basis.LEVEL)]
    signed = definitions(target("signed_projects"), MEASURES)
    assert [t.measure for t in signed] == ["signed_projects", "started_projects", "opened_projects"]
    assert definitions(target("employees"), MEASURES) == (target("employees"),)


def test_registered_firms_are_never_fewer_and_above_scale_never_more(toy):
    (found, *_) = depth.in_depth(with_targets(toy, target(at_least=45.0)))
    stated, registered, above = (r.share.count for r in found.results)
    assert above <= stated <= registered


@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.parametrize("quarters", [1, 12, 40])
def test_few_worlds_and_dates_beyond_the_runs_are_answered_in_words(n, quarters):
    history = with_targets(worlds.run(worlds.toy_scenario(), n), target("revenue", 100.0, by=worlds.START + quarters))
    for make in (attainment.goals_in_depth, reaching.goals_by_year, shortfall.shortfall):
        answer = make([history])
        for words in (answer.words.zh, answer.words.en):
            assert words
            assert not set(words.lower().replace(",", " ").split()) & {"nan", "inf", "-inf", "none"}
        assert all(len(row) == len(answer.columns) for row in answer.rows)
        assert not [c for row in answer.rows for c in row if isinstance(c, float) and not math.isfinite(c)]


def test_other_definitions_are_named_and_equal_chances_at_both_ends_of_entry_are_no_effect(toy):
    out_of_reach = with_targets(toy, target(at_least=1e6), target(by=worlds.START + 80, key="later"))
    words = attainment.goals_in_depth([out_of_reach]).words
    assert "在册企业、规上企业" in words.zh and "这些都不是官方的注册企业数" in words.zh
    assert "registered firms and above-scale firms" in words.en and "official count" in words.en
    assert "模拟次数太少，看不出" in words.zh and "too few to show an effect" in words.en
    assert "--until" in words.zh and "--until" in words.en


def test_without_goals_it_says_so(toy):
    history = with_targets(toy)
    assert attainment.goals_in_depth([history]).words.en == "No goal is set."
    assert reaching.goals_by_year([history]).words.zh == "没有设定目标。"
    assert shortfall.shortfall([history]).rows == ()


def test_years_count_worlds_that_have_reached_it_once(toy):
    answer = reaching.goals_by_year([with_targets(toy, target(at_least=40.0))])
    series = toy.total("firms", (worlds.PARTS,))
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    assert [r["year"] for r in rows] == ["2022", "2023", "2024", "2025"]
    for r in rows:
        until = min(4 * int(r["year"]) + 3 - toy.start, toy.n_quarters)
        assert r["reached"] == int((series[: until + 1] >= 40.0).any(axis=0).sum())


# ── The gap by part ──────────────────────────────────────────────────────────────────────────────────────────────────
positive = st.floats(1e-3, 1e6)


@given(st.lists(st.tuples(positive, positive, positive), min_size=1, max_size=8), st.tuples(positive, positive, positive))
def test_parts_add_up_to_the_gap(there, asked):
    have = np.array(there).T
    want = np.broadcast_to(np.array(asked)[:, None], have.shape)
    parts = shortfall.parts_of_gap(have, want)
    assert parts.sum(axis=0) == pytest.approx(want[2] - have[2], rel=1e-9, abs=1e-6)


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ((0.0, 0.0, 0.0), (12.0, 0.0, 0.0)),  # without firms it is firms that are missing
        ((3.0, 0.0, 0.0), (0.0, 12.0, 0.0)),
        ((3.0, 6.0, 0.0), (0.0, 0.0, 12.0)),
        ((3.0, 6.0, 12.0), (0.0, 0.0, 0.0)),
        ((1.5, 3.0, 6.0), (6.0, 0.0, 0.0)),  # half the firms, all else equal
        ((3.0, 3.0, 6.0), (0.0, 6.0, 0.0)),
        ((3.0, 6.0, 6.0), (0.0, 0.0, 6.0)),
    ],
)
def test_each_part_is_what_alone_is_missing(there, expected):
    parts = shortfall.parts_of_gap(np.array(there)[:, None], np.array((3.0, 6.0, 12.0))[:, None])
    assert parts[:, 0] == pytest.approx(expected, abs=1e-12)


def test_the_logarithmic_mean_is_safe_everywhere():
    a, b = np.array([4.0, 4.0, 0.0, 4.0, 4.0]), np.array([4.0, 1.0, 5.0, 0.0, 4.0 * (1 + 1e-12)])
    found = shortfall.logarithmic_mean(a, b)
    assert found == pytest.approx([4.0, 3.0 / math.log(4.0), 0.0, 0.0, 4.0])


def test_what_a_goal_does_not_state_follows_from_what_there_is(toy):
    revenue = target("revenue", 100.0, key="revenue")
    history = with_targets(toy, revenue)
    (aim,) = shortfall.aims(history)
    account = shortfall.account(history, aim, drawn(history.cases))
    assert not aim.stated
    assert account["missing_firms"] == pytest.approx(account["gap"])
    assert account["people_per_firm"] == pytest.approx(0.0, abs=1e-9)
    whole = with_targets(toy, revenue, target(at_least=60.0, key="f"), target("employees", 9000.0, key="e"))
    (aim,) = shortfall.aims(whole)
    account = shortfall.account(whole, aim, drawn(whole.cases))
    assert aim.stated
    assert sum(account[key] for key in shortfall.PARTS) == pytest.approx(account["gap"])
    staff = toy.total("employees", (worlds.PARTS,))
    assert account["people_needed"] == pytest.approx((9000.0 - staff[0]) / 3.0)
    assert account["revenue_per_head_needed"] == pytest.approx(100.0 / staff[-1])


def test_floor_needed_and_free_are_brute_force(toy):
    history = with_targets(toy, target("employees", 9000.0))
    (aim,) = shortfall.aims(history)
    draws = drawn(history.cases)
    account = shortfall.account(history, aim, draws)
    missing = (9000.0 - toy.total("employees", (worlds.PARTS,))[-1]).clip(min=0.0)
    assert account["floor_needed"] == pytest.approx(missing * draws.base.floor_per_head[:, 1])
    works = toy.total("floor", ("works",))[-1] - toy.total("occupied", ("works",))[-1]
    assert account["floor_free"] == pytest.approx(works)
