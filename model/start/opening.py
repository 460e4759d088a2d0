"""What a world draws for its start: totals by segment, what is declared of anchors, labs and zones, and the park's signings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from wutong.model.base import Base, draw, uniforms_of
from wutong.model.codes import Stage
from wutong.model.draws import named
from wutong.model.facts import Assumption, Floats, Keys, fixed
from wutong.model.scenario import Anchor, Lab, Park, Status, Zone
from wutong.model.start.totals import Totals
from wutong.model.units import NEVER

OLD_ANCHOR = 40  # quarters, where no date was seen
STAGES = {
    Status.PLANNED: Stage.PLANNED,
    Status.SIGNED: Stage.SIGNED,
    Status.STARTED: Stage.STARTED,
    Status.OPERATING: Stage.OPERATING,
}
SEGMENT: np.dtype[Any] = np.dtype(
    [("key", np.uint64), ("initial", np.uint64)]
    + [(name, np.float64) for name in ("firms", "staff", "revenue", "size_spread", "entry", "entry_share")],
    align=True,
)
ANCHOR: np.dtype[Any] = np.dtype(
    [("key", np.uint64)]
    + [(name, np.int64) for name in ("segment", "kind", "signs", "closes", "stage", "opened", "opens")]
    + [(name, np.bool_) for name in ("came_before", "punctual")]
    + [(name, np.float64) for name in ("investment", "revenue", "jobs", "opening_share")],
    align=True,
)
LAB: np.dtype[Any] = np.dtype(
    [("key", np.uint64), ("before", np.uint64)]
    + [(name, np.int64) for name in ("opened", "closes")]
    + [("operates", np.bool_), ("budget", np.float64), ("opening_share", np.float64)],
    align=True,
)
ZONE: np.dtype[Any] = np.dtype([("occupancy", np.float64), ("floor", np.float64)], align=True)
SIGNING: np.dtype[Any] = np.dtype([("key", np.uint64), ("quarter", np.int64), ("count", np.int64)], align=True)
UNDECLARED = np.nan


class Opening(NamedTuple):
    """What one world draws for its start; what a file does not declare is NaN."""

    key: Any  # of shape (1,), the world's
    segment: Any  # records, of shape (n_segments,)
    zone_share: Any  # of each zone in the floor of a segment's firms, cumulative, of shape (n_segments, n_zones)
    anchor: Any  # records, of shape (n_anchors,)
    lab: Any  # records, of shape (n_labs,)
    zone: Any  # records, of shape (n_zones - 1,)
    signing: Any  # records: ordinary projects signed before the start, by quarter


def openings(parks: Sequence[Park], base: Base, keys: Keys, totals: Totals) -> list[Opening]:
    """The opening of every world."""
    parts = (
        _segments(parks[0], base, keys, totals),
        np.cumsum(_zone_shares(parks, keys, base), axis=2),
        _anchors(parks, base, keys, totals),
        _labs(parks, keys),
        _zones(parks, keys),
        _signings(parks, keys),
    )
    tables = [np.ascontiguousarray(part).view(np.recarray) if part.dtype.names else part for part in parts]
    return [Opening(keys[w : w + 1].copy(), *(table[w] for table in tables)) for w in range(len(parks))]


def _segments(park: Park, base: Base, keys: Keys, totals: Totals) -> Any:
    table = np.zeros((base.n_worlds, base.n_segments), SEGMENT)
    table["key"] = np.stack([named(keys, f"segment.{s.key}") for s in park.segments], axis=1)
    table["initial"] = named(table["key"], "initial")
    table["firms"], table["staff"] = totals.firms, totals.staff
    table["revenue"] = totals.staff * totals.per_head
    table["size_spread"], table["entry"], table["entry_share"] = base.size_spread, base.entry, base.entry_shares
    return table


def _zone_shares(parks: Sequence[Park], keys: Keys, base: Base) -> Floats:
    """Share of each zone in the initial floor of its kinds of firm, of shape (n_worlds, n_segments, n_zones)."""
    shares = np.zeros((base.n_worlds, base.n_segments, base.n_zones))
    weight = draw(
        [tuple(z.share for z in p.zones) for p in parks], uniforms_of(keys, [f"zone_share.{z.key}" for z in parks[0].zones])
    )
    shares[:, :, :-1] = weight[:, None, :] * base.houses[None, :, :-1]
    return shares


def _anchors(parks: Sequence[Park], base: Base, keys: Keys, totals: Totals) -> Any:
    park = parks[0]
    segments, kinds = [s.key for s in park.segments], [k.key for k in park.partner_kinds]
    table = np.zeros((len(parks), len(park.anchors)), ANCHOR)

    def put(column: str, of: Callable[[Anchor], int | bool]) -> None:
        table[column] = [[of(a) for a in p.anchors] for p in parks]

    put("segment", lambda a: segments.index(a.segment))
    put("kind", lambda a: -1 if a.partner_kind is None else kinds.index(a.partner_kind))
    put("signs", lambda a: a.signed)
    put("closes", lambda a: a.closes)
    put("stage", lambda a: STAGES[a.status])
    put("opened", lambda a: min(a.opens or base.start - OLD_ANCHOR, base.start))
    put("opens", lambda a: NEVER if a.opens is None else a.opens)
    put("came_before", lambda a: a.partners_came_before)
    put("punctual", lambda a: a.punctual)
    for n, anchor in enumerate(park.anchors):
        table["key"][:, n] = named(keys, f"anchor.{anchor.key}")
    names = [f"investment.{a.key}" for a in park.anchors]
    table["investment"] = draw([tuple(a.investment for a in p.anchors) for p in parks], uniforms_of(keys, names))
    _declare(table, parks)
    operating = [n for n, a in enumerate(park.anchors) if a.status is Status.OPERATING]
    table["revenue"][:, operating], table["jobs"][:, operating] = totals.anchor_revenue, totals.anchor_jobs
    return table


def _declare(table: Any, parks: Sequence[Park]) -> None:
    """What the file declares of anchors to come, each drawn by the anchor's key."""
    for column in ("revenue", "jobs", "opening_share"):
        for n in range(table.shape[1]):
            given: list[Assumption | None] = [getattr(p.anchors[n], column) for p in parks]
            known = [w for w, a in enumerate(given) if a is not None]
            table[column][:, n] = UNDECLARED
            if known:
                u = uniforms_of(table["key"][known, n], (column,))
                table[column][known, n] = draw([(a,) for a in given if a is not None], u)[:, 0]


