"""A checked scenario file as a model.scenario.Scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

import numpy as np

from wutong.experiments.reading.catalogue import Catalogue, quantity_of
from wutong.experiments.reading.checking import Findings
from wutong.experiments.reading.heads import check_keys, check_name, label
from wutong.experiments.reading.messages import ReadingError, hint
from wutong.experiments.reading.parks import expand, scope_labels, scopes_of
from wutong.experiments.reading.policies import policy_of
from wutong.experiments.reading.posteriors import FOLDER, posterior_assumptions
from wutong.experiments.reading.quantities import Quantity, QuantityError
from wutong.experiments.reading.resolve import Source
from wutong.experiments.reading.schema import ParkFile, ScenarioFile, ShockEntry, TargetEntry
from wutong.experiments.reading.spreads import Spread
from wutong.model.base import by_segment
from wutong.model.draws import world_key
from wutong.model.facts import Assumption, Label
from wutong.model.scenario import Basis, JointTarget, Park, Policy, Scenario, Shock, Target
from wutong.model.start.totals import NoStartError, accepted_totals
from wutong.model.units import QUARTERS_PER_YEAR, quarter_name

PARAMETER = Label("参数", "parameter")
TARGET = Label("目标", "target")
MEASURE = Label("指标", "measure")
SCOPE = Label("范围", "scope")
BY_DESIGN = "design"  # how the source of a value begins that is chosen, not measured
TRIED = 2  # worlds whose start is drawn, to see that there is one


@dataclass(frozen=True)
class Parts:
    """A scenario's checked entry, its name, and its park: as an entry, built (None if something is wrong), and as findings."""

    file: ScenarioFile
    name: str
    entry: ParkFile
    park: Park | None
    merged: Findings
    folders: tuple[FilePath, ...] = ()  # of the scenario and those that it extends, where posteriors are looked for


def scenario_of(parts: Parts, policy: Source | None, known: Catalogue, findings: Findings) -> Scenario | None:
    """The scenario, or None if ``findings`` gathered problems or there is no park."""
    file, entry = parts.file, parts.entry
    check_name(file.name, parts.name, findings)
    check_keys(findings)
    _check_clock(file, entry.start, findings)
    found = posterior_assumptions(file.posteriors, parts.folders, known, findings)
    given = assumptions_of(file.assumptions, known, findings)
    for i, name in enumerate(file.posteriors):
        drawn = {key for key, a in found.items() if a.drawn_with == f"{FOLDER}/{name}"}
        if drawn and drawn <= given.keys():
            findings.remark("posterior_replaced", ("posteriors", i), {})
    assumptions = {**found, **given}
    shocks = tuple(_shock(key, shock, parts, findings) for key, shock in file.shocks.items())
    targets = tuple(_target(key, target, parts, known, findings) for key, target in file.targets.items())
    joint = tuple(_joint(key, file, findings) for key in file.joint_targets)
    targets, joint = _judged(file, targets, joint, findings)
    own = own_policy(policy, parts.park, known, findings)
    if findings.problems or parts.park is None or not _can_start(parts.park, parts.merged):
        return None
    return Scenario(
        parts.name, label(file.title), parts.park, file.clock.end, assumptions, targets, own, joint_targets=joint, shocks=shocks
    )


def _can_start(park: Park, findings: Findings) -> bool:
    """Whether a start of the park can be drawn at all; if not, a problem that says what stands in the way."""
    keys = np.array([world_key(1, replication) for replication in range(TRIED)], np.uint64)
    parks = [park] * TRIED
    try:
        accepted_totals(parks, keys, by_segment(parks, keys, "value_added_share", lambda s: s.value_added_share))
    except NoStartError as error:
        facts = {"problem_zh": f"几千次抽样都不满足“{error.hardest}”", "problem_en": f"thousands of draws fail “{error.hardest}”"}
        findings.add("no_start_possible", ("segments",), facts, hint("start_totals"))
        return False
    return True


def _check_clock(file: ScenarioFile, start: int, findings: Findings) -> None:
    if file.clock.end <= start:
        findings.add("order", ("clock", "end"), {"earlier": f"start ({quarter_name(start)})", "later": "end"})
    if file.clock.start is not None and file.clock.start != start + 1:
        facts = {"first": quarter_name(start + 1), "given": quarter_name(file.clock.start)}
        findings.add("clock_start", ("clock", "start"), facts)


