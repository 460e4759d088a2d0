"""Questions that experiments answer beyond their goals, and how each is found again in a record."""

from __future__ import annotations

from pathlib import Path

from wutong.experiments.errors import FolderError
from wutong.experiments.manifest import Manifest
from wutong.experiments.plan import Plan, plan_in
from wutong.experiments.questions.attribute import Attribute
from wutong.experiments.questions.chain import Chain
from wutong.experiments.questions.compare import Compare, verdicts
from wutong.experiments.questions.conditions import Conditions, Late
from wutong.experiments.questions.goals import Goals
from wutong.experiments.questions.levers import Dose, Levers, Mix, equal_levels
from wutong.experiments.questions.question import Question, recorded, understood
from wutong.experiments.questions.sensitivity import Sensitivity
from wutong.experiments.typed import misfit
from wutong.model.facts import Label

__all__ = [
    "QUESTIONS", "Attribute", "Chain", "Compare", "Conditions", "Dose", "Goals", "Late", "Levers", "Mix", "Question",
    "Sensitivity", "equal_levels", "planned_in", "question_in", "recorded", "understood", "verdicts",
]  # fmt: skip

QUESTIONS: dict[str, type[Question]] = {
    question.name: question for question in (Goals, Compare, Levers, Dose, Mix, Chain, Attribute, Conditions, Late, Sensitivity)
}

WITHOUT_RUNS = ("hindcast", "portrait", "evidence")  # commands whose folders hold a record but no store


def question_in(record: Manifest) -> Question:
    """The question of an experiment.

    Raises
    ------
    FolderError
        If the record holds a question that is not known.
    """
    name = record.question.get("name")
    if name in WITHOUT_RUNS:
        zh, en = (
            f"{name} 的结果文件夹不保存各次运行，不能接续、导出或写成报告",
            f"a folder of {name} keeps no runs to go on from or to report",
        )
        raise FolderError(Label(zh, en))
    kind = QUESTIONS.get(str(name))
    values = {key: tuple(v) if isinstance(v, list) else v for key, v in record.question.items() if key != "name"}
    try:
        if kind is None or misfit(record.question, kind, ("name",)):
            raise ValueError(name)
        return kind(**values)
    except (TypeError, ValueError):
        zh, en = "结果文件夹记录的问题无法识别", "the record asks a question that this version does not know"
        raise FolderError(Label(f"{zh}：{dict(record.question)}", f"{en}: {dict(record.question)}")) from None


def planned_in(folder: Path, record: Manifest) -> Plan:
    """What an experiment runs: the plan of its inputs with the runs that its question needs.

    Raises
    ------
    ReadingError, BadInputError, FolderError
        If an input cannot be read, or the question cannot be asked of them.
    """
    return question_in(record).expanded(plan_in(folder, record))
