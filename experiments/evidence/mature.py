"""What is read off the firms of a park after many years, world by world, beyond what a history records."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments.calibration.turnover import exit_rate, spin_off_share
from wutong.experiments.defined import mean
from wutong.model.codes import Channel
from wutong.model.facts import Floats
from wutong.model.history import History
from wutong.model.ratios import ratio
from wutong.model.scenario import Case
from wutong.model.simulate import history_of
from wutong.model.tables import in_use
from wutong.model.world import World, prepare

YOUNG = 20  # quarters
TAIL_SHARE = 0.1  # largest firms
LEAST_TAIL = 20
COHORT = 4  # quarters of birth
LATE = (6, 10)  # years from the start
OFFICE_CHANNELS = (Channel.ATTRACTED,)
SMALL_SEGMENT = 10.0  # firms at the start, below which a segment's revenue is that of single firms


@dataclass(frozen=True)
class Mature:
    """One value a world, of shape (n_worlds,) each; NaN where there is none."""

    tail_exponent: Floats
    young_share: Floats
    growth_spread: Floats
    spin_off_share: Floats
    exit_rate: Floats
    late_growth: Floats
    survival: Floats


def joined(parts: Sequence[Mature]) -> Mature:
    """The worlds of several batches as one."""
    return Mature(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in dataclasses.fields(Mature)))


def mature(cases: Sequence[Case]) -> Mature:
    """Facts of a batch at the end of its run."""
    batch = prepare(cases)
    end = batch.base.start + batch.n_quarters
    born_last = end - YOUNG
    worlds = [World(batch, position) for position in range(len(cases))]
    cohort = np.zeros(len(cases))
    for n, world in enumerate(worlds):
        if born_last > world.quarter:
            world.advance(born_last)
            cohort[n] = _in_cohort(world, born_last)
        world.advance(end)
    history = history_of(batch, [world.record for world in worlds])
    survival = ratio(np.array([_in_cohort(world, born_last) for world in worlds]), cohort)
    return Mature(
        np.array([hill(in_use(world.park.firms).employees) for world in worlds]),
        np.array([young_share(world) for world in worlds]),
        growth_spreads(history),
        spin_off_share(history),
        exit_rate(history),
        late_growth(history),
        survival,
    )


def _in_cohort(world: World, last: int) -> float:
    """Entrants born in the year up to a quarter that still operate."""
    firms = in_use(world.park.firms)
    own = np.isin(firms.channel, OFFICE_CHANNELS) & (firms.born > last - COHORT) & (firms.born <= last)
    return float(np.count_nonzero(own))


def hill(sizes: Floats) -> float:
    """Tail exponent of the largest tenth: number of the largest over the sum of their logarithms relative to the next one.

    Source: Hill 1975.
    """
    ordered = np.sort(sizes)[::-1]
    n = int(TAIL_SHARE * len(ordered))
    if n < LEAST_TAIL:
        return float("nan")
    return float(n / np.log(ordered[:n] / ordered[n]).sum())


def young_share(world: World) -> float:
    born = in_use(world.park.firms).born
    return np.count_nonzero(born > world.quarter - YOUNG) / len(born) if len(born) else np.nan


def growth_spreads(history: History) -> Floats:
    """Mean over segments of the sd over years of the growth of yearly revenue; few firms or a year of none are left out."""
    park = history.cases[0].scenario.park
    spreads = []
    for segment in park.segments:
        if segment.firms.default >= SMALL_SEGMENT:
            _, revenue = history.yearly("revenue", (segment.key,))
            spreads.append(np.diff(_logarithm(revenue), axis=0).std(axis=0, ddof=1))
    return mean(np.array(spreads), axis=0)


def _logarithm(revenue: Floats) -> Floats:
    """Undefined of nothing: there is no growth from zero."""
    return np.log(np.where(revenue > 0.0, revenue, np.nan))


def late_growth(history: History) -> Floats:
    """Growth of the whole park's revenue from its sixth year to its tenth, a year [1/year]; none where the run is shorter."""
    first, last = (4 * year for year in LATE)
    revenue = history.total("revenue")
    if len(revenue) <= last:
        return np.full(revenue.shape[1], np.nan)
    before, after = (_logarithm(revenue[row]) for row in (first, last))
    return np.asarray((after - before) / (LATE[1] - LATE[0]))
