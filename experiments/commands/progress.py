"""How far the runs are: one line that renews itself on a terminal, one line for every tenth elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

from wutong.experiments.commands.language import Language, told


class Progress:
    """Shows worlds done, how fast, how long still, and how many failed."""

    def __init__(self, stream: TextIO, language: Language, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._language = language
        self._clock = clock
        self._started = clock()
        self._tenths = 0
        self._width = 0

    def __call__(self, done: int, failed: int, total: int) -> None:
        line = self.line(done, failed, total)
        if self._stream.isatty():
            self._stream.write(f"\r{line:<{self._width}}")
            self._width = len(line)
        elif (tenths := 10 * done // total) > self._tenths:
            self._tenths = tenths
            self._stream.write(f"{10 * tenths}% {line}\n")
        self._stream.flush()

    def line(self, done: int, failed: int, total: int) -> str:
        """Counts, rate and time left in words."""
        rate = done / max(self._clock() - self._started, 1e-9)
        parts = [told(f"已完成 {done}/{total} 次", f"{done}/{total} runs", self._language)]
        if done:
            parts.append(told(f"每秒 {rate:.1f} 次", f"{rate:.1f}/s", self._language))
            parts.append(told(f"约剩 {(total - done) / rate:.0f} 秒", f"{(total - done) / rate:.0f} s left", self._language))
        if failed:
            parts.append(told(f"失败 {failed} 次", f"{failed} failed", self._language))
        return told("，", " · ", self._language).join(parts)

    def close(self) -> None:
        """End the line on a terminal."""
        if self._width:
            self._stream.write("\n")
            self._stream.flush()
