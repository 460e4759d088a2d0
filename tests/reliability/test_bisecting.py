"""A chunk with failing worlds: exactly those fail, the others are what they are alone, and it takes few batches to know."""

from __future__ import annotations

import math
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import worlds
from tests.reliability.small import FAST, five_exits, kill_own_process, not_to_be_sent
from tests.test_runner import cases_of, simulate, simulate_never
from wutong.experiments import crew, runner
from wutong.experiments.crew import DEATHS, DIED, NO_START, Task, in_processes, run_chunk, to_be_stored
from wutong.experiments.packing import packed, unpack
from wutong.experiments.runner import Workers, chunked, stream_cases
from wutong.model import simulate as model_simulate
from wutong.model.compiled import engine
from wutong.model.draws import world_key
from wutong.model.facts import fixed
from wutong.model.history import History
from wutong.model.rules.growth import grow
from wutong.model.scenario import Case
from wutong.model.simulate import World


def calls_at_most(n: int, k: int) -> int:
    """Batches that it takes to find k failing worlds among n.

    The batches form a binary tree over the worlds, and only one that holds a failing world has children.  A level of the tree has
    at most k of those, and a tree of n leaves ceil(log2 n) levels below its root: with the root, 1 + 2 k ceil(log2 n) batches.
    The whole tree has 2 n - 1.
    """
    return min(1 + 2 * k * math.ceil(math.log2(n)), 2 * n - 1) if n > 1 else 1


@settings(max_examples=60)
@given(st.integers(1, 70).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1)))))
def test_exactly_the_failing_worlds_fail(drawn):
    n, failing = drawn
    calls: list[int] = []

    def some_fail(cases: Sequence[Case]) -> History:
        calls.append(len(cases))
        for case in cases:
            if case.replication in failing:
                raise ArithmeticError(f"world {case.replication}")
        return simulate(cases)

    cases = cases_of(n, "none")
    outcome = run_chunk(some_fail, cases)
    assert {place: told.error for place, told in outcome.raised.items()} == {r: f"ArithmeticError: world {r}" for r in failing}
    assert all(f"world {r}" in told.traceback and "some_fail" in told.traceback for r, told in outcome.raised.items())
    assert len(calls) <= calls_at_most(n, len(failing))
    others = [case for case in cases if case.replication not in failing]
    if not others:
        assert outcome.history is None
        return
    assert outcome.history is not None
    assert outcome.history.values["firms"].tobytes() == simulate(others).values["firms"].tobytes()
    stored = to_be_stored(outcome)
    assert stored.packed == packed(simulate(others)) and stored.history is None
    shape = (len(others), len(outcome.history.values["firms"][0, 0]), outcome.history.n_quarters + 1)
    assert (unpack(stored.packed.parts[0], shape)[:, 0, 0] % 1000 == [case.replication for case in others]).all()


def test_worlds_of_the_model_beside_a_failing_one_keep_their_bits_and_it_tells_its_quarter(monkeypatch):
    cases = worlds.cases(worlds.toy_scenario(quarters=3), 3)
    whole = model_simulate.simulate(cases)

    def breaks(t, given, p, levers, park, record):
        if t == worlds.START + 2 and park.world[0].key == world_key(1, 1):
            raise FloatingPointError("no heads left")
        grow(t, given, p, levers, park, record)

    monkeypatch.setattr(model_simulate, "engine", lambda entry, plain: engine(entry, {grow: breaks}, plain=True))
    outcome = run_chunk(model_simulate.simulate, cases)
    assert outcome.history is not None and outcome.raised.keys() == {1}
    assert outcome.raised[1].quarter == "2023Q1"
    assert "in breaks" in outcome.raised[1].traceback and "in quarter 2023Q1" in outcome.raised[1].traceback
    for name, values in whole.values.items():
        assert np.delete(values, 1, axis=1).tobytes() == outcome.history.values[name].tobytes(), name


def test_a_rule_that_leaves_the_program_is_a_failure():
    assert run_chunk(five_exits, cases_of(8, "none")).raised[5].error == "SystemExit: five"


