"""How time and memory are told: the least of several runs, as what else the machine does can only add; the peak of a process."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from pathlib import Path


def least(task: Callable[[], object], repeats: int) -> float:
    """Least time of a task over several runs, by the clock [s]."""
    times = []
    for _ in range(repeats):
        gc.collect()
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return min(times)


def peak_megabytes() -> float:
    """Peak memory of this process, on Linux; a look at ``getrusage`` would count the parent of a new process too."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
