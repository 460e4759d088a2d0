"""Knowledge: research of the laboratories through its four stages (docs/ODD.md, section 7.6)."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.twin.park import STEP, Lab, Park, Research
from tests.twin.spin_off import money
from wutong.model.draws import Purpose
from wutong.model.keyed import gamma_two, newborn, poisson, uniform
from wutong.model.maths import exp

TRANSFER, LAST = 2, 3
STAGE_KEY = np.uint64(0x632BE59BD9B4E019)


def run(park: Park) -> None:
    for segment in park.segments:
        segment.knowledge *= exp(-park.parameters["knowledge"].decay * STEP)
    for lab in park.labs:
        if park.quarter >= lab.closes:
            lab.research = []
        passed = advance(park, lab)
        begin(park, lab)
        ripen(park, lab, passed[TRANSFER])
        for segment in park.segments:
            share = lab.fields[segment.number]
            segment.knowledge += passed[LAST] * share
            park.book.note("transferred_projects", segment.number, passed[TRANSFER] * share)
            park.book.note("entering_transfer", segment.number, passed[TRANSFER - 1] * share)
        park.book.note("research_finished", lab.number, passed[LAST])


def advance(park: Park, lab: Lab) -> list[int]:
    """Stages that end this quarter; how many were passed, by stage."""
    passed, under_way = [0, 0, 0, 0], []
    for project in lab.research:
        if project.until <= park.quarter:
            if uniform(stage_key(project.key, project.stage), Purpose.STAGE_PASS, 0) >= pass_rate(park, project.stage):
                continue
            passed[project.stage] += 1
            if project.stage == LAST:
                continue
            project.stage += 1
            project.until = park.quarter + duration(park, project.key, project.stage)
        under_way.append(project)
    lab.research = under_way
    return passed


def begin(park: Park, lab: Lab) -> None:
    """Research that a laboratory begins."""
    if not lab.is_open(park.quarter):
        return
    mean = STEP * money(park, lab) / park.parameters["knowledge"].project_cost
    for n in range(poisson(lab.key, Purpose.LAB_START, park.quarter, mean)):
        key = newborn(lab.key, Purpose.LAB_PROJECT, park.quarter, n)
        lab.research.append(Research(key, 0, park.quarter + duration(park, key, 0)))


def ripen(park: Park, lab: Lab, transferred: int) -> None:
    """Maturity: what passed transfer lately, relative to the steady state."""
    begun = STEP * money(park, lab) / park.parameters["knowledge"].project_cost
    expected = begun * pass_rate(park, 0) * pass_rate(park, 1) * pass_rate(park, TRANSFER)
    ratio = transferred / expected if expected > 0.0 else 0.0
    lab.maturity += (1.0 - exp(-STEP / 2.0)) * (ratio - lab.maturity)


def stage_key(key: Any, stage: int) -> Any:
    return key + np.uint64(stage) * STAGE_KEY


def duration(park: Park, key: Any, stage: int) -> int:
    """Quarters that a stage lasts."""
    p = park.parameters["knowledge"]
    mean = (p.basic_years, p.core_years, p.transfer_years, p.scale_years)[stage]
    if stage == TRANSFER:
        mean *= park.policy.transfer_time
    return max(round(4.0 * gamma_two(stage_key(key, stage), Purpose.STAGE_TIME, 0, mean)), 1)


def pass_rate(park: Park, stage: int) -> float:
    p = park.parameters["knowledge"]
    rate = (p.basic_pass, p.core_pass, p.transfer_pass, p.scale_pass)[stage]
    return float(min(rate * park.policy.transfer_pass, 1.0) if stage == TRANSFER else rate)
