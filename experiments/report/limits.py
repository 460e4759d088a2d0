"""What the results rest on and what they cannot tell."""

from __future__ import annotations

from wutong.experiments.answers.evidence import BASIS_WORDS, known_of
from wutong.experiments.report.material import Material, said
from wutong.experiments.report.page import Block, Cell, Heading, Paragraphs, Points, Section, Table
from wutong.experiments.wording import DASH
from wutong.model.facts import Label
from wutong.model.levers import LEVERS

LIMITS = (
    Label(
        "这不是预测。模型在给定假设下比较“如果……会怎样”；除非情景写明，它不知道经济衰退，也不知道出口管制、技术路线变化和工资。",
        "This is no forecast. The model compares what would happen under its assumptions; unless a scenario states one it knows "
        "no recession, and it knows no export ban, no change of technology and no wages.",
    ),
    Label(
        "区间只反映模拟次数有限带来的误差；模型本身是否合适、取值范围是否恰当，不在区间之内。",
        "Intervals reflect the limited number of runs only; whether the model and its ranges are right stands outside them.",
    ),
    Label(
        "政策工具的效果大多只知道方向，大小是一个范围，“无效果”也在其中。因此工具或方案的排序也取决于假设；区间包含零的差别不算差别。",
        "Of most policy levers only the sign of the effect is known; its size is a range, no effect among them. A ranking "
        "therefore ranks assumptions as well, and a difference whose interval holds zero is no difference.",
    ),
    Label(
        "没有为了达到目标而调整任何数值；观测到的数据是起点，此后的轨迹没有向其拟合。",
        "Nothing is tuned to reach a goal; observed figures are where runs start from, and what follows is not fitted to any.",
    ),
)


def limits(material: Material, language: str) -> Section:
    """What the results cannot tell, what is assumed of the levers in use, and where goals come from."""
    blocks: list[Block] = [Points([limit.in_language(language) for limit in LIMITS])]
    levers = _levers(material, language)
    blocks += [levers] if levers is not None else [Paragraphs([_no_levers(language)])]
    sources = _sources(material, language)
    blocks += [sources] if sources is not None else []
    return Section("limits", said(language, "依据与局限", "Evidence and limits"), blocks)


def _no_levers(language: str) -> str:
    return said(language, "本次实验没有使用政策工具。", "No policy lever is used here.")


def _levers(material: Material, language: str) -> Table | None:
    used = {s.lever for policy in material.policies for s in policy.settings if s.level != 0.0}
    rows = []
    for key, lever in LEVERS.items():
        if key in used:
            known = known_of(key)
            words = (BASIS_WORDS[known.basis].in_language(language), known.assumed_names(language), known.sources)
            rows.append([Cell(lever.label.in_language(language)), *(Cell(text or DASH) for text in words)])
    headings = [
        Heading(said(language, "政策工具", "Lever")),
        Heading(said(language, "效果大小的依据", "What the size of the effect rests on")),
        Heading(said(language, "其中为假设的参数", "Parameters that are assumed")),
        Heading(said(language, "其余参数的来源", "Sources of the others")),
    ]
    caption = said(language, "所用政策工具的效果有什么依据", "What is known of the effects of the levers in use")
    return Table(caption, headings, rows) if rows else None


def _sources(material: Material, language: str) -> Table | None:
    asked = {planned.scenario for planned in material.experiment.record.plan}
    targets = {t.key: t for s in material.scenarios if s.name in asked for t in s.targets}
    rows = [[Cell(t.label.in_language(language)), Cell(t.source or DASH)] for t in targets.values()]
    headings = [Heading(said(language, "目标", "Goal")), Heading(said(language, "来源", "Source"))]
    return Table(said(language, "目标的来源", "Where the goals come from"), headings, rows) if rows else None
