"""Parameters of newcomers: how large an entrant is, and how a signed project fares."""

from __future__ import annotations

from dataclasses import dataclass

from wutong.model.facts import Floats, Tag, parameter


@dataclass(frozen=True)
class Newcomers:
    entrant_staff_median: Floats = parameter(
        6.0, unit="persons", low=4.0, high=9.0, tag=Tag.COMPUTED,
        en="Median staff of a software or services entrant", zh="软件与服务业新企业人数中位数",
        source="entrants of Chongqing software parks, 10 staff a firm (Chongqing Daily 2022)",
    )  # fmt: skip
    entrant_staff_mean: Floats = parameter(
        14.0, unit="persons", low=10.0, high=20.0, tag=Tag.COMPUTED,
        en="Mean staff of a software or services entrant", zh="软件与服务业新企业人数均值",
        source="5 万 new staff in 3,500 new software firms, Chongqing 2022 (press conference 13 Jun 2023)",
    )  # fmt: skip
    quality_spread: Floats = parameter(
        0.3, unit="1", low=0.2, high=0.4,
        en="Spread of productivity between firms (sd of log)", zh="企业间生产率离散度", source="design choice",
    )  # fmt: skip
    partner_investment: Floats = parameter(
        1.5, unit="亿元", low=1.0, high=2.2, tag=Tag.COMPUTED,
        en="Mean investment of a landed hardware partner", zh="落地硬件配套企业平均投资",
        source="laptop episode 2013: 1,148 亿元 in 768 signed suppliers",
    )  # fmt: skip
    project_spread: Floats = parameter(
        1.0, unit="1", low=0.7, high=1.3,
        en="Spread of project investment (sd of log)", zh="项目投资离散度", source="design choice",
    )  # fmt: skip
    funnel_position: Floats = parameter(
        0.5, unit="1", low=0.0, high=1.0, tag=Tag.COMPUTED,
        en="Place on the ridge of lag and opening share", zh="漏斗岭线位置",
        source="Smart China Expo and Western China Fair projects in operation by end 2021 (56 of 253, 74 of 300)",
    )  # fmt: skip
    park_factor: Floats = parameter(
        0.55, unit="1", low=0.4, high=1.0, tag=Tag.COMPUTED,
        en="Opening share of this park relative to the city", zh="本园投产率相对全市",
        source="11 projects came into use in H1 2022 where the city's funnel says 20",
    )  # fmt: skip
    size_exponent: Floats = parameter(
        0.25, unit="1", low=0.1, high=0.4, tag=Tag.COMPUTED,
        en="Exponent of investment in the lag", zh="投资额对工期的弹性", source="roster of dated projects, six events",
    )  # fmt: skip
    realised_share: Floats = parameter(
        0.21, unit="share", low=0.10, high=0.35, tag=Tag.COMPUTED,
        en="Contract investment paid in by a project that opens", zh="投产项目实际到位投资占合同额比重",
        source="21 % of contracts paid in (Chongqing 2021); projects in use in H1 2022: 1.1 亿元 each, signed ones 9.9",
    )  # fmt: skip
    output_per_investment: Floats = parameter(
        2.3, unit="1/year", low=0.6, high=6.1, tag=Tag.COMPUTED,
        en="Planned yearly output per investment", zh="计划产值/投资", source="planned outputs of the roster's projects",
    )  # fmt: skip
    plan_realised: Floats = parameter(
        0.5, unit="share", low=0.15, high=1.0, tag=Tag.COMPUTED,
        en="Planned output that is realised", zh="产值计划兑现率",
        source="laptop episode: 14 % of the plan by 2013; otherwise design",
    )  # fmt: skip
    overrun: Floats = parameter(
        0.5, unit="year", low=0.0, high=2.0,
        en="Mean overrun of a declared opening date", zh="申报投产日期平均延误",
        source="CR Micro's 12-inch fab; otherwise design",
    )  # fmt: skip
    anchor_investment: Floats = parameter(
        10.0, unit="亿元", low=5.0, high=20.0,
        en="Median investment of a recruited anchor", zh="新招龙头投资中位数",
        source="contracts of 3,141.9 亿元 over 317 projects",
    )  # fmt: skip
