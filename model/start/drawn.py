"""What the worlds of a batch draw for their park: the base, and the entrant that support is measured against."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from wutong.model.base import Base, Structure, by_segment, draw_one, kind_partners, pool_trend, shock_tables, structure_of
from wutong.model.facts import Floats, Ints, Keys
from wutong.model.given import SEGMENT, Given
from wutong.model.lever_effects import Entrant
from wutong.model.scenario import Park, Plant, Scenario
from wutong.model.start.totals import Totals, accepted_totals

Parameters = Mapping[str, Any]
SIZE_LIMIT = 4.0  # of a segment's projects relative to the mean


def compile_base(scenarios: Sequence[Scenario], keys: Keys, parameters: Parameters) -> tuple[Base, Totals]:
    """The base with what each world drew, and the totals of its start."""
    parks = [scenario.park for scenario in scenarios]
    park = parks[0]
    structure = structure_of(park)
    value_added = by_segment(parks, keys, "value_added_share", lambda s: s.value_added_share)
    totals = accepted_totals(parks, keys, value_added)
    entry = by_segment(parks, keys, "entry", lambda s: s.entry)
    demand_shift, pool_factor = shock_tables(scenarios, keys)
    laptop_partners = np.broadcast_to(parameters["attraction"].laptop_partners[:, 0], (len(parks),))
    base = Base(
        **{f.name: getattr(structure, f.name) for f in dataclasses.fields(structure)},
        start=park.start,
        n_worlds=len(parks),
        newcomers=parameters["newcomers"],
        lever_parameters=parameters["levers"],
        kind_partners=kind_partners(parks, keys, laptop_partners),
        project_investment=project_investment(parks, keys, structure, totals, entry),
        floor_per_head=floor_per_head(parameters["site"], structure.plant, len(parks)),
        growth=by_segment(parks, keys, "growth", lambda s: s.growth),
        productivity=totals.per_head,
        productivity_growth=by_segment(parks, keys, "productivity_growth", lambda s: s.productivity_growth),
        value_added_share=value_added,
        localisable_share=by_segment(parks, keys, "localisable_share", lambda s: s.localisable_share),
        local_capacity_share=by_segment(parks, keys, "local_capacity_share", lambda s: s.local_capacity_share),
        entry=np.where(structure.entry_per_firm, entry * totals.firms, entry),
        pool_trend=pool_trend(parks, keys),
        demand_shift=demand_shift,
        pool_factor=pool_factor,
    )
    return base, totals


def mean_entrant(base: Base, accounts: Any) -> Entrant:
    """The entrant that support is measured against.

    Parameters
    ----------
    accounts : parameters of the rule of accounts, fields of shape (n_worlds, 1)
    """
    p, n = base.lever_parameters, base.newcomers
    paid_in = base.project_investment * n.realised_share
    output = np.where(base.office, n.entrant_staff_mean * base.productivity, paid_in * n.output_per_investment * n.plan_realised)
    staff = output / base.productivity
    wage = np.where(base.office, p.office_wage, p.plant_wage)
    rent = np.where(base.office, p.office_rent, p.plant_rent)
    return Entrant(
        investment=np.where(base.office, p.small_investment, paid_in),
        payroll=3.0 * wage * staff,
        local_tax=output * base.value_added_share * accounts.tax_share * accounts.local_tax_share,
        rent=12.0 * rent * base.floor_per_head * staff * 1e-8,
    )


def project_investment(parks: Sequence[Park], keys: Keys, structure: Structure, totals: Totals, entry: Floats) -> Floats:
    """Mean contract of an ordinary project by segment, of shape (n_worlds, n_segments) [亿元].

    Projects go with the size of the firms that are there already, within a factor of four of the mean; the mean over all
    signings is the park's.
    """
    mean = draw_one([p.pipeline.investment_mean for p in parks], keys, "project_investment")[:, None]
    signings = entry * structure.through_funnel
    share = signings / np.maximum(signings.sum(axis=1, keepdims=True), 1e-12)
    size = totals.staff * totals.per_head / np.maximum(totals.firms, 1.0)
    usual = np.maximum((share * size).sum(axis=1, keepdims=True), 1e-12)
    scale = np.clip(size / usual, 1.0 / SIZE_LIMIT, SIZE_LIMIT)
    return np.asarray(mean * scale / np.maximum((share * scale).sum(axis=1, keepdims=True), 1.0 / SIZE_LIMIT))


def floor_per_head(p: Any, plant: Ints, n_worlds: int) -> Floats:
    """Floor a head by segment, of shape (n_worlds, n_segments) [m2]; ``p`` are the parameters of the site rule."""
    by_kind = {Plant.OFFICE: p.office_area, Plant.PLANT: p.plant_area, Plant.FAB: p.fab_area}
    table = np.concatenate([np.broadcast_to(by_kind[kind], (n_worlds, 1)) for kind in Plant], axis=1)
    return table[:, plant]


def given_of(base: Base, accounts: Any, world: int) -> Given:
    """What one world of a batch is given.

    Parameters
    ----------
    accounts : parameters of the rule of accounts, fields of shape (n_worlds, 1)
    """
    segment = np.zeros(base.n_segments, SEGMENT)
    p, first = base.lever_parameters, [int(np.flatnonzero(base.industry == i)[0]) for i in base.industry]
    made = {
        "first_of_industry": np.array(first),
        "tax_kept": base.value_added_share * accounts.tax_share * accounts.local_tax_share,
        "monthly_rent": np.where(base.office, p.office_rent, p.plant_rent),
    }
    for name in SEGMENT.names or ():
        values = made[name] if name in made else getattr(base, name)
        segment[name] = values[world] if values.ndim > 1 else values
    when = base.floor_under_way
    return Given(
        n_segments=base.n_segments,
        n_zones=base.n_zones,
        n_anchors=base.n_anchors,
        start=base.start,
        segment=segment.view(np.recarray),
        buys=base.buys,
        supplied_by=base.supplied_by,
        direction=base.direction.astype(np.int64),
        houses=base.houses,
        recruit_weight=base.recruit_weight,
        kind_shares=base.kind_shares,
        kind_partners=np.ascontiguousarray(base.kind_partners[world]),
        lab_fields=base.lab_fields,
        lab_fields_summed=np.cumsum(base.lab_fields, axis=1),
        lab_university=base.lab_university,
        floor_when=np.array([quarter for quarter, _, _ in when], np.int64),
        floor_zone=np.array([zone for _, zone, _ in when], np.int64),
        floor_area=np.array([area for _, _, area in when], np.float64),
        demand_shift=np.ascontiguousarray(base.demand_shift[:, world]),
        pool_factor=np.ascontiguousarray(base.pool_factor[:, world]),
    )
