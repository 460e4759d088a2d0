"""Scenarios from their files: every problem of every file at once, everything before the first run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TypeVar

from wutong.experiments.reading.catalogue import Catalogue, declared
from wutong.experiments.reading.checking import Findings
from wutong.experiments.reading.heads import check_name
from wutong.experiments.reading.idle import idle_in, unread_in
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
from wutong.experiments.reading.scenarios import Parts, assumptions_of, own_policy, scenario_of
from wutong.experiments.reading.schema import PARK_BLOCKS, ParkFile, ScenarioFile
from wutong.experiments.reading.understanding import Understanding, declared_names, names_in_tree, with_known_keys
from wutong.model.scenario import Scenario

T = TypeVar("T")


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
    understood: tuple[Problem, ...] = ()  # what was taken for what


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
    problems = list(source.problems)
    park = attempted(lambda: _park_source(source, sets), problems)
    tree = attempted(lambda: with_sets(source.tree, sets, None if park is None else park.tree), problems) or source.tree
    chosen = attempted(lambda: _policy_source(tree, source) if policy is None else policy_source(policy, FilePath()), problems)
    if park is not None:
        tree, said = with_known_keys(park.tree, tree)
        return _resolved(_Sources(source, tree, park, chosen, tuple(said)), problems, known)
    findings = Findings(without(tree, PARK_BLOCKS))
    file = findings.validated(ScenarioFile, PARK_BLOCKS)
    if file is not None:
        check_name(file.name, source.name, findings)
        assumptions_of(file.assumptions, known, findings)
        own_policy(chosen, None, known, findings)
    raise ReadingError(without_follow_ons(problems, findings.problems))


@dataclass(frozen=True)
class _Sources:
    """What a scenario is read from: its file, its tree after ``--set``, its park, its policy, and what was understood."""

    scenario: Source
    tree: Node
    park: Source
    policy: Source | None
    understood: tuple[Problem, ...]


def _resolved(of: _Sources, problems: list[Problem], known: Catalogue) -> Resolved:
    """A scenario whose files could all be read; ``problems`` are those of their writing."""
    park = of.park
    whole = merge(park.tree, only(of.tree, PARK_BLOCKS))
    words = Understanding({**declared_names(known), **names_in_tree(of.tree, whole)})
    findings, merged = Findings(words.entry(without(of.tree, PARK_BLOCKS), ScenarioFile)), Findings(words.entry(whole, ParkFile))
    file, entry = findings.validated(ScenarioFile, PARK_BLOCKS), merged.validated(ParkFile)
    folders = (*park.folders, SHIPPED / "data")
    problems += park.problems
    scenario: Scenario | None = None
    if entry is not None:
        check_name(entry.name, park.name, merged)
        built = build_park(entry, ParkSource(park.name, folders, known, () if file is None else file.anchor_fate), merged)
        if file is not None:
            parts = Parts(file, of.scenario.name, entry, built, merged, of.scenario.folders)
            scenario = scenario_of(parts, of.policy, known, findings)
    found = without_follow_ons(problems, [*findings.problems, *merged.problems])
    if found or scenario is None or file is None or entry is None:
        raise ReadingError(found)
    _remark_idle(scenario, of.policy, findings, merged)
    return Resolved(
        scenario, file, entry, findings.tree, merged.tree, None if of.policy is None else of.policy.tree, folders,
        of.scenario.folders, (*findings.remarks, *merged.remarks),
        (*of.scenario.understood, *park.understood, *of.understood, *words.notes, *merged.understood),
    )  # fmt: skip


def _remark_idle(scenario: Scenario, policy: Source | None, findings: Findings, merged: Findings) -> None:
    """Remark on what the runs never reach, each where it stands."""
    own = None if policy is None else Findings(policy.tree)
    policies = () if scenario.policy is None else (scenario.policy,)
    for idle in (*idle_in(scenario, policies), *unread_in(scenario, policies)):
        where = own if idle.policy and own is not None else merged if idle.path[0] in PARK_BLOCKS else findings
        where.remark(idle.code, idle.path, idle.facts)
    findings.remarks += [] if own is None else own.remarks


def attempted(read: Callable[[], T], problems: list[Problem]) -> T | None:
    """What is read; None where that cannot be, and why is added to the problems."""
    try:
        return read()
    except ReadingError as error:
        problems += error.problems
        return None


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


def _policy_source(tree: Node, source: Source) -> Source | None:
    """The policy that a scenario names or writes out, None if it does neither."""
    node = tree.get("policy")
    if node is not None and isinstance(node.value, Mapping):
        return policy_within(node, source)
    if node is None or not isinstance(node.value, str):
        return None
    return policy_source(node.value, source.path.parent, node.mark)
