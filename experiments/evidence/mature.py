"""What is read off the firms of a park after many years, world by world, beyond what a history records."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments.calibration.turnover import exit_rate, spin_off_share
from wutong.experiments.defined import mean
from wutong.model.entities import Channel
from wutong.model.facts import Floats, Ints
from wutong.model.history import History
from wutong.model.ratios import ratio
from wutong.model.scenario import Case
from wutong.model.simulate import Recorder, step
from wutong.model.start.build import begin
from wutong.model.state import ParkState

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
    batch, state = begin(cases)
    recorder = Recorder(batch, state)
    born_last = state.quarter + batch.n_quarters - YOUNG
    cohort = np.zeros(len(cases))
    for _ in range(batch.n_quarters):
        before, state, settled = step(batch, state)
        recorder.add(before, state, settled)
        if state.quarter == born_last:
            cohort = _in_cohort(state, born_last)
    history = recorder.history()
    survival = ratio(_in_cohort(state, born_last), cohort)
    return Mature(
        tail_exponents(state),
        young_shares(state),
        growth_spreads(history),
        spin_off_share(history),
        exit_rate(history),
        late_growth(history),
        survival,
    )


def _worlds(state: ParkState) -> Ints:
    return np.asarray(state.firms.site // (state.base.n_segments * state.base.n_zones), np.int64)


def _in_cohort(state: ParkState, last: int) -> Floats:
    """Entrants born in the year up to a quarter that still operate."""
    firms = state.firms
    own = np.isin(firms.channel, OFFICE_CHANNELS) & (firms.born > last - COHORT) & (firms.born <= last)
    return np.bincount(_worlds(state)[own], minlength=state.base.n_worlds).astype(np.float64)


def tail_exponents(state: ParkState) -> Floats:
    """Hill's estimate of the exponent of the largest tenth of the firms by staff (Hill 1975)."""
    world = _worlds(state)
    return np.array([hill(state.firms.employees[world == w]) for w in range(state.base.n_worlds)])


def hill(sizes: Floats) -> float:
    """Tail exponent of sizes: number of the largest over the sum of their logarithms relative to the next one."""
    ordered = np.sort(sizes)[::-1]
    n = int(TAIL_SHARE * len(ordered))
    if n < LEAST_TAIL:
        return float("nan")
    return float(n / np.log(ordered[:n] / ordered[n]).sum())


def young_shares(state: ParkState) -> Floats:
    world, n = _worlds(state), state.base.n_worlds
    young = np.bincount(world[state.firms.born > state.quarter - YOUNG], minlength=n)
    return ratio(np.asarray(young), np.asarray(np.bincount(world, minlength=n)))


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
