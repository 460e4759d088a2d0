"""Speed and memory of the engine, one table: python -m benchmarks.speed [--firms 100 1000 ...] [--worlds 1 4 ...]

Every line is a process of its own, so that its peak memory is its own.  Times are by the clock, the least of several runs;
machines are shared and noisy, so read the ratios, to the yardstick above all: the same machine's time for a fixed numpy task.
The peers' way is a loop over Python objects, one a firm, with two of our nine rules.  Columns:

alone   a run with all that it needs, as ``simulate`` of one case does it
kept    the same run from a start that was kept: the start is copied, the quarters are run
batch   a run among others, as ``simulate`` does it: their start, their quarters, their history
step    a firm in a quarter, by the last of these times
tables  what the tables of a world take at its end, their room to grow included
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from benchmarks.measuring import least, peak_megabytes
from benchmarks.parks import QUARTERS, cases, multiplied, scenario, shipped_firms
from wutong.model.given import Record
from wutong.model.history import History
from wutong.model.simulate import history_of, simulate
from wutong.model.tables import Park, Table
from wutong.model.world import Batch, World, prepare

FIRMS = (100, 1_000, 10_000, 100_000, 1_000_000)
WORLDS = (1, 4, 16, 64)
THREADS = (1, 2)
LARGE, FEW = 30_000, 4  # firms from which on a park runs once, and for how many quarters at most


# ── A table ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Line:
    """What was measured of runs of a park; times are of one run [s], None where they were not taken."""

    park: str
    firms: float  # at the end
    quarters: int
    worlds: int
    threads: int
    alone: float | None
    kept: float | None
    batch: float | None
    steps: float  # of agents in a run
    tables: float  # MB
    peak: float  # MB

    def __str__(self) -> str:
        times = (self.alone, self.kept, self.batch)
        last = next(taken for taken in reversed(times) if taken is not None)
        shown = "".join(f"{'-' if taken is None else f'{taken * 1e3:,.1f}':>12}" for taken in times)
        counts = f"{self.firms:12,.0f}{self.quarters:10}{self.worlds:8}{self.threads:9}"
        return f"{self.park:16}{counts}{shown}{last / self.steps * 1e9:12,.0f}{self.tables:10,.1f}{self.peak:10,.0f}"


HEAD = f"{'park':16}{'firms':>12}{'quarters':>10}{'worlds':>8}{'threads':>9}" + "".join(
    f"{title:>{width}}"
    for title, width in (("alone ms", 12), ("kept ms", 12), ("batch ms", 12), ("step ns", 12), ("tables MB", 10), ("peak MB", 10))
)


def single(firms: int, quarters: int, repeats: int) -> Line:
    """One world of a park of about so many firms at its start: alone, and with its start kept."""
    park = multiplied(firms / shipped_firms(), quarters)
    batch = prepare(cases(park, 1))
    started = World(batch, 0)
    ended = run_from(started)
    kept = least(lambda: run_from(started), repeats)
    alone = least(lambda: simulate(batch.cases), repeats)
    counts = history_of(batch, [ended.record]).total("firms")[:, 0]
    return Line(
        park.name, counts[-1], quarters, 1, 1, alone, kept, None, counts[:-1].sum(), megabytes(ended.park), peak_megabytes()
    )


def several(worlds: int, threads: int, quarters: int, repeats: int) -> Line:
    """So many worlds of the thinned park in one batch, in threads that share the processors."""
    chosen = cases(scenario(quarters=quarters), worlds)
    simulate(chosen[:1])  # what is loaded once
    taken = least(lambda: run_in_threads(prepare(chosen), threads), repeats)
    history, tables = run_in_threads(prepare(chosen), threads)
    firms = history.total("firms")
    steps, at_end = firms[:-1].sum() / worlds, float(np.median(firms[-1]))
    return Line("thinned", at_end, quarters, worlds, threads, None, None, taken / worlds, steps, tables, peak_megabytes())


# ── Runs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def run_from(started: World) -> World:
    """A world run to its end from a start that stays as it is."""
    world = started.branch(started.levers)
    world.advance(started.quarter + len(started.record.park) - 1)
    return world


def run_in_threads(batch: Batch, threads: int) -> tuple[History, float]:
    """All worlds of a batch as ``simulate`` runs them, so many at a time, and the memory of the tables of the largest [MB]."""

    def run_one(position: int) -> tuple[Record, float]:
        world = World(batch, position)
        world.advance(batch.base.start + batch.n_quarters)
        return world.record, megabytes(world.park)

    with ThreadPoolExecutor(threads) as pool:
        records, sizes = zip(*pool.map(run_one, range(len(batch.cases))), strict=True)
    return history_of(batch, records), max(sizes)


def megabytes(park: Park) -> float:
    """Memory of the tables of a world, their room to grow included."""
    return sum((table.row if isinstance(table, Table) else table).nbytes for table in park) / 2**20


# ── What the machine does in that time ───────────────────────────────────────────────────────────────────────────────
def yardstick() -> float:
    """Time of a fixed task [s]: 100 passes of a few numpy operations over 100,000 numbers."""
    x = np.linspace(0.5, 1.5, 100_000)
    return least(lambda: [np.minimum(x * x + x, 1.0) / (x + 1.0) for _ in range(100)], 5)


class Firm:
    """The peers' way: an object an agent, with growth and exit alone."""

    __slots__ = ("age", "demand", "staff")

    def __init__(self) -> None:
        self.age, self.demand, self.staff = 0, 10.0 * random.random(), 10.0

    def step(self) -> bool:
        self.age += 1
        self.demand *= 1.0 + random.gauss(0.01, 0.05)
        self.staff += 0.3 * (self.demand - self.staff)
        return random.random() > 0.02


def peers_way(n_firms: int, n_quarters: int) -> float:
    """Nanoseconds an agent-step of a loop over Python objects with two of our nine rules."""
    firms = [Firm() for _ in range(n_firms)]
    steps = 0
    start = time.perf_counter()
    for _ in range(n_quarters):
        steps += len(firms)
        firms = [firm for firm in firms if firm.step()]
        firms += [Firm() for _ in range(n_firms - len(firms))]
    return (time.perf_counter() - start) / steps * 1e9


# ── The command ──────────────────────────────────────────────────────────────────────────────────────────────────────
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--firms", type=int, nargs="*", default=FIRMS, help="sizes of a single park at its start")
    parser.add_argument("--worlds", type=int, nargs="*", default=WORLDS, help="worlds of a batch")
    parser.add_argument("--threads", type=int, nargs="*", default=THREADS, help="threads of a batch")
    parser.add_argument("--quarters", type=int, default=QUARTERS, help=f"of a run; at most {FEW} from {LARGE:,} firms on")
    parser.add_argument("--repeats", type=int, default=3, help=f"runs of which the least time is told; 1 from {LARGE:,} firms on")
    asked = parser.parse_args()
    print(f"yardstick {yardstick() * 1e3:.1f} ms; peers' way {peers_way(3_000, 20):,.0f} ns an agent-step")
    print(HEAD, flush=True)
    todo: list[tuple[Callable[..., Line], tuple[int, ...]]] = [
        *((single, (n, asked.quarters, asked.repeats) if n < LARGE else (n, min(asked.quarters, FEW), 1)) for n in asked.firms),
        *(
            (several, (n, threads, asked.quarters, asked.repeats))
            for n in asked.worlds
            for threads in asked.threads
            if threads <= n
        ),
    ]
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh, max_tasks_per_child=1) as pool:
        for line in [pool.submit(task, *arguments) for task, arguments in todo]:
            print(line.result(), flush=True)


if __name__ == "__main__":
    main()
