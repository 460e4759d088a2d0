"""How firms come, where anchors and projects stand, and where a segment stands to another: the codes in the tables."""

from __future__ import annotations

import enum


class Channel(enum.IntEnum):
    """How a firm came.  The order from SCHEDULED on is the order of admission to floor space."""

    INITIAL = 0
    SCHEDULED = 1
    RECRUITED = 2
    FOLLOWED = 3
    LAB_SPIN_OFF = 4
    FIRM_SPIN_OFF = 5
    ATTRACTED = 6


class Stage(enum.IntEnum):
    """Stage of an anchor."""

    PLANNED = 0
    SIGNED = 1
    STARTED = 2
    OPERATING = 3
    CLOSED = 4


class Direction(enum.IntEnum):
    """Where a segment stands to another in the chain."""

    NEITHER = 0
    UPSTREAM = 1  # the other buys from it
    DOWNSTREAM = 2  # the other sells to it


class Fate(enum.IntEnum):
    """What became of a project this quarter; whatever is not PENDING leaves the table at the settlement."""

    PENDING = 0
    OPENED = 1
    CANCELLED = 2
