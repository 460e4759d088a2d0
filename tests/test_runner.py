"""The runner: same results in any company, nothing lost to one failure or to Ctrl-C."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from tests import synthetic, worlds
from wutong.experiments import runner
from wutong.experiments.runner import GIVE_UP_AFTER, Workers, chunked, run_cases, stream_cases
from wutong.model.compiled import engine
from wutong.model.facts import Label
from wutong.model.history import History, merge
from wutong.model.scenario import Case, Policy, Scenario
from wutong.model.schedule import run

START, N_ROWS = synthetic.START, 5


def small_scenario(name: str = "baseline") -> Scenario:
    return Scenario(name, Label("", ""), synthetic.park(), START + N_ROWS - 1, {}, ())


def cases_of(n: int, *policies: str, scenario: Scenario | None = None) -> list[Case]:
    scenario = scenario or small_scenario()
    return [Case(scenario, Policy(p, Label("", ""), ()), r) for p in policies for r in range(n)]


def simulate(cases: Sequence[Case]) -> History:
    """One measure whose values tell the world apart."""
    values = np.array([1000.0 * len(c.policy.name) + c.replication for c in cases])
    tables = np.broadcast_to(values[None, :, None], (N_ROWS, len(cases), len(synthetic.SEGMENTS))).copy()
    return History(tuple(cases), START, synthetic.AXES, {"firms": synthetic.FACTS["firms"]}, {"firms": tables})


def simulate_but_seven(cases: Sequence[Case]) -> History:
    if any(c.replication == 7 for c in cases):
        raise ZeroDivisionError("seven")
    return simulate(cases)


def simulate_never(cases: Sequence[Case]) -> History:
    raise ValueError("never")


def simulate_slowly(cases: Sequence[Case]) -> History:
    if any(c.replication > 0 for c in cases):
        time.sleep(60)
    return simulate(cases)


def test_worlds_stand_in_the_order_of_the_cases_whatever_the_number_of_threads():
    cases = cases_of(70, "none", "other")
    alone, together = run_cases(cases, jobs=1, simulate=simulate), run_cases(cases, jobs=2, simulate=simulate)
    for runs in (alone, together):
        assert [h.cases[0].policy.name for h in runs.histories] == ["none", "other"]
        assert not runs.failures
        assert runs.n_skipped == 0
    for a, b in zip(alone.histories, together.histories, strict=True):
        assert [c.replication for c in b.cases] == list(range(70))
        assert all(mine is given for mine, given in zip(b.cases, a.cases, strict=True)), "cases are the caller's own objects"
        np.testing.assert_array_equal(a.values["firms"], b.values["firms"])
        np.testing.assert_array_equal(a.values["firms"][0, :, 0] % 1000, np.arange(70))


@pytest.mark.parametrize("jobs", [1, 2, 3, 16])
def test_chunks_hold_whole_starts_and_every_case_once(jobs, monkeypatch):
    monkeypatch.setattr(runner, "BATCH_WORLDS", 32)
    cases = cases_of(50, "none", "other")
    chunks = chunked(cases, jobs)
    assert sorted((c.policy.name, c.replication) for chunk in chunks for c in chunk) == [
        (c.policy.name, c.replication) for c in cases
    ]
    for chunk in chunks:
        together = Counter(case.replication for case in chunk)
        assert set(together.values()) == {2}, "both policies of a replication: its start is made once"
    assert all(0 < len(chunk) <= 32 for chunk in chunks)
    assert len(chunks) >= jobs


def test_one_start_is_shared_by_all_threads_where_there_is_but_one():
    cases = cases_of(1, *(f"policy{'y' * n}" for n in range(8)))
    assert [len(chunk) for chunk in chunked(cases, 2)] == [4, 4]


def test_worlds_stand_in_the_order_of_the_cases_where_those_are_in_no_order():
    cases = cases_of(9, "none", "other")
    random.Random(5).shuffle(cases)
    for history in run_cases(cases, jobs=2, simulate=simulate).histories:
        own = [case.replication for case in cases if case.policy == history.cases[0].policy]
        assert [case.replication for case in history.cases] == own
        np.testing.assert_array_equal(history.values["firms"][0, :, 0] % 1000, own)


def test_one_failing_world_takes_no_other_with_it():
    runs = run_cases(cases_of(40, "none"), jobs=1, simulate=simulate_but_seven)
    (history,), (failure,) = runs.histories, runs.failures
    assert [c.replication for c in history.cases] == [r for r in range(40) if r != 7]
    np.testing.assert_array_equal(history.values["firms"][0, :, 0] % 1000, [r for r in range(40) if r != 7])
    assert failure.case.replication == 7
    assert failure.error == "ZeroDivisionError: seven"
    assert "simulate_but_seven" in failure.traceback


def test_nothing_but_failures_ends_early(monkeypatch):
    monkeypatch.setattr(runner, "BATCH_WORLDS", 32)
    runs = run_cases(cases_of(200, "none"), jobs=1, simulate=simulate_never)
    assert not runs.histories
    assert GIVE_UP_AFTER <= len(runs.failures) <= GIVE_UP_AFTER + 32
    assert runs.n_skipped == 200 - len(runs.failures)


def test_interruption_keeps_what_finished_and_waits_for_no_thread(monkeypatch):
    monkeypatch.setattr(runner, "BATCH_WORLDS", 1)
    cases = cases_of(1, "none") + cases_of(2, "other")[1:] + cases_of(3, "third")[2:]
    seen: list[float] = []

    def interrupt_once_one_is_done(done: int, failed: int, total: int) -> None:
        if done and not seen:
            seen.append(time.monotonic())
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()

    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        runs = run_cases(cases, jobs=2, progress=interrupt_once_one_is_done, simulate=simulate_slowly)
    finally:
        signal.signal(signal.SIGINT, handler)
    assert time.monotonic() - seen[0] < 1.1, "a tenth of a second to Ctrl-C, and one second until all is told"
    assert runs.interrupted
    assert [h.cases[0].policy.name for h in runs.histories] == ["none"]
    assert runs.n_skipped == 2


def test_a_long_world_ends_between_two_stretches(monkeypatch):
    """Nothing that is still to be run is run after Ctrl-C, and no thread is left."""
    monkeypatch.setattr("wutong.model.world.STRETCH", 0)
    ran: list[int] = []
    usual = engine(run)

    class Slow:
        prepare = usual.prepare

        def __call__(self, todo: int, last: int, *rest: object) -> int:
            assert todo == last, "a quarter at a time"
            ran.append(todo)
            time.sleep(0.1)
            return int(usual(todo, last, *rest))

    monkeypatch.setattr("wutong.model.world.engine", lambda entry, **_: Slow() if entry is run else engine(entry))
    before = set(threading.enumerate())
    threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        runs = run_cases(worlds.cases(worlds.toy_scenario(quarters=60), 2), jobs=2)
    finally:
        signal.signal(signal.SIGINT, handler)
    n_ran = len(ran)
    time.sleep(0.3)
    assert runs.interrupted and runs.n_skipped == 2
    assert len(ran) == n_ran < 60 and not {thread for thread in set(threading.enumerate()) - before if thread.is_alive()}


def test_a_fault_of_the_program_reaches_the_caller():
    def breaks(*_: object) -> None:
        raise RuntimeError("the disk is on fire")

    with pytest.raises(RuntimeError, match="on fire"):
        stream_cases(cases_of(4, "none"), lambda *_: None, Workers(2), simulate=simulate, begins=breaks)


def test_progress_counts_up_to_the_total():
    seen: list[tuple[int, int, int]] = []
    run_cases(cases_of(40, "none"), jobs=1, progress=lambda *counts: seen.append(counts), simulate=simulate_but_seven)
    assert seen[-1] == (40, 1, 40)
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)


def test_two_inputs_of_one_name_and_repeated_cases_are_refused():
    longer = Scenario("baseline", Label("", ""), synthetic.park(), START + 9, {}, ())
    with pytest.raises(ValueError, match="two different"):
        run_cases([*cases_of(1, "none"), *cases_of(1, "none", scenario=longer)], simulate=simulate)
    with pytest.raises(ValueError, match="twice"):
        run_cases([*cases_of(2, "none"), *cases_of(1, "none")], simulate=simulate)


def test_merge_refuses_histories_that_do_not_fit():
    history = simulate(cases_of(2, "none"))
    shorter = History(history.cases, START, history.axes, history.facts, {"firms": history.values["firms"][:-1]})
    with pytest.raises(ValueError, match="length"):
        merge([history, shorter])
    with pytest.raises(ValueError, match="same measures"):
        merge([history, History(history.cases, START, history.axes, {}, {"exits": history.values["firms"]})])
    with pytest.raises(ValueError, match="no history"):
        merge([])


def test_small_groups_share_a_batch_and_come_out_apart():
    cases = cases_of(3, "none", "other", "third")
    assert [len(chunk) for chunk in chunked(cases, 1)] == [9]
    runs = run_cases(cases, simulate=simulate)
    assert [h.cases[0].policy.name for h in runs.histories] == ["none", "other", "third"]
    for history in runs.histories:
        alone = simulate(history.cases)
        assert all((history.values[name] == alone.values[name]).all() for name in alone.values)
