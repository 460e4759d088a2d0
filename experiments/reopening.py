"""An experiment taken up again from its folder: to go on, to read, to repair; nothing is taken that is not as it was left."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from wutong.experiments import manifest
from wutong.experiments.errors import BadInputError
from wutong.experiments.experiment import Experiment
from wutong.experiments.identity import code_of_model, run_ids
from wutong.experiments.manifest import Manifest
from wutong.experiments.plan import Plan
from wutong.experiments.questions import planned_in, question_in
from wutong.experiments.reading import ReadingError
from wutong.experiments.results import RUN_NAMES, RUNS, identity, written_cell
from wutong.experiments.store import FILE, salvaged
from wutong.model.facts import Label
from wutong.model.scenario import Case


def reopened(folder: Path, *, to_run: bool = True) -> Experiment:
    """The experiment of a folder; nothing is run that differs from what was begun.

    Parameters
    ----------
    to_run : whether runs will be added, which another model's code must not do; what is there can be read with any

    Raises
    ------
    FolderError
        If the folder holds no experiment, or its record is not as it was written.
    BadInputError
        If inputs or code are no longer what they were, with every difference.
    ReadingError
        If an input cannot be read.
    """
    record = manifest.read_manifest(folder)
    question = question_in(record)
    _refuse_changed_inputs(folder, record)
    if to_run:
        refuse_other_code(record)
    plan = _planned(folder, record)
    ids = None if record.model == code_of_model() else _ids_as_written(folder / RUNS, plan.cases)
    return Experiment(folder, plan, tuple(ids or run_ids(plan.cases)), record, question)


def _planned(folder: Path, record: Manifest) -> Plan:
    """The plan of a folder; where another version wrote its inputs and this one refuses them, that is said in one sentence."""
    try:
        return planned_in(folder, record)
    except ReadingError as error:
        if record.model == code_of_model():
            raise
        by, first = record.code.version, error.problems[0]
        zh = f"结果文件夹“{folder}”由 {by} 版写成，本版不接受其中的输入（{first.text('zh')}）；请用那个版本打开"
        en = f"{folder} was written by version {by}, and this one refuses its inputs ({first.text('en')})"
        raise BadInputError(Label(zh, f"{en}; open it with that one")) from None


def _ids_as_written(path: Path, cases: Sequence[Case]) -> list[str] | None:
    """Ids of the runs as another model gave them, from the table of the runs; None unless that has every case once."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = {tuple(row[name] for name in RUN_NAMES): row["run"] for row in csv.DictReader(file)}
    except (OSError, ValueError, KeyError, csv.Error):
        return None
    names = [tuple(str(written_cell(cell)) for cell in identity(case)) for case in cases]
    return [rows[name] for name in names] if rows.keys() == set(names) and len(rows) == len(names) else None


def mended(experiment: Experiment) -> int:
    """Rebuild the experiment's store from what can be read of it, and return the number of runs in it.

    Raises
    ------
    StoreError, FolderError
        If another process writes it, or there is no room; nothing is changed then.
    """
    with manifest.writing(experiment.folder):
        return salvaged(experiment.folder / FILE)


def refuse_other_code(record: Manifest) -> None:
    """Refuse to mix the runs of two models, or of two numpys.

    Raises
    ------
    BadInputError
        With what is different.
    """
    if record.model == code_of_model():
        return
    before, now = record.packages.get("numpy", ""), np.__version__
    if before and record.model == code_of_model(before):
        zh = f"numpy 的版本不同：开始时为 {before}，现在为 {now}，结果不能混在一起。请用原来的版本继续，或重新开始一次实验"
        en = f"numpy is another version: it began with {before}, this is {now}, and their results are not mixed; "
        raise BadInputError(Label(zh, en + "go on with the old one, or begin anew"))
    was, is_ = (f"{v.version} ({(v.commit or '?')[:8]}{'+' if v.dirty else ''})" for v in (record.code, manifest.code_version()))
    zh = f"模型代码已改变：开始时为 {was}，现在为 {is_}。请用原来的代码继续，或重新开始一次实验"
    en = f"the code of the model has changed: it began with {was}, this is {is_}; go on with the old code, or begin anew"
    raise BadInputError(Label(zh, en))


def _refuse_changed_inputs(folder: Path, record: Manifest) -> None:
    changed = [name for name, digest in record.inputs.items() if _digest(folder / name) != digest]
    if changed:
        names = ", ".join(changed)
        zh = f"开始运行后，这些输入文件被改动、损坏或删除：{names}；请换回原来的文件，或重新开始一次实验"
        en = f"inputs were changed, damaged or removed since the start: {names}; put the originals back, or begin anew"
        raise BadInputError(Label(zh, en))


def _digest(path: Path) -> str:
    try:
        return manifest.sha256(path.read_bytes())
    except OSError:
        return ""
