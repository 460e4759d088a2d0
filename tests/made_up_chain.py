"""A chain of three segments with round numbers: an assembler buys parts and tools, the toolmaker buys nothing."""

from __future__ import annotations

import dataclasses

import numpy as np
import worlds

from wutong.model.facts import Label, fixed
from wutong.model.history import Axis, History
from wutong.model.measures import MEASURES
from wutong.model.scenario import Anchor, PartnerKind, Plant, Scenario, Status
from wutong.model.units import quarter

START = worlds.START
MAKER, PARTS, TOOLS = "cars.assembly", "cars.parts", "metal.tools"
LABELS = {
    MAKER: Label("整车总装", "Car assembly"),
    PARTS: Label("汽车零部件", "Car parts"),
    TOOLS: Label("精密刀具", "Precision tools"),
}
MEASURED = ("local_demand", "local_orders", "unmet_demand", "firms", "revenue", "employees")


def scenario(firms_of_tools: float = 0.0) -> Scenario:
    segments = tuple(
        dataclasses.replace(worlds.segment(key, 4.0, 100.0, 1.0, Plant.PLANT), label=LABELS[key], local_capacity_share=fixed(0.5))
        for key in LABELS
    )
    purchases = ((0.0, 0.5, 0.1), (0.0, 0.2, 0.0), (0.0, 0.0, 0.0))
    maker = Anchor(
        "big_maker", Label("大整车厂", "Big maker"), MAKER, "maker", Status.OPERATING, START - 20, START - 16, fixed(10.0),
        fixed(150.0), None, fixed(1.0),
    )  # fmt: skip
    later = dataclasses.replace(maker, key="later_maker", label=Label("后来厂", "Later maker"), status=Status.PLANNED, opens=None)
    park = dataclasses.replace(
        worlds.toy_park((maker, later)),
        segments=segments,
        purchases=purchases,
        partner_kinds=(PartnerKind("maker", Label("整车", "Maker"), fixed(10.0), {PARTS: 0.97, TOOLS: 0.03}),),
    )
    return Scenario("made_up", Label("造出的情景", "Made-up scenario"), park, START + 1, {}, ())


def history(orders_of_parts: tuple[float, ...] = (30.0, 50.0), firms_of_tools: float = 0.0) -> History:
    """Worlds at the start and one quarter on, where parts fill the given orders [亿元/year] of a demand of 60, tools none of 20.

    Before: the assembler sells 200, parts makers 100.  Purchases of parts are 0.5 * 200 + 0.2 * 100 = 120, half of which is
    local demand: 50 of the assembler, 10 of the parts makers; of tools 0.1 * 200 = 20, all of it local.
    """
    n = len(orders_of_parts)
    one = np.ones(n)
    rows = {
        "local_demand": (0 * one, 60.0 * one, 20.0 * one),
        "local_orders": (0 * one, np.array(orders_of_parts), 0 * one),
        "unmet_demand": (0 * one, 60.0 - np.array(orders_of_parts), 20.0 * one),
        "firms": (2.0 * one, 50.0 * one, firms_of_tools * one),
        "revenue": (200.0 * one, 100.0 * one, 0 * one),
        "employees": (4000.0 * one, 5000.0 * one, 0 * one),
    }
    values = {key: np.stack([np.stack(rows[key], axis=1)] * 2) for key in MEASURED}
    cases = worlds.cases(scenario(), n)
    axes = {Axis.SEGMENT: tuple(LABELS)}
    return History(cases, START, axes, {key: MEASURES[key] for key in MEASURED}, values)


NOW = START + 1
LATE = quarter("2040Q1")
