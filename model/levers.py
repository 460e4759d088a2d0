"""The policy levers: bounds, cost, effects and evidence of each.

A lever is a change from the levels of 2022.  Levers compute, they do not edit.  A lever is added here, as one entry of LEVERS.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wutong.model import lever_costs as costs
from wutong.model import lever_effects as effects
from wutong.model.facts import Floats, Label
from wutong.model.lever_costs import Activity
from wutong.model.lever_effects import LeverInputs
from wutong.model.lever_facts import LeverParameters

SUPPORT_LIMIT = 0.25


class Target(enum.StrEnum):
    """What a lever can be aimed at, and so the last axis of its level."""

    PARK = "park"
    SEGMENTS = "segments"
    ZONES = "zones"


@dataclass(frozen=True)
class Lever:
    """One lever: bounds, yearly cost in words and as a function [亿元/year], evidence, and the effects of its level.

    An ``extensive`` level (money, places, floor) is divided among what it is aimed at; an intensive one (a share) holds
    for each.  ``delay`` are the quarters from the decision to the effect.
    """

    key: str
    label: Label
    unit: str
    low: float
    high: float
    cost: Label
    evidence: str
    effects: Callable[[LeverInputs], Mapping[str, Floats]]
    yearly_cost: Callable[[Floats, Activity, LeverParameters], Floats]
    target: Target = Target.PARK
    extensive: bool = False
    delay: int = 0


# ── The table ────────────────────────────────────────────────────────────────────────────────────────────────────────
LEVERS: Mapping[str, Lever] = {
    lever.key: lever
    for lever in (
        Lever(
            "anchor_recruitment",
            Label("龙头招引力量", "Anchor recruitment"),
            "persons",
            -75.0,
            225.0,
            Label("每增加一名招商人员 67 万元/年", "0.0067 亿元 a year for each recruiter beyond 2022"),
            "sign seen across countries, none in rich ones; size from memory (Morisset & Andrews-Johnson 2004)",
            effects.recruitment,
            costs.recruitment,
        ),
        Lever(
            "supplier_matching",
            Label("链长制配套对接", "Supplier matching"),
            "share",
            0.0,
            1.0,
            Label(
                "13 条链各 0.10 亿元/年，每家受辅导企业 10 万元/年",
                "0.10 亿元 a year for each of 13 chains, 0.001 a coached firm",
            ),
            "exit and local share from Chile's PDP; effect on arrivals assumed: no study found",
            effects.matching,
            costs.matching,
        ),
        Lever(
            "delivery_service",
            Label("项目落地服务", "Delivery service"),
            "share",
            0.0,
            1.0,
            Label("每 8 个在途项目一名专员", "one manager for 8 unfinished projects"),
            "2-3 months saved seen in this zone; effect on the opening share assumed",
            effects.delivery,
            costs.delivery,
        ),
        Lever(
            "rent_subsidy",
            Label("租金补贴", "Rent subsidy"),
            "share",
            0.0,
            1.0,
            Label("新企业前三年租金 × 比例", "share of entrants' rent in their first three years"),
            "Swedish parks: survival up, growth not; Start-Up Chile: no effect of desks and cash",
            effects.rent,
            costs.rent,
            Target.SEGMENTS,
        ),
        Lever(
            "space",
            Label("载体建设", "Space"),
            "万 m2/year",
            0.0,
            50.0,
            Label("造价的 6.5 %/年减租金收入", "6.5 % of building cost a year less rent received"),
            "raises floor space only; building costs seen for plants, assumed for offices",
            effects.space,
            costs.space,
            Target.ZONES,
            extensive=True,
            delay=8,
        ),
        Lever(
            "seed_fund",
            Label("种子基金", "Seed fund"),
            "亿元/year",
            0.0,
            5.0,
            Label("投出金额 × (1 − 回收率 + 2 %)", "money invested x (1 - recovery + 2 %)"),
            "both pulls and nulls seen; additionality assumed",
            effects.seed,
            costs.seed,
            Target.SEGMENTS,
            extensive=True,
        ),
        Lever(
            "lab_funding",
            Label("实验室经费", "Lab funding"),
            "亿元/year",
            0.0,
            20.0,
            Label("经费 × (1 − 外部资金占比)", "money x (1 - share paid by others)"),
            "start-up rates of US universities (AUTM); patents per grant (Azoulay et al. 2019)",
            effects.lab,
            costs.lab,
        ),
        Lever(
            "landing_subsidy",
            Label("落户补助", "Landing subsidy"),
            "share",
            0.0,
            0.20,
            Label(
                "到位投资 × 比例，开工付 30 %、投产付 70 %，单个项目不超过 1.5 亿元",
                "share of realised investment, 30 % at start, 70 % in operation, at most 1.5 亿元 a project",
            ),
            "Bartik 2018, Criscuolo et al. 2019, Slattery 2019; mapped to this park",
            effects.landing,
            costs.landing,
            Target.SEGMENTS,
        ),
        Lever(
            "tax_relief",
            Label("税收返还", "Tax relief"),
            "share",
            0.0,
            1.0,
            Label(
                "新企业地方留成税收 × 比例，第四、五年减半", "share of entrants' locally kept tax, half of it in years 4 and 5"
            ),
            "terms seen in Rongchang; works through support alone",
            effects.tax,
            costs.tax,
            Target.SEGMENTS,
        ),
        Lever(
            "talent_programme",
            Label("人才计划", "Talent programme"),
            "persons/year",
            0.0,
            10_000.0,
            Label("每人 8 万元，分三年", "0.0008 亿元 a hire, spread over three years"),
            "additional hires computed from pay elasticities; Chinese studies give signs",
            effects.talent,
            costs.talent,
        ),
        Lever(
            "transfer_support",
            Label("成果转化支持", "Transfer support"),
            "share",
            0.0,
            1.0,
            Label("每个进入转化阶段的项目 0.02 亿元，另 0.13 亿元/年", "0.02 亿元 a project entering transfer, and 0.13 a year"),
            "sign seen (more transfers, no more income); sizes assumed",
            effects.transfer,
            costs.transfer,
        ),
        Lever(
            "incubator_places",
            Label("孵化器席位", "Incubator places"),
            "firms",
            0.0,
            2_000.0,
            Label("每个席位 5.5 万元/年", "0.00055 亿元 a place and year"),
            "Schwartz 2013: survival no better; Amezcua 2010: faster growth; sizes assumed",
            effects.incubator,
            costs.incubator,
            Target.SEGMENTS,
            extensive=True,
        ),
    )
}
