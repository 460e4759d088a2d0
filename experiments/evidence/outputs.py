"""The scorecard from the shipped scenarios to a folder of results."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from experiments.answers import Answer
from experiments.errors import ResultsError
from experiments.evidence.mature import joined, mature
from experiments.evidence.scorecard import Seen, scorecard
from experiments.identity import code_of_model
from experiments.manifest import MANIFEST, code_version, fingerprint, package_versions, results_folder, this_platform
from experiments.outputs import write_answers
from experiments.pictures import write
from experiments.plan import Plan, Request, plan_of
from experiments.results import replacing
from experiments.runner import run_cases
from model.facts import Label
from model.history import History, merge

EPISODE, PARK, NO_POLICY = "laptop_episode", "baseline", "none"
BATCH = 16  # worlds of the Science City at a time


def seen(n: int, seed: int, jobs: int = 1) -> Seen:
    """Worlds that the facts are read off: ``n`` of the laptop episode and as many of the Science City without new policy."""
    cases = _plan(PARK, n, seed).cases
    parts = [mature(cases[i : i + BATCH]) for i in range(0, len(cases), BATCH)]
    return Seen(episode(n, seed, jobs), joined(parts))


def episode(n: int, seed: int, jobs: int = 1) -> History:
    """Worlds of the laptop episode.

    Raises
    ------
    ResultsError
        If one fails: a scorecard leaves out none.
    """
    runs = run_cases(_plan(EPISODE, n, seed).cases, jobs=jobs)
    if runs.failures or not runs.histories:
        n_failed = len(runs.failures)
        raise ResultsError(Label(f"{EPISODE}：{n_failed} 次运行失败", f"{EPISODE}: {n_failed} runs failed"))
    return merge(runs.histories)


def _plan(name: str, n: int, seed: int) -> Plan:
    return plan_of(Request((name,), (NO_POLICY,), tuple(range(n)), seed))


def carried_out(n: int, seed: int, jobs: int, out: Path | None, language: str) -> tuple[Path, Label]:
    """Compute the scorecard and write its folder; returns it and the words.

    Raises
    ------
    FolderError
        If the folder cannot be used.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    folder = results_folder(out, "evidence", started, fingerprint(n, seed, code_of_model()))
    found = scorecard(seen(n, seed, jobs))
    write_answers(folder, [found])
    with replacing(folder / "answer.txt") as unfinished:
        unfinished.write_text(found.words.in_language(language) + "\n", encoding="utf-8")
    _draw(folder, found)
    code = code_version()
    record = {
        "experiment": "evidence",
        "argv": sys.argv,
        "started": started.isoformat(),
        "seed": seed,
        "worlds": {EPISODE: n, PARK: n},
        "jobs": jobs,
        "code": {"version": code.version, "commit": code.commit, "dirty": code.dirty},
        "model": code_of_model(),
        "packages": package_versions(),
        "platform": this_platform(),
        "seconds": round(time.monotonic() - clock, 2),
    }
    with replacing(folder / MANIFEST) as unfinished:
        unfinished.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return folder, found.words


def _draw(folder: Path, found: Answer) -> None:
    from experiments import plots

    for language in ("zh", "en"):
        write([plots.Named("scorecard", plots.scorecard(found, language))], folder / "figures" / language)
