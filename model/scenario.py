"""What a case is made of: park, scenario, policy.  Frozen before the first step; built from files by experiments.reading."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from wutong.model.facts import Assumption, Label
from wutong.model.units import NEVER

RECRUITED = "recruited"  # name of the anchors recruited during a run, together


class Plant(enum.StrEnum):
    """How a segment's firms are housed, and so how much floor a head takes."""

    OFFICE = "office"
    PLANT = "plant"
    FAB = "fab"


class Status(enum.StrEnum):
    """Stage of an anchor or a lab when the run starts."""

    PLANNED = "planned"
    SIGNED = "signed"
    STARTED = "started"
    OPERATING = "operating"


@dataclass(frozen=True)
class Industry:
    key: str
    label: Label
    pool_trend: Assumption  # 1/year, at the start


@dataclass(frozen=True)
class Segment:
    """One link of the chain.  Values with a range are drawn once per world; segments of an industry share the draw."""

    key: str
    industry: str
    label: Label
    sector: str  # of the national input-output table
    plant: Plant
    firms: Assumption  # operating at the start
    staff: Assumption  # heads at the start
    revenue_per_head: Assumption  # 亿元/year a head
    growth: Assumption  # 1/year, outside demand
    productivity_growth: Assumption  # 1/year
    entry: Assumption  # firms/year, or share of the initial firms/year where entry_per_firm
    entry_per_firm: bool
    through_funnel: bool  # an entrant is a project first (hardware), or operates next quarter (software, services)
    value_added_share: Assumption  # of revenue
    localisable_share: Assumption  # of what others buy from this segment
    local_capacity_share: Assumption  # of its capacity that may serve local buyers
    size_spread: float  # sd of the logarithm of staff
    branch_plant: bool  # its plants seldom spin off
    spin_off_segment: str  # where children of its firms work
    lag_factor: float = 1.0  # on the lag from signing to opening
    buyer_segment: str | None = None  # whose firms its firms may name as customer
    recruit_weight: float = 0.0  # among candidates for new anchors
    partner_kind: str | None = None  # of an anchor recruited in this segment


@dataclass(frozen=True)
class Place:
    """Where a zone stands on a sketch, on any scale: for pictures only, and no survey."""

    east: float
    north: float


@dataclass(frozen=True)
class Zone:
    key: str
    label: Label
    plants: tuple[Plant, ...]  # kinds of firm it houses
    share: Assumption  # of its kinds' initial floor in use
    occupancy: Assumption | None  # in use / floor space at the start; None where the floor itself is known
    additions: tuple[tuple[int, float], ...] = ()  # (quarter, m2) under way whatever the policy
    floor: Assumption | None = None  # m2 at the start, and never less than what is in use
    place: Place | None = None
    sites: Label = field(default_factory=lambda: Label("", ""))  # that stand there, for pictures


@dataclass(frozen=True)
class PartnerKind:
    """Whom an anchor of this kind draws: how many partners, and over which segments."""

    key: str
    label: Label
    partners: Assumption | None  # None: those of a laptop maker
    shares: Mapping[str, float]  # segment -> share, summing to 1


@dataclass(frozen=True)
class Anchor:
    key: str
    label: Label
    segment: str
    partner_kind: str | None  # None: no tied partners
    status: Status
    signed: int  # quarter
    opens: int | None  # declared opening, if any
    investment: Assumption  # 亿元, contract
    revenue: Assumption | None  # 亿元/year at the start or at full output; None: from investment
    jobs: Assumption | None
    opening_share: Assumption
    partners_came_before: bool = False  # all its partners had signed before the start
    punctual: bool = False  # a declared opening is kept to the quarter
    closes: int = NEVER
    source: str = ""


@dataclass(frozen=True)
class Lab:
    key: str
    label: Label
    status: Status
    opened: int  # quarter, real or declared
    budget: Assumption  # 亿元/year
    university: bool
    fields: Mapping[str, float]  # segment -> weight, summing to 1
    opening_share: Assumption
    source: str = ""
    closes: int = NEVER


@dataclass(frozen=True)
class Constraint:
    """A sum over segments that an accepted start must meet."""

    quantity: str  # firms, staff, revenue, value_added
    segments: tuple[str, ...]
    low: float
    high: float
    source: str


