"""Speed and memory of the engine: python -m benchmarks.speed

Times are CPU seconds of this process, the least of several runs; machines are shared and noisy, so read the ratios.  The
yardstick is the same machine's time for a fixed numpy and Python task, and for the peers' way: one Python object an agent.
"""

from __future__ import annotations

import gc
import random
import resource
import time
from collections import Counter
from collections.abc import Callable

import numpy as np

from benchmarks.parks import QUARTERS, cases, multiplied, scenario
from wutong.model.draws import Draws
from wutong.model.schedule import SCHEDULE
from wutong.model.settlement import settle
from wutong.model.simulate import Recorder, next_quarter, simulate, step
from wutong.model.start.build import begin
from wutong.model.state import after


def least(task: Callable[[], object], repeats: int) -> float:
    """Least CPU time of a task over several runs [s]."""
    times = []
    for _ in range(repeats):
        gc.collect()
        start = time.process_time()
        task()
        times.append(time.process_time() - start)
    return min(times)


def yardstick() -> float:
    """CPU time of a fixed task [s]: 100 passes of a few numpy operations over 100,000 numbers."""
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
    start = time.process_time()
    for _ in range(n_quarters):
        steps += len(firms)
        firms = [firm for firm in firms if firm.step()]
        firms += [Firm() for _ in range(n_firms - len(firms))]
    return (time.process_time() - start) / steps * 1e9


def by_rule(n_worlds: int) -> tuple[Counter[str], int]:
    """CPU seconds of each part of a batch, and its agent-steps."""
    spent: Counter[str] = Counter()

    def timed(name: str, task: Callable[[], object]) -> object:
        start = time.process_time()
        result = task()
        spent[name] += time.process_time() - start
        return result

    batch, state = timed("start", lambda: begin(cases(scenario(), n_worlds)))  # type: ignore[misc]
    recorder, rows = Recorder(batch, state), 0
    for _ in range(batch.n_quarters):
        rows += len(state.firms.key)
        state = next_quarter(batch, state)
        draws = Draws(state.quarter)
        for rule in SCHEDULE:
            change = timed(rule.name, lambda: rule.apply(state, batch.parameters[rule.name], draws))  # noqa: B023
            state = timed("after", lambda: after(state, rule, change))  # noqa: B023
        settled_state, settled = timed("settlement", lambda: settle(state, draws))  # type: ignore[misc]  # noqa: B023
        timed("measures", lambda: recorder.add(state, settled_state, settled))  # noqa: B023
        state = settled_state
    return spent, rows


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    unit = yardstick()
    print(f"yardstick                         {unit * 1e3:8.1f} ms")
    one, many = cases(scenario(), 1), cases(scenario(), 32)
    firms = np.median(simulate(many).total("firms")[-1])
    alone = least(lambda: simulate(one), 5)
    batch = least(lambda: simulate(many), 3) / len(many)
    print(f"firms at the end, {QUARTERS} quarters     {firms:8.0f}")
    print(f"a run alone                       {alone * 1e3:8.1f} ms   {alone / unit:6.2f} yardsticks   target  80 ms")
    print(f"a run in a batch of 32            {batch * 1e3:8.1f} ms   {batch / unit:6.2f} yardsticks   target  15 ms")
    spent, rows = by_rule(32)
    total = sum(spent.values())
    print(f"agent-step, batch of 32           {total / rows * 1e9:8.1f} ns")
    for name, seconds in spent.most_common():
        print(f"  {name:30s}  {seconds / rows * 1e9:8.1f} ns   {seconds / total:6.1%}")
    peers = peers_way(3_000, 20)
    print(f"peers' way, growth and exit only  {peers:8.1f} ns   {peers / (total / rows * 1e9):6.2f} times ours with all rules")
    before = peak_megabytes()
    for _ in range(1_000 // 8):
        simulate(cases(scenario(quarters=4), 8))
    print(f"peak memory after 1,000 runs      {peak_megabytes():8.1f} MB, {peak_megabytes() - before:+.1f} MB since the first")
    for factor in (10, 100, 800):
        large(factor)


def large(factor: float) -> None:
    """One run of a park many times the shipped one."""
    batch, state = begin(cases(multiplied(factor, 4), 1))
    times = []
    for _ in range(4):
        start = time.process_time()
        _, state, _ = step(batch, state)
        times.append(time.process_time() - start)
    n = len(state.firms.key)
    print(f"one run of {n:9,d} firms         {min(times):8.3f} s a quarter   {min(times) / n * 1e9:6.1f} ns a firm   "
          f"peak {peak_megabytes():7.0f} MB")  # fmt: skip


if __name__ == "__main__":
    main()
