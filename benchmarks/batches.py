"""python -m benchmarks.batches [-n 400]: what processes gain, and what keeping every run costs, in one run.

Ratios only: machines are shared and noisy.  The same cases run in one process and in two, each with a sink that drops what it
gets and with one that stores it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from experiments.crew import Outcome
from experiments.identity import run_ids
from experiments.reading import read_policy, read_scenario
from experiments.runner import Workers, stream_cases
from experiments.store import FILE, Access, opened
from model.scenario import Case


def dropped(chunk: Sequence[Case], outcome: Outcome) -> None:
    """Keep nothing."""


def seconds(cases: Sequence[Case], jobs: int, *, stored: bool) -> float:
    """Time of all cases."""
    ids = {id(case): run_id for case, run_id in zip(cases, run_ids(cases), strict=True)}
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / FILE, Access.NEW) as store:

        def kept(chunk: Sequence[Case], outcome: Outcome) -> None:
            store.add([ids[id(case)] for case in chunk], outcome.packed, {})

        began = time.perf_counter()
        stream_cases(cases, kept if stored else dropped, Workers(jobs))
        return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=400, help="runs")
    n = parser.parse_args().n
    scenario = read_scenario("baseline", ("clock.end=2030Q4",))
    policy = read_policy("none", scenario.park)
    cases = [Case(scenario, policy, replication) for replication in range(n)]
    one, two, bare = (seconds(cases, jobs, stored=stored) for jobs, stored in ((1, True), (2, True), (1, False)))
    print(f"{n} runs of the shipped park: two processes {one / two:.2f} times one")
    print(f"keeping every run costs {100 * (one / bare - 1):.1f} % of the time in one process ({one / n * 1000:.1f} ms a run)")


if __name__ == "__main__":
    main()
