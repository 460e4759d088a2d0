"""A small made-up park and histories of it: enough to test tables, words and pictures without running the model."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence

import numpy as np

from wutong.model.facts import Floats, Label, fixed
from wutong.model.history import Axis, History, Kind, MeasureFact
from wutong.model.scenario import (
    Anchor,
    Basis,
    Case,
    Industry,
    Observed,
    Park,
    PartnerKind,
    Pipeline,
    Plant,
    Policy,
    Scenario,
    Segment,
    Status,
    Target,
)
from wutong.model.units import quarter

START, END = quarter("2022Q3"), quarter("2030Q4")
INDUSTRIES = {
    "software": Label("软件和信息服务", "Software"),
    "ic": Label("集成电路", "Integrated circuits"),
    "laptops": Label("笔记本电脑", "Laptops"),
    "vehicles": Label("智能网联新能源汽车", "Connected electric vehicles"),
    "health": Label("生命健康", "Life and health"),
    "green": Label("绿色低碳及智能制造", "Green and smart manufacturing"),
    "services": Label("高技术服务业", "High-tech services"),
}
SEGMENTS = {  # label, firms, heads a firm, 亿元 a head, growth
    "software.products": (Label("软件产品", "Software products"), 140, 14, 0.0105, 0.16),
    "software.services": (Label("软件服务", "Software services"), 155, 12, 0.0095, 0.15),
    "ic.design": (Label("芯片设计", "IC design"), 15, 80, 0.015, 0.10),
    "ic.fab": (Label("晶圆制造（功率半导体）", "Fabs (power semiconductors)"), 2, 650, 0.013, 0.12),
    "ic.packaging": (Label("封装测试", "Packaging and test"), 10, 900, 0.017, 0.06),
    "laptops.assembly": (Label("笔记本电脑整机", "Laptop assembly"), 8, 6000, 0.032, 0.00),
    "laptops.parts": (Label("笔记本电脑配件", "Laptop parts"), 100, 180, 0.0115, 0.02),
    "vehicles.assembly": (Label("整车", "Vehicle assembly"), 2, 3000, 0.02, 0.05),
    "vehicles.parts": (Label("汽车零部件", "Vehicle parts"), 35, 200, 0.0085, 0.04),
    "vehicles.connected": (Label("车联网系统", "Connected systems"), 15, 90, 0.008, 0.12),
    "health.inputs": (Label("同位素与原料", "Isotopes and inputs"), 0, 100, 0.01, 0.10),
    "health.drugs": (Label("药品", "Drugs"), 30, 120, 0.011, 0.08),
    "health.devices": (Label("医疗器械", "Medical devices"), 35, 90, 0.01, 0.08),
    "green.equipment": (Label("智能装备", "Equipment"), 100, 120, 0.01, 0.06),
    "green.materials": (Label("新材料", "Materials"), 90, 110, 0.01, 0.05),
    "services.hightech": (Label("高技术服务", "High-tech services"), 550, 15, 0.005, 0.08),
}
SOFTWARE = ("software.products", "software.services")
POLICIES = {
    "none": Label("维持现状", "No new policy"),
    "as_announced": Label("已公布政策", "As announced"),
    "recruit": Label("加大龙头企业招商力度", "Recruit more anchors"),
    "chains": Label("链长制与本地配套对接全面覆盖", "Chain leaders match suppliers in all thirteen chains"),
    "everything": Label(
        "全部政策工具同时加码：招商、配套、人才、载体、种子基金与成果转化一揽子方案",
        "Every lever at once: recruitment, matching, talent, space, seed money and technology transfer in one package",
    ),
}


def _segment(key: str) -> Segment:
    one = fixed(1.0)
    label = SEGMENTS[key][0]
    industry = key.partition(".")[0]
    numbers = dict.fromkeys(("firms", "staff", "revenue_per_head", "growth", "productivity_growth", "entry"), one)
    shares = dict.fromkeys(("value_added_share", "localisable_share", "local_capacity_share"), one)
    return Segment(
        key, industry, label, "S", Plant.OFFICE, **numbers, **shares, entry_per_firm=False, through_funnel=False,
        size_spread=1.0, branch_plant=False, spin_off_segment=key,
    )  # fmt: skip


def park() -> Park:
    purchases = [[0.0] * len(SEGMENTS) for _ in SEGMENTS]
    keys = list(SEGMENTS)
    purchases[keys.index("laptops.assembly")][keys.index("laptops.parts")] = 0.4
    purchases[keys.index("laptops.assembly")][keys.index("ic.packaging")] = 0.1
    purchases[keys.index("services.hightech")][keys.index("laptops.assembly")] = 0.03
    kind = PartnerKind("laptop_maker", Label("整机企业", "Laptop maker"), None, {"laptops.parts": 0.8, "green.materials": 0.2})
    anchor = Anchor(
        "new_odm", Label("新引进整机龙头", "A new laptop maker"), "laptops.assembly", "laptop_maker", Status.PLANNED,
        quarter("2024Q2"), None, fixed(30.0), None, None, fixed(1.0),
    )  # fmt: skip
    seen = (
        Observed("firms", "software", quarter("2022Q2"), 300.0, "华龙网 2022-07-31"),
        Observed("firms", "software", quarter("2021Q4"), 240.0, "虚构的测试数据"),
        Observed("revenue", "software", quarter("2020Q4"), 46.0, "统计公报"),
    )
    return Park(
        "science_city", Label("西部（重庆）科学城", "West (Chongqing) Science City"), START,
        tuple(Industry(k, v, fixed(0.0)) for k, v in INDUSTRIES.items()), tuple(_segment(k) for k in SEGMENTS), (),
        tuple(tuple(row) for row in purchases), (kind,), (anchor,), (), Pipeline((), fixed(1.0), ""), (), seen,
    )  # fmt: skip


def targets() -> tuple[Target, ...]:
    every = tuple(SEGMENTS)
    health = ("health.inputs", "health.drugs", "health.devices")
    article = "西部（重庆）科学城 打造产业高质量发展新引擎，2022"

    def target(key: str, zh: str, en: str, measure: str, segments: Sequence[str], value: float, by: str) -> Target:
        basis = Basis.YEAR if measure == "revenue" else Basis.LEVEL
        return Target(key, Label(zh, en), measure, tuple(segments), value, quarter(by), basis, article)

    return (
        target("software_revenue_2025", "软件业务收入", "Software revenue", "revenue", SOFTWARE, 800.0, "2025Q4"),
        target("software_firms_2025", "软件企业数", "Software firms", "firms", SOFTWARE, 2000.0, "2025Q4"),
        target("software_employees_2025", "软件从业人数", "Software employees", "employees", SOFTWARE, 60000.0, "2025Q4"),
        target(
            "connected_2027",
            "智能网联系统产业集群收入",
            "Connected-systems cluster",
            "revenue",
            ("vehicles.connected",),
            15,
            "2027Q4",
        ),
        target("isotope_2035", "同位素药物产业集群", "Isotope-drug cluster", "revenue", health[:2], 1000.0, "2035Q4"),
        target("health_2035", "西部生命芯谷", "Western Life Core Valley", "revenue", health, 1000.0, "2035Q4"),
        target("leading_2030", "主导产业总规模", "Leading industries together", "revenue", every, 3500.0, "2030Q4"),
    )


DEFINITIONS = {
    "firms": Label(
        "在园区内实际经营的企业，不含仅注册未经营的企业", "Firms that operate in the park; registered-only firms are left out"
    ),
    "revenue": Label(
        "在营企业折合全年的营业收入，现价；软件产业不含集成电路设计",
        "Annualised revenue of operating firms at current prices; software excludes IC design",
    ),
}


def _fact(key: str, zh: str, en: str, unit: str, kind: Kind, axis: Axis) -> MeasureFact:
    ratio = ("occupied", "floor") if kind is Kind.RATIO else None
    return MeasureFact(key, Label(zh, en), unit, kind, axis, DEFINITIONS.get(key, Label("", "")), ratio)


FACTS = {
    fact.key: fact
    for fact in (
        _fact("firms", "在营企业数", "Operating firms", "firms", Kind.STOCK, Axis.SEGMENT),
        _fact("employees", "从业人数", "Employees", "persons", Kind.STOCK, Axis.SEGMENT),
        _fact("revenue", "营业收入", "Revenue", "亿元/year", Kind.RATE, Axis.SEGMENT),
        _fact("exits", "退出企业数", "Exits", "firms", Kind.FLOW, Axis.SEGMENT),
        _fact("lever_cost", "政策成本", "Lever cost", "亿元/year", Kind.RATE, Axis.LEVER),
        _fact("occupancy", "入驻率", "Occupancy", "share", Kind.RATIO, Axis.ZONE),
        _fact("occupied", "已用面积", "Floor in use", "m2", Kind.STOCK, Axis.ZONE),
        _fact("floor", "建筑面积", "Floor space", "m2", Kind.STOCK, Axis.ZONE),
        _fact("knowledge", "知识存量", "Knowledge", "1", Kind.STOCK, Axis.PARK),
    )
}
AXES = {Axis.SEGMENT: tuple(SEGMENTS), Axis.ZONE: ("xiyong", "valley"), Axis.LEVER: ("space", "seed_fund"), Axis.PARK: ("park",)}


def scenario(end: int = END) -> Scenario:
    return Scenario("baseline", Label("科学城基准情景", "Science City baseline"), park(), end, {}, targets())


@functools.cache
def history(policy: str = "none", n_worlds: int = 100, boost: float = 0.0, end: int = END) -> History:
    """Worlds whose draws depend on their number alone; ``boost`` is extra yearly growth from 2023Q4."""
    settled = scenario(end)
    cases = tuple(Case(settled, Policy(policy, POLICIES[policy], ()), r) for r in range(n_worlds))
    n_rows = end - START + 1
    years = np.arange(n_rows) / 4.0
    values: dict[str, list[Floats]] = {"firms": [], "employees": [], "revenue": [], "exits": []}
    for i, (_, firms, heads, money, growth) in enumerate(SEGMENTS.values()):
        draws = np.random.default_rng(i)
        spread = draws.normal(0.0, 0.06, n_worlds)
        start = np.exp(draws.normal(0.0, 0.12, n_worlds))
        walk = np.cumsum(draws.normal(0.0, 0.02, (n_rows, n_worlds)), axis=0)
        late = np.clip(years - 1.25, 0.0, None)[:, None] * boost * (1 + draws.normal(0.0, 0.5, n_worlds))
        path = start * np.exp((growth + spread) * years[:, None] + walk - walk[0] + late)
        values["firms"].append(np.round(firms * path))
        values["employees"].append(np.round(firms * heads * path))
        values["revenue"].append(firms * heads * money * path * 1.03 ** years[:, None])
        exits = draws.poisson(firms * 0.02, (n_rows, n_worlds)).astype(float)
        exits[0] = 0.0
        values["exits"].append(exits)
    arrays = {key: np.stack(parts, axis=2) for key, parts in values.items()}
    ones = np.ones((n_rows, n_worlds, 2))
    park_wide = np.ones((n_rows, n_worlds, 1))
    others = {"lever_cost": ones * 0.5, "occupied": ones * 5e5, "floor": ones * 1e6, "knowledge": park_wide}
    return History(cases, START, AXES, FACTS, arrays | others)


def histories(n_policies: int, n_worlds: int = 100, end: int = END) -> list[History]:
    boosts = (0.0, 0.01, 0.05, 0.03, 0.09)
    return [history(p, n_worlds, b, end) for p, b in list(zip(POLICIES, boosts, strict=True))[:n_policies]]


def with_and_without_anchor(n_worlds: int = 60) -> tuple[History, History]:
    """The same worlds with and without the anchor ``new_odm``: it adds to tied parts, a little to linked segments."""
    without = history(n_worlds=n_worlds)
    late = np.clip((np.arange(without.n_quarters + 1) + START - quarter("2024Q2")) / 4.0, 0.0, 5.0)[:, None]
    draw = np.random.default_rng(99).gamma(4.0, 0.5, n_worlds)
    firms = without.values["firms"].copy()
    firms[:, :, AXES[Axis.SEGMENT].index("laptops.parts")] += np.round(late * draw * 2)
    firms[:, :, AXES[Axis.SEGMENT].index("services.hightech")] += np.round(late * draw * 0.5)
    return dataclasses.replace(without, values={**without.values, "firms": firms}), without
