"""An experiment taken up again from its folder: nothing is run that differs from what was begun."""

from __future__ import annotations

from pathlib import Path

from experiments import manifest
from experiments.commands.exits import BadInputError
from experiments.commands.experiment import Experiment
from experiments.commands.language import LOCALE, Language
from experiments.commands.request import Plan, Request, plan_of
from experiments.identity import code_of_model, run_ids
from experiments.manifest import Manifest
from experiments.reading import read_policy, read_scenario
from experiments.reading.design_inputs import FILE
from experiments.reading.designs import read_design
from model.facts import Label
from model.scenario import Case


def reopened(
    folder: Path, language: Language | None, *, jobs: int | None = None, quiet: bool = False
) -> tuple[Experiment, Manifest, Request]:
    """The experiment of a folder, its record, and the request to finish it.

    Raises
    ------
    FolderError
        If the folder holds no experiment.
    BadInputError
        If inputs or code are no longer what they were, with every difference.
    ReadingError
        If an input cannot be read.
    """
    record = manifest.read_manifest(folder)
    _refuse_changes(folder, record)
    plan = plan_of(read_design(folder / "inputs" / FILE), {}) if record.design else _plan(folder, record)
    request = Request(
        scenarios=tuple(s.name for s in plan.scenarios),
        replications=tuple(record.replications),
        seed=record.seed,
        jobs=jobs or record.jobs,
        language=language or LOCALE,
        picture_languages=(language,) if language else tuple(Language),
        quiet=quiet,
    )
    return Experiment(folder, plan, tuple(run_ids(plan.cases))), record, request


def _plan(folder: Path, record: Manifest) -> Plan:
    """What was planned, read from the inputs in the folder."""
    scenarios = tuple(read_scenario(str(folder / "inputs" / f"{planned.scenario}.yaml")) for planned in record.plan)
    policies = tuple(
        tuple(read_policy(str(folder / "inputs" / "policies" / f"{name}.yaml"), scenario.park) for name in planned.policies)
        for scenario, planned in zip(scenarios, record.plan, strict=True)
    )
    cases = tuple(
        Case(scenario, policy, replication, record.seed)
        for scenario, own in zip(scenarios, policies, strict=True)
        for policy in own
        for replication in record.replications
    )
    return Plan(scenarios, policies, cases, {})


def _refuse_changes(folder: Path, record: Manifest) -> None:
    """Refuse to mix what was begun with anything else."""
    changed = [name for name, digest in record.inputs.items() if _digest(folder / name) != digest]
    if changed:
        names = ", ".join(changed)
        zh, en = f"开始运行后，这些输入文件被改动或删除：{names}", f"inputs were changed or removed since the start: {names}"
        raise BadInputError(Label(zh, en))
    if record.model != code_of_model():
        now = manifest.code_version()
        before, after = (f"{v.version} ({(v.commit or '?')[:8]}{'+' if v.dirty else ''})" for v in (record.code, now))
        zh = f"模型代码已改变：开始时为 {before}，现在为 {after}。请用原来的代码继续，或重新开始一次实验"
        en = f"the code of the model has changed: it began with {before}, this is {after}; go on with the old code, or begin anew"
        raise BadInputError(Label(zh, en))


def _digest(path: Path) -> str:
    try:
        return manifest.sha256(path.read_bytes())
    except OSError:
        return ""
