"""Files and folders that appear whole or not at all, and what a kill left of those that were under way.

What is under way has a name that says which process makes it, so that the next command can tell what nobody will finish.
"""

from __future__ import annotations

import errno
import os
import platform
import re
import secrets
import shutil
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MARK = secrets.token_hex(2)  # of this process: in a container the next one often has the same number
NAME = re.compile(
    r"\.[0-9a-f]{8}-(?P<machine>[0-9a-f]{8})-(?P<process>\d+)-(?P<mark>[0-9a-f]{4})\.(?P<state>unfinished|whole)([.-].*)?"
)
LONGEST_SUFFIX = 8
PATIENCE_SECONDS = 86_400.0  # after which what another machine began is given up
LAST = "manifest.json"  # by which a folder is known


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside ``path`` that takes its place on success and vanishes on any failure."""
    unfinished = path.with_name(_name(path.name, path.suffix if len(path.suffix) <= LONGEST_SUFFIX else ""))
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


@contextmanager
def making(folder: Path) -> Iterator[None]:
    """Make a folder; what was made of it goes again if anything fails, unless something stands in it."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        with suppress(OSError):
            for made in missing:
                made.rmdir()
        raise


@contextmanager
def building(folder: Path) -> Iterator[Path]:
    """A place within a folder: on success what stands in it moves into the folder, on any failure it vanishes.

    Killed before the move, nothing is seen; killed in the middle of it, :func:`swept` moves the rest.
    """
    place = folder / _name(folder.name)
    whole = place.with_suffix(".whole")
    place.mkdir()
    try:
        yield place
        place.replace(whole)
        _move_up(whole)
    finally:
        for left in (place, whole):
            shutil.rmtree(left, ignore_errors=True)


def swept(folder: Path, *, deep: bool = True) -> bool:
    """Clear away what killed processes left in a folder, and finish what they had only to move; whether there was such.

    Parameters
    ----------
    deep : whether folders within it are looked through too
    """
    finished = False
    with suppress(OSError):
        for entry in sorted(folder.iterdir()):
            if (found := NAME.fullmatch(entry.name)) is not None:
                if _given_up(entry, found):
                    _end(entry, found)
                    finished |= found["state"] == "whole"
            elif deep and entry.is_dir() and not entry.is_symlink():
                finished |= swept(entry)
    return finished


def under_way(path: Path) -> bool:
    """Whether a name is one of something that is not finished."""
    return NAME.fullmatch(path.name) is not None


def _name(of: str, suffix: str = "") -> str:
    machine = zlib.crc32(platform.node().encode())
    return f".{zlib.crc32(os.fsencode(of)):08x}-{machine:08x}-{os.getpid()}-{MARK}.unfinished{suffix}"


def _move_up(whole: Path) -> None:
    """Move what stands in a place into the folder that holds it, over nothing, and the record last; all of it or nothing."""
    moved: list[Path] = []
    try:
        for entry in sorted(whole.iterdir(), key=lambda path: (path.name == LAST, path.name)):
            to = whole.parent / entry.name
            if to.exists():
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(to))
            entry.replace(to)
            moved.append(to)
        whole.rmdir()
    except BaseException:
        for to in moved:
            to.replace(whole / to.name)
        raise


def _end(entry: Path, found: re.Match[str]) -> None:
    with suppress(OSError):
        if found["state"] == "whole":
            _move_up(entry)
        elif entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _given_up(entry: Path, found: re.Match[str]) -> bool:
    """Whether nobody works on something any more."""
    if found["machine"] != f"{zlib.crc32(platform.node().encode()):08x}":
        return time.time() - entry.stat().st_mtime > PATIENCE_SECONDS
    process = int(found["process"])
    if process == os.getpid():
        return found["mark"] != MARK
    if os.name == "nt":  # where asking for a process may end it
        return time.time() - entry.stat().st_mtime > PATIENCE_SECONDS
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False
