"""Spin-off: staff of firms and labs found firms of their own.  ODD 7.3

A firm spins off when the exposure left until its next spin-off is used up by its yearly rate: one draw per spin-off, and a
higher rate only brings it earlier.  The rate depends on size and is reviewed on the firm's birthday.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from wutong.model import keyed
from wutong.model.codes import Channel
from wutong.model.compiled import compiled
from wutong.model.draws import Purpose
from wutong.model.facts import Floats, Tag, parameter
from wutong.model.given import Given, Levers
from wutong.model.maths import log, power
from wutong.model.newcomers import arrive, lab_budget, pick
from wutong.model.tables import NONE, Park, Table
from wutong.model.units import STEP_YEARS, birthday


# ── Parameters ───────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class SpinOff:
    firm_rate: Floats = parameter(
        0.005, unit="1/year", low=0.002, high=0.010, en="Spin-offs of a firm with one employee", zh="企业衍生基准率",
        source="with the size exponent: a sixth to a third of all entrants", tag=Tag.COMPUTED,
    )  # fmt: skip
    size_exponent: Floats = parameter(
        0.5, unit="1", low=0.3, high=0.8, en="Exponent of size", zh="规模弹性",
        source="small parents spawn more per head (seen); the size is a design choice: at 0.8 plants would outdo all other entry",
    )  # fmt: skip
    shrinking_factor: Floats = parameter(
        0.5, unit="1", low=0.0, high=1.0, en="More spin-offs while the parent shrinks", zh="收缩企业衍生加成",
        source="design choice",
    )  # fmt: skip
    branch_factor: Floats = parameter(
        0.05, unit="1", low=0.0, high=0.2, en="Spin-offs of branch plants relative to others", zh="分厂衍生系数",
        source="design choice",
    )  # fmt: skip
    stay_share: Floats = parameter(
        0.85, unit="share", low=0.7, high=0.95, en="Spin-offs of firms that stay", zh="企业衍生留园比例",
        source="design choice",
    )  # fmt: skip
    heredity: Floats = parameter(
        0.0, unit="1", low=0.0, high=0.5, en="Quality inherited from the parent", zh="质量传承", source="contested", tag=Tag.SEEN
    )
    lab_rate: Floats = parameter(
        1.2 / 7.0, unit="1/亿元", low=0.6 / 7.0, high=3.0 / 7.0, en="Start-ups per lab money", zh="每亿元经费衍生企业数",
        source="AUTM: 1.2 start-ups per 7 亿元 at US universities; no Chinese figure", tag=Tag.COMPUTED,
    )  # fmt: skip
    state_lab_factor: Floats = parameter(
        0.5, unit="1", low=0.0, high=1.0, en="Start-ups of state labs relative to universities", zh="国家实验室衍生系数",
        source="Tartari & Stern 2021 (sign)",
    )  # fmt: skip
    lab_stay_share: Floats = parameter(
        0.75, unit="share", low=0.5, high=0.9, en="Start-ups of labs that stay", zh="实验室衍生留园比例", source="design choice"
    )


SIZE_LIMIT = 500.0  # persons
LAST_ROUND = 126  # rounds are stored in eight bits


# ── The rule ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@compiled
def spin_off(t: int, given: Given, p: Any, levers: Levers, park: Park) -> None:
    """Staff of firms and labs found firms of their own, and money and places add some."""
    for i in range(park.firms.n[0]):
        firm = park.firms.row[i]
        if birthday(firm.born, t):
            firm.spin_off_rate = yearly_rate(firm, p)
        firm.spin_off_left -= STEP_YEARS * exposure(firm, given.segment[firm.segment].branch_plant, p)
        if firm.spin_off_left <= 0.0:
            next_one, stays = keyed.pair(firm.key, Purpose.SPIN_OFF, t)
            firm.spin_off_left = -log(1.0 - next_one)
            if stays < p.stay_share:
                leave(t, p, firm, i, given.segment[firm.segment].spin_off_segment, park.arrivals)
    for k in range(park.labs.n[0]):
        lab, lever = park.labs.row[k], levers.park[0]
        budget = lab_budget(t, park.labs, k, lever.lab_budget)
        rate = lab_rate(lab, budget, given.lab_university[k], p) * lever.lab_start_ups
        found_from_lab(t, k, lab.key, rate, given.lab_fields_summed[k], park.arrivals)
    for s in range(given.n_segments):
        key, rate = park.cells[s].key, levers.segment[s].extra_founders  # their parents are not known
        for k in range(keyed.poisson(key, Purpose.FUNDED, t, STEP_YEARS * rate)):
            who = keyed.newborn(key, Purpose.FUNDED_FOUNDER, t, k)
            arrive(park.arrivals, who, s, Channel.FIRM_SPIN_OFF, NONE, NONE, NONE)


@compiled
def yearly_rate(firm: Any, p: Any) -> float:
    """Spin-offs a year of an independent firm that does not shrink [1/year]."""
    return p.firm_rate * power(min(firm.employees, SIZE_LIMIT), p.size_exponent) * firm.quality


@compiled
def exposure(firm: Any, is_branch: bool, p: Any) -> float:
    """Spin-offs a year of a firm as it is: a branch plant or not, shrinking or not [1/year]."""
    branch = p.branch_factor if is_branch else 1.0
    return firm.spin_off_rate * branch * (1.0 + p.shrinking_factor * (firm.momentum < 1.0))


@compiled
def leave(t: int, p: Any, firm: Any, i: int, segment: int, arrivals: Table) -> None:
    """Founders leave the firm in row ``i`` for a segment; theirs goes back to the same anchor and lab, one round later."""
    anchor = firm.leads if firm.leads >= 0 else firm.anchor
    key = keyed.bits(firm.key, Purpose.CHILD, t)
    who = arrivals.row[arrive(arrivals, key, segment, Channel.FIRM_SPIN_OFF, anchor, firm.lab, NONE)]
    if who.generation > 0:
        who.generation = min(firm.generation, LAST_ROUND) + 1
    who.parent = i
    who.inherited = power(firm.quality, p.heredity)


@compiled
def found_from_lab(t: int, k: int, key: np.uint64, rate: float, fields: Any, arrivals: Table) -> None:
    """Start-ups of lab ``k`` that stay, each in a field drawn by the lab's weights."""
    for c in range(keyed.poisson(key, Purpose.LAB_SPIN_OFF, t, STEP_YEARS * rate)):
        who = keyed.newborn(key, Purpose.LAB_CHILD, t, c)
        s = pick(fields, keyed.uniform(who, Purpose.LAB_FIELD, 0))
        arrive(arrivals, who, s, Channel.LAB_SPIN_OFF, NONE, k, NONE)


@compiled
def lab_rate(lab: Any, budget: float, university: bool, p: Any) -> float:
    """Start-ups a year of a lab that stay, on a budget [亿元/year] and by its recent passes of the third stage [1/year]."""
    usual = p.lab_rate * budget * lab.maturity * p.lab_stay_share
    return usual if university else usual * p.state_lab_factor