def _labs(parks: Sequence[Park], keys: Keys) -> Any:
    park = parks[0]
    table = np.zeros((len(parks), len(park.labs)), LAB)

    def put(column: str, name: str, of: Callable[[Lab], Assumption]) -> None:
        names = [f"{name}.{lab.key}" for lab in park.labs]
        table[column] = draw([tuple(of(lab) for lab in p.labs) for p in parks], uniforms_of(keys, names))

    for n, lab in enumerate(park.labs):
        table["key"][:, n] = named(keys, f"lab.{lab.key}")
        table["before"][:, n] = named(table["key"][:, n], "before")
    table["opened"] = [[lab.opened for lab in p.labs] for p in parks]
    table["closes"] = [[lab.closes for lab in p.labs] for p in parks]
    table["operates"] = [[lab.status is Status.OPERATING for lab in p.labs] for p in parks]
    put("budget", "budget", lambda lab: lab.budget)
    put("opening_share", "lab_opening_share", lambda lab: lab.opening_share)
    return table


def _zones(parks: Sequence[Park], keys: Keys) -> Any:
    """Occupancy of each zone, or its floor where that is known."""
    zones = parks[0].zones
    table = np.zeros((len(parks), len(zones)), ZONE)

    def put(column: str, of: Callable[[Zone], Assumption | None]) -> None:
        given = [tuple(of(z) or fixed(1.0) for z in p.zones) for p in parks]
        table[column] = draw(given, uniforms_of(keys, [f"{column}.{z.key}" for z in zones]))

    put("occupancy", lambda z: z.occupancy)
    put("floor", lambda z: z.floor)
    table["floor"][:, [z.floor is None for z in zones]] = UNDECLARED
    return table


def _signings(parks: Sequence[Park], keys: Keys) -> Any:
    """Ordinary projects signed before the start: of the park's signings those of its anchors are taken off."""
    park = parks[0]
    table = np.zeros((len(parks), len(park.pipeline.signed)), SIGNING)
    for n, (quarter, signed) in enumerate(park.pipeline.signed):
        own = sum(1 for a in park.anchors if a.signed == quarter and a.status is not Status.PLANNED)
        table["key"][:, n] = named(keys, f"pipeline.{quarter}")
        table["quarter"][:, n], table["count"][:, n] = quarter, max(signed - own, 0)
    return table


def signed_before(park: Park, base: Base, opened: Sequence[Opening]) -> dict[str, Floats]:
    """What had been signed before the start, by flow: projects, and their contracts [亿元], of shape (n_worlds, n_segments) each.

    Of the park's signings only those of named anchors are known by segment; the others are split as generic projects enter.
    """
    quarters = [quarter for quarter, _ in park.pipeline.signed]
    counts, contracts = np.zeros((2, base.n_worlds, base.n_segments))
    for w, opening in enumerate(opened):
        known = np.flatnonzero((opening.anchor["stage"] > Stage.PLANNED) & np.isin(opening.anchor["signs"], quarters))
        np.add.at(counts[w], opening.anchor["segment"][known], 1.0)
        np.add.at(contracts[w], opening.anchor["segment"][known], opening.anchor["investment"][known])
    others = np.maximum(sum(count for _, count in park.pipeline.signed) - counts.sum(axis=1, keepdims=True), 0.0)
    funnel = base.entry_shares * base.through_funnel
    split = others * funnel / np.maximum(funnel.sum(axis=1, keepdims=True), 1e-12)
    return {"signed_projects": counts + split, "signed_investment": contracts + split * base.project_investment}
