"""Spin-off: staff of firms and labs found firms of their own.  ODD 7.3

A firm spins off when the exposure left until its next spin-off is used up by its yearly rate: one draw per spin-off, and a
higher rate only brings it earlier.  The rate depends on size and is reviewed on the firm's birthday.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wutong.model.contract import Arrivals, Change, Rule, arrivals, no_rows
from wutong.model.draws import Draws, Purpose
from wutong.model.entities import Channel
from wutong.model.facts import Floats, Ints, Mask, Tag, parameter
from wutong.model.newcomers import by_world, pick
from wutong.model.state import ParkState
from wutong.model.units import STEP_YEARS, birthdays


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


# ── Kernels ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def yearly_rate(employees: Floats, quality: Floats, base_rate: Floats, exponent: Floats) -> Floats:
    """Spin-offs a year of an independent firm that does not shrink, of the shape of employees [1/year]."""
    return base_rate * np.minimum(employees, SIZE_LIMIT) ** exponent * quality


def lab_rate(budget: Floats, university: Mask, maturity: Floats, factor: Floats, p: SpinOff, world: Ints) -> Floats:
    """Start-ups a year of each lab, of shape (n_labs,) [1/year].

    Parameters
    ----------
    budget : of shape (n_labs,) [亿元/year]
    university : of shape (n_labs,)
    maturity : of shape (n_labs,)
        Recent passes of the third stage relative to their steady state.
    factor : of shape (n_worlds, 1)
        Effect of transfer support.
    world : of shape (n_labs,)
        World of each lab.
    """
    state = by_world(p.state_lab_factor, world)
    return by_world(p.lab_rate * factor, world) * budget * np.where(university, 1.0, state) * maturity


# ── Wiring ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def apply(state: ParkState, p: SpinOff, draws: Draws) -> Change:
    firms, groups = state.firms, state.groups
    rate = reviewed(state, p, birthdays(firms.born, draws.quarter))
    branch = groups.spread(np.where(state.base.branch_plant, p.branch_factor, 1.0))
    shrinking = firms.momentum < 1.0
    left = firms.spin_off_left - STEP_YEARS * rate * branch * (1.0 + groups.spread_worlds(p.shrinking_factor) * shrinking)
    parents = np.flatnonzero(left <= 0.0)
    next_one, stays = draws.pair(firms.key[parents], Purpose.SPIN_OFF)
    left[parents] = -np.log(1.0 - next_one)
    world = firms.site[parents] // (state.base.n_segments * state.base.n_zones)
    stay = by_world(p.stay_share, world)
    return Change(
        columns={"firms.spin_off_rate": rate, "firms.spin_off_left": left},
        arrivals=(
            _children(state, p, parents[stays < stay], draws),
            _lab_children(state, p, draws),
            *_founders(state, draws),
        ),
    )


def reviewed(state: ParkState, p: SpinOff, due: Ints) -> Floats:
    """Rates by size, set anew for the firms in rows ``due``, of shape (n_firms,) [1/year]."""
    firms = state.firms
    world = firms.site[due] // (state.base.n_segments * state.base.n_zones)
    base_rate, exponent = by_world(p.firm_rate, world), by_world(p.size_exponent, world)
    rate = firms.spin_off_rate.copy()
    rate[due] = yearly_rate(firms.employees[due], firms.quality[due], base_rate, exponent)
    return rate


def _children(state: ParkState, p: SpinOff, parents: Ints, draws: Draws) -> Arrivals:
    base, firms = state.base, state.firms
    world, segment = np.divmod(firms.site[parents] // base.n_zones, base.n_segments)
    led = state.led_slots(parents)
    anchor, lab = np.where(led >= 0, led, firms.anchor[parents]).astype(np.int16), firms.lab[parents]
    return Arrivals(
        key=draws.bits(firms.key[parents], Purpose.CHILD),
        cell=world * base.n_segments + base.spin_off_segment[segment],
        channel=np.full(len(parents), Channel.FIRM_SPIN_OFF, np.int8),
        anchor=anchor,
        lab=lab,
        round=np.where((anchor >= 0) | (lab >= 0), np.minimum(firms.round[parents], 126) + 1, 0).astype(np.int8),
        customer=no_rows(len(parents)),
        parent=parents,
        inherited=firms.quality[parents] ** by_world(p.heredity, world),
    )


def _lab_children(state: ParkState, p: SpinOff, draws: Draws) -> Arrivals:
    base, labs = state.base, state.labs
    budget = state.lab_is_open(draws.quarter) * state.lab_budgets()
    rate = lab_rate(budget, base.lab_university[labs.name], labs.maturity, state.levers.lab_start_ups, p, labs.world)
    stays = by_world(p.lab_stay_share, labs.world)
    counts = draws.poisson(labs.key, Purpose.LAB_SPIN_OFF, STEP_YEARS * rate * stays)
    key, lab = draws.newborn_keys(labs.key, Purpose.LAB_CHILD, counts)
    fields = np.cumsum(base.lab_fields, axis=1)[labs.name[lab]]
    segment = pick(fields, Draws(0).uniform(key, Purpose.LAB_FIELD)) if len(lab) else lab
    return arrivals(key, labs.world[lab] * base.n_segments + segment, Channel.LAB_SPIN_OFF, lab=labs.name[lab])


def _founders(state: ParkState, draws: Draws) -> tuple[Arrivals, ...]:
    """Spin-offs that seed money and incubators add; their parents are not known."""
    if not state.levers.extra_founders.any():
        return ()
    cells = state.cells
    rate = np.broadcast_to(STEP_YEARS * state.levers.extra_founders, state.shape)
    counts = draws.poisson(cells.key, Purpose.FUNDED, rate)
    return (arrivals(*draws.newborn_keys(cells.key, Purpose.FUNDED_FOUNDER, counts), Channel.FIRM_SPIN_OFF),)


RULE = Rule("spin_off", SpinOff, frozenset({"firms.spin_off_rate", "firms.spin_off_left"}), apply)