# ── Workers that die ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_world_that_kills_its_worker_in_a_packed_chunk_takes_no_other_with_it(monkeypatch):
    """Also none of the chunks that only waited in the same crew: they are not run world by world."""
    monkeypatch.setattr(runner, "BATCH_WORLDS", 2)
    crews: list[int] = []
    with_one_crew = crew._with_one_crew

    def counted(of, chunks):
        crews.append(len(chunks))
        return with_one_crew(of, chunks)

    monkeypatch.setattr(crew, "_with_one_crew", counted)
    cases = cases_of(32, "none")
    kept: list[int] = []
    died: dict[int, str] = {}

    def sink(chunk, outcome):
        died.update({chunk[place].replication: told.error for place, told in outcome.raised.items()})
        ran = [case.replication for place, case in enumerate(chunk) if place not in outcome.raised]
        values = unpack(outcome.packed.parts[0], (len(ran), 16, 5))
        assert outcome.history is None and (values[:, 0, 0] % 1000 == ran).all()
        kept.extend(ran)

    ended = stream_cases(cases, sink, Workers(2, FAST), simulate=kill_own_process)
    assert died == {5: DIED}
    assert sorted(kept) == [r for r in range(32) if r != 5]
    assert (ended.n_run, ended.n_failed) == (32, 1)
    # a crew of two accuses two chunks: that of the killer, which takes three processes, and perhaps a few neighbours
    assert crews.count(1) <= 3 + 2 * DEATHS and not multiprocessing.active_children()


def test_what_cannot_be_sent_back_is_a_failure_and_the_others_go_on(monkeypatch):
    monkeypatch.setattr(runner, "BATCH_WORLDS", 2)
    chunks = chunked(cases_of(8, "none"), 2)
    raised: dict[int, str] = {}
    ran: list[int] = []
    for finished in in_processes(Task(not_to_be_sent), chunks, 2, FAST):
        for i, outcome in finished.items():
            raised.update({chunks[i][place].replication: told.error for place, told in outcome.raised.items()})
            ran += [case.replication for place, case in enumerate(chunks[i]) if place not in outcome.raised]
    assert raised.keys() == {4, 5}, "the chunk, which cannot be told apart"
    assert ("pickle" in raised[5].lower() or "local object" in raised[5]) and sorted(ran) == [0, 1, 2, 3, 6, 7]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_model_that_always_fails_ends_soon(monkeypatch, jobs):
    monkeypatch.setattr(runner, "BATCH_WORLDS", 8)
    ended = stream_cases(cases_of(400, "none"), lambda *_: None, Workers(jobs, FAST), simulate=simulate_never)
    assert ended.n_run == ended.n_failed <= 100
    ended = stream_cases(cases_of(80, "none"), lambda *_: None, simulate=five_exits, max_failures=1)
    assert (ended.n_run, ended.n_failed) == (8, 1)


def test_workers_that_die_at_import_are_said_in_words(tmp_path):
    """A script without a guard starts itself again in every worker, and each of them ends before it has done anything."""
    script = tmp_path / "script.py"
    script.write_text(
        "from wutong.experiments.runner import run_cases\n"
        "from tests.worlds import cases, simulate, toy_scenario\n"
        "runs = run_cases(cases(toy_scenario(), 64), jobs=2, simulate=simulate)\n"
        "print(len(runs.failures) + runs.n_skipped, runs.failures[0].error)\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "PYTHONPATH": str(worlds.ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, str(script)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=100)
    assert done.stdout.strip() == f"64 {NO_START}", done.stderr[-2000:]


def test_chunks_that_only_waited_are_not_accused(monkeypatch):
    """What was under way stands first among the unfinished; a crew of two accuses two."""
    done: list[str] = []

    def dies(of, chunks):
        done.append(f"crew for {len(chunks)}")
        assert len(done) < 20, "a new crew for ever"
        return iter(())

    monkeypatch.setattr(crew, "_with_one_crew", dies)
    monkeypatch.setattr(crew, "_can_start", lambda method: True)
    monkeypatch.setattr(crew, "_alone", lambda of, chunk: done.append("alone") or crew.Outcome(None))
    stream = in_processes(Task(simulate), [cases_of(1, "none")] * 100, 2)
    assert [next(stream).keys() for _ in range(4)] == [{0}, {1}, {2}, {3}]
    assert done == ["crew for 100"] * DEATHS + ["alone"] * 2 + ["crew for 98"] * DEATHS + ["alone"] * 2


def test_a_world_that_grows_beyond_all_numbers_fails_with_its_quarter_and_its_measure():
    scenario = worlds.toy_scenario(quarters=6)
    endless = worlds.toy_scenario(worlds.with_segments(scenario.park, revenue_per_head=fixed(1e308)), quarters=6)
    cases = [Case(endless, worlds.NO_POLICY, 0, 1)]
    with np.errstate(all="ignore"):
        outcome = run_chunk(model_simulate.simulate, cases)
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
    outcome = run_chunk(model_simulate.simulate, cases)
    assert set(outcome.raised) == {2} and outcome.raised[2].quarter == "2023Q1"
    assert outcome.raised[2].error.startswith("FloatingPointError: revenue is no finite number")
    assert outcome.history is not None and all(np.isfinite(v).all() for v in outcome.history.values.values())
