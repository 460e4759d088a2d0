"""Where compiled code is kept between processes: a folder of the user's own, by the content of all that the code depends on.

Compiled code is loaded as pickles, and whoever writes a pickle runs code as its reader: nothing is read from a folder or a file
that anybody else owns or can write.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import platform
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

PREFIX = "engine-"  # of the folders of entry points; nothing else in a root is ever removed
KEPT = 8  # folders of others, or of other versions, that stay
PATIENCE = 180.0  # seconds that one process waits for what another compiles
PROOF = "whole.sha256"
HARMLESS = {"NUMBA_CACHE_DIR", "NUMBA_NUM_THREADS"}  # settings that leave compiled code as it is
STARTED = time.time()  # a source that is younger may differ from what was imported


class NotPrivateError(OSError):
    """Others could have put code into a folder; the attribute ``filename`` says which, as in all errors here."""


class BusyError(OSError):
    """Another process has been compiling for too long."""


class ChangedError(OSError):
    """A source was written after this process began, so that what would be compiled may no longer be what it says."""


def roots() -> list[Path]:
    """The folders to try, best first: the one that ``WUTONG_CACHE`` names, else the user's; then one among temporary files."""
    found = []
    with contextlib.suppress(RuntimeError):  # no home
        found.append(_of_user())
    with contextlib.suppress(OSError):  # no temporary files
        user = os.getuid() if hasattr(os, "getuid") else "own"
        found.append(Path(tempfile.gettempdir()) / f"wutong-{user}")
    return found


def _of_user() -> Path:
    if named := os.environ.get("WUTONG_CACHE"):
        return Path(named).absolute()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "wutong" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "wutong"
    given = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (given if given.is_absolute() else Path.home() / ".cache") / "wutong"


def version(entry: str, *facts: str) -> str:
    """Name of a folder for an entry point, by all that its compiled code depends on.

    Parameters
    ----------
    *facts
        Its sources, constants and types, versions of the compiler and the like; Python, the machine and settings are added.
    """
    settings = [
        f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith("NUMBA_") and name not in HARMLESS
    ]
    whole = "\0".join((sys.version, sys.platform, platform.machine(), *settings, *facts))
    return f"{PREFIX}{entry}-{hashlib.sha256(whole.encode()).hexdigest()[:20]}"


def content(sources: Iterable[Path]) -> str:
    """Digest of source files, with the times at which they were written: the compiler looks at these.

    Raises
    ------
    ChangedError
        If one of them is younger than this process.
    """
    found = hashlib.sha256()
    for source in sources:
        at = source.stat()
        if at.st_mtime > STARTED:
            raise ChangedError(errno.ESTALE, "changed since this program started", str(source))
        found.update(f"{source} {at.st_mtime_ns}\0".encode())
        found.update(hashlib.sha256(source.read_bytes()).digest())
    return found.hexdigest()


def private(path: Path) -> None:
    """Do nothing where only the user can have written a file or folder.

    Raises
    ------
    NotPrivateError
        Where somebody else owns it or can write it, or could put another into its place.
    """
    if sys.platform == "win32":
        return  # folders below a user's own are theirs by the access lists that Windows gives them
    at = path.lstat()
    if stat.S_ISLNK(at.st_mode) or at.st_uid != os.geteuid() or at.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise NotPrivateError(errno.EPERM, "belongs to somebody else or can be written by others", str(path))
    above = path.parent.stat()
    if above.st_mode & stat.S_IWOTH and not above.st_mode & stat.S_ISVTX:
        raise NotPrivateError(errno.EPERM, "can be written by everybody", str(path.parent))


def made(folder: Path) -> Path:
    """A folder that is private, made where it is not there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    private(folder)
    return folder


def is_whole(folder: Path) -> bool:
    """Whether a folder holds what was published there, to the byte, and only the user can have written it.

    Raises
    ------
    NotPrivateError
        Where somebody else could have.
    """
    try:
        private(folder)
        return (folder / PROOF).read_text(encoding="ascii") == _proof(folder)
    except (FileNotFoundError, UnicodeDecodeError):
        return False


def _proof(folder: Path) -> str:
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        private(path)
        if path.is_file() and path.name != PROOF:
            found.update(f"{path.relative_to(folder).as_posix()}\0".encode())
            found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


@contextlib.contextmanager
def building(home: Path) -> Iterator[Path]:
    """A folder aside to compile into; it becomes ``home`` at the end, unless something is raised."""
    for left in home.parent.glob("building-*"):  # by a process that was killed
        shutil.rmtree(left, ignore_errors=True)
    aside = Path(tempfile.mkdtemp(prefix="building-", dir=home.parent))
    try:
        yield aside
        (aside / PROOF).touch()
        for path in aside.rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)
        (aside / PROOF).write_text(_proof(aside), encoding="ascii")
        shutil.rmtree(home, ignore_errors=True)  # damaged, or there would be nothing to build
        aside.replace(home)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder's lock, which ends with its process; where the file system has no locks, do without.

    Raises
    ------
    BusyError
        If another process holds it for longer than ``PATIENCE``.
    """
    with open(folder / "lock", "ab", opener=partial(os.open, mode=0o600)) as file:
        until = time.monotonic() + PATIENCE
        while not _taken(file.fileno()):
            if time.monotonic() > until:
                raise BusyError(errno.ETIMEDOUT, "held by another process", str(folder))
            time.sleep(0.05)
        try:
            yield
        finally:
            _let_go(file.fileno())  # closing is not enough where a child that was forked meanwhile has the file open too


if sys.platform == "win32":
    import msvcrt

    def _taken(file: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _let_go(file: int) -> None:
        with contextlib.suppress(OSError):
            msvcrt.locking(file, msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _taken(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # no locks here: whoever is last to finish replaces what is the same
            return True
        return True

    def _let_go(file: int) -> None:
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_UN)


def prune(used: Path) -> None:
    """Mark a folder as used, and remove the longest unused of the others beyond ``KEPT``."""
    with contextlib.suppress(OSError):
        os.utime(used)
        others = [path for path in used.parent.glob(f"{PREFIX}*") if path != used]
        for old in sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
            shutil.rmtree(old, ignore_errors=True)
