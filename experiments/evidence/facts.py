"""The facts of the scorecard: one entry each, with its kind, its target, where that comes from, and how it is read off worlds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wutong.experiments.evidence.mature import Mature
from wutong.experiments.evidence.scorecard import Fact, Kind, Seen
from wutong.model.facts import Floats, Label
from wutong.model.history import History
from wutong.model.ratios import ratio
from wutong.model.units import quarter

SUPPLIERS = "suppliers"
PARTS = "suppliers.parts"
LOCALISABLE = 0.35  # of the purchases of parts, middle of the range of the park file
PLANNED_OUTPUT = 2655.0  # 亿元/year, of the suppliers signed by June 2013
WITHIN = 0.15  # of a target that is a single figure (design choice)
EPISODE = "laptop_anchor.csv"
CHURN = "firm_survival_and_churn.csv"
ARRIVALS = {"2010Q2": 35.0, "2010Q4": 120.0, "2011Q2": 200.0, "2013Q2": 768.0}
PARKS = {
    "hsinchu": Label("新竹科学园区", "Hsinchu"),
    "sophia_antipolis": Label("索菲亚·安蒂波利斯", "Sophia Antipolis"),
}
TAIL, YOUNG = (1.0, 1.5), (0.45, 0.53)


# ── Facts of the laptop episode ──────────────────────────────────────────────────────────────────────────────────────
def _suppliers(history: History) -> tuple[str, ...]:
    return history.cases[0].scenario.park.segments_of(SUPPLIERS)


def _row(seen: Seen, date: str) -> int:
    return quarter(date) - seen.laptops.start


def _at(measure: str, date: str) -> Callable[[Seen], Floats]:
    return lambda seen: seen.laptops.total(measure, _suppliers(seen.laptops))[_row(seen, date)]


def _plan_realised(seen: Seen) -> Floats:
    return np.asarray(_at("revenue", "2013Q2")(seen) / PLANNED_OUTPUT)


def _wave(seen: Seen) -> Floats:
    """Years from a tenth to nine tenths of all suppliers that sign by the end of the run; no number where none does."""
    signed = seen.laptops.total("signed_projects_total", _suppliers(seen.laptops))
    ends = [(np.argmax(signed >= share * signed[-1], axis=0)) / 4.0 for share in (0.1, 0.9)]
    return np.where(signed[-1] > 0.0, ends[1] - ends[0], np.nan)


def _in_xiyong(seen: Seen) -> Floats:
    return np.asarray(_at("signed_projects_total", "2012Q4")(seen) * seen.landing)


def _sourcing(seen: Seen) -> Floats:
    """Share of the parts bought at the end of 2010 that comes from local makers; no number where nothing was bought yet."""
    row = _row(seen, "2010Q4")
    orders, demand = (seen.laptops.total(name, [PARTS])[row] for name in ("local_orders", "local_demand"))
    return LOCALISABLE * ratio(orders, demand)


# ── Facts of mature parks ────────────────────────────────────────────────────────────────────────────────────────────
def _mature(read: Callable[[Mature], Floats]) -> Callable[[Seen], Floats]:
    return lambda seen: read(seen.mature)


def _of_park(name: str, read: Callable[[Mature], Floats]) -> Callable[[Seen], Floats]:
    return lambda seen: read(seen.elsewhere[name])


def _zone_effect(seen: Seen) -> Floats:
    """Growth of revenue in years six to ten, with support less without, world by world [percentage points a year]."""
    return np.asarray(100.0 * (seen.supported.late_growth - seen.mature.late_growth))


def _around(value: float) -> tuple[float, float]:
    return value * (1.0 - WITHIN), value * (1.0 + WITHIN)


def _fact(key: str, kind: Kind, zh: str, en: str, target: tuple[float, float], source: str, of: Callable[[Seen], Floats]) -> Fact:
    return Fact(key, kind, Label(zh, en), *target, source, of)


E, C, IMPOSED = Kind.EMERGENT, Kind.CALIBRATED, Kind.IMPOSED
FACTS: tuple[Fact, ...] = (
    _fact("laptop_above_scale", E, "2013 年中笔电规上配套企业（家）", "Above-scale laptop suppliers, mid-2013 (firms)",
          _around(93.0), EPISODE, _at("above_scale_firms", "2013Q2")),
    _fact("laptop_output", E, "2013 年中笔电配套产值（亿元/年）", "Output of laptop suppliers, mid-2013 (亿元/year)",
          _around(384.0), f"{EPISODE}: twice 192", _at("revenue", "2013Q2")),
    _fact("laptop_plan_realised", E, "笔电配套产值占计划比重", "Share of the suppliers' planned output realised",
          _around(0.145), f"{EPISODE}: 384 of 2,655", _plan_realised),
    _fact("size_tail", E, "企业规模尾部指数，科学城 2035", "Tail exponent of firm size, Science City 2035",
          TAIL, "design: Zipf-like tails", _mature(lambda m: m.tail_exponent)),
    *(_fact(f"size_tail_{name}", E, f"同上，{label.zh}", f"The same, {label.en} after twenty years",
            TAIL, "design: Zipf-like tails", _of_park(name, lambda m: m.tail_exponent)) for name, label in PARKS.items()),
    _fact("young_share", E, "五年内企业占比，科学城 2035", "Firms younger than five years, Science City 2035 (share)",
          YOUNG, f"{CHURN}: 49.4 %", _mature(lambda m: m.young_share)),
    *(_fact(f"young_share_{name}", E, f"同上，{label.zh}", f"The same, {label.en} after twenty years",
            YOUNG, f"{CHURN}: 49.4 %, of China", _of_park(name, lambda m: m.young_share)) for name, label in PARKS.items()),
    _fact("zone_effect", E, "扶持使第 6—10 年收入增速改变（百分点）",
          "Growth in years 6 to 10, with support less without (points a year)",
          (-0.5, 0.5), "design: zones shift the level, not the growth", _zone_effect),
    _fact("growth_spread", E, "环节收入年增长离散度", "Year-to-year growth of segment revenue (sd)",
          (0.05, 0.25), "design; half imposed by the common shock", _mature(lambda m: m.growth_spread)),
    *(_fact(f"laptop_arrivals_{date}", C, f"笔电配套签约企业，{date}", f"Laptop suppliers signed, {date} (firms)",
            _around(value), EPISODE, _at("signed_projects_total", date)) for date, value in ARRIVALS.items()),
    _fact("laptops_in_xiyong", C, "其中落户西永，2012 年底", "Of these in Xiyong, end of 2012 (firms)",
          _around(160.0), "chongqing_science_city.csv: firms brought in by 2012", _in_xiyong),
    _fact("supplier_wave", C, "配套企业落户波，10% 至 90%（年）", "Supplier wave, 10 to 90 % (years)",
          (1.6, 4.0), EPISODE, _wave),
    _fact("in_use_2022", C, "2022 年上半年投产项目，只按漏斗（个）", "Projects in use, first half of 2022, by the funnel alone",
          _around(11.0), "chongqing_science_city.csv: 11", lambda seen: seen.opened),
    _fact("spin_off_share", C, "衍生企业占进入企业比重", "Spin-offs among entrants, last five years (share)",
          (1.0 / 6.0, 1.0 / 3.0), "design: steady state", _mature(lambda m: m.spin_off_share)),
    _fact("exit_rate", C, "企业年退出率", "Exits a firm and year, last five years",
          (0.07, 0.16), f"{CHURN}, hsinchu_science_park.csv", _mature(lambda m: m.exit_rate)),
    _fact("survival", IMPOSED, "软件与服务企业五年存活率", "Survival from the first to the sixth year, offices (share)",
          (0.55, 0.75), f"{CHURN}: hazards, times the park's exit factor", _mature(lambda m: m.survival)),
    _fact("parts_sourcing", IMPOSED, "笔电零部件本地配套率，2010 年底", "Local sourcing of laptop parts, end of 2010 (share)",
          (0.30, 0.40), f"{EPISODE}: 30-40 %, an upper bound in the rule", _sourcing),
    _fact("elasticities", IMPOSED, "进入弹性：回归值偏离设定值（标准误）", "Elasticities of entry recovered: distance in sd",
          (-2.0, 2.0), "the rule's own weights", lambda seen: seen.deviations),
)  # fmt: skip
