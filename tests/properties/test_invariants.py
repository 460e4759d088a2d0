"""The invariants, every quarter: on the toy park, on the shipped park, and on parks that chance put together."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests import worlds
from tests.properties.invariants import watched_run
from tests.worlds import FIRST, SEGMENTS, START, policy
from wutong.experiments.reading import read_policy, read_scenario
from wutong.model.assumptions import at_defaults, parameter_facts
from wutong.model.facts import fixed
from wutong.model.levers import LEVERS, Target
from wutong.model.scenario import LeverSetting, Scenario, Status
from wutong.model.world import prepare

FACTS = parameter_facts()
QUARTERS = 8


def everything() -> worlds.Policy:
    """Every lever well above zero from the first quarter on."""
    return policy(*(LeverSetting(key, 0.4 * lever.high, FIRST) for key, lever in LEVERS.items()), name="everything")


@pytest.mark.parametrize("occupancy", [0.05, 0.97])
@pytest.mark.parametrize("chosen", [worlds.NO_POLICY, everything()], ids=lambda p: p.name)
def test_the_toy_park(occupancy, chosen):
    park = worlds.toy_park(occupancy=occupancy)
    watched_run(worlds.cases(worlds.toy_scenario(park, 24), 6, chosen))


def test_tight_floor_turns_firms_away_and_ample_floor_nobody():
    full = worlds.run(worlds.plain(worlds.toy_park(occupancy=0.99), 12), 6)
    ample = worlds.run(worlds.plain(worlds.toy_park(), 12), 6)
    assert full.values["turned_away"].sum() > 50.0
    assert ample.values["turned_away"].sum() == 0.0


@pytest.fixture(scope="module")
def shipped() -> Scenario:
    return read_scenario("baseline")


@pytest.mark.parametrize("name", ["none", "as_announced"])
def test_the_shipped_park(shipped, name):
    short = dataclasses.replace(shipped, end=shipped.park.start + QUARTERS)
    watched_run(worlds.cases(short, 3, read_policy(name)))


def test_the_shipped_park_to_its_end(shipped):
    watched_run(worlds.cases(shipped, 1, everything()))


# ── Parks put together by chance ─────────────────────────────────────────────────────────────────────────────────────
@st.composite
def assumption_values(draw):
    """Some parameters at a bound or at their default, the null included."""
    chosen = draw(st.lists(st.sampled_from(sorted(FACTS)), max_size=12, unique=True))
    ends = {name: (FACTS[name].assumption.low, FACTS[name].assumption.default, FACTS[name].assumption.high) for name in chosen}
    return {name: fixed(draw(st.sampled_from(values))) for name, values in ends.items()}


@st.composite
def anchors(draw):
    """Up to four anchors in any stage, with or without partners, declared opening and end."""
    table = []
    for n in range(draw(st.integers(0, 4))):
        status = draw(st.sampled_from(list(Status)))
        later = status is Status.PLANNED
        signed = draw(st.integers(START + 1, START + QUARTERS + 2) if later else st.integers(START - 30, START))
        table.append(
            dataclasses.replace(
                worlds.old_anchor() if status is Status.OPERATING else worlds.new_anchor(signed),
                key=f"anchor{n}",
                segment=draw(st.sampled_from([SEGMENTS[0], SEGMENTS[1]])),
                status=status,
                signed=signed,
                opens=draw(st.sampled_from([None, signed + 1, signed + 7])),
                revenue=fixed(2.0),
                jobs=fixed(200.0),
                partner_kind=draw(st.sampled_from([None, "maker"])),
                opening_share=fixed(draw(st.sampled_from([0.0, 0.5, 1.0]))),
                partners_came_before=draw(st.booleans()),
                closes=draw(st.sampled_from([START + 3, START + 6, 1 << 40])),
            )
        )
    return tuple(table)


@st.composite
def policies(draw):
    chosen = draw(st.lists(st.sampled_from(sorted(LEVERS)), max_size=5, unique=True))
    return policy(*(setting(draw, LEVERS[key]) for key in chosen), name="drawn")


def setting(draw, lever):
    first = FIRST + draw(st.integers(-3, QUARTERS + 2))
    share = draw(st.sampled_from([0.0, 0.3, 1.0]))
    aims = draw(st.sampled_from([(), SEGMENTS[:2], SEGMENTS[4:]])) if lever.target is Target.SEGMENTS else ()
    return LeverSetting(lever.key, lever.low + share * (lever.high - lever.low), first, first + draw(st.integers(0, 9)), aims)


@settings(max_examples=50, phases=(Phase.generate,))  # shrinking whole runs takes minutes
@given(assumption_values(), anchors(), policies(), st.sampled_from([0.05, 0.8, 1.0]), st.integers(0, 2**40))
def test_any_park(assumptions, named, chosen, occupancy, seed):
    park = worlds.toy_park(named, occupancy)
    scenario = dataclasses.replace(worlds.toy_scenario(park, QUARTERS), assumptions=assumptions)
    watched_run(worlds.cases(scenario, 2, chosen, seed))


def test_a_park_with_nobody_in_it_stays_empty():
    nobody = worlds.with_segments(worlds.toy_park(anchors=()), firms=fixed(0.0), staff=fixed(0.0), entry=fixed(0.0))
    empty = dataclasses.replace(nobody, labs=(), pipeline=dataclasses.replace(nobody.pipeline, signed=()))
    assert [world.park.firms.n[0] for world in watched_run(worlds.cases(worlds.plain(empty), 2))] == [0, 0]


# ── Sizes that the rules promise ─────────────────────────────────────────────────────────────────────────────────────
def test_entrants_of_the_first_year_are_those_observed():
    """Gross entry of every segment, all channels together, within four Poisson errors: nobody is counted twice."""
    park = worlds.toy_park(
        anchors=(worlds.old_anchor(), dataclasses.replace(worlds.new_anchor(), status=Status.SIGNED, signed=START - 3))
    )
    quiet = worlds.without(worlds.toy_scenario(park, 4), worlds.NO_FEEDBACK, worlds.NO_SHOCKS, worlds.NO_RECRUITS)
    quiet = at_defaults(
        worlds.without(quiet, {"spin_off.shrinking_factor": 0.0, "exit.park_factor": 1.0}, {"spin_off.lab_rate": 0.0})
    )
    n = 150
    history = worlds.run(quiet, n)
    funnel = np.array([s.through_funnel for s in park.segments])
    arrived = sum(
        history.values[f"entrants_{channel}"].sum(axis=(0, 1)) for channel in ("attracted", "followed", "firm_spin_off")
    )
    signed = history.values["signed_projects"].sum(axis=(0, 1))
    seen = np.where(funnel, signed, arrived) / n
    expected = np.array([s.entry.default for s in park.segments])
    error = np.sqrt(expected / n)
    assert (np.abs(seen - expected) <= 4.0 * error + 0.02 * expected).all(), f"{seen} against {expected}"


@pytest.mark.parametrize(("growth", "productivity"), [(0.10, 0.03), (0.02, 0.06), (-0.04, 0.0)])
def test_staff_of_a_fixed_cohort_grows_at_demand_less_productivity(growth, productivity):
    park = worlds.with_segments(
        worlds.toy_park(anchors=()), growth=fixed(growth), productivity_growth=fixed(productivity), entry=fixed(0.0)
    )
    alone = dataclasses.replace(
        park, purchases=tuple((0.0,) * 5 for _ in range(5)), labs=(), pipeline=dataclasses.replace(park.pipeline, signed=())
    )
    still = worlds.without(
        worlds.plain(alone, 24), worlds.NO_EXIT, worlds.NO_SHOCKS, worlds.NO_AGE_EFFECT, {"outside.slowing": 0.0}
    )
    history = worlds.run(still, 2)
    staff = history.values["employees"]
    assert (history.values["firms"] == history.values["firms"][0]).all()
    yearly = np.log(staff[-1] / staff[-5])
    assert yearly == pytest.approx(np.full(yearly.shape, growth - np.log1p(productivity)), abs=2e-3)
    revenue = history.values["revenue"]
    assert np.log(revenue[-1] / revenue[-5]) == pytest.approx(np.full(yearly.shape, growth), abs=2e-3)


def test_twice_the_entry_gives_less_than_twice_and_a_bit_the_firms(shipped):
    def doubled(segment):
        assumption = segment.entry
        return dataclasses.replace(segment, entry=dataclasses.replace(
            assumption, default=2 * assumption.default, low=2 * assumption.low, high=2 * assumption.high))  # fmt: skip

    usual = at_defaults(shipped)
    park = dataclasses.replace(usual.park, segments=tuple(map(doubled, usual.park.segments)))
    twice = dataclasses.replace(usual, name="twice", park=park)
    one, two = (worlds.run(s, 3).values["firms"].sum(axis=2)[-1] for s in (usual, twice))
    assert (two > one).all()
    assert two.sum() < 2.2 * one.sum()


def test_the_shipped_park_takes_in_about_what_was_observed(shipped):
    """First-year entrants of software and services at the defaults, all channels: within a tenth of what was seen."""
    quiet = at_defaults(dataclasses.replace(shipped, end=START + 4))
    n = 60
    history = worlds.run(quiet, n)
    channels = ("attracted", "followed", "firm_spin_off", "lab_spin_off")
    base = prepare(worlds.cases(quiet, n)).base
    direct = ~base.through_funnel
    seen = sum(history.values[f"entrants_{channel}"].sum(axis=(0, 1)) for channel in channels)[direct] / n
    observed = base.entry.mean(axis=0)[direct]
    assert (np.abs(seen / observed - 1.0) < 0.1 + 4.0 / np.sqrt(observed * n)).all(), f"{seen} against {observed}"
