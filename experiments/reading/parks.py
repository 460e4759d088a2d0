"""A checked park file as a model.scenario.Park."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path as FilePath

from experiments.reading.catalogue import Catalogue
from experiments.reading.checking import Findings
from experiments.reading.fates import befall
from experiments.reading.quantities import Quantity, QuantityError, read_quarter
from experiments.reading.schema import AnchorEntry, ConstraintEntry, LabelEntry, ObservedEntry, ParkFile, SegmentEntry
from experiments.reading.spreads import scaled
from experiments.reading.trade import SEGMENT, Table, check_shares, check_trade, purchases, read_table
from model.facts import Label, fixed
from model.scenario import (
    Anchor,
    Constraint,
    Industry,
    Lab,
    Observed,
    Park,
    PartnerKind,
    Pipeline,
    Plant,
    Segment,
    Status,
    Zone,
)
from model.units import quarter_name

INDUSTRY = Label("产业", "industry")
KIND = Label("龙头类型", "kind of anchor")
MEASURE = Label("指标", "measure")
SCOPE = Label("范围", "scope")
UNITS = {"firms": "firms", "staff": "persons", "revenue": "亿元/year", "value_added": "亿元/year"}


def build_park(file: ParkFile, name: str, folders: Sequence[FilePath], catalogue: Catalogue, findings: Findings) -> Park | None:
    """The park, or None if ``findings`` gathered problems."""
    paths = [_data_file(text, key, folders, findings) for key, text in _data_files(file)]
    _check_names(file, findings)
    tables = [path for path in paths if path is not None]
    if len(tables) < 2:
        return None
    table = read_table(tables[0], tables[1])
    check_trade(file, table, findings)
    constraints = tuple(_constraint(file, i, entry, findings) for i, entry in enumerate(file.constraints))
    observed = tuple(_observed(file, i, entry, catalogue, findings) for i, entry in enumerate(file.observed))
    pipeline = _pipeline(file, findings)
    anchors = tuple(_anchor(key, entry, file.start, findings) for key, entry in file.anchors.items())
    if findings.problems:
        return None
    return Park(
        name=name,
        label=label(file.label),
        start=file.start,
        industries=tuple(Industry(k, label(e.label), e.pool_trend) for k, e in file.industries.items()),
        segments=tuple(_segment(k, e, file, table) for k, e in file.segments.items()),
        zones=_zones(file),
        purchases=purchases(file, table),
        partner_kinds=tuple(PartnerKind(k, label(e.label), e.partners, e.shares) for k, e in file.partner_kinds.items()),
        anchors=anchors,
        labs=_labs(file),
        pipeline=pipeline,
        constraints=constraints,
        observed=observed,
    )


def label(entry: LabelEntry) -> Label:
    return Label(entry.zh, entry.en)


def scopes_of(file: ParkFile) -> tuple[str, ...]:
    """Names of what can be summed: ``all``, industries and segments."""
    return ("all", *file.industries, *file.segments)


def expand(scope: Sequence[str], file: ParkFile) -> tuple[str, ...]:
    """Segments in any of the scopes, in the park's order."""
    return tuple(k for k, e in file.segments.items() if {"all", e.industry, k} & set(scope))


def _data_files(file: ParkFile) -> tuple[tuple[str, str], ...]:
    return (("coefficients", file.trade.coefficients), ("value_added", file.trade.value_added))


def _data_file(text: str, key: str, folders: Sequence[FilePath], findings: Findings) -> FilePath | None:
    for folder in folders:
        if (folder / text).is_file():
            return folder / text
    findings.add("no_file", ("trade", key), {"name": text})
    return None


def _check_names(file: ParkFile, findings: Findings) -> None:
    segments, kinds = list(file.segments), list(file.partner_kinds)
    for key, segment in file.segments.items():
        at = ("segments", key)
        findings.known(segment.industry, list(file.industries), (*at, "industry"), INDUSTRY)
        findings.known(segment.spin_off_segment or key, segments, (*at, "spin_off_segment"), SEGMENT)
        findings.known(segment.buyer_segment or key, segments, (*at, "buyer_segment"), SEGMENT)
        if segment.partner_kind is not None:
            findings.known(segment.partner_kind, kinds, (*at, "partner_kind"), KIND)
        if (segment.entry is None) == (segment.entry_share is None):
            findings.add("missing_key", at, {"key": "entry / entry_share"})
    for key, kind in file.partner_kinds.items():
        check_shares(kind.shares, segments, ("partner_kinds", key, "shares"), findings)
    for key, lab in file.labs.items():
        check_shares(lab.fields, segments, ("labs", key, "fields"), findings)
    for key, anchor in file.anchors.items():
        findings.known(anchor.segment, segments, ("anchors", key, "segment"), SEGMENT)
        if anchor.partner_kind is not None:
            findings.known(anchor.partner_kind, kinds, ("anchors", key, "partner_kind"), KIND)


