"""How one would come to know a number that is drawn: what to count, ask or follow, in words for planners."""

from __future__ import annotations

from collections.abc import Mapping

from wutong.experiments.answers.uncertain import Uncertain
from wutong.experiments.wording import lower_first
from wutong.model.facts import Label

WAYS: Mapping[str, Label] = {  # by the field of a park's file; {} is the industry, zone, anchor or lab
    "entry": Label("统计“{}”一年新开业的企业数", "counting the firms that open in a year in {}"),
    "firms": Label("清点“{}”在营企业数", "counting the operating firms in {}"),
    "staff": Label("清点“{}”从业人数", "counting the staff of {}"),
    "revenue_per_head": Label("调查“{}”人均营收", "asking for the revenue a head in {}"),
    "growth": Label("跟踪“{}”园区外销售的增速", "following how sales outside the park grow in {}"),
    "productivity_growth": Label("跟踪“{}”人均产出的增速", "following output a head in {} over the years"),
    "value_added_share": Label("调查“{}”增加值占营收的比重", "asking for the value added in {}"),
    "localisable_share": Label("调查采购“{}”产品的企业有多少可在本地买", "asking buyers of {} what they could buy next door"),
    "local_capacity_share": Label("调查“{}”企业有多少产能可供本地", "asking how much of its capacity {} could sell next door"),
    "pool_trend": Label("跟踪“{}”每年在各地选址的企业数", "following how many firms look for a site each year in {}"),
    "share": Label("丈量“{}”在用的载体面积", "measuring the floor space in use at {}"),
    "occupancy": Label("调查“{}”载体的入住率", "surveying how much of the floor space at {} is in use"),
    "floor": Label("丈量“{}”的载体面积", "measuring the floor space of {}"),
    "partners": Label("清点“{}”一类龙头的配套伙伴", "counting the partners of an anchor of the kind “{}”"),
    "investment": Label("向“{}”核实协议投资", "asking for the contract of {}"),
    "revenue": Label("向“{}”核实年收入", "asking for the yearly revenue of {}"),
    "jobs": Label("向“{}”核实用工人数", "asking for the jobs at {}"),
    "opening_share": Label("核实“{}”是否会投产", "finding out whether {} will open"),
    "budget": Label("核实“{}”的年度经费", "asking for the yearly budget of {}"),
}
PARAMETERS: Mapping[str, Label] = {
    "growth.people": Label("统计园区一年能招到多少人", "counting the people that can be hired in a year"),
    "exit.park_factor": Label("统计一年内关闭和迁出的企业", "counting the firms that close or move out in a year"),
    "newcomers.entrant_staff_mean": Label(
        "统计新开业软件和服务企业的人数", "counting the staff of software and services firms that open"
    ),
    "site.building_rate": Label("统计每年新建成的载体", "counting the floor space that is built each year"),
    "anchors.acceptance_logit": Label("统计在谈项目中最终落户的比例", "counting how many candidates sign in the end"),
    "anchors.candidate_rate": Label("统计一年内在谈的龙头项目数", "counting the anchors that are negotiated with in a year"),
}


COMMON = ("industries.", "partner_kinds.")  # whose names are no proper names


def way_of(number: Uncertain, language: str) -> str:
    """What one would do to know a number; for the inner numbers of a rule, only that it would be known."""
    field = number.name.rpartition(".")[2]
    own = PARAMETERS.get(number.name) or (WAYS.get(field) if number.owner.en else None)
    if own is None:
        label = number.label.in_language(language)
        return f"弄清“{label}”" if language == "zh" else f"knowing “{label}”"
    name = number.owner.in_language(language)
    common = language == "en" and number.name.startswith(COMMON)
    return own.in_language(language).format(lower_first(name) if common else name)
