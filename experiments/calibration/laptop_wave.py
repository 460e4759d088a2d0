"""The laptop wave: how partners follow their anchor, from the suppliers that signed in Chongqing between 2010 and 2013.

The only anchor episode with dated counts.  The four dates count four things (confirmed, settled, building or operating, signed),
so each may be off by some fifteen per cent.  How many land in one park of the city is told by Xiyong alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wutong.experiments.calibration.figures import Calibration, Figure
from wutong.experiments.runner import run_cases, whole
from wutong.model.facts import Floats, Label
from wutong.model.history import History
from wutong.model.scenario import Case
from wutong.model.units import quarter

SUPPLIERS = "suppliers"
DATES = ("2010Q2", "2010Q4", "2011Q2", "2013Q2")
XIYONG = "2012Q4"
LANDING = "attraction.landing_hardware"
DEFINITION = 0.15  # sd of the log of a count whose definition changes from date to date (design choice, 0.1 to 0.2)
LOOSE = 0.25  # of the count of Xiyong, which names firms of all kinds (design choice)
FILE = "laptop_anchor.csv"


def signed(history: History) -> Floats:
    """Suppliers signed so far, of shape (n_quarters + 1, n_worlds)."""
    return history.total("signed_projects_total", history.cases[0].scenario.park.segments_of(SUPPLIERS))


def say(cases: Sequence[Case], values: Floats, jobs: int) -> Floats:
    history = whole(run_cases(cases, jobs=jobs))
    city = signed(history)
    rows = [quarter(date) - history.start for date in (*DATES, XIYONG)]
    found = city[rows].T
    found[:, -1] *= values[:, NAMES.index(LANDING)]
    return np.asarray(found)


NAMES = (
    "attraction.laptop_partners",
    "attraction.lead_rate",
    "attraction.follow_rate",
    "attraction.signed_pull",
    "attraction.anyway_rate",
    LANDING,
)
ARRIVALS = (
    (35.0, "signed (confirmed), July 2010"),
    (120.0, "settled, January 2011"),
    (200.0, "building or operating, May 2011"),
    (768.0, "signed, June 2013"),
)
LAPTOP_WAVE = Calibration(
    key="laptop_wave",
    label=Label("笔电配套企业跟进", "How laptop suppliers followed"),
    names=NAMES,
    scenario="laptop_episode",
    figures=(
        *(
            Figure(
                f"signed_{date}",
                Label(f"全市累计签约配套企业，{date}", f"Suppliers signed in the city, {date}"),
                "firms",
                value,
                DEFINITION,
                f"{FILE}: {what}",
            )
            for date, (value, what) in zip(DATES, ARRIVALS, strict=True)
        ),
        Figure(
            "xiyong_2012",
            Label("其中落户西永，2012 年底", "Of these in Xiyong, end of 2012"),
            "firms",
            160.0,
            LOOSE,
            "chongqing_science_city.csv: firms brought in, cumulative, 2012",
        ),
    ),
    say=say,
    n=20_000,
    note=Label(
        "四个日期的口径各不相同（确认、落户、在建或投产、签约），每个数按 15% 左右的误差对待；西永一数含各类企业，按 25%。",
        "The four dates count four things (confirmed, settled, building or operating, signed): each may be off by some 15 %; the"
        " count of Xiyong holds firms of all kinds and may be off by some 25 %.",
    ),
)
