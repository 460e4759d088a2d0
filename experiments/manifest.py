"""Where results are kept, and what is written down about how they came about."""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import importlib.metadata
import json
import os
import platform
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import wutong
from wutong.experiments.errors import FolderError
from wutong.experiments.typed import misfit
from wutong.experiments.unfinished import building, making, replacing, swept, under_way
from wutong.model.facts import Label

MANIFEST = "manifest.json"
ESCAPED = "backslashreplace"  # how a byte of a path is written that is no UTF-8
CHECKSUM = "checksum"
PACKAGES = ("numpy", "mesa", "networkx", "matplotlib", "pydantic", "ruamel.yaml", "typer", "rich")


class Status(enum.StrEnum):
    RUNNING = "running"
    COMPLETE = "complete"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class CodeVersion:
    """Version of the installed package, and the commit of the checkout if it runs from one."""

    version: str
    commit: str | None
    dirty: bool | None


@dataclass(frozen=True)
class Planned:
    """A scenario and the policies that it runs under, by name."""

    scenario: str
    policies: Sequence[str]


@dataclass(frozen=True)
class Manifest:
    """What is written down about an experiment.

    Attributes
    ----------
    design : whether the cases are those of ``inputs/design.yaml``
    question : what is asked of the runs, and so which runs there are beside those of the inputs
    inputs : file within the folder → SHA-256
    model : SHA-256 of the model's code
    seconds : by stage
    without_effect : what the inputs say that no run ever reaches, in both languages
    """

    experiment: str
    argv: Sequence[str]
    status: Status
    started: str
    seed: int
    replications: Sequence[int]
    plan: Sequence[Planned]
    jobs: int
    counts: Mapping[str, int]
    inputs: Mapping[str, str]
    code: CodeVersion
    model: str
    packages: Mapping[str, str]
    platform: Mapping[str, str]
    question: Mapping[str, object]
    design: bool = False
    seconds: Mapping[str, float] = field(default_factory=dict)
    ended: str | None = None
    without_effect: Sequence[Mapping[str, str]] = ()


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value):
        return {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no place in an input")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def fingerprint(*parts: object) -> str:
    """Eight hexadecimal digits that change with any of the parts."""
    return sha256(json.dumps(parts, default=_plain).encode())[:8]


@contextmanager
def new_folder(out: Path | None, experiment: str, started: datetime, short_hash: str) -> Iterator[tuple[Path, Path]]:
    """An empty folder, ``out`` or ``results/<experiment>/<UTC>-<hash8>`` in the current directory, and the place to write in.

    What is written there moves into the folder at the end, all of it; if anything fails, the folder is as it was.

    Raises
    ------
    FolderError
        If ``out`` is a file or not empty, or the folder cannot be made or written.
    """
    folder = out or _free(Path("results") / experiment / f"{started:%Y%m%dT%H%M%SZ}-{short_hash}")
    if folder.exists() and not folder.is_dir():
        raise FolderError(Label(f"“{folder}”已存在，且不是文件夹", f"{folder} exists and is not a folder"))
    with writing(folder), making(folder):
        swept(folder, deep=False)
        if any(folder.iterdir()):
            zh, en = f"文件夹“{folder}”不是空的，不会覆盖", f"the folder {folder} is not empty; nothing is overwritten"
            raise FolderError(Label(zh, en))
        with building(folder) as place:
            yield folder, place


def _free(default: Path) -> Path:
    """A folder that is not there: the same inputs twice within a second get a number."""
    folder, attempt = default, 1
    while folder.exists():
        attempt += 1
        folder = default.with_name(f"{default.name}-{attempt}")
    return folder


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn what the system says of a folder that cannot be written into words for the user."""
    try:
        yield
    except OSError as error:
        place, why = _seen(error.filename, folder), error.strerror or str(error)
        raise FolderError(Label(f"无法写入“{place}”：{why}", f"{place} cannot be written: {why}")) from error


def _seen(name: object, folder: Path) -> Path:
    """The file of which the system complains, by the name that it will have; the folder where it names none."""
    path = Path(name) if isinstance(name, str) else folder
    return next((place.parent for place in reversed((path, *path.parents)) if under_way(place)), path)


def write_inputs(folder: Path, texts: Mapping[str, str]) -> dict[str, str]:
    """Copy what the runs start from into ``inputs/`` and return the SHA-256 of each file by its path in the folder."""
    hashes = {}
    for name, text in texts.items():
        content = text.encode()
        path = folder / "inputs" / name
        with writing(folder):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        hashes[f"inputs/{name}"] = sha256(content)
    return hashes


def manifest_of(told: Mapping[str, Any]) -> Manifest:
    """A manifest as it was written.

    Raises
    ------
    ValueError
        If it is none; it names the entry.
    """
    if wrong := misfit(told, Manifest) or _senseless(told):
        raise ValueError(wrong)
    parts = dict(told)
    parts["plan"] = [Planned(**planned) for planned in parts["plan"]]
    parts["code"] = CodeVersion(**parts["code"])
    parts["status"] = Status(parts["status"])
    return Manifest(**parts)


def _senseless(told: Mapping[str, Any]) -> str:
    """The first entry of a manifest whose value nobody can have asked for."""
    sound = {
        "seed": told["seed"] >= 0,
        "replications": bool(told["replications"]) and min(told["replications"]) >= 0,
        "jobs": told["jobs"] >= 1,
        "plan": bool(told["plan"]) and all(entry["policies"] for entry in told["plan"]),
    }
    return next((name for name, well in sound.items() if not well), "")


def read_manifest(folder: Path) -> Manifest:
    """What is written down about the experiment of a folder.

    Raises
    ------
    FolderError
        If the folder holds none, or it is not as it was written.
    """
    swept(folder, deep=False)
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        written = told.pop(CHECKSUM, None)
        if written not in {None, _checksum(told)}:
            raise FolderError(_changed(folder))
        if written is None:
            told.setdefault("question", {"name": "goals"})  # the only one, before records held it, or a checksum
        found = manifest_of(told)
    except OSError:
        raise FolderError(_none(folder)) from None
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        zh = f"“{folder / MANIFEST}”读不懂（{error}）：文件已损坏或被改错；请换回原来的文件"
        en = f"{folder / MANIFEST} cannot be understood ({error}): it is damaged or mistyped; put the original back"
        raise FolderError(Label(zh, en)) from None
    swept(folder)
    return found


def _none(folder: Path) -> Label:
    if folder.is_dir() and not any(folder.iterdir()):
        zh = f"“{folder}”不是结果文件夹：它是空的，可能程序在开始前就被结束了；可用 --out 重新用它"
        return Label(zh, f"{folder} holds no experiment: it is empty, as one that was killed before it began; --out can take it")
    zh, en = f"“{folder}”不是结果文件夹（缺少可读的 {MANIFEST}）", f"{folder} holds no experiment (no readable {MANIFEST})"
    return Label(zh, en)


def _changed(folder: Path) -> Label:
    path = folder / MANIFEST
    zh = f"“{path}”与写入时不同：文件已损坏或被改动；请换回原来的文件，若确是有意改动，删去其中的 {CHECKSUM} 一行"
    en = f"{path} is not as it was written: damaged or changed; put the original back, or, if it was changed on purpose,"
    return Label(zh, f"{en} remove its line {CHECKSUM}")


def _text(told: Mapping[str, Any]) -> str:
    return json.dumps(told, default=_plain, ensure_ascii=False, indent=1)


def _checksum(told: Mapping[str, Any]) -> str:
    return sha256(_text(told).encode(errors=ESCAPED))


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``manifest.json`` whole or not at all, with its own checksum as the first line."""
    told = {f.name: getattr(manifest, f.name) for f in dataclasses.fields(manifest)}
    with replacing(folder / MANIFEST) as path:
        path.write_text(_text({CHECKSUM: _checksum(told), **told}) + "\n", encoding="utf-8", errors=ESCAPED)


def code_version() -> CodeVersion:
    """Version of the package; commit and cleanliness where this is a checkout and git is at hand."""
    root = Path(__file__).resolve().parent.parent
    commit = _git(root, "rev-parse", "HEAD") if (root / ".git").exists() else None
    changes = _git(root, "status", "--porcelain") if commit is not None else None
    return CodeVersion(wutong.__version__, commit, None if changes is None else bool(changes))


def _git(root: Path, *words: str) -> str | None:
    command = ["git", "--no-optional-locks", "-C", str(root), *words]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def package_version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def package_versions() -> dict[str, str]:
    return {name: package_version(name) for name in PACKAGES}


def this_platform() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "machine": platform.machine(),
        "cores": str(os.cpu_count()),
    }
