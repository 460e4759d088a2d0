"""Standard output and standard error that end no run: what cannot be written there is lost, and nothing else."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress

READER_GONE = {errno.EPIPE, errno.EIO}  # of a pipe or a terminal: nobody waits for the rest


class Lasting(io.TextIOWrapper):
    """A stream of text; once it cannot be written, all that follows goes nowhere.

    Attributes
    ----------
    lost : what the system said, where somebody may still wait for what was to be written
    """

    lost: str = ""

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError as error:
            self._give_up(error)
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        if error.errno not in READER_GONE:
            self.lost = self.lost or error.strerror or str(error)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        with suppress(OSError):
            os.dup2(nowhere, self.fileno())  # also for what still waits to be written, and for workers
        os.close(nowhere)


def make_lasting() -> None:
    """Let standard output and standard error last, also where they were closed before the program began.

    A number that is closed would be given to the next file that is opened, and what is said would be written into it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdout, sys.stderr = (_lasting(stream, number) for number, stream in ((1, sys.stdout), (2, sys.stderr)))


def _lasting(stream: object, number: int) -> Lasting:
    """A terminal that lacks Chinese must not end a run either."""
    encoding, buffered = "utf-8", not os.isatty(number)
    if isinstance(stream, io.TextIOWrapper):
        encoding, number = stream.encoding, stream.fileno()
    raw = open(number, "wb", closefd=False)  # noqa: SIM115 - it lasts as long as the program
    return Lasting(raw, encoding=encoding, errors="replace", line_buffering=number == 2 or not buffered)


def lost_output() -> str:
    """What the system said when standard output could not be written, though somebody may wait for it; else nothing."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    return sys.stdout.lost if isinstance(sys.stdout, Lasting) else ""
