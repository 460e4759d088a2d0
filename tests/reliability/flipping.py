"""python -m tests.reliability.flipping 300 [--seed 1]: one bit of a results folder is flipped, and every command reads it.

Each command either says in words that something is not as it was, or does exactly what it does with the whole folder.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from wutong.experiments import api, experiment
from wutong.experiments.errors import WordedError
from wutong.experiments.exports import export
from wutong.experiments.forms import Form
from wutong.experiments.identity import run_ids
from wutong.experiments.kept import kept_in
from wutong.experiments.packing import packed
from wutong.experiments.questions import goals
from wutong.experiments.reading import ReadingError
from wutong.experiments.report import report
from wutong.experiments.runner import Workers
from wutong.experiments.store import FILE, Access, Failed, opened
from wutong.experiments.tables import Wanted
from wutong.model.measures import MEASURES
from wutong.model.simulate import simulate

REQUEST = api.Request(("sophia_antipolis",), ("none", "balanced"), tuple(range(3)), until="2004Q3")
BITS = 8


def made(folder: Path) -> None:
    """A small experiment, with a run that failed."""
    plan = api.plan_of(REQUEST)
    experiment.begun(plan, folder, 1)
    with opened(folder / FILE, Access.WRITE) as store:
        for first in (0, 3):
            some = plan.cases[first : first + 3]
            ran = some[:2] if first else some
            store.add(run_ids(ran), packed(simulate(ran)), {})
        store.add([], None, {run_ids(plan.cases)[5]: Failed("2004Q2", "ArithmeticError: 甲", "Traceback")})


def exported(folder: Path) -> object:
    measures = tuple(name for name, fact in MEASURES.items() if fact.ratio is None)
    shutil.rmtree(folder / "exports", ignore_errors=True)
    return [path.read_bytes() for path in export(kept_in(folder), Form.CSV, Wanted(measures), folder / "exports")]


def reported(folder: Path) -> object:
    return report(folder)


def held(folder: Path) -> object:
    results = api.read(folder)
    values = [h.values[name].tobytes() for h in results.histories() for name in h.values]
    return values, [(f.quarter, f.error, f.traceback) for f in results.failures()], results.answer("en")


def resumed(folder: Path) -> object:
    api.resume(folder, Workers(1))
    return {path.name: path.read_bytes() for path in folder.glob("*.csv")}


COMMANDS: dict[str, Callable[[Path], object]] = {"read": held, "export": exported, "report": reported, "resume": resumed}


def flipped(whole: Path, folder: Path, name: str, bit: int) -> None:
    """A copy of a folder in which one bit of one file is the other way round."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(whole, folder)
    content = bytearray((folder / name).read_bytes())
    content[bit // BITS] ^= 1 << bit % BITS
    (folder / name).write_bytes(content)


def outcome(command: Callable[[Path], object], folder: Path, right: object) -> str:
    """``refused`` in words, ``the same``, or what is wrong."""
    try:
        found = command(folder)
    except (WordedError, ReadingError) as error:
        return "refused" if "\n" not in str(error) or isinstance(error, ReadingError) else "refused at length"
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        return f"{type(error).__name__}: {error}"
    return "the same" if found == right else "DIFFERENT"


def places(whole: Path, n: int, rng: random.Random) -> list[tuple[str, int]]:
    """Bits of all that is read, half of them of the store, whose pages are drawn evenly."""
    names = ["manifest.json", *(p.relative_to(whole).as_posix() for p in sorted((whole / "inputs").rglob("*.yaml")))]
    drawn = []
    for k in range(n):
        name = FILE if k % 2 else rng.choice(names)
        drawn.append((name, rng.randrange(BITS * (whole / name).stat().st_size)))
    return drawn


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.flipping", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rng, counts, wrong = random.Random(asked.seed), Counter[tuple[str, str, str]](), 0
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(goals, "figures", lambda *_: iter(()))
        whole, folder = Path(name) / "whole", Path(name) / "here"
        made(whole)
        right = {}
        for key, command in COMMANDS.items():
            shutil.copytree(whole, folder, dirs_exist_ok=True)
            right[key] = command(folder)
            shutil.rmtree(folder)
        for file, bit in places(whole, asked.count, rng):
            for key, command in COMMANDS.items():
                flipped(whole, folder, file, bit)
                came = outcome(command, folder, right[key])
                counts[file if file == FILE else "record and inputs", key, came] += 1
                if came not in {"refused", "the same"}:
                    wrong += 1
                    print(f"{file}, bit {bit}, {key}: {came}", flush=True)
    for about, n in sorted(counts.items()):
        print(f"{n:5} {' · '.join(about)}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
