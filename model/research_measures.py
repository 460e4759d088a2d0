"""Measures of the labs' research: what each has under way in every stage, and what it brought through the last."""

from __future__ import annotations

from wutong.model.history import Axis, Kind, MeasureFact, entry

STAGES = (  # in the order of their codes: end of the key, names
    ("basic", "基础研究", "basic research"),
    ("core", "核心技术攻关", "core technology"),
    ("transfer", "成果转化", "transfer"),
    ("scale", "产业放大", "scale-up"),
)
UNDER_WAY = tuple(f"research_{key}" for key, _, _ in STAGES)
FINISHED = "research_finished"


def research_measures() -> tuple[MeasureFact, ...]:
    """Projects under way by stage, and those finished, by lab."""
    lab, made = Axis.LAB, []
    for key, zh, en in STAGES:
        made.append(
            entry(f"research_{key}", f"在研项目：{zh}", f"Research under way: {en}", "projects", Kind.STOCK,
                  f"季末处于{zh}阶段的科研项目", f"research projects of the labs in the stage of {en} at the quarter's end", lab)
        )  # fmt: skip
    return (
        *made,
        entry(FINISHED, "完成产业放大", "Research brought to scale", "projects", Kind.FLOW,
              "当季通过产业放大阶段、计入知识存量的科研项目",
              "research projects that passed scale-up in the quarter and enter the knowledge stock", lab),
    )  # fmt: skip
