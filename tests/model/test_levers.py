"""Levers: neutral at zero, combined by multiplying or adding, refused when they contradict themselves, on time to the quarter."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import worlds
from tests.worlds import ASSEMBLY, BIO, FIRST, FLEET, METAL, PARTS, policy
from wutong.model.base import Base
from wutong.model.given import levers_at
from wutong.model.lever_effects import Effects, LeverInputs, present_value, quarters_running, shifted
from wutong.model.lever_facts import LeverParameters
from wutong.model.lever_table import LeverTable, check_policy, columns_of, levers_of
from wutong.model.levers import LEVERS, SUPPORT_LIMIT, Target
from wutong.model.scenario import LeverSetting
from wutong.model.start.drawn import mean_entrant
from wutong.model.units import NEVER
from wutong.model.world import prepare

QUARTERS = 12
NEUTRAL = {f.name: f.metadata["neutral"] for f in dataclasses.fields(Effects)}


def compiled(*settings_: LeverSetting, n: int = 2) -> tuple[LeverTable, Base]:
    batch = prepare(worlds.cases(worlds.plain(quarters=QUARTERS), n, policy(*settings_)))
    return batch.levers, batch.base


def by_quarter(table: LeverTable, name: str) -> list[float]:
    """An effect in world 0, at most over its columns, quarter by quarter."""
    return table.effects[name][:, 0].max(axis=1).tolist()


def inputs(key: str, level: float) -> LeverInputs:
    batch = prepare(worlds.cases(worlds.plain(), 2))
    columns = len(columns_of(LEVERS[key], worlds.toy_park()))
    entrant = mean_entrant(batch.base, batch.parameters["accounts"])
    return LeverInputs(np.full((QUARTERS, 2, columns), level), LeverParameters(), entrant)


# ── Effects ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("key", LEVERS)
def test_a_lever_at_zero_is_exactly_neutral(key):
    for name, value in LEVERS[key].effects(inputs(key, 0.0)).items():
        assert (value == NEUTRAL[name]).all(), name


@pytest.mark.parametrize("key", LEVERS)
def test_a_lever_at_its_top_does_something(key):
    effects = LEVERS[key].effects(inputs(key, LEVERS[key].high))
    assert any((value != NEUTRAL[name]).any() for name, value in effects.items())
    assert all(np.isfinite(value).all() for value in effects.values())


@pytest.mark.parametrize("key", LEVERS)
def test_the_cost_of_nothing_is_nothing_and_of_more_never_less(key):
    setting = LeverSetting(key, 0.5 * LEVERS[key].high, FIRST)
    park = worlds.plain(quarters=10)
    history = worlds.run(park, 2, policy(setting))
    cost = history.values["lever_cost"]
    column = list(LEVERS).index(key)
    assert (np.delete(cost, column, axis=2) == 0.0).all()
    assert (cost[1:, :, column] >= 0.0).all()
    assert (cost[-1, :, column] > 0.0).all()


def test_present_value_discounts_from_the_middle_of_the_year():
    value = present_value(np.full((1, 1), 0.05), (1.0, 1.0))
    assert value[0, 0] == pytest.approx(1.05**-0.5 + 1.05**-1.5)


@given(st.lists(st.floats(0.0, 9.0), min_size=6, max_size=6), st.lists(st.integers(0, 7), min_size=2, max_size=2))
def test_a_shifted_level_is_the_same_one_later(values, delays):
    level = np.tile(np.array(values)[:, None, None], (1, 2, 1))
    late = shifted(level, np.array(delays))
    for world, delay in enumerate(delays):
        expected = [0.0] * min(delay, 6) + values[: max(6 - delay, 0)]
        assert late[:, world, 0].tolist() == expected
    assert quarters_running(np.array([0.0, 1.0, 1.0, 0.0, 2.0])[:, None])[:, 0].tolist() == [0, 1, 2, 2, 3]


def first_quarter(*settings_: LeverSetting):
    """Effects by segment in the first quarter of world 0, as a rule sees them."""
    table, base = compiled(*settings_)
    return levers_at(levers_of(table, base, 0), 1).segment


def test_effects_of_several_levers_multiply_or_add():
    start = {"start": FIRST}
    delivery, landing = LeverSetting("delivery_service", 1.0, **start), LeverSetting("landing_subsidy", 0.02, **start)
    tax, seed = LeverSetting("tax_relief", 0.1, **start), LeverSetting("seed_fund", 1.0, **start)
    both = first_quarter(delivery, landing, tax, seed)
    apart = [first_quarter(one) for one in (delivery, landing, tax, seed)]
    assert both.support == pytest.approx(sum(e.support for e in apart))
    assert both.entry == pytest.approx(np.prod([e.entry for e in apart], axis=0))
    assert both.support_anchor == pytest.approx(sum(e.support_anchor for e in apart))


def test_support_is_counted_once_and_capped():
    every = [LeverSetting(key, LEVERS[key].high, FIRST) for key in ("landing_subsidy", "tax_relief", "rent_subsidy")]
    effects = first_quarter(*every)
    assert effects.support.max() <= SUPPORT_LIMIT and effects.support_anchor.max() <= SUPPORT_LIMIT
    assert effects.support.max() == SUPPORT_LIMIT


# ── The table ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_without_policy_every_effect_is_neutral_and_no_lever_in_use():
    table, _ = compiled()
    assert table.in_use == frozenset() and not any(level.any() for level in table.levels.values())
    assert table.effects.keys() == NEUTRAL.keys()
    assert all((table.effects[name] == value).all() for name, value in NEUTRAL.items())


@settings(max_examples=40)
@given(st.integers(-6, 14), st.integers(0, 8))
def test_a_setting_works_from_its_first_quarter_to_its_last(offset, length):
    first, last = FIRST + offset, FIRST + offset + length
    table, _ = compiled(LeverSetting("delivery_service", 0.5, first, last), n=1)
    works = [bool(by > 0.0) for by in by_quarter(table, "lag_cut")]
    assert works == [first <= FIRST + step <= last for step in range(QUARTERS)]


def test_space_is_ready_two_years_later_and_all_of_it():
    table, _ = compiled(LeverSetting("space", 4.0, FIRST + 1, FIRST + 2, zones=("tower",)))
    built = table.effects["floor"][:, 0]
    assert built[:, 1].tolist() == [0.0] * 9 + [1e4, 1e4, 0.0]
    assert (built[:, 0] == 0.0).all()
    assert table.floor_added[-1, 0].tolist() == [0.0, 2e4]


def test_space_that_is_announced_ready_comes_at_once():
    table, _ = compiled(LeverSetting("space", 50.0, FIRST, zones=("tower",), ready=FIRST + 4))
    built = table.effects["floor"][:, 0, 1]
    assert built.tolist() == [0.0] * 4 + [5e5] + [0.0] * 7
    outside, _ = compiled(LeverSetting("space", 50.0, FIRST, ready=FIRST - 3))
    assert outside.floor_added.sum() == 0.0


def test_space_adds_the_floor_that_it_says_and_no_more():
    scenario = worlds.without(worlds.plain(quarters=QUARTERS), worlds.NO_BUILDING)
    built = policy(
        LeverSetting("space", 50.0, FIRST, zones=("tower",), ready=FIRST + 4), LeverSetting("space", 8.0, FIRST, FIRST + 1)
    )
    added = worlds.run(scenario, 2, built).values["floor"] - worlds.run(scenario, 2).values["floor"]
    assert added[:, 0, 1] == pytest.approx([0.0] * 5 + [5e5] * 4 + [5.1e5] + [5.2e5] * 3)
    assert added[:, 0, 0] == pytest.approx([0.0] * 9 + [1e4] + [2e4] * 3)


def test_recruitment_works_after_its_delay():
    table, _ = compiled(LeverSetting("anchor_recruitment", 75.0, FIRST + 2))
    assert by_quarter(table, "candidates") == pytest.approx([1.0] * 6 + [2.0**0.25] * 6)
    fewer, _ = compiled(LeverSetting("anchor_recruitment", -75.0, FIRST))
    assert by_quarter(fewer, "candidates") == pytest.approx([1.0] * 4 + [0.0] * 8)


def test_delivery_brings_entrants_in_its_first_year_only():
    entry = by_quarter(compiled(LeverSetting("delivery_service", 1.0, FIRST + 1))[0], "entry")
    assert entry == pytest.approx([1.0] + [1.02] * 4 + [1.0] * 7)


@pytest.mark.parametrize("key", [key for key, lever in LEVERS.items() if lever.extensive])
def test_money_and_places_are_divided_and_nothing_is_lost(key):
    table, base = compiled(LeverSetting(key, 2.0, FIRST))
    level = table.levels[key][-1]
    assert level.sum(axis=1) == pytest.approx([2.0, 2.0])
    if LEVERS[key].target is Target.SEGMENTS:
        assert level == pytest.approx(2.0 * base.entry_shares)
        aimed, _ = compiled(LeverSetting(key, 2.0, FIRST, segments=(FLEET, BIO)))
        part = aimed.levels[key][-1]
        assert (part[:, [0, 1, 3]] == 0.0).all() and part.sum(axis=1) == pytest.approx([2.0, 2.0])
        assert part[:, 2] / part[:, 4] == pytest.approx(base.entry[:, 2] / base.entry[:, 4])


def test_shares_hold_for_each_segment_they_are_aimed_at():
    table, _ = compiled(LeverSetting("tax_relief", 0.4, FIRST, segments=(PARTS, METAL)))
    assert table.levels["tax_relief"][0, 0].tolist() == [0.0, 0.4, 0.0, 0.4, 0.0]


def test_money_aimed_where_nobody_enters_goes_nowhere():
    table, _ = compiled(LeverSetting("seed_fund", 2.0, FIRST, segments=(ASSEMBLY,)))
    assert table.levels["seed_fund"].sum() == 0.0 and not table.in_use


def test_policies_of_a_batch_stay_apart():
    chosen = [policy(), policy(LeverSetting("tax_relief", 0.4, FIRST), name="tax"), policy()]
    scenario = worlds.plain(quarters=3)
    batch = prepare([worlds.Case(scenario, p, 0) for p in chosen])
    assert [float(level) for level in batch.levers.levels["tax_relief"][0].max(axis=1)] == [0.0, 0.4, 0.0]
    assert [bool(levers_of(batch.levers, batch.base, n).segment.support.any()) for n in range(3)] == [False, True, False]


# ── What a policy may not say ────────────────────────────────────────────────────────────────────────────────────────
REFUSED = {
    "unknown lever": LeverSetting("magic", 1.0, FIRST),
    "lies outside": LeverSetting("landing_subsidy", 0.21, FIRST),
    "ends before it starts": LeverSetting("landing_subsidy", 0.1, FIRST + 4, FIRST + 3),
    "cannot be aimed": LeverSetting("talent_programme", 10.0, FIRST, segments=(PARTS,)),
    "unknown segments": LeverSetting("landing_subsidy", 0.1, FIRST, segments=("nowhere",)),
    "unknown zones": LeverSetting("space", 1.0, FIRST, zones=("moon",)),
}


@pytest.mark.parametrize("said", REFUSED)
def test_a_wrong_setting_is_refused_in_words(said):
    with pytest.raises(ValueError, match=said) as caught:
        check_policy(policy(REFUSED[said], name="mine"), worlds.toy_park())
    assert "policy mine" in str(caught.value) and REFUSED[said].lever in str(caught.value)


@pytest.mark.parametrize("key", LEVERS)
def test_bounds_are_closed_and_nan_is_outside(key):
    lever, park = LEVERS[key], worlds.toy_park()
    for level in (lever.low, lever.high):
        check_policy(policy(LeverSetting(key, level, FIRST)), park)
    for level in (np.nextafter(lever.low, -np.inf), np.nextafter(lever.high, np.inf), float("nan")):
        with pytest.raises(ValueError, match="lies outside"):
            check_policy(policy(LeverSetting(key, level, FIRST)), park)


@settings(max_examples=60)
@given(
    st.lists(st.integers(0, 9), min_size=4, max_size=4),
    st.lists(st.sampled_from([(), (PARTS,), (FLEET,), (PARTS, BIO)]), min_size=2, max_size=2),
)
def test_two_settings_of_a_lever_may_not_overlap(times, aims):
    (a, b), (c, d) = sorted(times[:2]), sorted(times[2:])
    one = LeverSetting("landing_subsidy", 0.1, FIRST + a, FIRST + b, aims[0])
    two = LeverSetting("landing_subsidy", 0.1, FIRST + c, FIRST + d, aims[1])
    same = not aims[0] or not aims[1] or bool(set(aims[0]) & set(aims[1]))
    if same and set(range(a, b + 1)) & set(range(c, d + 1)):
        with pytest.raises(ValueError, match="overlap in time"):
            check_policy(policy(one, two), worlds.toy_park())
    else:
        check_policy(policy(one, two), worlds.toy_park())


def test_an_open_end_overlaps_with_what_comes_later():
    early, late = LeverSetting("tax_relief", 0.1, FIRST, NEVER), LeverSetting("tax_relief", 0.1, FIRST + 40)
    with pytest.raises(ValueError, match="overlap in time"):
        compiled(early, late)
