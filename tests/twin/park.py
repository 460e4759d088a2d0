"""The twin's objects: a firm, a project, an anchor, a partner, a lab, a segment, a zone; and the park that holds them.

Links are the objects themselves, or None.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from wutong.model.codes import Fate
from wutong.model.maths import exp, log

STEP = 0.25  # year


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
    swing: float = 0.0
    pool_swing: float = 0.0
    drift: float = 1.0
    pool: float = 1.0
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
    swing: float = 0.0
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
