"""A portrait from names and files to a folder of results: ledger, words, pictures, animation, record."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from wutong.experiments.identity import code_of_model, run_ids
from wutong.experiments.manifest import (
    Manifest,
    Status,
    code_version,
    fingerprint,
    new_folder,
    package_versions,
    this_platform,
    write_inputs,
    write_manifest,
)
from wutong.experiments.outputs import write_answers, write_words
from wutong.experiments.plan import Plan, Request, plan_of
from wutong.experiments.portrait.among import places, usual
from wutong.experiments.portrait.families import Family, families, family_of
from wutong.experiments.portrait.tables import ledger_table
from wutong.experiments.portrait.words import told
from wutong.experiments.portrait.world import Portrait, portrait
from wutong.experiments.runner import run_cases
from wutong.model.facts import Label
from wutong.model.history import History

OVERVIEW, TREES = 6, 3  # families in the picture of all, and those with a picture of their own, where none is named
ANIMATION = "park.gif"


@dataclass(frozen=True)
class Asked:
    """What the user asked for.

    Attributes
    ----------
    names : of anchors and laboratories whose families are shown; the largest ones if empty
    replication : the world; None for the most usual of those that are run
    n : other worlds that this one is placed among
    languages : of the pictures; words and animation are in the first
    """

    scenario: str
    policy: str | None
    replication: int | None
    seed: int
    names: tuple[str, ...]
    until: str | None
    sets: tuple[str, ...]
    n: int
    languages: Sequence[str]


def carried_out(asked: Asked, out: Path | None) -> tuple[Path, Label]:
    """Run a world, look at it, and write its folder; returns it and the words.

    Raises
    ------
    ReadingError, BadInputError, FolderError, ResultsError
        If an input or the folder cannot be used, or the run fails.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    plan = _plan(asked)
    worlds = _worlds(plan, asked.n)
    number = asked.replication
    if number is None:
        number = 0 if worlds is None else usual(worlds)
    of = portrait(next(case for case in plan.cases if case.replication == number))
    named = [family_of(of, name) for name in dict.fromkeys(asked.names)]
    hash_ = fingerprint(run_ids([of.case]), asked.names, asked.n, code_of_model())
    ran = time.monotonic()
    with new_folder(out, f"portrait-{plan.name}", started, hash_) as (folder, place):
        known = families(of)
        among = () if worlds is None else places(number, worlds)
        words = told(of, known, named, among, chosen=asked.replication is None)
        _write(place, of, words, named or known, asked)
        seconds = {"runs": round(ran - clock, 2), "writing": round(time.monotonic() - ran, 2)}
        record = _record(asked, plan, of, started, write_inputs(place, plan.texts), seconds)
        write_manifest(place, record)
    return folder, words


def _plan(asked: Asked) -> Plan:
    """The world that is asked for, and the others: those with the lowest numbers."""
    first = [] if asked.replication is None else [asked.replication]
    numbers = tuple(dict.fromkeys([*first, *range(asked.n + 1)]))[: asked.n + 1]
    policies = () if asked.policy is None else (asked.policy,)
    request = Request((asked.scenario,), policies, numbers, asked.seed, asked.sets, asked.until)
    return plan_of(request, asked.languages[0])


def _worlds(plan: Plan, n: int) -> History | None:
    """All worlds of the plan, those that fail left out; None where a single one is asked for, or all fail."""
    if not n:
        return None
    runs = run_cases(plan.cases)
    if runs.interrupted:
        raise KeyboardInterrupt
    return runs.histories[0] if runs.histories else None


def _write(folder: Path, of: Portrait, words: Label, shown: Sequence[Family], asked: Asked) -> None:
    from wutong.experiments import plots

    write_answers(folder, [ledger_table(of, words)])
    write_words(folder, words.in_language(asked.languages[0]))
    for language in asked.languages:
        place = folder / "figures" / language if len(asked.languages) > 1 else folder / "figures"
        place.mkdir(parents=True, exist_ok=True)
        _draw(place, of, shown, language, named=bool(asked.names))
    plots.filling(of, folder / ANIMATION, asked.languages[0])


def _draw(folder: Path, of: Portrait, shown: Sequence[Family], language: str, *, named: bool) -> None:
    from wutong.experiments import plots

    brought = [family for family in shown if family.members]
    if not named and brought:
        plots.save(plots.family_tree(of, brought[:OVERVIEW], language), folder, "families")
    for family in shown if named else brought[:TREES]:
        plots.save(plots.family_tree(of, [family], language), folder, f"family-{family.key}")
    plots.save(plots.site_map(of, of.ledger.end, language), folder, "sites")


def _record(
    asked: Asked, plan: Plan, of: Portrait, started: datetime, inputs: Mapping[str, str], seconds: Mapping[str, float]
) -> Manifest:
    return Manifest(
        experiment=f"portrait-{plan.name}",
        argv=sys.argv,
        status=Status.COMPLETE,
        started=started.isoformat(),
        seed=asked.seed,
        replications=[of.case.replication],
        plan=plan.pairs,
        jobs=1,
        counts={"runs": 1, "others": asked.n},
        inputs=inputs,
        code=code_version(),
        model=code_of_model(),
        packages=package_versions(),
        platform=this_platform(),
        question={"name": "portrait", "names": list(asked.names), "until": asked.until, "n": asked.n},
        seconds=seconds,
        ended=datetime.now(UTC).isoformat(),
    )
