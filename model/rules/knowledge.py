"""Knowledge: labs move projects through four stages, and what passes the last adds to the knowledge of their fields.  ODD 7.6

基础研究 → 核心技术攻关 → 成果转化 → 产业放大.  About seven and a half years from idea to scale: a lab that opened in 2022 barely
touches a goal of 2025.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wutong.model.contract import Change, Rule, no_rows
from wutong.model.draws import Draws, Purpose
from wutong.model.entities import Labs, Research, replaced, rows, stacked
from wutong.model.facts import Codes, Floats, Ints, Keys, Tag, parameter
from wutong.model.newcomers import by_world
from wutong.model.state import ParkState
from wutong.model.units import QUARTERS_PER_YEAR, STEP_YEARS


# ── Parameters ───────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Knowledge:
    project_cost: Floats = parameter(
        0.05, unit="亿元", low=0.02, high=0.10, en="Money per research project", zh="单个科研项目经费", source="design choice"
    )
    basic_years: Floats = parameter(
        3.0, unit="year", low=2.0, high=4.0, en="Mean time in basic research", zh="基础研究平均时长", source="recalled",
        tag=Tag.MEMORY,
    )  # fmt: skip
    core_years: Floats = parameter(
        2.0, unit="year", low=1.0, high=3.0, en="Mean time in core technology", zh="核心技术攻关平均时长", source="recalled",
        tag=Tag.MEMORY,
    )  # fmt: skip
    transfer_years: Floats = parameter(
        1.0, unit="year", low=0.5, high=2.0, en="Mean time in transfer", zh="成果转化平均时长", source="recalled", tag=Tag.MEMORY
    )
    scale_years: Floats = parameter(
        1.5, unit="year", low=1.0, high=3.0, en="Mean time in scale-up", zh="产业放大平均时长", source="recalled", tag=Tag.MEMORY
    )
    basic_pass: Floats = parameter(
        0.3, unit="share", low=0.2, high=0.4, en="Pass rate of basic research", zh="基础研究通过率", source="recalled",
        tag=Tag.MEMORY,
    )  # fmt: skip
    core_pass: Floats = parameter(
        0.4, unit="share", low=0.3, high=0.5, en="Pass rate of core technology", zh="核心技术通过率", source="recalled",
        tag=Tag.MEMORY,
    )  # fmt: skip
    transfer_pass: Floats = parameter(
        0.5, unit="share", low=0.3, high=0.7, en="Pass rate of transfer", zh="成果转化通过率", source="recalled", tag=Tag.MEMORY
    )
    scale_pass: Floats = parameter(
        0.5, unit="share", low=0.3, high=0.7, en="Pass rate of scale-up", zh="产业放大通过率", source="recalled", tag=Tag.MEMORY
    )
    decay: Floats = parameter(
        0.10, unit="1/year", low=0.05, high=0.20, en="Decay of the knowledge stock", zh="知识折旧", source="design choice"
    )


N_STAGES = 4
TRANSFER = 2
MATURITY_MEMORY = 1.0 - np.exp(-STEP_YEARS / 2.0)  # passes are averaged over about two years


# ── Kernels ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def stage_years(p: Knowledge, transfer_time: Floats) -> Floats:
    """Mean duration of the stages, of shape (n_worlds, 4) [year]."""
    parts = (p.basic_years, p.core_years, p.transfer_years * transfer_time, p.scale_years)
    return np.concatenate(np.broadcast_arrays(*parts, transfer_time)[:N_STAGES], axis=1)


def pass_share(p: Knowledge, transfer_pass: Floats) -> Floats:
    """Pass rates of the stages, of shape (n_worlds, 4) [share]."""
    parts = (p.basic_pass, p.core_pass, np.minimum(p.transfer_pass * transfer_pass, 1.0), p.scale_pass)
    return np.concatenate(np.broadcast_arrays(*parts, transfer_pass)[:N_STAGES], axis=1)


def stage_end(key: Keys, stage: Codes, mean: Floats, quarter: int) -> Ints:
    """Quarter in which a stage that begins now ends, of the shape of key: gamma with shape 2, at least a quarter."""
    years = Draws(0).gamma_two(stage_key(key, stage), Purpose.STAGE_TIME, mean)
    return quarter + np.maximum(np.rint(years * QUARTERS_PER_YEAR), 1.0).astype(np.int64)


def stage_key(key: Keys, stage: Codes) -> Keys:
    """Address of a project's stage, of the shape of key."""
    return np.asarray(key + stage.astype(np.uint64) * np.uint64(0x632BE59BD9B4E019))


