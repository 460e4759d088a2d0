"""A hindcast from names and files to a folder of results: tables, words, picture, record."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from wutong.experiments.hindcast.ask import Hindcast, hindcast
from wutong.experiments.hindcast.subject import of_name
from wutong.experiments.hindcast.tables import write_tables
from wutong.experiments.identity import code_of_model
from wutong.experiments.manifest import (
    Manifest,
    Planned,
    Status,
    code_version,
    fingerprint,
    new_folder,
    package_versions,
    this_platform,
    write_inputs,
    write_manifest,
)
from wutong.experiments.outputs import write_words
from wutong.experiments.pictures import Picture, write
from wutong.experiments.runner import Progress, silent
from wutong.model.facts import Label
from wutong.model.units import QUARTERS_PER_YEAR


@dataclass(frozen=True)
class Asked:
    """What the user asked for."""

    name: str
    until: int
    observed: Path | None
    n: int
    n_past: int
    seed: int
    jobs: int
    languages: Sequence[str]


def carried_out(asked: Asked, out: Path | None, progress: Progress = silent) -> tuple[Path, Label]:
    """Run a hindcast and write its folder; returns it and the words.

    Raises
    ------
    ReadingError, BadInputError, FolderError
        If an input or the folder cannot be used.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    subject = of_name(asked.name, asked.languages[0])
    cutoff = QUARTERS_PER_YEAR * asked.until + QUARTERS_PER_YEAR - 1
    points = None if asked.observed is None else subject.with_observed(asked.observed, cutoff)
    texts = dict(subject.texts)
    if asked.observed is not None:
        texts["observed.csv"] = asked.observed.read_text(encoding="utf-8-sig")
    hash_ = fingerprint(texts, asked.until, asked.n, asked.n_past, asked.seed)
    with new_folder(out, f"hindcast-{subject.scenario.name}-{asked.until}", started, hash_) as (folder, place):
        found = hindcast(
            subject.scenario,
            asked.until,
            points,
            n=asked.n,
            seed=asked.seed,
            jobs=asked.jobs,
            n_past=asked.n_past,
            progress=progress,
        )
        ran = time.monotonic()
        _write(place, found, asked.languages)
        seconds = {"runs": round(ran - clock, 2), "writing": round(time.monotonic() - ran, 2)}
        write_manifest(place, _record(asked, found, started, write_inputs(place, texts), seconds))
    return folder, found.words


def _record(
    asked: Asked, found: Hindcast, started: datetime, inputs: Mapping[str, str], seconds: Mapping[str, float]
) -> Manifest:
    name = found.projection.scenario.name
    return Manifest(
        experiment=f"hindcast-{name}",
        argv=sys.argv,
        status=Status.COMPLETE,
        started=started.isoformat(),
        seed=asked.seed,
        replications=[0, asked.n_past],
        plan=[Planned(name, ["none"])],
        jobs=asked.jobs,
        counts=_counts(found),
        inputs=inputs,
        code=code_version(),
        model=code_of_model(),
        packages=package_versions(),
        platform=this_platform(),
        question={"name": "hindcast", "until": asked.until, "n": asked.n, "past": asked.n_past},
        seconds=seconds,
        ended=datetime.now(UTC).isoformat(),
    )


def _counts(found: Hindcast) -> dict[str, int]:
    projection = found.projection
    worlds = next(iter(projection.values.values())).shape[1]
    return {
        "projected": worlds,
        "failed": projection.n_failed,
        "past": projection.extent.n_past if projection.calibrated.first is not None else 0,
        "past_failed": projection.calibrated.n_failed,
        "held_back": len(found.held),
        "scored": len(found.scores),
    }


def _write(folder: Path, found: Hindcast, languages: Sequence[str]) -> None:
    write_tables(folder, found)
    write_words(folder, found.words.in_language(languages[0]))
    for language in languages:
        write(_pictures(found, language), folder / "figures" / language if len(languages) > 1 else folder / "figures")


def _pictures(found: Hindcast, language: str) -> Iterator[Picture]:
    from wutong.experiments import plots

    yield plots.Named("hindcast", plots.hindcast_picture(found, language))
    if found.scores:
        yield plots.Named("pit", plots.pit_histogram(found, language))
