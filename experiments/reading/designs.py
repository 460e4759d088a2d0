"""Designs, from a file or from the command line: which cases run, with everything checked before the first of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Annotated

from pydantic import Field

from experiments.design import Design
from experiments.reading.catalogue import Catalogue, declared
from experiments.reading.checking import Findings
from experiments.reading.drawing import AtLeastOne, PointsEntry, drawn_of
from experiments.reading.factors import read_whole
from experiments.reading.files import resolve_scenario
from experiments.reading.heads import check_name, label
from experiments.reading.messages import Problem, ReadingError, hint, without_follow_ons
from experiments.reading.nodes import Mark
from experiments.reading.policies import policy_of, policy_source
from experiments.reading.probing import Given
from experiments.reading.resolve import SCENARIOS, Source, find, resolved
from experiments.reading.schema import LabelEntry, Reads, Scope
from model.scenario import Policy

DESIGNS = "designs"  # folder of design files
NO_POLICY = "none"
Whole = Annotated[int, Reads(read_whole(0))]


class DesignFile(PointsEntry):
    format: int = 1
    name: str | None = None
    title: LabelEntry
    remark: LabelEntry = LabelEntry(zh="", en="")
    scenarios: Scope
    policies: Scope = Field(default_factory=list)
    replications: AtLeastOne = 100
    seed: Whole = 1


@dataclass(frozen=True)
class ResolvedDesign:
    """A design, how its scenarios were named, and remarks on what is allowed but odd."""

    design: Design
    given: tuple[Given, ...]
    remarks: tuple[Problem, ...]


def read_design(path_or_name: str | FilePath) -> Design:
    """The design of a file, ready to run.

    Raises
    ------
    ReadingError
        With everything that is wrong in it, in its scenarios and in its policies.
    """
    return resolve_design(path_or_name).design


def resolve_design(path_or_name: str | FilePath, catalogue: Catalogue | None = None) -> ResolvedDesign:
    """A design as :func:`read_design` gives it, with what it was read from.

    Raises
    ------
    ReadingError
        As :func:`read_design`.
    """
    known = declared() if catalogue is None else catalogue
    name = str(path_or_name)
    source = resolved(find(name, DESIGNS, FilePath(), Mark(name, 0, 0)), DESIGNS)
    findings = Findings(source.tree)
    file = findings.validated(DesignFile)
    design: Design | None = None
    given: tuple[Given, ...] = ()
    if file is not None:
        check_name(file.name, source.name, findings)
        given = _given(file, source, findings, known)
        policies = _policies(file, source, given, findings, known)
        drawn = drawn_of(file, given, policies, file.seed, findings, known)
        if drawn is not None and not findings.problems:
            scenarios = tuple(g.scenario for g in given)
            whole = (drawn.factors, drawn.method, drawn.n, drawn.listed)
            design = Design(label(file.title), scenarios, policies, tuple(range(file.replications)), file.seed, *whole)
    problems = without_follow_ons(source.problems, findings.problems)
    if problems or design is None:
        raise ReadingError(problems)
    return ResolvedDesign(design, given, tuple(findings.remarks))


def _given(file: DesignFile, source: Source, findings: Findings, known: Catalogue) -> tuple[Given, ...]:
    """Scenarios that a design names, looked for beside its file and among the shipped ones."""
    found: list[Given] = []
    if not file.scenarios:
        findings.add("missing_key", ("scenarios",), {"key": "scenarios"}, hint("example", {"example": "scenarios: [baseline]"}))
    for i, name in enumerate(file.scenarios):
        at = Mark(findings.tree.mark.file, findings.line(("scenarios", i)), 1)
        try:
            path = str(find(name, SCENARIOS, source.path.parent, at))
            scenario = resolve_scenario(path, catalogue=known).scenario
        except ReadingError as error:
            findings.problems += [p for p in error.problems if p not in findings.problems]
            continue
        if scenario.name in [other.scenario.name for other in found]:
            findings.add("duplicate_name", ("scenarios", i), {"name": scenario.name}, hint("delete"))
        found.append(Given(scenario, path))
    return tuple(found)


def _policies(
    file: DesignFile, source: Source, given: Sequence[Given], findings: Findings, known: Catalogue
) -> tuple[tuple[Policy, ...], ...]:
    """Policies of each scenario: those named, else its own, else none."""
    found = []
    for one in given:
        own = one.scenario.policy
        policies = [own] if own is not None and not file.policies else []
        for i, name in enumerate(file.policies or ([] if policies else [NO_POLICY])):
            at = Mark(findings.tree.mark.file, findings.line(("policies", i)), 1)
            try:
                policy = policy_of(policy_source(name, source.path.parent, at), one.scenario.park, known)
            except ReadingError as error:
                findings.problems += [p for p in error.problems if p not in findings.problems]
                continue
            if policy.name in [other.name for other in policies] and one is given[0]:
                findings.add("duplicate_name", ("policies", i), {"name": policy.name}, hint("delete"))
            policies.append(policy)
        found.append(tuple(policies))
    return tuple(found)
