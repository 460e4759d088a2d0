"""Policies: dated settings of levers, from a file of their own or within a scenario; without a start from the first quarter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path as FilePath

from wutong.experiments.reading.catalogue import Catalogue, declared
from wutong.experiments.reading.checking import Findings
from wutong.experiments.reading.heads import check_name, label
from wutong.experiments.reading.messages import ReadingError, without_follow_ons
from wutong.experiments.reading.nodes import Mark, Node
from wutong.experiments.reading.quantities import Quantity
from wutong.experiments.reading.resolve import POLICIES, Source, find, resolved
from wutong.experiments.reading.schema import PolicyFile, SettingEntry
from wutong.experiments.reading.understanding import Understanding, declared_names, names_of_park
from wutong.model.facts import Label
from wutong.model.scenario import LeverSetting, Park, Policy
from wutong.model.units import NEVER

LEVER = Label("政策工具", "lever")
SCOPE = Label("范围", "scope")
ZONE = Label("片区", "zone")
AIMS = {"segments": Label("环节（segments）", "segments"), "zones": Label("片区（zones）", "zones")}
READY = Label("建成时间（ready）", "date of being ready (ready)")


def read_policy(
    path_or_name: str, park: Park | None = None, catalogue: Catalogue | None = None, near: FilePath | None = None
) -> Policy:
    """A policy; with a park its segments and zones are checked, and industries stand for their segments.

    Parameters
    ----------
    near : folder whose ``policies`` are looked through beside the shipped ones; the current one if None

    Raises
    ------
    ReadingError
        With everything that is wrong in the policy and its parents.
    """
    return policy_of(policy_source(path_or_name, near or FilePath()), park, declared() if catalogue is None else catalogue)


def policy_source(path_or_name: str, near: FilePath, said: Mark | None = None) -> Source:
    """The resolved file of a policy.

    Raises
    ------
    ReadingError
        If it is missing or cannot be read.
    """
    return resolved(find(path_or_name, POLICIES, near, said or Mark(path_or_name, 0, 0)), POLICIES)


def policy_within(node: Node, scenario: Source) -> Source:
    """The policy that a scenario writes out, called by its ``name`` or else like the scenario."""
    name = node.get("name")
    own = name.value if name is not None and isinstance(name.value, str) else scenario.name
    return Source(node, own, scenario.path)


def policy_of(source: Source, park: Park | None, known: Catalogue) -> Policy:
    """The policy of a resolved file.

    Raises
    ------
    ReadingError
        With everything that is wrong in it.
    """
    words = Understanding({**declared_names(known), **({} if park is None else names_of_park(park))})
    findings = Findings(words.entry(source.tree, PolicyFile))
    file = findings.validated(PolicyFile)
    policy = None
    if file is not None:
        check_name(file.name, source.name, findings)
        settings = tuple(_setting(i, entry, park, known, findings) for i, entry in enumerate(file.settings))
        for i, setting in enumerate(settings):
            first = next((n for n, other in enumerate(settings[:i]) if setting.overlaps(other)), None)
            if first is not None:
                line = findings.line(("settings", first))
                findings.add("overlap", ("settings", i, "lever"), {"lever": setting.lever, "line": str(line)})
        policy = Policy(source.name, label(file.title), settings, label(file.remark))
    problems = without_follow_ons(source.problems, findings.problems)
    if problems or policy is None:
        raise ReadingError(problems)
    return policy


def _setting(i: int, entry: SettingEntry, park: Park | None, known: Catalogue, findings: Findings) -> LeverSetting:
    path = ("settings", i)
    level = 0.0
    labels = {key: lever.label.zh for key, lever in known.levers.items()}
    if findings.known(entry.lever, list(known.levers), (*path, "lever"), LEVER, labels):
        lever = known.levers[entry.lever]
        level = findings.number(Quantity(lever.unit, lever.low, lever.high), entry.level, (*path, "level"))
        _check_aims(path, entry, lever.target, findings)
    start = next((q for q in (entry.ready, entry.start) if q is not None), 0 if park is None else park.start + 1)
    end = NEVER if entry.end is None else entry.end
    if end < start:
        findings.add("order", (*path, "end"), {"earlier": "start", "later": "end"})
    segments = tuple(entry.segments)
    if park is not None:
        names = names_of_park(park)
        _known_all(segments, names["scopes"], (*path, "segments"), SCOPE, findings)
        _known_all(entry.zones, names["zones"], (*path, "zones"), ZONE, findings)
        segments = tuple(dict.fromkeys(s for scope in segments for s in park.segments_of(scope)))
    return LeverSetting(entry.lever, level, start, end, segments, tuple(entry.zones), entry.ready)


def _check_aims(path: tuple[str | int, ...], entry: SettingEntry, target: str, findings: Findings) -> None:
    """Refuse segments, zones or a date of being ready where the lever has none."""
    for key, aim in AIMS.items():
        if getattr(entry, key) and target != key:
            findings.add("no_aim", (*path, key), {"lever": entry.lever, "aim_zh": aim.zh, "aim_en": aim.en})
    if entry.ready is not None and target != "zones":
        findings.add("no_aim", (*path, "ready"), {"lever": entry.lever, "aim_zh": READY.zh, "aim_en": READY.en})
    elif entry.ready is not None and (entry.start is not None or entry.end is not None):
        findings.add("ready_alone", (*path, "ready"))


def _known_all(
    names: Sequence[str], allowed: Mapping[str, Label], path: tuple[str | int, ...], kind: Label, findings: Findings
) -> None:
    for name in names:
        findings.known(name, list(allowed), path, kind, {key: label.zh for key, label in allowed.items()})
