"""Measures of the labs' research: what each has under way in every stage, and what it brought through the last."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wutong.model.facts import Floats
from wutong.model.history import Axis, Kind
from wutong.model.moment import Measure, Moment, entry

STAGES = (  # in the order of their codes: end of the key, names
    ("basic", "基础研究", "basic research"),
    ("core", "核心技术攻关", "core technology"),
    ("transfer", "成果转化", "transfer"),
    ("scale", "产业放大", "scale-up"),
)
UNDER_WAY = tuple(f"research_{key}" for key, _, _ in STAGES)
FINISHED = "research_finished"


def _under_way(stage: int) -> Callable[[Moment], Floats]:
    """Projects in a stage, of shape (n_worlds, n_labs): labs stand world by world, each in the order of the park."""

    def compute(m: Moment) -> Floats:
        labs, research = m.after.labs, m.after.research
        counts = np.bincount(research.lab[research.stage == stage], minlength=len(labs.key))
        return counts.astype(np.float64).reshape(m.after.base.n_worlds, -1)

    return compute


def _finished(m: Moment) -> Floats:
    if FINISHED in m.flows:
        return m.flows[FINISHED]
    return np.zeros((m.after.base.n_worlds, len(m.after.base.lab_university)))


def research_measures() -> tuple[Measure, ...]:
    """Projects under way by stage, and those finished, by lab."""
    lab, made = Axis.LAB, []
    for stage, (key, zh, en) in enumerate(STAGES):
        made.append(
            entry(f"research_{key}", f"在研项目：{zh}", f"Research under way: {en}", "projects", Kind.STOCK, _under_way(stage),
                  f"季末处于{zh}阶段的科研项目", f"research projects of the labs in the stage of {en} at the quarter's end", lab)
        )  # fmt: skip
    return (
        *made,
        entry(FINISHED, "完成产业放大", "Research brought to scale", "projects", Kind.FLOW, _finished,
              "当季通过产业放大阶段、计入知识存量的科研项目",
              "research projects that passed scale-up in the quarter and enter the knowledge stock", lab),
    )  # fmt: skip
