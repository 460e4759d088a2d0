"""Totals of the start: firms, staff and revenue a head of every segment, drawn until they meet the park's constraints."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wutong.model.base import by_segment, draw, uniforms_of
from wutong.model.draws import child
from wutong.model.facts import Floats, Ints, Keys, Mask, fixed
from wutong.model.scenario import Park, Status

BLOCK = 64
BLOCKS = 64
SMALLEST_FIRM = 2.0  # persons, mean of the firms apart from the anchors


@dataclass(frozen=True)
class Totals:
    """Accepted totals: (n_worlds, ..., n_segments), and (n_worlds, ..., n_anchors) for the operating anchors."""

    firms: Floats
    staff: Floats
    per_head: Floats  # 亿元/year
    anchor_jobs: Floats
    anchor_revenue: Floats


class NoStartError(ValueError):
    """No draw of a park's start meets all constraints; ``hardest`` failed most often."""

    def __init__(self, park: str, hardest: str) -> None:
        super().__init__(park, hardest)
        self.hardest = hardest

    def __str__(self) -> str:
        park, hardest = self.args
        return f"park {park}: no start meets its constraints in {BLOCK * BLOCKS} draws; hardest is {hardest}"


def accepted_totals(parks: Sequence[Park], keys: Keys, value_added_share: Floats) -> Totals:
    """The first admissible draw of every world.

    Raises
    ------
    NoStartError
        If some world finds none, with the constraint that failed most often.
    """
    chosen: list[Totals | None] = [None] * len(parks)
    waiting: Ints = np.arange(len(parks))
    failures: dict[str, int] = {}
    for block in range(BLOCKS):
        attempts = np.arange(block * BLOCK, (block + 1) * BLOCK)
        subset = [parks[int(w)] for w in waiting]
        drawn = draw_totals(subset, child(keys[waiting][:, None], attempts[None, :]))
        good = meets(subset[0], drawn, value_added_share[waiting], failures)
        first = good.argmax(axis=1)
        for n in np.flatnonzero(good.any(axis=1)):
            fields = (getattr(drawn, f.name)[n, first[n]] for f in dataclasses.fields(Totals))
            chosen[waiting[n]] = Totals(*fields)
        waiting = waiting[~good.any(axis=1)]
        if not len(waiting):
            done = [c for c in chosen if c is not None]
            return Totals(*(np.stack([getattr(c, f.name) for c in done]) for f in dataclasses.fields(Totals)))
    raise NoStartError(parks[0].name, max(failures, key=lambda name: failures[name]))


def draw_totals(parks: Sequence[Park], keys: Keys) -> Totals:
    """Totals for every world and attempt; keys of shape (n_worlds, n_attempts)."""
    names = [a.key for a in parks[0].anchors if a.status is Status.OPERATING]
    by_park = {id(p): [next(a for a in p.anchors if a.key == name) for name in names] for p in parks}
    running = [by_park[id(p)] for p in parks]
    jobs = [tuple(a.jobs or fixed(0.0) for a in anchors) for anchors in running]
    revenue = [tuple(a.revenue or fixed(0.0) for a in anchors) for anchors in running]
    drawn = Totals(
        firms=np.rint(by_segment(parks, keys, "firms", lambda s: s.firms)),
        staff=by_segment(parks, keys, "staff", lambda s: s.staff),
        per_head=by_segment(parks, keys, "revenue_per_head", lambda s: s.revenue_per_head),
        anchor_jobs=draw(jobs, uniforms_of(keys, [f"jobs.{name}" for name in names])),
        anchor_revenue=draw(revenue, uniforms_of(keys, [f"revenue.{name}" for name in names])),
    )
    return _with_lone_anchors(parks[0], drawn)


def _with_lone_anchors(park: Park, totals: Totals) -> Totals:
    """The totals, with those of a segment that has no firm but its anchors set to theirs."""
    where = anchor_segments(park)
    staff, per_head = totals.staff.copy(), totals.per_head.copy()
    for segment in np.unique(where):
        own = where == segment
        alone = totals.firms[..., segment] <= own.sum()
        jobs, revenue = totals.anchor_jobs[..., own].sum(axis=-1), totals.anchor_revenue[..., own].sum(axis=-1)
        staff[..., segment] = np.where(alone, jobs, staff[..., segment])
        head = revenue / np.maximum(jobs, 1.0)
        per_head[..., segment] = np.where(alone & (revenue > 0.0), head, per_head[..., segment])
    return dataclasses.replace(totals, staff=staff, per_head=per_head)


def anchor_segments(park: Park) -> Ints:
    """Segment of every operating anchor, of shape (n_anchors,)."""
    names = [s.key for s in park.segments]
    return np.array([names.index(a.segment) for a in park.anchors if a.status is Status.OPERATING], np.int64)


def meets(park: Park, totals: Totals, value_added_share: Floats, failures: dict[str, int]) -> Mask:
    """Attempts that meet every constraint and leave room for the firms apart from the anchors, (n_worlds, n_attempts)."""
    names = [s.key for s in park.segments]
    revenue = totals.staff * totals.per_head
    amounts = {
        "firms": totals.firms,
        "staff": totals.staff,
        "revenue": revenue,
        "value_added": revenue * value_added_share[:, None, :],
    }
    good = np.ones(totals.firms.shape[:2], np.bool_)
    for constraint in park.constraints:
        columns = [names.index(s) for s in constraint.segments]
        total = amounts[constraint.quantity][..., columns].sum(axis=2)
        met = (total >= constraint.low) & (total <= constraint.high)
        name = f"{constraint.quantity} of {', '.join(constraint.segments)}"
        failures[name] = failures.get(name, 0) + int((~met).sum())
        good &= met
    fits = anchors_fit(park, totals, revenue)
    failures["anchors inside their segments"] = failures.get("anchors inside their segments", 0) + int((~fits).sum())
    return good & fits


def anchors_fit(park: Park, totals: Totals, revenue: Floats) -> Mask:
    """Whether every segment leaves its other firms staff and a plausible revenue a head, (n_worlds, n_attempts)."""
    where = anchor_segments(park)
    fits = np.ones(totals.firms.shape[:2], np.bool_)
    for segment in np.unique(where):
        own = where == segment
        others = totals.firms[..., segment] - own.sum()
        staff = totals.staff[..., segment] - totals.anchor_jobs[..., own].sum(axis=2)
        left = revenue[..., segment] - totals.anchor_revenue[..., own].sum(axis=2)
        per_head = left / np.maximum(staff, 1.0)
        usual = totals.per_head[..., segment]
        room = (staff >= SMALLEST_FIRM * others) & (per_head >= 0.2 * usual) & (per_head <= 5.0 * usual)
        fits &= (others >= 0) & ((others == 0) | room)
    return fits
