"""Turnover: how many firms leave, and how many spin off, from what mature parks show.

The figures are bands over parks, not counts of this one; a band is taken for 90 % of a lognormal.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from wutong.experiments.calibration.figures import Calibration, Figure
from wutong.experiments.runner import run_cases, whole
from wutong.model.facts import Floats, Label
from wutong.model.history import History
from wutong.model.ratios import ratio
from wutong.model.scenario import Case
from wutong.model.units import STEP_YEARS

LAST_YEARS = 5
INSIDE = 1.645  # sd from the middle to either end of 90 % of a normal
SPIN_OFFS = (1.0 / 6.0, 1.0 / 3.0)
EXITS = (0.07, 0.16)


def spin_off_share(history: History) -> Floats:
    """Spin-offs among all that opened in the last years, of shape (n_worlds,)."""
    rows = 4 * LAST_YEARS
    opened = {name: history.total(name)[-rows:].sum(axis=0) for name in history.values if name.startswith("entrants_")}
    born = opened["entrants_firm_spin_off"] + opened["entrants_lab_spin_off"]
    return ratio(born, np.asarray(sum(opened.values())))


def exit_rate(history: History) -> Floats:
    """Exits a firm and year in the last years, of shape (n_worlds,) [1/year]."""
    rows = 4 * LAST_YEARS
    years = history.total("firms")[-rows - 1 : -1].sum(axis=0) * STEP_YEARS
    return ratio(history.total("exits")[-rows:].sum(axis=0), years)


def say(cases: Sequence[Case], values: Floats, jobs: int) -> Floats:  # noqa: ARG001 - all figures are in the runs
    history = whole(run_cases(cases, jobs=jobs))
    return np.stack([spin_off_share(history), exit_rate(history)], axis=1)


def _middle(band: tuple[float, float]) -> float:
    return math.sqrt(band[0] * band[1])


def _spread(band: tuple[float, float]) -> float:
    return math.log(band[1] / band[0]) / (2.0 * INSIDE)


TURNOVER = Calibration(
    key="turnover",
    label=Label("退出与衍生", "Exits and spin-offs"),
    names=("spin_off.firm_rate", "spin_off.lab_rate", "exit.park_factor"),
    scenario="baseline",
    figures=(
        Figure(
            "spin_off_share",
            Label("衍生企业占进入企业比重，成熟园区", "Spin-offs among entrants, mature park"),
            "share",
            _middle(SPIN_OFFS),
            _spread(SPIN_OFFS),
            "design: a sixth to a third in steady state",
        ),
        Figure(
            "exit_rate",
            Label("企业年退出率，成熟园区", "Exits a firm and year, mature park"),
            "1/year",
            _middle(EXITS),
            _spread(EXITS),
            "firm_survival_and_churn.csv, hsinchu_science_park.csv: parks show 7-16 % a year",
        ),
    ),
    say=say,
    n=2_000,
    note=Label(
        "两项目标都是多个园区的区间，不是本园区的数据。",
        "Both figures are bands over several parks, none of them seen in this one.",
    ),
)
