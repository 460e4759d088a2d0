"""A chunk with failing worlds: exactly those fail, the others are what they are alone, and nothing is run twice."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import worlds
from tests.reliability.small import five_exits
from tests.test_runner import cases_of, simulate, simulate_never
from wutong.experiments import runner
from wutong.experiments.crew import run_chunk, to_be_stored
from wutong.experiments.packing import packed, unpack
from wutong.experiments.runner import Workers, stream_cases
from wutong.model.compiled import engine
from wutong.model.draws import world_key
from wutong.model.facts import fixed
from wutong.model.history import History
from wutong.model.rules.growth import grow
from wutong.model.scenario import Case, LeverSetting
from wutong.model.schedule import run
from wutong.model.simulate import attempted
from wutong.model.simulate import simulate as simulate_model
from wutong.model.world import World


@settings(max_examples=60)
@given(st.integers(1, 70).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1)))))
def test_exactly_the_failing_worlds_fail(drawn):
    n, failing = drawn

    def some_fail(cases: Sequence[Case]) -> History:
        for case in cases:
            if case.replication in failing:
                raise ArithmeticError(f"world {case.replication}")
        return simulate(cases)

    cases = cases_of(n, "none")
    outcome = run_chunk(some_fail, cases)
    assert {place: told.error for place, told in outcome.raised.items()} == {r: f"ArithmeticError: world {r}" for r in failing}
    assert all(f"world {r}" in told.traceback and "some_fail" in told.traceback for r, told in outcome.raised.items())
    others = [case for case in cases if case.replication not in failing]
    if not others:
        assert outcome.history is None
        return
    assert outcome.history is not None
    assert outcome.history.values["firms"].tobytes() == simulate(others).values["firms"].tobytes()
    stored = to_be_stored(cases, outcome)
    (piece,) = stored.pieces
    assert piece.packed == packed(simulate(others)) and stored.history is None
    assert [cases[n] for n in piece.positions] == others
    shape = (len(others), len(outcome.history.values["firms"][0, 0]), outcome.history.n_quarters + 1)
    assert (unpack(piece.packed.parts[0], shape)[:, 0, 0] % 1000 == [case.replication for case in others]).all()


def breaks_in_world_one(t, given, p, levers, park, record):
    if t == worlds.START + 2 and park.world[0].key == world_key(1, 1):
        raise FloatingPointError("no heads left")
    grow(t, given, p, levers, park, record)


@pytest.fixture
def counted(monkeypatch):
    """A model whose second replication breaks; the keys of the worlds by stretch that is run."""
    broken, ran = engine(run, {grow: breaks_in_world_one}, plain=True), []

    class Counting:
        prepare = broken.prepare

        def __call__(self, *arguments):
            ran.append(arguments[0])
            return broken(*arguments)

    monkeypatch.setattr("wutong.model.world.engine", lambda entry, **_: Counting() if entry is run else engine(entry, plain=True))
    return ran


def test_worlds_of_the_model_beside_a_failing_one_keep_their_bits_and_it_tells_its_quarter(counted):
    cases = worlds.cases(worlds.toy_scenario(quarters=3), 3)
    outcome = run_chunk(attempted, cases)
    assert outcome.history is not None and outcome.raised.keys() == {1}
    assert outcome.raised[1].quarter == "2023Q1"
    assert "in breaks" in outcome.raised[1].traceback and "in quarter 2023Q1" in outcome.raised[1].traceback
    assert counted == [worlds.START + 1] * 3, "every world once"
    others = simulate_model([cases[0], cases[2]])
    for name, values in others.values.items():
        assert values.tobytes() == outcome.history.values[name].tobytes(), name


def test_policies_of_one_start_that_breaks_before_they_part_fail_alike_and_as_each_does_alone(counted):
    late = worlds.policy(LeverSetting("tax_relief", 0.2, worlds.START + 3), name="late")
    cases = [Case(worlds.toy_scenario(quarters=4), p, r) for p in (worlds.NO_POLICY, late) for r in (0, 1)]
    outcome = run_chunk(attempted, cases)
    assert outcome.raised.keys() == {1, 3}
    assert outcome.raised[1] == outcome.raised[3] == run_chunk(attempted, [cases[3]]).raised[0]


def test_a_case_of_which_nothing_can_be_prepared_takes_no_other_with_it():
    hopeless = worlds.policy(LeverSetting("tax_relief", 99.0, worlds.FIRST), name="hopeless")
    scenario = worlds.toy_scenario(quarters=2)
    cases = [Case(scenario, worlds.NO_POLICY, 0), Case(scenario, hopeless, 0), Case(scenario, worlds.NO_POLICY, 1)]
    outcome = run_chunk(attempted, cases)
    assert outcome.raised.keys() == {1} and "hopeless" in outcome.raised[1].error
    assert outcome.history is not None and outcome.history.values["firms"].shape[1] == 2


def test_a_rule_that_leaves_the_program_is_a_failure():
    assert run_chunk(five_exits, cases_of(8, "none")).raised[5].error == "SystemExit: five"


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_model_that_always_fails_ends_soon(monkeypatch, jobs):
    monkeypatch.setattr(runner, "BATCH_WORLDS", 8)
    ended = stream_cases(cases_of(400, "none"), lambda *_: None, Workers(jobs), simulate=simulate_never)
    assert ended.n_run == ended.n_failed <= 100
    ended = stream_cases(cases_of(80, "none"), lambda *_: None, simulate=five_exits, max_failures=1)
    assert (ended.n_run, ended.n_failed) == (8, 1)


def test_a_world_that_grows_beyond_all_numbers_fails_with_its_quarter_and_its_measure():
    scenario = worlds.toy_scenario(quarters=6)
    endless = worlds.toy_scenario(worlds.with_segments(scenario.park, revenue_per_head=fixed(1e308)), quarters=6)
    cases = [Case(endless, worlds.NO_POLICY, 0, 1)]
    with np.errstate(all="ignore"):
        outcome = run_chunk(attempted, cases)
    assert outcome.history is None
    told = outcome.raised[0]
    assert told.error.split(": ")[1].startswith("employees is no finite number")
    assert told.quarter == "2022Q4"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e39])
def test_a_single_number_that_cannot_be_kept_fails_its_world_alone(monkeypatch, value):
    """1e39 is finite, but not in the single precision of the store."""
    cases = worlds.cases(worlds.toy_scenario(quarters=3), 4)
    finite = World.advance

    def advance(world, last):
        finite(world, last)
        if world.park.world[0].key == world_key(1, 2):
            world.record.segment["revenue"][2, 0] = value

    monkeypatch.setattr(World, "advance", advance)
    outcome = run_chunk(attempted, cases)
    assert set(outcome.raised) == {2} and outcome.raised[2].quarter == "2023Q1"
    assert outcome.raised[2].error.startswith("FloatingPointError: revenue is no finite number")
    assert outcome.history is not None and all(np.isfinite(v).all() for v in outcome.history.values.values())
