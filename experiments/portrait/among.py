"""One world among others of the same scenario and policy: which of them is usual, and where it lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wutong.model.facts import Floats
from wutong.model.history import History

MEASURES = ("firms", "employees", "revenue")  # at the end, in which worlds are told apart


@dataclass(frozen=True)
class Place:
    """Where a world lies among others in one measure at the end.

    Attributes
    ----------
    value : of this world
    others : of shape (n_others,)
    """

    measure: str
    value: float
    others: Floats

    @property
    def below(self) -> int:
        """Other worlds that have less."""
        return int(np.count_nonzero(self.others < self.value))


def usual(worlds: History) -> int:
    """Replication of the world that lies nearest to the medians at the end, the first of them if several do.

    Each measure counts by how many worlds lie nearer to its median, and the worst of them decides, so that none is far off.
    """
    nearer = np.zeros(len(worlds.cases), np.int64)
    for measure in MEASURES:
        values = worlds.total(measure)[-1]
        away = np.abs(values - np.median(values))
        nearer = np.maximum(nearer, np.searchsorted(np.sort(away), away))
    return worlds.cases[int(nearer.argmin())].replication


def places(replication: int, worlds: History) -> tuple[Place, ...]:
    """Where a world lies among the others, in the measures by which they are told apart; nowhere if there are no others."""
    numbers = np.array([case.replication for case in worlds.cases])
    own = np.flatnonzero(numbers == replication)
    if not len(own) or len(numbers) < 2:
        return ()
    ends = {measure: worlds.total(measure)[-1] for measure in MEASURES}
    return tuple(Place(m, float(values[own[0]]), np.delete(values, own[0])) for m, values in ends.items())
