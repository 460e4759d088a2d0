"""How the user starts this program."""

from __future__ import annotations

import sys
from pathlib import Path


def launcher() -> tuple[str, ...]:
    """The words before a command: ``python run.py`` in a checkout, ``wutong`` where it is installed."""
    started = Path(sys.argv[0])
    return ("python", sys.argv[0]) if started.name == "run.py" else ("wutong",)
