"""A toy park that runs in milliseconds, and makers that switch parts of the model off.

An assembler draws parts makers upstream and fleet services downstream; metal firms and biology firms have neither tie nor
link to it, and one lab works for biology.  Works house plants, the tower houses offices, so every segment has one zone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from copy import copy
from pathlib import Path
from typing import Any

import numpy as np

from wutong.model.assumptions import at_defaults
from wutong.model.compiled import engine
from wutong.model.draws import child
from wutong.model.facts import Assumption, Floats, Keys, Label, Shape, fixed
from wutong.model.given import Levers, Record, levers_at, record_at
from wutong.model.history import History
from wutong.model.scenario import (
    Anchor,
    Case,
    Constraint,
    Industry,
    Lab,
    LeverSetting,
    Park,
    PartnerKind,
    Pipeline,
    Plant,
    Policy,
    Scenario,
    Segment,
    Status,
    Zone,
)
from wutong.model.simulate import simulate
from wutong.model.tables import Park as Tables
from wutong.model.tables import Table, copied, new_table
from wutong.model.units import NEVER, quarter
from wutong.model.world import World, prepare

ROOT = Path(__file__).resolve().parents[1]
START = quarter("2022Q3")
FIRST = START + 1
SIGNS = quarter("2023Q4")
ASSEMBLY, PARTS, FLEET, METAL, BIO = "cars.assembly", "cars.parts", "services.fleet", "metal.works", "health.bio"
SEGMENTS = (ASSEMBLY, PARTS, FLEET, METAL, BIO)
TIED = (PARTS, FLEET)
UNLINKED = (METAL, BIO)
NAME = Label("试验", "Try")

NO_SPIN_OFFS = {"spin_off.firm_rate": 0.0, "spin_off.lab_rate": 0.0}
NO_KNOWLEDGE = {"attraction.knowledge_weight": 0.0}
NO_FEEDBACK = {"attraction.demand_weight": 0.0, "attraction.inputs_weight": 0.0, **NO_KNOWLEDGE}
NO_RECRUITS = {"anchors.candidate_rate": 0.0}
NO_EXIT = {"exit.park_factor": 0.0}
NO_SHOCKS = {"growth.shock_spread": 0.0, "outside.common_spread": 0.0, "outside.segment_spread": 0.0, "outside.pool_spread": 0.0}
NO_AGE_EFFECT = {"growth.young_growth": 0.0, "growth.old_growth": 0.0}
NO_PARTNERS = {"attraction.anyway_rate": 0.0}
NO_BUILDING = {"site.building_rate": 0.0}
AMPLE_PEOPLE = {"growth.people": 1e9}


def between(low: float, high: float) -> Assumption:
    return Assumption(0.5 * (low + high), low, high, Shape.UNIFORM)


def segment(key: str, firms: float, heads: float, entry: float, plant: Plant = Plant.PLANT, growth: float = 0.04) -> Segment:
    """A segment with the given firms, heads a firm and entrants a year; offices need no funnel."""
    return Segment(
        key,
        key.partition(".")[0],
        NAME,
        key,
        plant,
        firms=between(0.9 * firms, 1.1 * firms),
        staff=between(0.9 * firms * heads, 1.1 * firms * heads),
        revenue_per_head=between(0.009, 0.011),
        growth=fixed(growth),
        productivity_growth=fixed(0.03),
        entry=fixed(entry),
        entry_per_firm=False,
        through_funnel=plant is Plant.PLANT and key != METAL,
        value_added_share=fixed(0.3),
        localisable_share=fixed(0.9),
        local_capacity_share=fixed(0.6),
        size_spread=1.0,
        branch_plant=key == ASSEMBLY,
        spin_off_segment=PARTS if key == ASSEMBLY else key,
        buyer_segment=ASSEMBLY if key == PARTS else None,
        recruit_weight=1.0 if key == ASSEMBLY else 0.0,
        partner_kind="maker" if key == ASSEMBLY else None,
    )


def old_anchor() -> Anchor:
    """An assembler that has operated for eight years and whose partners came before."""
    return Anchor(
        "old_maker", NAME, ASSEMBLY, "maker", Status.OPERATING, START - 40, START - 32, fixed(10.0), fixed(20.0), fixed(800.0),
        fixed(1.0), partners_came_before=True,
    )  # fmt: skip


def new_anchor(signed: int = SIGNS, partner_kind: str | None = "maker") -> Anchor:
    """An assembler that signs at a given quarter and opens a year and a half later for sure."""
    opens = signed + 6 if signed < NEVER else None
    return Anchor(
        "new_maker", NAME, ASSEMBLY, partner_kind, Status.PLANNED, signed, opens, fixed(20.0), fixed(30.0), fixed(1200.0),
        fixed(1.0),
    )  # fmt: skip


def toy_park(anchors: Sequence[Anchor] | None = None, occupancy: float = 0.05) -> Park:
    """The toy park, by default with an old anchor and a planned one, and with plenty of floor."""
    segments = (
        segment(ASSEMBLY, 4, 600, 0.0),
        segment(PARTS, 20, 80, 4.0),
        segment(FLEET, 30, 12, 16.0, Plant.OFFICE),
        segment(METAL, 15, 40, 6.0),
        segment(BIO, 12, 10, 8.0, Plant.OFFICE),
    )
    purchases = np.zeros((len(SEGMENTS), len(SEGMENTS)))
    purchases[0, 1], purchases[0, 2], purchases[2, 0] = 0.50, 0.03, 0.05
    lab = Lab(
        "institute", NAME, Status.OPERATING, START - 24, fixed(6.0), university=True, fields={BIO: 1.0}, opening_share=fixed(1)
    )
    return Park(
        "toy",
        NAME,
        START,
        tuple(Industry(key, NAME, fixed(0.0)) for key in dict.fromkeys(s.industry for s in segments)),
        segments,
        (
            Zone("works", NAME, (Plant.PLANT, Plant.FAB), fixed(1.0), fixed(occupancy)),
            Zone("tower", NAME, (Plant.OFFICE,), fixed(1.0), fixed(occupancy)),
        ),
        tuple(map(tuple, purchases.tolist())),
        (PartnerKind("maker", NAME, between(40.0, 60.0), {PARTS: 0.6, FLEET: 0.4}),),
        tuple(anchors) if anchors is not None else (old_anchor(), new_anchor()),
        (lab,),
        Pipeline(((START - 6, 6), (START - 2, 8)), fixed(2.0), "made up"),
        (),
    )


def toy_scenario(park: Park | None = None, quarters: int = 12, name: str = "toy") -> Scenario:
    """The toy park over some quarters, every range of the rules sampled."""
    return Scenario(name, NAME, park or toy_park(), START + quarters, {}, ())


def without(scenario: Scenario, *switches: dict[str, float]) -> Scenario:
    """The scenario with some parameters fixed, as the switches of this module say."""
    given = {name: fixed(value) for switch in switches for name, value in switch.items()}
    return dataclasses.replace(scenario, assumptions={**scenario.assumptions, **given})


def plain(park: Park | None = None, quarters: int = 12) -> Scenario:
    """The toy park at the defaults, with ample people and without spin-offs, knowledge, recruits."""
    return at_defaults(without(toy_scenario(park, quarters), NO_SPIN_OFFS, NO_KNOWLEDGE, NO_RECRUITS, AMPLE_PEOPLE))


def with_segments(park: Park, **changes: Assumption | float | bool | None) -> Park:
    """The park with fields of all its segments replaced."""
    return dataclasses.replace(park, segments=tuple(dataclasses.replace(s, **changes) for s in park.segments))


def policy(*settings: LeverSetting, name: str = "policy") -> Policy:
    return Policy(name, NAME, settings)


def constraint(quantity: str, segments: tuple[str, ...], low: float, high: float) -> Constraint:
    return Constraint(quantity, segments, low, high, "made up")


NO_POLICY = policy(name="none")


def cases(scenario: Scenario, n: int, chosen: Policy = NO_POLICY, seed: int = 1) -> tuple[Case, ...]:
    return tuple(Case(scenario, chosen, replication, seed) for replication in range(n))


def run(scenario: Scenario, n: int = 2, chosen: Policy = NO_POLICY, seed: int = 1) -> History:
    return simulate(cases(scenario, n, chosen, seed))


def started(
    scenario: Scenario, n: int = 2, chosen: Policy = NO_POLICY, seed: int = 1, *, plain: bool | None = None
) -> list[World]:
    """Worlds at their start."""
    batch = prepare(cases(scenario, n, chosen, seed))
    return [World(batch, position, plain=plain) for position in range(n)]


def begun(scenario: Scenario, chosen: Policy = NO_POLICY) -> World:
    """One world at its start, made and run by plain Python: nothing need be compiled to look at a rule."""
    return started(scenario, 1, chosen, plain=True)[0]


def branched(world: World) -> World:
    """A world of its own that stands where another stands."""
    other = copy(world)
    other.park, other.record = copied(world.park), Record(*(table.copy() for table in world.record))
    return other


def by_quarter(world: World, quarters: int) -> list[Tables]:
    """The tables of a world as it stands and after each of some quarters."""
    out = [copied(world.park)]
    for _ in range(quarters):
        world.advance(world.quarter + 1)
        out.append(copied(world.park))
    return out


def call(function: Callable[..., Any], *arguments: object) -> Any:
    """What a function of the engine returns, run as the plain Python that it is."""
    return engine(function, plain=True)(*arguments)


def parameters(declared: type, **changes: float) -> Any:
    """Parameters of a rule at their defaults but for some: a record."""
    usual = declared()
    values = {f.name: float(np.ravel(getattr(usual, f.name))[0]) for f in dataclasses.fields(declared)} | changes
    return np.array([tuple(values.values())], [(name, float) for name in values]).view(np.recarray)[0]


def levers_in(world: World, quarter: int) -> Levers:
    return levers_at(world.levers, quarter - world.given.start)


def record_in(world: World, quarter: int) -> Record:
    return record_at(world.record, quarter - world.given.start)


def table_of(name: str, n: int, **columns: object) -> Table:
    """A table with so many rows in use and with room for a few more; columns that are not given are 0."""
    table = new_table(name, n + 8, n)
    for column, values in columns.items():
        table.row[column][:n] = values
    return table


def keys(n: int, salt: int = 77) -> Keys:
    """Lineage keys of their own."""
    return child(np.full(n, salt, np.uint64), np.arange(n))


def of_segments(history: History, measure: str, segments: Sequence[str]) -> Floats:
    """A measure of some segments, of shape (n_quarters + 1, n_worlds, n)."""
    return history.values[measure][:, :, [SEGMENTS.index(s) for s in segments]]
