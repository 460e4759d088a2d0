"""The evidence from its steps to a folder of results: each step is kept when it is done, so that the rest can be resumed."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wutong.experiments import manifest
from wutong.experiments.answers import Answer, Column
from wutong.experiments.errors import BadInputError, FolderError
from wutong.experiments.evidence.steps import STEPS, Done, Setting, one_a_key
from wutong.experiments.identity import code_of_model
from wutong.experiments.manifest import Manifest, Planned, Status
from wutong.experiments.outputs import write_answers, write_words
from wutong.experiments.pictures import write
from wutong.experiments.reading.messages import choices
from wutong.experiments.reopening import refuse_other_code
from wutong.experiments.runner import Progress, silent
from wutong.experiments.store.opening import alone
from wutong.experiments.typed import misfit
from wutong.experiments.unfinished import replacing
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
    with manifest.new_folder(out, EVIDENCE, started, hash_) as (folder, place):
        manifest.write_manifest(place, record)
    return folder


def asked_in(record: Manifest) -> Asked:
    """What was asked when a folder was begun.

    Raises
    ------
    BadInputError
        If the record was changed into something that nobody can have asked.
    """
    told = {key: value for key, value in record.question.items() if key != "name"}
    if misfit(told, Asked) or not all(isinstance(n, int) and n > 0 for n in (told["n"], told["n_past"], told["worlds"] or 1)):
        zh, en = "记录文件里的问题被改动过，无法继续", "the question in the record was changed: it cannot be taken up"
        raise BadInputError(Label(zh, en))
    steps: tuple[str, ...] = tuple(told.pop("steps"))  # type: ignore[arg-type]
    return Asked(chosen(steps) if steps else (), **told)  # type: ignore[arg-type]


def carried_out(folder: Path, jobs: int, language: str, progress: Progress = silent, told: Told | None = None) -> Label:
    """Do the steps that the folder lacks, then write tables and words from all of them; returns the words.

    A step whose answers or files are no longer what was written is done again.

    Raises
    ------
    BadInputError
        If the model's code has changed since the folder was begun.
    FolderError
        If the folder cannot be written; the steps that are done are kept.
    """
    record = manifest.read_manifest(folder)
    refuse_other_code(record)
    asked, began = asked_in(record), time.monotonic()
    with manifest.writing(folder), _alone(folder):
        try:
            found = _steps(folder, asked, asked.setting(folder, jobs), progress, told)
        except KeyboardInterrupt:
            manifest.write_manifest(folder, dataclasses.replace(record, status=Status.INTERRUPTED))
            raise
        words = _written(folder, found, language)
        for part in (folder / PARTS).glob("*.part"):
            part.unlink()
        with contextlib.suppress(OSError):  # somebody else's file may lie there
            (folder / PARTS).rmdir()
        seconds = {**record.seconds, "steps": round(time.monotonic() - began, 2)}
        ended = datetime.now(UTC).isoformat(timespec="seconds")
        manifest.write_manifest(folder, dataclasses.replace(record, status=Status.COMPLETE, seconds=seconds, ended=ended))
    return words


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """The right to do steps in a folder, for one process at a time."""
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(alone(folder / KEPT))
        except sqlite3.Error as error:
            zh, en = f"“{folder}”正被另一个程序使用，或无法写入", f"{folder} is in use by another program, or cannot be written"
            raise FolderError(Label(zh, en)) from error
        yield


def _steps(folder: Path, asked: Asked, setting: Setting, progress: Progress, told: Told | None) -> list[Answer]:
    """The answers of all steps, those that the folder holds whole as they stand there."""
    found: list[Answer] = []
    for key in asked.steps:
        path = folder / KEPT / f"{key}.json"
        if (kept := _kept(path, folder)) is None:
            if told is not None:
                told(STEPS[key].label)
            _keep(path, folder, STEPS[key].run(setting, progress))
            kept = _kept(path, folder)
        found += kept or ()
    return found


def kept_answers(folder: Path) -> list[Answer]:
    """What the steps of a folder say, one answer a key.

    Raises
    ------
    FolderError
        If a step is not what was written.
    """
    found: list[Answer] = []
    for path in _in_order(folder):
        kept = _kept(path, folder)
        if kept is None:
            zh = f"“{path}”或它列出的文件已损坏或被改动；用 resume 重做这一步"
            raise FolderError(Label(zh, f"{path}, or a file that it names, is damaged or changed; resume does this step again"))
        found += kept
    return one_a_key(found)


def _in_order(folder: Path) -> list[Path]:
    paths = (folder / KEPT / f"{key}.json" for key in STEPS)
    return [path for path in paths if path.is_file()]


def _written(folder: Path, found: Sequence[Answer], language: str) -> Label:
    answers = one_a_key(found)
    write_answers(folder, answers)
    told = [answer.words for answer in answers if answer.words.en]
    words = Label("\n\n".join(t.zh for t in told), "\n\n".join(t.en for t in told))
    write_words(folder, words.in_language(language))
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
    names = {file.relative_to(folder).as_posix(): manifest.sha256(file.read_bytes()) for file in files}
    step = {"files": names, "answers": kept}
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as unfinished:
        unfinished.write_text(json.dumps({"checksum": _checksum(step), **step}, ensure_ascii=False) + "\n", encoding="utf-8")


def _checksum(step: Mapping[str, object]) -> str:
    return manifest.sha256(json.dumps(step, ensure_ascii=False).encode())


def _kept(path: Path, folder: Path) -> list[Answer] | None:
    """The answers of a step; None unless they, and the files that it wrote, are what was written."""
    try:
        step = json.loads(path.read_text(encoding="utf-8"))
        whole = step.pop("checksum") == _checksum(step)
        whole = whole and all(manifest.sha256((folder / name).read_bytes()) == digest for name, digest in step["files"].items())
        return [_answer(entry) for entry in step["answers"]] if whole else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _answer(entry: Mapping[str, Any]) -> Answer:
    columns = {name: Column(Label(zh, en), unit) for name, (zh, en, unit) in entry["columns"].items()}
    return Answer(entry["key"], columns, tuple(tuple(row) for row in entry["rows"]), Label(*entry["words"]))
