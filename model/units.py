"""Units and calendar: quarters as whole numbers, and the only way from a rate to a probability."""

from __future__ import annotations

import re

import numpy as np

from wutong.model.compiled import compiled
from wutong.model.facts import Floats

STEP_YEARS = 0.25
QUARTERS_PER_YEAR = 4
FIRST_YEAR, LAST_YEAR = 1900, 2200  # of every date that is read: firms keep their quarters in two bytes
NEVER = 1 << 40  # a quarter that no run reaches


def quarter(text: str) -> int:
    """Whole number of a calendar quarter such as ``2022Q3``: quarters since year 0.

    Raises
    ------
    ValueError
        If the text is not four digits, the letter Q and 1 to 4.
    """
    match = re.fullmatch(r"([0-9]{4})Q([1-4])", text)
    if match is None:
        raise ValueError(f"{text!r} is not a quarter such as 2022Q3")
    return int(match[1]) * QUARTERS_PER_YEAR + int(match[2]) - 1


def quarter_name(number: int) -> str:
    """Name of a quarter, the inverse of :func:`quarter`."""
    return f"{number // QUARTERS_PER_YEAR}Q{number % QUARTERS_PER_YEAR + 1}"


def year_of(number: int) -> int:
    return number // QUARTERS_PER_YEAR


def prob_of_rate(rate: Floats, years: float = STEP_YEARS) -> Floats:
    """Probability of at least one event within ``years`` [1], of the shape of rate [1/year]."""
    return -np.expm1(-rate * years)


def rate_of_yearly_prob(prob: Floats) -> Floats:
    """Hazard [1/year] behind a yearly probability, of the shape of prob."""
    return -np.log1p(-prob)


@compiled
def birthday(born: int, quarter: int) -> bool:
    """Whether a year of a firm's begins: in the quarter after its birth and every fourth one from there."""
    return (born + 1 - quarter) & (QUARTERS_PER_YEAR - 1) == 0
