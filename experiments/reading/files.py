"""Scenarios and policies from their files: every problem of a file at once, everything before the first run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path as FilePath

from experiments.reading.catalogue import Catalogue, declared
from experiments.reading.checking import Findings
from experiments.reading.messages import Problem, ReadingError
from experiments.reading.nodes import Mark, merge, only, without
from experiments.reading.parks import MEASURE, SCOPE, build_park, expand, label, scopes_of
from experiments.reading.quantities import Quantity, QuantityError
from experiments.reading.resolve import SHIPPED, Source, find, names_in, resolved, with_sets
from experiments.reading.schema import PARK_BLOCKS, ParkFile, PolicyFile, ScenarioFile, SettingEntry, TargetEntry
from experiments.reading.spreads import Spread
from model.facts import Assumption, Label
from model.scenario import Basis, LeverSetting, Park, Policy, Scenario, Target
from model.units import NEVER, QUARTERS_PER_YEAR

SCENARIOS, POLICIES, PARKS = ".", "policies", "parks"
LEVER = Label("政策工具", "lever")
PARAMETER = Label("参数", "parameter")
ZONE = Label("片区", "zone")
FORMAT = 1


def list_scenarios(folder: FilePath = SHIPPED) -> tuple[str, ...]:
    """Names of the scenarios in a folder, the shipped ones if none is given."""
    return names_in(folder)


def list_policies(folder: FilePath = SHIPPED) -> tuple[str, ...]:
    """Names of the policies of a scenario folder, the shipped ones if none is given."""
    return names_in(folder / POLICIES)


def read_scenario(path_or_name: str, sets: Sequence[str] = (), catalogue: Catalogue | None = None) -> Scenario:
    """A scenario with its park, ready to run.

    Parameters
    ----------
    sets : ``path=value``, each laid upon the file as one more line
    catalogue : names that the file may use; what the model declares if None

    Raises
    ------
    ReadingError
        With everything that is wrong in the scenario, its parents, its park and ``sets``.
    """
    known = declared() if catalogue is None else catalogue
    source = _source(path_or_name, SCENARIOS)
    park = _park_source(source, sets)
    tree = with_sets(source.tree, sets, None if park is None else park.tree)
    findings = Findings(without(tree, PARK_BLOCKS))
    file = findings.validated(ScenarioFile, PARK_BLOCKS)
    problems: list[Problem] = findings.problems
    built: Park | None = None
    scenario: Scenario | None = None
    if park is not None:
        merged = Findings(merge(park.tree, only(tree, PARK_BLOCKS)))
        entry = merged.validated(ParkFile)
        if entry is not None:
            _check_head(entry.format, entry.name, park.name, merged)
            built = build_park(entry, park.name, (park.path.parent, SHIPPED / "data"), known, merged)
            if file is not None:
                scenario = _scenario(file, source, entry, built, known, findings)
        problems.extend(p for p in merged.problems if p not in problems)
    if problems or file is None or built is None or scenario is None:
        raise ReadingError(problems)
    return scenario


def read_policy(path_or_name: str, park: Park | None = None, catalogue: Catalogue | None = None) -> Policy:
    """A policy; with a park its segments and zones are checked, and industries stand for their segments.

    Raises
    ------
    ReadingError
        With everything that is wrong in the policy and its parents.
    """
    known = declared() if catalogue is None else catalogue
    source = _source(path_or_name, POLICIES)
    findings = Findings(source.tree)
    file = findings.validated(PolicyFile)
    if file is None:
        raise ReadingError(findings.problems)
    _check_head(file.format, file.name, source.name, findings)
    settings = tuple(_setting(i, entry, park, known, findings) for i, entry in enumerate(file.settings))
    for i, setting in enumerate(settings):
        if any(_overlap(setting, other) for other in settings[:i]):
            findings.add("overlap", ("settings", i, "lever"), {"lever": setting.lever})
    if findings.problems:
        raise ReadingError(findings.problems)
    return Policy(source.name, label(file.title), settings, label(file.remark))


def _source(path_or_name: str, kind: str) -> Source:
    return resolved(find(path_or_name, kind, FilePath(), Mark(path_or_name, 0, 0)), kind)


def _park_source(source: Source, sets: Sequence[str]) -> Source | None:
    """The park that a scenario names, or None if it names none in words (its check then says so)."""
    node = with_sets(source.tree, [s for s in sets if s.partition("=")[0].strip() == "park"]).get("park")
    if node is None or not isinstance(node.value, str):
        return None
    return resolved(find(node.value, PARKS, source.path.parent, node.mark), PARKS)


def _check_head(given: int, name: str | None, stem: str, findings: Findings) -> None:
    if given != FORMAT:
        findings.add("format", ("format",), {"given": str(given)})
    if name is not None and name != stem:
        findings.add("name_differs", ("name",), {"name": name, "stem": stem})


def _scenario(
    file: ScenarioFile, source: Source, entry: ParkFile, park: Park | None, known: Catalogue, findings: Findings
) -> Scenario | None:
    """The scenario, or None if ``findings`` gathered problems or there is no park."""
    _check_head(file.format, file.name, source.name, findings)
    if file.clock.end <= entry.start:
        findings.add("order", ("clock", "end"), {"earlier": "start", "later": "end"})
    if file.clock.start is not None and file.clock.start != entry.start + 1:
        findings.add("order", ("clock", "start"), {"earlier": "park.start", "later": "clock.start"})
    assumptions = _assumptions(file.assumptions, known, findings)
    targets = tuple(_target(key, t, entry, known, findings) for key, t in file.targets.items())
    if file.policy is not None:
        _check_policy_exists(file.policy, source, findings)
    if findings.problems or park is None:
        return None
    return Scenario(source.name, label(file.title), park, file.clock.end, assumptions, targets, file.policy)


def _check_policy_exists(policy: str, source: Source, findings: Findings) -> None:
    try:
        find(policy, POLICIES, source.path.parent, Mark("", 0, 0))
    except ReadingError as error:
        findings.add("no_file", ("policy",), {"name": policy}, error.problems[0].hint)


def _assumptions(raw: Mapping[str, object], known: Catalogue, findings: Findings) -> dict[str, Assumption]:
    out: dict[str, Assumption] = {}
    for name, value in raw.items():
        path = ("assumptions", name)
        if not findings.known(name, list(known.parameters), path, PARAMETER):
            continue
        fact = known.parameters[name]
        low = 0.0 if fact.assumption.low >= 0.0 else -float("inf")
        high = 1.0 if fact.unit == "share" else float("inf")
        try:
            out[name] = Spread(Quantity(fact.unit, low, high)).read(value)
        except QuantityError as error:
            findings.refused(error, path)
    return out


def _target(key: str, entry: TargetEntry, park: ParkFile, known: Catalogue, findings: Findings) -> Target:
    path = ("targets", key)
    for name in entry.scope:
        findings.known(name, scopes_of(park), (*path, "scope"), SCOPE)
    value = 0.0
    if findings.known(entry.measure, list(known.measures), (*path, "measure"), MEASURE):
        value = findings.number(Quantity(known.measures[entry.measure].unit), entry.at_least, (*path, "at_least"))
    if entry.basis == "year" and entry.by % QUARTERS_PER_YEAR != QUARTERS_PER_YEAR - 1:
        findings.add("year_needs_q4", (*path, "by"))
    note = label(entry.scope_note)
    scope = expand(entry.scope, park)
    return Target(key, label(entry.label), entry.measure, scope, value, entry.by, Basis(entry.basis), entry.source, note)


def _setting(i: int, entry: SettingEntry, park: Park | None, known: Catalogue, findings: Findings) -> LeverSetting:
    path = ("settings", i)
    level = 0.0
    if findings.known(entry.lever, list(known.levers), (*path, "lever"), LEVER):
        lever = known.levers[entry.lever]
        level = findings.number(Quantity(lever.unit, lever.low, lever.high), entry.level, (*path, "level"))
    start = entry.ready if entry.start is None else entry.start
    if start is None:
        findings.add("missing_key", path, {"key": "start"})
        start = 0
    end = NEVER if entry.end is None else entry.end
    if end < start:
        findings.add("order", (*path, "end"), {"earlier": "start", "later": "end"})
    segments = tuple(entry.segments)
    if park is not None:
        scopes = ["all", *(x.key for x in park.industries), *(x.key for x in park.segments)]
        _known_all(segments, scopes, (*path, "segments"), SCOPE, findings)
        _known_all(entry.zones, [z.key for z in park.zones], (*path, "zones"), ZONE, findings)
        segments = tuple(dict.fromkeys(s for scope in segments for s in park.segments_of(scope)))
    return LeverSetting(entry.lever, level, start, end, segments, tuple(entry.zones), entry.ready)


def _overlap(a: LeverSetting, b: LeverSetting) -> bool:
    aims = [set(x.segments + x.zones) for x in (a, b)]
    same = a.lever == b.lever and (not all(aims) or bool(aims[0] & aims[1]))
    return same and a.ready is None and b.ready is None and a.start <= b.end and b.start <= a.end


def _known_all(
    names: Sequence[str], allowed: Sequence[str], path: tuple[str | int, ...], kind: Label, findings: Findings
) -> None:
    for name in names:
        findings.known(name, allowed, path, kind)
