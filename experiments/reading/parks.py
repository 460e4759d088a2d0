"""A checked park file as a model.scenario.Park."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

from wutong.experiments.reading.catalogue import Catalogue
from wutong.experiments.reading.checking import Findings
from wutong.experiments.reading.fates import Fates, befallen
from wutong.experiments.reading.heads import check_keys, label
from wutong.experiments.reading.messages import ReadingError
from wutong.experiments.reading.observations import data_file, observed_points
from wutong.experiments.reading.quantities import Quantity, QuantityError, read_quarter
from wutong.experiments.reading.schema import AnchorEntry, ConstraintEntry, ParkFile, SegmentEntry
from wutong.experiments.reading.trade import SEGMENT, Table, check_shares, check_trade, purchases, read_table
from wutong.model.facts import Assumption, Label, fixed
from wutong.model.scenario import (
    RECRUITED,
    Anchor,
    Constraint,
    Industry,
    Lab,
    Park,
    PartnerKind,
    Pipeline,
    Place,
    Plant,
    Segment,
    Status,
    Zone,
)
from wutong.model.units import NEVER, quarter_name

INDUSTRY = Label("产业", "industry")
KIND = Label("龙头类型", "kind of anchor")
SCOPE = Label("范围", "scope")
NO_PIPELINE = 1.5  # 亿元, mean contract of a project where the park says nothing: that of the laptop episode
UNITS = {"firms": "firms", "staff": "persons", "revenue": "亿元/year", "value_added": "亿元/year"}


@dataclass(frozen=True)
class ParkSource:
    """What a park is built from beside its entry: its name, where data files are looked for, and what happens to anchors.

    ``fates`` befall every named anchor that does not operate yet and names no fate of its own.
    """

    name: str
    folders: Sequence[FilePath]
    catalogue: Catalogue
    fates: Fates = ()


def build_park(file: ParkFile, source: ParkSource, findings: Findings) -> Park | None:
    """The park, or None if ``findings`` gathered problems."""
    _check_names(file, findings)
    _check_alternatives(file, findings)
    table = _table(file, source.folders, findings)
    check_trade(file, table, findings)
    constraints = tuple(_constraint(i, entry, file, findings) for i, entry in enumerate(file.constraints))
    scopes = scopes_of(findings)
    observed = tuple(
        point
        for i, entry in enumerate(file.observed)
        for point in observed_points(i, entry, scopes, source.folders, source.catalogue, findings)
    )
    pipeline = _pipeline(file, findings)
    anchors = tuple(_anchor(key, entry, file.start, source.fates, findings) for key, entry in file.anchors.items())
    if findings.problems:
        return None
    return Park(
        name=source.name,
        label=label(file.label),
        start=file.start,
        industries=tuple(Industry(k, label(e.label), e.pool_trend) for k, e in file.industries.items()),
        segments=tuple(_segment(k, e, file, table) for k, e in file.segments.items()),
        zones=_zones(file),
        purchases=purchases(file, table),
        partner_kinds=tuple(PartnerKind(k, label(e.label), e.partners, e.shares) for k, e in file.partner_kinds.items()),
        anchors=anchors,
        labs=_labs(file, findings),
        pipeline=pipeline,
        constraints=constraints,
        observed=observed,
    )


def scopes_of(findings: Findings) -> tuple[str, ...]:
    """Names of what can be summed: ``all``, industries and segments, those of wrong entries among them."""
    return ("all", *findings.keys("industries"), *findings.keys("segments"))


def scope_labels(findings: Findings) -> dict[str, str]:
    """Chinese names of scopes."""
    return {"all": "\u5168\u90e8", **findings.labels("industries"), **findings.labels("segments")}


def expand(scope: Sequence[str], file: ParkFile) -> tuple[str, ...]:
    """Segments in any of the scopes, in the park's order."""
    return tuple(k for k, e in file.segments.items() if {"all", e.industry, k} & set(scope))


def _table(file: ParkFile, folders: Sequence[FilePath], findings: Findings) -> Table | None:
    """The input-output table, None if the park has no trade or the table cannot be read."""
    if file.trade is None:
        return None
    given = {"coefficients": file.trade.coefficients, "value_added": file.trade.value_added}
    paths = {key: data_file(text, ("trade", key), folders, findings) for key, text in given.items()}
    coefficients, value_added = paths["coefficients"], paths["value_added"]
    if coefficients is None or value_added is None:
        return None
    try:
        return read_table(coefficients, value_added)
    except ReadingError as error:
        findings.problems += error.problems
        return None


