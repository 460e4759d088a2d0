"""Every moment at which something touches a folder: there it is killed, or the disk is full from then on.

An audit hook of the interpreter sees each file before it is opened to be written, renamed, made or removed; nothing is replaced.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wutong.experiments.errors import WordedError

CHANGES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "sqlite3.connect"}
TAKES_ROOM = {"open", "os.mkdir"}
Act = Callable[[Path], object]


@dataclass
class Watch:
    """What is done at a change below a folder; nothing while there is no folder."""

    below: str = ""
    then: Callable[[str], None] | None = None
    hooked: bool = False


WATCH = Watch()


def _see(event: str, arguments: tuple[object, ...]) -> None:
    if WATCH.then is None or (event != "open" and event not in CHANGES):
        return
    if event == "open" and not int(arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):  # type: ignore[call-overload]
        return
    path = arguments[0]
    if isinstance(path, str | bytes | os.PathLike) and WATCH.below in os.fsdecode(path):
        WATCH.then(event)


def _watch(folder: Path, then: Callable[[str], None] | None) -> None:
    if not WATCH.hooked:
        sys.addaudithook(_see)  # for the life of this process
        WATCH.hooked = True
    WATCH.below, WATCH.then = str(folder), then


def killed_at(moment: int, folder: Path, act: Act) -> bool:
    """Do something in a child that is killed just before its n-th change; whether it came that far."""
    left = [moment]

    def count(event: str) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def watched() -> None:
        _watch(folder, count)
        act(folder)

    return killed(watched)


def killed(act: Callable[[], object]) -> bool:
    """Do something in a child of its own; whether it was killed."""
    child = forked()
    if child == 0:
        try:
            act()
        except BaseException:  # noqa: BLE001 - the parent says what was wrong
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise AssertionError("the child failed")
    return os.WIFSIGNALED(status)


def forked() -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # libraries have threads, and the child needs none of them
        return os.fork()


def limited_to(size: int, act: Act, folder: Path) -> str:
    """Do something in a child that can make no file larger than so many bytes; ``done``, or what was raised and its words."""
    reader, writer = os.pipe()
    child = forked()
    if child == 0:
        import resource  # where there is none, nothing is forked either

        said = "done"
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
            act(folder)
        except BaseException as error:  # noqa: BLE001 - the parent says what was wrong
            said = f"{'words' if isinstance(error, WordedError) else type(error).__name__}: {error}"
        os.write(writer, said.encode()[:4000])  # a pipe has no size
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        said = file.read().decode()
    os.waitpid(child, 0)
    return said


def full_from(moment: int, folder: Path, act: Act) -> Exception | None:
    """Do something while nothing more can be written from the n-th change on; what it raised, None if it came to its end."""
    left = [moment]

    def refuse(event: str) -> None:
        if event == "sqlite3.connect":  # says it in its own way, see tests/test_store.py
            return
        left[0] -= 1
        if left[0] == 0 or (left[0] < 0 and event in TAKES_ROOM):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    try:
        _watch(folder, refuse)
        act(folder)
    except Exception as error:  # noqa: BLE001 - it is judged by the caller
        return error
    finally:
        _watch(folder, None)
    return None
