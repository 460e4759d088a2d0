"""Scenarios from their files: every problem of every file at once, everything before the first run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

from wutong.experiments.reading.catalogue import Catalogue, declared
from wutong.experiments.reading.checking import Findings
from wutong.experiments.reading.heads import check_name
from wutong.experiments.reading.messages import Problem, ReadingError, without_follow_ons
from wutong.experiments.reading.nodes import Mark, Node, merge, only, without
from wutong.experiments.reading.parks import ParkSource, build_park
from wutong.experiments.reading.policies import policy_source, policy_within
from wutong.experiments.reading.resolve import (
    DESIGNS,
    PARKS,
    POLICIES,
    SCENARIOS,
    SHIPPED,
    Source,
    find,
    names_in,
    resolved,
    with_sets,
)
from wutong.experiments.reading.scenarios import Parts, assumptions_of, scenario_of
from wutong.experiments.reading.schema import PARK_BLOCKS, ParkFile, ScenarioFile
from wutong.model.scenario import Scenario


@dataclass(frozen=True)
class Resolved:
    """A scenario, the trees that it was read from after all changes, and remarks on what is allowed but odd."""

    scenario: Scenario
    file: ScenarioFile
    park_entry: ParkFile
    tree: Node  # the scenario's own keys
    park: Node
    policy: Node | None
    folders: tuple[FilePath, ...]  # where data files are looked for
    scenario_folders: tuple[FilePath, ...]  # of the scenario and those that it extends, where posteriors are
    remarks: tuple[Problem, ...]


def list_scenarios(folder: FilePath = SHIPPED) -> tuple[str, ...]:
    """Names of the scenarios in a folder, the shipped ones if none is given."""
    return names_in(folder)


def list_policies(folder: FilePath = SHIPPED) -> tuple[str, ...]:
    """Names of the policies of a scenario folder, the shipped ones if none is given."""
    return names_in(folder / POLICIES)


def list_parks(folder: FilePath = SHIPPED) -> tuple[str, ...]:
    """Names of the parks of a scenario folder, the shipped ones if none is given."""
    return names_in(folder / PARKS)


def list_designs(folder: FilePath = SHIPPED) -> tuple[str, ...]:
    """Names of the designs of a scenario folder, the shipped ones if none is given."""
    return names_in(folder / DESIGNS)


def read_scenario(path_or_name: str, sets: Sequence[str] = (), catalogue: Catalogue | None = None) -> Scenario:
    """A scenario with its park and policy, ready to run.

    Parameters
    ----------
    sets : ``path=value``, each laid upon the file as one more line
    catalogue : names that the file may use; what the model declares if None

    Raises
    ------
    ReadingError
        With everything that is wrong in the scenario, its parents, its park, its policy and ``sets``.
    """
    return resolve_scenario(path_or_name, sets, catalogue).scenario


def resolve_scenario(
    path_or_name: str, sets: Sequence[str] = (), catalogue: Catalogue | None = None, policy: str | None = None
) -> Resolved:
    """A scenario as :func:`read_scenario` gives it, together with what it was read from.

    Parameters
    ----------
    policy : under which it runs instead of its own

    Raises
    ------
    ReadingError
        As :func:`read_scenario`.
    """
    known = declared() if catalogue is None else catalogue
    source = resolved(find(path_or_name, SCENARIOS, FilePath(), Mark(path_or_name, 0, 0)), SCENARIOS)
    park = _park_or_all_that_is_wrong(source, sets, known)
    tree = with_sets(source.tree, sets, None if park is None else park.tree)
    findings = Findings(without(tree, PARK_BLOCKS))
    file = findings.validated(ScenarioFile, PARK_BLOCKS)
    if park is None:
        raise ReadingError(without_follow_ons(source.problems, findings.problems))
    merged = Findings(merge(park.tree, only(tree, PARK_BLOCKS)))
    entry = merged.validated(ParkFile)
    folders = (*park.folders, SHIPPED / "data")
    problems = [*source.problems, *park.problems]
    scenario: Scenario | None = None
    chosen: Source | None = None
    if entry is not None:
        check_name(entry.name, park.name, merged)
        built = build_park(entry, ParkSource(park.name, folders, known, () if file is None else file.anchor_fate), merged)
        if file is not None:
            chosen = _policy_source(tree, source, problems) if policy is None else policy_source(policy, FilePath())
            scenario = scenario_of(Parts(file, source.name, entry, built, merged, source.folders), chosen, known, findings)
    found = without_follow_ons(problems, [*findings.problems, *merged.problems])
    if found or scenario is None or file is None or entry is None:
        raise ReadingError(found)
    own = None if chosen is None else chosen.tree
    remarks = (*findings.remarks, *merged.remarks)
    return Resolved(scenario, file, entry, findings.tree, merged.tree, own, folders, source.folders, remarks)


def _park_or_all_that_is_wrong(source: Source, sets: Sequence[str], known: Catalogue) -> Source | None:
    """The park of a scenario; if it cannot be read, what is wrong with it and with the scenario itself."""
    try:
        return _park_source(source, sets)
    except ReadingError as error:
        findings = Findings(without(source.tree, PARK_BLOCKS))
        file = findings.validated(ScenarioFile, PARK_BLOCKS)
        if file is not None:
            check_name(file.name, source.name, findings)
            assumptions_of(file.assumptions, known, findings)
        problems = without_follow_ons([*source.problems, *error.problems], findings.problems)
        raise ReadingError(problems) from None


def _park_source(source: Source, sets: Sequence[str]) -> Source | None:
    """The park that a scenario names or writes out, or None if it does neither (its check then says so)."""
    node = with_sets(source.tree, [s for s in sets if s.partition("=")[0].strip() == "park"]).get("park")
    if node is not None and isinstance(node.value, Mapping):
        name = node.get("name")
        own = name.value if name is not None and isinstance(name.value, str) else source.name
        return Source(node, own, source.path, folders=source.folders)
    if node is None or not isinstance(node.value, str):
        return None
    return resolved(find(node.value, PARKS, source.path.parent, node.mark), PARKS)


def _policy_source(tree: Node, source: Source, problems: list[Problem]) -> Source | None:
    """The policy that a scenario names or writes out, None if it does neither or ``problems`` gained a reason."""
    node = tree.get("policy")
    if node is not None and isinstance(node.value, Mapping):
        return policy_within(node, source)
    if node is None or not isinstance(node.value, str):
        return None
    try:
        return policy_source(node.value, source.path.parent, node.mark)
    except ReadingError as error:
        problems += error.problems
        return None
