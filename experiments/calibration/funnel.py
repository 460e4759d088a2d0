"""The funnel alone, run from signings up to the start: how long projects take, and how many ever open.

Two sources: projects signed at the city's two fairs since 2018 as they stood at the end of 2021, and projects of the park that
came into use in the first half of 2022, against the park's own signings quarter by quarter.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wutong.experiments.calibration.figures import Calibration, Figure
from wutong.model.facts import Floats, Label
from wutong.model.newcomers import FUNNEL_LAG, FUNNEL_SHARE
from wutong.model.scenario import Case
from wutong.model.units import QUARTERS_PER_YEAR, quarter
from wutong.model.world import prepare, signed_before_start

AGES = np.array([0.35, 0.35, 1.3, 2.35, 2.6, 3.35, 3.6])
"""Years from the fairs (August 2018 to 2021, spring 2018, 2019, 2021) to the end of 2021; dates from memory, shares alike."""
FIRST, LAST = quarter("2022Q1"), quarter("2022Q2")
TRACKED = 0.15  # sd of the log: which projects are tracked, and since when, is not said (design choice)
IN_USE = 0.20  # of the count of openings: named anchors may be among them (design choice)
FILE = "chongqing_investment_conversion_and_context.csv"
POSITION, FACTOR, SHARE, POINT = (
    "newcomers.funnel_position",
    "newcomers.park_factor",
    "anchors.start_share",
    "anchors.start_point",
)


def on_ridge(position: Floats, knots: Floats) -> Floats:
    """Values on a ridge of equally spaced knots at a position in [0, 1], of the shape of position."""
    return np.interp(position * (len(knots) - 1), np.arange(len(knots)), knots)


def arrived(age: Floats, lag: Floats) -> Floats:
    """Share that has come to the end of a lag of gamma shape 2 and the given mean, at an age, both in years."""
    x = 2.0 * age / lag
    return np.asarray(-np.expm1(-x) - x * np.exp(-x))


def of_city(values: Floats) -> tuple[Floats, Floats]:
    """Shares of the projects of the fairs that operate, and that have started or more, of shape (n_worlds,) each."""
    position, start_share, point = (values[:, [NAMES.index(name)]] for name in (POSITION, SHARE, POINT))
    lag, opens = on_ridge(position, FUNNEL_LAG), on_ridge(position, FUNNEL_SHARE)
    operating = opens * arrived(AGES, lag)
    started = np.maximum(start_share, opens) * arrived(AGES, lag * point)
    return operating.mean(axis=1), started.mean(axis=1)


def opened_by_quarter(cases: Sequence[Case], first: int, last: int) -> Floats:
    """Projects of the park that open from one quarter to another, by the funnel alone, of shape (n_worlds,)."""
    batch, opened = prepare(cases), []
    for position in range(len(cases)):
        projects = signed_before_start(batch, position)
        opens = projects.signed + np.ceil(projects.lag * QUARTERS_PER_YEAR).astype(np.int64)
        inside = (projects.luck < projects.opening_share) & (opens >= first) & (opens <= last)
        opened.append(float(np.count_nonzero(inside)))
    return np.array(opened)


def say(cases: Sequence[Case], values: Floats, jobs: int) -> Floats:  # noqa: ARG001 - too quick to share out
    operating, started = of_city(values)
    return np.stack([operating, started, opened_by_quarter(cases, FIRST, LAST)], axis=1)


NAMES = (POSITION, FACTOR, SHARE, POINT)
FUNNEL = Calibration(
    key="funnel",
    label=Label("从签约到投产", "From signing to opening"),
    names=NAMES,
    scenario="baseline",
    figures=(
        Figure(
            "fairs_operating",
            Label("两会签约项目中已投产，2021 年底", "Projects of the two fairs that operate, end of 2021"),
            "share",
            (56.0 + 74.0) / (253.0 + 300.0),
            TRACKED,
            f"{FILE}: 56 of 253 and 74 of 300, signed since 2018",
        ),
        Figure(
            "fairs_started",
            Label("两会签约项目中已开工（含已投产），2021 年底", "The same that have started or operate"),
            "share",
            (56.0 + 84.0 + 74.0 + 92.0) / (253.0 + 300.0),
            TRACKED,
            f"{FILE}: 84 and 92 more started or with land; that these are beside those in operation is assumed",
        ),
        Figure(
            "in_use_2022",
            Label("2022 年上半年投产项目", "Projects that came into use, first half of 2022"),
            "projects",
            11.0,
            IN_USE,
            "chongqing_science_city.csv: 11 projects came into use in H1 2022",
        ),
    ),
    say=say,
    n=5_000,
    note=Label(
        "两会项目的签约日期未公布，按历届会期估计；“开工或取得用地”与“投产”视为互不重叠。",
        "When the fairs' projects were signed is not published: the dates of the fairs stand for it. Started or with land is"
        " taken to be beside in operation.",
    ),
)