@dataclass(frozen=True)
class Pipeline:
    """Projects signed since launch and their contracts, by year of signing; named anchors are among them."""

    signed: tuple[tuple[int, int], ...]  # (quarter, projects)
    investment_mean: Assumption  # 亿元 a project, contract, apart from the named anchors
    source: str


@dataclass(frozen=True)
class Observed:
    """A figure seen in a source, drawn beside the trajectory of its measure."""

    measure: str
    scope: str
    quarter: int
    value: float
    source: str


@dataclass(frozen=True)
class Park:
    name: str
    label: Label
    start: int  # quarter at whose end the state is given
    industries: tuple[Industry, ...]
    segments: tuple[Segment, ...]
    zones: tuple[Zone, ...]
    purchases: tuple[tuple[float, ...], ...]  # [buying segment][selling segment], share of the buyer's revenue
    partner_kinds: tuple[PartnerKind, ...]
    anchors: tuple[Anchor, ...]
    labs: tuple[Lab, ...]
    pipeline: Pipeline
    constraints: tuple[Constraint, ...]
    observed: tuple[Observed, ...] = ()

    def segments_of(self, scope: str) -> tuple[str, ...]:
        """Keys of the segments in a scope: ``all``, an industry or a segment."""
        return tuple(s.key for s in self.segments if scope in ("all", s.industry, s.key))


@dataclass(frozen=True)
class Shock:
    """A change of the world outside, in some calendar years: of demand there, and of firms looking for a site."""

    key: str
    label: Label
    segments: tuple[str, ...]
    first: int  # calendar year
    last: int  # calendar year
    demand: Assumption  # share by which outside demand changes in each of these years, beyond what it does anyway
    entry: Assumption  # share by which the firms looking for a site are more or fewer during these years
    source: str = ""


class Basis(enum.StrEnum):
    """How a target is read off a trajectory."""

    LEVEL = "level"  # at the end of the quarter
    YEAR = "year"  # sum over the calendar year that ends with the quarter


@dataclass(frozen=True)
class Target:
    key: str
    label: Label
    measure: str
    segments: tuple[str, ...]
    at_least: float
    by: int  # quarter
    basis: Basis
    source: str
    note: Label = field(default_factory=lambda: Label("", ""))


@dataclass(frozen=True)
class JointTarget:
    """Targets that count together: reached when all of them are, in one and the same world."""

    key: str
    label: Label
    targets: tuple[str, ...]


@dataclass(frozen=True)
class LeverSetting:
    """A lever at a level from the start of one quarter to the end of another."""

    lever: str
    level: float
    start: int
    end: int = NEVER
    segments: tuple[str, ...] = ()  # empty: all
    zones: tuple[str, ...] = ()  # for space only; empty: all
    ready: int | None = None  # for space only: the whole level, in 万 m2, is ready in this quarter

    def overlaps(self, other: LeverSetting) -> bool:
        """Whether both set one lever at one time for one aim; what is ready at once adds up and never does."""
        aims, others = set(self.segments + self.zones), set(other.segments + other.zones)
        same = self.lever == other.lever and (not aims or not others or bool(aims & others))
        return same and self.ready is None and other.ready is None and self.start <= other.end and other.start <= self.end


@dataclass(frozen=True)
class Policy:
    name: str
    title: Label
    settings: tuple[LeverSetting, ...]
    note: Label = field(default_factory=lambda: Label("", ""))


NO_NEW_POLICY = Policy("none", Label("不新增政策", "No new policy"), ())


@dataclass(frozen=True)
class Scenario:
    name: str
    title: Label
    park: Park
    end: int  # last quarter
    assumptions: Mapping[str, Assumption]  # parameter name -> what replaces its declared range
    targets: tuple[Target, ...]
    policy: Policy | None = None  # under which it runs where no other is named
    joint_targets: tuple[JointTarget, ...] = ()
    shocks: tuple[Shock, ...] = ()


@dataclass(frozen=True)
class Case:
    """Scenario x policy x replication.  A world's chance depends on (seed, replication) alone."""

    scenario: Scenario
    policy: Policy
    replication: int
    seed: int = 1
