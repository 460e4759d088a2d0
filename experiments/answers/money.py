"""Money over time: calendar years, present value, payback.  Works on any account, of the park as of a single anchor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wutong.model.facts import Floats, Ints
from wutong.model.history import History
from wutong.model.units import NEVER, QUARTERS_PER_YEAR, STEP_YEARS, quarter_name, year_of

RATE = 0.05  # 1/year: real rate of the present value
RATES = (0.03, RATE, 0.08)


@dataclass(frozen=True)
class Span:
    """A calendar year as far as a run covers it: its name, and its rows of a history from ``first`` to before ``stop``."""

    name: str
    year: int
    first: int
    stop: int


def spans(history: History) -> tuple[Span, ...]:
    """The calendar years of a run; one that is covered in part bears the names of its quarters.  The start counts to none."""
    years = [year_of(history.start + row) for row in range(1, history.n_quarters + 1)]
    return tuple(
        _span(history, year, years.index(year) + 1, years.index(year) + 1 + years.count(year)) for year in dict.fromkeys(years)
    )


def _span(history: History, year: int, first: int, stop: int) -> Span:
    if stop - first == QUARTERS_PER_YEAR:
        return Span(str(year), year, first, stop)
    ends = dict.fromkeys((quarter_name(history.start + first), quarter_name(history.start + stop - 1)))
    return Span("-".join(ends), year, first, stop)


def whole_run(history: History) -> str:
    """Name of the whole run in a column of periods."""
    return f"{history.quarters[min(1, history.n_quarters)]}-{history.quarters[-1]}"


def discount_factors(n_quarters: int, rate: float = RATE) -> Floats:
    """Worth at the start of one unit paid in the middle of each quarter, of shape (n_quarters,) [1]."""
    years = (np.arange(n_quarters) + 0.5) / QUARTERS_PER_YEAR
    return np.asarray((1.0 + rate) ** -years)


def amounts(yearly: Floats) -> Floats:
    """Money of each quarter, of shape (n_quarters, n_worlds) [亿元], from a yearly rate with the start in row 0 [亿元/year]."""
    return np.asarray(yearly[1:] * STEP_YEARS)


def present_value(yearly: Floats, rate: float = RATE) -> Floats:
    """Worth at the start of all that is received, of shape (n_worlds,) [亿元], from a yearly rate with the start in row 0."""
    money = amounts(yearly)
    return np.asarray((money * discount_factors(len(money), rate)[:, None]).sum(axis=0))


def payback_year(history: History, extra: Floats) -> Ints:
    """Calendar year from whose end on the summed balance stays at or above zero, ``NEVER`` where it ends below; (n_pairs,).

    Parameters
    ----------
    extra : balance less that of the baseline, a yearly rate of shape (n_quarters + 1, n_pairs) with the start in row 0
    """
    summed = np.cumsum(amounts(extra), axis=0)
    years = spans(history)
    ends = summed[[span.stop - 2 for span in years]] >= -1e-9
    stays = np.logical_and.accumulate(ends[::-1], axis=0)[::-1]
    first = np.array([span.year for span in years])[stays.argmax(axis=0)]
    return np.where(stays[-1], first, NEVER)
