"""Small parks and policies thrown together at random: they meet in a dozen quarters what the shipped park meets in decades."""

from __future__ import annotations

import random
from typing import Any

from wutong.model.facts import Assumption, Label, Shape, fixed
from wutong.model.levers import LEVERS, Target
from wutong.model.scenario import (
    Anchor,
    Case,
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
    Shock,
    Status,
    Zone,
)
from wutong.model.units import NEVER, quarter

START = quarter("2022Q3")
NAME = Label("试验", "Try")
SEGMENTS = ("cars.assembly", "cars.parts", "cars.design", "chips.fab", "chips.design", "care.fleet")
ASSEMBLY, PARTS, DESIGN, FAB, CHIPS, FLEET = SEGMENTS
OFFICES = (DESIGN, CHIPS, FLEET)


def random_case(number: int, quarters: int = 14) -> Case:
    """A park, a scenario and a policy, always the same ones for a number."""
    dice = random.Random(number)
    park = random_park(dice)
    scenario = Scenario(f"random_{number}", NAME, park, START + quarters, lively(dice), (), shocks=shocks(dice))
    return Case(scenario, random_policy(dice, park), number)


def between(low: float, high: float) -> Assumption:
    return Assumption(0.5 * (low + high), low, high, Shape.UNIFORM)


# ── The park ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def random_park(dice: random.Random) -> Park:
    return Park(
        "random",
        NAME,
        START,
        tuple(Industry(key, NAME, between(-0.1, 0.2)) for key in dict.fromkeys(key.partition(".")[0] for key in SEGMENTS)),
        tuple(segment(dice, key) for key in SEGMENTS),
        zones(dice),
        tuple(tuple(dice.choice((0.0, 0.01, 0.05, 0.12)) for _ in SEGMENTS) for _ in SEGMENTS),
        (
            PartnerKind("maker", NAME, between(10.0, 50.0), {PARTS: 0.5, FLEET: 0.3, FAB: 0.2}),
            PartnerKind("laptop_like", NAME, None, {PARTS: 0.6, DESIGN: 0.4}),
        ),
        anchors(dice),
        labs(dice),
        Pipeline(((START - 18, 3), (START - 6, 8), (START - 2, 8), (START, 4)), between(1.0, 6.0), "made up"),
        (),
    )


def segment(dice: random.Random, key: str) -> Segment:
    office = key in OFFICES
    plant = Plant.OFFICE if office else Plant.FAB if key == FAB else Plant.PLANT
    firms, heads = {ASSEMBLY: (5, 300.0), FAB: (dice.choice((0, 3)), 150.0)}.get(key, (dice.randint(8, 25), 25.0))
    return Segment(
        key,
        key.partition(".")[0],
        NAME,
        key,
        plant,
        firms=between(firms, 1.3 * firms),
        staff=between(firms * heads, 1.3 * firms * heads),
        revenue_per_head=between(0.008, 0.02),
        growth=between(-0.05, 0.12),
        productivity_growth=between(0.0, 0.05),
        entry=between(0.0, dice.choice((4.0, 30.0))),
        entry_per_firm=False,
        through_funnel=dice.random() < 0.3 if office else dice.random() < 0.8,
        value_added_share=between(0.2, 0.4),
        localisable_share=between(0.1, 0.9),
        local_capacity_share=between(0.1, 0.9),
        size_spread=1.0,
        branch_plant=key in (ASSEMBLY, FAB),
        spin_off_segment={ASSEMBLY: PARTS, FAB: CHIPS}.get(key, key),
        lag_factor=dice.choice((0.5, 1.0)),
        buyer_segment={PARTS: ASSEMBLY, CHIPS: FAB}.get(key),
        recruit_weight=dice.choice((0.0, 1.0, 3.0)),
        partner_kind={ASSEMBLY: "maker", FAB: "laptop_like"}.get(key),
    )


def zones(dice: random.Random) -> tuple[Zone, ...]:
    field = (Plant.OFFICE, Plant.FAB) if dice.random() < 0.5 else (Plant.OFFICE,)
    tight = between(0.7, 1.0) if dice.random() < 0.6 else between(0.2, 0.6)
    return (
        Zone("works", NAME, (Plant.PLANT, Plant.FAB), fixed(0.7), tight, additions=((START + 3, 4000.0), (START + 5, 900.0))),
        Zone("tower", NAME, (Plant.OFFICE,), fixed(0.6), between(0.6, 0.98)),
        Zone("mixed", NAME, (Plant.OFFICE, Plant.PLANT), fixed(0.35), tight),
        Zone("field", NAME, field, fixed(0.05), None, floor=between(0.0, 6000.0)),
    )


