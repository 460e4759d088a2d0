"""The whole state of a batch at the start, and the tables that hold through the run."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wutong.model.assumptions import Parameters, sample, world_keys
from wutong.model.base import (
    Base,
    by_segment,
    draw,
    kind_partners,
    pool_trend,
    shock_tables,
    signature,
    structure_of,
    uniforms_of,
)
from wutong.model.draws import Draws, named
from wutong.model.entities import Cells, Firms, Groups, Worlds, Zones, read_only, replaced
from wutong.model.facts import Floats, Keys, fixed
from wutong.model.lever_effects import Entrant
from wutong.model.lever_table import LeverTable, compile_levers
from wutong.model.newcomers import by_world, productivity
from wutong.model.rules import anchors, attraction, exit, growth, orders, spin_off
from wutong.model.rules.accounts import local_tax
from wutong.model.rules.site import floor_per_head, rent_index
from wutong.model.scenario import Case, Park, Scenario
from wutong.model.start.firms import initial_firms, without_orders
from wutong.model.start.labs import initial_labs, initial_research
from wutong.model.start.projects import initial_anchors, initial_projects, integrated, project_investment
from wutong.model.start.totals import Totals, accepted_totals
from wutong.model.state import ParkState

UNLIMITED = 1e12  # m2 of the projects' own plants


@dataclass(frozen=True)
class Batch:
    """Everything about a batch that does not change while it runs."""

    cases: tuple[Case, ...]
    parameters: Parameters
    levers: LeverTable
    n_quarters: int


def begin(cases: Sequence[Case]) -> tuple[Batch, ParkState]:
    """The batch and its state at the end of the start quarter.

    Raises
    ------
    ValueError
        If the cases cannot share a batch, or a scenario or policy says what it may not.
    """
    check_batch(cases)
    parks = [case.scenario.park for case in cases]
    keys = world_keys(cases)
    parameters = sample(cases, keys)
    base, totals = compile_base([case.scenario for case in cases], keys, parameters)
    n_quarters = cases[0].scenario.end - base.start
    entrant = mean_entrant(base, parameters)
    levers = compile_levers([c.policy for c in cases], parks[0], base, base.lever_parameters, entrant, n_quarters)
    state = _state(parks, base, keys, totals, parameters, levers)
    return Batch(tuple(cases), parameters, levers, n_quarters), state


def check_batch(cases: Sequence[Case]) -> None:
    if not cases:
        raise ValueError("a batch needs at least one case")
    first = cases[0].scenario
    for scenario in {id(c.scenario): c.scenario for c in cases}.values():
        if scenario.end <= scenario.park.start:
            raise ValueError(f"scenario {scenario.name}: it ends before its first quarter")
        if scenario.end != first.end or (scenario.park is not first.park and signature(scenario.park) != signature(first.park)):
            raise ValueError(f"scenarios {first.name} and {scenario.name} cannot share a batch: parks or clocks differ")


# ── Base ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
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


def mean_entrant(base: Base, parameters: Parameters) -> Entrant:
    """The entrant that support is measured against."""
    p, n = base.lever_parameters, base.newcomers
    paid_in = base.project_investment * n.realised_share
    output = np.where(base.office, n.entrant_staff_mean * base.productivity, paid_in * n.output_per_investment * n.plan_realised)
    staff = output / base.productivity
    wage = np.where(base.office, p.office_wage, p.plant_wage)
    rent = np.where(base.office, p.office_rent, p.plant_rent)
    return Entrant(
        investment=np.where(base.office, p.small_investment, paid_in),
        payroll=3.0 * wage * staff,
        local_tax=local_tax(output * base.value_added_share, parameters["accounts"]),
        rent=12.0 * rent * base.floor_per_head * staff * 1e-8,
    )


# ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _state(
    parks: Sequence[Park], base: Base, keys: Keys, totals: Totals, parameters: Parameters, levers: LeverTable
) -> ParkState:
    park = parks[0]
    cell_keys = np.stack([named(keys, f"segment.{s.key}") for s in park.segments], axis=1)
    draft = initial_firms(parks, base, keys, cell_keys, totals)
    firms, groups = without_orders(base, draft)
    signed, partners = initial_anchors(parks, base, keys, draft)
    signed, partners = integrated(base, signed, partners, parameters["attraction"])
    labs = initial_labs(parks, base, keys)
    research, maturity, knowledge = initial_research(base, labs, parameters["knowledge"])
    state = ParkState(
        quarter=base.start,
        base=base,
        levers=levers.at(1),
        levels={},
        floor_added=np.zeros((base.n_worlds, 1)),
        groups=groups,
        firms=read_only(firms),
        projects=read_only(initial_projects(parks, base, keys, signed, parameters["anchors"])),
        anchors=read_only(signed),
        partners=read_only(partners),
        labs=read_only(dataclasses.replace(labs, maturity=maturity)),
        research=read_only(research),
        cells=_cells(cell_keys, groups, knowledge),
        zones=Zones(*(np.zeros((base.n_worlds, base.n_zones)) for _ in range(4))),
        worlds=Worlds(keys[:, None], np.zeros((base.n_worlds, 1))),
    )
    state = _with_floor(state, parks, keys, parameters)
    state = _with_orders(state, parameters)
    state = _with_reviews(state, parameters)
    return _with_entry(state, parameters)


def _cells(cell_keys: Keys, groups: Groups, knowledge: Floats) -> Cells:
    zero = np.zeros(cell_keys.shape)
    return Cells(
        key=cell_keys,
        firms=groups.by_cell,
        purchases=zero,
        demand=zero,
        filled=zero,
        placed=zero,
        unmet=zero,
        unmet_start=zero,
        inputs=zero,
        inputs_start=zero,
        demand_scale=zero,
        knowledge=knowledge,
        knowledge_start=knowledge.copy(),
        growth_shock=zero,
        pool=np.ones(cell_keys.shape),
        entry_base=zero,
    )


def _with_floor(state: ParkState, parks: Sequence[Park], keys: Keys, parameters: Parameters) -> ParkState:
    heads = state.groups.sum_by_site(state.firms.employees)
    occupied = np.asarray((heads * state.base.floor_per_head[:, :, None]).sum(axis=1))
    floor = np.full(occupied.shape, UNLIMITED)
    zones = parks[0].zones
    occupancy, known = (
        draw(
            [tuple(getattr(z, kind) or fixed(1.0) for z in p.zones) for p in parks],
            uniforms_of(keys, [f"{kind}.{z.key}" for z in zones]),
        )
        for kind in ("occupancy", "floor")
    )
    in_use = occupied[:, :-1]
    floor[:, :-1] = np.where([z.floor is None for z in zones], in_use / occupancy, np.maximum(known, in_use))
    rent = rent_index(occupied, floor, parameters["site"].rent_slope)
    return dataclasses.replace(state, zones=Zones(floor, occupied, np.ones(rent.shape), rent))


def _with_orders(state: ParkState, parameters: Parameters) -> ParkState:
    """Outside demand is revenue less the orders of one pass of the orders rule, which also gives the local gap."""
    base, firms, groups = state.base, state.firms, state.groups
    spending = orders.local_spending(groups.sum_by_cell(firms.revenue), base.buys, base.localisable_share)
    per_firm, reserved = orders.share_out(state, spending, productivity(base, base.start), parameters["orders"])
    traded = orders.trade(state, spending, groups.sum_by_cell(per_firm), reserved)
    per_firm = np.minimum(per_firm, firms.revenue)
    inputs = orders.local_inputs(base.supplied_by, groups.by_cell)
    mean_revenue = groups.sum_by_cell(firms.revenue) / np.maximum(groups.by_cell, 1)
    usual = base.productivity * base.newcomers.entrant_staff_mean
    cells = dataclasses.replace(
        state.cells,
        **traded,
        unmet_start=traded["unmet"].copy(),
        inputs=inputs,
        inputs_start=inputs.copy(),
        demand_scale=5.0 * np.maximum(mean_revenue, usual),
    )
    firms = dataclasses.replace(firms, orders=per_firm, outside_demand=firms.revenue - per_firm)
    return dataclasses.replace(state, cells=cells, firms=read_only(firms))


def _with_reviews(state: ParkState, parameters: Parameters) -> ParkState:
    """Rates by age and size that firms review once a year, drawn up for all of them."""
    everyone, quarter = np.arange(len(state.firms.key)), state.base.start
    firms: Firms = dataclasses.replace(
        state.firms,
        momentum=growth.reviewed(state, parameters["growth"], Draws(quarter), everyone),
        exit_rate=exit.reviewed(state, parameters["exit"], quarter, everyone),
        spin_off_rate=spin_off.reviewed(state, parameters["spin_off"], everyone),
    )
    return dataclasses.replace(state, firms=read_only(firms))


def _with_entry(state: ParkState, parameters: Parameters) -> ParkState:
    """Generic entry at the start: entrants seen a year, less those that followed or span off (else counted twice)."""
    base = state.base
    own = expected_followers(state, parameters["attraction"]) + expected_recruits(state, parameters["anchors"])
    own = own + np.where(base.through_funnel, 0.0, expected_spin_offs(state, parameters["spin_off"]))
    cells = dataclasses.replace(state.cells, entry_base=np.maximum(base.entry - own, 0.0))
    tables = {"cells": read_only(cells), "zones": read_only(state.zones), "worlds": read_only(state.worlds)}
    return replaced(state, tables)


def expected_followers(state: ParkState, p: attraction.Attraction) -> Floats:
    """Partners expected to land in the first year, of shape (n_worlds, n_segments) [firms/year]."""
    base, table, partners = state.base, state.anchors, state.partners
    lead, follow, signed_pull, anyway = (
        by_world(values, table.world) for values in (p.lead_rate, p.follow_rate, p.signed_pull, p.anyway_rate)
    )
    hazard = anyway + attraction.pull(table, lead, follow, signed_pull)
    row = state.anchor_rows(partners.cell // base.n_segments, partners.anchor)
    landing = np.broadcast_to(attraction.landing_prob(base.office, np.zeros((base.n_worlds, 1)), p), state.shape).ravel()
    return state.count_by_cell(partners.cell, -np.expm1(-hazard[row]) * landing[partners.cell])


def expected_recruits(state: ParkState, p: anchors.AnchorParameters) -> Floats:
    """Anchors expected to sign in a year, of shape (n_worlds, n_segments) [projects/year]."""
    weight = np.diff(state.base.recruit_weight, prepend=0.0)
    accepted = anchors.acceptance_prob(np.zeros((state.base.n_worlds, 1)), p)
    return np.asarray(p.candidate_rate * accepted * weight)


def expected_spin_offs(state: ParkState, p: spin_off.SpinOff) -> Floats:
    """Spin-offs of firms and labs expected to stay, by the child's segment, (n_worlds, n_segments) [firms/year]."""
    base, labs = state.base, state.labs
    branch = np.where(base.branch_plant, p.branch_factor, 1.0)
    shrinking = 1.0 + state.groups.spread_worlds(p.shrinking_factor) * (state.firms.momentum < 1.0)
    by_parent = state.groups.sum_by_cell(state.firms.spin_off_rate * shrinking) * branch * p.stay_share
    out = np.zeros(state.shape)
    np.add.at(out.T, base.spin_off_segment, by_parent.T)
    budget = state.lab_budgets() * state.lab_is_open(base.start)
    rate = spin_off.lab_rate(budget, base.lab_university[labs.name], labs.maturity, np.ones((base.n_worlds, 1)), p, labs.world)
    np.add.at(out, labs.world, (rate * by_world(p.lab_stay_share, labs.world))[:, None] * base.lab_fields[labs.name])
    return out
