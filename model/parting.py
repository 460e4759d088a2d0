"""Where policies part: worlds of one start are one world up to the quarter in which their levers first differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wutong.model.given import Levers
from wutong.model.scenario import Case


@dataclass(frozen=True)
class Parting:
    """Policies that do the same for some quarters, and then part.

    Attributes
    ----------
    together : their numbers
    quarters : how many they have in common from the start on; all of them if they do the same to the end
    then : the groups into which they part, the largest last
    """

    together: tuple[int, ...]
    quarters: int
    then: tuple[Parting, ...] = ()


def parting(levers: Sequence[Levers]) -> Parting:
    """Where some policies part, by all that they do, bit for bit."""
    n_quarters = len(levers[0].park)
    rows = np.stack([np.concatenate([_bytes(table, n_quarters) for table in one], axis=1) for one in levers])
    return _part(rows, tuple(range(len(levers))))


def _bytes(table: Any, n_quarters: int) -> Any:
    return np.frombuffer(table.tobytes(), np.uint8).reshape(n_quarters, -1)


def _part(rows: Any, together: tuple[int, ...]) -> Parting:
    """Where some of the policies part; ``rows`` is what all of them do, of shape (n_policies, n_quarters, n)."""
    differs = (rows[list(together)] != rows[together[0]]).any(axis=(0, 2))
    if not differs.any():
        return Parting(together, len(differs))
    quarter, alike = int(differs.argmax()), dict[bytes, list[int]]()
    for n in together:
        alike.setdefault(rows[n, quarter].tobytes(), []).append(n)
    groups = (_part(rows, tuple(group)) for group in sorted(alike.values(), key=len))
    return Parting(together, quarter, tuple(groups))


def one_start(cases: Sequence[Case]) -> list[list[int]]:
    """Positions of the cases by their start: those of one scenario, seed and replication, which differ in their policy alone."""
    found: dict[tuple[int, int, int], list[int]] = {}
    for position, case in enumerate(cases):
        found.setdefault((id(case.scenario), case.seed, case.replication), []).append(position)
    return list(found.values())
