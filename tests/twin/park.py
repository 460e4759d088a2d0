"""The twin's objects: a firm, a project, an anchor, a partner, a lab, a segment, a zone; and the park that holds them.

They are copied from the start of a world (docs/ODD.md, section 7.9).  From there on the twin goes its own way.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np

from wutong.model.codes import Fate, Stage
from wutong.model.maths import exp, log
from wutong.model.simulate import World
from wutong.model.tables import in_use
from wutong.model.units import NEVER

STEP = 0.25  # year
NOBODY = -1


@dataclass(eq=False, slots=True)
class Segment:
    number: int
    key: Any
    facts: Any  # what the park file says and the world drew, see model.given.SEGMENT
    unmet: float = 0.0
    unmet_start: float = 0.0
    inputs: float = 0.0
    inputs_start: float = 0.0
    demand_scale: float = 0.0
    knowledge: float = 0.0
    knowledge_start: float = 0.0
    growth_shock: float = 0.0
    entry_base: float = 0.0
    policy: Any = None  # effects of levers in this quarter


@dataclass(eq=False, slots=True)
class Zone:
    number: int
    own_plants: bool
    floor: float
    occupied: float
    rent: float
    rent_start: float

    @property
    def occupancy(self) -> float:
        return self.occupied / self.floor if self.floor > 0.0 else 0.0


@dataclass(eq=False, slots=True)
class Lab:
    number: int
    key: Any
    opens: int
    closes: int
    budget: float
    maturity: float
    university: bool
    fields: list[float]
    fields_summed: list[float]
    research: list[Research] = field(default_factory=list)

    def is_open(self, quarter: int) -> bool:
        return self.opens <= quarter < self.closes


@dataclass(eq=False, slots=True)
class Research:
    key: Any
    stage: int
    until: int


@dataclass(eq=False, slots=True)
class Anchor:
    slot: int
    key: Any
    segment: Segment
    name: int
    kind: int
    signs: int
    closes: int
    stage: int
    exposure: float
    partners_in_all: int
    partners_signed: int
    investment: float
    firm: Firm | None = None
    project: Project | None = None
    outside: list[Partner] = field(default_factory=list)
    pull: float = 0.0


@dataclass(eq=False, slots=True)
class Partner:
    key: Any
    segment: Segment
    resistance: float


@dataclass(eq=False, slots=True)
class Project:
    key: Any
    segment: Segment
    channel: int
    signed: int
    investment: float
    luck: float
    capacity: float
    quality: float
    opening_share: float
    lag: float
    leads: Anchor | None = None
    anchor: Anchor | None = None
    round: int = 0
    progress: float = 0.0
    started: int | None = None
    fate: int = Fate.PENDING


@dataclass(eq=False, slots=True)
class Firm:
    key: Any
    segment: Segment
    zone: Zone
    channel: int
    born: int
    employees: float
    quality: float
    outside_demand: float
    ramp: float
    revenue: float
    life: float
    spin_off_left: float
    leads: Anchor | None = None
    anchor: Anchor | None = None
    lab: Lab | None = None
    round: int = 0
    customer: Firm | None = None
    customer_lost: int = 0
    momentum: float = 1.0
    orders: float = 0.0
    exit_rate: float = 0.0
    spin_off_rate: float = 0.0
    reserved: float = 0.0
    dies: bool = False

    @property
    def floor(self) -> float:
        return self.employees * float(self.segment.facts.floor_per_head)


@dataclass(eq=False, slots=True)
class Arrival:
    """Somebody who decided to come."""

    key: Any
    segment: Segment
    channel: int
    anchor: Anchor | None = None
    lab: Lab | None = None
    round: int = 0
    customer: Firm | None = None
    parent: Firm | None = None
    inherited: float = 1.0


@dataclass(eq=False, slots=True)
class Newcomer:
    """Somebody who asks to open: a firm that still looks for a zone."""

    firm: Firm
    own_plant: bool
    parent: Firm | None = None


class Book:
    """What is noted in a quarter: amounts by measure and by row of its axis."""

    def __init__(self) -> None:
        self.amounts: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))

    def note(self, measure: str, row: int, amount: float = 1.0) -> None:
        self.amounts[measure][row] += amount


@dataclass(eq=False)
class Park:
    """A world on its way."""

    given: Any
    parameters: dict[str, Any]  # by rule, a namespace each
    levers: Any
    key: Any
    start: int
    quarter: int
    segments: list[Segment]
    zones: list[Zone]
    anchors: list[Anchor]
    labs: list[Lab]
    firms: list[Firm]
    projects: list[Project]
    released: float
    policy: Any = None  # effects of levers in this quarter
    lever_floor: Any = None  # m2 that levers add in this quarter, by zone
    arrivals: list[Arrival] = field(default_factory=list)
    openings: list[tuple[Project, Firm | None]] = field(default_factory=list)  # projects that open, and their customers
    book: Book = field(default_factory=Book)

    def begin(self, quarter: int) -> None:
        """A new quarter: an empty book, and the effects of the policy."""
        step = quarter - self.start - 1
        self.quarter, self.book, self.arrivals, self.openings = quarter, Book(), [], []
        self.policy = plain(self.levers.park[step])
        self.lever_floor = self.levers.floor[step].tolist()
        for segment in self.segments:
            segment.policy = plain(self.levers.segment[step, segment.number])

    def output_per_head(self, segment: Segment) -> float:
        """Output a head at mean quality this quarter, pi(t) of the description."""
        years = (self.quarter - self.start) * STEP
        return float(segment.facts.productivity * exp(years * log(1.0 + segment.facts.productivity_growth)))

    def since(self, quarters: int) -> list[Firm]:
        """Firms born so many quarters ago or later."""
        return [firm for firm in self.firms if firm.born >= self.quarter - quarters]


def plain(record: Any) -> SimpleNamespace:
    """A record as plain numbers by name."""
    return SimpleNamespace(**dict(zip(record.dtype.names, record.tolist(), strict=True)))


# ── The start ────────────────────────────────────────────────────────────────────────────────────────────────────────
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
    state = {name: float(row[name]) for name in (*names, "growth_shock", "entry_base")}
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
    return None if link == NOBODY else rows[link]


def operates(anchor: Anchor) -> bool:
    return anchor.stage == Stage.OPERATING