def _check_names(file: ParkFile, findings: Findings) -> None:
    check_keys(findings)
    if RECRUITED in file.anchors:
        findings.add("duplicate_name", ("anchors", RECRUITED), {"name": RECRUITED})
    segments, kinds = findings.keys("segments"), findings.keys("partner_kinds")
    called, kinds_called = findings.labels("segments"), findings.labels("partner_kinds")
    for key, segment in file.segments.items():
        at = ("segments", key)
        findings.known(segment.industry, findings.keys("industries"), (*at, "industry"), INDUSTRY, findings.labels("industries"))
        findings.known(segment.spin_off_segment or key, segments, (*at, "spin_off_segment"), SEGMENT, called)
        findings.known(segment.buyer_segment or key, segments, (*at, "buyer_segment"), SEGMENT, called)
    led = [("segments", key, entry.partner_kind) for key, entry in file.segments.items()]
    led += [("anchors", key, entry.partner_kind) for key, entry in file.anchors.items()]
    for block, key, kind in led:
        if kind is not None:
            findings.known(kind, kinds, (block, key, "partner_kind"), KIND, kinds_called)
    for key, partners in file.partner_kinds.items():
        check_shares(partners.shares, segments, ("partner_kinds", key, "shares"), findings)
    for key, lab in file.labs.items():
        check_shares(lab.fields, segments, ("labs", key, "fields"), findings)
    for key, anchor in file.anchors.items():
        findings.known(anchor.segment, segments, ("anchors", key, "segment"), SEGMENT, called)


ALTERNATIVES = (
    ("zones", "occupancy", "floor"),
    ("segments", "revenue_per_head", "revenue"),
    ("segments", "entry", "entry_share"),
)


def _check_alternatives(file: ParkFile, findings: Findings) -> None:
    """What can be said in one of two ways is said in exactly one."""
    for block, one, other in ALTERNATIVES:
        for key in findings.keys(block):
            if findings.says((block, key, one)) == findings.says((block, key, other)):
                findings.add("one_of", (block, key), {"one": one, "other": other})
    for key, segment in file.segments.items():
        if segment.plant != "office" and not segment.through_funnel and (segment.entry is None or segment.entry.high > 0.0):
            findings.remark("no_funnel", ("segments", key), {})
        if file.trade is None and segment.value_added_share is None:
            findings.add("no_table", ("segments", key))
        if file.trade is not None and segment.sector is None:
            findings.add("missing_key", ("segments", key), {"key": "sector"})


def _per_head(entry: SegmentEntry) -> Assumption:
    """Revenue a head at the start [亿元/year]: as given, or the revenue over the usual staff."""
    if entry.revenue_per_head is not None:
        return entry.revenue_per_head
    return fixed(0.0) if entry.revenue is None else entry.revenue.scaled(1.0 / max(entry.staff.default, 1.0))


def _segment(key: str, entry: SegmentEntry, file: ParkFile, table: Table | None) -> Segment:
    value_added = entry.value_added_share
    if value_added is None:
        ratio = 1.0 if table is None else table.value_added[entry.sector or ""]
        value_added = file.industries[entry.industry].value_added_factor.scaled(ratio)
    per_firm = entry.entry_share is not None
    return Segment(
        key=key,
        industry=entry.industry,
        label=label(entry.label),
        sector=entry.sector or "",
        plant=Plant(entry.plant),
        firms=entry.firms,
        staff=entry.staff,
        revenue_per_head=_per_head(entry),
        growth=entry.growth,
        productivity_growth=entry.productivity_growth,
        entry=entry.entry_share or entry.entry or fixed(0.0),
        entry_per_firm=per_firm,
        through_funnel=entry.through_funnel,
        value_added_share=value_added,
        localisable_share=entry.localisable_share,
        local_capacity_share=entry.local_capacity_share,
        size_spread=entry.size_spread,
        branch_plant=entry.branch_plant,
        lag_factor=entry.lag_factor,
        spin_off_segment=entry.spin_off_segment or key,
        buyer_segment=entry.buyer_segment,
        recruit_weight=entry.recruit_weight,
        partner_kind=entry.partner_kind,
    )


