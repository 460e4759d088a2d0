"""A second process that compiles at the same time: it puts what it makes where its parent finds it, or nothing at all."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FunctionType
from typing import Any

from wutong.model.compiled.keeping import PATIENCE

Wanted = tuple[FunctionType, Path, tuple[Any, ...]]  # entry, root of what is kept, types
HELPER = """
import pickle, sys
sys.path[:] = pickle.load(sys.stdin.buffer)
from wutong.model.compiled.engines import engine
entry, root, types = pickle.load(sys.stdin.buffer)
engine(entry, plain=False).made_in(root, types)
"""


@contextlib.contextmanager
def helped(wanted: Sequence[Wanted]) -> Iterator[None]:
    """Have entry points made in processes of their own meanwhile, as far as there are processors; wait for them at the end.

    Not ``multiprocessing``: that would run the user's script again.  Whoever wants what a helper failed to make makes it.
    """
    with contextlib.ExitStack() as helpers:
        begun = [helpers.enter_context(_helper(one)) for one in wanted[: _processors() - 1]]
        yield
        for helper in begun:
            with contextlib.suppress(subprocess.TimeoutExpired):
                helper.wait(PATIENCE)


@contextlib.contextmanager
def _helper(wanted: Wanted) -> Iterator[subprocess.Popen[bytes]]:
    """A process that makes one entry point; it ends with the block."""
    silent = subprocess.DEVNULL
    with subprocess.Popen([sys.executable, "-c", HELPER], stdin=subprocess.PIPE, stdout=silent, stderr=silent) as helper:
        try:
            assert helper.stdin is not None
            with contextlib.suppress(OSError, pickle.PicklingError):  # it is gone, or a function of no module: it makes nothing
                helper.stdin.write(pickle.dumps(sys.path) + pickle.dumps(wanted))
                helper.stdin.close()
            yield helper
        finally:
            helper.kill()


def _processors() -> int:
    """Processors that this process may use; 1 where Python is part of another program, which cannot be started again."""
    if "python" not in Path(sys.executable or "").name:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
