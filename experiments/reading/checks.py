"""Checking a file of any kind: which kind it is, everything wrong with it, and what is allowed but odd."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

from wutong.experiments.reading.catalogue import Catalogue, declared
from wutong.experiments.reading.checking import Findings
from wutong.experiments.reading.designs import ResolvedDesign, resolve_design
from wutong.experiments.reading.files import Resolved, list_designs, list_parks, list_policies, list_scenarios, resolve_scenario
from wutong.experiments.reading.heads import check_name
from wutong.experiments.reading.messages import Problem, ReadingError, without_follow_ons
from wutong.experiments.reading.nodes import Mark, Node, scalar_at
from wutong.experiments.reading.parks import ParkSource, build_park
from wutong.experiments.reading.policies import policy_of, policy_source
from wutong.experiments.reading.resolve import DESIGNS, OF_DESIGNS, PARKS, POLICIES, SHIPPED, Source, find, resolved
from wutong.experiments.reading.schema import ParkFile
from wutong.experiments.reading.text import is_file, read_tree
from wutong.experiments.reading.titled import SUFFIXES
from wutong.experiments.reading.understanding import Understanding, declared_names, names_in_tree
from wutong.model.scenario import Park


class Kind(enum.StrEnum):
    SCENARIO = "scenario"
    POLICY = "policy"
    PARK = "park"
    DESIGN = "design"


@dataclass(frozen=True)
class Checked:
    """What checking a file found; ``resolved``, ``design`` and ``tree`` only where nothing is wrong."""

    kind: Kind
    problems: tuple[Problem, ...] = ()
    remarks: tuple[Problem, ...] = ()
    resolved: Resolved | None = None  # of a scenario
    design: ResolvedDesign | None = None
    tree: Node | None = None  # of a policy or a park, after ``extends`` and blocks in files of their own


def shipped() -> tuple[str, ...]:
    """Names of everything that comes with the model; parks are read through the scenarios that run them."""
    return tuple(dict.fromkeys((*list_scenarios(), *list_policies(), *list_designs())))


def check_file(name: str, sets: Sequence[str] = (), policy: str | None = None) -> Checked:
    """What is wrong with a scenario, a policy, a park or a design, given by name or as a file.

    Parameters
    ----------
    sets : ``path=value``, laid upon a scenario
    policy : under which a scenario is to run, instead of its own
    """
    known = declared()
    kind = Kind.SCENARIO
    try:
        kind = kind_of(name)
        if kind is Kind.SCENARIO:
            found = resolve_scenario(name, sets, known, policy)
            return Checked(kind, remarks=found.remarks, resolved=found)
        if kind is Kind.DESIGN:
            design = resolve_design(name, known)
            return Checked(kind, remarks=design.remarks, design=design)
        source = policy_source(name, FilePath()) if kind is Kind.POLICY else park_source(name)
        if kind is Kind.POLICY:
            policy_of(source, None, known)
        else:
            park_of(source, known)
    except ReadingError as error:
        return Checked(kind, error.problems)
    return Checked(kind, tree=source.tree)


def kind_of(name: str) -> Kind:
    """The kind of a file by its keys, else by its folder; of a name by where it stands, a scenario first.

    Raises
    ------
    ReadingError
        If the file cannot be read.
    """
    path = FilePath(name)
    if not (name.endswith(SUFFIXES) and is_file(path)):
        if name in list_scenarios():
            return Kind.SCENARIO
        others = {Kind.POLICY: list_policies, Kind.PARK: list_parks, Kind.DESIGN: list_designs}
        return next((kind for kind, names in others.items() if name in names()), Kind.SCENARIO)
    tree = read_tree(path, name).tree
    keys = set(tree.members)
    if "settings" in keys:
        return Kind.POLICY
    if "segments" in keys and "title" not in keys:
        return Kind.PARK
    parent = scalar_at(tree, ("extends",))
    if keys & OF_DESIGNS or (parent in list_designs() and parent not in list_scenarios()):
        return Kind.DESIGN
    return {POLICIES: Kind.POLICY, PARKS: Kind.PARK, DESIGNS: Kind.DESIGN}.get(path.resolve().parent.name, Kind.SCENARIO)


def park_source(path_or_name: str) -> Source:
    """The resolved file of a park.

    Raises
    ------
    ReadingError
        If it is missing or cannot be read.
    """
    return resolved(find(path_or_name, PARKS, FilePath(), Mark(path_or_name, 0, 0)), PARKS)


def park_of(source: Source, known: Catalogue) -> Park:
    """The park of a resolved file.

    Raises
    ------
    ReadingError
        With everything that is wrong in it.
    """
    words = Understanding({**declared_names(known), **names_in_tree(source.tree)})
    findings = Findings(words.entry(source.tree, ParkFile))
    entry = findings.validated(ParkFile)
    park = None
    if entry is not None:
        check_name(entry.name, source.name, findings)
        park = build_park(entry, ParkSource(source.name, (*source.folders, SHIPPED / "data"), known), findings)
    problems = without_follow_ons(source.problems, findings.problems)
    if problems or park is None:
        raise ReadingError(problems)
    return park