def _segment(key: str, entry: SegmentEntry, file: ParkFile, table: Table) -> Segment:
    factor = file.industries[entry.industry].value_added_factor
    per_firm = entry.entry_share is not None
    return Segment(
        key=key,
        industry=entry.industry,
        label=label(entry.label),
        sector=entry.sector,
        plant=Plant(entry.plant),
        firms=entry.firms,
        staff=entry.staff,
        revenue_per_head=entry.revenue_per_head,
        growth=entry.growth,
        productivity_growth=entry.productivity_growth,
        entry=entry.entry_share or entry.entry or fixed(0.0),
        entry_per_firm=per_firm,
        through_funnel=entry.through_funnel,
        value_added_share=scaled(factor, table.value_added[entry.sector]),
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
            tuple((a.quarter, a.floor) for a in e.additions),
        )
        for key, e in file.zones.items()
    )  # fmt: skip


def _labs(file: ParkFile) -> tuple[Lab, ...]:
    return tuple(
        Lab(k, label(e.label), Status(e.status), e.opens, e.budget, e.university, e.fields, e.opening_share, e.source)
        for k, e in file.labs.items()
    )


def _anchor(key: str, entry: AnchorEntry, start: int, findings: Findings) -> Anchor:
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
    return befall(anchor, entry.fate, start)


def _check_dates(anchor: Anchor, entry: AnchorEntry, start: int, findings: Findings) -> None:
    at = ("anchors", anchor.key)
    begin, given = quarter_name(start), quarter_name(anchor.signed)
    if not entry.fate.possible(anchor):
        findings.add("fate_impossible", (*at, "fate"), {"fate": entry.fate.kind, "status": entry.status})
    if entry.fate.kind == "closes" and entry.fate.quarters <= start:
        findings.add("order", (*at, "fate"), {"earlier": f"start ({begin})", "later": "closes"})
    if anchor.status is Status.OPERATING and anchor.signed > start:
        findings.add("order", (*at, "signed"), {"earlier": f"signed ({given})", "later": f"start ({begin})"})
    if anchor.status is Status.PLANNED and anchor.signed <= start:
        findings.add("order", (*at, "signed"), {"earlier": f"start ({begin})", "later": f"signed ({given}, planned)"})
    if anchor.opens is not None and anchor.opens < anchor.signed:
        findings.add("order", (*at, "opens"), {"earlier": f"signed ({given})", "later": "opens"})


def _pipeline(file: ParkFile, findings: Findings) -> Pipeline:
    """Signings by quarter, and the mean contract of those that are not named anchors."""
    signed = []
    for text, count in file.pipeline.signed.items():
        try:
            signed.append((read_quarter(text), count))
        except QuantityError as error:
            findings.refused(error, ("pipeline", "signed", text))
    named = [a for a in file.anchors.values() if file.pipeline.since <= a.signed <= file.start]
    others = sum(count for _, count in signed) - len(named)
    rest = file.pipeline.contracts - sum(a.investment.default for a in named)
    mean = fixed(max(rest / max(others, 1), 0.1), file.pipeline.source)
    return Pipeline(tuple(sorted(signed)), mean, file.pipeline.source)


def _constraint(file: ParkFile, i: int, entry: ConstraintEntry, findings: Findings) -> Constraint:
    at = ("constraints", i)
    for name in entry.scope:
        findings.known(name, scopes_of(file), (*at, "scope"), SCOPE)
    unit = Quantity(UNITS[entry.quantity])
    bounds = [findings.number(unit, raw, (*at, "range", n)) for n, raw in enumerate(entry.range)]
    if len(bounds) != 2:
        findings.add("range_length", (*at, "range"), {"form": "range", "count": "2"})
        bounds = [0.0, 0.0]
    if bounds[0] > bounds[1]:
        findings.add("range_order", (*at, "range"), {"given": f"{bounds[0]:g}, {bounds[1]:g}"})
    return Constraint(entry.quantity, expand(entry.scope, file), bounds[0], bounds[1], entry.source)


def _observed(file: ParkFile, i: int, entry: ObservedEntry, catalogue: Catalogue, findings: Findings) -> Observed:
    at = ("observed", i)
    findings.known(entry.scope, scopes_of(file), (*at, "scope"), SCOPE)
    value = 0.0
    if findings.known(entry.measure, list(catalogue.measures), (*at, "measure"), MEASURE):
        value = findings.number(Quantity(catalogue.measures[entry.measure].unit), entry.value, (*at, "value"))
    return Observed(entry.measure, entry.scope, entry.quarter, value, entry.source)
