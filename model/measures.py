"""The measures: what is recorded every quarter, with unit, kind and definition.  A measure is added here, as one entry.

Counts of firms mean firms that operate, unless their name says registered: of projects signed in this city about a quarter
ever operate, and a goal read on signatures would be met on paper alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from wutong.model.derived import DERIVED
from wutong.model.history import Axis, Kind, MeasureFact, entry
from wutong.model.lineage_measures import lineage_measures
from wutong.model.research_measures import research_measures

ACTIVITY = (  # recorded by segment for the accounts alone: what the levers are charged on
    "coached", "newcomers_area", "newcomers_tax", "projects_served", "started_paid", "opened_paid", "entering_transfer",
)  # fmt: skip
RECORDED_AXES = (Axis.SEGMENT, Axis.ZONE, Axis.ANCHOR, Axis.LAB, Axis.PARK)


def _stocks() -> tuple[MeasureFact, ...]:
    return (
        entry("firms", "在营企业", "Operating firms", "firms", Kind.STOCK,
               "季末在营的企业，含龙头；不含仅注册、仅签约的",
               "firms that operate at the quarter's end, anchors included; not those only registered or signed"),
        entry("registered_firms", "在册企业", "Registered firms", "firms", Kind.STOCK,
               "在营企业加近两年内关闭但尚未注销的", "operating firms and those closed within two years, still on the books"),
        entry("above_scale_firms", "规上企业", "Above-scale firms", "firms", Kind.STOCK,
               "年营业收入 2,000 万元及以上的在营企业", "operating firms with revenue of 20 million yuan a year or more"),
        entry("employees", "从业人员", "Employees", "persons", Kind.STOCK,
               "在营企业季末人数", "staff of operating firms at the quarter's end"),
        entry("brought_firms", "龙头带来的企业", "Firms brought by anchors", "firms", Kind.STOCK,
               "因龙头跟进落户的企业及其衍生企业，不含本会自发到来的",
               "followers of an anchor and what span off from them; not those that would have come anyway"),
        entry("brought_employees", "龙头带来的就业", "Jobs brought by anchors", "persons", Kind.STOCK,
               "龙头带来的企业的人数", "staff of the firms brought by anchors"),
        entry("brought_revenue", "龙头带来的收入", "Revenue brought by anchors", "亿元/year", Kind.RATE,
               "龙头带来的企业的营业收入", "revenue of the firms brought by anchors"),
        entry("anchors", "龙头", "Anchors", "anchors", Kind.STOCK,
               "已签约、开工或投产的龙头", "anchors signed, started or operating"),
        entry("operating_anchors", "投产龙头", "Operating anchors", "anchors", Kind.STOCK,
               "已投产的龙头", "anchors that operate"),
        entry("pipeline_projects", "在途项目", "Projects under way", "projects", Kind.STOCK,
               "已签约、未投产也未取消的项目", "projects signed that neither operate nor are cancelled"),
        entry("knowledge", "知识存量", "Knowledge stock", "1", Kind.STOCK,
               "实验室完成产业放大的成果，逐年折旧", "results of labs that passed scale-up, decaying year by year"),
        entry("land", "占用土地", "Land in use", "mu", Kind.STOCK,
               "按人均建筑面积与容积率 1.5 推算", "from floor a head at a floor ratio of 1.5 (assumed)"),
        entry("induced_jobs", "诱发岗位", "Induced jobs", "persons", Kind.STOCK,
               "园外服务业岗位，单列，不计入任何目标", "jobs outside the park, shown apart, never counted toward a goal"),
        entry("floor", "载体面积", "Floor space", "m2", Kind.STOCK,
               "各片区载体，不含项目自建厂房", "floor space of the zones, plants that projects bring left out", Axis.ZONE),
        entry("occupied", "已用面积", "Floor space in use", "m2", Kind.STOCK,
               "各片区已用面积", "floor space of the zones in use", Axis.ZONE),
    )  # fmt: skip


def _totals() -> tuple[MeasureFact, ...]:
    return (
        entry("signed_projects_total", "累计签约项目", "Projects signed so far", "projects", Kind.STOCK,
               "自启动招商以来累计签约，含龙头；起点以前按环节拆分为推算",
               "signed since the park began to recruit, anchors included; before the start split over segments by estimate"),
        entry("signed_investment_total", "累计签约投资", "Investment signed so far", "亿元", Kind.STOCK,
               "自启动招商以来累计合同额；起点以前按环节拆分为推算",
               "contracts since the park began to recruit; before the start split over segments by estimate"),
    )  # fmt: skip


def _rates() -> tuple[MeasureFact, ...]:
    rate = Kind.RATE
    return (
        entry("revenue", "营业收入", "Revenue", "亿元/year", rate,
               "当季年化，当年价", "annualised over the quarter, nominal"),
        entry("value_added", "增加值", "Value added", "亿元/year", rate,
               "营业收入 × 增加值率", "revenue times the value-added share of the segment"),
        entry("tax", "税收", "Tax", "亿元/year", rate, "全口径税收", "tax of all levels of government"),
        entry("local_tax", "地方留成税收", "Local tax", "亿元/year", rate,
               "园区留成部分", "the part that the zone keeps"),
        entry("purchases", "采购额", "Purchases", "亿元/year", rate,
               "企业按上季收入向本模型各环节的采购，含外购",
               "purchases from the segments of the model out of last quarter's revenue, imports included"),
        entry("local_demand", "可本地化需求", "Local demand", "亿元/year", rate,
               "可由本地企业供应的采购", "purchases that local suppliers could fill"),
        entry("local_orders", "本地订单", "Local orders", "亿元/year", rate,
               "本地企业获得的本地订单", "orders that local firms receive from local buyers"),
        entry("local_purchases", "本地采购", "Local purchases", "亿元/year", rate,
               "企业向本地下的订单", "orders that firms place locally"),
        entry("unmet_demand", "本地缺口", "Unmet local demand", "亿元/year", rate,
               "可本地化但仍外购的部分", "what could be local and is imported"),
        entry("largest_anchor_revenue", "最大龙头收入", "Revenue of the largest anchor", "亿元/year", rate,
               "收入最高的龙头", "the anchor with the highest revenue", Axis.PARK),
        entry("lever_cost", "政策成本", "Cost of levers", "亿元/year", rate,
               "相对 2022 年新增的财政支出", "public money beyond the level of 2022", Axis.LEVER),
        entry("net_balance", "财政净额", "Net fiscal balance", "亿元/year", rate,
               "地方留成税收减政策成本", "local tax less the cost of levers", Axis.PARK),
    )  # fmt: skip


def _flows() -> tuple[MeasureFact, ...]:
    flow = Kind.FLOW
    return (
        entry("entrants_attracted", "一般进入", "Generic entrants", "firms", flow,
               "当季开业", "firms that opened in the quarter"),
        entry("entrants_followed", "跟随龙头进入", "Followers", "firms", flow,
               "当季开业", "firms that opened in the quarter"),
        entry("entrants_firm_spin_off", "企业衍生", "Spin-offs of firms", "firms", flow,
               "当季开业", "firms that opened in the quarter"),
        entry("entrants_lab_spin_off", "实验室衍生", "Spin-offs of labs", "firms", flow,
               "当季开业", "firms that opened in the quarter"),
        entry("entrants_scheduled", "已签约龙头投产", "Named anchors opened", "firms", flow,
               "当季投产", "anchors that opened in the quarter"),
        entry("entrants_recruited", "新招龙头投产", "Recruited anchors opened", "firms", flow,
               "当季投产", "anchors that opened in the quarter"),
        entry("exits", "退出", "Exits", "firms", flow,
               "关闭或迁出", "firms that closed or moved away"),
        entry("turned_away", "无处落户", "Turned away", "firms", flow,
               "因载体不足未能落户", "firms that found no floor space"),
        entry("landed_next_door", "落户邻近园区", "Landed next door", "firms", flow,
               "跟随龙头到本市、未落本园的伙伴",
               "partners that came for an anchor and settled elsewhere in the city"),
        entry("hires_wanted", "拟新增用工", "Hires wanted", "persons", flow,
               "在营企业按需求拟增加的人数", "staff that operating firms would hire"),
        entry("hires", "实际新增用工", "Hires", "persons", flow,
               "受人员与载体约束后的新增人数", "staff hired, as far as people and floor space allow"),
    )  # fmt: skip


def _project_flows() -> tuple[MeasureFact, ...]:
    flow = Kind.FLOW
    return (
        entry("signed_projects", "签约项目", "Projects signed", "projects", flow,
               "当季签约，含龙头", "signed in the quarter, anchors included"),
        entry("signed_investment", "签约投资", "Investment signed", "亿元", flow,
               "合同额", "contract value"),
        entry("started_projects", "开工项目", "Projects started", "projects", flow,
               "当季开工", "started in the quarter"),
        entry("started_investment", "开工投资", "Investment started", "亿元", flow,
               "合同额", "contract value"),
        entry("opened_projects", "投产项目", "Projects opened", "projects", flow,
               "当季投产", "opened in the quarter"),
        entry("opened_investment", "投产投资", "Investment opened", "亿元", flow,
               "合同额", "contract value"),
        entry("transferred_projects", "完成转化", "Research transferred", "projects", flow,
               "通过成果转化阶段的科研项目", "research projects that passed the transfer stage"),
        entry("rivals_entrants", "竞争园区进入", "Entrants of rival parks", "firms", flow,
               "用于计算挤出，不属于本园", "for displaced entrants; not of this park"),
    )  # fmt: skip


def _ratios() -> tuple[MeasureFact, ...]:
    def ratio(
        key: str, zh: str, en: str, unit: str, parts: tuple[str, str], says: tuple[str, str], axis: Axis = Axis.SEGMENT
    ) -> MeasureFact:
        return entry(key, zh, en, unit, Kind.RATIO, *says, axis, parts)

    return (
        ratio("revenue_per_head", "人均营收", "Revenue a head", "亿元/year", ("revenue", "employees"),
              ("营业收入 ÷ 从业人员", "revenue over employees")),
        ratio("local_sourcing_share", "本地配套率", "Local sourcing share", "share", ("local_purchases", "purchases"),
              ("本地采购 ÷ 采购额", "local purchases over purchases")),
        ratio("chain_coverage", "链条覆盖率", "Chain coverage", "share", ("local_orders", "local_demand"),
              ("本地订单 ÷ 可本地化需求", "local orders over local demand")),
        ratio("hiring_share", "招工满足率", "Hiring met", "share", ("hires", "hires_wanted"),
              ("实际新增 ÷ 拟新增用工", "staff hired over staff wanted: below 1 people or floor space bind")),
        ratio("largest_anchor_share", "最大龙头占比", "Share of the largest anchor", "share",
              ("largest_anchor_revenue", "revenue"),
              ("最大龙头收入 ÷ 营业收入", "revenue of the largest anchor over all revenue"), Axis.PARK),
        ratio("occupancy", "入住率", "Occupancy", "share", ("occupied", "floor"),
              ("已用面积 ÷ 载体面积", "floor space in use over floor space"), Axis.ZONE),
        ratio("revenue_per_mu", "亩均产出", "Output per mu", "亿元/year", ("revenue", "land"),
              ("营业收入 ÷ 占用土地", "revenue over land in use")),
        ratio("tax_per_mu", "亩均税收", "Tax per mu", "亿元/year", ("tax", "land"),
              ("税收 ÷ 占用土地", "tax over land in use")),
    )  # fmt: skip


_DECLARED = (
    *_stocks(),
    *_totals(),
    *_rates(),
    *_flows(),
    *_project_flows(),
    *_ratios(),
    *lineage_measures(),
    *research_measures(),
)
MEASURES: Mapping[str, MeasureFact] = {fact.key: fact for fact in _DECLARED}
RECORDED: Mapping[Axis, tuple[str, ...]] = {
    axis: tuple(f.key for f in _DECLARED if f.axis is axis and f.ratio is None and f.key not in DERIVED)
    + (ACTIVITY if axis is Axis.SEGMENT else ())
    for axis in RECORDED_AXES
}
RECORDS: Mapping[Axis, np.dtype[Any]] = {
    axis: np.dtype([(name, np.float64) for name in names], align=True) for axis, names in RECORDED.items()
}
