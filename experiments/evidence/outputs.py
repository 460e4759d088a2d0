"""The evidence from its steps to a folder of results: each step is kept when it is done, so that the rest can be resumed."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from wutong.experiments import manifest
from wutong.experiments.answers import Answer, Column
from wutong.experiments.errors import BadInputError
from wutong.experiments.evidence.steps import STEPS, Done, Setting, one_a_key
from wutong.experiments.identity import code_of_model
from wutong.experiments.manifest import Manifest, Planned, Status
from wutong.experiments.outputs import write_answers
from wutong.experiments.pictures import write
from wutong.experiments.reading.messages import choices
from wutong.experiments.results import replacing
from wutong.experiments.runner import Progress, silent
from wutong.model.facts import Label

EVIDENCE = "evidence"
KEPT, PARTS = "steps", "parts"
Told = Callable[[Label], None]  # which step begins


@dataclass(frozen=True)
class Asked:
    """What the user asked for; kept in the record, so that it can be resumed."""

    steps: tuple[str, ...]
    n: int
    worlds: int | None
    n_past: int
    seed: int

    def setting(self, folder: Path, jobs: int) -> Setting:
        return Setting(folder, self.n, self.worlds, self.n_past, self.seed, jobs)


def chosen(names: Sequence[str]) -> tuple[str, ...]:
    """The steps of some names, in their order; all where none is named.

    Raises
    ------
    BadInputError
        If there is no such step.
    """
    for name in names:
        if name not in STEPS:
            near = choices(name, list(STEPS), {key: step.label.zh for key, step in STEPS.items()})
            raise BadInputError(Label(f"没有步骤“{name}”。{near.zh}", f"there is no step {name!r}; {near.en}"))
    return tuple(key for key in STEPS if not names or key in names)


def begun(asked: Asked, out: Path | None, jobs: int) -> Path:
    """An empty folder with the record of what is asked.

    Raises
    ------
    FolderError
        If the folder cannot be used.
    """
    started = datetime.now(UTC)
    hash_ = manifest.fingerprint(dataclasses.asdict(asked), code_of_model())
    folder = manifest.results_folder(out, EVIDENCE, started, hash_)
    record = Manifest(
        experiment=EVIDENCE,
        argv=sys.argv,
        status=Status.RUNNING,
        started=started.isoformat(timespec="seconds"),
        seed=asked.seed,
        replications=[0, asked.n],
        plan=[Planned(name, ["none"]) for name in asked.steps],
        jobs=jobs,
        counts={"steps": len(asked.steps)},
        inputs={},
        code=manifest.code_version(),
        model=code_of_model(),
        packages=manifest.package_versions(),
        platform=manifest.this_platform(),
        question={"name": EVIDENCE, **dataclasses.asdict(asked)},
    )
    with manifest.writing(folder):
        manifest.write_manifest(folder, record)
    return folder


def asked_in(record: Manifest) -> Asked:
    """What was asked when a folder was begun.

    Raises
    ------
    BadInputError
        If the record was changed into something that nobody can have asked.
    """
    told = {key: value for key, value in record.question.items() if key != "name"}
    try:
        steps: tuple[str, ...] = tuple(told.pop("steps"))  # type: ignore[arg-type]
        return Asked(chosen(steps) if steps else (), **told)  # type: ignore[arg-type]
    except (KeyError, TypeError):
        zh, en = "记录文件里的问题被改动过，无法继续", "the question in the record was changed: it cannot be taken up"
        raise BadInputError(Label(zh, en)) from None


def carried_out(folder: Path, jobs: int, language: str, progress: Progress = silent, told: Told | None = None) -> Label:
    """Do the steps that the folder lacks, then write tables and words from all of them; returns the words.

    Raises
    ------
    BadInputError
        If the model's code has changed since the folder was begun.
    """
    record = manifest.read_manifest(folder)
    if record.model != code_of_model():
        zh, en = "模型代码在开始之后已改变，请重新开始", "the code of the model has changed since it was begun: begin anew"
        raise BadInputError(Label(zh, en))
    asked, began, found = asked_in(record), time.monotonic(), list[Answer]()
    try:
        for key in asked.steps:
            path = folder / KEPT / f"{key}.json"
            if not _stands(path, folder):
                if told is not None:
                    told(STEPS[key].label)
                _keep(path, folder, STEPS[key].run(asked.setting(folder, jobs), progress))
            found += _kept(path)
    except KeyboardInterrupt:
        manifest.write_manifest(folder, dataclasses.replace(record, status=Status.INTERRUPTED))
        raise
    words = _written(folder, found, language)
    for part in (folder / PARTS).glob("*.npz"):
        part.unlink()
    with contextlib.suppress(OSError):  # somebody else's file may lie there
        (folder / PARTS).rmdir()
    seconds = {**record.seconds, "steps": round(time.monotonic() - began, 2)}
    ended = datetime.now(UTC).isoformat(timespec="seconds")
    manifest.write_manifest(folder, dataclasses.replace(record, status=Status.COMPLETE, seconds=seconds, ended=ended))
    return words


def kept_answers(folder: Path) -> list[Answer]:
    """What the steps of a folder say, one answer a key."""
    return one_a_key([answer for path in _in_order(folder) for answer in _kept(path)])


def _in_order(folder: Path) -> list[Path]:
    paths = (folder / KEPT / f"{key}.json" for key in STEPS)
    return [path for path in paths if path.is_file()]


def _written(folder: Path, found: Sequence[Answer], language: str) -> Label:
    answers = one_a_key(found)
    write_answers(folder, answers)
    told = [answer.words for answer in answers if answer.words.en]
    words = Label("\n\n".join(t.zh for t in told), "\n\n".join(t.en for t in told))
    with replacing(folder / "answer.txt") as unfinished:
        unfinished.write_text(words.in_language(language) + "\n", encoding="utf-8")
    return words


def _keep(path: Path, folder: Path, done: Done) -> None:
    """Write a step's pictures, and then its answers: a step whose answers stand is done."""
    files: list[Path] = list(done.files)
    for language, pictures in done.pictures.items():
        place = folder / "figures" / language
        files += [place / f"{name}{suffix}" for name in write(pictures, place) for suffix in (".png", ".svg")]
    kept = [
        {
            "key": a.key,
            "columns": {name: [c.label.zh, c.label.en, c.unit] for name, c in a.columns.items()},
            "rows": [list(row) for row in a.rows],
            "words": [a.words.zh, a.words.en],
        }
        for a in done.answers
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as unfinished:
        names = [file.relative_to(folder).as_posix() for file in files]
        unfinished.write_text(json.dumps({"files": names, "answers": kept}, ensure_ascii=False) + "\n", encoding="utf-8")


def _stands(path: Path, folder: Path) -> bool:
    """Whether a step is done: its answers can be read, and the files that it wrote are there."""
    try:
        return all((folder / name).is_file() for name in json.loads(path.read_text(encoding="utf-8"))["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _kept(path: Path) -> list[Answer]:
    """The answers of a step that is done."""
    return [
        Answer(
            a["key"],
            {name: Column(Label(zh, en), unit) for name, (zh, en, unit) in a["columns"].items()},
            tuple(tuple(row) for row in a["rows"]),
            Label(*a["words"]),
        )
        for a in json.loads(path.read_text(encoding="utf-8"))["answers"]
    ]
