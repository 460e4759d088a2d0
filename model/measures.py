"""The measures: what is recorded every quarter, with unit, kind and definition.  A measure is added here, as one entry.

Counts of firms mean firms that operate, unless their name says registered: of projects signed in this city about a quarter
ever operate, and a goal read on signatures would be met on paper alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from wutong.model.entities import Channel, Stage
from wutong.model.facts import Floats
from wutong.model.history import Axis, Kind, MeasureFact
from wutong.model.lineage import summed
from wutong.model.lineage_measures import lineage_measures
from wutong.model.moment import Measure, Moment, counted, entry
from wutong.model.research_measures import research_measures
from wutong.model.settlement import Settled
from wutong.model.state import ParkState

ABOVE_SCALE = 0.2  # 亿元/year: 20 million yuan
MU = 666.67 * 1.5  # m2 of floor on a mu of land, at a floor ratio of 1.5 (assumed)
BOOKS = 8  # quarters for which a closed firm stays registered


def _opened(channel: Channel) -> Callable[[Moment], Floats]:
    return lambda m: m.settled.opened[channel]


def _count(m: Moment, chosen: Floats) -> Floats:
    return m.after.groups.sum_by_cell(chosen)


def _brought(m: Moment, value: Floats) -> Floats:
    return m.after.groups.sum_by_cell((m.after.firms.anchor >= 0) * value)


def _anchors_by_cell(m: Moment, low: Stage) -> Floats:
    anchors = m.after.anchors
    chosen = np.flatnonzero((anchors.stage >= low) & (anchors.stage < Stage.CLOSED))
    return m.after.count_by_cell(anchors.world[chosen] * m.after.base.n_segments + anchors.segment[chosen])


def _largest_anchor(m: Moment) -> Floats:
    firms, anchors = m.after.firms, m.after.anchors
    running = np.flatnonzero(anchors.firm >= 0)
    out = np.zeros((m.after.base.n_worlds, 1))
    np.maximum.at(out[:, 0], anchors.world[running], firms.revenue[anchors.firm[running]])
    return out


def _pipeline(m: Moment) -> Floats:
    projects = m.after.projects
    return m.after.count_by_cell(projects.cell[np.flatnonzero(projects.signed <= m.after.quarter)])


def _balance(m: Moment) -> Floats:
    if "local_tax" not in m.flows:
        return np.zeros((m.after.base.n_worlds, 1))
    return np.asarray((m.flows["local_tax"].sum(axis=1) - m.flows["lever_cost"].sum(axis=1))[:, None])


def _lever_cost(m: Moment) -> Floats:
    from wutong.model.levers import LEVERS

    return m.flows["lever_cost"] if "lever_cost" in m.flows else np.zeros((m.after.base.n_worlds, len(LEVERS)))


def _value_added(m: Moment) -> Floats:
    return m.revenue * m.after.base.value_added_share


def _stocks() -> tuple[Measure, ...]:
    return (
        entry("firms", "在营企业", "Operating firms", "firms", Kind.STOCK, lambda m: m.after.cells.firms.astype(np.float64),
               "季末在营的企业，含龙头；不含仅注册、仅签约的",
               "firms that operate at the quarter's end, anchors included; not those only registered or signed"),
        entry("registered_firms", "在册企业", "Registered firms", "firms", Kind.STOCK, None,
               "在营企业加近两年内关闭但尚未注销的", "operating firms and those closed within two years, still on the books"),
        entry("above_scale_firms", "规上企业", "Above-scale firms", "firms", Kind.STOCK,
               lambda m: _count(m, (m.after.firms.revenue >= ABOVE_SCALE).astype(np.float64)),
               "年营业收入 2,000 万元及以上的在营企业", "operating firms with revenue of 20 million yuan a year or more"),
        entry("employees", "从业人员", "Employees", "persons", Kind.STOCK, lambda m: m.staff.sum(axis=2),
               "在营企业季末人数", "staff of operating firms at the quarter's end"),
        entry("brought_firms", "龙头带来的企业", "Firms brought by anchors", "firms", Kind.STOCK,
               lambda m: _count(m, (m.after.firms.anchor >= 0).astype(np.float64)),
               "因龙头跟进落户的企业及其衍生企业，不含本会自发到来的",
               "followers of an anchor and what span off from them; not those that would have come anyway"),
        entry("brought_employees", "龙头带来的就业", "Jobs brought by anchors", "persons", Kind.STOCK,
               lambda m: _brought(m, m.after.firms.employees), "龙头带来的企业的人数", "staff of the firms brought by anchors"),
        entry("brought_revenue", "龙头带来的收入", "Revenue brought by anchors", "亿元/year", Kind.RATE,
               lambda m: _brought(m, m.after.firms.revenue),
               "龙头带来的企业的营业收入", "revenue of the firms brought by anchors"),
        entry("anchors", "龙头", "Anchors", "anchors", Kind.STOCK, lambda m: _anchors_by_cell(m, Stage.SIGNED),
               "已签约、开工或投产的龙头", "anchors signed, started or operating"),
        entry("operating_anchors", "投产龙头", "Operating anchors", "anchors", Kind.STOCK,
               lambda m: _anchors_by_cell(m, Stage.OPERATING), "已投产的龙头", "anchors that operate"),
        entry("pipeline_projects", "在途项目", "Projects under way", "projects", Kind.STOCK, _pipeline,
               "已签约、未投产也未取消的项目", "projects signed that neither operate nor are cancelled"),
        entry("knowledge", "知识存量", "Knowledge stock", "1", Kind.STOCK, lambda m: m.after.cells.knowledge,
               "实验室完成产业放大的成果，逐年折旧", "results of labs that passed scale-up, decaying year by year"),
        entry("land", "占用土地", "Land in use", "mu", Kind.STOCK,
               lambda m: m.staff.sum(axis=2) * m.after.base.floor_per_head / MU,
               "按人均建筑面积与容积率 1.5 推算", "from floor a head at a floor ratio of 1.5 (assumed)"),
        entry("induced_jobs", "诱发岗位", "Induced jobs", "persons", Kind.STOCK, counted("induced_jobs"),
               "园外服务业岗位，单列，不计入任何目标", "jobs outside the park, shown apart, never counted toward a goal"),
        entry("floor", "载体面积", "Floor space", "m2", Kind.STOCK, lambda m: m.after.zones.floor[:, :-1],
               "各片区载体，不含项目自建厂房", "floor space of the zones, plants that projects bring left out", Axis.ZONE),
        entry("occupied", "已用面积", "Floor space in use", "m2", Kind.STOCK, lambda m: m.after.zones.occupied[:, :-1],
               "各片区已用面积", "floor space of the zones in use", Axis.ZONE),
    )  # fmt: skip


def _totals() -> tuple[Measure, ...]:
    return (
        entry("signed_projects_total", "累计签约项目", "Projects signed so far", "projects", Kind.STOCK, None,
               "自启动招商以来累计签约，含龙头；起点以前按环节拆分为推算",
               "signed since the park began to recruit, anchors included; before the start split over segments by estimate"),
        entry("signed_investment_total", "累计签约投资", "Investment signed so far", "亿元", Kind.STOCK, None,
               "自启动招商以来累计合同额；起点以前按环节拆分为推算",
               "contracts since the park began to recruit; before the start split over segments by estimate"),
    )  # fmt: skip


def _rates() -> tuple[Measure, ...]:
    rate = Kind.RATE
    return (
        entry("revenue", "营业收入", "Revenue", "亿元/year", rate, lambda m: m.revenue,
               "当季年化，当年价", "annualised over the quarter, nominal"),
        entry("value_added", "增加值", "Value added", "亿元/year", rate, _value_added,
               "营业收入 × 增加值率", "revenue times the value-added share of the segment"),
        entry("tax", "税收", "Tax", "亿元/year", rate, counted("tax"), "全口径税收", "tax of all levels of government"),
        entry("local_tax", "地方留成税收", "Local tax", "亿元/year", rate, counted("local_tax"),
               "园区留成部分", "the part that the zone keeps"),
        entry("purchases", "采购额", "Purchases", "亿元/year", rate, lambda m: m.after.cells.purchases,
               "企业按上季收入向本模型各环节的采购，含外购",
               "purchases from the segments of the model out of last quarter's revenue, imports included"),
        entry("local_demand", "可本地化需求", "Local demand", "亿元/year", rate, lambda m: m.after.cells.demand,
               "可由本地企业供应的采购", "purchases that local suppliers could fill"),
        entry("local_orders", "本地订单", "Local orders", "亿元/year", rate, lambda m: m.after.cells.filled,
               "本地企业获得的本地订单", "orders that local firms receive from local buyers"),
        entry("local_purchases", "本地采购", "Local purchases", "亿元/year", rate, lambda m: m.after.cells.placed,
               "企业向本地下的订单", "orders that firms place locally"),
        entry("unmet_demand", "本地缺口", "Unmet local demand", "亿元/year", rate, lambda m: m.after.cells.unmet,
               "可本地化但仍外购的部分", "what could be local and is imported"),
        entry("largest_anchor_revenue", "最大龙头收入", "Revenue of the largest anchor", "亿元/year", rate, _largest_anchor,
               "收入最高的龙头", "the anchor with the highest revenue", Axis.PARK),
        entry("lever_cost", "政策成本", "Cost of levers", "亿元/year", rate, _lever_cost,
               "相对 2022 年新增的财政支出", "public money beyond the level of 2022", Axis.LEVER),
        entry("net_balance", "财政净额", "Net fiscal balance", "亿元/year", rate, _balance,
               "地方留成税收减政策成本", "local tax less the cost of levers", Axis.PARK),
    )  # fmt: skip


def _flows() -> tuple[Measure, ...]:
    flow = Kind.FLOW
    return (
        entry("entrants_attracted", "一般进入", "Generic entrants", "firms", flow, _opened(Channel.ATTRACTED),
               "当季开业", "firms that opened in the quarter"),
        entry("entrants_followed", "跟随龙头进入", "Followers", "firms", flow, _opened(Channel.FOLLOWED),
               "当季开业", "firms that opened in the quarter"),
        entry("entrants_firm_spin_off", "企业衍生", "Spin-offs of firms", "firms", flow, _opened(Channel.FIRM_SPIN_OFF),
               "当季开业", "firms that opened in the quarter"),
        entry("entrants_lab_spin_off", "实验室衍生", "Spin-offs of labs", "firms", flow, _opened(Channel.LAB_SPIN_OFF),
               "当季开业", "firms that opened in the quarter"),
        entry("entrants_scheduled", "已签约龙头投产", "Named anchors opened", "firms", flow, _opened(Channel.SCHEDULED),
               "当季投产", "anchors that opened in the quarter"),
        entry("entrants_recruited", "新招龙头投产", "Recruited anchors opened", "firms", flow, _opened(Channel.RECRUITED),
               "当季投产", "anchors that opened in the quarter"),
        entry("exits", "退出", "Exits", "firms", flow, lambda m: m.settled.exits,
               "关闭或迁出", "firms that closed or moved away"),
        entry("turned_away", "无处落户", "Turned away", "firms", flow,
               lambda m: m.settled.turned_away,
               "因载体不足未能落户", "firms that found no floor space"),
        entry("landed_next_door", "落户邻近园区", "Landed next door", "firms", flow, counted("landed_next_door"),
               "跟随龙头到本市、未落本园的伙伴",
               "partners that came for an anchor and settled elsewhere in the city"),
        entry("hires_wanted", "拟新增用工", "Hires wanted", "persons", flow, counted("hires_wanted"),
               "在营企业按需求拟增加的人数", "staff that operating firms would hire"),
        entry("hires", "实际新增用工", "Hires", "persons", flow, counted("hires"),
               "受人员与载体约束后的新增人数", "staff hired, as far as people and floor space allow"),
    )  # fmt: skip


def _project_flows() -> tuple[Measure, ...]:
    flow = Kind.FLOW
    return (
        entry("signed_projects", "签约项目", "Projects signed", "projects", flow, lambda m: m.settled.signed,
               "当季签约，含龙头", "signed in the quarter, anchors included"),
        entry("signed_investment", "签约投资", "Investment signed", "亿元", flow,
               lambda m: m.settled.signed_investment,
               "合同额", "contract value"),
        entry("started_projects", "开工项目", "Projects started", "projects", flow, counted("started_projects"),
               "当季开工", "started in the quarter"),
        entry("started_investment", "开工投资", "Investment started", "亿元", flow, counted("started_investment"),
               "合同额", "contract value"),
        entry("opened_projects", "投产项目", "Projects opened", "projects", flow, counted("opened_projects"),
               "当季投产", "opened in the quarter"),
        entry("opened_investment", "投产投资", "Investment opened", "亿元", flow, counted("opened_investment"),
               "合同额", "contract value"),
        entry("transferred_projects", "完成转化", "Research transferred", "projects", flow, counted("transferred_projects"),
               "通过成果转化阶段的科研项目", "research projects that passed the transfer stage"),
        entry("rivals_entrants", "竞争园区进入", "Entrants of rival parks", "firms", flow, counted("rivals_entrants"),
               "用于计算挤出，不属于本园", "for displaced entrants; not of this park"),
    )  # fmt: skip


def _ratios() -> tuple[Measure, ...]:
    def ratio(
        key: str, zh: str, en: str, unit: str, parts: tuple[str, str], says: tuple[str, str], axis: Axis = Axis.SEGMENT
    ) -> Measure:
        return entry(key, zh, en, unit, Kind.RATIO, None, *says, axis, parts)

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
_ALL = {m.fact.key: m for m in _DECLARED}
MEASURES: Mapping[str, MeasureFact] = {key: m.fact for key, m in _ALL.items()}


def measure(before: ParkState, after: ParkState, settled: Settled) -> dict[str, Floats]:
    """Every recorded measure of one quarter, of shape (n_worlds, n) each."""
    moment = Moment(
        before,
        after,
        settled,
        before.flows,
        before.groups.sum_by_cell(before.firms.revenue),
        after.groups.sum_by_site(after.firms.employees),
        summed(before, after),
    )
    return {key: m.compute(moment) for key, m in _ALL.items() if m.compute is not None}


def derived(values: Mapping[str, Floats], before: Mapping[str, Floats]) -> dict[str, Floats]:
    """Measures that need the whole run, of shape (n_quarters + 1, n_worlds, n_segments) each.

    Parameters
    ----------
    before : by flow, what had flowed before the start, of shape (n_worlds, n_segments)
    """
    exits = np.cumsum(values["exits"], axis=0)
    recent = exits.copy()
    recent[BOOKS:] -= exits[:-BOOKS]
    totals = {f"{flow}_total": start + np.cumsum(values[flow], axis=0) for flow, start in before.items()}
    return {"registered_firms": values["firms"] + recent, **totals}
