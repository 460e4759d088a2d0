"""What is handed over is let go of, and a slow sink makes the threads wait."""

from __future__ import annotations

import gc
import time
import tracemalloc
import weakref
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from tests import synthetic
from tests.test_runner import N_ROWS, START, cases_of, simulate
from wutong.experiments import runner
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
        ended = stream_cases(cases, lambda *_: None, Workers(jobs), simulate=large)
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
        (piece,) = outcome.pieces
        assert outcome.history is None
        alive.append(sum(ref() is not None for ref in seen))
        seen.append(weakref.ref(piece.packed))

    stream_cases(cases_of(120, "none"), sink, Workers(jobs), simulate=simulate)
    assert len(seen) == 120
    assert max(alive) <= 1
    gc.collect()
    assert not any(ref() is not None for ref in seen)


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_slow_sink_makes_the_threads_wait(monkeypatch, jobs):
    """At most one outcome a thread waits, and one more is in its hands: memory does not grow with the chunks."""
    monkeypatch.setattr(runner, "BATCH_WORLDS", 1)
    begun: list[int] = []
    ahead: list[int] = []

    def slow(chunk: Sequence[Case], outcome: Outcome) -> None:
        time.sleep(0.02)
        ahead.append(len(begun) - len(ahead))

    stream_cases(cases_of(40, "none"), slow, Workers(jobs), simulate=simulate, begins=lambda place, _: begun.append(place))
    assert len(begun) == 40 and max(ahead) <= 2 * jobs + 1


@pytest.mark.parametrize("jobs", [2, 3])
def test_threads_lose_and_double_nothing(jobs):
    times: Counter[int] = Counter()
    chunks = [(case,) for case in cases_of(170, "none")]
    for finished in Workers(jobs).stream(Task(simulate), chunks):
        for i, outcome in finished.items():
            assert outcome.history is not None
            assert outcome.history.values["firms"][0, 0, 0] % 1000 == chunks[i][0].replication
            times[i] += 1
    assert times == dict.fromkeys(range(170), 1)
