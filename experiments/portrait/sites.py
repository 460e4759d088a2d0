"""What stands on the sites of a world at a date: floor space, how much of it is in use, firms by industry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wutong.experiments.portrait.world import Portrait
from wutong.model.facts import Floats, Ints


@dataclass(frozen=True)
class Site:
    """A zone at the end of a quarter.

    Attributes
    ----------
    floor, occupied : [m2]; None for plants that projects bring, which no zone limits
    firms : rows of the ledger
    by_industry : of shape (n_industries,) [firms], in the order of the park
    """

    floor: float | None
    occupied: float | None
    firms: Ints
    staff: float
    by_industry: Ints

    @property
    def share(self) -> float | None:
        """Share of its floor space in use."""
        return None if self.floor is None or self.occupied is None or self.floor <= 0.0 else self.occupied / self.floor


def sites_at(of: Portrait, quarter: int) -> tuple[Site, ...]:
    """Every zone at the end of a quarter, the projects' own plants last.

    Raises
    ------
    ValueError
        If the run does not cover the quarter.
    """
    ledger = of.ledger
    if not ledger.start <= quarter <= ledger.end:
        raise ValueError("the run does not cover this quarter")
    floors: list[tuple[float, float] | tuple[None, None]] = [
        (_of_zone(of, "floor", quarter, n), _of_zone(of, "occupied", quarter, n)) for n in range(len(of.park.zones))
    ]
    here, staff, industry = ledger.operating(quarter), ledger.staff_at(quarter), industries_of(of)
    found = []
    for n, (floor, occupied) in enumerate([*floors, (None, None)]):
        rows = np.flatnonzero(here & (ledger.zone == n))
        counts = np.bincount(industry[rows], minlength=len(of.park.industries))
        found.append(Site(floor, occupied, rows, float(staff[rows].sum()), counts))
    return tuple(found)


def industries_of(of: Portrait) -> Ints:
    """Industry of every firm, of shape (n_firms,), by its number in the park."""
    keys = [industry.key for industry in of.park.industries]
    numbers = np.array([keys.index(segment.industry) for segment in of.park.segments], np.int64)
    return numbers[of.ledger.segment]


def _of_zone(of: Portrait, measure: str, quarter: int, zone: int) -> float:
    values: Floats = of.history.values[measure]
    return float(values[quarter - of.ledger.start, 0, zone])
