"""Designs, from a file or from the command line: which cases run, with everything checked before the first of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Annotated

from pydantic import Field

from wutong.experiments.design import Design
from wutong.experiments.factors import Factor
from wutong.experiments.reading.catalogue import Catalogue, declared
from wutong.experiments.reading.checking import Findings
from wutong.experiments.reading.drawing import AtLeastOne, Chance, PointsEntry, drawn_of, path_of
from wutong.experiments.reading.entry import LabelEntry, WordsEntry
from wutong.experiments.reading.factors import read_whole
from wutong.experiments.reading.files import Resolved, resolve_scenario
from wutong.experiments.reading.heads import check_name, label
from wutong.experiments.reading.kinds import Reads, Scope
from wutong.experiments.reading.messages import Problem, ReadingError, hint, without_follow_ons
from wutong.experiments.reading.nodes import Mark, Node, locate
from wutong.experiments.reading.policies import policy_of, policy_source
from wutong.experiments.reading.probing import Given
from wutong.experiments.reading.resolve import DESIGNS, SCENARIOS, Source, find, resolved
from wutong.experiments.reading.understanding import Understanding, factor_names
from wutong.experiments.varying import LEVER
from wutong.model.facts import Label
from wutong.model.scenario import Policy

FILE = "design.yaml"  # of a design among the inputs of its results
NO_POLICY = "none"
Whole = Annotated[int, Reads(read_whole(0))]


class DesignFile(PointsEntry):
    format: int = 1
    name: str | None = None
    extends: str | None = None
    title: LabelEntry
    remark: WordsEntry = WordsEntry(zh="", en="")
    source: str = ""
    note: str = ""
    scenarios: Scope
    policies: Scope = Field(default_factory=list)
    replications: AtLeastOne = 100
    seed: Whole = 1


@dataclass(frozen=True)
class ResolvedDesign:
    """A design, what it was read from, and remarks on what is allowed but odd.

    Attributes
    ----------
    tree : of the file, after ``extends``
    given : how its scenarios were named
    scenarios : as they were read
    """

    design: Design
    file: DesignFile
    tree: Node
    given: tuple[Given, ...]
    scenarios: tuple[Resolved, ...]
    remarks: tuple[Problem, ...]


def title_of(path_or_name: str | FilePath) -> Label:
    """The title of a design, whose scenarios are not read for it.

    Raises
    ------
    ReadingError
        If its file cannot be read, or is no design.
    """
    name = str(path_or_name)
    source = resolved(find(name, DESIGNS, FilePath(), Mark(name, 0, 0)), DESIGNS)
    findings = Findings(source.tree)
    file = findings.validated(DesignFile)
    if file is None or findings.problems:
        raise ReadingError(findings.problems)
    return label(file.title)


def read_design(path_or_name: str | FilePath, catalogue: Catalogue | None = None) -> Design:
    """The design of a file, ready to run.

    Parameters
    ----------
    catalogue : names that the file may use; what the model declares if None

    Raises
    ------
    ReadingError
        With everything that is wrong in it, in its scenarios and in its policies.
    """
    return resolve_design(path_or_name, catalogue).design


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
    findings = Findings(Understanding(factor_names(known)).entry(source.tree, DesignFile))
    file = findings.validated(DesignFile)
    found: ResolvedDesign | None = None
    if file is not None:
        check_name(file.name, source.name, findings)
        found = _resolved(file, source, findings, known)
    problems = without_follow_ons(source.problems, findings.problems)
    if problems or found is None:
        raise ReadingError(problems)
    return found


def _resolved(file: DesignFile, source: Source, findings: Findings, known: Catalogue) -> ResolvedDesign | None:
    """A checked file with its scenarios and policies; None if ``findings`` gathered a problem."""
    scenarios = _scenarios(file, source, findings, known)
    given = tuple(given for given, _ in scenarios)
    policies = _policies(file, source, given, findings, known)
    drawn = drawn_of(file, given, policies, Chance(file.replications, file.seed), findings, known)
    if drawn is None or findings.problems:
        return None
    _remark_replaced(file, drawn.factors, policies, findings)
    whole = (drawn.factors, drawn.method, drawn.n, drawn.listed)
    replications = tuple(range(file.replications))
    design = Design(label(file.title), tuple(one.scenario for one in given), policies, replications, file.seed, *whole)
    remarks = [*findings.remarks, *(remark for _, read in scenarios for remark in read.remarks)]
    return ResolvedDesign(design, file, source.tree, given, tuple(read for _, read in scenarios), tuple(dict.fromkeys(remarks)))


def _scenarios(file: DesignFile, source: Source, findings: Findings, known: Catalogue) -> list[tuple[Given, Resolved]]:
    """Scenarios that a design names, looked for beside its file and among the shipped ones."""
    found: list[tuple[Given, Resolved]] = []
    if not file.scenarios:
        findings.add("missing_key", ("scenarios",), {"key": "scenarios"}, hint("example", {"example": "scenarios: [baseline]"}))
    for i, name in enumerate(file.scenarios):
        try:
            path = find(name, SCENARIOS, source.path.parent, _place(findings, "scenarios", i))
            read = resolve_scenario(str(path), catalogue=known)
        except ReadingError as error:
            findings.problems += [p for p in error.problems if p not in findings.problems]
            continue
        own = read.scenario.name
        if own in [other.scenario.name for other, _ in found]:
            findings.add("duplicate_name", ("scenarios", i), {"name": own}, hint("delete"))
        if own == FilePath(FILE).stem:  # beside the inputs of a design it would take the place of the design itself
            findings.add("duplicate_name", ("scenarios", i), {"name": own}, hint("path"))
        found.append((Given(read.scenario, str(path)), read))
    return found


def _policies(
    file: DesignFile, source: Source, given: Sequence[Given], findings: Findings, known: Catalogue
) -> tuple[tuple[Policy, ...], ...]:
    """Policies of each scenario: those named, else its own, else none."""
    found = []
    for one in given:
        own = one.scenario.policy
        policies = [own] if own is not None and not file.policies else []
        for i, name in enumerate(file.policies or ([] if policies else [NO_POLICY])):
            try:
                found_at = policy_source(name, source.path.parent, _place(findings, "policies", i))
                policy = policy_of(found_at, one.scenario.park, known)
            except ReadingError as error:
                findings.problems += [p for p in error.problems if p not in findings.problems]
                continue
            if policy.name in [other.name for other in policies] and one is given[0]:
                findings.add("duplicate_name", ("policies", i), {"name": policy.name}, hint("delete"))
            policies.append(policy)
        found.append(tuple(policies))
    return tuple(found)


def _place(findings: Findings, key: str, i: int) -> Mark:
    """Where a name of a list stands, or the key whose only name it is."""
    return locate(findings.tree, findings.original((key, i)))


def _remark_replaced(
    file: DesignFile, factors: Sequence[Factor], policies: Sequence[Sequence[Policy]], findings: Findings
) -> None:
    """Say where a policy sets a lever that varies: its own setting does not hold then."""
    for factor in factors:
        lever = factor.name.removeprefix(LEVER)
        setting = [p.name for own in policies for p in own if any(s.lever == lever for s in p.settings)]
        if factor.name == LEVER + lever and setting:
            facts = {"names": ", ".join(dict.fromkeys(setting)), "lever": lever}
            findings.remark("lever_replaced", path_of(file, factor), facts)