def own_policy(source: Source | None, park: Park | None, known: Catalogue, findings: Findings) -> Policy | None:
    if source is None:
        return None
    try:
        return policy_of(source, park, known)
    except ReadingError as error:
        findings.problems += [p for p in error.problems if p not in findings.problems]
        return None


def assumptions_of(raw: Mapping[str, object], known: Catalogue, findings: Findings) -> dict[str, Assumption]:
    out: dict[str, Assumption] = {}
    labels = {name: fact.label.zh for name, fact in known.parameters.items()}
    for name, value in raw.items():
        path = ("assumptions", name)
        if name in known.forgiven:
            continue
        if not findings.known(name, list(known.parameters), path, PARAMETER, labels):
            continue
        fact = known.parameters[name]
        try:
            out[name] = given = Spread(quantity_of(fact)).read(value)
        except QuantityError as error:
            findings.refused(error, path)
        else:
            usual = fact.assumption
            inside = usual.low <= given.low <= given.high <= usual.high
            if not inside and fact.unit != "persons/year" and not _all_or_none(given, fact.unit):  # people go with a park's size
                numbers = {"low": f"{usual.low:g}", "high": f"{usual.high:g}"}
                findings.remark("outside_declared", path, {"given": f"{given.low:g} … {given.high:g}", **numbers})
    return out


def _all_or_none(given: Assumption, unit: str) -> bool:
    """Whether a share is set to 0 % or 100 % by the design of the park, which is no unusual number but no number at all."""
    return unit == "share" and given.low == given.high and given.low in (0.0, 1.0) and given.source.startswith(BY_DESIGN)


def _shock(key: str, entry: ShockEntry, parts: Parts, findings: Findings) -> Shock:
    path = ("shocks", key)
    for name in entry.scope:
        findings.known(name, scopes_of(parts.merged), (*path, "scope"), SCOPE, scope_labels(parts.merged))
    segments = expand(entry.scope, parts.entry)
    return Shock(key, label(entry.label), segments, *entry.years, entry.demand, entry.entry, entry.source)


def _target(key: str, entry: TargetEntry, parts: Parts, known: Catalogue, findings: Findings) -> Target:
    path = ("targets", key)
    for name in entry.scope:
        findings.known(name, scopes_of(parts.merged), (*path, "scope"), SCOPE, scope_labels(parts.merged))
    value = 0.0
    labels = {name: fact.label.zh for name, fact in known.measures.items()}
    if findings.known(entry.measure, list(known.measures), (*path, "measure"), MEASURE, labels):
        value = findings.number(Quantity(known.measures[entry.measure].unit), entry.at_least, (*path, "at_least"))
    if entry.basis == "year" and entry.by % QUARTERS_PER_YEAR != QUARTERS_PER_YEAR - 1:
        findings.add("year_needs_q4", (*path, "by"))
    note = label(entry.scope_note)
    scope = expand(entry.scope, parts.entry)
    return Target(key, label(entry.label), entry.measure, scope, value, entry.by, Basis(entry.basis), entry.source, note)


def _joint(key: str, file: ScenarioFile, findings: Findings) -> JointTarget:
    entry = file.joint_targets[key]
    for i, name in enumerate(entry.targets):
        findings.known(name, findings.keys("targets"), ("joint_targets", key, "targets", i), TARGET, findings.labels("targets"))
    if key in file.targets:
        findings.add("duplicate_name", ("joint_targets", key), {"name": key})
    return JointTarget(key, label(entry.label), tuple(entry.targets))


def _judged(
    file: ScenarioFile, targets: tuple[Target, ...], joint: tuple[JointTarget, ...], findings: Findings
) -> tuple[tuple[Target, ...], tuple[JointTarget, ...]]:
    """The targets and joint sets that ``judged`` names, with the members of those sets; all without it."""
    if file.judged is None:
        return targets, joint
    allowed = [*findings.keys("targets"), *findings.keys("joint_targets")]
    for i, name in enumerate(file.judged):
        findings.known(name, allowed, ("judged", i), TARGET, findings.labels("targets") | findings.labels("joint_targets"))
    named = _judged_names(file)
    return tuple(t for t in targets if t.key in named), tuple(j for j in joint if j.key in file.judged)


def _judged_names(file: ScenarioFile) -> set[str]:
    """Targets that are judged: all, or those that ``judged`` names itself or as members of a set."""
    if file.judged is None:
        return set(file.targets)
    members = (name for key, entry in file.joint_targets.items() if key in file.judged for name in entry.targets)
    return {*file.judged, *members}