def next_stock(stock: Floats, added: Floats, decay: Floats) -> Floats:
    """Knowledge stock a quarter later, of shape (n_worlds, n_segments)."""
    return stock * np.exp(-decay * STEP_YEARS) + added


def next_maturity(maturity: Floats, passes: Floats, steady: Floats) -> Floats:
    """Maturity of each lab a quarter later, of shape (n_labs,): recent passes of transfer over their steady state."""
    ratio = np.divide(passes, steady * STEP_YEARS, out=np.zeros(len(passes)), where=steady > 0.0)
    return np.asarray(maturity + MATURITY_MEMORY * (ratio - maturity))


# ── Wiring ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def apply(state: ParkState, p: Knowledge, draws: Draws) -> Change:
    base, labs, research = state.base, state.labs, under_way(state, draws.quarter)
    years = np.broadcast_to(stage_years(p, state.levers.transfer_time), (base.n_worlds, N_STAGES))
    shares = np.broadcast_to(pass_share(p, state.levers.transfer_pass), (base.n_worlds, N_STAGES))
    ending = np.flatnonzero(research.until <= draws.quarter)
    done = rows(research, ending)
    world = labs.world[done.lab]
    u = Draws(0).uniform(stage_key(done.key, done.stage), Purpose.STAGE_PASS)
    passed = u < shares[world, done.stage]

    moving = np.flatnonzero(passed & (done.stage < N_STAGES - 1))
    moved = replaced(rows(done, moving), {"stage": done.stage[moving] + np.int8(1)})
    budget = state.lab_budgets() * state.lab_is_open(draws.quarter)
    entering = stacked((moved, started(labs, budget, p, draws)))
    mean = years[labs.world[entering.lab], entering.stage]
    entering = replaced(entering, {"until": stage_end(entering.key, entering.stage, mean, draws.quarter)})
    staying = np.flatnonzero(research.until > draws.quarter)

    finished = done.lab[passed & (done.stage == N_STAGES - 1)]
    transferred = np.bincount(done.lab[passed & (done.stage == TRANSFER)], minlength=len(labs.key)).astype(np.float64)
    steady = budget / by_world(p.project_cost, labs.world) * shares[labs.world, : N_STAGES - 1].prod(axis=1)
    added = np.bincount(finished, minlength=len(labs.key))[:, None] * base.lab_fields[labs.name]
    stock = np.zeros(state.shape)
    np.add.at(stock, labs.world, added)
    transferring = np.bincount(moved.lab[moved.stage == TRANSFER], minlength=len(labs.key)).astype(np.float64)
    return Change(
        columns={
            "cells.knowledge": next_stock(state.cells.knowledge, stock, p.decay),
            "labs.maturity": next_maturity(labs.maturity, transferred, steady),
        },
        tables={"research": stacked((rows(research, staying), entering))},
        flows={
            "transferred_projects": _by_field(state, transferred),
            "entering_transfer": _by_field(state, transferring),
            "research_finished": np.bincount(finished, minlength=len(labs.key)).astype(np.float64).reshape(base.n_worlds, -1),
        },
    )


def under_way(state: ParkState, quarter: int) -> Research:
    """Research projects of labs that have not closed: those of a lab that closes end with it."""
    open_still = state.labs.closes > quarter
    if open_still.all():
        return state.research
    return rows(state.research, np.flatnonzero(open_still[state.research.lab]))


def _by_field(state: ParkState, per_lab: Floats) -> Floats:
    """A count per lab shared over its fields, of shape (n_worlds, n_segments)."""
    out = np.zeros(state.shape)
    np.add.at(out, state.labs.world, per_lab[:, None] * state.base.lab_fields[state.labs.name])
    return out


def started(labs: Labs, budget: Floats, p: Knowledge, draws: Draws) -> Research:
    """Projects that begin this quarter, in order of their lab; the end of their first stage is still to be set."""
    rate = STEP_YEARS * budget / by_world(p.project_cost, labs.world)
    key, lab = draws.newborn_keys(labs.key, Purpose.LAB_PROJECT, draws.poisson(labs.key, Purpose.LAB_START, rate))
    return Research(key, lab, np.zeros(len(key), np.int8), no_rows(len(key)))


RULE = Rule("knowledge", Knowledge, frozenset({"cells.knowledge", "labs.maturity", "research"}), apply)
