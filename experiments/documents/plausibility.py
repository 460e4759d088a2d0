"""Checks of end states against what has been seen elsewhere or cannot be: each a band, with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.documents import readings
from experiments.documents.readings import HALF_YEAR, Reading
from model.history import History
from model.units import QUARTERS_PER_YEAR

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
        """Share of the worlds outside the band; a value that is not a number is outside."""
        inside = (self.reading.values >= self.low) & (self.reading.values <= self.high)
        return float(1.0 - inside.mean())

    @property
    def verdict(self) -> str:
        if not self.low <= self.reading.median <= self.high:
            return "median outside"
        return "often outside" if self.outside > OFTEN else "sometimes outside" if self.outside > SOMETIMES else "well"


REVENUE_GROWTH = {
    "all": (-0.02, 0.105, "Xiyong's industrial output, from over 1,000 亿元 in 2012 to 2,227 in 2020: at most 10.5 % a year"),
    "software": (0.05, 0.18, "software revenue of Chongqing 2012–22: about 14 % a year (559 亿元 in nine months; 2,705); 10.5 % in 2022"),
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
        head = Reading("Revenue a head, end over start", scope, "ratio", readings.ratio_to_start(history, "revenue_per_head", scope))
        growth = Reading("Revenue, growth", scope, "1/year", readings.yearly_growth(history, "revenue", scope))
        jump = Reading("Revenue, change in the first quarter", scope, "share", readings.first_jump(history, "revenue", scope))
        out += [
            Check(firms, *FIRMS_RATIO, "design: neither death nor explosion"),
            Check(head, *HEAD_RATIO, "design: −1.7 to +7.2 % a year over thirteen years"),
            Check(growth, *REVENUE_GROWTH.get(scope, (-0.05, 0.15, "design"))),
            Check(jump, -JUMP, JUMP, "design: a start in balance does not jump"),
        ]
    return out


def park_checks(history: History) -> list[Check]:
    """Entry, exit, the funnel, people and floor of the park as a whole."""
    year, end = QUARTERS_PER_YEAR, history.n_quarters
    summed = readings.summed

    def check(name: str, unit: str, values: readings.Floats, low: float, high: float, reason: str) -> Check:
        return Check(Reading(name, "all", unit, values), low, high, reason)

    crowded = np.max(list(readings.occupancy(history, end).values()), axis=0)
    return [
        check("Spin-offs among entrants", "share", readings.spin_off_share(history), 1 / 6, 1 / 3, "mature parks (target of calibration)"),
        check("Exits a firm and year", "1/year", readings.exit_rate(history), 0.07, 0.16, "Hsinchu 7.1 %, Sophia Antipolis 12–16 %, China 6–9 %"),
        check("Projects under way at the start", "projects", history.total("pipeline_projects")[0], 272, 297, "317 signed less 20–45 that operate"),
        check("Projects signed, first year", "projects", summed(history, ("signed_projects",), 1, year), 60, 110, "59 in January–August 2022: 85 a year"),
        check("Projects opened, first half year", "projects", summed(history, ("opened_projects",), 1, HALF_YEAR), 5, 22, "11 in H1 2022, half to double"),
        check("Turned away among newcomers", "share", readings.turned_away_share(history), 0.0, 0.10, "design: a park that turns away one in ten builds"),
        check("Hires met, at the end", "share", history.total("hiring_share")[end], 0.7, 1.0, "design"),
        check("Occupancy of the fullest zone, at the end", "share", crowded, 0.5, 0.98, "design: a full zone is extended in time"),
        check("Staff, at the end", "persons", history.total("employees")[end], 60_000, 0.6 * RESIDENTS, "63.05 万 residents in 2021, 60 % of them at work; commuters left out"),
        check("Share of the largest anchor, at the end", "share", history.total("largest_anchor_share")[end], 0.02, 0.5, "design: 0.36 at the start"),
        check("Local demand that is met, at the end", "share", history.total("chain_coverage")[end], 0.3, 0.98, "design: a chain without a missing link leaves 补链 nothing to do"),
        check("Year-to-year spread of a segment's revenue", "sd of log", readings.growth_spread(history), 0.05, 0.25, "target of the evidence"),
    ]  # fmt: skip


def beginning_checks(found: Sequence[Reading]) -> list[Check]:
    """Checks of what :mod:`experiments.documents.beginnings` read."""
    bands = {"anchors/year": (1.0, 6.0, "about 3 a year in 2018–22"), "ratio": (1 / 3, 3.0, "design: newcomers are not of another kind")}
    return [Check(reading, *bands[reading.unit]) for reading in found]
