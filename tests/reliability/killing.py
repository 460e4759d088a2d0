"""python -m tests.reliability.killing 20 [--seed 1]: an experiment is killed at random moments and resumed to the same tables.

A moment is drawn evenly from the time that the uninterrupted experiment took after its folder was there; those after the end are
counted apart.  Every third time its resumption is killed too.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WITHOUT_PICTURES = """
import sys
sys.path.insert(0, {root!r})
from wutong.experiments import runner
from wutong.experiments.questions import goals
goals.figures = lambda *_: ()
runner.BATCH_WORLDS = 16  # many moments between two chunks
from wutong.experiments.commands import main
main()
"""
N_RUNS = 480
WORDS = ("run", "sophia_antipolis", "--policy", "none", "--policy", "balanced", "-n", "240", "--until", "2010Q4", "-q")


STARTED: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True)
class Kill:
    """When it was killed, how many runs were then stored, and whether the tables were the same in the end."""

    seconds: float
    n_stored: int
    before_the_end: bool
    same: bool


def start(place: Path, *words: str) -> subprocess.Popen[bytes]:
    launcher = place / "launcher.py"
    launcher.write_text(WITHOUT_PICTURES.format(root=str(ROOT)), encoding="utf-8")
    command = [sys.executable, "-B", str(launcher), *words, "--lang", "en"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    STARTED.append(subprocess.Popen(command, cwd=place, start_new_session=True, **quiet))
    return STARTED[-1]


def finish(process: subprocess.Popen[bytes]) -> None:
    _, said = process.communicate(timeout=600)
    if process.returncode:
        raise RuntimeError(said.decode(errors="replace"))


def began(folder: Path, process: subprocess.Popen[bytes]) -> float:
    """Waits for the folder of an experiment; the moment when it was there."""
    while not (folder / "manifest.json").exists():
        if process.poll() is not None:
            finish(process)
        time.sleep(0.002)
    return time.monotonic()


def stored(folder: Path) -> int:
    """Runs in the store, read in the middle of everything."""
    from wutong.experiments.errors import WordedError
    from wutong.experiments.store import FILE, Access, opened

    try:
        with opened(folder / FILE, Access.READ) as store:
            return len(store.complete())
    except WordedError:
        return 0


def tables(folder: Path) -> dict[str, bytes]:
    found = [*folder.glob("*.csv"), folder / "columns.json", folder / "answer.txt"]
    return {path.name: path.read_bytes() for path in found}


def tried(place: Path, after: float, again: float | None, rng: random.Random, whole: dict[str, bytes]) -> Kill:
    """Kill an experiment, and after ``again`` seconds its resumption, and see what comes of it in the end."""
    folder = place / "here"
    process = start(place, *WORDS, "--jobs", "2", "--out", "here")
    time.sleep(max(0.0, began(folder, process) + after - time.monotonic()))
    running = process.poll() is None
    process.kill()
    process.communicate(timeout=60)
    n_stored = stored(folder)
    if again is not None:
        resumed = start(place, "resume", "here", "-q", "--jobs", "2")
        time.sleep(again)
        resumed.kill()
        resumed.communicate(timeout=60)
    finish(start(place, "resume", "here", "-q", "--jobs", rng.choice(("1", "2"))))
    status = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["status"]
    same = tables(folder) == whole and status == "complete" and stored(folder) == N_RUNS
    shutil.rmtree(folder)
    return Kill(after, n_stored, running, same)


def lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.killing", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    kills: list[Kill] = []
    try:
        with tempfile.TemporaryDirectory() as name:
            place = Path(name)
            process = start(place, *WORDS, "--jobs", "2", "--out", "whole")
            since = began(place / "whole", process)
            finish(process)
            lasts = time.monotonic() - since
            whole = tables(place / "whole")
            for n in range(asked.count):
                again = rng.uniform(0.0, lasts) if n % 3 == 2 else None
                kill = tried(place, rng.uniform(0.0, lasts), again, rng, whole)
                kills.append(kill)
                moment = f"after {kill.seconds:5.2f} of {lasts:.2f} s, {'before' if kill.before_the_end else 'after'} the end"
                told = f"{kill.n_stored:4} runs stored, {'the same' if kill.same else 'NOT THE SAME'}"
                print(f"{n + 1:3} {moment}, {told}", flush=True)
    finally:
        for process in STARTED:
            if lives(process.pid):
                os.killpg(process.pid, signal.SIGKILL)
    print(f"{sum(kill.before_the_end for kill in kills)} times before the end")
    print(f"{sum(0 < k.n_stored < N_RUNS for k in kills)} times with some runs stored and others not")
    return int(not all(kill.same for kill in kills))


if __name__ == "__main__":
    sys.exit(main())
