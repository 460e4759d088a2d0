"""The report in one language, section by section: the answer first, then what it rests on."""

from __future__ import annotations

from collections.abc import Sequence

from wutong.experiments.report.answer_tables import answer_tables
from wutong.experiments.report.goals import goals_table, scope_notes
from wutong.experiments.report.limits import limits
from wutong.experiments.report.material import Material, said
from wutong.experiments.report.page import Block, Page, Paragraphs, Picture, Points, Section
from wutong.experiments.report.record import methods, notices, provenance
from wutong.model.facts import Label
from wutong.model.units import quarter_name

RESULTS = {  # what the tables of each question are called
    "compare": Label("方案比较", "Comparison"),
    "levers": Label("政策工具", "Levers"),
    "dose": Label("力度", "Levels of a lever"),
    "mix": Label("组合中的份额", "Shares in the mix"),
    "chain": Label("产业链", "Chain"),
    "attribute": Label("龙头与实验室", "Anchors and labs"),
    "sensitivity": Label("结果取决于哪些数", "What the answer hangs on"),
}
FIGURES = Label("图", "Pictures")
NO_GOALS = Label("情景没有设定目标，或没有完成的运行。", "The scenario sets no goals, or no run finished.")
NO_ANSWER = Label("没有完成的运行，因此没有答案。", "No run finished, so there is no answer.")
NO_TABLE = Label("已完成的运行不足以回答这个问题。", "The runs that finished do not suffice for this question.")


def page(material: Material, language: str, pictures: Sequence[Picture], n_left_out: int = 0) -> Page:
    """The report in one language."""
    sections = [
        _answer(material, language),
        _goals(material, language),
        *_results(material, language),
        *_pictures(pictures, n_left_out, language),
        limits(material, language),
        methods(language),
        provenance(material, language),
    ]
    return Page(language, _title(material, language), _subtitle(material, language), sections)


def _title(material: Material, language: str) -> str:
    design = material.experiment.plan.design
    if design is not None:
        return design.title.in_language(language) or material.experiment.record.experiment
    asked = dict.fromkeys(planned.scenario for planned in material.experiment.record.plan)
    joiner = "、" if language == "zh" else ", "
    return joiner.join(material.title_of(name, language) for name in asked)


def _subtitle(material: Material, language: str) -> str:
    ends = sorted({(s.park.start, s.end) for s in material.scenarios})
    span = ", ".join(f"{quarter_name(start)}–{quarter_name(end)}" for start, end in ends)
    n, record = len(material.policies), material.experiment.record
    n_runs = len(record.replications)
    zh = f"{span} · {n} 个政策方案 · 每个方案计划 {n_runs} 次运行 · 完成 {material.n_complete} 次"
    policies, runs = ("policy" if n == 1 else "policies"), ("run" if n_runs == 1 else "runs")
    return said(language, zh, f"{span} · {n} {policies} · {n_runs} {runs} of each planned · {material.n_complete} finished")


def _answer(material: Material, language: str) -> Section:
    blocks: list[Block] = []
    warnings = notices(material, language)
    if warnings:
        blocks.append(Paragraphs(warnings, warning=True))
    blocks.append(Paragraphs(material.told(language) or [NO_ANSWER.in_language(language)]))
    return Section("answer", said(language, "答案", "Answer"), blocks)


def _goals(material: Material, language: str) -> Section:
    table = goals_table(material, language)
    block: Block = Paragraphs([NO_GOALS.in_language(language)]) if table is None else table
    notes = scope_notes(material, language)
    return Section("goals", said(language, "目标", "Goals"), [block, Points(notes)] if notes else [block])


def _results(material: Material, language: str) -> list[Section]:
    name = material.experiment.question.name
    if name not in RESULTS:
        return []
    blocks: list[Block] = list(answer_tables(material, language))
    return [Section("results", RESULTS[name].in_language(language), blocks or [Paragraphs([NO_TABLE.in_language(language)])])]


def _pictures(pictures: Sequence[Picture], n_left_out: int, language: str) -> list[Section]:
    if not pictures:
        return []
    blocks: list[Block] = list(pictures)
    if n_left_out:
        zh, en = f"另有 {n_left_out} 幅图，见结果文件夹的 figures。", f"{n_left_out} more pictures stand in the folder figures."
        blocks.append(Paragraphs([said(language, zh, en)]))
    return [Section("pictures", FIGURES.in_language(language), blocks)]
