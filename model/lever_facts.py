"""Parameters of the levers: sizes of effects and costs.  Only the signs are evidence for most of them: see each source."""

from __future__ import annotations

from dataclasses import dataclass

from wutong.model.facts import Floats, Tag, parameter

NULL = 0.2  # chance that an effect is absent: several studies of this setting find none


@dataclass(frozen=True)
class LeverParameters:
    discount_rate: Floats = parameter(
        0.05, unit="1/year", low=0.03, high=0.08, en="Discount rate", zh="贴现率", source="design choice"
    )
    office_wage: Floats = parameter(
        0.00155, unit="亿元/year", low=0.0010, high=0.0020, tag=Tag.SEEN,
        en="Yearly pay of a software job", zh="软件岗位年薪", source="Chongqing statistics bureau 2021 (155,067 yuan)",
    )  # fmt: skip
    plant_wage: Floats = parameter(
        0.0008, unit="亿元/year", low=0.0006, high=0.0010, tag=Tag.COMPUTED,
        en="Yearly pay of a plant job", zh="制造岗位年薪", source="between private and non-private urban pay, Chongqing 2021",
    )  # fmt: skip
    office_rent: Floats = parameter(
        30.0, unit="yuan/m2/month", low=20.0, high=45.0, en="Office rent", zh="办公租金", source="peers seen, zone assumed"
    )
    plant_rent: Floats = parameter(
        15.0, unit="yuan/m2/month", low=10.0, high=20.0, en="Plant rent", zh="厂房租金", source="peers seen, zone assumed"
    )
    anchor_investment: Floats = parameter(
        10.0, unit="亿元", low=5.0, high=20.0, en="Typical investment of an anchor, for its support", zh="龙头典型投资额",
        source="design: contracts of 3,141.9 亿元 over 317 projects",
    )  # fmt: skip
    small_investment: Floats = parameter(
        0.01, unit="亿元", low=0.003, high=0.03, en="Investment of a software or services entrant", zh="轻资产企业投资额",
        source="design choice",
    )  # fmt: skip
    # anchor recruitment
    recruitment_base: Floats = parameter(
        75.0, unit="persons", low=50.0, high=150.0, tag=Tag.COMPUTED, en="Recruitment staff in 2022", zh="2022 年招商人员",
        source="CINDE: 0.5 m yuan a project, times 100 projects a year",
    )  # fmt: skip
    recruitment_elasticity: Floats = parameter(
        0.25, unit="1", low=0.0, high=0.5, tag=Tag.MEMORY, null_prob=NULL, en="Candidates per recruitment staff, elasticity",
        zh="招商弹性", source="Morisset & Andrews-Johnson 2004",
    )  # fmt: skip
    recruitment_delay: Floats = parameter(
        1.0, unit="year", low=0.5, high=2.0, en="Delay of recruitment", zh="招商见效时间", source="design choice"
    )
    recruiter_cost: Floats = parameter(
        0.0067, unit="亿元/year", low=0.004, high=0.009, tag=Tag.COMPUTED, en="Cost of a recruiter", zh="招商人员成本",
        source="Qijiang investment bureau accounts 2023",
    )  # fmt: skip
    # supplier matching
    matching_follow: Floats = parameter(
        0.15, unit="1", low=0.0, high=0.5, null_prob=NULL, en="Matching: more partners follow others", zh="对接提升跟随率",
        source="no study found",
    )  # fmt: skip
    matching_lead: Floats = parameter(
        0.05, unit="1", low=0.0, high=0.3, null_prob=NULL, en="Matching: more partners decide alone", zh="对接提升自主率",
        source="no study found",
    )  # fmt: skip
    matching_local: Floats = parameter(
        0.10, unit="1", low=0.0, high=0.30, null_prob=NULL, en="Matching: more purchases localisable", zh="对接提升本地配套",
        source="ceiling from supplier sales in Chile's PDP (Arraiz et al. 2013)",
    )  # fmt: skip
    coached_exit: Floats = parameter(
        0.75, unit="1", low=0.6, high=1.0, tag=Tag.COMPUTED, en="Exit hazard of coached suppliers", zh="受辅导企业退出系数",
        source="+2.6 points of survival (Arraiz et al. 2013)",
    )  # fmt: skip
    matching_chain_cost: Floats = parameter(
        0.10, unit="亿元/year", low=0.05, high=0.15, en="Cost of a chain's programme", zh="每链成本", source="design choice"
    )
    coaching_cost: Floats = parameter(
        0.001, unit="亿元/year", low=0.0005, high=0.002, tag=Tag.COMPUTED, en="Cost of a coached supplier", zh="辅导成本",
        source="half of 0.2 m yuan (Chile's PDP)",
    )  # fmt: skip
    # delivery service
    delivery_lag: Floats = parameter(
        0.20, unit="year", low=0.1, high=0.35, tag=Tag.SEEN, null_prob=NULL, en="Delivery: lag saved", zh="落地提速",
        source="2-3 months saved by standard-land reform, Science City 2021",
    )  # fmt: skip
    delivery_opening: Floats = parameter(
        0.08, unit="1", low=0.0, high=0.30, null_prob=NULL, en="Delivery: more projects open", zh="投产率提升",
        source="below the 81/54 % gap of attended projects (selection)",
    )  # fmt: skip
    delivery_entry: Floats = parameter(
        0.02, unit="1", low=0.0, high=0.05, tag=Tag.SEEN, null_prob=NULL, en="Delivery: more entries in its first year",
        zh="首年进入提升", source="one-stop shops: +5 % Mexico, Colombia; 0 Brazil, China",
    )  # fmt: skip
    # rent and space
    rent_exit: Floats = parameter(
        0.97, unit="1", low=0.85, high=1.0, en="Exit hazard while rent is paid", zh="租金补贴退出系数",
        source="Swedish parks (Ferguson & Olofsson 2004), size assumed",
    )  # fmt: skip
    plant_cost: Floats = parameter(
        3500.0, unit="yuan/m2", low=2500.0, high=4800.0, tag=Tag.SEEN, en="Building cost, plant", zh="厂房造价",
        source="Bishan 2006, Chengdu 2010, Beibei 2023",
    )  # fmt: skip
    office_cost: Floats = parameter(
        6000.0, unit="yuan/m2", low=4500.0, high=8000.0, en="Building cost, office", zh="办公造价", source="design choice"
    )
    building_charge: Floats = parameter(
        0.065, unit="1/year", low=0.05, high=0.08, en="Capital and wear of a building", zh="资本与折旧率",
        source="3.5 % capital and 3 % wear",
    )  # fmt: skip
    # seed fund
    deals_per_money: Floats = parameter(
        96.0, unit="1/亿元", low=50.0, high=150.0, tag=Tag.COMPUTED, en="Deals per 亿元", zh="每亿元投资项目数",
        source="ticket of 1.04 m yuan",
    )  # fmt: skip
    seed_founders: Floats = parameter(
        0.25, unit="1", low=0.0, high=0.8, null_prob=NULL, en="Extra spin-offs per deal", zh="每笔投资新增衍生企业",
        source="Samila & Sorenson 2011 (sign); Innofund none",
    )  # fmt: skip
    funded_exit: Floats = parameter(
        0.90, unit="1", low=0.6, high=1.0, tag=Tag.SEEN, en="Exit hazard of funded firms", zh="获投企业退出系数",
        source="Kerr et al. 2014; Innofund none (Wang, Li & Furman 2017)",
    )  # fmt: skip
    seed_entry: Floats = parameter(
        1.0, unit="1", low=0.95, high=1.06, tag=Tag.SEEN, en="Entry in funded segments", zh="被投环节进入系数",
        source="Zhang 2025 (-), Xie & Zhu 2025 (+)",
    )  # fmt: skip
    seed_recovery: Floats = parameter(
        0.5, unit="share", low=0.0, high=1.0, en="Money that comes back", zh="资金回收率", source="design choice"
    )
    # labs
    lab_outside_share: Floats = parameter(
        0.3, unit="share", low=0.0, high=0.7, en="Lab money paid by others", zh="外部资金占比", source="design choice"
    )
    # talent
    talent_additional: Floats = parameter(
        0.15, unit="share", low=0.05, high=0.30, tag=Tag.COMPUTED, null_prob=NULL, en="Subsidised hires that are additional",
        zh="引才净新增比例", source="subsidy of 17 % of pay at elasticity 1 (0.3-1.8)",
    )  # fmt: skip
    talent_cost: Floats = parameter(
        0.0008, unit="亿元", low=0.0003, high=0.002, tag=Tag.SEEN, en="Cost of a subsidised hire", zh="每名引才成本",
        source="district talent terms 2018-23",
    )  # fmt: skip
    # transfer support
    transfer_pass: Floats = parameter(
        0.10, unit="1", low=0.0, high=0.4, null_prob=NULL, en="Transfer: higher pass rate", zh="转化通过率提升",
        source="sign seen, size assumed",
    )  # fmt: skip
    transfer_time: Floats = parameter(
        0.10, unit="1", low=0.0, high=0.3, null_prob=NULL, en="Transfer: shorter stage", zh="转化提速", source="size assumed"
    )
    transfer_start_ups: Floats = parameter(
        0.10, unit="1", low=0.0, high=0.3, null_prob=NULL, en="Transfer: more start-ups", zh="实验室创业提升",
        source="size assumed",
    )  # fmt: skip
    transfer_cost: Floats = parameter(
        0.02, unit="亿元", low=0.01, high=0.03, en="Cost of a project helped", zh="每项目转化成本", source="design choice"
    )
    # incubator
    incubator_exit: Floats = parameter(
        1.0, unit="1", low=0.85, high=1.3, tag=Tag.SEEN, en="Exit hazard inside an incubator", zh="在孵退出系数",
        source="Schwartz 2013; Amezcua 2010",
    )  # fmt: skip
    incubator_growth: Floats = parameter(
        0.03, unit="1/year", low=0.0, high=0.08, null_prob=NULL, en="Growth inside an incubator", zh="在孵增长",
        source="Amezcua 2010 (sign)",
    )  # fmt: skip
    incubator_founders: Floats = parameter(
        0.10, unit="1", low=0.0, high=0.4, null_prob=NULL, en="Extra founders per newly filled place", zh="每席位新增创业",
        source="design choice",
    )  # fmt: skip
    incubator_cost: Floats = parameter(
        0.00055, unit="亿元/year", low=0.0003, high=0.001, tag=Tag.COMPUTED, en="Cost of a place", zh="每席位成本",
        source="60 m2 at 30 yuan and 1/20 of a staff member",
    )  # fmt: skip
