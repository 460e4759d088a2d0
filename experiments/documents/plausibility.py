"""Checks of end states against what has been seen elsewhere or cannot be: each a band, with its reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments.defined import defined, mean
from wutong.experiments.documents import readings
from wutong.experiments.documents.readings import HALF_YEAR, Reading
from wutong.model.facts import Floats
from wutong.model.history import History
from wutong.model.units import QUARTERS_PER_YEAR

OFTEN, SOMETIMES = 0.25, 0.05


@dataclass(frozen=True)
class Check:
    """A reading and the band in which it is plausible, with the reason for the band."""

    reading: Reading
    low: float
    high: float
    reason: str

    @property
    def outside(self) -> float:
        """Share of the worlds outside the band, of those in which the number is defined."""
        values = defined(self.reading.values)
        return float(mean(((values < self.low) | (values > self.high)).astype(np.float64)))

    @property
    def verdict(self) -> str:
        if not defined(self.reading.values).size:
            return "undefined"
        if not self.low <= self.reading.median <= self.high:
            return "median outside"
        return "often outside" if self.outside > OFTEN else "sometimes outside" if self.outside > SOMETIMES else "well"


REVENUE_GROWTH = {
    "all": (-0.02, 0.105, "Xiyong's industrial output, from over 1,000 亿元 in 2012 to 2,227 in 2020: at most 10.5 % a year"),
    "software": (
        0.05,
        0.18,
        "software revenue of Chongqing 2012–22: about 14 % a year (559 亿元 in nine months; 2,705); 10.5 % in 2022",
    ),
    "ic": (0.0, 0.18, "design: +23.5 % in the build-up of 2018 cannot last thirteen years"),
    "laptops": (-0.06, 0.05, "laptop output of Chongqing flat since 2017, of China −8.3 % in 2022"),
    "vehicles": (0.0, 0.13, "vehicle output of Chongqing: peak 3.15 million, 1.38 in 2019, 2.09 in 2022; design"),
    "health": (0.02, 0.15, "design: Chinese drugs and devices of the 2010s, from a small start"),
    "green": (0.01, 0.11, "design: the range of the outside growth that is put in"),
    "services": (0.02, 0.15, "above-scale high-tech services +27.5 % in 2021, halved"),
}
FIRMS_RATIO = (0.3, 6.0)
HEAD_RATIO = (0.8, 2.5)
JUMP = 0.05
RESIDENTS = 630_500.0


def industry_checks(history: History) -> list[Check]:
    """Explosion, death, growth, revenue a head, and the jump of the first quarter, for the park and every industry."""
    out = []
    for scope in readings.scopes(history):
        firms = Reading("Firms, end over start", scope, "ratio", readings.ratio_to_start(history, "firms", scope))
        head = Reading(
            "Revenue a head, end over start", scope, "ratio", readings.ratio_to_start(history, "revenue_per_head", scope)
        )
        growth = Reading("Revenue, growth", scope, "1/year", readings.yearly_growth(history, "revenue", scope))
        jump = Reading("Revenue, change in the first quarter", scope, "share", readings.first_jump(history, "revenue", scope))
        out += [
            Check(firms, *FIRMS_RATIO, "design: neither death nor explosion"),
            Check(head, *HEAD_RATIO, "design: −1.7 to +7.2 % a year over thirteen years"),
            Check(growth, *REVENUE_GROWTH.get(scope, (-0.05, 0.15, "design"))),
            Check(jump, -JUMP, JUMP, "design: a start in balance does not jump"),
        ]
    return out


def _crowded(history: History) -> Floats:
    return np.asarray(np.max(list(readings.occupancy(history, history.n_quarters).values()), axis=0))


def _at_end(measure: str) -> Callable[[History], Floats]:
    return lambda history: history.total(measure)[-1]


def _first(measure: str, quarters: int) -> Callable[[History], Floats]:
    return lambda history: readings.summed(history, (measure,), 1, quarters)


def _pipeline(history: History) -> Floats:
    return np.asarray(history.total("pipeline_projects")[0])


@dataclass(frozen=True)
class Band:
    """What is read of the park as a whole, and where it is plausible."""

    name: str
    unit: str
    read: Callable[[History], Floats]
    low: float
    high: float
    reason: str


PARK = (
    Band("Spin-offs among entrants", "share", readings.spin_off_share, 1 / 6, 1 / 3, "mature parks; the target of calibration"),
    Band("Spin-offs among hardware entrants", "share", readings.hardware_spin_off_share, 0.0, 0.5,
         "design: plants are invested in more often than founded by staff"),
    Band("Exits a firm and year", "1/year", readings.exit_rate, 0.07, 0.16,
         "Hsinchu 7.1 %, Sophia Antipolis 12–16 %, China 6–9 % a year"),
    Band("Projects under way at the start", "projects", _pipeline, 272, 297, "317 signed less 20–45 that operate"),
    Band("Projects signed, first year", "projects", _first("signed_projects", QUARTERS_PER_YEAR), 60, 110,
         "59 in January–August 2022: 85 a year"),
    Band("Projects opened, first half year", "projects", _first("opened_projects", HALF_YEAR), 5, 22,
         "11 in H1 2022, half to double"),
    Band("Turned away among newcomers", "share", readings.turned_away_share, 0.0, 0.10,
         "design: a park that turns away one in ten builds"),
    Band("Hires met, at the end", "share", _at_end("hiring_share"), 0.7, 1.0,
         "design: lasting want of people moves wages, which the model does not know"),
    Band("Occupancy of the fullest zone, at the end", "share", _crowded, 0.5, 0.98, "design: a full zone is extended in time"),
    Band("Occupancy of plants, at the end", "share", readings.plant_occupancy, 0.6, 0.98,
         "design: nobody goes on building where half stands empty"),
    Band("Staff, at the end", "persons", _at_end("employees"), 60_000, 0.6 * RESIDENTS,
         "63.05 万 residents in 2021, 60 % of them at work; commuters left out"),
    Band("Share of the largest anchor, at the end", "share", _at_end("largest_anchor_share"), 0.02, 0.5,
         "design: more than a third at the start"),
    Band("Local demand that is met, at the end", "share", _at_end("chain_coverage"), 0.3, 0.98,
         "design: a chain without a missing link leaves 补链 nothing to do"),
    Band("Year-to-year spread of a segment's revenue", "sd of log", readings.growth_spread, 0.05, 0.25,
         "target of the evidence"),
)  # fmt: skip


def park_checks(history: History) -> list[Check]:
    """Entry, exit, the funnel, people and floor of the park as a whole."""
    return [Check(Reading(b.name, "all", b.unit, b.read(history)), b.low, b.high, b.reason) for b in PARK]


def beginning_checks(found: Sequence[Reading]) -> list[Check]:
    """Checks of what :mod:`wutong.experiments.documents.beginnings` read."""
    bands = {
        "anchors/year": (1.0, 6.0, "about 3 a year in 2018–22"),
        "ratio": (1 / 3, 3.0, "design: newcomers are not of another kind"),
    }
    return [Check(reading, *bands[reading.unit]) for reading in found]
