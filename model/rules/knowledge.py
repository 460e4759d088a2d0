"""Knowledge: labs move projects through four stages, and what passes the last adds to the knowledge of their fields.  ODD 7.6

基础研究 → 核心技术攻关 → 成果转化 → 产业放大.  About seven and a half years from idea to scale: a lab that opened in 2022 barely
touches a goal of 2025.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from wutong.model import keyed
from wutong.model.compiled import compiled
from wutong.model.draws import Purpose
from wutong.model.facts import Floats, Tag, parameter
from wutong.model.given import Given, Levers, Record
from wutong.model.maths import exp
from wutong.model.newcomers import lab_budget
from wutong.model.tables import Park, Table, new_row
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
STAGE_STEP = np.uint64(0x632BE59BD9B4E019)
MATURITY_MEMORY = float(1.0 - np.exp(-STEP_YEARS / 2.0))  # passes are averaged over about two years


# ── The rule ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@compiled
def advance_research(t: int, given: Given, p: Any, levers: Levers, park: Park, record: Record) -> None:
    """Projects end their stages, labs begin new ones, and what passes the last stage adds to knowledge, which decays."""
    years, shares = stage_years(p, levers.park[0].transfer_time), pass_share(p, levers.park[0].transfer_pass)
    for s in range(given.n_segments):
        park.cells[s].knowledge *= exp(-p.decay * STEP_YEARS)
    entered, transferred, finished = end_stages(t, years, shares, park.labs, park.research)
    for k in range(park.labs.n[0]):
        record.lab[k].research_finished += finished[k]
        for s in range(given.n_segments):
            share = given.lab_fields[k, s]
            park.cells[s].knowledge += finished[k] * share
            record.segment[s].transferred_projects += transferred[k] * share
            record.segment[s].entering_transfer += entered[k] * share
    for k in range(park.labs.n[0]):
        lab, budget = park.labs.row[k], lab_budget(t, park.labs, k, levers.park[0].lab_budget)
        steady = budget / p.project_cost * shares[0] * shares[1] * shares[2]  # transfers a year in the long run
        lab.maturity = next_maturity(lab.maturity, transferred[k], steady)
        begin_projects(t, k, lab.key, budget / p.project_cost, years[0], park.research)


@compiled
def stage_years(p: Any, transfer_time: float) -> Any:
    """Mean duration of the four stages [year]."""
    return (p.basic_years, p.core_years, p.transfer_years * transfer_time, p.scale_years)


@compiled
def pass_share(p: Any, transfer_pass: float) -> Any:
    """Pass rates of the four stages [share]."""
    return (p.basic_pass, p.core_pass, min(p.transfer_pass * transfer_pass, 1.0), p.scale_pass)


@compiled
def end_stages(t: int, years: Any, shares: Any, labs: Table, research: Table) -> Any:
    """Move on what ends its stage, and drop what fails, is finished, or loses its lab.

    Returns what entered transfer, passed it, and passed the last stage, by lab, of shape (n_labs,) each.
    """
    kept = 0
    entered, transferred, finished = np.zeros(labs.n[0]), np.zeros(labs.n[0]), np.zeros(labs.n[0])
    for r in range(research.n[0]):
        project = research.row[r]
        stage, k = project.stage, project.lab
        ends = project.until <= t
        if labs.row[k].closes <= t or (ends and not passes(project.key, stage, shares[stage])):
            continue
        if ends:
            entered[k] += stage + 1 == TRANSFER
            transferred[k] += stage == TRANSFER
            if stage == N_STAGES - 1:
                finished[k] += 1.0
                continue
            project.stage = stage + 1
            project.until = stage_end(project.key, stage + 1, years[stage + 1], t)
        if kept < r:
            research.row[kept] = research.row[r]
        kept += 1
    research.n[0] = kept
    return entered, transferred, finished


@compiled
def begin_projects(t: int, k: int, lab: np.uint64, rate: float, years: float, research: Table) -> None:
    """Projects that lab ``k``, of key ``lab``, begins this quarter, at a rate [1/year]."""
    for c in range(keyed.poisson(lab, Purpose.LAB_START, t, STEP_YEARS * rate)):
        key = keyed.newborn(lab, Purpose.LAB_PROJECT, t, c)
        project = research.row[new_row(research)]
        project.key, project.lab, project.stage, project.until = key, k, 0, stage_end(key, 0, years, t)


@compiled
def stage_key(key: np.uint64, stage: int) -> np.uint64:
    """Address of a project's stage."""
    return key + np.uint64(stage) * STAGE_STEP


@compiled
def passes(key: np.uint64, stage: int, share: float) -> bool:
    """Whether a project passes a stage."""
    return keyed.uniform(stage_key(key, stage), Purpose.STAGE_PASS, 0) < share


@compiled
def stage_end(key: np.uint64, stage: int, mean: float, t: int) -> int:
    """Quarter in which a stage that begins in t ends: gamma with shape 2, at least a quarter."""
    years = keyed.gamma_two(stage_key(key, stage), Purpose.STAGE_TIME, 0, mean)
    return t + max(int(np.rint(years * QUARTERS_PER_YEAR)), 1)


@compiled
def next_maturity(maturity: float, passed: float, steady: float) -> float:
    """Maturity of a lab a quarter later: recent passes of transfer over their steady state, with a memory of two years."""
    ratio = passed / (steady * STEP_YEARS) if steady > 0.0 else 0.0
    return maturity + MATURITY_MEMORY * (ratio - maturity)
