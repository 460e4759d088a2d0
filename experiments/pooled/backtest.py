"""First look: every park of the list from two thirds of its series on.

The pooled priors have seen the park itself: this shows how the method works and is no score.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from wutong.experiments.hindcast.ask import Hindcast, hindcast
from wutong.experiments.hindcast.bare import Value, bare_scenario
from wutong.experiments.pooled.frozen import Training, training
from wutong.experiments.runner import Progress, silent
from wutong.model.units import QUARTERS_PER_YEAR

SEEN = 2.0 / 3.0  # of the dates of a park's longest series


@dataclass(frozen=True)
class Tried:
    """A park, the year from which on it was foretold, and how that went."""

    place: str
    until: int
    found: Hindcast


def places() -> list[str]:
    """Parks of the list that tell of firms, by name."""
    return sorted({s.place for s in training() if s.measure == "firms"})


def cutoff_of(own: Sequence[Training]) -> int | None:
    """The last year that is seen: that of two thirds of the park's longest series; None where nothing would come after it."""
    longest = max(own, key=lambda s: len(s.years))
    last = math.ceil(SEEN * len(longest.years)) - 1
    year = int(longest.years[last] - 1e-6)
    firms = next(s for s in own if s.measure == "firms")
    seen = firms.years[0] - 1e-6 < year + 1
    return year if seen and any(s.years[-1] > year + 1 + 1e-6 for s in own) else None


def tried(place: str, n_past: int, jobs: int = 1, progress: Progress = silent) -> Tried | None:
    """The park of the list foretold; None where nothing can be."""
    own = [s for s in training() if s.place == place]
    until = cutoff_of(own)
    if until is None:
        return None
    seen = ((s.measure, year, log) for s in own for year, log in zip(s.years, s.logs, strict=True))
    values = [Value(measure, round(year * QUARTERS_PER_YEAR) - 1, math.exp(log)) for measure, year, log in seen]
    scenario = bare_scenario(place, values, QUARTERS_PER_YEAR * until + QUARTERS_PER_YEAR - 1)
    return Tried(place, until, hindcast(scenario, until, n=n_past // 10, n_past=n_past, jobs=jobs, progress=progress))
