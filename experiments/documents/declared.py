"""Tables of what the code declares: columns, parameters, levers, measures, channels, stages, random draws."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping

from wutong.experiments.documents.markdown import code, plain, table
from wutong.model.assumptions import parameter_facts
from wutong.model.codes import Channel, Direction, Fate, Stage
from wutong.model.facts import Assumption, ParameterFact, Shape
from wutong.model.lever_effects import Effects
from wutong.model.levers import LEVERS, Target
from wutong.model.measures import MEASURES
from wutong.model.schedule import SCHEDULE
from wutong.model.tables import TABLES

SHAPES = {
    Shape.FIXED: "fixed",
    Shape.UNIFORM: "uniform",
    Shape.LOG_UNIFORM: "log-uniform",
    Shape.TRIANGULAR: "triangular",
}
CHANNELS: Mapping[enum.IntEnum, str] = {
    Channel.INITIAL: "operating when the run starts",
    Channel.SCHEDULED: "a named anchor of the park file opens",
    Channel.RECRUITED: "a candidate won during the run opens",
    Channel.FOLLOWED: "a tied partner of an anchor lands in this park",
    Channel.LAB_SPIN_OFF: "a start-up from a laboratory that stays",
    Channel.FIRM_SPIN_OFF: "staff of a firm found their own and stay; seed money and incubators may add some",
    Channel.ATTRACTED: "generic entry: drawn by the segment's conditions, not by one anchor",
}
STAGES: Mapping[enum.IntEnum, str] = {
    Stage.PLANNED: "named in the scenario, not signed yet: no pull",
    Stage.SIGNED: "contract signed: weak pull",
    Stage.STARTED: "under construction: full pull",
    Stage.OPERATING: "its firm operates: full pull",
    Stage.CLOSED: "closed, cancelled, or its firm is gone: no pull",
}
FATES: Mapping[enum.IntEnum, str] = {
    Fate.PENDING: "under way",
    Fate.OPENED: "opens this quarter",
    Fate.CANCELLED: "given up this quarter",
}

DIRECTIONS: Mapping[enum.IntEnum, str] = {
    Direction.NEITHER: "no link, or the same segment",
    Direction.UPSTREAM: "the anchor's segment spends at least the linked share there, and no smaller a share than the other way",
    Direction.DOWNSTREAM: "not upstream, and it spends at least the linked share of its revenue on the anchor's segment",
}


def owners() -> dict[str, str]:
    """Rule that writes each column or table, by name."""
    return {path: rule.name for rule in SCHEDULE for path in rule.writes}


def columns() -> str:
    """One table a table of entities: column, unit, names, bounds, and the rule that writes it."""
    parts = []
    for name, kind in TABLES.items():
        summary = (kind.__doc__ or "").strip().splitlines()[0]
        parts.append(f"**{code(name)}** — {summary}\n\n{_columns_of(name, kind)}")
    return "\n\n".join(parts)


def _columns_of(name: str, kind: type) -> str:
    by = owners()
    rows = []
    for field in dataclasses.fields(kind):
        fact = field.metadata
        writer = by.get(f"{name}.{field.name}", by.get(name, "–"))
        low = "" if fact["low"] == float("-inf") else f"≥ {plain(fact['low'])}"
        high = "" if fact["high"] == float("inf") else f"≤ {plain(fact['high'])}"
        label = fact["label"]
        rows.append((code(field.name), fact["unit"], label.en, label.zh, " ".join((low, high)).strip(), writer))
    return table(("Column", "Unit", "Meaning", "中文", "Bounds", "Written by rule"), rows)


def parameters(given: Mapping[str, Assumption]) -> str:
    """One table an owner of parameters.

    Parameters
    ----------
    given : what the scenario draws in their place, by name
    """
    groups: dict[str, list[ParameterFact]] = {}
    for fact in parameter_facts().values():
        groups.setdefault(fact.name.partition(".")[0], []).append(fact)
    header = ("Parameter", "Unit", "Default", "Range", "Shape", "Tag", "Meaning", "中文", "Source")
    return "\n\n".join(
        f"**{owner}**\n\n{table(header, [_parameter(fact, given.get(fact.name)) for fact in facts])}"
        for owner, facts in groups.items()
    )


def _parameter(fact: ParameterFact, given: Assumption | None) -> tuple[str, ...]:
    a = fact.assumption
    spread = "–" if a.shape is Shape.FIXED else f"{plain(a.low)} – {plain(a.high)}"
    shape = SHAPES[a.shape] + (f", 0 with chance {plain(a.null_prob)}" if a.null_prob else "")
    shape += f"; here from {code(given.drawn_with)}" if given is not None and given.drawn_with else ""
    names = (fact.label.en, fact.label.zh)
    return (code(fact.name), fact.unit, plain(a.default), spread, shape, fact.tag.value, *names, a.source)


def levers() -> str:
    rows = []
    for lever in LEVERS.values():
        aim = "the whole park" if lever.target is Target.PARK else lever.target.value
        how = "divided" if lever.extensive else "holds for each"
        rows.append((
            code(lever.key), f"{lever.label.en} {lever.label.zh}", lever.unit, f"{plain(lever.low)} – {plain(lever.high)}",
            aim if lever.target is Target.PARK else f"{aim} ({how})", plain(lever.delay), lever.cost.en, lever.evidence,
        ))  # fmt: skip
    return table(("Lever", "Name", "Unit", "Bounds", "Aimed at", "Delay, quarters", "Cost", "Evidence"), rows)


def effects() -> str:
    """Named effects of the levers, each with how contributions combine."""
    combined = {1.0: "multiply", 0.0: "add"}
    rows = [
        (code(f.name), f.metadata["en"], plain(f.metadata["neutral"]), combined[f.metadata["neutral"]])
        for f in dataclasses.fields(Effects)
    ]
    return table(("Effect", "On what", "Neutral value", "Contributions"), rows)


def measures() -> str:
    rows = [
        (code(fact.key), fact.label.en, fact.label.zh, fact.unit, fact.kind.value, fact.axis.value, fact.definition.en)
        for fact in MEASURES.values()
    ]
    return table(("Measure", "Name", "中文", "Unit", "Kind", "Axis", "Definition"), rows)


def channels() -> str:
    return _enumeration(CHANNELS, "Channel")


def stages() -> str:
    return _enumeration(STAGES, "Stage of an anchor") + "\n\n" + _enumeration(FATES, "Fate of a project")


def _enumeration(meaning: Mapping[enum.IntEnum, str], head: str) -> str:
    rows = ((str(int(member)), member.name.lower().replace("_", " "), text) for member, text in meaning.items())
    return table(("Code", head, "Meaning"), rows)


def directions() -> str:
    return _enumeration(DIRECTIONS, "Segment of the other firm")