def _zones(file: ParkFile) -> tuple[Zone, ...]:
    return tuple(
        Zone(
            key, label(e.label), tuple(Plant(p) for p in e.plants), e.share, e.occupancy,
            tuple((a.quarter, a.floor) for a in e.additions), e.floor,
            None if e.place is None else Place(e.place.east, e.place.north), label(e.sites),
        )
        for key, e in file.zones.items()
    )  # fmt: skip


def _labs(file: ParkFile, findings: Findings) -> tuple[Lab, ...]:
    for key, e in file.labs.items():
        if e.closing is not None and e.closing <= file.start:
            begin = quarter_name(file.start)
            findings.add("order", ("labs", key, "closing"), {"earlier": f"start ({begin})", "later": "closing"})
    return tuple(
        Lab(
            k, label(e.label), Status(e.status), e.opens, e.budget, e.university, e.fields, e.opening_share, e.source,
            NEVER if e.closing is None else e.closing,
        )
        for k, e in file.labs.items()
    )  # fmt: skip


def _anchor(key: str, entry: AnchorEntry, start: int, others: Fates, findings: Findings) -> Anchor:
    status = Status.PLANNED if entry.signed > start and entry.status != "operating" else Status(entry.status)
    anchor = Anchor(
        key=key,
        label=label(entry.label),
        segment=entry.segment,
        partner_kind=entry.partner_kind,
        status=status,
        signed=entry.signed,
        opens=entry.opens,
        investment=entry.investment,
        revenue=entry.revenue,
        jobs=entry.jobs,
        opening_share=entry.opening_share,
        partners_came_before=entry.partners_came_before,
        source=entry.source,
    )
    _check_dates(anchor, entry, start, findings)
    fates = entry.fate or (others if anchor.status is not Status.OPERATING else ())
    return befallen(anchor, fates, start)


def _check_dates(anchor: Anchor, entry: AnchorEntry, start: int, findings: Findings) -> None:
    at = ("anchors", anchor.key)
    begin, given = quarter_name(start), quarter_name(anchor.signed)
    for fate in entry.fate:
        if not fate.possible(anchor):
            findings.add("fate_impossible", (*at, "fate"), {"fate": fate.kind, "status": entry.status})
        if fate.kind == "closes" and fate.quarters <= start:
            findings.add("order", (*at, "fate"), {"earlier": f"start ({begin})", "later": "closes"})
    if anchor.status is Status.OPERATING and anchor.signed > start:
        findings.add("order", (*at, "signed"), {"earlier": f"signed ({given})", "later": f"start ({begin})"})
    if anchor.status is Status.PLANNED and anchor.signed <= start:
        findings.add("order", (*at, "signed"), {"earlier": f"start ({begin})", "later": f"signed ({given}, planned)"})
    if anchor.opens is not None and anchor.opens < anchor.signed:
        findings.add("order", (*at, "opens"), {"earlier": f"signed ({given})", "later": "opens"})


def _pipeline(file: ParkFile, findings: Findings) -> Pipeline:
    """Signings by quarter, and the mean contract of those that are not named anchors."""
    entry = file.pipeline
    if entry is None:
        return Pipeline((), fixed(NO_PIPELINE), "")
    signed = []
    for text, count in entry.signed.items():
        try:
            signed.append((read_quarter(text), count))
        except QuantityError as error:
            findings.refused(error, ("pipeline", "signed", text))
    named = [a for a in file.anchors.values() if entry.since <= a.signed <= file.start]
    others = sum(count for _, count in signed) - len(named)
    rest = entry.contracts - sum(a.investment.default for a in named)
    mean = fixed(max(rest / max(others, 1), 0.1), entry.source)
    return Pipeline(tuple(sorted(signed)), mean, entry.source)


def _constraint(i: int, entry: ConstraintEntry, file: ParkFile, findings: Findings) -> Constraint:
    at = ("constraints", i)
    for name in entry.scope:
        findings.known(name, scopes_of(findings), (*at, "scope"), SCOPE, scope_labels(findings))
    unit = Quantity(UNITS[entry.quantity])
    bounds = [findings.number(unit, raw, (*at, "range", n)) for n, raw in enumerate(entry.range)]
    if len(bounds) != 2:
        findings.add("range_length", (*at, "range"), {"form": "range", "count": "2"})
        bounds = [0.0, 0.0]
    if bounds[0] > bounds[1]:
        findings.add("range_order", (*at, "range"), {"given": f"{bounds[0]:g}, {bounds[1]:g}"})
    return Constraint(entry.quantity, expand(entry.scope, file), bounds[0], bounds[1], entry.source)
