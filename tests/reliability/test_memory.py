"""The parent lets go of what it has handed over, and crews that are replaced lose and double nothing."""

from __future__ import annotations

import gc
import multiprocessing
import tracemalloc
import weakref
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from tests import synthetic
from tests.reliability.small import FAST
from tests.test_runner import N_ROWS, START, cases_of, simulate
from wutong.experiments import crew, runner
from wutong.experiments.crew import Outcome, Task
from wutong.experiments.packing import Packed
from wutong.experiments.runner import Workers, stream_cases
from wutong.model.history import History
from wutong.model.scenario import Case

LARGE = 100_000  # bytes of a made-up part


def large(cases: Sequence[Case]) -> History:
    """A history that does not compress, as large as that of a real chunk."""
    noise = np.random.default_rng(cases[0].replication).normal(size=(N_ROWS, len(cases), LARGE // 8 // N_ROWS))
    return History(tuple(cases), START, synthetic.AXES, {"firms": synthetic.FACTS["firms"]}, {"firms": noise})


def peak_of(n_chunks: int, jobs: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Bytes that Python held at most while chunks of one world were run and dropped."""
    monkeypatch.setattr(runner, "BATCH_WORLDS", 1)
    cases = cases_of(n_chunks, "none")
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        ended = stream_cases(cases, lambda *_: None, Workers(jobs, FAST), simulate=large)
        assert ended.n_run == n_chunks
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("jobs", [1, 2])
def test_four_times_the_chunks_take_no_more_memory(monkeypatch, jobs):
    peak_of(2, jobs, monkeypatch)  # what is loaded once
    few, many = peak_of(20, jobs, monkeypatch), peak_of(80, jobs, monkeypatch)
    assert many - few < 60 * LARGE // 4, f"{few:,} bytes for 20 chunks, {many:,} for 80"


@pytest.mark.parametrize("jobs", [1, 2])
def test_nothing_but_the_newest_outcomes_is_held(monkeypatch, jobs):
    """Chunks are handed over one after the other; of those that the sink has seen, at most a handful are still alive."""
    monkeypatch.setattr(runner, "BATCH_WORLDS", 1)
    seen: list[weakref.ref[Packed]] = []
    alive: list[int] = []

    def sink(chunk: Sequence[Case], outcome: Outcome) -> None:
        assert outcome.packed is not None and outcome.history is None
        alive.append(sum(ref() is not None for ref in seen))
        seen.append(weakref.ref(outcome.packed))

    stream_cases(cases_of(120, "none"), sink, Workers(jobs, FAST), simulate=simulate)
    assert len(seen) == 120
    assert max(alive) <= 60 if jobs > 1 else max(alive) <= 2, "one tick hands over what finished during it"
    gc.collect()
    assert not any(ref() is not None for ref in seen)


@pytest.mark.parametrize("jobs", [2, 3])
def test_crews_that_are_replaced_lose_and_double_nothing(monkeypatch, jobs):
    monkeypatch.setattr(runner, "BATCH_WORLDS", 1)
    monkeypatch.setattr(crew, "CHUNKS_OF_A_WORKER", 2)
    crews: list[int] = []
    with_one_crew = crew._with_one_crew

    def counted(of, chunks):
        crews.append(len(chunks))
        return with_one_crew(of, chunks)

    monkeypatch.setattr(crew, "_with_one_crew", counted)
    times: Counter[int] = Counter()
    chunks = [(case,) for case in cases_of(17, "none")]
    for finished in Workers(jobs, FAST).stream(Task(simulate), chunks):
        for i, outcome in finished.items():
            assert outcome.history is not None
            assert outcome.history.values["firms"][0, 0, 0] % 1000 == chunks[i][0].replication
            times[i] += 1
    assert times == dict.fromkeys(range(17), 1)
    assert crews == [2 * jobs] * (17 // (2 * jobs)) + [17 % (2 * jobs)]
    assert not multiprocessing.active_children()
