"""The start of a world (docs/ODD.md, section 7.9) as the twin's plain objects: from there on the twin goes its own way."""

from __future__ import annotations

from typing import Any

from tests.twin.park import Anchor, Firm, Lab, Park, Partner, Project, Research, Segment, Zone, plain
from wutong.model.tables import NONE, in_use
from wutong.model.units import NEVER
from wutong.model.world import World


def copy_of_start(world: World) -> Park:
    """A world at its start as plain objects."""
    given, tables = world.given, world.park
    segments = [_segment(i, row, given.segment[i]) for i, row in enumerate(tables.cells)]
    last = given.n_zones - 1
    zones = [Zone(i, i == last, *map(float, (z.floor, z.occupied, z.rent, z.rent_start))) for i, z in enumerate(tables.zones)]
    labs = [_lab(i, row, given) for i, row in enumerate(in_use(tables.labs))]
    for row in in_use(tables.research):
        labs[row.lab].research.append(Research(row.key, int(row.stage), int(row.until)))
    anchors = [_anchor(i, row, segments) for i, row in enumerate(in_use(tables.anchors))]
    for row in in_use(tables.partners):
        anchors[row.anchor].outside.append(Partner(row.key, segments[row.segment], float(row.resistance)))
    return Park(
        given=given,
        parameters={rule: plain(getattr(world.parameters, rule)[0]) for rule in world.parameters._fields},
        levers=world.levers,
        key=tables.world[0].key,
        start=given.start,
        quarter=given.start,
        segments=segments,
        zones=zones,
        anchors=anchors,
        labs=labs,
        firms=_firms(in_use(tables.firms), segments, zones, anchors, labs),
        projects=[_project(row, segments, anchors) for row in in_use(tables.projects)],
        released=float(tables.world[0].released),
    )


def _segment(number: int, row: Any, facts: Any) -> Segment:
    names = ("unmet", "unmet_start", "inputs", "inputs_start", "demand_scale", "knowledge", "knowledge_start")
    state = {name: float(row[name]) for name in (*names, "swing", "pool_swing", "entry_base")}
    return Segment(number, row.key, plain(facts), **state)


def _lab(number: int, row: Any, given: Any) -> Lab:
    shares = given.lab_fields[number].tolist(), given.lab_fields_summed[number].tolist()
    times = int(row.opens), int(row.closes)
    return Lab(number, row.key, *times, float(row.budget), float(row.maturity), bool(given.lab_university[number]), *shares)


def _anchor(slot: int, row: Any, segments: list[Segment]) -> Anchor:
    whole = [int(row[name]) for name in ("name", "kind", "signs", "closes", "stage")]
    counts = int(row.partners), int(row.partners_signed)
    return Anchor(slot, row.key, segments[row.segment], *whole, float(row.exposure), *counts, float(row.investment))


def _project(row: Any, segments: list[Segment], anchors: list[Anchor]) -> Project:
    names = ("investment", "luck", "capacity", "quality", "opening_share", "lag")
    amounts = [float(row[name]) for name in names]
    project = Project(row.key, segments[row.segment], int(row.channel), int(row.signed), *amounts)
    project.progress, project.round = float(row.progress), int(row.generation)
    project.leads = one_of(anchors, row.leads)
    project.anchor = one_of(anchors, row.anchor)
    project.started = int(row.started) if row.started < NEVER else None
    if project.leads is not None:
        project.leads.project = project
    return project


def _firms(rows: Any, segments: list[Segment], zones: list[Zone], anchors: list[Anchor], labs: list[Lab]) -> list[Firm]:
    firms = []
    names = ("employees", "quality", "outside_demand", "ramp", "revenue", "life", "spin_off_left")
    for row in rows:
        amounts = [float(row[name]) for name in names]
        firm = Firm(row.key, segments[row.segment], zones[row.zone], int(row.channel), int(row.born), *amounts)
        firm.leads, firm.anchor, firm.lab = one_of(anchors, row.leads), one_of(anchors, row.anchor), one_of(labs, row.lab)
        firm.round, firm.customer_lost = int(row.generation), int(row.customer_lost)
        firm.momentum, firm.orders = float(row.momentum), float(row.orders)
        firm.exit_rate, firm.spin_off_rate = float(row.exit_rate), float(row.spin_off_rate)
        if firm.leads is not None:
            firm.leads.firm = firm
        firms.append(firm)
    for firm, row in zip(firms, rows, strict=True):
        firm.customer = one_of(firms, row.customer)
    return firms


def one_of(rows: list[Any], link: int) -> Any:
    """The object behind a link of the tables."""
    return None if link == NONE else rows[link]
