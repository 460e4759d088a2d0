"""python -m benchmarks.batches [-n 400] [--memory N]: what threads gain, and what keeping every run costs, in one run.

Ratios only: machines are shared and noisy.  The same cases run in one thread and in two, each with a sink that drops what it
gets, with one that stores it, and with one that stores it and shows how far it is.  All take turns, and the least time of each is
compared: what else the machine does can only add to it.  Packing is the threads' work and in all of them.  What keeping costs is
told in processor time too, which a busy machine spoils less, but which does not count the waiting for the disk.

With ``--memory N`` the peak memory is told too, over N made-up runs that two threads pack and a third stores, and
over four times as many: it must not grow with the number of runs.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.measuring import peak_megabytes
from wutong.experiments.commands.language import Language
from wutong.experiments.commands.progress import Progress
from wutong.experiments.crew import Outcome, Simulate
from wutong.experiments.identity import run_ids
from wutong.experiments.reading import read_policy, read_scenario
from wutong.experiments.runner import Workers, silent, stream_cases
from wutong.experiments.store import FILE, Access, opened
from wutong.model.history import History
from wutong.model.scenario import Case
from wutong.model.simulate import attempted, simulate

TURNS = 2
UNTIL = ("clock.end=2030Q4",)


def dropped(chunk: Sequence[Case], outcome: Outcome) -> None:
    """Keep nothing."""


def seconds(
    cases: Sequence[Case], jobs: int, *, stored: bool, shown: bool = False, run: Simulate = attempted
) -> tuple[float, float]:
    """Time of all cases, by the clock and of this process's processor."""
    ids = {id(case): run_id for case, run_id in zip(cases, run_ids(cases), strict=True)}
    progress = Progress(io.StringIO(), Language.EN) if shown else silent
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / FILE, Access.NEW) as store:

        def kept(chunk: Sequence[Case], outcome: Outcome) -> None:
            for piece in outcome.pieces:
                store.add([ids[id(chunk[n])] for n in piece.positions], piece.packed, {})

        began, cpu = time.perf_counter(), time.process_time()
        stream_cases(cases, kept if stored else dropped, Workers(jobs), progress=progress, simulate=run)
        return time.perf_counter() - began, time.process_time() - cpu


def cases_of(n: int) -> list[Case]:
    scenario = read_scenario("baseline", UNTIL)
    policy = read_policy("none", scenario.park)
    return [Case(scenario, policy, replication) for replication in range(n)]


@cache
def _one() -> History:
    return simulate(cases_of(1))


def made_up(cases: Sequence[Case]) -> History:
    """The same run for every case, as large as a real one and done at once."""
    values = {name: np.repeat(value, len(cases), axis=1) for name, value in _one().values.items()}
    return replace(_one(), cases=tuple(cases), values=values)


def _peak(n: int) -> None:
    """Run n made-up cases with two threads, and print the peak memory in MB."""
    seconds(cases_of(n), 2, stored=True, shown=True, run=made_up)
    print(f"{n:6} runs: held {peak_megabytes():.0f} MB at most", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=400, help="runs")
    parser.add_argument("--memory", type=int, metavar="N", default=0, help="made-up runs of which the memory is told (Linux)")
    asked = parser.parse_args()
    cases, n = cases_of(asked.n), asked.n
    seconds(cases[:8], 1, stored=True)  # what is loaded once
    kinds = {"bare": (1, False, False), "one": (1, True, False), "shown": (1, True, True), "two": (2, True, False)}
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in kinds}
    for _ in range(TURNS):
        for name, (jobs, stored, shown) in kinds.items():
            taken[name].append(seconds(cases, jobs, stored=stored, shown=shown))
    wall, cpu = ({name: min(turn[i] for turn in turns) for name, turns in taken.items()} for i in (0, 1))
    print(f"{n} runs of the shipped park: two threads {wall['one'] / wall['two']:.2f} times one")
    print(f"one thread takes {wall['bare'] / n * 1000:.1f} ms a run, {cpu['bare'] / n * 1000:.1f} ms of its processor")
    for name, what in (("one", "keeping every run costs"), ("shown", "keeping and showing it costs")):
        added = (100 * (times[name] / times["bare"] - 1) for times in (wall, cpu))
        print(what, "{:.1f} % of the time, {:.1f} % of the processor's".format(*added))
    for many in (asked.memory, 4 * asked.memory) if asked.memory else ():
        child = multiprocessing.get_context("spawn").Process(target=_peak, args=(many,))
        child.start()
        child.join()


if __name__ == "__main__":
    main()