def anchors(dice: random.Random) -> tuple[Anchor, ...]:
    """Anchors in every stage; any of them may close, also before it opens or signs."""

    def anchor(key: str, where: str, kind: str | None, status: Status, signed: int, opens: int | None, **more: Any) -> Anchor:
        jobs = None if dice.random() < 0.4 else between(60.0, 300.0)
        revenue = None if dice.random() < 0.4 and status is not Status.OPERATING else between(2.0, 9.0)
        closes = more.pop("closes", START + dice.randint(1, 12) if dice.random() < 0.3 else NEVER)
        figures = between(3.0, 30.0), revenue, jobs, between(0.6, 1.0)
        return Anchor(key, NAME, where, kind, status, signed, opens, *figures, closes=closes, **more)

    soon, before, leaves = START + dice.randint(1, 6), dice.random() < 0.5, START + dice.randint(1, 9)
    return (
        anchor("old", ASSEMBLY, "maker", Status.OPERATING, START - 30, START - 24, partners_came_before=before),
        anchor("leaving", ASSEMBLY, "maker", Status.OPERATING, START - 9, START - 3, closes=leaves),
        anchor("building", DESIGN, "maker", Status.STARTED, START - 6, START + dice.randint(1, 4), punctual=True),
        anchor("signed", FAB, "laptop_like", Status.SIGNED, START - dice.randint(0, 3), None),
        anchor("planned", ASSEMBLY, "laptop_like", Status.PLANNED, soon, soon + 3),
        anchor("never", PARTS, "maker", Status.PLANNED, NEVER, None),
    )


def labs(dice: random.Random) -> tuple[Lab, ...]:
    fields = {CHIPS: 0.7, FLEET: 0.3}
    closes = START + dice.randint(2, 10)
    return (
        Lab("old", NAME, Status.OPERATING, START - 40, between(4.0, 30.0), True, {DESIGN: 0.5, PARTS: 0.5}, fixed(1.0)),
        Lab("closing", NAME, Status.OPERATING, START - 12, between(4.0, 30.0), False, fields, fixed(1.0), closes=closes),
        Lab("coming", NAME, Status.STARTED, START + 3, between(1.0, 30.0), False, {CHIPS: 1.0}, between(0.6, 1.0)),
    )


# ── The scenario and the policy ──────────────────────────────────────────────────────────────────────────────────────
def lively(dice: random.Random) -> dict[str, Assumption]:
    """Rates at which much happens in a few quarters."""
    given = {
        "spin_off.firm_rate": between(0.01, 0.06),
        "spin_off.lab_rate": between(0.2, 1.0),
        "exit.park_factor": between(1.0, 6.0),
        "anchors.candidate_rate": between(20.0, 80.0),
        "anchors.acceptance_logit": between(-2.0, 0.0),
        "attraction.lead_rate": between(0.05, 0.5),
        "attraction.follow_rate": between(0.2, 4.0),
        "attraction.anyway_rate": between(0.0, 0.05),
        "attraction.landing_hardware": between(0.2, 0.9),
        "growth.people": between(0.0, 300.0),
        "knowledge.basic_years": between(0.1, 1.0),
        "knowledge.core_years": between(0.1, 1.0),
        "newcomers.park_factor": between(0.5, 2.0),
    }
    return {name: spread for name, spread in given.items() if dice.random() < 0.7}


def shocks(dice: random.Random) -> tuple[Shock, ...]:
    if dice.random() < 0.5:
        return ()
    return (
        Shock("slump", NAME, (ASSEMBLY, PARTS, FLEET), 2023, 2024, between(-0.3, -0.05), between(-0.5, 0.0)),
        Shock("wave", NAME, (CHIPS, FLEET), 2024, 2024, between(0.0, 0.3), between(0.0, 1.0)),
    )


def random_policy(dice: random.Random, park: Park) -> Policy:
    """About half of the levers, each at some level for some time."""
    settings = []
    for key, lever in LEVERS.items():
        if dice.random() < 0.5:
            continue
        first = park.start + dice.randint(1, 6)
        aims: dict[str, Any] = {}
        if lever.target is Target.SEGMENTS and dice.random() < 0.5:
            aims["segments"] = tuple(dice.sample([s.key for s in park.segments], min(2, len(park.segments))))
        if lever.target is Target.ZONES and dice.random() < 0.5:
            aims["zones"] = (dice.choice(park.zones).key,)
        last = dice.choice((NEVER, first + dice.randint(0, 8)))
        settings.append(LeverSetting(key, dice.uniform(lever.low, lever.high), first, last, **aims))
    if not any(setting.lever == "space" for setting in settings):
        settings.append(
            LeverSetting("space", dice.uniform(0.1, 2.0), park.start + 1, zones=(park.zones[-1].key,), ready=park.start + 4)
        )
    return Policy("random", NAME, tuple(settings))
