"""Runs that were under way when their process ended without a word are tried once more, one by one in another process.

A crash of the interpreter and the out-of-memory killer take all threads with them, and would again at every attempt.  So each
thread writes down which runs it is at, in a file of some lines; an orderly end takes the files away.
``python -m wutong.experiments.alone`` is the other process: it takes a task and cases from its standard input.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from wutong.experiments.crew import Begins, Outcome, Raised, Task
from wutong.model.scenario import Case

NAME = "running-{}.txt"  # of the file of a thread, by its number
DIED = "the process ended without a word (out of memory?), and did so again with this run alone"
READY = "ready"  # what the other process says before its first run
BROKEN = (EOFError, OSError, pickle.UnpicklingError)  # what is read from a process that has ended


@contextmanager
def written_down(folder: Path, ids: Mapping[int, str]) -> Iterator[Begins]:
    """What each thread calls with its number and the cases that it runs next; after an orderly end nothing is left of it.

    Parameters
    ----------
    ids : of runs, by the identity of their case
    """

    def begins(place: int, cases: Sequence[Case]) -> None:
        with suppress(OSError):  # a full disk is told where runs are kept
            (folder / NAME.format(place)).write_text("".join(f"{ids[id(case)]}\n" for case in cases), encoding="ascii")

    try:
        yield begins
    finally:
        for path in folder.glob(NAME.format("*")):
            with suppress(OSError):
                path.unlink()


def suspects(folder: Path) -> list[str]:
    """Ids of the runs that were under way when a process ended without a word, each once."""
    found: list[str] = []
    for path in sorted(folder.glob(NAME.format("*"))):
        with suppress(OSError):
            found += path.read_text(encoding="ascii", errors="replace").split()
    return list(dict.fromkeys(found))


def tried_alone(task: Task, cases: Sequence[Case]) -> Iterator[tuple[Case, Outcome]]:
    """What comes of cases in another process, one by one; a case over which that ends without a word has failed.

    Nothing is said of any where no such process can be started.
    """
    todo = list(cases)
    while todo:
        came = _from_process(task, todo)
        if next(came, None) != READY:
            return
        for outcome in came:
            yield todo.pop(0), outcome
        if todo:
            yield todo.pop(0), Outcome(None, {0: Raised(DIED, "")})


def _from_process(task: Task, cases: Sequence[Case]) -> Iterator[Any]:
    """What a process says that runs cases, until it ends."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)}
    command = [sys.executable, "-m", __name__]
    with suppress(*BROKEN), subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            with process.stdin as to:
                pickle.dump((task, tuple(cases)), to)
            while True:
                yield pickle.load(process.stdout)
        finally:
            process.kill()


def main() -> None:
    """Run the cases that come in, one by one, and send out what comes of each."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is for the process that waits for this one
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)  # what a run prints is no outcome
        task, cases = pickle.load(sys.stdin.buffer)
        for said in (READY, *((case,) for case in cases)):
            pickle.dump(said if said == READY else task(said), out)
            out.flush()


if __name__ == "__main__":
    main()
