"""What the user sees of the engine being made: once on a machine, and why it cannot be kept where it cannot."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from wutong.experiments.commands.language import Language, told


@contextmanager
def shown_engine(language: Language, stream: TextIO | None = None) -> Iterator[None]:
    """Say so on a stream, by default standard error, whenever an engine is prepared or cannot be kept."""
    from wutong.model.compiled import HOOKS

    before = HOOKS.preparing, HOOKS.not_kept
    HOOKS.preparing = lambda: preparing(stream or sys.stderr, language)
    HOOKS.not_kept = lambda error: print(not_kept(error, language), file=stream or sys.stderr)
    try:
        yield
    finally:
        HOOKS.preparing, HOOKS.not_kept = before


@contextmanager
def preparing(stream: TextIO, language: Language, clock: Callable[[], float] = time.monotonic) -> Iterator[None]:
    """One line, on a terminal with the seconds that have passed."""
    line = told("正在准备引擎，只需一次，约半分钟", "Preparing the engine, once, about half a minute", language)
    if not stream.isatty():
        stream.write(f"{line}\n")
        stream.flush()
        yield
        return
    begun, ended = clock(), threading.Event()

    def show() -> None:
        while True:
            stream.write(f"\r{line} … {clock() - begun:.0f} s")
            stream.flush()
            if ended.wait(1.0):
                return

    shown = threading.Thread(target=show, daemon=True)
    shown.start()
    try:
        yield
    finally:
        ended.set()
        shown.join()
        stream.write("\n")
        stream.flush()


def not_kept(error: OSError, language: Language) -> str:
    """Why the engine is not kept in a folder, and what that means."""
    from wutong.model.compiled.keeping import BusyError, ChangedError, NotPrivateError

    reasons = {
        NotPrivateError: told("属于他人或他人可写", "belongs to somebody else or can be written by others", language),
        BusyError: told("被另一个进程占用太久", "has been held by another process for too long", language),
        ChangedError: told("在程序启动后改动过", "has changed since the program started", language),
    }
    reason = reasons.get(type(error)) or (error.strerror or str(error))
    what = f"{error.filename} {reason}" if error.filename else reason
    return told(
        f"准备好的引擎没有存到通常的位置：{what}。运行不受影响，但以后可能要重新准备。",
        f"The engine is not kept in its usual place: {what}. Runs go on; later ones may have to prepare it again.",
        language,
    )
