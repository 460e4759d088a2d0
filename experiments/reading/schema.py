"""What a park, a scenario and a policy file may say: names, kinds and units, strictly."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wutong.experiments.reading.entry import Entry, LabelEntry, Sourced, WordsEntry
from wutong.experiments.reading.kinds import (
    NO_CHANGE,
    NONE_LOCAL,
    Area,
    ByParameter,
    Count,
    FateList,
    Goals,
    Judged,
    Lever,
    Measure,
    Money,
    Number,
    OneIndustry,
    OneScope,
    OneSegment,
    PartnerKey,
    Quarter,
    Scopes,
    Share,
    SharesBySegment,
    SpreadArea,
    SpreadCapacity,
    SpreadChange,
    SpreadEntry,
    SpreadFirms,
    SpreadInvestment,
    SpreadJobs,
    SpreadNumber,
    SpreadOccupancy,
    SpreadOutput,
    SpreadOutputPerHead,
    SpreadPersons,
    SpreadRate,
    SpreadShare,
    Years,
    Zones,
)
from wutong.model.facts import Assumption, Shape
from wutong.model.units import LAST_YEAR

Stage = Literal["planned", "signed", "started", "operating"]


class IndustryEntry(Sourced):
    label: LabelEntry
    pool_trend: SpreadRate
    value_added_factor: SpreadNumber = Assumption(1.0, 1.0, 1.0, Shape.FIXED)


class SegmentEntry(Sourced):
    label: LabelEntry
    industry: OneIndustry
    sector: str | None = None
    plant: Literal["office", "plant", "fab"]
    firms: SpreadFirms
    staff: SpreadPersons
    revenue_per_head: SpreadOutputPerHead | None = None
    revenue: SpreadOutput | None = None
    growth: SpreadRate
    productivity_growth: SpreadRate
    value_added_share: SpreadShare | None = None
    entry: SpreadEntry | None = None
    entry_share: SpreadRate | None = None
    through_funnel: bool = False
    localisable_share: SpreadShare = NONE_LOCAL
    local_capacity_share: SpreadShare = NONE_LOCAL
    size_spread: Number
    branch_plant: bool = False
    lag_factor: Number = 1.0
    spin_off_segment: OneSegment | None = None
    buyer_segment: OneSegment | None = None
    recruit_weight: Number = 0.0
    partner_kind: PartnerKey | None = None


class AdditionEntry(Sourced):
    quarter: Quarter
    floor: Area


class PlaceEntry(Sourced):
    east: Number
    north: Number


class ZoneEntry(Sourced):
    label: LabelEntry
    plants: list[Literal["office", "plant", "fab"]]
    share: SpreadShare
    occupancy: SpreadOccupancy | None = None
    floor: SpreadArea | None = None
    additions: list[AdditionEntry] = Field(default_factory=list)
    place: PlaceEntry | None = None
    sites: WordsEntry = WordsEntry(zh="", en="")


class PartnerKindEntry(Sourced):
    label: LabelEntry
    partners: SpreadFirms | None
    shares: SharesBySegment


class AnchorEntry(Sourced):
    label: LabelEntry
    segment: OneSegment
    partner_kind: PartnerKey | None = None
    status: Stage = "planned"
    signed: Quarter
    opens: Quarter | None = None
    investment: SpreadInvestment
    revenue: SpreadCapacity | None = None
    jobs: SpreadJobs | None = None
    opening_share: SpreadShare = Assumption(0.75, 0.4, 1.0, source="assumption: signed")
    partners_came_before: bool = False
    fate: FateList = ()


class LabEntry(Sourced):
    label: LabelEntry
    status: Stage
    opens: Quarter
    closing: Quarter | None = None
    budget: SpreadOutput
    university: bool
    fields: SharesBySegment
    opening_share: SpreadShare


class PipelineEntry(Sourced):
    since: Quarter
    signed: dict[str, Count]
    contracts: Money


class TradeEntry(Sourced):
    coefficients: str
    value_added: str
    own_sector_factor: Share
    splits: dict[str, dict[str, Share]]
    buyer_splits: dict[str, dict[str, dict[str, Share]]] = Field(default_factory=dict)
    beyond_table: dict[str, dict[str, SpreadShare]] = Field(default_factory=dict)


class ConstraintEntry(Sourced):
    quantity: Literal["firms", "staff", "revenue", "value_added"]
    scope: Scopes
    range: list[object]
    source: str


class SeriesEntry(Entry):
    """Rows of a data file that belong together: those with this indicator, and this unit if it is given."""

    file: str
    indicator: str
    unit: str | None = None
    factor: Number = 1.0


class ObservedEntry(Sourced):
    """One figure (``quarter``, ``value``, ``source``), or a whole ``series``."""

    measure: Measure
    scope: OneScope
    quarter: Quarter | None = None
    value: object = None
    series: SeriesEntry | None = None


class ParkFile(Sourced):
    format: int = 1
    name: str | None = None
    label: LabelEntry
    remark: WordsEntry = WordsEntry(zh="", en="")
    extends: str | None = None
    start: Quarter
    industries: dict[str, IndustryEntry]
    segments: dict[str, SegmentEntry]
    zones: dict[str, ZoneEntry]
    partner_kinds: dict[str, PartnerKindEntry] = Field(default_factory=dict)
    trade: TradeEntry | None = None
    anchors: dict[str, AnchorEntry] = Field(default_factory=dict)
    labs: dict[str, LabEntry] = Field(default_factory=dict)
    pipeline: PipelineEntry | None = None
    constraints: list[ConstraintEntry] = Field(default_factory=list)
    observed: list[ObservedEntry] = Field(default_factory=list)


class ClockEntry(Entry):
    start: Quarter | None = None
    end: Quarter


class TargetEntry(Sourced):
    label: LabelEntry
    measure: Measure
    scope: Scopes
    at_least: object
    by: Quarter
    basis: Literal["level", "year"] = "level"
    source: str
    scope_note: WordsEntry = WordsEntry(zh="", en="")


class JointEntry(Sourced):
    label: LabelEntry
    targets: Goals


class ShockEntry(Sourced):
    label: LabelEntry
    scope: Scopes
    years: Years
    demand: SpreadChange = NO_CHANGE
    entry: SpreadChange = NO_CHANGE


class SettingEntry(Sourced):
    lever: Lever
    level: object
    start: Quarter | None = None
    end: Quarter | None = None
    ready: Quarter | None = None
    segments: Scopes = Field(default_factory=list)
    zones: Zones = Field(default_factory=list)


class PolicyFile(Sourced):
    standins = {"title": "", "settings": []}  # noqa: RUF012

    format: int = 1
    name: str | None = None
    title: LabelEntry
    extends: str | None = None
    remark: WordsEntry = WordsEntry(zh="", en="")
    settings: list[SettingEntry]


class ScenarioFile(Sourced):
    """A scenario's own keys; beside them it may repeat any block of its park, to change what stands there."""

    standins = {"title": "", "park": "", "clock": {"end": f"{LAST_YEAR}Q4"}}  # noqa: RUF012

    format: int = 1
    name: str | None = None
    title: LabelEntry
    remark: WordsEntry = WordsEntry(zh="", en="")
    extends: str | None = None
    park: str | dict[str, object]
    clock: ClockEntry
    policy: str | dict[str, object] | None = None
    anchor_fate: FateList = ()
    posteriors: list[str] = Field(default_factory=list)
    assumptions: ByParameter = Field(default_factory=dict)
    shocks: dict[str, ShockEntry] = Field(default_factory=dict)
    targets: dict[str, TargetEntry] = Field(default_factory=dict)
    joint_targets: dict[str, JointEntry] = Field(default_factory=dict)
    judged: Judged | None = None


PARK_BLOCKS = (
    "industries", "segments", "zones", "partner_kinds", "trade", "anchors", "labs", "pipeline", "constraints", "observed",
)  # fmt: skip
KEYED_BLOCKS = ("industries", "segments", "zones", "partner_kinds", "anchors", "labs", "targets", "shocks", "joint_targets")
